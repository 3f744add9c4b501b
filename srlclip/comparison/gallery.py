"""Embeddings of many clips under both models of a pair: save, load; joined.py puts some together, search.py ranks them.

Stores vectors and knows no encoder; numpy only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from srlclip.files import replacing
from srlclip.situations import DataError

#: What is written; 1, which did not say how many events a clip has of its own, is read too.
FORMAT, READ = 2, (1, 2)
_VECTORS, _CARD = "gallery.safetensors", "gallery.json"


def rectangular(clips: Sequence[np.ndarray]) -> np.ndarray:
    """(E_i, D) per clip -> (G, E, D). Clips with fewer events repeat their last one, which no maximum over events sees."""
    most = max(map(len, clips))
    return np.stack([clip[np.minimum(np.arange(most), len(clip) - 1)] for clip in clips])


class Proposes(Protocol):
    """An index over a gallery (index.py)."""

    def nearest(self, model: str, vector: np.ndarray, count: int) -> np.ndarray:
        """Places of about `count` clips or more whose events are nearest to vector (D,)."""


@dataclass(frozen=True)
class Gallery:
    """G clips of E events under one or more models.

    ids: clip ids, unique. events: model -> (G, E, D). clips: model -> (G, D). Vectors are L2-normalised float32.
    fingerprints: model -> identity of the weights that made its vectors. counts: how many of a clip's E events are its
    own, (G,); the rest repeat its last one. (): all of them. index: proposes clips to a search, for large galleries.
    """

    ids: tuple[str, ...]
    events: Mapping[str, np.ndarray]
    clips: Mapping[str, np.ndarray]
    fingerprints: Mapping[str, str]
    counts: tuple[int, ...] = ()
    index: Proposes | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if len(set(self.ids)) != len(self.ids):
            raise ValueError("clip ids of a gallery must be unique")
        if not self.events or not set(self.events) == set(self.clips) == set(self.fingerprints):
            raise ValueError("events, clips and fingerprints must name the same models")
        for model, events in self.events.items():
            count, dim = len(self.ids), events.shape[-1]
            if events.ndim != 3 or len(events) != count or self.clips[model].shape != (count, dim):
                raise ValueError(
                    f"{model}: {count} ids need events ({count}, E, D) and clips ({count}, D), "
                    f"got {events.shape} and {self.clips[model].shape}"
                )
            if not self.counts:
                object.__setattr__(self, "counts", (events.shape[1],) * count)
            if len(self.counts) != count or not all(1 <= own <= events.shape[1] for own in self.counts):
                raise ValueError(f"counts must be {count} whole numbers of 1 to {events.shape[1]}")

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, clip_id: object) -> bool:
        return isinstance(clip_id, str) and self.place(clip_id) is not None

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(self.clips)

    def with_counts(self, labelled: Sequence[int]) -> Gallery:
        """The gallery with the number of events of each labelled clip; 0 keeps what is known of an unlabelled one."""
        known = zip(labelled, self.counts, strict=True)
        return replace(self, counts=tuple(min(own, kept) if own else kept for own, kept in known))

    @property
    def parts(self) -> tuple[Gallery, ...]:
        """Itself: joined.JoinedGallery has several."""
        return (self,)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {clip: place for place, clip in enumerate(self.ids)}

    def place(self, clip_id: str) -> int | None:
        """Where a clip stands, None if it does not."""
        return self._places.get(clip_id)

    def id_at(self, place: int) -> str:
        return self.ids[place]

    def event_vectors(self, place: int) -> dict[str, np.ndarray]:
        """model -> (E, D), a clip's own events."""
        return {model: events[place][: self.counts[place]] for model, events in self.events.items()}

    def save(self, folder: str | Path) -> None:
        """Write gallery.safetensors and gallery.json, both or neither: a gallery that was there before stays until both
        are whole, and without its card a folder is none."""
        from safetensors.numpy import save_file

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        vectors = {f"{model}.events": np.ascontiguousarray(value) for model, value in self.events.items()}
        vectors |= {f"{model}.clips": np.ascontiguousarray(value) for model, value in self.clips.items()}
        card = {
            "format": FORMAT,
            "ids": list(self.ids),
            "fingerprints": dict(self.fingerprints),
            "counts": list(self.counts),
        }
        with replacing(folder / _CARD) as draft:
            draft.write_text(json.dumps(card, indent=1) + "\n", "utf-8")
            with replacing(folder / _VECTORS) as vectors_draft:
                save_file(vectors, str(vectors_draft))
                (folder / _CARD).unlink(missing_ok=True)  # an old card must not speak of new vectors

    @classmethod
    def load(cls, folder: str | Path, fingerprints: Mapping[str, str] | None = None) -> Gallery:
        """A saved gallery. fingerprints: of the models it will be searched with; a difference is a DataError."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        path = Path(folder) / _CARD
        try:
            card = json.loads(path.read_text("utf-8"))
            vectors = load_file(str(Path(folder) / _VECTORS))
            if card["format"] not in READ:
                known = " and ".join(map(str, READ))
                raise DataError(f"format {card['format']!r}, this version reads {known}; build it again", file=path)
            counts = tuple(card["counts"]) if card["format"] > 1 else ()
            models = card["fingerprints"]
            events = {model: vectors[f"{model}.events"] for model in models}
            clips = {model: vectors[f"{model}.clips"] for model in models}
            gallery = cls(tuple(card["ids"]), events, clips, models, counts)
        except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
            raise DataError(f"not a complete gallery ({error}); build it again", file=path) from error
        for model, wanted in (fingerprints or {}).items():
            if models.get(model) != wanted:
                came = models.get(model, "no such model")
                raise DataError(
                    f"built with other weights of the {model} model ({came}, not {wanted}); build it again", file=path
                )
        return gallery
