"""The only door to the video decoder: a video file, or a folder of frames, opened under limits; its frames by number.

A file is admitted before the decoder sees it (see admission).
decord (or its fork decord2, same import name) is imported inside functions, so importing this module is free.
Open files only in the process that reads them: a decord reader inherited across fork() hangs.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from srlclip.situations import VideoDecodeError
from srlclip.video.admission import INCOMPLETE, admit
from srlclip.video.header import PictureStream
from srlclip.video.limits import Limits, VideoInfo, check_limits, decode_error

#: Frames per second assumed for a folder of frames (VidSitu's extracted frames: 300 for 10 s).
FOLDER_FPS = 30.0
FRAME_SUFFIXES = (".jpg", ".jpeg", ".png")
#: Pixels of a picture that one thread decodes as fast as several.
_SMALL = 640 * 480


class _FrameFolder:
    """Numbered image files as a video at FOLDER_FPS. A missing number leaves the frame before it on screen."""

    def __init__(self, path: Path, limits: Limits):
        images = (f for f in path.iterdir() if f.suffix.lower() in FRAME_SUFFIXES and not f.name.startswith("."))
        numbers, self.files = _numbered(sorted(images))
        if not self.files:
            raise decode_error(
                path, "the folder holds no jpg or png frames", mend="ffmpeg -i INPUT -r 30 {path}/%06d.jpg"
            )
        count = len(self.files)
        from PIL import Image

        try:
            with Image.open(self.files[0]) as image:  # reads the header only
                width, height = image.size
        except OSError as error:
            raise decode_error(self.files[0], f"not an image ({error})", mend="extract the frames again") from error
        self.starts = (numbers - numbers[0]) / FOLDER_FPS
        duration = (int(numbers[-1]) - int(numbers[0]) + 1) / FOLDER_FPS
        self.info = VideoInfo(path, width, height, count, FOLDER_FPS, duration)
        check_limits(self.info, limits)

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
                        raise decode_error(file, problem, mend="extract the frames again at one size")
                    frames.append(np.asarray(image.convert("RGB")))
            except OSError as error:
                raise decode_error(file, f"not a complete image ({error})", mend="extract the frames again") from error
        return np.stack(frames)


def _numbered(files: list[Path]) -> tuple[np.ndarray, list[Path]]:
    """(numbers, files) by the number at the end of their names; by name and from 0 if some have none or share one."""
    matches = [re.search(r"(\d{1,9})$", file.stem) for file in files]
    numbers = [int(match.group(1)) for match in matches if match]
    if len(set(numbers)) < len(files):
        return np.arange(len(files)), files
    order = np.argsort(numbers)
    return np.asarray(numbers)[order], [files[int(i)] for i in order]


class _VideoFile:
    """A file behind a decord reader, which lives as long as this object."""

    def __init__(self, path: Path, limits: Limits):
        streams = admit(path, limits)
        # More threads of the codec cost processor time and gain none on small pictures; several clips may be read at once.
        self.threads = 1 if max(s.width * s.height for s in streams) <= _SMALL else 0
        self.path, self.reader = path, _reader(path, streams, self.threads)
        count = len(self.reader)
        self.starts, duration, self.seekable = _times(self.reader, count)
        fps = float(self.reader.get_avg_fps())
        # Before the first frame is decoded, so that a far too long file costs nothing more.
        check_limits(VideoInfo(path, 0, 0, count, fps, duration), limits)
        try:
            height, width, channels = self.reader[0].shape
        except Exception as error:
            raise decode_error(path, "cannot read its first frame; the file is truncated or damaged") from error
        self.padded = channels != 3
        self.walker, self.passed = None, 0
        self.info = VideoInfo(path, width, height, count, fps, duration)
        check_limits(self.info, limits)

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
            raise decode_error(self.path, problem) from error
        if frames.shape != (len(indices), self.info.height, self.info.width, 3):
            raise decode_error(self.path, f"frames of changing size: {frames.shape[1:]} after the first")
        return frames

    def _sequential(self, indices: np.ndarray) -> np.ndarray:
        # decord seeks by time stamp and returns other frames where those are missing or repeat (some AVI and MPEG
        # files, joined streams), so every frame up to the last wanted one is decoded in order, by a reader that the
        # next call goes on with where it asks for later frames.
        wanted = set(indices.tolist())
        if self.walker is None or min(wanted) < self.passed:
            self.walker, self.passed = _decoder(self.path, self.threads), 0
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


def open_video(path: Path, limits: Limits) -> _FrameFolder | _VideoFile:
    """What has `info`, `starts` (N,), the second at which each frame appears, and `read`: frame numbers, ascending (K,) ->
    uint8 RGB (K, H, W, 3). Raises VideoDecodeError.
    """
    if path.is_dir():
        return _FrameFolder(path, limits)
    if not path.is_file():
        raise decode_error(path, "no such file", mend="check the path")
    return _VideoFile(path, limits)


def _reader(path: Path, streams: tuple[PictureStream, ...], threads: int) -> Any:
    """A decoder with frames; streams: what PyAV read of the file."""
    try:
        reader = _decoder(path, threads)
    except VideoDecodeError:
        raise
    except Exception as error:
        if "video stream" in str(error):
            raise decode_error(
                path, f"its pictures are in {streams[0].codec}, which this decoder does not read"
            ) from error
        raise decode_error(path, INCOMPLETE) from error
    if not len(reader):
        raise decode_error(path, "the video stream holds no frames")
    return reader


def _decoder(path: Path, threads: int) -> Any:
    """threads: of the codec; 0: as many as it likes."""
    try:
        import decord
    except ImportError as error:
        raise VideoDecodeError("no video decoder is installed; install one with: pip install decord2") from error
    decord.logging.set_level(decord.logging.QUIET)
    # A path from the root: the decoder takes "concat:b.mp4" for an address.
    return decord.VideoReader(str(path.absolute()), ctx=decord.cpu(0), num_threads=threads)


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
