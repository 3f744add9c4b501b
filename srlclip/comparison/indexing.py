"""Embed a gallery of clips under both models of a pair, once: kept beside the package's clips or in the user's cache.

The cache holds vectors by clip (srlclip.data.embedding_store): a folder that gains, loses or changes some videos costs
these alone, a killed run goes on, and galleries that share clips share their vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import numpy as np

from srlclip import ASSETS
from srlclip.comparison.embedding import FRAMES_PER_EVENT, cache_folder, embedded, gallery_name
from srlclip.comparison.gallery import Gallery
from srlclip.data.embedding_runs import EFFORT, Effort, Steps, work_through
from srlclip.data.embedding_store import EmbeddingStore
from srlclip.data.frame_cache import Sampling, clip_key
from srlclip.files import json_digest
from srlclip.models.pair import ClipPair
from srlclip.pooling import event_vectors, pooled
from srlclip.processes import together
from srlclip.progress import Progress
from srlclip.results import MODELS, Both
from srlclip.situations import SECONDS_PER_EVENT, DataError, Situation, VideoDecodeError
from srlclip.video.clips import ClipChunk, clip_chunks

#: Where a gallery's embeddings come from: the package, the user's cache, or made just now, some of them at least.
BUNDLED, CACHED, EMBEDDED = "bundled", "cached", "embedded"
#: Bytes of event vectors above which one clip of far more events than the others is refused: all get room for as many.
ROOM = 8 << 30
_MEND = "make room, or name another folder by the environment variable SRLCLIP_CACHE"


@dataclass(frozen=True)
class Indexed:
    """An embedded gallery. clips: that it is of, in its order. origin: BUNDLED, CACHED or EMBEDDED. made: how many were embedded now.
    left_out: clip id -> why it is not in the gallery; it is tried again next time."""

    gallery: Gallery
    clips: tuple[Situation, ...]
    origin: str
    made: int
    left_out: Mapping[str, str]


def embed_gallery(
    pair: ClipPair, situations: Sequence[Situation], effort: Effort = EFFORT, must_keep: bool = False
) -> Indexed | None:
    """Embeddings of all clips under both models, bundled, from the user's cache, or made; None in every process but the
    first. must_keep: a cache that cannot be written to is a DataError, as it is with several processes; else it is told
    through the progress, and the vectors stay in memory.

    DataError if no clip can be decoded, and for what ended another process.
    """
    processes = effort.processes
    bundled = _bundled(pair, situations)
    if bundled is not None:
        return None if processes.rank else bundled
    vectors = GalleryVectors(pair, must_keep or processes.ranks > 1, effort.progress)
    jobs = [(vectors.key(situation), situation) for situation in situations]
    shares = together(processes, lambda: _embed(pair, jobs, vectors, effort))
    if processes.rank:
        return None
    failures = {key: why for _, share in shares for key, why in share.items()}
    indexed = _assembled(pair, jobs, vectors, failures, made=sum(made for made, _ in shares))
    if vectors.problem and effort.progress:
        effort.progress(1.0, f"embeddings not kept for the next start: {vectors.problem}")
    return indexed


class GalleryVectors:
    """Event vectors (E, D) of clips by key: in the user's cache, and in memory where that cannot be written to.

    must_keep: then that is a DataError instead. problem: why some vectors are in memory alone.
    """

    def __init__(self, pair: ClipPair, must_keep: bool, progress: Progress | None = None):
        self._must_keep, self.problem = must_keep, ""
        self._sampling = Sampling(0, FRAMES_PER_EVENT, pair.base.preprocess_spec)
        self._memory: dict[str, Both[np.ndarray]] = {}
        self._stores: Both[EmbeddingStore] | None = None
        rule = json_digest([asdict(self._sampling), SECONDS_PER_EVENT], 8, sort_keys=True)
        folder = cache_folder() / "events"
        with self._forgiven():
            self._stores = Both.of(lambda model: EmbeddingStore(folder / f"{pair.marks[model]}-{rule}", _MEND))

    def key(self, situation: Situation) -> str:
        """What a clip's vectors are kept under: clip_key; of a file that is not there, of nothing."""
        return clip_key(situation, self._sampling) or json_digest(["no file", situation.clip_id], 32)

    def refresh(self) -> None:
        """See what other processes have kept."""
        for store in self._stores or ():
            store.refresh()

    def keep(self, shard: Mapping[str, Both[np.ndarray]]) -> None:
        """key -> both models' (E, D)."""
        if self._stores is not None and not self.problem:
            with self._forgiven():
                for model, store in zip(MODELS, self._stores, strict=True):
                    store.add({key: getattr(both, model) for key, both in shard.items()})
        if self.problem:
            self._memory.update(shard)

    def read(self, keys: Sequence[str]) -> Iterator[tuple[str, Both[np.ndarray]]]:
        """(key, both models' (E, D)) of those that are there, whole, under both; some at a time are in memory."""
        yield from ((key, self._memory[key]) for key in keys if key in self._memory)
        if self._stores is not None:
            left = [key for key in keys if key not in self._memory]
            for base, adapted in zip(*(store.parts(left) for store in self._stores), strict=True):
                yield from ((key, Both(base[key], adapted[key])) for key in base.keys() & adapted.keys())

    @contextmanager
    def _forgiven(self) -> Iterator[None]:
        try:
            yield
        except DataError as error:
            if self._must_keep:
                raise
            self.problem = str(error)


