"""Validation during training: the loss, zero-shot retrieval of events by natural sentences, and verb-role negatives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
import torch
from accelerate import Accelerator

from srlclip.evaluation.linear_probe import cross_probe
from srlclip.evaluation.metrics.choices import one_of_many
from srlclip.evaluation.metrics.ranking import retrieval
from srlclip.language import prompts
from srlclip.models.srlclip import SRLCLIP
from srlclip.situations import Situation
from training.recipe.data import TrainingData
from training.recipe.gather import gather_rows
from training.recipe.objective import embed, loss_terms
from training.settings import TrainSettings


def sentences(situations: Sequence[Situation]) -> list[str]:
    """One natural sentence per event, in the order of the clips."""
    return [prompts.caption(event, "natural").text for s in situations for event in s.events]


@torch.inference_mode()
def validate(model: SRLCLIP, data: TrainingData, settings: TrainSettings, accelerator: Accelerator) -> dict[str, float]:
    """valid_loss (mean over batches), R@1/5/10 and MdR of events by natural sentences, verb-role accuracy in percent.

    Events are the mean of their frames' features (no contextualizer), as in zero-shot use. With validate_tokens also R@1 of the
    contextualizer's event tokens, and how many verbs a linear probe names right from tokens and from means (percent). The
    ranks share the batches; every rank returns the same numbers.
    """
    model.eval()
    device = model.encoder.device
    losses, places, events, tokens, true, false = [], [], [], [], [], []
    width = max(data.width, 1)
    ask_tokens = settings.validate_tokens and settings.contextualized
    for batch in islice(data.in_order(), accelerator.process_index, None, accelerator.num_processes):
        batch = batch.to(device)
        with accelerator.autocast():
            features, batch = embed(model, model, batch, data.words)
        losses.append(loss_terms(model, features, batch, settings.loss)["total"])
        places.append(torch.tensor([data.places[clip] for clip in batch.clip_ids], device=device))  # (B, E)
        events.append(features.clip_events)
        if ask_tokens:
            tokens.append(features.vc_events)
        true.append((features.clip_events * batch.text).sum(-1))
        scores = torch.einsum("bed,bekd->bek", features.clip_events, batch.negatives)
        scores = scores.masked_fill(~batch.negatives_mask, -2.0)
        false.append(torch.nn.functional.pad(scores, (0, width - scores.shape[-1]), value=-2.0))

    def together(parts: list[torch.Tensor], shape: tuple[int, ...]) -> np.ndarray:
        own = (
            torch.cat([p.reshape(-1, *shape).float() for p in parts])
            if parts
            else torch.zeros(0, *shape, device=device)
        )
        return gather_rows(own, accelerator).cpu().numpy()

    order = np.argsort(together(places, ()))
    embedded = together(events, (model.encoder.embed_dim,))[order]
    queries = data.embed(sentences(data.situations), model.encoder).cpu().numpy()
    ranks = retrieval(queries @ embedded.T)
    out = {
        "valid_loss": float(together([x[None] for x in losses], ()).mean()),
        "valid_R@1": ranks.recall_1,
        "valid_R@5": ranks.recall_5,
        "valid_R@10": ranks.recall_10,
        "valid_MdR": ranks.median_rank,
    }
    if ask_tokens:
        context = together(tokens, (model.encoder.embed_dim,))[order]
        out["valid_vc_R@1"] = retrieval(queries @ context.T).recall_1
        out["valid_verb_probe"] = verb_probe(embedded, data.situations)
        out["valid_vc_verb_probe"] = verb_probe(context, data.situations)
    if data.width:
        scores = together(false, (width,))[order]
        out["valid_verb_role"] = one_of_many(together(true, ())[order], scores, scores > -1.5).accuracy
    return out


def verb_probe(events: np.ndarray, situations: Sequence[Situation]) -> float:
    """Percent of the events (N, D) of two clips or more whose verb a linear probe names that has learnt from the other half
    of the clips: none of them was trained on."""
    names = [event.verb_id for s in situations for event in s.events]
    clip = np.repeat(np.arange(len(situations)), [len(s.events) for s in situations])
    return 100 * float(cross_probe(events, np.unique(names, return_inverse=True)[1], clip).mean())
