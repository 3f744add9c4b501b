"""Retrieval metrics from a similarity matrix. Ties rank last: equal scores never help.

R@K as in the text-to-video retrieval literature (share of queries whose target is among the first K, in percent);
MdR and MnR are the median and mean rank. Ranks start at 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CUTOFFS = (1, 5, 10)


@dataclass(frozen=True)
class RankingScores:
    """recall_1, recall_5, recall_10: percent, higher is better. median_rank, mean_rank: >= 1, lower is better."""

    recall_1: float
    recall_5: float
    recall_10: float
    median_rank: float
    mean_rank: float
    queries: int


def ranks(similarity: np.ndarray, targets: np.ndarray | None = None) -> np.ndarray:
    """similarity: (Q, G), higher is closer; targets: ints (Q,), None for the diagonal -> ranks, ints (Q,), from 1.

    The rank is the number of gallery items that score at least as high as the target. Raises ValueError for shapes,
    targets or values (NaN) that cannot be ranked.
    """
    similarity = np.asarray(similarity)
    if similarity.ndim != 2 or 0 in similarity.shape:
        raise ValueError(f"similarity must be (Q, G) with Q and G above 0, got {similarity.shape}")
    if np.isnan(similarity).any():
        raise ValueError("similarity holds NaN; a model produced no embedding")
    count, gallery = similarity.shape
    targets = np.arange(count) if targets is None else np.asarray(targets)
    if targets.shape != (count,) or targets.min() < 0 or targets.max() >= gallery:
        raise ValueError(f"targets must be {count} positions below {gallery}, got shape {targets.shape}")
    own = similarity[np.arange(count), targets]
    return (similarity >= own[:, None]).sum(axis=1)


def scores_from_ranks(rank: np.ndarray) -> RankingScores:
    """rank: ranks (Q,), from 1 -> the usual summary. Raises ValueError for no ranks."""
    rank = np.asarray(rank)
    if rank.ndim != 1 or not len(rank):
        raise ValueError(f"ranks must be (Q,) with Q above 0, got {rank.shape}")
    recall = [100.0 * float((rank <= cutoff).mean()) for cutoff in CUTOFFS]
    return RankingScores(*recall, float(np.median(rank)), float(rank.mean()), len(rank))


def retrieval(similarity: np.ndarray, targets: np.ndarray | None = None) -> RankingScores:
    """similarity: (Q, G); targets: ints (Q,), None for the diagonal. See `ranks`."""
    return scores_from_ranks(ranks(similarity, targets))
