"""The benchmarks of reading, of searches at once and of a GPU's steps run and say where they come from. No time is asserted."""

import json

import pytest
import torch

from benchmarks import app_load, gpu_train, loader
from srlclip.models.encoder import ClipEncoder


def of(out):
    result = json.loads(out.read_text())
    assert {"commit", "versions", "machine"} <= set(result["provenance"]) and "/tmp" not in json.dumps(result)
    assert out.with_suffix(".md").read_text().startswith("# ")
    return result


def test_cached_frames_are_served_to_a_consumer(tmp_path):
    out = tmp_path / "loader.json"
    small = ["--clips", "6", "--batch", "2", "--side", "16", "--rounds", "1", "--rate", "20000"]
    assert loader.main([*small, "--json", str(out)]) == 0
    rows = of(out)["rows"]
    assert [(r["workers"], r["rate"]) for r in rows] == [(w, r) for w in (0, 1, 2) for r in (0, 20000)]
    assert all(r["frames_per_s"] > 0 and 0 <= r["waited"] <= 1 for r in rows)


def test_every_number_of_workers_serves_the_same_batches(tmp_path):
    data = loader.training_data(5, 2, 16, tmp_path)
    alone = list(loader.served(data, 1, 0, False))
    for workers in (1, 2):
        for a, b in zip(alone, loader.served(data, 1, workers, False), strict=True):
            assert a.clip_ids == b.clip_ids and torch.equal(a.pixels, b.pixels) and torch.equal(a.text, b.text)


def test_searches_at_once_are_answered_over_http(tmp_path):
    out = tmp_path / "load.json"
    assert app_load.main(["--clients", "2", "--each", "1", "--rounds", "1", "--json", str(out)]) == 0
    result = of(out)
    assert [r["who"] for r in result["rows"]] == [
        "2 clients, new", "2 clients, again", "1 client, again", "in process, again"
    ]  # fmt: skip
    assert result["gallery_clips"] == 64 and result["answer_bytes"] > 1000


def test_a_gpus_steps_are_measured_by_the_same_command_on_a_cpu(tmp_path, monkeypatch):
    from benchmarks import train_step

    monkeypatch.setattr(train_step, "FILES", 1)
    monkeypatch.setattr(train_step, "FPS", 4)
    out = tmp_path / "gpu.json"
    assert gpu_train.main(["--device", "cpu", "--quick", "--json", str(out)]) == 0
    (row,) = of(out)["rows"]
    steps = gpu_train.CLIPS * gpu_train.EPOCHS
    assert row["projected_hours"] == pytest.approx(steps * row["seconds_per_step"]["median"] / 3600)
    assert row["flop_per_s"] > 0 and row["peak_memory_bytes"] > 0


def test_without_a_gpu_it_says_so(capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpu_train.main([]) == 2
    assert "no CUDA device" in capsys.readouterr().err


def test_attention_is_torchs_own():
    config = ClipEncoder.load("mini-base").clip.config
    assert {config.vision_config._attn_implementation, config.text_config._attn_implementation} == {"sdpa"}
