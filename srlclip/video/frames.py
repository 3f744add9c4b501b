"""Lay events over a video and read their frames as uint8; probe it; posters.

No reader outlives a call, because one of a 720p clip holds several hundred MB. Data workers call `read_frames` themselves
(see srlclip.video.file).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from srlclip.situations import EVENTS_PER_CLIP, SECONDS_PER_EVENT, Situation
from srlclip.video.file import FOLDER_FPS, FRAME_SUFFIXES, open_video
from srlclip.video.limits import UPLOAD_LIMITS, Limits, VideoInfo

__all__ = [
    "FOLDER_FPS", "FRAME_SUFFIXES", "MISSING_SECONDS", "UPLOAD_LIMITS", "Limits", "VideoInfo",
    "clip_end", "event_moments", "event_spans", "frames_at", "poster", "probe", "read_frames", "read_moments", "sample_indices", "spans_in",
]  # fmt: skip

#: How much earlier than its labels a file may end. Encoders end on a whole frame: nominal 10 s are 9.97 s at 23.976 frames a
#: second in mp4, mkv, mov, avi and webm, and a cut may lose a frame at either end (two of 10 a second: 9.8 s). With 0.25 s
#: missing, the last of four moments of a two-second event still lies in the file, so no frame stands for another.
MISSING_SECONDS = 0.25
# The most that frames_at reads of full-size frames at a time; the decoder takes several times as much meanwhile.
_CHUNK_BYTES = 2**26
# A frame starting this close (in seconds) after a wanted moment counts as showing it: time stamps are rounded.
_SLACK = 1e-4


def event_spans(
    duration: float,
    events: int = EVENTS_PER_CLIP,
    start: float = 0.0,
    end: float | None = None,
    missing: float = MISSING_SECONDS,
) -> tuple[tuple[float, float], ...]:
    """`events` spans of equal length, in seconds, over start..end of a file of `duration` (end None: to the end).

    They lie where the labels say, also where the file ends up to `missing` seconds earlier. Raises ValueError for no
    events, an empty range, or a file that ends earlier than that.
    """
    stop = duration if end is None else end
    if events < 1:
        raise ValueError(f"events is {events}; it must be 1 or more")
    if not 0 <= start < min(stop, duration):
        raise ValueError(f"the range {start} to {end} s does not lie in a video of {duration:.2f} s")
    if duration < stop - missing:
        needed = f"at least {stop - missing:.2f} s are needed"
        raise ValueError(f"the video is {duration:.2f} s long, but its events last until {stop:g} s; {needed}")
    edges = np.linspace(start, stop, events + 1).tolist()
    return tuple(zip(edges[:-1], edges[1:], strict=True))


def spans_in(info: VideoInfo, events: int, start: float, end: float | None) -> tuple[tuple[float, float], ...]:
    """event_spans over a file, which may also end one of its frames early: those of a folder can be a second apart."""
    apart = info.duration / max(info.frames - 1, 1)
    return event_spans(info.duration, events, start, end, max(MISSING_SECONDS, apart))


def clip_end(situation: Situation) -> float:
    """Where a clip's last event ends, in seconds of its file; where VidSitu's do if it has none. VideoDecodeError."""
    if situation.end is not None:
        return situation.end
    return probe(situation.path).duration if situation.path else EVENTS_PER_CLIP * SECONDS_PER_EVENT


def sample_indices(starts: np.ndarray, spans: tuple[tuple[float, float], ...], frames_per_event: int = 4) -> np.ndarray:
    """Which frames to read: int64 (E, F), the frame on screen at each of event_moments.

    starts: (N,) seconds at which each frame appears, ascending. Moments outside the video take its first or last frame,
    so a one-frame video repeats its frame. Raises ValueError for no frames.
    """
    if not len(starts):
        raise ValueError("need a video with frames, got none")
    return _on_screen(starts, event_moments(spans, frames_per_event))


def event_moments(spans: tuple[tuple[float, float], ...], frames_per_event: int = 4) -> np.ndarray:
    """Seconds at which events are looked at: float64 (E, F), the middle of each of F equal bins of each span. ValueError."""
    if frames_per_event < 1:
        raise ValueError(f"need 1 or more frames per event, got {frames_per_event}")
    edges = np.asarray(spans, dtype=np.float64)  # (E, 2)
    middles = (np.arange(frames_per_event) + 0.5) / frames_per_event  # (F,)
    return edges[:, :1] + (edges[:, 1:] - edges[:, :1]) * middles


def _on_screen(starts: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Which frame is shown at each of the moments, in seconds: int64 of their shape, first or last frame outside."""
    indices = np.searchsorted(starts, moments + _SLACK, side="right") - 1
    return np.clip(indices, 0, len(starts) - 1).astype(np.int64)


def probe(path: str | Path, limits: Limits | None = None) -> VideoInfo:
    """Size, length and rate of a video file or folder of frames, without decoding more than one frame.

    Raises VideoDecodeError.
    """
    return open_video(Path(path), limits or Limits()).info


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
    source = open_video(Path(path), limits or Limits())
    spans = spans_in(source.info, events, start, end)
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
    source = open_video(Path(path), limits or Limits())
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


def poster(path: str | Path, at: float, limits: Limits | None = None) -> np.ndarray:
    """The frame on screen at second `at`, for thumbnails: uint8 RGB (H, W, 3). Raises VideoDecodeError."""
    return read_moments(path, np.array([at]), limits)[0]
