"""Dense captions against references in time: overlap, proposals, and SODA's alignment. Spans in seconds.

The rules are those of the ActivityNet challenge's evaluator (Krishna et al. 2017, the version of 2018) and of SODA (Fujita
et al., ECCV 2020), written anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Least overlaps that the challenge averages over.
TIOUS = (0.3, 0.5, 0.7, 0.9)


def overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a: (N, 2), b: (M, 2), starts and ends -> temporal intersection over union (N, M), from 0 to 1.

    A span that ends before it starts overlaps nothing, one of no length does not even overlap itself.
    """
    start, end = a[:, None, 0], a[:, None, 1]
    others, stops = b[None, :, 0], b[None, :, 1]
    common = np.maximum(0.0, np.minimum(end, stops) - np.maximum(start, others))
    # Of two spans that are apart the union holds no gap; what is divided by is never 0.
    union = np.minimum(np.maximum(end, stops) - np.minimum(start, others), end - start + stops - others)
    return np.where(common > 0, common / np.where(common > 0, union + 1e-8, 1.0), 0.0)


def proposals(overlap: Sequence[np.ndarray], tiou: float) -> tuple[float, float]:
    """Precision and recall of one video's spans, each that of the annotator whom it agrees with best; 0 to 1.

    overlap: per annotator (N, M), of N predicted and M annotated spans. A span is covered by one whose overlap is above
    `tiou` (not equal to it). Nothing predicted has a precision and a recall of 0.
    """
    if not len(overlap[0]):
        return 0.0, 0.0
    hits = [each > tiou for each in overlap]
    return max(float(h.any(1).mean()) for h in hits), max(float(h.any(0).mean()) for h in hits)


def matches(overlap: Sequence[np.ndarray], tiou: float) -> list[tuple[int, int, int]]:
    """(prediction, annotator, reference) of every pair whose overlap is `tiou` or more, a prediction after the other.

    A prediction without any is there once, with -1 and -1: it is compared with words that fit nothing.
    """
    out = []
    for i in range(len(overlap[0])):
        mine = [(i, a, int(j)) for a, each in enumerate(overlap) for j in np.flatnonzero(each[i] >= tiou)]
        out += mine or [(i, -1, -1)]
    return out


def best_alignment(scores: np.ndarray) -> float:
    """The largest sum of scores (N, M), none below 0, over pairs in which both i and j ascend strictly.

    SODA's recurrence: best[i, j] = max(best[i-1, j], best[i, j-1], best[i-1, j-1] + scores[i, j]).
    """
    best = np.zeros(scores.shape[1] + 1)
    for row in scores:
        # The maximum over best[i, j-1] is a running one along the row.
        best[1:] = np.maximum.accumulate(np.maximum(best[1:], best[:-1] + row))
    return float(best[-1])


def soda(overlap: np.ndarray, scores: np.ndarray) -> tuple[float, float, float]:
    """SODA_c of one video against one annotator: precision, recall and their harmonic mean, 0 to 1.

    overlap, scores: (N, M), of N predictions and M references, both in order of their starts; scores: of the sentences.
    """
    count, total = overlap.shape
    if not count or not total:
        return 0.0, 0.0, 0.0
    aligned = best_alignment(overlap * scores)
    precision, recall = aligned / count, aligned / total
    return precision, recall, 2 * precision * recall / (precision + recall) if aligned > 0 else 0.0
