"""Which frames a score comes from: a cosine with a mean of frames splits exactly into one share a frame.

An event is v = m / |m| with m the mean of its F frame embeddings f_i, so q . v is the sum over i of (q . f_i) / (F |m|).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from srlclip.pooling import unit
from srlclip.results import Both


@dataclass(frozen=True)
class FrameShares:
    """Every frame of a clip's events. moments: (E, F) seconds in the file. shares: per model (E, F); a row adds up to the
    event's score, shares may be negative. scores: per model (E,).
    """

    clip_id: str
    query: str
    moments: tuple[tuple[float, ...], ...]
    shares: Both[tuple[tuple[float, ...], ...]] = field(metadata={"plain_keys": True})
    scores: Both[tuple[float, ...]]


def frame_shares(frames: np.ndarray, query: np.ndarray) -> np.ndarray:
    """frames: (..., F, D) as they are pooled. query: (D,) -> (..., F), whose sum over F is the cosine of the query with
    pooling.event_vectors(frames)."""
    mean = frames.mean(-2)  # (..., D)
    length = (mean * unit(mean)).sum(-1)  # |m|, (...)
    return (frames @ query) / (frames.shape[-2] * np.maximum(length, np.finfo(frames.dtype).tiny))[..., None]
