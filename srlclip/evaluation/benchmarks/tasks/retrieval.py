"""Text-video retrieval in both directions, with one caption a video or many.

Text to video: every caption is a query over all videos. Video to text: a video is right at K if ANY of its captions is among
the first K of all captions (MSVD's and MSR-VTT's protocol). Ties count against the model. A video that could not be read is
a miss wherever it is asked for: its rank is the last.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def query_ranks(
    queries: np.ndarray, vectors: np.ndarray, read: np.ndarray, owner: np.ndarray, chunk: int = 1024
) -> tuple[np.ndarray, np.ndarray]:
    """queries: (Q, D), vectors: (M, D), owner: (Q,) -> ranks (Q,) of each query's medium and (M,) of each medium's best
    caption. Nothing larger than (chunk, Q) or (chunk, M) is held."""
    count, total = len(queries), len(vectors)
    places = np.flatnonzero(read)
    gallery = vectors[places]
    to_video = np.full(count, total)
    for at in range(0, count, chunk):
        rows = np.arange(at, min(at + chunk, count))
        scores = queries[rows] @ gallery.T
        own = np.einsum("qd,qd->q", queries[rows], vectors[owner[rows]])
        # The matrix product and the dot product may differ in the last bit; the target's own score is the matrix's.
        column = np.searchsorted(places, owner[rows])
        there = read[owner[rows]]
        own[there] = scores[np.flatnonzero(there), column[there]]
        to_video[rows[there]] = (scores[there] >= own[there, None]).sum(1)
    to_text = np.full(total, count)
    for at in range(0, len(places), chunk):
        rows = places[at : at + chunk]
        scores = vectors[rows] @ queries.T  # (m, Q)
        mine = owner[None, :] == rows[:, None]
        best = np.where(mine, scores, -np.inf).max(1)
        # Own captions do not stand in each other's way; every other caption that is as near does.
        to_text[rows] = 1 + ((scores >= best[:, None]) & ~mine).sum(1)
    return to_video, to_text


def labels(task: Retrieval) -> list[dict[str, str]]:
    """What each row of Observed.cases is about: the query's text and the id of its medium."""
    return [{"query": text, "target": task.media[i].id} for text, i in zip(task.captions, task.owner, strict=True)]
