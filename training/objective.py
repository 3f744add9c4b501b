"""The training objective on one batch, as training and validation both compute it."""

from __future__ import annotations

from torch import Tensor

from srlclip.config import LossSettings
from srlclip.losses import total_loss
from srlclip.models.srlclip import SRLCLIP, Features
from training.data import Batch


def loss_terms(model: SRLCLIP, features: Features, batch: Batch, settings: LossSettings) -> dict[str, Tensor]:
    """The four terms and their weighted sum under "total" (see srlclip.losses.total_loss)."""
    scale = model.encoder.logit_scale
    texts = (batch.text, batch.negatives, batch.negatives_mask, batch.caption_ids)
    return total_loss(features, *texts, scale, settings)
