"""The training objective on one batch, as training and validation both compute it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from accelerate import Accelerator
from torch import Tensor

from srlclip.losses import total_loss
from srlclip.models.srlclip import SRLCLIP, Features
from training.recipe.data import Batch
from training.recipe.gather import gather_batch, gather_features
from training.settings import LossSettings


def loss_terms(model: SRLCLIP, features: Features, batch: Batch, settings: LossSettings) -> dict[str, Tensor]:
    """The terms and their weighted sum under "total" (see srlclip.losses.total_loss)."""
    scale = model.encoder.logit_scale
    texts = (batch.text, batch.negatives, batch.negatives_mask, batch.caption_ids)
    return total_loss(features, *texts, scale, settings)


def batch_loss(
    wrapped: torch.nn.Module,
    model: SRLCLIP,
    batch: Batch,
    words: Sequence[str],
    settings: LossSettings,
    accelerator: Accelerator,
) -> dict[str, Tensor]:
    """The terms on the global batch: features and texts of all ranks are gathered first.

    wrapped: `model` as Accelerate prepared it. words: captions by id, for a text tower that is tuned.
    """
    with accelerator.autocast():
        features, batch = embed(wrapped, model, batch, words)
    features, batch = gather_features(features, batch.sizes, accelerator), gather_batch(batch, accelerator)
    return loss_terms(model, features, batch, settings)


def embed(wrapped: torch.nn.Module, model: SRLCLIP, batch: Batch, words: Sequence[str]) -> tuple[Features, Batch]:
    """This rank's features, and the batch with the embeddings of its texts if the caption table has none."""
    pixels = model.encoder.preprocess_spec.to_float(batch.pixels)
    if batch.text is not None:
        return wrapped(pixels), batch
    ids = torch.cat([batch.caption_ids.flatten(), batch.negative_ids.flatten()]).unique()  # each text once
    features, rows = wrapped(pixels, [words[i] for i in ids.tolist()])
    text, negatives = (rows[torch.searchsorted(ids, which)] for which in (batch.caption_ids, batch.negative_ids))
    return features, replace(batch, text=text, negatives=negatives)
