"""A pair of a published size with random weights: a base and an SRL-CLIP adapter of rank 64 over it, as folders."""

from __future__ import annotations

from pathlib import Path

import torch

from benchmarks.random_clip import save_random_clip
from srlclip.config import ContextualizerSettings, LoraSettings
from srlclip.models.srlclip import SRLCLIP

#: Enough for a tokenizer; speed does not depend on what it knows.
TEXTS = ("a man in red pushes a woman", "a robot runs away towards the left", "a panda jumps on the beach")


def save_random_pair(folder: Path, size: str, seed: int = 0) -> tuple[Path, Path]:
    """Folders of a base of SIZES and of an adapter with other features. Raises ValueError for an unknown size."""
    base = save_random_clip(folder / size, size, TEXTS, seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SRLCLIP.create(base, LoraSettings(rank=64), ContextualizerSettings(layers=0))
        for name, weight in model.named_parameters():
            if "lora_B" in name:  # zero at the start
                torch.nn.init.normal_(weight, std=0.02)
        model.save(folder / "adapter")
    return base, folder / "adapter"
