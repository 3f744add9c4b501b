"""How good a map of importance is. A map has P patches, 0 or more each; P alone matters, not how they lie.

Ties: where several patches are the map's largest, a hit counts by their share that hits, so a map that says nothing (all
alike) scores as a patch drawn at random does.
"""

from __future__ import annotations

import numpy as np


def pointing(maps: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The pointing game (Zhang et al. 2016): does the largest patch lie on the target?

    maps: (N, P). targets: bool (N, P), True on the target. Returns (N,), 0 to 1.
    """
    peaks = maps == maps.max(-1, keepdims=True)
    return (peaks & targets).sum(-1) / peaks.sum(-1)


def mass(maps: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The share of a map that lies on the target: (N, P) and bool (N, P) -> (N,), 0 to 1."""
    maps = np.where(maps.sum(-1, keepdims=True) > 0, maps, 1.0)  # one that says nothing is the same everywhere
    return (maps * targets).sum(-1) / maps.sum(-1)


def prefers(maps: np.ndarray, targets: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Whether a map is higher, per patch, on its target than on another thing: (N,), 1, 0, or 0.5 where equal."""
    here = (maps * targets).sum(-1) / targets.sum(-1)
    there = (maps * others).sum(-1) / others.sum(-1)
    return (here > there) + 0.5 * (here == there)


def rank_correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Spearman's, row by row, ties sharing their mean rank: (N, P) twice -> (N,), -1 to 1; 0 where a row is all alike."""
    x, y = (_centred_ranks(rows) for rows in (a, b))
    both = np.sqrt((x * x).sum(-1) * (y * y).sum(-1))
    return np.divide((x * y).sum(-1), both, out=np.zeros(len(x)), where=both > 0)


def _centred_ranks(rows: np.ndarray) -> np.ndarray:
    above = (rows[:, :, None] > rows[:, None]).sum(-1)  # (N, P)
    below = (rows[:, :, None] < rows[:, None]).sum(-1)
    return (above - below) / 2


def area(curves: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Mean height of curves (..., S) over ascending shares (S,) from 0 to 1, by trapezoids: (...,)."""
    return np.trapezoid(curves, shares, axis=-1)
