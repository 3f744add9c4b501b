"""Sight from labels: linear classifiers on the image tower's output, their loss and accuracy.

They are thrown away after the phase; what the tower has learnt from them stays.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.mini_base.frames import ATTRIBUTE_CLASSES, IGNORE, THINGS
from training.mini_base.knowledge import LABELS, Lesson

#: Of the places' loss against each of the others'.
PLACES_WEIGHT = 2.0


class Classifiers(nn.Module):
    """On the pooled output a linear layer a label, and one for each attribute that is told as a set; one on the patches if
    places are told."""

    def __init__(self, width: int, lesson: Lesson):
        super().__init__()
        sizes = {name: len(ATTRIBUTE_CLASSES[name]) for name in ATTRIBUTE_CLASSES}
        sizes |= {name: len(ATTRIBUTE_CLASSES[LABELS[name][0]]) for name in lesson.sets}
        if "places" in lesson.names:
            sizes["places"] = len(THINGS)
        self.layers = nn.ModuleDict({name: nn.Linear(width, size) for name, size in sizes.items()})

    def forward(self, pooled: Tensor, patches: Tensor) -> dict[str, Tensor]:
        """pooled (B, W), patches (B, P, W) -> name -> logits (B, C), of "places" (B, P, C), float32."""
        return {n: layer(patches if n == "places" else pooled).float() for n, layer in self.layers.items()}


def losses(logits: dict[str, Tensor], lesson: Lesson, index: np.ndarray) -> dict[str, Tensor]:
    """Mean cross-entropy by name over the frames `index` that tell it; what none of them tells is left out."""
    terms = {}
    for name, value in logits.items():
        if name in lesson.sets:
            share = torch.from_numpy(lesson.sets[name][index]).to(value.device)  # (B, C)
            known = share.any(1)
            if bool(known.any()):
                terms[name] = F.cross_entropy(value[known], share[known])
        elif name == "places":
            target = torch.from_numpy(lesson.places[index]).to(value.device)
            terms[name] = PLACES_WEIGHT * F.cross_entropy(value.flatten(0, 1), target.flatten(), ignore_index=IGNORE)
        else:
            target = torch.from_numpy(lesson.labels[name][index]).to(value.device)
            if bool((target != IGNORE).any()):
                terms[name] = F.cross_entropy(value, target, ignore_index=IGNORE)
    return terms


def hits(logits: dict[str, Tensor], lesson: Lesson, index: np.ndarray) -> dict[str, np.ndarray]:
    """name -> bool: per frame that tells it, whether the first class is right; of a set, per class that is shown, whether
    it is among as many first ones."""
    out = {}
    for name, value in logits.items():
        if name in lesson.sets:
            shown = torch.from_numpy(lesson.sets[name][index] > 0)
            place = value.cpu().argsort(1, descending=True).argsort(1)  # (B, C), the best at 0
            out[name] = (place < shown.sum(1, keepdim=True))[shown].numpy()
        else:
            target = (lesson.places if name == "places" else lesson.labels[name])[index]
            keep = target != IGNORE
            out[name] = value.argmax(-1).cpu().numpy()[keep] == target[keep]
    return out
