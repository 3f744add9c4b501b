"""A gallery in a vector engine, for more clips than one machine holds: Qdrant (pip install .[qdrant]), by its client.

A point is a clip. Its events under either model are a multivector, "base" and "adapted", compared by MaxSim: for one query
that is the cosine with the best event, the score of a search here too. The engine proposes and shards; scores are computed
again from the vectors that it returns. The collection's metadata holds the models' fingerprints. Why Qdrant:
docs/performance.md.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import numpy as np

from srlclip.comparison.gallery import Gallery
from srlclip.progress import Progress
from srlclip.results import MODELS
from srlclip.situations import DataError, Situation, SrlClipError

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

SCHEMES = ("qdrant", "qdrants")
FORMAT = 1
_BATCH, _SECONDS = 256, 60


class MissingEngineClient(SrlClipError):
    """qdrant-client is not installed."""


def is_address(gallery: str | Path | None) -> bool:
    """Whether a gallery is named by an engine's address and is no folder."""
    return isinstance(gallery, str) and gallery.split(":", 1)[0] in SCHEMES and "://" in gallery


@dataclass(frozen=True)
class Address:
    """qdrant://host:port/collection, qdrants:// with TLS; qdrant:///folder/collection is the client's own embedded mode,
    for tests and tries. The key of a server that wants one is the environment's QDRANT_API_KEY."""

    text: str

    def parts(self) -> tuple[dict[str, Any], str]:
        """(arguments of the client, the collection). Raises ValueError."""
        url = urlsplit(self.text)
        before, _, collection = url.path.rpartition("/")
        try:
            port = url.port or 6333
        except ValueError:
            port = 0
        bad = not port or not collection or bool(before) == bool(url.hostname) or url.query or url.username
        if url.scheme not in SCHEMES or bad:
            raise ValueError(
                f"the gallery's address is {self.text!r}; write qdrant://host:port/collection (qdrants:// with TLS)"
            )
        if not url.hostname:
            return {"path": before}, collection
        secure = url.scheme == "qdrants"
        key = os.environ.get("QDRANT_API_KEY")
        return {"host": url.hostname, "port": port, "https": secure, "api_key": key, "timeout": _SECONDS}, collection


def _client(address: str) -> tuple[QdrantClient, str]:
    arguments, collection = Address(address).parts()
    try:
        from qdrant_client import QdrantClient
    except ImportError as error:
        raise MissingEngineClient(
            "a gallery in Qdrant needs its client; install it with: pip install 'srlclip[qdrant]'"
        ) from error
    with _answering(address):
        return QdrantClient(**arguments), collection


@contextmanager
def _answering(address: str) -> Iterator[None]:
    """What the client raises, as a DataError that names the address."""
    try:
        yield
    except SrlClipError:
        raise
    except Exception as error:  # the client raises whatever its transport does
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise DataError(
            f"the vector engine did not answer: {reason}; check the address and the server", file=address
        ) from error


def point_id(clip_id: str) -> int:
    """A clip's point: 63 bits of its name's SHA-256, so that a clip is found and replaced without a search."""
    return int.from_bytes(hashlib.sha256(clip_id.encode()).digest()[:8], "big") >> 1


@dataclass(frozen=True)
class Candidate:
    """A clip that the engine returned. order: its place when it was written; events: model -> (E, D), those asked for."""

    clip_id: str
    order: int
    events: Mapping[str, np.ndarray]


