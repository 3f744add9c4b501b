"""Embeddings of many clips under both models of a pair: build, save, load, search exactly.

Stores vectors and knows no encoder; numpy only. A matrix product over everything is fast up to about a million clips.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from srlclip.files import replacing
from srlclip.situations import DataError

FORMAT = 1
_VECTORS, _CARD = "gallery.safetensors", "gallery.json"


@dataclass(frozen=True)
class Gallery:
    """G clips of E events under one or more models.

    ids: clip ids, unique. events: model -> (G, E, D). clips: model -> (G, D). Vectors are L2-normalised float32.
    fingerprints: model -> identity of the weights that made its vectors.
    """

    ids: tuple[str, ...]
    events: Mapping[str, np.ndarray]
    clips: Mapping[str, np.ndarray]
    fingerprints: Mapping[str, str]

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

    @classmethod
    def from_frames(
        cls, ids: Sequence[str], frames: Mapping[str, np.ndarray], fingerprints: Mapping[str, str]
    ) -> Gallery:
        """frames: model -> L2-normalised frame embeddings (G, E, F, D); events and clips are their normalised means."""
        events = {model: _normalised(vectors.mean(axis=2)) for model, vectors in frames.items()}
        clips = {model: _normalised(vectors.mean(axis=(1, 2))) for model, vectors in frames.items()}
        return cls(tuple(ids), events, clips, dict(fingerprints))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(self.clips)

    def search(self, query: np.ndarray, model: str, k: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest clips, best first (None: all), equal scores in gallery order.

        query: (D,), L2-normalised -> positions in `ids`, ints (k,), and cosines, float32 (k,). Raises ValueError.
        """
        scores = self._of(self.clips, model) @ self._checked(query, model)  # (G,)
        if k is None or k >= len(scores):
            order = np.argsort(-scores, kind="stable")
        else:
            if k < 1:
                raise ValueError(f"k is {k}; it must be 1 or more")
            # Every clip that ties with the k-th must be in the running, so that gallery order decides between them.
            edge = np.partition(scores, len(scores) - k)[len(scores) - k]
            near = np.flatnonzero(scores >= edge)
            order = near[np.argsort(-scores[near], kind="stable")][:k]
        return order, scores[order]

    def timeline(self, query: np.ndarray, clip_id: str, model: str) -> np.ndarray:
        """Cosine of one query (D,) with each event of one clip: float32 (E,). Raises ValueError."""
        if clip_id not in self.ids:
            raise ValueError(f"no clip {clip_id!r} in this gallery of {len(self)} clips")
        return self._of(self.events, model)[self.ids.index(clip_id)] @ self._checked(query, model)

    def with_clips(self, clips: Mapping[str, Mapping[str, np.ndarray]], own_too: bool) -> Gallery:
        """A gallery of other clips: id -> model -> event embeddings (E, D), any E. own_too: followed by this one's.

        Clips with fewer events than others repeat their last one, which no maximum over events sees. Raises ValueError
        for an id that is there already, or no clips at all.
        """
        kept = self.ids if own_too else ()
        if not clips and not kept:
            raise ValueError("a gallery needs at least one clip")
        events = {}
        for model in self.models:
            rows = [found[model] for found in clips.values()] + (list(self.events[model]) if own_too else [])
            most = max(len(row) for row in rows)
            events[model] = np.stack([row[np.minimum(np.arange(most), len(row) - 1)] for row in rows])
        means = {model: _normalised(rows.mean(axis=1)) for model, rows in events.items()}
        for model, rows in means.items():  # the mean over its own events, without those repeated
            for i, found in enumerate(clips.values()):
                rows[i] = _normalised(found[model].mean(axis=0))
            if own_too:
                rows[len(clips) :] = self.clips[model]
        return Gallery((*clips, *kept), events, means, self.fingerprints)

    def save(self, folder: str | Path) -> None:
        """Write gallery.safetensors and gallery.json, both or neither: a gallery that was there before stays until both
        are whole, and without its card a folder is none."""
        from safetensors.numpy import save_file

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        vectors = {f"{model}.events": np.ascontiguousarray(value) for model, value in self.events.items()}
        vectors |= {f"{model}.clips": np.ascontiguousarray(value) for model, value in self.clips.items()}
        card = {"format": FORMAT, "ids": list(self.ids), "fingerprints": dict(self.fingerprints)}
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
            if card["format"] != FORMAT:
                raise DataError(f"format {card['format']!r}, this version reads {FORMAT}; build it again", file=path)
            models = card["fingerprints"]
            events = {model: vectors[f"{model}.events"] for model in models}
            clips = {model: vectors[f"{model}.clips"] for model in models}
            gallery = cls(tuple(card["ids"]), events, clips, models)
        except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
            raise DataError(f"not a complete gallery ({error}); build it again", file=path) from error
        for model, wanted in (fingerprints or {}).items():
            if models.get(model) != wanted:
                came = models.get(model, "no such model")
                raise DataError(
                    f"built with other weights of the {model} model ({came}, not {wanted}); build it again", file=path
                )
        return gallery

    def _of(self, vectors: Mapping[str, np.ndarray], model: str) -> np.ndarray:
        if model not in vectors:
            raise ValueError(f"no model {model!r} in this gallery; allowed: {', '.join(self.models)}")
        return vectors[model]

    def _checked(self, query: np.ndarray, model: str) -> np.ndarray:
        query = np.asarray(query, dtype=np.float32)
        dim = self._of(self.clips, model).shape[1]
        if query.shape != (dim,):
            raise ValueError(f"query must be ({dim},), got {query.shape}")
        return query


def _normalised(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
