"""The frames of media that no store holds yet, embedded under both models at once, a share of them in each process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from srlclip.data.embedding_runs import Effort, Steps, work_through
from srlclip.data.embedding_store import EmbeddingStore
from srlclip.evaluation.benchmarks.pixels import read_pixels
from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.results import MODELS, Both

if TYPE_CHECKING:
    from srlclip.models.pair import ClipPair

#: Frames that a GPU embeds in one forward unless the user says how many clips.
GPU_FRAMES = 64


def embed_frames(
    pair: ClipPair,
    jobs: Sequence[tuple[str, Medium]],
    stores: Both[EmbeddingStore],
    frames: int,
    batch: int | None,
    effort: Effort,
) -> dict[str, str]:
    """jobs: (key, medium), each key once. batch: clips a forward; None: one on the CPU, more on a GPU. Returns key -> why
    it could not be read, of this process's share."""
    spec = pair.base.preprocess_spec
    batch = batch or (1 if str(pair.base.device) == "cpu" else max(1, GPU_FRAMES // frames))

    def lacking(keys: Sequence[str]) -> set[str]:
        return set[str]().union(*(store.missing(keys) for store in stores))

    def take(key: str, medium: Medium, parts: Iterator[np.ndarray]) -> np.ndarray:
        (pixels,) = parts
        return pixels

    def keep(shard: Mapping[str, Both[np.ndarray]]) -> None:
        for model, store in zip(MODELS, stores, strict=True):
            store.add({name: getattr(both, model) for name, both in shard.items()})

    steps = Steps(
        read=lambda medium: read_pixels(medium, frames, spec),
        take=take,
        keep=keep,
        join=lambda clips: _forward(pair, clips),
        batch=batch,
    )
    failures = work_through(jobs, lacking, steps, effort, "medium", "files")
    media = dict(jobs)
    return {key: _without_folder(str(error), media[key]) for key, error in failures.items()}


def _without_folder(reason: str, medium: Medium) -> str:
    return reason.replace(str(medium.path), medium.path.name if medium.path else "")


def _forward(pair: ClipPair, clips: Mapping[str, np.ndarray]) -> dict[str, Both[np.ndarray]]:
    """uint8 (F, 3, S, S) of each -> both models' (F, D), by one forward of each model over all of them."""
    lengths = [len(pixels) for pixels in clips.values()]
    pixels = torch.from_numpy(np.concatenate(list(clips.values()))).to(pair.base.device)
    both = Both(*pair.encode_frames(pair.base.preprocess_spec.to_float(pixels), sum(lengths)))
    parts = both.map(lambda out: out.float().cpu().split(lengths))
    return {key: parts.map(lambda part, i=i: part[i].numpy()) for i, key in enumerate(clips)}
