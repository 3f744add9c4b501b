"""A ranking of which a vector engine returns as much as is looked at."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from srlclip.comparison.ranking import ranks
from srlclip.comparison.remote import Candidate, RemoteGallery
from srlclip.results import Hit, Ranking, ranks_in
from srlclip.situations import DataError

#: How many hits are asked for at first, and up to which rank a clip further down is counted.
FIRST, COUNTED = 64, 10_000
#: The engine may round a score apart from ours by this much.
_ROUNDING = 1e-6


class RemoteRanking(Ranking):
    """The clips of a remote gallery, best first. Scores and the order of what is returned are computed here from its vectors;
    equal scores in the order of writing. What the engine's own index misses is missing. A rank is counted among what was
    returned, or (ranks_of) by the engine up to COUNTED, beyond which it is None; rank_change is told where the other
    ranking returned the clip too."""

    def __init__(
        self,
        gallery: RemoteGallery,
        model: str,
        vector: np.ndarray,
        without: str | None = None,
        before: Sequence[Hit] | None = None,
    ):
        self._gallery, self._model, self._vector = gallery, model, vector
        self._without, self._before = without, before
        self._hits: tuple[Hit, ...] = ()
        self.returned(FIRST)

    def __len__(self) -> int:
        return len(self._gallery) - (self._without is not None)

    def __getitem__(self, index):  # type: ignore[override]
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return self.returned(stop if step > 0 else start + 1)[start:stop:step] if step > 0 else tuple(self)[index]
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(f"hit {index} of {len(self)}")
        return self.returned(at + 1)[at]

    def __iter__(self) -> Iterator[Hit]:
        at = 0
        while at < len(hits := self.returned(max(FIRST, 2 * at))):
            yield from hits[at:]
            at = len(hits)

    def returned(self, count: int) -> tuple[Hit, ...]:
        """The first `count` hits at least, or as many as there are."""
        count = min(count, len(self))
        if len(self._hits) < count:
            self._hits = self._made(self._gallery.nearest(self._model, self._vector, count, self._without))
        return self._hits

    def _made(self, candidates: Sequence[Candidate]) -> tuple[Hit, ...]:
        every = [self._scores(each.events[self._model]) for each in candidates]
        scores = np.array([own.max() for own in every], np.float32)
        if not np.isfinite(scores).all():
            raise FloatingPointError("embeddings are not finite")
        own, order = ranks(scores), np.lexsort(([each.order for each in candidates], -scores))
        ids = [candidates[i].clip_id for i in order]
        before = self._before._hits if isinstance(self._before, RemoteRanking) else self._before
        old = ranks_in(before, ids) if before else [None] * len(ids)
        return tuple(
            Hit(
                clip,
                int(own[i]),
                float(scores[i]),
                was - int(own[i]) if was is not None else None,
                int(every[i].argmax()),
            )
            for clip, i, was in zip(ids, order, old, strict=True)
        )

    def _scores(self, events: np.ndarray) -> np.ndarray:
        """(E, D) -> (E,)."""
        return np.einsum("ed,d->e", events, self._vector)

    def picked(self, clip_ids: Collection[str]) -> tuple[Hit, ...]:
        wanted = set(clip_ids)
        near = [hit for hit in self._hits if hit.clip_id in wanted]
        far = [self._counted(clip) for clip in sorted(wanted - {hit.clip_id for hit in near})]
        return (*near, *sorted((hit for hit in far if hit is not None), key=lambda hit: -hit.score))

    def ranks_of(self, clip_ids: Sequence[str]) -> list[int | None]:
        hits = {hit.clip_id: hit.rank for hit in self.picked(clip_ids)}
        return [hits.get(clip) for clip in clip_ids]

    def _counted(self, clip_id: str) -> Hit | None:
        place = self._gallery.place(clip_id) if clip_id != self._without else None
        if place is None:
            return None
        every = self._scores(self._gallery.event_vectors(place)[self._model])
        lowest = float(every.max()) - _ROUNDING
        rank = self._gallery.scoring_at_least(self._model, self._vector, lowest, COUNTED + 1, self._without)
        return Hit(clip_id, rank, float(every.max()), None, int(every.argmax())) if rank <= COUNTED else None

    def against(self, before: Sequence[Hit] | None) -> RemoteRanking:
        again = copy.copy(self)
        again._before, again._hits = before, ()
        return again

    @property
    def clip_ids(self) -> Sequence[str]:
        return [clip for clip in self._gallery.ids if clip != self._without]

    @property
    def lowest(self) -> float:
        """Of what was returned."""
        if not self._hits:
            raise DataError("the engine returned no clip", file=self._gallery.address)
        return self._hits[-1].score
