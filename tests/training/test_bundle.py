"""Putting a trained pair, and further adapters of its base, into the package: their files name the bundled base."""

import json
import shutil

import pytest

from srlclip.models import checkpoints
from srlclip.models.pair import ClipPair
from srlclip.models.srlclip import SRLCLIP
from srlclip.situations import CheckpointError
from training import bundle


@pytest.fixture
def package(tiny_run, tiny_clip, tmp_path, monkeypatch):
    """A package with the tiny pair in place of the bundled one; its models folder."""
    for module in (bundle, checkpoints):
        monkeypatch.setattr(module, "ASSETS", tmp_path / "assets")
    base = tmp_path / "base"
    shutil.copytree(tiny_clip, base / "model")
    (base / "log.jsonl").write_text("{}\n")
    bundle.copy_models(base, tiny_run)
    return tmp_path / "assets" / "models"


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


def test_a_further_adapter_is_known_by_its_name_and_loads_over_the_bundled_base(package, tiny_run, tiny_clip, capsys):
    assert checkpoints.bundled_adapters() == {} and checkpoints.resolve_bundled("adapters/role-swap") is None
    assert bundle.main(["--adapter", "role-swap", "--run", str(tiny_run), "--title", "Roles <swapped>"]) == 0
    assert bundle.main(["--adapter", "other", "--run", str(tiny_run)]) == 0 and "MB" in capsys.readouterr().out
    assert checkpoints.bundled_adapters() == {"adapters/other": "other", "adapters/role-swap": "Roles <swapped>"}
    folder = package / "adapters" / "role-swap"
    assert checkpoints.resolve_bundled("adapters/role-swap") == folder
    assert checkpoints.resolve_bundled("adapters/../mini-base") is None
    pair = ClipPair.load(None, "adapters/role-swap")
    assert pair.base.name == "mini-base" and pair.adapted is not pair.base
    assert "# Roles <swapped>" in (folder / "README.md").read_text() and (folder / "log.jsonl").is_file()
    for path in folder.rglob("*.json"):
        assert str(tiny_clip.parent) not in path.read_text(), path


def test_a_further_adapter_of_another_base_is_refused_and_the_old_one_stays(package, tiny_run, tmp_path):
    bundle.copy_adapter(tiny_run, "mine", "mine")
    strange = tmp_path / "strange"
    shutil.copytree(tiny_run, strange)
    card = json.loads((strange / "model" / "srlclip.json").read_text())
    (strange / "model" / "srlclip.json").write_text(json.dumps(card | {"base_fingerprint": "0" * 16}))
    with pytest.raises(CheckpointError):
        bundle.copy_adapter(strange, "mine", "strange")
    assert checkpoints.bundled_adapters() == {"adapters/mine": "mine"}
    for name in ("../mine", "Mine", "a--b", ""):
        with pytest.raises(ValueError, match="role-swap"):
            bundle.copy_adapter(tiny_run, name, "x")
    with pytest.raises(SystemExit):
        bundle.main(["--adapter", "mine"])
