"""CLIP models of the published sizes with random weights: all that speed, memory and shapes depend on, no download."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from srlclip.files import write_json
from srlclip.video.pixels import PreprocessSpec
from training.mini_base.tokenizer import build_tokenizer

if TYPE_CHECKING:
    from transformers import CLIPConfig


@dataclass(frozen=True)
class ClipSize:
    """Widths, depths and heads of the two towers; every head has 64 channels, as in all of OpenAI's models."""

    patch: int
    vision_width: int
    vision_layers: int
    text_width: int
    embed_dim: int
    text_layers: int = 12
    image_size: int = 224


#: As in the config.json files of openai/clip-vit-{base-patch32, base-patch16, large-patch14}.
SIZES = {
    "vit-b-32": ClipSize(patch=32, vision_width=768, vision_layers=12, text_width=512, embed_dim=512),
    "vit-b-16": ClipSize(patch=16, vision_width=768, vision_layers=12, text_width=512, embed_dim=512),
    "vit-l-14": ClipSize(patch=14, vision_width=1024, vision_layers=24, text_width=768, embed_dim=768),
}


def clip_config(size: str, vocabulary: int = 49408) -> CLIPConfig:
    """transformers' settings of a model of SIZES; the last two tokens are the marks of start and end, as OpenAI's.

    Raises ValueError for an unknown size.
    """
    from transformers import CLIPConfig

    if size not in SIZES:
        raise ValueError(f"size is {size!r}; allowed: {', '.join(SIZES)}")
    s = SIZES[size]

    def tower(width: int, layers: int) -> dict[str, int]:
        return {
            "hidden_size": width,
            "intermediate_size": 4 * width,
            "num_hidden_layers": layers,
            "num_attention_heads": width // 64,
            "projection_dim": s.embed_dim,
        }

    text = {
        **tower(s.text_width, s.text_layers),
        "vocab_size": vocabulary,
        "max_position_embeddings": 77,
        "bos_token_id": vocabulary - 2,
        "eos_token_id": vocabulary - 1,
        "pad_token_id": vocabulary - 1,
    }
    vision = {**tower(s.vision_width, s.vision_layers), "image_size": s.image_size, "patch_size": s.patch}
    return CLIPConfig(text_config=text, vision_config=vision, projection_dim=s.embed_dim)


def save_random_clip(folder: str | Path, size: str, corpus: Iterable[str], seed: int = 0) -> Path:
    """Write a model of SIZES with random weights as transformers does, and return its folder.

    corpus: texts from which the tokenizer learns its (small) vocabulary.
    """
    from transformers import CLIPModel

    folder = Path(folder)
    config = clip_config(size, len(build_tokenizer(corpus, folder)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        CLIPModel(config).save_pretrained(folder)
    spec = PreprocessSpec(resize=config.vision_config.image_size, crop=config.vision_config.image_size)
    write_json(folder / "preprocessor_config.json", spec.to_processor_config())
    return folder