class RemoteGallery:
    """A collection, opened with the models that it will be searched with. Raises DataError if others made it."""

    def __init__(self, address: str, fingerprints: Mapping[str, str]):
        self.address = address
        self._engine, self._collection = _client(address)
        with _answering(address):
            metadata = self._engine.get_collection(self._collection).config.metadata or {}
        if metadata.get("srlclip") != FORMAT:
            raise DataError("not a gallery that `python -m srlclip index --out` has written", file=address)
        self.fingerprints: Mapping[str, str] = metadata["fingerprints"]
        self.models = tuple(self.fingerprints)
        for model, wanted in fingerprints.items():
            if self.fingerprints.get(model) != wanted:
                came = self.fingerprints.get(model, "no such model")
                message = f"built with other weights of the {model} model ({came}, not {wanted}); write it again"
                raise DataError(message, file=address)

    @cached_property
    def _count(self) -> int:
        with _answering(self.address):
            return self._engine.count(self._collection, exact=True).count

    def __len__(self) -> int:
        return self._count

    def __contains__(self, clip_id: object) -> bool:
        return isinstance(clip_id, str) and self.place(clip_id) is not None

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Every clip, in the order in which they were written: one walk over the collection."""
        rows, at = [], None
        while True:
            with _answering(self.address):
                points, at = self._engine.scroll(self._collection, limit=10_000, offset=at, with_vectors=False)
            rows += [(point.payload["order"], point.payload["clip_id"]) for point in points]
            if at is None:
                return tuple(clip for _, clip in sorted(rows))

    def place(self, clip_id: str) -> int | None:
        """A clip's point, None if there is none."""
        return point_id(clip_id) if self._payload(clip_id) is not None else None

    def situation(self, clip_id: str) -> Situation | None:
        """What was written of a clip beside its vectors: file and seconds. Labels stay with the files."""
        own = self._payload(clip_id)
        if own is None:
            return None
        path = Path(own["path"]) if own["path"] else None
        return Situation(clip_id, path, (), start=own["start"], end=own["end"])

    def event_vectors(self, place: int) -> dict[str, np.ndarray]:
        """model -> (E, D), a clip's own events."""
        with _answering(self.address):
            (point,) = self._engine.retrieve(self._collection, [place], with_vectors=True)
        return {model: np.array(point.vector[model], np.float32) for model in self.models}

    @property
    def events(self) -> NoReturn:
        raise DataError("a gallery in a vector engine can be searched; for all else give a folder", file=self.address)

    clips = counts = parts = events

    def nearest(self, model: str, vector: np.ndarray, count: int, without: str | None = None) -> list[Candidate]:
        """The `count` clips nearest to vector (D,), as the engine has them, with their events under that model."""
        from qdrant_client import models

        rest = models.Filter(must_not=[models.HasIdCondition(has_id=[point_id(without)])]) if without else None
        with _answering(self.address):
            answer = self._engine.query_points(
                self._collection, query=[vector.tolist()], using=model, limit=count, query_filter=rest,
                with_payload=["clip_id", "order"], with_vectors=[model],
            )  # fmt: skip
        return [
            Candidate(p.payload["clip_id"], p.payload["order"], {model: np.array(p.vector[model], np.float32)})
            for p in answer.points
        ]

    def scoring_at_least(self, model: str, vector: np.ndarray, score: float, most: int, without: str | None) -> int:
        """How many clips score so, counted exactly by the engine, up to `most`."""
        from qdrant_client import models

        rest = models.Filter(must_not=[models.HasIdCondition(has_id=[point_id(without)])]) if without else None
        with _answering(self.address):
            answer = self._engine.query_points(
                self._collection, query=[vector.tolist()], using=model, limit=most, query_filter=rest,
                score_threshold=score, search_params=models.SearchParams(exact=True), with_payload=False,
            )  # fmt: skip
        return len(answer.points)

    def _payload(self, clip_id: str) -> dict[str, Any] | None:
        with _answering(self.address):
            points = self._engine.retrieve(self._collection, [point_id(clip_id)], with_payload=True)
        return next((point.payload for point in points if point.payload["clip_id"] == clip_id), None)


class RemoteSituations(Mapping[str, Situation]):
    """The clips of a remote gallery by their ids, asked for one by one."""

    def __init__(self, gallery: RemoteGallery):
        self._gallery = gallery

    def __getitem__(self, clip_id: str) -> Situation:
        situation = self._gallery.situation(clip_id)
        if situation is None:
            raise KeyError(clip_id)
        return situation

    def __iter__(self) -> Iterator[str]:
        return iter(self._gallery.ids)

    def __len__(self) -> int:
        return len(self._gallery)


def write_remote(
    gallery: Gallery, situations: Sequence[Situation], address: str, progress: Progress | None = None
) -> int:
    """Put a gallery's clips into a collection, which is made if it is not there; clips of the same name are replaced.

    Returns how many clips it then holds. Raises DataError for a collection of other models, or no answer.
    """
    engine, collection = _client(address)
    with _answering(address):
        exists = engine.collection_exists(collection)
        if not exists:
            _create(engine, collection, gallery)
        engine.close()
    there = RemoteGallery(address, gallery.fingerprints)
    engine, first = there._engine, len(there)
    by_id = {each.clip_id: each for each in situations}
    for start in range(0, len(gallery), _BATCH):
        ids = gallery.ids[start : start + _BATCH]
        points = [_point(gallery, start + i, first + start + i, by_id[clip]) for i, clip in enumerate(ids)]
        with _answering(address):
            engine.upsert(collection, points)
        if progress:
            progress((start + len(ids)) / len(gallery), f"written {start + len(ids):,} of {len(gallery):,} clips")
    with _answering(address):
        held = engine.count(collection, exact=True).count
        engine.close()
    return held


def _create(engine: QdrantClient, collection: str, gallery: Gallery) -> None:
    from qdrant_client import models

    best = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
    vectors = {
        model: models.VectorParams(
            size=gallery.clips[model].shape[-1], distance=models.Distance.DOT, on_disk=True, multivector_config=best
        )
        for model in MODELS
    }
    metadata = {"srlclip": FORMAT, "fingerprints": dict(gallery.fingerprints)}
    engine.create_collection(collection, vectors_config=vectors, metadata=metadata)


def _point(gallery: Gallery, place: int, order: int, situation: Situation) -> Any:
    from qdrant_client import models

    vectors = {model: rows.tolist() for model, rows in gallery.event_vectors(place).items()}
    payload = {
        "clip_id": situation.clip_id,
        "order": order,
        "path": str(situation.path) if situation.path is not None else "",
        "start": situation.start,
        "end": situation.end,
    }
    return models.PointStruct(id=point_id(situation.clip_id), vector=vectors, payload=payload)
