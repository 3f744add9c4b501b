"""Models and settings so small that a test can train them: a tiny random CLIP in transformers' folder format."""

from __future__ import annotations

import json
from pathlib import Path

import torch

WORDS = ("the", "action", "is", "walking", "walker", "man", "woman", "scene", "of", "event", "photo", "in", "this")


def save_tiny_clip(folder: Path, seed: int = 0, dim: int = 32) -> Path:
    """A 2-layer CLIP for 32 px images with a byte-level tokenizer that knows a few whole words."""
    from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    vocab, merges = vocabulary()
    (folder / "vocab.json").write_text(json.dumps(vocab), "utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", "utf-8")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "CLIPTokenizer"}', "utf-8")
    tokenizer = CLIPTokenizer.from_pretrained(str(folder))
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    text = {
        **tower,
        **ids,
        "vocab_size": len(vocab),
        "max_position_embeddings": 77,
        "pad_token_id": ids["eos_token_id"],
    }
    vision = {**tower, "image_size": 32, "patch_size": 8}
    torch.manual_seed(seed)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=dim))
    for weight in model.parameters():  # transformers' own start is so small that all embeddings would look alike
        if weight.ndim > 1:
            torch.nn.init.normal_(weight, std=0.2)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    processor = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}, "resample": 3}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor), "utf-8")
    return folder


def save_tiny_adapter(folder: Path, base: Path, seed: int = 0) -> Path:
    """A model folder on a tiny CLIP whose image tower differs from the base's."""
    from srlclip.models.srlclip import SRLCLIP

    torch.manual_seed(seed)
    model = SRLCLIP.create(base)
    for name, weight in model.encoder.clip.named_parameters():
        if "lora_B" in name:  # zero at the start
            torch.nn.init.normal_(weight, std=0.5)
    model.save(folder)
    return folder


def vocabulary() -> tuple[dict[str, int], list[str]]:
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = list(bytes_to_unicode().values())
    tokens = letters + [letter + "</w>" for letter in letters]
    merges: list[str] = []
    for word in WORDS:
        left = word[0]
        for place, letter in enumerate(word[1:], start=2):
            right = letter + ("</w>" if place == len(word) else "")
            if f"{left} {right}" not in merges:
                merges.append(f"{left} {right}")
                tokens.append(left + right)
            left += right
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return {token: number for number, token in enumerate(tokens)}, merges


def tiny_config(folder: Path, base: Path, world: Path, out: Path, **changes: object) -> Path:
    """A settings file for the tiny CLIP and world; changes: groups of settings to update."""
    settings: dict = {
        "base": str(base),
        "out": str(out),
        "lora": {"rank": 4},
        "contextualizer": {"layers": 1, "heads": 4},
        "data": {
            "root": str(world), "clips": 6, "valid_clips": 3, "workers": 1, "cache": str(folder / "cache"),
            "frames_per_event": 2,
        },
        "optim": {"learning_rate": 0.01, "batch_clips": 3, "epochs": 2},
    }  # fmt: skip
    for name, value in changes.items():
        settings[name] = {**settings.get(name, {}), **value} if isinstance(value, dict) else value
    path = folder / f"{out.name}.json"
    path.write_text(json.dumps(settings), "utf-8")
    return path
