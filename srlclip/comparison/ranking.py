"""A gallery in the order of its scores, of which only what is looked at is made: the first few hits, a target's rank.

numpy only, and the only place that ranks a gallery (metrics/ranking.py ranks one target per query by the same rule).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np

from srlclip.comparison.joined import AnyGallery
from srlclip.results import Hit, Ranking, ranks_in

#: How many hits are made before all scores are sorted, and up to how many ranks are counted instead.
_FEW = 64


def ranks(scores: np.ndarray, places: np.ndarray | None = None) -> np.ndarray:
    """scores: (G,) -> the rank of each, ints (G,), from 1, or of those at `places` (K,). Ties rank last: a rank is the
    number of items that score at least as high, as in evaluation.metrics.ranking. A few are counted without sorting."""
    asked = scores if places is None else scores[places]
    if places is not None and len(places) <= _FEW:
        return np.array([np.count_nonzero(scores >= own) for own in asked], dtype=np.int64)
    return len(scores) - np.searchsorted(np.sort(scores), asked, side="left")


def top(scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """scores: (G,) -> (places of the best k, best first and equal ones in gallery order; their ranks, ties last).

    Selects, and sorts only what it has selected: linear in G.
    """
    if k >= len(scores):
        order = np.argsort(-scores, kind="stable")
        return order, ranks(scores)[order]
    if k <= 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    least = np.partition(scores, len(scores) - k)[len(scores) - k]
    above, equal = np.flatnonzero(scores > least), np.flatnonzero(scores == least)
    above = above[np.argsort(-scores[above], kind="stable")]
    own = ranks(scores[above])
    last = len(above) + len(equal)
    places = np.concatenate([above, equal[: k - len(above)]])
    return places, np.concatenate([own, np.full(len(places) - len(own), last)])


class GalleryRanking(Ranking):
    """Every clip of a gallery, best first; equal scores in gallery order. Hits are made when they are asked for, once.

    scores: (G,), finite. best_events: places (K,) -> the event that each score comes from (K,). without: the place of a
    clip that is left out. before: the ranking that rank_change is told against.
    """

    def __init__(
        self,
        gallery: AnyGallery,
        scores: np.ndarray,
        best_events: Callable[[np.ndarray], np.ndarray],
        without: int | None = None,
        before: Sequence[Hit] | None = None,
    ):
        self._gallery, self._best_events, self._without, self._before = gallery, best_events, without, before
        self._scores = scores
        if without is not None:
            self._scores = scores.copy()
            self._scores[without] = -np.inf  # behind all others
        self._made: dict[int, Hit] = {}
        self._order: tuple[np.ndarray, np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self._scores) - (self._without is not None)

    def __getitem__(self, index):  # type: ignore[override]
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step < 0:
                return tuple(self)[index]
            places, own = self._first(stop)
            return self._hits(places[start:stop:step], own[start:stop:step])
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(f"hit {index} of {len(self)}")
        if index == -1 and self._order is None:  # the lowest of all, the last of equals
            finite = np.where(np.isneginf(self._scores), np.inf, self._scores)
            place = len(finite) - 1 - int(finite[::-1].argmin())
            return self._at(np.array([place]))[0]
        places, own = self._first(at + 1)
        return self._hits(places[at : at + 1], own[at : at + 1])[0]

    def __iter__(self) -> Iterator[Hit]:
        yield from self[:_FEW]
        for start in range(_FEW, len(self), 1024):
            yield from self[start : start + 1024]

    def picked(self, clip_ids: Collection[str]) -> tuple[Hit, ...]:
        """The hits of these clips in the ranking's order; a clip that is not ranked has none. Sorts nothing."""
        places = np.array(self._places(clip_ids), dtype=np.int64)
        places.sort()
        return self._at(places[np.argsort(-self._scores[places], kind="stable")])

    def ranks_of(self, clip_ids: Sequence[str]) -> list[int | None]:
        """The rank of each, None for a clip that is not ranked."""
        places = self._places(dict.fromkeys(clip_ids))
        own = ranks(self._scores, np.array(places, dtype=np.int64))
        known = {self._gallery.id_at(place): int(rank) for place, rank in zip(places, own, strict=True)}
        return [known.get(clip) for clip in clip_ids]

    def against(self, before: Sequence[Hit] | None) -> GalleryRanking:
        """The same ranking with its rank changes told against another one (None: without)."""
        again = copy.copy(self)
        again._before, again._made = before, {}
        return again

    @property
    def clip_ids(self) -> Sequence[str]:
        """The ranked clips, in gallery order."""
        ids = self._gallery.ids
        return ids if self._without is None else (*ids[: self._without], *ids[self._without + 1 :])

    def _places(self, clip_ids: Collection[str]) -> list[int]:
        places = (self._gallery.place(clip) for clip in clip_ids)
        return [place for place in places if place is not None and place != self._without]

    def _first(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Places and ranks of at least the first `count`."""
        if self._order is None and count <= _FEW:
            return top(self._scores, count)
        if self._order is None:
            self._order = top(self._scores, len(self._scores))
        return self._order

    def _at(self, places: np.ndarray) -> tuple[Hit, ...]:
        return self._hits(places, ranks(self._scores, places))

    def _hits(self, places: np.ndarray, own: np.ndarray) -> tuple[Hit, ...]:
        new = [i for i, place in enumerate(places.tolist()) if place not in self._made]
        if new:
            asked = places[new]
            ids = [self._gallery.id_at(place) for place in asked.tolist()]
            before = ranks_in(self._before, ids) if self._before else [None] * len(ids)
            events = self._best_events(asked)
            for clip, place, rank, event, old in zip(ids, asked.tolist(), own[new], events, before, strict=True):
                moved = old - int(rank) if old is not None else None
                self._made[place] = Hit(clip, int(rank), float(self._scores[place]), moved, int(event))
        return tuple(self._made[place] for place in places.tolist())
