"""Metrics per epoch on validation clips: losses, event retrieval with natural sentences, verb-role accuracy."""

from __future__ import annotations

import numpy as np
import torch

from srlclip import prompts
from srlclip.config import TrainSettings
from srlclip.metrics.choices import one_of_many
from srlclip.metrics.ranking import retrieval
from srlclip.models.srlclip import SRLCLIP
from training.data import TrainingData
from training.objective import loss_terms


@torch.inference_mode()
def validate(model: SRLCLIP, data: TrainingData, settings: TrainSettings) -> dict[str, float]:
    """valid_loss (mean over batches), R@1/5/10 and MdR of events by natural sentences, verb-role accuracy in percent.

    Events are the mean of their frames' features (no contextualizer), as in zero-shot use.
    """
    model.eval()
    device = model.encoder.device
    events, losses, true, false = [], [], [], []
    ids = [s.clip_id for s in data.situations]
    size = settings.optim.batch_clips
    for start in range(0, len(ids), size):
        batch = data.batch(ids[start : start + size]).to(device)
        features = model(model.encoder.preprocess_spec.to_float(batch.pixels))
        terms = loss_terms(model, features, batch, settings.loss)
        losses.append(float(terms["total"]))
        events.append(features.clip_events.flatten(0, 1).cpu().numpy())
        true.append((features.clip_events * batch.text).sum(-1).flatten().cpu().numpy())
        scores = torch.einsum("bed,bekd->bek", features.clip_events, batch.negatives)
        false.append(scores.masked_fill(~batch.negatives_mask, -2.0).flatten(0, 1).cpu().numpy())
    sentences = [prompts.caption(e, "natural").text for s in data.situations for e in s.events]
    queries = model.encoder.encode_texts(sentences).cpu().numpy()
    ranks = retrieval(queries @ np.concatenate(events).T)
    out = {
        "valid_loss": float(np.mean(losses)),
        "valid_R@1": ranks.recall_1,
        "valid_R@5": ranks.recall_5,
        "valid_R@10": ranks.recall_10,
        "valid_MdR": ranks.median_rank,
    }
    width = max(f.shape[1] for f in false)
    if width:
        wide = [np.pad(f, ((0, 0), (0, width - f.shape[1])), constant_values=-2.0) for f in false]
        out["valid_verb_role"] = one_of_many(np.concatenate(true), np.concatenate(wide)).accuracy
    return out
