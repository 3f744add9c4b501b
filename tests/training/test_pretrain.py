"""The mini base's own training: exact labels, resumption, and a folder that transformers reads."""

import json

import numpy as np
import pytest
import torch

from srlclip.models.encoder import ClipEncoder
from srlclip.synsitu.sample import sample_clip
from srlclip.video.pixels import PreprocessSpec
from training import pretrain
from training.mini_base.frames import ATTRIBUTE_CLASSES, IGNORE, attribute_labels, frame_set

SMALL = (
    "clips=3", "valid_clips=2", "frames_per_event=1", "workers=1", "batch=8", "image_size=32", "vision_width=32",
    "text_width=32", "vision_layers=1", "text_layers=1", "embed_dim=32", "sight_steps=2", "text_steps=2",
    "align_steps=2", "text_groups=2", "align_text_groups=2", "vocab_size=900",
)  # fmt: skip


def run(tmp_path, *more, phases="sight,text,align"):
    flags = [f"out={tmp_path / 'run'}", f"cache={tmp_path / 'cache'}", *SMALL, *more]
    return pretrain.main([*(x for flag in flags for x in ("--set", flag)), "--phases", phases])


def test_pretraining_writes_a_base_that_loads(tmp_path):
    assert run(tmp_path) == 0
    encoder = ClipEncoder.load(tmp_path / "run" / "model")
    assert encoder.image_size == 32 and encoder.encode_texts(["a man pushes a box"]).shape == (1, 32)
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [row["phase"] for row in log if row["phase"].endswith("valid")] == [
        "text-valid",
        "sight-valid",
        "align-valid",
    ]
    before = (tmp_path / "run" / "model" / "model.safetensors").read_bytes()
    assert run(tmp_path) == 0  # finished phases are loaded, not run again
    assert (tmp_path / "run" / "model" / "model.safetensors").read_bytes() == before


def test_labels_name_what_the_script_says():
    for i in range(20):
        script = sample_clip("pretrain", i)
        for k, event in enumerate(script.events):
            found = attribute_labels(script, k)
            assert ATTRIBUTE_CLASSES["verb"][found["verb"]] == event.verb_id
            assert ATTRIBUTE_CLASSES["agent_kind"][found["agent_kind"]] == script.cast[event.agent].kind
            assert (found["patient_kind"] == IGNORE) == (event.patient is None)


def test_frames_are_rendered_once_and_grow(tmp_path):
    spec = PreprocessSpec(resize=32, crop=32)
    first = frame_set(tmp_path, "valid", 2, 1, spec)
    assert first.frames.shape == (10, 3, 32, 32) and first.frames.any(axis=(1, 2, 3)).all()
    again = frame_set(tmp_path, "valid", 2, 1, spec)
    assert np.array_equal(first.frames, again.frames) and first.clip.tolist() == [0] * 5 + [1] * 5


def test_frames_of_another_preprocessing_are_others(tmp_path):
    for spec in (PreprocessSpec(resize=32, crop=32), PreprocessSpec(resize=40, crop=32)):
        frame_set(tmp_path, "valid", 1, 1, spec)
    assert {p.name for p in tmp_path.glob("*.u8")} == {"valid-2-0-1x1-32.u8", "valid-2-0-1x1-32-40-bicubic.u8"}


def test_a_stopped_phase_goes_on_where_it_was(tmp_path, monkeypatch):
    """The same weights with and without a stop at a checkpoint."""
    monkeypatch.setattr(pretrain, "CHECKPOINT_EVERY", 1)
    settings = ["text_steps=3"]
    assert run(tmp_path / "whole", *settings, phases="text") == 0
    calls = {"n": 0}
    real = pretrain.Pretrainer.paraphrase_loss

    def dies(self, rng, groups):
        calls["n"] += 1
        if calls["n"] == 3:
            raise KeyboardInterrupt
        return real(self, rng, groups)

    monkeypatch.setattr(pretrain.Pretrainer, "paraphrase_loss", dies)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "stopped", *settings, phases="text")
    monkeypatch.setattr(pretrain.Pretrainer, "paraphrase_loss", real)
    assert run(tmp_path / "stopped", *settings, phases="text") == 0
    from safetensors.torch import load_file

    a, b = (load_file(tmp_path / n / "run" / "text.safetensors") for n in ("whole", "stopped"))
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_bad_settings_are_one_line(capsys):
    assert pretrain.main(["--set", "steps=3"]) == 2
    assert "unknown setting steps" in capsys.readouterr().err
