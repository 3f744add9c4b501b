"""A ranking whose first hits an index proposes; what lies further down is counted exactly when it is asked for."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property

import numpy as np

from srlclip.comparison.joined import AnyGallery
from srlclip.comparison.ranking import GalleryRanking, ranks
from srlclip.results import Hit, Ranking, picked, ranks_in

#: How many hits come from the index.
FIRST = 64


class IndexedRanking(Ranking):
    """As GalleryRanking, but that the first FIRST hits come from the galleries' index, scored and ordered exactly, and
    their ranks are counted among what it proposed. It may miss a clip (docs/performance.md says how often).

    rank_change is told where the other ranking proposed the clip too, else None. Slices beyond FIRST, a clip's rank and
    every hit by name are those of `exact`, which compares every clip.
    """

    def __init__(
        self,
        gallery: AnyGallery,
        model: str,
        vector: np.ndarray,
        exact: Callable[[], GalleryRanking],
        without: int | None = None,
        before: Sequence[Hit] | None = None,
    ):
        self._gallery, self._model, self._vector, self._make_exact = gallery, model, vector, exact
        self._without, self._before = without, before

    def __len__(self) -> int:
        return len(self._gallery) - (self._without is not None)

    def __getitem__(self, index):  # type: ignore[override]
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            near = step > 0 and stop <= min(FIRST, len(self.first))
            return self.first[start:stop:step] if near else self.exact[index]
        return self.first[index] if 0 <= index < len(self.first) else self.exact[index]

    def __iter__(self) -> Iterator[Hit]:
        yield from self.first
        if len(self.first) < len(self):
            seen = {hit.clip_id for hit in self.first}
            yield from (hit for hit in self.exact if hit.clip_id not in seen)

    @cached_property
    def exact(self) -> GalleryRanking:
        """The ranking by a comparison with every clip."""
        return self._make_exact().against(self._before)

    @cached_property
    def first(self) -> tuple[Hit, ...]:
        """The first FIRST hits, or all of a smaller gallery."""
        places, scores, events = self._scored()
        own = ranks(scores)
        order = np.lexsort((places, -scores))[:FIRST]
        ids = [self._gallery.id_at(int(place)) for place in places[order]]
        before = self._before
        if isinstance(before, IndexedRanking):
            before = before.first
        old = ranks_in(before, ids) if before else [None] * len(ids)
        return tuple(
            Hit(clip, int(own[i]), float(scores[i]), was - int(own[i]) if was is not None else None, int(events[i]))
            for clip, i, was in zip(ids, order, old, strict=True)
        )

    def _scored(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(places, exact scores, best events) of what the indexes propose, and of every clip of parts without one."""
        parts, start = [], 0
        for part in self._gallery.parts:
            near = part.index.nearest(self._model, self._vector, FIRST + 1) if part.index else np.arange(len(part))
            own = np.einsum("ged,d->ge", part.events[self._model][near], self._vector)
            parts.append((start + near, own.max(axis=1), own.argmax(axis=1)))
            start += len(part)
        places, scores, events = map(np.concatenate, zip(*parts, strict=True))
        if self._without is not None:
            kept = places != self._without
            places, scores, events = places[kept], scores[kept], events[kept]
        if not np.isfinite(scores).all():
            raise FloatingPointError("embeddings are not finite")
        return places, scores, events

    def picked(self, clip_ids: Collection[str]) -> tuple[Hit, ...]:
        near = picked(self.first, clip_ids)
        return near if len(near) == len(set(clip_ids)) else self.exact.picked(clip_ids)

    def ranks_of(self, clip_ids: Sequence[str]) -> list[int | None]:
        return self.exact.ranks_of(clip_ids)

    def against(self, before: Sequence[Hit] | None) -> IndexedRanking:
        again = copy.copy(self)
        again._before = before
        for made in ("first", "exact"):
            again.__dict__.pop(made, None)
        return again

    @property
    def clip_ids(self) -> Sequence[str]:
        return self.exact.clip_ids

    @property
    def lowest(self) -> float:
        """Of the first hits: the lowest of all would be a comparison with every clip."""
        return self.first[-1].score
