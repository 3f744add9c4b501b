"""Media and texts of a benchmark under both models of a pair: decoded once, kept on disk, pooled as tasks need them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from srlclip.data.text_cache import embed_texts
from srlclip.evaluation.benchmarks.pixels import read_pixels
from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.evaluation.benchmarks.store import FrameStore, medium_key
from srlclip.files import json_digest
from srlclip.parallel import read_ahead
from srlclip.pooling import pooled
from srlclip.progress import Pace, Progress
from srlclip.results import MODELS, Both
from srlclip.situations import VideoDecodeError

if TYPE_CHECKING:
    from srlclip.models.pair import ClipPair

#: SRL-CLIP's contextualizer over a clip's frames, each event of which is this many of them: the one vector that knows order.
CONTEXT, FRAMES_PER_EVENT = "adapted, contextualizer", 4
#: Media in a shard of the store: what a killed run loses at most.
SHARD = 32


@dataclass(frozen=True)
class Embedded:
    """vectors: model of MODELS (and CONTEXT, where it was asked for) -> (M, D), a medium's vector, zeros where it could not
    be read. read: bool (M,). texts: text -> (D,), the same for all models. failures: (id, why) of media that have a file
    but could not be read. truncated: texts longer than the text tower reads. All vectors are L2-normalised."""

    vectors: dict[str, np.ndarray]
    read: np.ndarray
    texts: dict[str, np.ndarray]
    failures: tuple[tuple[str, str], ...] = ()
    truncated: int = 0


@dataclass(frozen=True)
class Processes:
    """This process among those that embed together. wait: their barrier."""

    rank: int = 0
    ranks: int = 1
    wait: Callable[[], None] = lambda: None


def embed(
    pair: ClipPair,
    media: Sequence[Medium],
    texts: Sequence[str],
    frames: int,
    cache: str | Path,
    context: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
    processes: Processes = Processes(),
) -> Embedded:
    """Everything that a task needs. frames: of a video. cache: folder that embeddings are kept in. context: CONTEXT, too.

    Media without a file are zeros. Raises ValueError for a contextualizer that is not there.
    """
    if context and pair.contextualizer is None:
        raise ValueError("this pair has no contextualizer; give an SRL-CLIP adapter that has one")
    stores = Both.of(lambda model: FrameStore(cache, _mark(pair, model)))
    keys = [None if medium.path is None else medium_key(medium, frames) for medium in media]
    failures = _embed_missing(pair, media, keys, stores, frames, workers, progress, processes)
    processes.wait()
    for store in stores:
        store.refresh()
    names = (*MODELS, CONTEXT) if context else MODELS
    vectors = {name: np.zeros((len(media), pair.embed_dim), np.float32) for name in names}
    read = np.zeros(len(media), bool)
    for at in range(0, len(media), 256):
        part = range(at, min(at + 256, len(media)))
        tables = stores.map(lambda store, part=part: store.read(keys[i] for i in part if keys[i] is not None))
        for i in part:
            if not all(keys[i] in table for table in tables):
                continue
            read[i] = True
            for model in MODELS:
                vectors[model][i] = pooled(as_shown(tables[model][keys[i]], media[i]))
            if context:
                vectors[CONTEXT][i] = _in_context(pair, as_shown(tables.adapted[keys[i]], media[i]))
    unread = [
        (m.id, failures.get(key, "another process could not read it"))
        for m, key, fine in zip(media, keys, read, strict=True)
        if key is not None and not fine
    ]
    table = embed_texts(texts, lambda part: pair.encode_texts(part), _text_mark(pair), cache, progress is not None,
                        (processes.rank, processes.ranks), processes.wait)  # fmt: skip
    truncated = sum(pair.base.count_tokens(text) > pair.base.max_tokens for text in set(texts))
    return Embedded(vectors, read, dict(zip(texts, table.numpy(), strict=True)), tuple(dict(unread).items()), truncated)


def _mark(pair: ClipPair, model: str) -> str:
    return f"{pair.fingerprints[model]}-{json_digest(asdict(pair.base.preprocess_spec), 8)}"


def _text_mark(pair: ClipPair) -> str:
    return f"benchmarks {pair.fingerprints['base']}"


def _embed_missing(
    pair: ClipPair,
    media: Sequence[Medium],
    keys: Sequence[str | None],
    stores: Both[FrameStore],
    frames: int,
    workers: int,
    progress: Progress | None,
    processes: Processes,
) -> dict[str, str]:
    """key -> why it could not be read. This process takes every `ranks`-th of the distinct media, in order."""
    distinct = {key: medium for key, medium in zip(keys, media, strict=True) if key is not None}
    mine = itertools.islice(distinct.items(), processes.rank, None, processes.ranks)
    jobs = [(key, medium) for key, medium in mine if not all(key in store for store in stores)]
    spec, failures, pace = pair.base.preprocess_spec, {}, Pace(len(jobs), "media")

    def read(job: tuple[str, Medium]) -> Iterator[np.ndarray]:
        return read_pixels(job[1], frames, spec)

    shard: dict[str, Both[np.ndarray]] = {}
    for done, ((key, _), results) in enumerate(read_ahead(read, jobs, workers), 1):
        try:
            for pixels in results:
                floats = spec.to_float(torch.from_numpy(pixels).to(pair.base.device))
                shard[key] = Both(*(out.float().cpu().numpy() for out in pair.encode_frames(floats)))
        except VideoDecodeError as error:
            if isinstance(error.__cause__, ImportError):
                raise  # no decoder is installed: no medium's fault
            failures[key] = str(error)
        if len(shard) == SHARD or (shard and done == len(jobs)):
            for model in MODELS:
                stores[model].add({k: both[model] for k, both in shard.items()})
            shard = {}
        if progress:
            progress(done / len(jobs), f"medium {done} of {len(jobs)}{pace.left(done)}")
    return failures


def as_shown(frames: np.ndarray, medium: Medium) -> np.ndarray:
    """(F, D) in order of time -> (F, D) in the order in which the medium shows them."""
    return np.ascontiguousarray(frames[::-1]) if medium.backwards else frames


def _in_context(pair: ClipPair, frames: np.ndarray) -> np.ndarray:
    """(F, D) -> (D,): the mean of the contextualizer's events over frames as they are shown."""
    shown = torch.from_numpy(frames).to(pair.base.device)
    per_event = next(n for n in range(min(FRAMES_PER_EVENT, len(shown)), 0, -1) if len(shown) % n == 0)
    events = pair.context_events(shown.reshape(1, -1, per_event, shown.shape[-1]))  # (1, E, D)
    return pooled(events[0]).float().cpu().numpy()
