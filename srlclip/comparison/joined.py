"""Clips of one's own beside a gallery: a view of several galleries, of which none is copied. numpy only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate

import numpy as np

from srlclip.comparison.gallery import Gallery, rectangular
from srlclip.pooling import pooled


class JoinedGallery:
    """Galleries one after the other, in the words of one Gallery. What is laid out whole (ids, counts, events, clips) is
    made when it is first asked for; search, places and single clips ask the parts. Raises ValueError if ids repeat."""

    def __init__(self, parts: tuple[Gallery, ...]):
        self.parts, self.fingerprints = parts, parts[-1].fingerprints
        self._starts = list(accumulate(map(len, parts), initial=0))
        smallest = sorted(parts, key=len)
        for number, part in enumerate(smallest):  # the largest is never walked through
            for other in smallest[number + 1 :]:
                if any(other.place(clip) is not None for clip in part.ids):
                    raise ValueError("clip ids of a gallery must be unique")

    def __len__(self) -> int:
        return self._starts[-1]

    def __contains__(self, clip_id: object) -> bool:
        return isinstance(clip_id, str) and self.place(clip_id) is not None

    @property
    def models(self) -> tuple[str, ...]:
        return self.parts[-1].models

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(clip for part in self.parts for clip in part.ids)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        return tuple(own for part in self.parts for own in part.counts)

    @cached_property
    def events(self) -> dict[str, np.ndarray]:
        return {m: rectangular([row for part in self.parts for row in part.events[m]]) for m in self.models}

    @cached_property
    def clips(self) -> dict[str, np.ndarray]:
        return {m: np.concatenate([part.clips[m] for part in self.parts]) for m in self.models}

    def whole(self) -> Gallery:
        """One gallery of all clips, copied."""
        return Gallery(self.ids, self.events, self.clips, self.fingerprints, self.counts)

    def place(self, clip_id: str) -> int | None:
        """Where a clip stands, None if it does not."""
        places = zip(self._starts, (part.place(clip_id) for part in self.parts), strict=False)
        return next((start + place for start, place in places if place is not None), None)

    def id_at(self, place: int) -> str:
        part, within = self._within(place)
        return part.id_at(within)

    def event_vectors(self, place: int) -> dict[str, np.ndarray]:
        """model -> (E, D), a clip's own events."""
        part, within = self._within(place)
        return part.event_vectors(within)

    def _within(self, place: int) -> tuple[Gallery, int]:
        number = next(i for i, end in enumerate(self._starts[1:]) if place < end)
        return self.parts[number], place - self._starts[number]


AnyGallery = Gallery | JoinedGallery


def with_clips(
    gallery: AnyGallery, clips: Mapping[str, Mapping[str, np.ndarray]], own_too: bool
) -> Gallery | JoinedGallery:
    """A gallery of other clips: id -> model -> event embeddings (E, D), any E. own_too: followed by this one's, in a view.

    Raises ValueError for an id that is there already, or no clips at all.
    """
    if not clips:
        if not own_too or not len(gallery):
            raise ValueError("a gallery needs at least one clip")
        return gallery
    rows = {model: [vectors[model] for vectors in clips.values()] for model in gallery.models}
    events = {model: rectangular(own) for model, own in rows.items()}
    means = {model: np.stack([pooled(own) for own in each]) for model, each in rows.items()}  # without those repeated
    counts = tuple(map(len, rows[gallery.models[0]]))
    mine = Gallery(tuple(clips), events, means, gallery.fingerprints, counts)
    return JoinedGallery((mine, *gallery.parts)) if own_too else mine
