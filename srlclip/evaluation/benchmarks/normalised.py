"""Retrieval where scores know of other queries: dual softmax and query-bank normalisation, beside the plain tables.

Both make a video (or text) that is near to everything less near, so both help most models; a plain result and one of these
cannot be compared. Dual softmax sees all test queries at once, which nobody who asks one question can do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from srlclip.evaluation.benchmarks.questions import Retrieval
from srlclip.evaluation.benchmarks.tasks.retrieval import TO_VIDEO, observed, query_ranks
from srlclip.evaluation.towers import Observations

KINDS = ("dsl", "qb")
#: exp(DUAL_SCALE cosine) is what CLIP's own softmax has at its temperature of 1 / 100 (arXiv 2109.04290 at test time).
DUAL_SCALE = 100.0
#: The inverse temperature of Querybank Normalisation (Bogolin et al., CVPR 2022); its activation set holds the nearest only.
BANK_SCALE = 20.0
_CHUNK = 1024


def normalised(
    task: Retrieval, vectors: np.ndarray, read: np.ndarray, texts: Mapping[str, np.ndarray], kind: str
) -> dict[str, dict[str, Observations]]:
    """Title -> the metrics of `tasks.retrieval` with scores of a kind of KINDS. Other arguments: as its `observe`."""
    owner = np.array(task.owner)
    queries = np.stack([texts[caption] for caption in task.captions])
    bank = np.stack([texts[caption] for caption in task.bank]) if task.bank else None
    rescore = _dual if kind == "dsl" else lambda *direction: _bank_of(bank, *direction)
    ranks = query_ranks(queries, vectors, read, owner, rescore=rescore)
    return {title(task, kind): observed(*ranks, owner).metrics}


def title(task: Retrieval, kind: str) -> str:
    """What a table of these scores is called: what was used besides the query."""
    if kind == "dsl":
        return "dual softmax (every test query is used at once)"
    if task.bank:
        return f"query bank ({len(task.bank):,} captions of other videos; video to text: the videos themselves)"
    return "query bank (the test queries themselves are the bank)"


def _dual(direction: str, rows: np.ndarray, columns: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """s -> s softmax(DUAL_SCALE s), the softmax over all rows."""
    total, _ = _column_sums(rows, columns, DUAL_SCALE)

    def change(scores: np.ndarray) -> np.ndarray:
        exact = scores.astype(np.float64)
        return exact * np.exp(DUAL_SCALE * exact - total)

    return change


def _bank_of(
    bank: np.ndarray | None, direction: str, rows: np.ndarray, columns: np.ndarray
) -> Callable[[np.ndarray], np.ndarray]:
    """Dynamic inverted softmax: exp(BANK_SCALE s) over its sum in the bank, for the rows whose nearest column is the nearest
    of something in the bank; the others are left as they are. A row's scores are only compared with each other."""
    known = bank if bank is not None and direction == TO_VIDEO else rows
    total, nearest = _column_sums(known, columns, BANK_SCALE)

    def change(scores: np.ndarray) -> np.ndarray:
        exact = scores.astype(np.float64)
        active = np.isin(scores.argmax(1), nearest)
        return np.where(active[:, None], BANK_SCALE * exact - total, exact)

    return change


def _column_sums(rows: np.ndarray, columns: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """rows: (N, D), columns: (U, D) -> log of the sum over rows of exp(scale score), (U,); columns nearest to some row."""
    total = np.full(len(columns), -np.inf)
    nearest: set[int] = set()
    for at in range(0, len(rows), _CHUNK):
        scores = rows[at : at + _CHUNK] @ columns.T
        nearest.update(scores.argmax(1).tolist())
        exponents = scale * scores.astype(np.float64)
        top = exponents.max(0)
        total = np.logaddexp(total, top + np.log(np.exp(exponents - top).sum(0)))
    return total, np.array(sorted(nearest))
