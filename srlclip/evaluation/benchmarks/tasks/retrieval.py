"""Text-video retrieval in both directions, with one caption a video or many.

Text to video: every caption is a query over all videos. Video to text: a video is right at K if ANY of its captions is among
the first K of all captions (MSVD's and MSR-VTT's protocol). Ties count against the model. A video that could not be read is
a miss wherever it is asked for: its rank is the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from srlclip.evaluation.benchmarks.outcome import Observed
from srlclip.evaluation.benchmarks.questions import Retrieval
from srlclip.evaluation.metrics.ranking import CUTOFFS
from srlclip.evaluation.towers import Observations

TO_VIDEO, TO_TEXT = "text to video", "video to text"


def observe(task: Retrieval, vectors: np.ndarray, read: np.ndarray, texts: Mapping[str, np.ndarray]) -> Observed:
    """vectors: (M, D), read: bool (M,), texts: text -> (D,), as srlclip.evaluation.benchmarks.embedding has them."""
    owner = np.array(task.owner)
    queries = np.stack([texts[caption] for caption in task.captions])  # (Q, D)
    to_video, to_text = query_ranks(queries, vectors, read, owner)
    return replace(observed(to_video, to_text, owner), chance=chance(owner, len(vectors)))


def chance(owner: np.ndarray, media: int) -> dict[str, float]:
    """R@K in percent of a random order: K of M videos; of Q captions, one of a video's own among the first K."""
    queries, own = len(owner), np.bincount(owner, minlength=media)
    out = {}
    for k in CUTOFFS:
        out[f"{TO_VIDEO} R@{k}"] = 100.0 * min(k, media) / media
        none = np.prod([np.maximum(queries - own - i, 0) / max(queries - i, 1) for i in range(k)], axis=0)
        out[f"{TO_TEXT} R@{k}"] = 100.0 * float(np.mean(1 - none))
    return out


def observed(to_video: np.ndarray, to_text: np.ndarray, owner: np.ndarray) -> Observed:
    """Ranks of the queries (Q,) and of the media (M,) -> R@1, 5, 10, MdR and MnR of both directions."""
    metrics = {}
    for direction, rank, group in ((TO_VIDEO, to_video, owner), (TO_TEXT, to_text, np.arange(len(to_text)))):
        metrics |= {f"{direction} R@{k}": Observations(rank <= k, group) for k in CUTOFFS}
        metrics[f"{direction} MdR"] = Observations(rank, group, percent=False, statistic="median")
        metrics[f"{direction} MnR"] = Observations(rank, group, percent=False)
    return Observed(metrics, {"rank": to_video})


#: (direction, rows (N, D), columns (U, D)) -> what turns scores (n, U) of some rows into those that are ranked.
Rescore = Callable[[str, np.ndarray, np.ndarray], Callable[[np.ndarray], np.ndarray]]


def query_ranks(
    queries: np.ndarray,
    vectors: np.ndarray,
    read: np.ndarray,
    owner: np.ndarray,
    chunk: int = 1024,
    rescore: Rescore = lambda direction, rows, columns: lambda scores: scores,
) -> tuple[np.ndarray, np.ndarray]:
    """queries: (Q, D), vectors: (M, D), owner: (Q,) -> ranks (Q,) of each query's medium and (M,) of each medium's best
    caption. Nothing larger than (chunk, Q) or (chunk, M) is held."""
    count, total = len(queries), len(vectors)
    places = np.flatnonzero(read)
    to_video, to_text = np.full(count, total), np.full(total, count)
    if not len(places):
        return to_video, to_text
    column = np.searchsorted(places, owner)
    for rows, scores in _scores(TO_VIDEO, queries, vectors[places], chunk, rescore):
        here = np.flatnonzero(read[owner[rows]])
        own = scores[here, column[rows[here]]]
        to_video[rows[here]] = (scores[here] >= own[:, None]).sum(1)
    for rows, scores in _scores(TO_TEXT, vectors[places], queries, chunk, rescore):
        mine = owner[None, :] == places[rows][:, None]
        best = np.where(mine, scores, -np.inf).max(1)
        # Own captions do not stand in each other's way; every other caption that is as near does.
        to_text[places[rows]] = 1 + ((scores >= best[:, None]) & ~mine).sum(1)
    return to_video, to_text


def _scores(
    direction: str, rows: np.ndarray, columns: np.ndarray, chunk: int, rescore: Rescore
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(positions (n,), scores (n, N) against all columns), chunk by chunk."""
    distinct, place = _distinct(columns)
    change = rescore(direction, rows, distinct)
    for at in range(0, len(rows), chunk):
        part = np.arange(at, min(at + chunk, len(rows)))
        yield part, change(rows[part] @ distinct.T)[:, place]


def _distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N, D) -> (U, D), and (N,) positions in it. Equal captions must score equal to the last bit, or a tie would be broken
    by where a matrix product happened to round; so each is multiplied once."""
    first: dict[bytes, int] = {}
    place = np.array([first.setdefault(row.tobytes(), len(first)) for row in rows], int)
    return rows[np.unique(place, return_index=True)[1]], place


def labels(task: Retrieval) -> list[dict[str, str]]:
    """What each row of Observed.cases is about: the query's text and the id of its medium."""
    return [{"query": text, "target": task.media[i].id} for text, i in zip(task.captions, task.owner, strict=True)]
