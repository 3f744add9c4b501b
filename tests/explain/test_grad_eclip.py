"""Grad-ECLIP: a short forward that equals the model's own, and gradients that equal autograd through all of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from tiny_models import save_tiny_clip

from srlclip.config import LoraSettings
from srlclip.explain.faithfulness import STEPS, score_curves, shuffled_weights
from srlclip.explain.grad_eclip import gradients, trace_frames, trace_text
from srlclip.explain.image_maps import event_maps
from srlclip.explain.words import word_maps, word_tokens
from srlclip.models.encoder import ClipEncoder
from srlclip.pooling import pooled

TEXT = "the action is walking, a zebra"


@pytest.fixture
def encoder(tiny_clip):
    return ClipEncoder.load(tiny_clip)


@pytest.fixture
def frames():
    return np.random.default_rng(3).integers(0, 255, (4, 3, 32, 32), np.uint8)


def reference(score: torch.Tensor, inputs: dict[str, torch.Tensor], at: int, others: slice) -> torch.Tensor:
    """The paper's formula, from what hooks on the last block's projections saw, with autograd through the whole tower."""
    gradient = torch.autograd.grad(score, inputs["out"], retain_graph=True)[0][:, at]
    q, k, v = (inputs[name].detach() for name in ("q_proj", "k_proj", "v_proj"))
    maps = []
    for n in range(len(q)):
        cosine = torch.cosine_similarity(q[n, at][None], k[n, others], dim=-1)
        scaled = (cosine - cosine.min()) / (cosine.max() - cosine.min())
        maps.append(torch.relu(torch.stack([(gradient[n] * row).sum() for row in v[n, others]]) * scaled))
    return torch.stack(maps)


def hooked(attention: torch.nn.Module) -> tuple[dict[str, torch.Tensor], list]:
    seen: dict[str, torch.Tensor] = {}

    def keep(name: str):
        return lambda module, given, out: seen.__setitem__(name, out)

    hooks = [getattr(attention, n).register_forward_hook(keep(n)) for n in ("q_proj", "k_proj", "v_proj")]
    hooks.append(attention.out_proj.register_forward_pre_hook(lambda module, given: seen.__setitem__("out", given[0])))
    return seen, hooks


@pytest.mark.parametrize("lora", [False, True])
def test_maps_of_frames_equal_autograd_through_the_whole_tower(encoder, frames, lora):
    if lora:  # not merged: the adapter's layers are called as they stand
        encoder.add_lora(LoraSettings(rank=4))
        for weight in encoder.trainable_parameters():
            torch.nn.init.normal_(weight, std=0.3)
    text = encoder.encode_texts([TEXT])[0].detach()
    vectors, maps = event_maps(encoder, frames, text.numpy()[None])
    pixels = encoder.preprocess_spec.to_float(torch.from_numpy(frames)).requires_grad_()
    seen, hooks = hooked(encoder.clip.vision_model.encoder.layers[-1].self_attn)
    own = encoder.encode_frames(pixels)
    for hook in hooks:
        hook.remove()
    torch.testing.assert_close(torch.from_numpy(vectors), own.detach(), atol=1e-6, rtol=1e-5)
    slow = reference(pooled(own) @ text, seen, 0, slice(1, None))
    assert maps.shape == (1, 4, 4, 4) and maps.max() > 0 and maps.min() >= 0
    torch.testing.assert_close(torch.from_numpy(maps[0]).flatten(1), slow, atol=1e-6, rtol=1e-4)


def test_maps_of_words_equal_autograd_and_pieces_are_joined(encoder):
    event = torch.nn.functional.normalize(torch.randn(32, generator=torch.Generator().manual_seed(1)), dim=0)
    ids, counts = word_tokens(encoder, TEXT)
    assert ids == encoder.tokenizer(TEXT)["input_ids"] and len(counts) == len(TEXT.split()) and max(counts) > 1
    seen, hooks = hooked(encoder.clip.text_model.encoder.layers[-1].self_attn)
    embedded = encoder.clip.text_model.embeddings.token_embedding
    embedded.weight.requires_grad_(True)
    own = encoder.encode_texts([TEXT])[0]
    embedded.weight.requires_grad_(False)
    for hook in hooks:
        hook.remove()
    pieces = reference(own @ event, seen, len(ids) - 1, slice(1, len(ids) - 1))[0]
    words = [float(part.sum()) for part in pieces.split(counts)]
    np.testing.assert_allclose(word_maps(encoder, TEXT, event.numpy()[None])[0], words, atol=1e-6, rtol=1e-4)
    with gradients():
        torch.testing.assert_close(trace_text(encoder, ids).vectors[0].detach(), own.detach(), atol=1e-6, rtol=1e-5)


def test_one_word_counts_fully_and_what_is_not_read_is_left_out(encoder):
    event = np.ones((1, 32), np.float32) / 32**0.5
    assert word_maps(encoder, "man", event).shape == (1, 1)
    assert word_maps(encoder, "", event).shape == (1, 0)
    ids, counts = word_tokens(encoder, "man " * 200)
    assert len(ids) == 77 and counts == [1] * 75 and word_maps(encoder, "man " * 200, event).shape == (1, 75)


def test_nothing_is_left_behind_and_inference_mode_does_not_matter(encoder, frames):
    text = np.ones((1, 32), np.float32) / 32**0.5
    alone = event_maps(encoder, frames, text)[1]
    with torch.inference_mode():
        np.testing.assert_array_equal(event_maps(encoder, frames, text)[1], alone)
    assert all(weight.grad is None and not weight.requires_grad for weight in encoder.parameters())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in encoder.modules())
    assert not encoder.training and torch.is_grad_enabled()


def test_threads_share_a_model(encoder, frames):
    texts = np.eye(32, dtype=np.float32)[:8]
    alone = [event_maps(encoder, frames, text[None])[1] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: event_maps(encoder, frames, text[None])[1], texts))
        # A thread that embeds meanwhile, without gradients, is none the wiser.
        assert pool.submit(torch.is_grad_enabled).result()
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-7)


@pytest.mark.parametrize(("patch", "side"), [(32, 7), (16, 14)])
def test_shapes_of_full_size_towers_of_random_weights(tmp_path, patch, side):
    """ViT-B/32 and ViT-B/16 as wide as OpenAI's and two blocks deep."""
    from transformers import CLIPConfig, CLIPModel

    from srlclip.video.pixels import PreprocessSpec

    tokenizer = ClipEncoder.load(save_tiny_clip(tmp_path / "tiny")).tokenizer
    tower = {"num_hidden_layers": 2}
    ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id, "vocab_size": len(tokenizer)}
    config = CLIPConfig(text_config={**tower, **ids}, vision_config={**tower, "patch_size": patch}, projection_dim=512)
    encoder = ClipEncoder(CLIPModel(config).eval(), tokenizer, PreprocessSpec(), f"B/{patch}").requires_grad_(False)
    frames = np.random.default_rng(0).integers(0, 255, (2, 3, 224, 224), np.uint8)
    texts = encoder.encode_texts([TEXT, "a man"]).numpy()
    vectors, maps = event_maps(encoder, frames, texts)
    assert vectors.shape == (2, 512) and maps.shape == (2, 2, side, side) and maps.max() > 0
    own = encoder.encode_frames(encoder.preprocess_spec.to_float(torch.from_numpy(frames)))
    np.testing.assert_allclose(vectors, own.numpy(), atol=1e-5)
    assert word_maps(encoder, TEXT, vectors).shape == (2, 6)


