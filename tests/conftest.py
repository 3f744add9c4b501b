"""What tests share: a tiny random CLIP in transformers' folder format, and generated videos. Offline, CPU, seeded."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import pytest
import torch

WORDS = ("the", "action", "is", "walking", "walker", "man", "woman", "scene", "of", "event", "photo", "in", "this")


def save_tiny_clip(folder: Path, seed: int = 0, dim: int = 32) -> Path:
    """A 2-layer CLIP for 32 px images with a byte-level tokenizer that knows a few whole words."""
    from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    vocab, merges = _vocabulary()
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


def _vocabulary() -> tuple[dict[str, int], list[str]]:
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


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave tests/browser alone unless its marker is asked for: its conftest would take this one's name."""
    browser = collection_path == Path(__file__).parent / "browser"
    return True if browser and config.option.markexpr == "not browser" else None


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's cache folder is one of this module's own."""
    before = os.environ.get("SRLCLIP_CACHE")
    os.environ["SRLCLIP_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    os.environ.pop("SRLCLIP_CACHE") if before is None else os.environ.update(SRLCLIP_CACHE=before)


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a tiny random CLIP; do not write into it."""
    return save_tiny_clip(tmp_path_factory.mktemp("models") / "tiny-clip")


@pytest.fixture
def mp4(tmp_path: Path) -> Callable[..., Path]:
    """Makes a small video, H.264 unless told otherwise: mp4(name, frames=60, size=(64, 48), fps=30, times=None).

    Frame i is one flat colour whose red value is (4 i) mod 256. times: per frame, at which tick of 1 / fps it
    appears, for variable frame rates.
    """

    def make(
        name: str = "clip.mp4",
        frames: int = 60,
        size: tuple[int, int] = (64, 48),
        fps: int = 30,
        times: Iterable[int] | None = None,
        codec: str = "libx264",
        options: dict[str, str] | None = None,
    ) -> Path:
        import av

        path = tmp_path / name
        # yuv444p takes odd sizes, yuv420p does not.
        layout = "yuv420p" if size[0] % 2 == 0 and size[1] % 2 == 0 else "yuv444p"
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=fps)
            stream.width, stream.height, stream.pix_fmt = *size, layout
            stream.options = options or {"preset": "ultrafast", "g": "12"}
            for index, at in enumerate(times if times is not None else range(frames)):
                pixels = np.full((size[1], size[0], 3), (index * 4 % 256, 128, 40), np.uint8)
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                frame.pts = at
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return make


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few SynSitu clips on disk: six for training, three for validation. Do not write into it."""
    from srlclip.synsitu.writer import write_split

    root = tmp_path_factory.mktemp("synsitu")
    write_split(root, "train", 6)
    write_split(root, "valid", 3)
    return root


@pytest.fixture(scope="session")
def tiny_run(tiny_clip: Path, world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder: the tiny CLIP adapted on the six clips for two epochs by training/train.py."""
    from training.train import main

    out = tmp_path_factory.mktemp("runs") / "tiny"
    assert main(["--config", str(tiny_config(out.parent, tiny_clip, world, out))]) == 0
    return out


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
