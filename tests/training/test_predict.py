"""Predictions of a trained captioner in the official files: positions in the split, roles, splits without labels."""

import json
import shutil

import pytest

from srlclip.config import from_dict
from srlclip.data.predictions import read_srl_predictions, read_verb_predictions
from srlclip.data.vidsitu import read_vidsitu, split_segments
from training import captioner, predict
from training.captioning.settings import CaptionerTraining


@pytest.fixture(scope="module")
def run(tiny_clip, tiny_run, world, tmp_path_factory):
    """A captioner of one epoch."""
    out = tmp_path_factory.mktemp("predict") / "run"
    data = {"root": str(world), "clips": 6, "valid_clips": 2, "workers": 1, "cache": str(out.parent / "cache")}
    settings = {
        "base": str(tiny_clip), "adapter": str(tiny_run / "model"), "model": "base", "out": str(out), "trackers": "",
        "captioner": {"width": 8, "layers": 1, "heads": 2}, "data": {**data, "frames_per_event": 2},
        "optim": {"epochs": 1, "batch_clips": 6},
    }  # fmt: skip
    captioner.train(from_dict(CaptionerTraining, settings))
    return out


def test_every_clip_of_the_split_is_predicted_at_its_position(run, world, tmp_path):
    assert predict.main(["--run", str(run), "--split", "valid", "--out", str(tmp_path)]) == 0
    verbs, srl = read_verb_predictions(tmp_path / "verbs.json"), read_srl_predictions(tmp_path / "srl.json")
    clips = read_vidsitu(world, "valid")
    assert list(verbs) == list(srl) == list(range(len(clips)))
    for position, clip in enumerate(clips):
        assert [set(e.roles) for e in srl[position]] == [{r.key for r in e.roles} for e in clip.events]
        assert [e.verb_id for e in srl[position]] == [ranked[0] for ranked in verbs[position].verbs]


def test_a_split_without_labels_is_read_with_roles_of_the_heads_own(run, world, tmp_path, capsys):
    root, out = tmp_path / "vidsitu", tmp_path / "out"
    segments = split_segments(world, "valid")
    (root / "split_files").mkdir(parents=True)
    (root / "split_files" / "vseg_split_testvb_lb.json").write_text(json.dumps(segments))
    (root / "videos").mkdir()
    shutil.copy(world / "videos" / f"{segments[1]}.mp4", root / "videos")
    call = ["--run", str(run), "--split", "testvb", "--out", str(out), "--set", f"data.root={root}"]
    assert predict.main([*call, "--set", "data.source=vidsitu", "--roles", "predicted"]) == 0
    assert list(read_verb_predictions(out / "verbs.json")) == [
        1
    ]  # the only one with a video, by its place in the split
    assert all(event.roles for event in read_srl_predictions(out / "srl.json")[1])
    assert predict.main([*call, "--set", "data.source=vidsitu"]) == 2
    assert "no labelled clip" in capsys.readouterr().err


def test_what_cannot_be_predicted_is_told(run, tmp_path, capsys):
    assert predict.main(["--run", str(tmp_path / "none"), "--out", str(tmp_path)]) == 2
    assert "no settings file" in capsys.readouterr().err
    assert predict.main(["--run", str(run), "--out", str(tmp_path), "--set", "data.source=jsonl"]) == 2
    assert "JSONL" in capsys.readouterr().err
