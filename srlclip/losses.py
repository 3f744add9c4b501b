"""The four contrastive losses of SRL-CLIP (arXiv 2401.07669): functions of tensors, no model and no settings class.

L(a, b) is symmetric InfoNCE over the batch. Every loss is >= 0; log N when all pairs look alike, 0 when all are told
apart. Embeddings are L2-normalised, so their products are cosines.
"""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as functional

from srlclip.pooling import pooled

TERMS = ("clip_event", "vc_event", "clip_video", "vc_video")


class FeatureTensors(Protocol):
    """clip_events, vc_events: (B, E, D). clip_video, vc_video: (B, D). All L2-normalised; vc_* None without contextualizer."""

    clip_events: torch.Tensor
    vc_events: torch.Tensor | None
    clip_video: torch.Tensor
    vc_video: torch.Tensor | None


class LossWeights(Protocol):
    """Weights of the terms; `video` multiplies both video terms. See training.settings.LossSettings."""

    clip_event: float
    vc_event: float
    clip_video: float
    vc_video: float
    video: float
    verb_role_negatives: int
    role_swaps: int
    natural_negatives: bool


def info_nce(
    a: torch.Tensor,
    b: torch.Tensor,
    logit_scale: torch.Tensor | float,
    mask: torch.Tensor | None = None,
    negatives: torch.Tensor | None = None,
    negatives_mask: torch.Tensor | None = None,
) -> torch.Tensor:
    """Symmetric InfoNCE of N pairs, a scalar: the mean of a -> b and b -> a cross-entropies.

    a, b: (N, D), L2-normalised; row i of a belongs to row i of b. mask: bool (N, N), True where b_j is left out of
    a_i's denominator and a_j out of b_i's (captions with the same text, say); the diagonal always stays.
    negatives: (N, K, D), extra texts in row i's a -> b denominator only. negatives_mask: bool (N, K), True where there
    is one. Raises ValueError for shapes that do not fit.
    """
    if a.shape != b.shape or a.ndim != 2:
        raise ValueError(f"a and b must both be (N, D), got {tuple(a.shape)} and {tuple(b.shape)}")
    count = len(a)
    logits = logit_scale * (a @ b.T)  # (N, N)
    left, right = logits, logits.T
    if mask is not None:
        if mask.shape != logits.shape:
            raise ValueError(f"mask must be ({count}, {count}), got {tuple(mask.shape)}")
        mask = mask & ~torch.eye(count, dtype=torch.bool, device=mask.device)
        left, right = left.masked_fill(mask, -torch.inf), right.masked_fill(mask, -torch.inf)
    if negatives is not None and negatives.shape[1]:
        if negatives.shape[::2] != a.shape:
            raise ValueError(f"negatives must be ({count}, K, {a.shape[1]}), got {tuple(negatives.shape)}")
        extra = logit_scale * torch.einsum("nd,nkd->nk", a, negatives)
        if negatives_mask is not None:
            extra = extra.masked_fill(~negatives_mask, -torch.inf)
        left = torch.cat([left, extra], dim=1)  # (N, N + K)
    target = torch.arange(count, device=a.device)
    return (functional.cross_entropy(left, target) + functional.cross_entropy(right, target)) / 2


def event_loss(
    events: torch.Tensor,
    text_events: torch.Tensor,
    logit_scale: torch.Tensor | float,
    caption_ids: torch.Tensor | None = None,
    negatives: torch.Tensor | None = None,
    negatives_mask: torch.Tensor | None = None,
    natural_negatives: bool = True,
) -> torch.Tensor:
    """InfoNCE over all B x E events of the batch, a scalar.

    events, text_events: (B, E, D). caption_ids: integers (B, E), equal where the captions have the same text; those
    are no negatives of each other. negatives: (B, E, K, D) with negatives_mask (B, E, K).
    natural_negatives: False takes the other events of the same clip out of the denominators.
    """
    clips, per_clip, _ = events.shape
    mask = _same(caption_ids.flatten()) if caption_ids is not None else None
    if not natural_negatives:
        same_clip = _same(torch.arange(clips, device=events.device).repeat_interleave(per_clip))
        mask = same_clip if mask is None else mask | same_clip
    return info_nce(
        events.flatten(0, 1),
        text_events.flatten(0, 1),
        logit_scale,
        mask,
        negatives.flatten(0, 1) if negatives is not None else None,
        negatives_mask.flatten(0, 1) if negatives_mask is not None else None,
    )


def video_loss(
    video: torch.Tensor,
    text_events: torch.Tensor,
    logit_scale: torch.Tensor | float,
    caption_ids: torch.Tensor | None = None,
) -> torch.Tensor:
    """InfoNCE over the B clips against the (re-normalised) mean of each clip's event captions, a scalar.

    video: (B, D). text_events: (B, E, D). caption_ids: (B, E); clips whose captions are all the same are no negatives.
    """
    text = pooled(text_events)
    mask = (caption_ids[:, None] == caption_ids[None]).all(dim=-1) if caption_ids is not None else None
    return info_nce(video, text, logit_scale, mask)


def total_loss(
    features: FeatureTensors,
    text_events: torch.Tensor,
    negatives: torch.Tensor | None,
    negatives_mask: torch.Tensor | None,
    caption_ids: torch.Tensor | None,
    logit_scale: torch.Tensor | float,
    settings: LossWeights,
) -> dict[str, torch.Tensor]:
    """The weighted sum under "total" and the unweighted terms under their names (TERMS), all scalars.

    text_events: (B, E, D). negatives: (B, E, K, D), of which the first verb_role_negatives + role_swaps are used, with
    negatives_mask (B, E, K). caption_ids: integers (B, E). Terms of a missing contextualizer are left out.
    """
    if negatives is not None:
        most = settings.verb_role_negatives + settings.role_swaps
        negatives = negatives[:, :, :most]
        negatives_mask = negatives_mask[:, :, :most] if negatives_mask is not None else None
    shared = (caption_ids, negatives, negatives_mask, settings.natural_negatives)
    terms = {
        "clip_event": event_loss(features.clip_events, text_events, logit_scale, *shared),
        "clip_video": video_loss(features.clip_video, text_events, logit_scale, caption_ids),
    }
    total = settings.clip_event * terms["clip_event"] + settings.video * settings.clip_video * terms["clip_video"]
    if features.vc_events is not None and features.vc_video is not None:
        terms["vc_event"] = event_loss(features.vc_events, text_events, logit_scale, *shared)
        terms["vc_video"] = video_loss(features.vc_video, text_events, logit_scale, caption_ids)
        total = total + settings.vc_event * terms["vc_event"] + settings.video * settings.vc_video * terms["vc_video"]
    return {"total": total, **{name: terms[name] for name in TERMS if name in terms}}


def _same(ids: torch.Tensor) -> torch.Tensor:
    """ids: (N,) -> bool (N, N), True where two are equal."""
    return ids[:, None] == ids[None]
