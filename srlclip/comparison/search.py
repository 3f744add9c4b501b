"""One text against a gallery under both models: clips scored by their best event or as a whole, or every cosine. Numpy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from srlclip.comparison.indexed_ranking import IndexedRanking
from srlclip.comparison.joined import AnyGallery
from srlclip.comparison.ranking import GalleryRanking, ranks
from srlclip.comparison.remote import RemoteGallery
from srlclip.comparison.remote_ranking import RemoteRanking
from srlclip.results import MODELS, Both, Hit

LEVELS = ("events", "clips")


def _cosines(events: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """(..., D) and (D,) -> (...). Raises FloatingPointError.

    Each row by itself: a product of matrices may round equal rows apart, by where they stand.
    """
    every = np.einsum("...d,d->...", events, vector)
    if not np.isfinite(every).all():
        raise FloatingPointError("embeddings are not finite")
    return every


def ranking(
    gallery: AnyGallery,
    model: str,
    vector: np.ndarray,
    without: str | None = None,
    before: Sequence[Hit] | None = None,
    level: str = "events",
) -> GalleryRanking:
    """Every clip by its score under one model, best first.

    vector: (D,), the text's embedding. level: "events" scores a clip by the cosine with the best of its events, "clips"
    by that with its own vector; a hit's event is the best either way. without: a clip that is left out. before: what
    rank changes are told against. Linear in the gallery: about right up to 100,000 clips (docs/performance.md). Raises
    FloatingPointError for embeddings that are not finite, ValueError for another level.
    """
    if level not in LEVELS:
        raise ValueError(f"level is {level!r}; allowed: {', '.join(LEVELS)}")
    if level == "clips":
        scores = np.concatenate([_cosines(part.clips[model], vector) for part in gallery.parts])

        def best(places: np.ndarray) -> np.ndarray:
            return np.array([int((gallery.event_vectors(p)[model] @ vector).argmax()) for p in places.tolist()])
    else:
        every = [_cosines(part.events[model], vector) for part in gallery.parts]  # (G, E) of each
        starts = np.cumsum([0, *map(len, every)])
        scores = np.concatenate([each.max(axis=1) for each in every])

        def best(places: np.ndarray) -> np.ndarray:
            parts = (places[:, None] >= starts[None, 1:]).sum(axis=1)
            return np.array([int(every[n][p - starts[n]].argmax()) for n, p in zip(parts, places, strict=True)])

    return GalleryRanking(gallery, scores, best, gallery.place(without) if without is not None else None, before)


def indexed_ranking(
    gallery: AnyGallery, model: str, vector: np.ndarray, without: str | None = None, before: Sequence[Hit] | None = None
) -> IndexedRanking:
    """The same on events, its first hits proposed by the gallery's index. Raises FloatingPointError."""

    def exact() -> GalleryRanking:
        return ranking(gallery, model, vector, without)

    place = gallery.place(without) if without is not None else None
    made = IndexedRanking(gallery, model, vector, exact, place, before)
    if not made.first and len(made):
        raise FloatingPointError("the index proposed no clip")
    return made


def ranked(
    gallery: AnyGallery | RemoteGallery,
    vector: np.ndarray | Mapping[str, np.ndarray],
    without: str | None = None,
    level: str = "events",
) -> tuple[Both[Sequence[Hit]], tuple[str, ...]]:
    """(every clip, best first; a reason per model that failed, whose ranking is empty).

    vector: (D,), the text's embedding, or one per model, such as a clip's own. Else as `ranking`; ties rank last, equal
    scores in gallery order. Scores are computed here, hits when they are looked at.
    """
    remote = isinstance(gallery, RemoteGallery)
    if remote and level != "events":
        raise ValueError(f"level is {level!r}; a gallery in a vector engine is ranked by events")
    indexed = not remote and level == "events" and any(part.index for part in gallery.parts)
    rankings: dict[str, Sequence[Hit]] = {}
    failures = []
    for model in MODELS:
        try:
            own = vector[model] if isinstance(vector, Mapping) else vector
            before = rankings.get("base")
            if remote:
                rankings[model] = RemoteRanking(gallery, model, own, without, before)
            elif indexed:
                rankings[model] = indexed_ranking(gallery, model, own, without, before)
            else:
                rankings[model] = ranking(gallery, model, own, without, before, level)
        except (FloatingPointError, KeyError, MemoryError) as error:
            failures.append(f"{model} model failed: {error}")
            rankings[model] = ()
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
