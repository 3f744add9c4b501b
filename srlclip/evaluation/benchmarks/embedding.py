"""Media and texts of a benchmark under both models of a pair: decoded once, kept on disk, pooled as tasks need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from srlclip.data.embedding_runs import Effort
from srlclip.data.embedding_store import CHECKED, EmbeddingStore, written_to
from srlclip.data.text_cache import embed_texts
from srlclip.evaluation.benchmarks.frames import embed_frames
from srlclip.evaluation.benchmarks.pixels import medium_key
from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.files import json_digest
from srlclip.pooling import pooled
from srlclip.processes import ALONE, Processes, together
from srlclip.progress import Progress
from srlclip.results import MODELS, Both

if TYPE_CHECKING:
    from srlclip.models.pair import ClipPair

#: SRL-CLIP's contextualizer over a clip's frames, each event of which is this many of them: the one vector that knows order.
CONTEXT, FRAMES_PER_EVENT = "adapted, contextualizer", 4
_MEND = "make room, or name another folder by --cache"


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


def embed(
    pair: ClipPair,
    media: Sequence[Medium],
    texts: Sequence[str],
    frames: int,
    cache: str | Path,
    context: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
    processes: Processes = ALONE,
    batch: int | None = None,
) -> Embedded | None:
    """Everything that a task needs; None in every process but the first. frames: of a video. cache: folder that embeddings
    are kept in. context: CONTEXT, too. batch: clips a forward (None: one on the CPU, more on a GPU).

    Media without a file are zeros. Raises ValueError for a contextualizer that is not there; DataError for a cache that
    cannot be written to, and for what ended another process.
    """
    if context and pair.contextualizer is None:
        raise ValueError("this pair has no contextualizer; give an SRL-CLIP adapter that has one")
    keys = [None if medium.path is None else medium_key(medium, frames) for medium in media]
    distinct = {key: medium for key, medium in zip(keys, media, strict=True) if key is not None}
    stores = Both.of(lambda model: EmbeddingStore(Path(cache) / "frames" / _mark(pair, model), _MEND))
    effort = Effort(workers, processes, progress)
    shares = together(processes, lambda: embed_frames(pair, list(distinct.items()), stores, frames, batch, effort))
    failures = {key: why for share in shares for key, why in share.items()}
    with written_to(cache, _MEND):
        table = embed_texts(texts, lambda part: pair.encode_texts(part), _text_mark(pair), cache, progress is not None,
                            (processes.rank, processes.ranks), processes.wait)  # fmt: skip
    if processes.rank:
        return None
    vectors, read = _pooled(pair, media, keys, stores, context)
    unread = [
        (m.id, failures.get(key, "its embedding could not be read back"))
        for m, key, fine in zip(media, keys, read, strict=True)
        if key is not None and not fine
    ]
    truncated = sum(pair.base.count_tokens(text) > pair.base.max_tokens for text in set(texts))
    return Embedded(vectors, read, dict(zip(texts, table.numpy(), strict=True)), tuple(dict(unread).items()), truncated)


def _pooled(
    pair: ClipPair, media: Sequence[Medium], keys: Sequence[str | None], stores: Both[EmbeddingStore], context: bool
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Embedded.vectors and Embedded.read, from the stores as all processes left them."""
    for store in stores:
        store.refresh()
    names = (*MODELS, CONTEXT) if context else MODELS
    vectors = {name: np.zeros((len(media), pair.embed_dim), np.float32) for name in names}
    read = np.zeros(len(media), bool)
    for at in range(0, len(media), CHECKED):
        part = range(at, min(at + CHECKED, len(media)))
        tables = stores.map(lambda store, part=part: store.read(keys[i] for i in part if keys[i] is not None))
        for i in part:
            if not all(keys[i] in table for table in tables):
                continue
            read[i] = True
            for model in MODELS:
                vectors[model][i] = pooled(as_shown(tables[model][keys[i]], media[i]))
            if context:
                vectors[CONTEXT][i] = _in_context(pair, as_shown(tables.adapted[keys[i]], media[i]))
    return vectors, read


def _mark(pair: ClipPair, model: str) -> str:
    return f"{pair.marks[model]}-{json_digest(asdict(pair.base.preprocess_spec), 8)}"


def _text_mark(pair: ClipPair) -> str:
    return f"benchmarks {pair.fingerprints['base']}"


def as_shown(frames: np.ndarray, medium: Medium) -> np.ndarray:
    """(F, D) in order of time -> (F, D) in the order in which the medium shows them."""
    return np.ascontiguousarray(frames[::-1]) if medium.backwards else frames


def _in_context(pair: ClipPair, frames: np.ndarray) -> np.ndarray:
    """(F, D) -> (D,): the mean of the contextualizer's events over frames as they are shown."""
    shown = torch.from_numpy(frames).to(pair.base.device)
    per_event = next(n for n in range(min(FRAMES_PER_EVENT, len(shown)), 0, -1) if len(shown) % n == 0)
    events = pair.context_events(shown.reshape(1, -1, per_event, shown.shape[-1]))  # (1, E, D)
    return pooled(events[0]).float().cpu().numpy()
