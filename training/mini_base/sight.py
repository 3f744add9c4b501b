"""Sight from labels: linear classifiers on the image tower's pooled output, their loss and accuracy.

They are thrown away after the phase; what the tower has learnt from them stays.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.mini_base.frames import ATTRIBUTE_CLASSES, IGNORE
from training.mini_base.knowledge import LABELS, Lesson


class Classifiers(nn.Module):
    """A linear layer a label, and one for each attribute that is told as a set."""

    def __init__(self, width: int, lesson: Lesson):
        super().__init__()
        sizes = {name: len(ATTRIBUTE_CLASSES[name]) for name in ATTRIBUTE_CLASSES}
        sizes |= {name: len(ATTRIBUTE_CLASSES[LABELS[name][0]]) for name in lesson.sets}
        self.layers = nn.ModuleDict({name: nn.Linear(width, size) for name, size in sizes.items()})

    def forward(self, pooled: Tensor) -> dict[str, Tensor]:
        """pooled: (B, W) -> name -> logits (B, C), float32."""
        return {name: layer(pooled).float() for name, layer in self.layers.items()}


def losses(logits: dict[str, Tensor], lesson: Lesson, index: np.ndarray) -> dict[str, Tensor]:
    """Mean cross-entropy by name over the frames `index` that tell it; what none of them tells is left out."""
    terms = {}
    for name, value in logits.items():
        if name in lesson.sets:
            share = torch.from_numpy(lesson.sets[name][index]).to(value.device)  # (B, C)
            known = share.any(1)
            if bool(known.any()):
                terms[name] = F.cross_entropy(value[known], share[known])
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
            target = lesson.labels[name][index]
            keep = target != IGNORE
            out[name] = value.argmax(1).cpu().numpy()[keep] == target[keep]
    return out
