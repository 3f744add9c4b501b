"""The only door to the video decoder: a video file, or a folder of frames, opened under limits; its frames by number.

decord (or its fork decord2, same import name) is imported inside functions, so importing this module is free.
Open files only in the process that reads them: a decord reader inherited across fork() hangs.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from srlclip.situations import VideoDecodeError

#: Frames per second assumed for a folder of frames (VidSitu's extracted frames: 300 for 10 s).
FOLDER_FPS = 30.0
FRAME_SUFFIXES = (".jpg", ".jpeg", ".png")
_PLAY_LISTS = (b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD", b"v=0", b"[")


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
    """The largest video that is accepted: duration in seconds, file size in bytes, area of one frame in pixels."""

    max_seconds: float = 600.0
    max_bytes: int = 2 * 1024**3
    max_pixels: int = 4096 * 2304


#: What a visitor may upload.
UPLOAD_LIMITS = Limits(max_seconds=120.0, max_bytes=100 * 2**20)


class _FrameFolder:
    """Numbered image files as a video at FOLDER_FPS. A missing number leaves the frame before it on screen."""

    def __init__(self, path: Path, limits: Limits):
        images = (f for f in path.iterdir() if f.suffix.lower() in FRAME_SUFFIXES and not f.name.startswith("."))
        numbers, self.files = _numbered(sorted(images))
        if not self.files:
            raise _error(path, "the folder holds no jpg or png frames", mend="ffmpeg -i INPUT -r 30 {path}/%06d.jpg")
        count = len(self.files)
        from PIL import Image

        try:
            with Image.open(self.files[0]) as image:  # reads the header only
                width, height = image.size
        except OSError as error:
            raise _error(self.files[0], f"not an image ({error})", mend="extract the frames again") from error
        self.starts = (numbers - numbers[0]) / FOLDER_FPS
        duration = (int(numbers[-1]) - int(numbers[0]) + 1) / FOLDER_FPS
        self.info = VideoInfo(path, width, height, count, FOLDER_FPS, duration)
        _check_limits(self.info, limits)

    def read(self, indices: np.ndarray) -> np.ndarray:
        from PIL import Image

        frames = []
        for index in indices:
            file = self.files[index]
            try:
                with Image.open(file) as image:
                    if image.size != (self.info.width, self.info.height):
                        problem = (
                            f"{image.size[0]}x{image.size[1]} among frames of {self.info.width}x{self.info.height}"
                        )
                        raise _error(file, problem, mend="extract the frames again at one size")
                    frames.append(np.asarray(image.convert("RGB")))
            except OSError as error:
                raise _error(file, f"not a complete image ({error})", mend="extract the frames again") from error
        return np.stack(frames)


def _numbered(files: list[Path]) -> tuple[np.ndarray, list[Path]]:
    """(numbers, files) by the number at the end of their names; by name and from 0 if some have none or share one."""
    found = [re.search(r"(\d{1,9})$", file.stem) for file in files]
    numbers = [int(match.group(1)) for match in found if match]
    if len(set(numbers)) < len(files):
        return np.arange(len(files)), files
    order = np.argsort(numbers)
    return np.asarray(numbers)[order], [files[int(i)] for i in order]


class _VideoFile:
    """A file behind a decord reader, which lives as long as this object."""

    def __init__(self, path: Path, limits: Limits):
        size = path.stat().st_size
        if not size:
            raise _error(path, "the file is empty (0 bytes)", mend="copy or download it again")
        if size > limits.max_bytes:
            raise _error(path, f"{size / 1e6:.0f} MB, allowed: {limits.max_bytes / 1e6:.0f} MB", mend=_SHRINK)
        # Before the decoder sees it: a play list renamed to .mp4 would make it open other files or addresses.
        with path.open("rb") as file:
            head = file.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
        if head.startswith(_PLAY_LISTS) or not any(byte < 9 for byte in head):
            raise _error(path, "the file is text, not video", mend="give a video file such as mp4")
        _check_header(path, limits)
        self.path, self.reader = path, _reader(path)
        count = len(self.reader)
        self.starts, duration, self.seekable = _times(self.reader, count)
        fps = float(self.reader.get_avg_fps())
        # Before the first frame is decoded, so that a far too long file costs nothing more.
        _check_limits(VideoInfo(path, 0, 0, count, fps, duration), limits)
        try:
            height, width, channels = self.reader[0].shape
        except Exception as error:
            raise _error(path, "cannot read its first frame; the file is truncated or damaged") from error
        self.padded = channels != 3
        self.walker, self.passed = None, 0
        self.info = VideoInfo(path, width, height, count, fps, duration)
        _check_limits(self.info, limits)

    def read(self, indices: np.ndarray) -> np.ndarray:
        """indices: (N,) ascending -> uint8 (N, H, W, 3)."""
        try:
            if not self.seekable:
                frames = self._sequential(indices)
            elif self.padded:
                frames = np.stack([self._unpadded(self.reader[int(index)].asnumpy()) for index in indices])
            else:
                frames = self.reader.get_batch(indices.tolist()).asnumpy()
        except Exception as error:
            first, last = int(indices[0]), int(indices[-1])
            problem = f"cannot read frames {first} to {last} of {len(self.reader)}; the file is truncated or damaged"
            raise _error(self.path, problem) from error
        if frames.shape != (len(indices), self.info.height, self.info.width, 3):
            raise _error(self.path, f"frames of changing size: {frames.shape[1:]} after the first")
        return frames

    def _sequential(self, indices: np.ndarray) -> np.ndarray:
        # decord seeks by time stamp and returns other frames where those are missing or repeat (some AVI and MPEG
        # files, joined streams), so every frame up to the last wanted one is decoded in order, by a reader that the
        # next call goes on with where it asks for later frames.
        wanted = set(indices.tolist())
        if self.walker is None or min(wanted) < self.passed:
            self.walker, self.passed = _reader(self.path), 0
        frames = {}
        for index in range(self.passed, max(wanted) + 1):
            frame = self.walker.next()
            self.passed = index + 1
            if index in wanted:
                frames[index] = self._unpadded(frame.asnumpy())
        return np.stack([frames[index] for index in indices.tolist()])

    def _unpadded(self, frame: np.ndarray) -> np.ndarray:
        # decord takes the padding of narrow rows (72 px and less, dmlc/decord issue 336) for further channels, and its
        # get_batch fails on them; the pixels are the first 3 W bytes of each row.
        height, width = self.info.height, self.info.width
        return frame.reshape(height, -1)[:, : 3 * width].reshape(height, width, 3)


_MEND = "ffmpeg -i {path} -c:v libx264 -pix_fmt yuv420p {path}.fixed.mp4"
_SHRINK = "ffmpeg -i {path} -t 60 -vf scale=-2:720 -c:v libx264 -pix_fmt yuv420p {path}.small.mp4"


_COMMAND = "re-encode with: "


def _error(path: Path, problem: str, mend: str = _MEND) -> VideoDecodeError:
    verb = _COMMAND if mend.startswith("ffmpeg") else ""
    return VideoDecodeError(f"cannot decode {path}: {problem}; {verb}{mend.format(path=shlex.quote(str(path)))}")


def under_name(error: Exception, path: str | Path, name: str) -> VideoDecodeError:
    """The error about a stored upload, as its owner knows the file: by its name, and quoted again in a shell command."""
    told, command, rest = str(error).partition(_COMMAND)
    rest = rest.replace(shlex.quote(str(path)), shlex.quote(name))
    return VideoDecodeError((told + command + rest).replace(str(path), name))


def open_video(path: Path, limits: Limits) -> _FrameFolder | _VideoFile:
    """What has `info`, `starts` (N,), the second at which each frame appears, and `read`: frame numbers, ascending (K,) ->
    uint8 RGB (K, H, W, 3). Raises VideoDecodeError.
    """
    if path.is_dir():
        return _FrameFolder(path, limits)
    if not path.is_file():
        raise _error(path, "no such file", mend="check the path")
    return _VideoFile(path, limits)


def _check_limits(info: VideoInfo, limits: Limits) -> None:
    if info.duration > limits.max_seconds:
        raise _error(info.path, f"{info.duration:.0f} s long, allowed: {limits.max_seconds:.0f} s", mend=_SHRINK)
    if info.width * info.height > limits.max_pixels:
        allowed = f"{limits.max_pixels / 1e6:.1f} megapixels"
        raise _error(info.path, f"frames of {info.width}x{info.height}, allowed: {allowed}", mend=_SHRINK)


def _header(path: Path) -> tuple[int, int, str] | None:
    """Width, height and codec of the pictures, as the file says; None if there are none or it cannot be read."""
    try:
        import av

        with av.open(str(path)) as container:
            context = container.streams.video[0].codec_context
            return context.width, context.height, getattr(context.codec, "canonical_name", context.name)
    except Exception:
        return None


def _check_header(path: Path, limits: Limits) -> None:
    """Refuse frames that are too large by what the file says of itself: decord decodes some as soon as it is opened, which
    takes half a gigabyte for a few 8K frames. A file whose header cannot be read is left to decord."""
    found = _header(path)
    if found is not None:
        _check_limits(VideoInfo(path, found[0], found[1], 0, 0.0, 0.0), limits)


def _reader(path: Path) -> Any:
    try:
        import decord
    except ImportError as error:
        raise VideoDecodeError("no video decoder is installed; install one with: pip install decord2") from error
    decord.logging.set_level(decord.logging.QUIET)
    try:
        reader = decord.VideoReader(str(path), ctx=decord.cpu(0))
    except Exception as error:
        if "video stream" in str(error):
            header = _header(path)
            if header is not None:
                raise _error(path, f"its pictures are in {header[2]}, which this decoder does not read") from error
            raise _error(path, "no video stream (audio only?)", mend="give a file with pictures") from error
        raise _error(path, "not a complete video file (truncated, damaged or of an unknown format)") from error
    if not len(reader):
        raise _error(path, "the video stream holds no frames")
    return reader


def _times(reader: Any, count: int) -> tuple[np.ndarray, float, bool]:
    """Seconds at which each frame appears, from 0 and ascending (N,), the duration, and whether they are the file's."""
    try:
        stamps = np.asarray(reader.get_frame_timestamp(np.arange(count)), dtype=np.float64)  # (N, 2)
    except Exception:
        stamps = np.zeros((0, 2))
    if len(stamps) == count and np.isfinite(stamps).all() and (np.diff(stamps[:, 0]) > 0).all():
        starts = stamps[:, 0] - stamps[0, 0]
        duration = float(stamps[:, 1].max() - stamps[0, 0])
        if duration > starts[-1]:
            return starts, duration, True
    # Files without usable time stamps play at their average rate.
    fps = float(reader.get_avg_fps())
    fps = fps if np.isfinite(fps) and fps > 0 else FOLDER_FPS
    return np.arange(count) / fps, count / fps, False
