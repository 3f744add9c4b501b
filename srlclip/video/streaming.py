"""Pixels of a video of any length at chosen moments: decoded and shrunk a few frames at a time, never all at full size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from srlclip.video.frames import Limits, VideoInfo, frames_at
from srlclip.video.pixels import PreprocessSpec

#: Frames that are decoded before they are shrunk, fewer where they are large (see frames_at).
CHUNK = 64


def equal_moments(count: int, duration: float, start: float = 0.0) -> np.ndarray:
    """The middles of `count` equal bins over `duration` seconds from `start`: float64 (T,). Raises ValueError."""
    if count < 1 or duration <= 0:
        raise ValueError(f"cannot lay {count} frames over {duration:g} s; both must be above 0")
    return start + (np.arange(count) + 0.5) * (duration / count)


def rate_count(rate: float, duration: float) -> int:
    """How many equal bins come closest to `rate` frames a second; at least one. Raises ValueError for a rate of 0."""
    if not 0 < rate < float("inf"):
        raise ValueError(f"the rate is {rate:g} frames a second; it must be above 0")
    return max(1, round(rate * duration))


def pixel_chunks(
    path: str | Path,
    moments: np.ndarray | Callable[[VideoInfo], np.ndarray],
    spec: PreprocessSpec,
    limits: Limits | None = None,
    chunk: int = CHUNK,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """frames_at, preprocessed: yields distinct frames uint8 (n, 3, S, S) and how often each is meant, int64 (n,).

    Raises VideoDecodeError, ValueError as frames_at does.
    """
    for frames, times in frames_at(path, moments, chunk=chunk, limits=limits):
        yield spec.to_uint8(frames).numpy(), times
