"""The encoder: normalised embeddings, padding that changes nothing, LoRA on the image tower, peft's file format."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from tiny_models import save_tiny_clip

from srlclip.config import LORA_TARGETS, LoraSettings
from srlclip.models.adapters import merge_weights
from srlclip.models.checkpoints import BUNDLED, resolve_bundled, resolve_source
from srlclip.models.encoder import ClipEncoder
from srlclip.situations import CheckpointError

TEXTS = ["the action is walking, the walker is a man", "in this photo", "zebra!", "the", "the scene of the event"]


@pytest.fixture
def encoder(tiny_clip: Path) -> ClipEncoder:
    return ClipEncoder.load(tiny_clip)


@pytest.fixture
def pixels() -> torch.Tensor:
    return torch.randn(2, 3, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def shake(encoder: ClipEncoder) -> None:
    """Give the LoRA layers weights as if trained."""
    generator = torch.Generator().manual_seed(2)
    for weight in encoder.trainable_parameters():
        torch.nn.init.normal_(weight, std=0.3, generator=generator)


def test_attributes(encoder: ClipEncoder) -> None:
    assert (encoder.embed_dim, encoder.image_size, encoder.max_tokens) == (32, 32, 77)
    assert encoder.preprocess_spec.crop == 32
    assert encoder.logit_scale.item() == pytest.approx(encoder.clip.logit_scale.exp().item())
    assert not encoder.training and not any(weight.requires_grad for weight in encoder.parameters())


def test_pooled_frames_are_what_the_projection_reads(encoder: ClipEncoder, pixels: torch.Tensor) -> None:
    with torch.inference_mode():
        pooled = encoder.pool_frames(pixels, chunk=4)
        assert pooled.shape == (2, 3, encoder.clip.config.vision_config.hidden_size)
        torch.testing.assert_close(encoder.project(pooled), encoder.encode_frames(pixels))


def test_frames_are_normalised_and_equal_transformers(encoder: ClipEncoder, pixels: torch.Tensor) -> None:
    ours = encoder.encode_frames(pixels)
    assert ours.shape == (2, 3, 32)
    torch.testing.assert_close(ours.norm(dim=-1), torch.ones(2, 3))
    texts = encoder.tokenizer(["the"], return_tensors="pt")
    theirs = encoder.clip(pixel_values=pixels.flatten(0, 1), **texts)
    torch.testing.assert_close(ours.flatten(0, 1), theirs.image_embeds)
    torch.testing.assert_close(encoder.encode_texts(["the"]), theirs.text_embeds)


def test_chunks_equal_one_batch(encoder: ClipEncoder, pixels: torch.Tensor) -> None:
    whole = encoder.encode_frames(pixels)
    with torch.inference_mode():
        torch.testing.assert_close(encoder.encode_frames(pixels, chunk=4), whole)
    torch.testing.assert_close(encoder.encode_frames(pixels[1, 2]), whole[1, 2])
    with torch.inference_mode():
        torch.testing.assert_close(encoder.encode_texts(TEXTS, chunk=2), encoder.encode_texts(TEXTS))


def test_short_padding_equals_padding_to_the_limit(encoder: ClipEncoder) -> None:
    tokens = encoder.tokenizer(TEXTS, padding="max_length", max_length=77, return_tensors="pt")
    assert tokens["input_ids"].shape == (5, 77)
    pooled = encoder.clip.text_model(**tokens).pooler_output
    full = torch.nn.functional.normalize(encoder.clip.text_projection(pooled), dim=-1)
    ours = encoder.encode_texts(TEXTS)
    torch.testing.assert_close(ours, full, atol=1e-5, rtol=0)
    assert (ours @ ours.T).fill_diagonal_(0).max() < 0.999, "different texts must not look alike"


def test_token_counts_and_truncation(encoder: ClipEncoder) -> None:
    assert encoder.count_tokens("the action is walking") == 6
    long = "the " * 100
    assert encoder.count_tokens(long) == 102
    assert encoder.count_truncated(["the", long, long]) == 2
    torch.testing.assert_close(encoder.encode_texts([long]), encoder.encode_texts(["the " * 75]))


def test_bad_input(encoder: ClipEncoder) -> None:
    for bad in (torch.zeros(1, 3, 32, 32, dtype=torch.uint8), torch.zeros(1, 3, 16, 16), torch.zeros(32, 32)):
        with pytest.raises(ValueError, match="pixels must be"):
            encoder.encode_frames(bad)
    with pytest.raises(ValueError, match="list of strings"):
        encoder.encode_texts("the")
    assert encoder.encode_texts([]).shape == (0, 32)


@pytest.mark.parametrize("targets", list(LORA_TARGETS))
def test_lora_at_the_start_is_plain_clip(encoder: ClipEncoder, pixels: torch.Tensor, targets: str) -> None:
    before = encoder.encode_frames(pixels)
    encoder.add_lora(LoraSettings(rank=4, targets=targets))
    torch.testing.assert_close(encoder.encode_frames(pixels), before, rtol=0, atol=0)
    adapted = encoder.adapted_modules()
    assert len(adapted) == 2 * len(LORA_TARGETS[targets])
    assert all(name.startswith("vision_model.encoder.layers.") for name in adapted)


def test_only_lora_of_the_image_tower_trains(encoder: ClipEncoder, pixels: torch.Tensor) -> None:
    encoder.add_lora(LoraSettings(rank=4))
    trained = {name for name, weight in encoder.named_parameters() if weight.requires_grad}
    assert len(trained) == 2 * 3 * 2 == len(encoder.trainable_parameters())
    assert all("lora_" in name and "vision_model" in name for name in trained)
    shake(encoder)
    encoder.encode_frames(pixels).sum().backward()
    assert all(weight.grad.abs().sum() > 0 for weight in encoder.trainable_parameters())
    with pytest.raises(ValueError, match="already"):
        encoder.add_lora(LoraSettings(rank=4))


def test_gradient_checkpointing_changes_no_gradient(encoder: ClipEncoder, pixels: torch.Tensor) -> None:
    encoder.add_lora(LoraSettings(rank=4))
    shake(encoder)
    encoder.train()
    grads = []
    for on in (False, True):
        encoder.use_gradient_checkpointing(on)
        encoder.zero_grad()
        encoder.encode_frames(pixels)[..., 0].sum().backward()
        grads.append([weight.grad.clone() for weight in encoder.trainable_parameters()])
    torch.testing.assert_close(grads[0], grads[1])


def test_adapter_folder_is_pefts_own_format(tiny_clip: Path, encoder: ClipEncoder, pixels, tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import CLIPModel

    encoder.add_lora(LoraSettings(rank=4, alpha=8.0))
    shake(encoder)
    with torch.inference_mode():
        ours = encoder.encode_frames(pixels)
    encoder.save_adapter(tmp_path / "adapter")
    assert {file.name for file in (tmp_path / "adapter").iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
    }
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text("utf-8"))
    assert None not in config.values(), "an older peft would warn of fields that it does not know"
    assert (config["r"], config["lora_alpha"], config["inference_mode"]) == (4, 8.0, True)

    clip = PeftModel.from_pretrained(CLIPModel.from_pretrained(tiny_clip), tmp_path / "adapter").eval()
    ids = encoder.tokenizer(["the"], return_tensors="pt")
    theirs = clip(pixel_values=pixels.flatten(0, 1), **ids).image_embeds
    torch.testing.assert_close(theirs.view_as(ours), ours)

    again = ClipEncoder.load(tiny_clip)
    again.load_adapter(tmp_path / "adapter")
    with torch.inference_mode():
        torch.testing.assert_close(again.encode_frames(pixels), ours, rtol=0, atol=0)
        assert not again.trainable_parameters()
        again.merge_adapter()
        assert not again.has_lora and not again.adapted_modules()
        torch.testing.assert_close(again.encode_frames(pixels), ours)


def test_save_and_load(encoder: ClipEncoder, pixels: torch.Tensor, tmp_path: Path) -> None:
    encoder.save(tmp_path / "copy")
    again = ClipEncoder.load(tmp_path / "copy")
    torch.testing.assert_close(again.encode_frames(pixels), encoder.encode_frames(pixels), rtol=0, atol=0)
    torch.testing.assert_close(again.encode_texts(TEXTS), encoder.encode_texts(TEXTS), rtol=0, atol=0)
    assert again.fingerprint() == encoder.fingerprint()
    assert ClipEncoder.load(save_tiny_clip(tmp_path / "other", seed=9)).fingerprint() != encoder.fingerprint()


def edited(source: Path, folder: Path, name: str, edit: dict | None) -> Path:
    """A copy of a model folder in which one JSON file is changed, or (edit None) one file is missing."""
    shutil.copytree(source, folder)
    if edit is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(json.dumps({**json.loads((folder / name).read_text()), **edit}))
    return folder


def test_folders_that_cannot_be_used(tiny_clip: Path, tmp_path: Path) -> None:
    for number, (name, edit, message) in enumerate(
        (
            ("config.json", None, "no config.json"),
            ("config.json", {"model_type": "siglip"}, "siglip"),
            ("model.safetensors", None, "safetensors"),
            ("preprocessor_config.json", None, "no preprocessor_config.json"),
            ("preprocessor_config.json", {"crop_size": 64}, "crops to 64"),
        )
    ):
        with pytest.raises(CheckpointError, match=message):
            ClipEncoder.load(edited(tiny_clip, tmp_path / str(number), name, edit))


def test_a_tokenizer_of_another_model_is_refused(tiny_clip: Path, tmp_path: Path) -> None:
    """Pooling at the wrong token would silently make all texts equal."""
    config = json.loads((tiny_clip / "config.json").read_text())
    config["text_config"]["eos_token_id"] = 5
    with pytest.raises(CheckpointError, match="ends texts with id"):
        ClipEncoder.load(edited(tiny_clip, tmp_path / "m", "config.json", config))


def test_pickled_weights_are_not_read(tiny_clip: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    folder = edited(tiny_clip, tmp_path / "m", "model.safetensors", None)
    torch.save(load_file(tiny_clip / "model.safetensors"), folder / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="safetensors"):
        ClipEncoder.load(folder)


def test_missing_models_name_what_is_allowed(tmp_path: Path) -> None:
    for source in (tmp_path / "nothing", "./nothing", "/nothing/here", "a/b/c", "not a name"):
        with pytest.raises(CheckpointError, match="allowed: a bundled name"):
            ClipEncoder.load(source)
    with pytest.raises(CheckpointError, match="HF_HUB_OFFLINE"):
        ClipEncoder.load("nobody/no-such-clip")


def test_sources(tmp_path: Path) -> None:
    assert resolve_source("openai/clip-vit-base-patch32") == "openai/clip-vit-base-patch32"
    assert resolve_source(tmp_path) == tmp_path
    for name in BUNDLED:
        assert resolve_bundled(name).parts[-4:] == ("srlclip", "assets", "models", name)
    assert resolve_bundled("openai/clip-vit-base-patch32") is None
    (tmp_path / "file").touch()
    with pytest.raises(CheckpointError, match="is a file"):
        resolve_source(tmp_path / "file")


def test_adapters_that_do_not_fit(encoder: ClipEncoder, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    encoder.add_lora(LoraSettings(rank=4))
    encoder.save_adapter(tmp_path / "good")
    base = tmp_path / "good"
    weights = load_file(base / "adapter_model.safetensors")
    text = {name.replace("vision_model", "text_model"): value for name, value in weights.items()}
    wide = {name: torch.zeros(value.shape[0] * 2, value.shape[1]) for name, value in weights.items()}
    half = dict(list(weights.items())[1:])
    for number, (content, message) in enumerate(
        ((text, "name different layers"), (wide, "does not match|base model's is"), (half, "incomplete"))
    ):
        folder = shutil.copytree(base, tmp_path / f"bad{number}")
        save_file(content, folder / "adapter_model.safetensors")
        with pytest.raises(CheckpointError, match=message):
            ClipEncoder.load(encoder.name).load_adapter(folder)
    (tmp_path / "bad0" / "adapter_model.safetensors").write_bytes(b"cut")
    with pytest.raises(CheckpointError, match="not a complete safetensors"):
        ClipEncoder.load(encoder.name).load_adapter(tmp_path / "bad0")
    for edit, message in (({"peft_type": "IA3"}, "IA3"), ({"init_lora_weights": "pissa"}, "pissa")):
        with pytest.raises(CheckpointError, match=message):
            ClipEncoder.load(encoder.name).load_adapter(
                edited(base, tmp_path / next(iter(edit)), "adapter_config.json", edit)
            )


@pytest.mark.parametrize("rank_root", [False, True])
def test_merging_without_peft_equals_peft(
    tiny_clip: Path, pixels: torch.Tensor, tmp_path: Path, rank_root: bool
) -> None:
    trained = ClipEncoder.load(tiny_clip)
    trained.add_lora(LoraSettings(rank=4, alpha=8.0))
    for name, weight in trained.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight.data, std=0.1, generator=torch.Generator().manual_seed(len(name)))
    trained.save_adapter(tmp_path)
    config = json.loads((tmp_path / "adapter_config.json").read_text("utf-8"))
    (tmp_path / "adapter_config.json").write_text(json.dumps(config | {"use_rslora": rank_root}), "utf-8")
    theirs, ours = ClipEncoder.load(tiny_clip), ClipEncoder.load(tiny_clip)
    before = ours.encode_frames(pixels)
    theirs.load_adapter(tmp_path)
    theirs.merge_adapter()
    merge_weights(tmp_path, ours.clip)
    for (name, weight), (other, merged) in zip(
        theirs.clip.named_parameters(), ours.clip.named_parameters(), strict=True
    ):
        assert name == other
        torch.testing.assert_close(merged, weight, rtol=0, atol=1e-6)
    torch.testing.assert_close(ours.encode_frames(pixels), theirs.encode_frames(pixels), rtol=0, atol=1e-5)
    assert (ours.encode_frames(pixels) - before).abs().max() > 0.01
