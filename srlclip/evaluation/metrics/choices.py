"""Choosing the true caption among false ones. Ties lose: an equal score is no preference.

Pairwise accuracy is the share of (true, false) pairs in which the true one scores strictly higher, as in ARO,
SugarCrepe and VELOCITI's ClassicVLE. Accuracies are in percent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ChoiceScores:
    """accuracy: percent. margin: mean of true minus false score (cosines, -2 to 2). count: comparisons."""

    accuracy: float
    margin: float
    count: int


def pairwise(true: np.ndarray, false: np.ndarray) -> ChoiceScores:
    """true, false: scores (N,), one false caption per comparison. Raises ValueError."""
    true, false = np.asarray(true, dtype=np.float64), np.asarray(false, dtype=np.float64)
    if true.shape != false.shape or true.ndim != 1 or not len(true):
        raise ValueError(f"true and false must both be (N,) with N above 0, got {true.shape} and {false.shape}")
    margin = true - false
    if np.isnan(margin).any():
        raise ValueError("scores hold NaN; a model produced no embedding")
    return ChoiceScores(100.0 * float((margin > 0).mean()), float(margin.mean()), len(margin))


def one_of_many(true: np.ndarray, false: np.ndarray, mask: np.ndarray | None = None) -> ChoiceScores:
    """The true caption must beat all of its false ones; the margin is to the best of them.

    true: (N,). false: (N, K). mask: bool (N, K), True where there is a false caption; rows without any are left out.
    Raises ValueError.
    """
    true, false = np.asarray(true, dtype=np.float64), np.asarray(false, dtype=np.float64)
    if false.ndim != 2 or true.shape != false.shape[:1]:
        raise ValueError(f"true must be (N,) and false (N, K), got {true.shape} and {false.shape}")
    mask = np.ones(false.shape, dtype=bool) if mask is None else np.asarray(mask, dtype=bool)
    rows = mask.any(axis=1)
    if not rows.any():
        raise ValueError("no row has a false caption to compare with")
    return pairwise(true[rows], np.where(mask, false, -np.inf).max(axis=1)[rows])
