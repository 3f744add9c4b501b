"""The score of one medium and one text where ties are counted."""

from __future__ import annotations

import numpy as np


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Of L2-normalised vectors (D,). Equal vectors give equal scores to the last bit, which a matrix product of other shapes
    does not promise."""
    return float((a.astype(np.float64) * b).sum())
