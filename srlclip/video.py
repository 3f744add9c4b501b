"""The only door to the video decoder: probe a file, lay events over it, read their frames as uint8.

decord (or its fork decord2, same import name) is imported inside functions, so importing this module is free.
Open files only in the process that reads them: a decord reader inherited across fork() hangs, so data workers call
`read_frames` themselves. No reader outlives a call, because one of a 720p clip holds several hundred MB.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .situations import EVENTS_PER_CLIP, VideoDecodeError

#: Frames per second assumed for a folder of frames (VidSitu's extracted frames: 300 for 10 s).
FOLDER_FPS = 30.0
_PLAY_LISTS = (b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD", b"v=0", b"[")
FRAME_SUFFIXES = (".jpg", ".jpeg", ".png")
# The most that frames_at reads of full-size frames at a time; the decoder takes several times as much meanwhile.
_CHUNK_BYTES = 2**26
# A frame starting this close (in seconds) after a wanted moment counts as showing it: time stamps are rounded.
_SLACK = 1e-4


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


def event_spans(
    duration: float, events: int = EVENTS_PER_CLIP, start: float = 0.0, end: float | None = None
) -> tuple[tuple[float, float], ...]:
    """`events` spans of equal length, in seconds, over start..end of a file of `duration` (end None: to the end).

    Raises ValueError for no events or an empty range.
    """
    stop = duration if end is None else min(end, duration)
    if events < 1:
        raise ValueError(f"events is {events}; it must be 1 or more")
    if not 0 <= start < stop:
        raise ValueError(f"the range {start} to {end} s does not lie in a video of {duration:.2f} s")
    edges = np.linspace(start, stop, events + 1).tolist()
    return tuple(zip(edges[:-1], edges[1:], strict=True))


def sample_indices(starts: np.ndarray, spans: tuple[tuple[float, float], ...], frames_per_event: int = 4) -> np.ndarray:
    """Which frames to read: int64 (E, F), the frame on screen at the middle of each of F equal bins of each span.

    starts: (N,) seconds at which each frame appears, ascending. Moments outside the video take its first or last frame,
    so a one-frame video repeats its frame. Raises ValueError for no frames.
    """
    if frames_per_event < 1 or not len(starts):
        raise ValueError(f"need 1 or more frames per event and a video with frames, got {frames_per_event}")
    edges = np.asarray(spans, dtype=np.float64)  # (E, 2)
    middles = (np.arange(frames_per_event) + 0.5) / frames_per_event  # (F,)
    moments = edges[:, :1] + (edges[:, 1:] - edges[:, :1]) * middles  # (E, F)
    return _on_screen(starts, moments)


def _on_screen(starts: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Which frame is shown at each of the moments, in seconds: int64 of their shape, first or last frame outside."""
    indices = np.searchsorted(starts, moments + _SLACK, side="right") - 1
    return np.clip(indices, 0, len(starts) - 1).astype(np.int64)


def probe(path: str | Path, limits: Limits | None = None) -> VideoInfo:
    """Size, length and rate of a video file or folder of frames, without decoding more than one frame.

    Raises VideoDecodeError.
    """
    return _open(Path(path), limits or Limits()).info


def read_frames(
    path: str | Path,
    *,
    events: int = EVENTS_PER_CLIP,
    frames_per_event: int = 4,
    start: float = 0.0,
    end: float | None = None,
    limits: Limits | None = None,
) -> np.ndarray:
    """Full-size frames of a clip's events: uint8 RGB (E, F, H, W, 3); frames are turned the way decord leaves them.

    path: a video file, or a folder of numbered jpg or png frames at FOLDER_FPS. start, end: seconds that the events
    cover. Raises VideoDecodeError, never returns made-up frames; ValueError for a range outside the video.
    """
    source = _open(Path(path), limits or Limits())
    spans = event_spans(source.info.duration, events, start, end)
    indices = sample_indices(source.starts, spans, frames_per_event)
    unique, back = np.unique(indices, return_inverse=True)
    return source.read(unique)[back.reshape(indices.shape)]


def frames_at(
    path: str | Path,
    moments: np.ndarray | Callable[[VideoInfo], np.ndarray],
    *,
    chunk: int = 64,
    limits: Limits | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The frames on screen at the moments of a video of any length, a few at a time; the file is opened once.

    moments: (T,) seconds, ascending, or a function that chooses them when it is told the file's length. Yields distinct
    frames, uint8 RGB (n, H, W, 3) of at most `chunk` and 64 MB, with how often each is meant, int64 (n,), since several
    moments may show one frame: np.repeat(frames, times, axis=0), joined, is read_moments. Moments outside the video take
    its first or last frame. Raises VideoDecodeError; ValueError for moments that do not ascend or are no numbers.
    """
    if chunk < 1:
        raise ValueError(f"chunk is {chunk}; it must be 1 or more frames")
    source = _open(Path(path), limits or Limits())
    wanted = np.asarray(moments(source.info) if callable(moments) else moments, dtype=np.float64)
    if wanted.ndim != 1 or not np.isfinite(wanted).all() or (np.diff(wanted) < 0).any():
        raise ValueError(f"moments must be ascending seconds (T,), got shape {wanted.shape}")
    indices, times = np.unique(_on_screen(source.starts, wanted), return_counts=True)
    step = max(1, min(chunk, _CHUNK_BYTES // (3 * source.info.width * source.info.height)))
    for first in range(0, len(indices), step):
        part = slice(first, first + step)
        yield source.read(indices[part]), times[part]


def read_moments(path: str | Path, moments: np.ndarray, limits: Limits | None = None) -> np.ndarray:
    """The frames on screen at ascending moments (T,), in seconds: full-size, uint8 RGB (T, H, W, 3), all in memory.

    Raises VideoDecodeError; ValueError as frames_at does, and for no moments.
    """
    if not len(moments):
        raise ValueError("no moments; give at least one")
    return np.concatenate([np.repeat(f, times, axis=0) for f, times in frames_at(path, moments, limits=limits)])


def poster(path: str | Path, at: float = 0.5, limits: Limits | None = None) -> np.ndarray:
    """The frame at the fraction `at` of the duration, for thumbnails: uint8 RGB (H, W, 3). Raises VideoDecodeError."""
    source = _open(Path(path), limits or Limits())
    moment = min(max(at, 0.0), 1.0) * source.info.duration
    return source.read(sample_indices(source.starts, ((moment, moment),), 1)[0])[0]


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


def _error(path: Path, problem: str, mend: str = _MEND) -> VideoDecodeError:
    verb = "re-encode with: " if mend.startswith("ffmpeg") else ""
    return VideoDecodeError(f"cannot decode {path}: {problem}; {verb}{mend.format(path=shlex.quote(str(path)))}")


def _open(path: Path, limits: Limits) -> _FrameFolder | _VideoFile:
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


def _check_header(path: Path, limits: Limits) -> None:
    """Refuse frames that are too large by what the file says of itself: decord decodes some as soon as it is opened, which
    takes half a gigabyte for a few 8K frames. A file whose header cannot be read is left to decord."""
    try:
        import av

        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            width, height = stream.codec_context.width, stream.codec_context.height
    except Exception:
        return
    _check_limits(VideoInfo(path, width, height, 0, 0.0, 0.0), limits)


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
