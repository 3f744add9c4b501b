"""Pixels equal those of transformers' own CLIP image processor."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from srlclip.situations import CheckpointError
from srlclip.video.pixels import PreprocessSpec

transformers = pytest.importorskip("transformers")

SIZES = [
    (240, 320), (320, 240), (225, 401), (333, 224), (224, 224), (223, 225), (30, 41), (7, 5), (1, 3), (500, 224),
    (224, 777), (2, 90),
]  # fmt: skip


def reference(config: dict, image: np.ndarray) -> np.ndarray:
    """(H, W, 3) -> (3, S, S) by transformers, with PIL where the installed version offers a choice."""
    kind = getattr(transformers, "CLIPImageProcessorPil", transformers.CLIPImageProcessor)
    return np.asarray(kind(**config)(images=image, input_data_format="channels_last")["pixel_values"][0])


def picture(height: int, width: int) -> np.ndarray:
    """Smooth gradients with noise, so that both filters and rounding matter."""
    rng = np.random.default_rng(height * 1000 + width)
    smooth = np.add.outer(np.linspace(0, 160, height), np.linspace(0, 60, width))[..., None]
    return np.clip(smooth + rng.integers(0, 60, (height, width, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "config",
    [
        {"size": {"shortest_edge": 224}, "crop_size": {"height": 224, "width": 224}},
        {"size": {"shortest_edge": 33}, "crop_size": {"height": 32, "width": 32}},
        {"size": {"shortest_edge": 20}, "crop_size": {"height": 33, "width": 33}},
        {"size": {"height": 40, "width": 40}, "crop_size": {"height": 32, "width": 32}},
    ],
    ids=["224", "33-32", "padded", "square"],
)
def test_equals_transformers_to_one_grey_level(size: tuple[int, int], config: dict) -> None:
    spec = PreprocessSpec.from_processor_config(config)
    image = picture(*size)
    ours = spec.to_float(spec.to_uint8(image)).numpy()
    theirs = reference(config, image)
    assert ours.shape == theirs.shape == (3, spec.crop, spec.crop)
    levels = np.abs(ours - theirs) * np.array(spec.std)[:, None, None] * 255
    # Both round between the two passes, but not alike: where a picture is enlarged, single values differ by two.
    assert levels.max() < 2.01
    assert (levels > 1.01).mean() < 2e-3 and (levels > 0.01).mean() < 0.02
    if min(size) >= spec.resize:
        assert levels.max() < 1.01


def test_batches_equal_single_images() -> None:
    spec = PreprocessSpec(resize=40, crop=32)
    frames = np.stack([picture(50, 71), picture(50, 71)[::-1]] * 3).reshape(3, 2, 50, 71, 3)
    batch = spec.to_uint8(frames)
    assert batch.shape == (3, 2, 3, 32, 32) and batch.dtype == torch.uint8 and batch.is_contiguous()
    assert torch.equal(batch[1, 1], spec.to_uint8(frames[1, 1]))
    assert torch.equal(spec.to_uint8(torch.from_numpy(frames.copy())), batch)


@pytest.mark.parametrize(
    ("size", "crop", "expected", "square"),
    [
        ({"shortest_edge": 30}, {"height": 28, "width": 28}, (30, 28), False),
        (30, 28, (30, 28), False),
        ({"height": 30, "width": 30}, 28, (30, 28), True),
        ([30, 30], [28, 28], (30, 28), True),
    ],
)
def test_old_and_new_forms_of_the_config(size, crop, expected: tuple[int, int], square: bool) -> None:
    spec = PreprocessSpec.from_processor_config({"size": size, "crop_size": crop})
    assert (spec.resize, spec.crop) == expected and spec.square is square


def test_config_round_trip(tmp_path: Path) -> None:
    spec = PreprocessSpec(resize=40, crop=32, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4), resample="bilinear")
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(spec.to_processor_config()), "utf-8")
    assert PreprocessSpec.from_folder(tmp_path) == spec


def test_faults(tmp_path: Path) -> None:
    for config, word in (
        ({"resample": 0}, "resample is 0"),
        ({"do_normalize": False}, "do_normalize"),
        ({"size": {"height": 30, "width": 20}}, "size is"),
        ({"size": {"shortest_edge": 30, "longest_edge": 50}}, "longest edge"),
        ({"rescale_factor": 1.0}, "rescale_factor"),
    ):
        with pytest.raises(ValueError, match=word):
            PreprocessSpec.from_processor_config(config)
    with pytest.raises(CheckpointError, match="no preprocessor_config"):
        PreprocessSpec.from_folder(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text("{", "utf-8")
    with pytest.raises(CheckpointError, match="preprocessor_config.json"):
        PreprocessSpec.from_folder(tmp_path)
    with pytest.raises(ValueError, match="uint8"):
        PreprocessSpec().to_uint8(np.zeros((2, 3, 3)))
    with pytest.raises(ValueError, match="uint8"):
        PreprocessSpec().to_float(torch.zeros(3, 4, 4))
