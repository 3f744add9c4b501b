"""The largest video that is accepted, and how a video that is not is reported."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from srlclip.situations import VideoDecodeError


@dataclass(frozen=True)
class VideoInfo:
    """What a file holds. width, height: pixels as decoded. frames: how many. fps: average. duration: seconds."""

    path: Path
    width: int
    height: int
    frames: int
    fps: float
    duration: float


@dataclass(frozen=True)
class Limits:
    """The largest video that is accepted: duration in seconds, file size in bytes, area of one frame in pixels, how many
    frames, and the pixels of all of them together, which say how long decoding may take (some 0.7e9 a second).

    As they stand: ten minutes at 240 frames a second, or of 4K at 60.
    """

    max_seconds: float = 600.0
    max_bytes: int = 2 * 1024**3
    max_pixels: int = 4096 * 2304
    max_frames: int = 144_000
    max_total_pixels: int = 300 * 10**9

    def longer(self, max_seconds: float) -> Limits:
        """The same for videos of up to so many seconds; all but the size of a frame grows with a longer duration."""
        by = max(1.0, max_seconds / self.max_seconds)
        return Limits(
            max_seconds,
            int(self.max_bytes * by),
            self.max_pixels,
            int(self.max_frames * by),
            int(self.max_total_pixels * by),
        )


#: What a visitor may upload: the others wait meanwhile. Two minutes at 60 frames a second, or of 1080p at 30.
UPLOAD_LIMITS = Limits(max_seconds=120.0, max_bytes=100 * 2**20, max_frames=7_200, max_total_pixels=8 * 10**9)


MEND = "ffmpeg -i {path} -c:v libx264 -pix_fmt yuv420p {path}.fixed.mp4"
SHRINK = "ffmpeg -i {path} -t 60 -r 30 -vf scale=-2:720 -c:v libx264 -pix_fmt yuv420p {path}.small.mp4"


_COMMAND = "re-encode with: "


def decode_error(path: Path, problem: str, mend: str = MEND) -> VideoDecodeError:
    verb = _COMMAND if mend.startswith("ffmpeg") else ""
    return VideoDecodeError(f"cannot decode {path}: {problem}; {verb}{mend.format(path=shlex.quote(str(path)))}")


def under_name(error: Exception, path: str | Path, name: str) -> VideoDecodeError:
    """The error about a stored upload, as its owner knows the file: by its name, and quoted again in a shell command."""
    problem, command, arguments = str(error).partition(_COMMAND)
    arguments = arguments.replace(shlex.quote(str(path)), shlex.quote(name))
    return VideoDecodeError((problem + command + arguments).replace(str(path), name))


def check_limits(info: VideoInfo, limits: Limits) -> None:
    if info.duration > limits.max_seconds:
        raise decode_error(info.path, f"{info.duration:.0f} s long, allowed: {limits.max_seconds:.0f} s", mend=SHRINK)
    if info.width * info.height > limits.max_pixels:
        allowed = f"{limits.max_pixels / 1e6:.1f} megapixels"
        raise decode_error(info.path, f"frames of {info.width}x{info.height}, allowed: {allowed}", mend=SHRINK)
    if info.frames > limits.max_frames:
        raise decode_error(
            info.path, f"more than {limits.max_frames:,} frames, allowed: {limits.max_frames:,}", mend=SHRINK
        )
    total = info.frames * info.width * info.height
    if total > limits.max_total_pixels:
        frames = f"{info.frames:,} frames of {info.width}x{info.height}, together {total / 1e9:.1f} gigapixels"
        raise decode_error(info.path, f"{frames}, allowed: {limits.max_total_pixels / 1e9:g}", mend=SHRINK)
