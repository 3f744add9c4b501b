"""One text against a gallery under both models: clips ranked by their best event, or every cosine. Numpy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from srlclip.comparison.gallery import Gallery
from srlclip.results import MODELS, Both, Hit


def ranks(scores: np.ndarray) -> np.ndarray:
    """scores: (G,) -> the rank of each, ints (G,), from 1. Ties rank last: a rank is the number of items that score at
    least as high, as in evaluation.metrics.ranking, which ranks one target per query."""
    return len(scores) - np.searchsorted(np.sort(scores), scores, side="left")


def best_events(gallery: Gallery, model: str, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every clip's score, the cosine of the text with the best of its events, and that event's place: (G,) and ints (G,).

    vector: (D,), the text's embedding. A product with every event, which is fast up to about a million clips; an index
    over larger galleries takes the place of this function. Raises FloatingPointError for embeddings that are not finite.
    """
    every = _cosines(gallery.events[model], vector)
    return every.max(axis=1), every.argmax(axis=1)


def _cosines(events: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """(G, E, D) and (D,) -> (G, E). Raises FloatingPointError."""
    every = events @ vector
    if not np.isfinite(every).all():
        raise FloatingPointError("embeddings are not finite")
    return every


def ranked(
    gallery: Gallery, vector: np.ndarray | Mapping[str, np.ndarray], without: str | None = None
) -> tuple[Both[tuple[Hit, ...]], tuple[str, ...]]:
    """(every clip, best first; a reason per model that failed, whose ranking is empty).

    vector: (D,), the text's embedding, or one per model, such as a clip's own. without: a clip that is left out. See
    best_events for scores and ranks for ties; equal scores in gallery order.
    """
    rankings: dict[str, tuple[Hit, ...]] = {}
    failures = []
    before: dict[str, int] = {}
    for model in MODELS:
        try:
            own = vector[model] if isinstance(vector, Mapping) else vector
            scores, events = best_events(gallery, model, own)
        except (FloatingPointError, KeyError, MemoryError) as error:
            failures.append(f"{model} model failed: {error}")
            rankings[model] = ()
            continue
        if without in gallery.ids:
            scores[gallery.ids.index(without)] = -np.inf  # ranks behind all others, and is not shown
        places = ranks(scores)
        hits = []
        for i in np.argsort(-scores, kind="stable"):
            name, rank = gallery.ids[i], int(places[i])
            if name == without:
                continue
            moved = before[name] - rank if name in before else None
            hits.append(Hit(name, rank, float(scores[i]), moved, int(events[i])))
        rankings[model] = tuple(hits)
        if model == "base":
            before = {hit.clip_id: hit.rank for hit in hits}
    return Both.of(rankings.__getitem__), tuple(failures)


@dataclass(frozen=True)
class HeatRow:
    """A clip: cosine of the query with each of its events, and its rank by the best of them (ties rank last)."""

    clip_id: str
    scores: Both[tuple[float, ...]]
    rank: Both[int]


@dataclass(frozen=True)
class QueryHeat:
    """All clips in gallery order. spans: a model's lowest and highest cosine over all events of the gallery."""

    query: str
    rows: tuple[HeatRow, ...]
    spans: Both[tuple[float, float]]

    def best_by(self, model: str, limit: int) -> tuple[HeatRow, ...]:
        """The first `limit` clips of a model's ranking; equal scores in gallery order."""
        return tuple(sorted(self.rows, key=lambda row: -max(row.scores[model]))[:limit])


def query_heat(
    query: str, vector: np.ndarray, ids: Sequence[str], events: Mapping[str, np.ndarray], own: Callable[[str], int]
) -> QueryHeat:
    """vector: (D,), L2-normalised. events: model -> (G, E, D). own: how many events a clip really has.

    Raises ValueError if a model's embeddings are not finite.
    """
    rows_of, places, spans = {}, {}, {}
    lengths = [min(own(clip), next(iter(events.values())).shape[1]) for clip in ids]
    for model in MODELS:
        try:
            scores = _cosines(events[model], vector)  # (G, E)
        except FloatingPointError as error:
            message = f"the {model} model's embeddings of this gallery are not finite; build it again"
            raise ValueError(message) from error
        places[model] = ranks(scores.max(axis=1))
        spans[model] = (float(scores.min()), float(scores.max()))
        rows_of[model] = [tuple(float(x) for x in row[:n]) for row, n in zip(scores, lengths, strict=True)]
    rows = tuple(
        HeatRow(clip, Both.of(lambda m, i=i: rows_of[m][i]), Both.of(lambda m, i=i: int(places[m][i])))
        for i, clip in enumerate(ids)
    )
    return QueryHeat(query, rows, Both.of(spans.__getitem__))