def test_shuffled_weights_are_the_same_numbers_and_another_map(encoder, frames):
    text = encoder.encode_texts([TEXT]).numpy()
    before = event_maps(encoder, frames, text)[1]
    other = shuffled_weights(encoder, 0)
    for name, weight in encoder.image_tower().items():
        torch.testing.assert_close(other.image_tower()[name].flatten().sort()[0], weight.flatten().sort()[0])
    assert other.clip.text_model.embeddings.token_embedding.weight is encoder.clip.text_model.embeddings.token_embedding.weight  # fmt: skip
    assert not np.allclose(event_maps(other, frames, text)[1], before)
    np.testing.assert_array_equal(event_maps(encoder, frames, text)[1], before)


def test_curves_begin_and_end_at_the_whole_and_at_no_picture(encoder, frames):
    text = encoder.encode_texts([TEXT])[0].numpy()
    order = np.random.default_rng(0).permuted(np.tile(np.arange(16), (4, 1)), axis=1)
    deletion, insertion = score_curves(encoder, frames, text, order)
    assert deletion.shape == insertion.shape == STEPS.shape
    with gradients():
        whole = pooled(trace_frames(encoder, encoder.preprocess_spec.to_float(torch.from_numpy(frames))).vectors)
    assert [deletion[0], insertion[-1]] == pytest.approx([float(whole.detach() @ torch.from_numpy(text))] * 2, abs=1e-6)
    empty = pooled(encoder.encode_frames(torch.zeros(1, 3, 32, 32))).numpy() @ text
    assert deletion[-1] == pytest.approx(float(empty), abs=1e-6) and insertion[0] == pytest.approx(float(empty), abs=1e-6)  # fmt: skip
