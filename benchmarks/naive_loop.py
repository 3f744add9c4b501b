"""What a training loop without caches does: decode the video and embed the captions at every step. The baseline of speed.

Everything else is the project's own: the batches' texts and order, the model, the loss, the step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import torch

from srlclip.data.frame_cache import Sampling, decode
from srlclip.models.encoder import ClipEncoder
from srlclip.pooling import unit
from srlclip.situations import Situation
from training.recipe.data import Batch, TrainingData
from training.train import Step, Trainer


class EachTimeDecoded:
    """In a FrameCache's place: decodes a clip whenever it is read. request: starts on a batch in all threads."""

    skipped: tuple[tuple[str, str], ...] = ()

    def __init__(self, situations: Sequence[Situation], sampling: Sampling, workers: int):
        self.situations = {s.clip_id: s for s in situations}
        self.sampling, self.pool = sampling, ThreadPoolExecutor(workers)
        self.started: dict[str, Future[np.ndarray]] = {}

    def request(self, ids: Iterable[str]) -> None:
        self.started.update((i, self.pool.submit(decode, self.situations[i], self.sampling)) for i in ids)

    def __getitem__(self, clip_id: str) -> np.ndarray:
        return self.started.pop(clip_id).result()


class DecodingData(TrainingData):
    """Training data whose frames are an EachTimeDecoded."""

    def batch(self, ids: Sequence[str], sizes: tuple[int, ...] | None = None) -> Batch:
        self.frames.request(ids)
        return super().batch(ids, sizes)


class EmbeddingTrainer(Trainer):
    """Embeds every caption and negative of a batch at each step, as a loop without a caption table does."""

    def _take_step(self, window: list[Batch]) -> Step:
        return super()._take_step([self._embedded(batch) for batch in window])

    def _embedded(self, batch: Batch) -> Batch:
        ids = torch.cat([batch.caption_ids.flatten(), batch.negative_ids.flatten()]).tolist()
        with self.accelerator.autocast():
            rows = embed_padded(self.model.encoder, [self.data.words[i] for i in ids])
        count = batch.caption_ids.numel()
        text, negatives = rows[:count], rows[count:]
        return replace(
            batch,
            text=text.reshape(*batch.caption_ids.shape, -1),
            negatives=negatives.reshape(*batch.negative_ids.shape, -1),
        )


@torch.no_grad()
def embed_padded(encoder: ClipEncoder, texts: list[str]) -> torch.Tensor:
    """(N, D), as ClipEncoder.encode_texts, but every text padded to the model's full length: the usual way."""
    limit = encoder.max_tokens
    tokens = encoder.tokenizer(texts, padding="max_length", truncation=True, max_length=limit, return_tensors="pt")
    pooled = encoder.clip.text_model(**tokens.to(encoder.device)).pooler_output
    return unit(encoder.clip.text_projection(pooled).float())
