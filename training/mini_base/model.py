"""How large the mini base is and how it is trained: its settings, and the randomly initialised model."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import nn
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

from training.mini_base.knowledge import Knowledge


@dataclass(frozen=True)
class PretrainSettings:
    """The mini base and its training. *_steps count optimiser steps; *_share is how often alt text names the action, each
    colour, the prop.

    knowledge: what the sight phase is told, by default all there is.
    """

    out: str = "runs/mini-base"
    cache: str = "cache"
    seed: int = 0
    image_size: int = 80
    patch_size: int = 16
    vision_width: int = 192
    vision_layers: int = 4
    text_width: int = 128
    text_layers: int = 3
    embed_dim: int = 128
    vocab_size: int = 2000
    clips: int = 10000
    valid_clips: int = 200
    frames_per_event: int = 2
    workers: int = 2
    batch: int = 256
    sight_steps: int = 2400
    sight_lr: float = 1e-3
    text_steps: int = 1200
    text_lr: float = 1e-3
    text_groups: int = 40
    text_variants: int = 4
    align_steps: int = 500
    align_lr: float = 5e-4
    align_vision_lr_share: float = 0.033
    align_text_groups: int = 16
    verb_share: float = 0.1
    colour_share: float = 0.3
    prop_share: float = 0.5
    weight_decay: float = 0.05
    knowledge: Knowledge = field(default_factory=Knowledge)
    precision: str = "no"


def build_model(s: PretrainSettings, tokenizer: CLIPTokenizer) -> CLIPModel:
    """A randomly initialised CLIPModel of the stated size.

    Position embeddings of the vision tower start as large as the patches' own signal instead of at 0.02: a small tower
    trained briefly otherwise spends its first epochs finding out where things are.
    """
    model = CLIPModel(
        CLIPConfig(
            text_config={
                "vocab_size": len(tokenizer),
                "hidden_size": s.text_width,
                "intermediate_size": 4 * s.text_width,
                "num_hidden_layers": s.text_layers,
                "num_attention_heads": max(1, s.text_width // 32),
                "max_position_embeddings": 77,
                "projection_dim": s.embed_dim,
                "bos_token_id": tokenizer.bos_token_id,
                "eos_token_id": tokenizer.eos_token_id,
                "pad_token_id": tokenizer.eos_token_id,
            },
            vision_config={
                "hidden_size": s.vision_width,
                "intermediate_size": 4 * s.vision_width,
                "num_hidden_layers": s.vision_layers,
                "num_attention_heads": max(1, s.vision_width // 32),
                "image_size": s.image_size,
                "patch_size": s.patch_size,
                "projection_dim": s.embed_dim,
            },
            projection_dim=s.embed_dim,
        )
    )
    nn.init.normal_(model.vision_model.embeddings.position_embedding.weight, std=0.3)
    return model