def _bundled(pair: ClipPair, situations: Sequence[Situation]) -> Indexed | None:
    try:
        gallery = Gallery.load(ASSETS / "index" / gallery_name(pair, situations), pair.marks)
    except DataError:
        return None
    by_id = {s.clip_id: s for s in situations}
    clips = tuple(by_id[i] for i in gallery.ids)
    left_out = dict.fromkeys(by_id.keys() - set(gallery.ids), "it could not be decoded when the gallery was embedded")
    return Indexed(gallery.with_counts([len(clip.events) for clip in clips]), clips, BUNDLED, 0, left_out)


def _embed(
    pair: ClipPair, jobs: Sequence[tuple[str, Situation]], vectors: GalleryVectors, effort: Effort
) -> tuple[int, dict[str, str]]:
    """How many clips of this process's share were embedded, and key -> why one was not."""
    spec, made = pair.base.preprocess_spec, 0

    def take(key: str, situation: Situation, chunks: Iterator[ClipChunk]) -> Both[np.ndarray]:
        frames, _ = embedded(pair, chunks, FRAMES_PER_EVENT)
        if vectors.key(situation) != key:
            raise VideoDecodeError(f"{situation.path}: changed while it was read; run this again")
        return Both.of(lambda model: event_vectors(frames[model]).numpy())

    def keep(shard: Mapping[str, Both[np.ndarray]]) -> None:
        nonlocal made
        vectors.keep(shard)
        made += len(shard)

    steps = Steps(read=lambda s: clip_chunks(s, None, FRAMES_PER_EVENT, spec), take=take, keep=keep)

    def lacking(keys: Sequence[str]) -> set[str]:
        return set(keys).difference(key for key, _ in vectors.read(keys))

    failures = work_through(jobs, lacking, steps, effort, "embedding clip", "clips")
    return made, {key: str(error) for key, error in failures.items()}


def _assembled(
    pair: ClipPair,
    jobs: Sequence[tuple[str, Situation]],
    vectors: GalleryVectors,
    failures: Mapping[str, str],
    made: int,
) -> Indexed:
    """The gallery of the clips that have vectors, read twice so that they are in memory once: for their number, then in
    their places."""
    vectors.refresh()
    lengths = {key: len(both.base) for key, both in vectors.read([key for key, _ in jobs])}
    there = [(key, situation) for key, situation in jobs if key in lengths]
    left_out = {
        s.clip_id: failures.get(key, "its embedding could not be read back") for key, s in jobs if key not in lengths
    }
    if not there:
        raise DataError(f"none of the {len(jobs)} videos could be decoded; the first: {next(iter(left_out.values()))}")
    counts = [lengths[key] for key, _ in there]
    _check_room(counts, pair.embed_dim, there)
    shape = (len(there), max(counts), pair.embed_dim)
    events = {model: np.empty(shape, np.float32) for model in MODELS}
    clips = {model: np.empty((shape[0], shape[2]), np.float32) for model in MODELS}
    place = {key: row for row, (key, _) in enumerate(there)}
    for key, both in vectors.read(list(place)):
        row = place.pop(key)
        for model in MODELS:
            own = getattr(both, model)
            events[model][row, : len(own)] = own
            events[model][row, len(own) :] = own[-1]  # repeated, which no maximum over events sees
            clips[model][row] = pooled(own)
    if place:
        raise DataError(f"{len(place)} embeddings were lost while they were read; run this again")
    ids = tuple(situation.clip_id for _, situation in there)
    gallery = Gallery(ids, events, clips, pair.marks, tuple(counts))
    return Indexed(gallery, tuple(s for _, s in there), EMBEDDED if made else CACHED, made, left_out)


def _check_room(counts: Sequence[int], dim: int, there: Sequence[tuple[str, Situation]]) -> None:
    """A gallery gives every clip room for as many events as its longest one has."""
    size = 4 * len(MODELS) * dim * len(counts) * max(counts)
    if size > ROOM and len(counts) * max(counts) > 4 * sum(counts):
        longest = there[int(np.argmax(counts))][1].clip_id
        raise DataError(
            f"{longest} has {max(counts)} events, and a gallery gives each of its {len(counts)} clips room for as many: "
            f"{size / 2**30:.0f} GiB; cut it into shorter videos, or take it into a folder of its own"
        )
