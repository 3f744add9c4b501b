"""Putting a trained pair into the package: its files name the bundled base, whatever the run called it."""

import json
import shutil

from srlclip.models.srlclip import SRLCLIP
from training import bundle


def test_a_pair_that_was_trained_on_a_folder_names_the_bundled_base(tiny_run, tiny_clip, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "ASSETS", tmp_path / "assets")
    base = tmp_path / "base"
    shutil.copytree(tiny_clip, base / "model")
    (base / "log.jsonl").write_text("{}\n")
    bundle.copy_models(base, tiny_run)
    bundle.copy_models(base, tiny_run)  # over what is there
    pair = tmp_path / "assets" / "models" / "mini-srlclip"
    card, adapter = (json.loads((pair / n).read_text()) for n in ("srlclip.json", "adapter/adapter_config.json"))
    assert card["base"] == adapter["base_model_name_or_path"] == "mini-base"
    assert (pair / "train_config.json").is_file() and (pair / "log.jsonl").is_file()
    for name in ("srlclip.json", "run.json", "train_config.json", "adapter/adapter_config.json"):
        assert str(tiny_clip.parent) not in (pair / name).read_text(), name
    SRLCLIP.load(pair, pair.parent / "mini-base")
