"""The benchmarks of speed say what they measured and where it comes from. No test asserts a time."""

import json

import pytest
import torch

from benchmarks import embed, memory, startup
from benchmarks.interleaved import against, take_turns, write
from benchmarks.random_pair import save_random_pair


def test_variants_take_turns_and_the_first_round_is_not_counted():
    calls = []
    times = take_turns({name: (lambda name=name: calls.append(name)) for name in "ab"}, 2)
    assert calls == ["a", "b", "b", "a", "a", "b"]
    assert all(len(times[name][kind]) == 2 for name in "ab" for kind in ("cpu_s", "wall_s"))
    with pytest.raises(ValueError, match="rounds is 0"):
        take_turns({}, 0)


def test_speed_ups_are_taken_within_a_round():
    rows = against({"slow": {"cpu_s": [2.0, 8.0, 4.0]}, "ours": {"cpu_s": [1.0, 2.0, 2.0]}}, "slow")
    assert rows["ours"] == {"cpu_s": 2.0, "speed_up_cpu": 2.0} and rows["slow"]["speed_up_cpu"] == 1.0


def test_results_say_that_the_machine_was_busy(tmp_path):
    write("x", {"rounds": 1}, {"load_before": 3.2}, "| a |", tmp_path)
    assert json.loads((tmp_path / "x.json").read_text("utf-8"))["settings"] == {"rounds": 1}
    assert "load before 3.2; the machine was busy" in (tmp_path / "x.md").read_text("utf-8")


def test_a_clip_is_embedded_alike_by_all_variants(tmp_path, monkeypatch):
    monkeypatch.setattr(
        embed,
        "order",
        lambda: {
            "queries": 1,
            **{m: dict.fromkeys(("first_changed", "top10_moved", "target_moved"), 0) for m in embed.MODELS},
        },
    )
    monkeypatch.setattr(embed, "FPS", 4)
    before = torch.get_num_threads()
    try:
        assert embed.main(["--quick", "--threads", "1", "--out", str(tmp_path)]) == 0
    finally:
        torch.set_num_threads(before)
    result = json.loads((tmp_path / "embed_quick.json").read_text("utf-8"))
    (clip,) = result["clips"].values()
    assert set(clip["variants"]) == {embed.NAIVE, "fp32", "bf16"}
    assert clip["cosine_naive"] > 0.999 and clip["cosine_bf16"] > 0.999
    assert {"commit", "date", "versions", "machine", "load_before"} <= set(result)
    assert str(tmp_path) not in (tmp_path / "embed_quick.json").read_text("utf-8")


def test_starting_reads_what_a_command_imports():
    seconds, wall, heavy = startup.started("import numpy")
    assert seconds > 0 and wall > 0 and heavy == ["numpy"]
    with pytest.raises(RuntimeError, match="no_such_module"):
        startup.started("import no_such_module")


def test_resident_memory_of_this_process():
    import os

    sizes = memory.resident(os.getpid())
    assert 2**20 < sizes["rss_bytes"] <= sizes["peak_bytes"]


def test_a_random_pair_differs_in_its_adapted_layers(tmp_path, monkeypatch):
    from benchmarks import random_clip
    from srlclip.models.pair import ClipPair

    small = random_clip.ClipSize(
        patch=16, vision_width=64, vision_layers=1, text_width=64, embed_dim=32, text_layers=1, image_size=32
    )
    monkeypatch.setitem(random_clip.SIZES, "small", small)
    pair = ClipPair.load(*save_random_pair(tmp_path, "small"))
    base, adapted = pair.encode_frames(torch.rand(2, 3, 32, 32))
    assert (base - adapted).abs().max() > 1e-3
