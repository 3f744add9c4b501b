"""Settings: JSON in and out, overrides, and refusals that name the setting."""

import pytest

from srlclip.config import from_dict, load_json, to_dict, with_overrides
from training.settings import LossSettings, TrainSettings


def test_settings_survive_json(tmp_path):
    settings = with_overrides(TrainSettings(), ["lora.rank=8", "data.root=x", "optim.learning_rate=1"])
    assert from_dict(TrainSettings, to_dict(settings)) == settings
    assert settings.optim.learning_rate == 1.0 and settings.data.root == "x"


def test_the_papers_defaults():
    s = TrainSettings()
    assert (s.lora.rank, s.lora.targets, s.contextualizer.layers) == (64, "qkv", 6)
    assert (s.optim.learning_rate, s.optim.batch_clips, s.optim.epochs) == (1e-6, 20, 40)
    assert (s.loss, s.data.events, s.data.frames_per_event) == (LossSettings(1, 1, 1, 1, 0.25, 4, True), 0, 4)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("lora.rang=8", "unknown setting lora.rang"),
        ("lora=8", "lora is a group"),
        ("lora.rank.x=1", "lora.rank.x"),
        ("lora.rank=many", "lora.rank must be int, got 'many'"),
        ("lora.rank=true", "must be int"),
        ("lora.rank=0", "1 or more"),
        ("lora.targets=all", "allowed: qkv"),
        ("data.source=web", "allowed: synsitu, vidsitu, jsonl"),
        ("seed", "name=value"),
    ],
)
def test_a_bad_override_is_named(override, words):
    with pytest.raises(ValueError, match=words):
        with_overrides(TrainSettings(), [override])


def test_a_bad_file_is_named(tmp_path):
    path = tmp_path / "c.json"
    path.write_text('{"lora": {"rank": "8"}}')
    with pytest.raises(ValueError, match=r"c\.json: lora.rank must be int"):
        load_json(TrainSettings, path)
    path.write_text("{")
    with pytest.raises(ValueError, match="line 1: not JSON"):
        load_json(TrainSettings, path)
    with pytest.raises(ValueError, match="no settings file"):
        load_json(TrainSettings, tmp_path / "none.json")


def test_every_shipped_config_loads():
    from pathlib import Path

    from training.captioning.settings import CaptionerTraining
    from training.pretrain import PretrainSettings

    kinds = {"pretrain": PretrainSettings, "captioner": CaptionerTraining}
    for path in (Path(__file__).parents[1] / "training" / "configs").glob("*.json"):
        load_json(kinds.get(path.name.removesuffix(".json").split("_")[0], TrainSettings), path)
