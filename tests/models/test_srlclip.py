"""The composed model, its folder, and the pair of base and adapted model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from tiny_models import save_tiny_clip

from srlclip.config import ContextualizerSettings, LoraSettings
from srlclip.models.pair import ClipPair
from srlclip.models.srlclip import SRLCLIP
from srlclip.situations import CheckpointError

LORA = LoraSettings(rank=4, alpha=8.0)
CONTEXT = ContextualizerSettings(layers=1, heads=4)


@pytest.fixture(scope="module")
def model(tiny_clip: Path) -> SRLCLIP:
    torch.manual_seed(0)
    model = SRLCLIP.create(tiny_clip, LORA, CONTEXT).eval()
    for weight in model.encoder.trainable_parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return model


@pytest.fixture(scope="module")
def folder(model: SRLCLIP, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    model.save(folder, {"trained_on": "nothing"})
    return folder


@pytest.fixture
def pixels() -> torch.Tensor:
    return torch.randn(2, 5, 4, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def close(ours, theirs, **tolerance: float) -> None:
    for name in ("frames", "clip_events", "vc_events", "clip_video", "vc_video"):
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), **tolerance)


def test_features(model: SRLCLIP, pixels: torch.Tensor) -> None:
    features = model(pixels)
    assert features.frames.shape == (2, 5, 4, 32)
    assert features.clip_events.shape == features.vc_events.shape == (2, 5, 32)
    assert features.clip_video.shape == features.vc_video.shape == (2, 32)
    for value in vars(features).values():
        torch.testing.assert_close(value.norm(dim=-1), torch.ones(value.shape[:-1]))
    mean = features.frames[1, 2].mean(0)
    torch.testing.assert_close(features.clip_events[1, 2], mean / mean.norm())
    mean = features.frames[1].flatten(0, 1).mean(0)
    torch.testing.assert_close(features.clip_video[1], mean / mean.norm())
    with pytest.raises(ValueError, match="pixels must be"):
        model(pixels[0])


def test_what_trains(model: SRLCLIP) -> None:
    wanted = {id(weight) for weight in model.trainable_parameters()}
    assert wanted == {id(weight) for weight in model.parameters() if weight.requires_grad}
    assert len(wanted) == 12 + len(list(model.contextualizer.parameters()))


def test_save_and_load(model: SRLCLIP, folder: Path, pixels: torch.Tensor) -> None:
    assert sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()) == [
        "adapter/adapter_config.json",
        "adapter/adapter_model.safetensors",
        "contextualizer.safetensors",
        "srlclip.json",
    ]
    again = SRLCLIP.load(folder)
    with torch.no_grad():
        close(again(pixels), model(pixels), rtol=0, atol=0)
    assert again.lora == LORA and again.contextualizer.settings == CONTEXT
    assert not any(weight.requires_grad for weight in again.parameters())
    card = json.loads((folder / "srlclip.json").read_text())
    assert card["metadata"] == {"trained_on": "nothing"} and "transformers" in card["versions"]


def test_a_loaded_model_can_go_on_training(model: SRLCLIP, folder: Path, pixels: torch.Tensor, tmp_path: Path) -> None:
    again = SRLCLIP.load(folder, trainable=True)
    assert {id(weight) for weight in again.trainable_parameters()} == {
        id(weight) for weight in again.parameters() if weight.requires_grad
    }
    again(pixels).vc_events[..., 0].sum().backward()
    assert all(weight.grad is not None for weight in again.encoder.trainable_parameters())
    again.save(tmp_path / "again")
    with torch.no_grad():
        close(SRLCLIP.load(tmp_path / "again")(pixels), model(pixels), rtol=0, atol=0)


def test_a_run_folder_stands_for_the_model_in_it(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "run" / "model")
    assert SRLCLIP.load(tmp_path / "run").lora == LORA
    assert ClipPair.load(None, tmp_path / "run").contextualizer is not None


def test_mismatches_are_refused(folder: Path, tmp_path: Path) -> None:
    other = save_tiny_clip(tmp_path / "other", seed=5)
    with pytest.raises(CheckpointError, match="weights differ"):
        SRLCLIP.load(folder, base=other)
    narrow = save_tiny_clip(tmp_path / "narrow", dim=16)
    for load in (SRLCLIP.load, lambda run, base: ClipPair.load(base, run)):
        with pytest.raises(CheckpointError, match="32-d embeddings, .* has 16"):
            load(folder, base=narrow)


@pytest.mark.parametrize(
    "name",
    [
        "srlclip.json",
        "contextualizer.safetensors",
        "adapter/adapter_config.json",
        "adapter/adapter_model.safetensors",
    ],
)
def test_missing_files_are_named(folder: Path, tmp_path: Path, name: str) -> None:
    broken = shutil.copytree(folder, tmp_path / "run")
    (broken / name).unlink()
    for load in (SRLCLIP.load, lambda run: ClipPair.load(None, run)):
        with pytest.raises(CheckpointError, match=Path(name).name):
            load(broken)


def test_unknown_format_and_settings_are_refused(folder: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(folder, tmp_path / "run")
    card = json.loads((folder / "srlclip.json").read_text())
    for edit, message in (
        ({"format": 2}, "format 2"),
        ({"contextualizer": {"layers": 2, "heads": 4}}, "does not fit"),
        ({"contextualizer": {"depth": 2}}, "unknown setting depth"),
        ({"lora": {"rank": 0}}, "lora.rank is 0"),
    ):
        (broken / "srlclip.json").write_text(json.dumps({**card, **edit}))
        with pytest.raises(CheckpointError, match=message):
            SRLCLIP.load(broken)
    (broken / "srlclip.json").write_text("{")
    with pytest.raises(CheckpointError, match="not JSON"):
        SRLCLIP.load(broken)


def test_pair_gives_both_models(model: SRLCLIP, tiny_clip: Path, folder: Path, pixels: torch.Tensor) -> None:
    from srlclip.models.encoder import ClipEncoder

    pair = ClipPair.load(tiny_clip, folder)
    base, adapted = pair.encode_frames(pixels)
    plain = ClipEncoder.load(tiny_clip)
    torch.testing.assert_close(base, plain.encode_frames(pixels))
    torch.testing.assert_close(adapted, model.encoder.encode_frames(pixels).detach(), atol=1e-5, rtol=0)
    assert (adapted - base).abs().max() > 0.05
    torch.testing.assert_close(pair.encode_texts(["the action", "a man"]), plain.encode_texts(["the action", "a man"]))
    with torch.no_grad():
        torch.testing.assert_close(pair.contextualizer(adapted)[0], model(pixels).vc_video, atol=1e-5, rtol=0)
    base_again, _ = pair.encode_frames(pixels)
    assert torch.equal(base, base_again), "nothing is toggled"


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_pair_shares_all_weights_that_are_not_adapted(folder: Path, precision: str) -> None:
    pair = ClipPair.load(None, folder, precision=precision)
    base = {name: weight.data_ptr() for name, weight in pair.base.clip.named_parameters()}
    adapted = {name: weight.data_ptr() for name, weight in pair.adapted.clip.named_parameters()}
    assert set(base) == set(adapted)
    own = {name for name in base if base[name] != adapted[name]}
    assert own == {
        f"vision_model.encoder.layers.{layer}.self_attn.{kind}_proj.weight" for layer in range(2) for kind in "qkv"
    }
    assert pair.base.clip.text_model is pair.adapted.clip.text_model
    assert not any(weight.requires_grad for weight in pair.adapted.parameters())
    assert pair.base.clip.logit_scale.dtype == torch.float32


def test_pair_in_bfloat16_is_close(folder: Path, pixels: torch.Tensor) -> None:
    exact, fast = ClipPair.load(None, folder), ClipPair.load(None, folder, precision="bf16")
    assert exact.fingerprints == fast.fingerprints == exact.marks
    assert fast.marks == {m: f"{mark}-bf16" for m, mark in exact.marks.items()}, "stored embeddings do not mix"
    for pair in (exact, fast):
        assert pair.feature_fingerprint("adapted", True) == exact.feature_fingerprint("adapted", True), "of the weights"
    for ours, theirs in zip(fast.encode_frames(pixels), exact.encode_frames(pixels), strict=True):
        assert ours.dtype == torch.float32
        assert torch.nn.functional.cosine_similarity(ours, theirs, dim=-1).min() > 0.995


def test_pair_without_adapter(tiny_clip: Path, pixels: torch.Tensor) -> None:
    pair = ClipPair.load(tiny_clip, None)
    base, adapted = pair.encode_frames(pixels)
    assert torch.equal(base, adapted) and base.data_ptr() != adapted.data_ptr()
    assert pair.contextualizer is None and pair.fingerprints["base"] == pair.fingerprints["adapted"]
    with pytest.raises(ValueError, match="both None"):
        ClipPair.load(None, None)


def test_importing_models_is_free() -> None:
    import subprocess
    import sys

    code = (
        "import sys, srlclip.models.pair, srlclip.losses, srlclip.comparison.gallery;"
        "assert not {'transformers', 'peft', 'huggingface_hub', 'decord'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
