"""The exact share of each frame in an event's score: a cosine with a mean splits into one product per frame."""

from __future__ import annotations

import numpy as np

from srlclip.pooling import pooled


def frame_shares(frames: np.ndarray, text: np.ndarray) -> np.ndarray:
    """frames: (..., F, D), L2-normalised. text: (D,), too -> (..., F) that add up to the score, the cosine of the text with
    the normalised mean of the frames: f_i . t / (F |mean|). A share is below 0 where its frame speaks against the text."""
    frames, text = frames.astype(np.float64), text.astype(np.float64)
    mean = frames.mean(-2)
    length = (pooled(frames) * mean).sum(-1)  # of the mean: its product with itself, normalised
    return frames @ text / (frames.shape[-2] * np.maximum(length, 1e-12)[..., None])
