"""The speed benchmark runs, says where its numbers come from, and counts right. No test asserts a time."""

import json

import pytest
import torch

from benchmarks import costs, train_step
from benchmarks.naive_loop import embed_padded
from benchmarks.random_clip import SIZES, clip_config
from srlclip.config import ContextualizerSettings, LoraSettings
from srlclip.models.contextualizer import VideoContextualizer
from srlclip.models.encoder import ClipEncoder


@pytest.fixture(scope="module")
def adapted():
    encoder = ClipEncoder.load("mini-base")
    encoder.add_lora(LoraSettings())
    return encoder


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """One timed step of every variant with the bundled base, in a results file that already holds another run."""
    out = tmp_path_factory.mktemp("speed") / "out.json"
    small = ["--model", "mini", "--batch", "1", "--frames-per-event", "1", "--matmul-side", "64", "--json", str(out)]
    arithmetic, timed = (["--rounds", "0"], ["--rounds", "1", "--steps", "1", "--video-size", "96"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train_step, "FILES", 1)
        patch.setattr(train_step, "FPS", 4)
        for more in (arithmetic, timed, arithmetic):  # the third takes the place of the first
            assert train_step.main([*small, "--device", "cpu", *more]) == 0
    return json.loads(out.read_text())["runs"]


def test_a_run_reports_every_variant_beside_the_cached_one(measured):
    timed, costs_only = measured
    assert set(timed["variants"]) == {"caches", "captions", "video", "naive"}
    for row in timed["variants"].values():
        assert row["seconds_per_step"]["rounds"] == 1 and row["seconds_per_step"]["min"] > 0
        assert row["frames_per_s"] == pytest.approx(5 * row["clips_per_s"])
    assert timed["variants"]["caches"]["times_caches"]["median"] == 1
    assert timed["peak_memory_bytes"]["process"] > 0 and timed["matmul_flop_per_s"]["median"] > 0
    assert "variants" not in costs_only and costs_only["flop_per_step"] == timed["flop_per_step"]


def test_a_run_says_where_it_comes_from_and_names_no_folder(measured):
    for run in measured:
        assert {"commit", "versions", "machine"} <= set(run["provenance"])
        assert run["provenance"]["settings"]["model"] == "mini" and run["lora_parameters"] == 4 * 3 * 2 * 192 * 64
    assert "/tmp" not in json.dumps(measured)


def test_captions_padded_to_the_full_length_have_the_embeddings_of_the_table(adapted):
    texts = ["a man pushes a woman", "in this photo, the action is walking, the walker is king in red"]
    with torch.no_grad():
        torch.testing.assert_close(embed_padded(adapted, texts), adapted.encode_texts(texts), atol=1e-5, rtol=0)


def test_image_flops_are_those_that_torch_counts(adapted):
    from torch.utils.flop_counter import FlopCounterMode

    vision, pixels = adapted.clip.config.vision_config, torch.rand(2, 3, 80, 80)
    forward, backward = costs.frame_flops(vision, adapted.embed_dim, LoraSettings())
    with FlopCounterMode(display=False) as counted, torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        features = adapted.encode_frames(pixels)
        seen = counted.get_total_flops()
        features.sum().backward()
    assert seen == pytest.approx(2 * forward, rel=0.01)
    # the first layer's input needs no gradient: a larger share of a tower of 4 layers than of one of 12
    assert counted.get_total_flops() - seen == pytest.approx(2 * backward, rel=0.08)


def test_contextualizer_flops_are_those_that_torch_counts():
    from torch.utils.flop_counter import FlopCounterMode

    settings = ContextualizerSettings(layers=2, heads=4)
    model = VideoContextualizer(64, settings).train()
    with FlopCounterMode(display=False) as counted, torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        video, events = model(torch.rand(1, 5, 4, 64, requires_grad=True))
        (video.sum() + events.sum()).backward()
    assert counted.get_total_flops() == pytest.approx(costs.contextualizer_flops(settings, 64, 5, 4), rel=0.02)


def test_activation_memory_is_what_autograd_keeps(adapted):
    vision = adapted.clip.config.vision_config
    for checkpointing in (False, True):
        adapted.use_gradient_checkpointing(checkpointing)
        try:
            kept = costs.measured_activation_bytes(adapted)
        finally:
            adapted.use_gradient_checkpointing(False)
        assert kept == pytest.approx(costs.activation_bytes(vision, LoraSettings(), checkpointing), rel=0.02)


def test_a_frame_of_each_published_size():
    """GFLOP of a frame, forward and backward."""
    found = {}
    for name in SIZES:
        config = clip_config(name)
        found[name] = round(sum(costs.frame_flops(config.vision_config, config.projection_dim, LoraSettings())) / 1e9)
    assert found == {"vit-b-32": 19, "vit-b-16": 76, "vit-l-14": 345}


def test_nonsense_is_refused(capsys):
    for wrong in (["--batch", "0"], ["--variants", "naive"], ["--model", "vit-h"]):
        with pytest.raises(SystemExit):
            train_step.main(wrong)
    capsys.readouterr()
