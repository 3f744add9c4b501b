"""An export on its way to the Hub and back: what is uploaded, what is fetched, and what is said when it fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_export import BASE, FILES

from srlclip.models import checkpoints
from srlclip.situations import CheckpointError
from training.export import export, main


@pytest.fixture
def out(tmp_path):
    return tmp_path / "shared" / "srl-tiny"


# -- to the Hub -------------------------------------------------------------------------------------------------------


class FakeApi:
    """Stands for huggingface_hub.HfApi."""

    calls: list = []
    public, error = False, None

    def create_repo(self, repo_id, **options):
        self.calls.append(("create", repo_id, options))
        if self.error:
            raise self.error
        return f"https://huggingface.co/{repo_id}"

    def model_info(self, repo_id):
        return type("Info", (), {"private": not self.public})

    def upload_folder(self, repo_id, folder_path, **options):
        self.calls.append(("upload", repo_id, sorted(options["allow_patterns"])))


@pytest.fixture
def api(monkeypatch):
    import huggingface_hub

    monkeypatch.setattr(FakeApi, "calls", [])
    monkeypatch.setattr(huggingface_hub, "HfApi", FakeApi)
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: "token")
    monkeypatch.setattr(checkpoints, "hub_offline", lambda: False)
    return FakeApi


def push(run, out, monkeypatch, *flags):
    monkeypatch.setattr("training.export.ClipEncoder.load", lambda base: (_ for _ in ()).throw(CheckpointError("away")))
    return main([str(run), "--out", str(out), "--base", BASE, "--id", "me/srl-tiny", "--push", *flags])


def test_push_uploads_what_was_exported_and_nothing_else(tiny_run, out, api, monkeypatch, capsys):
    (out / ".git").mkdir(parents=True)
    (out / ".git" / "config").write_text("secret")
    assert push(tiny_run, out, monkeypatch, "--private") == 0
    assert [c[0] for c in api.calls] == ["create", "upload"]
    assert api.calls[0][2] == {"repo_type": "model", "private": True, "exist_ok": True}
    assert set(api.calls[1][2]) == FILES
    assert "uploaded to https://huggingface.co/me/srl-tiny" in capsys.readouterr().out


def test_a_private_upload_never_lands_in_a_public_model(tiny_run, out, api, monkeypatch, capsys):
    monkeypatch.setattr(api, "public", True)
    assert push(tiny_run, out, monkeypatch, "--private") == 2
    assert "it exists and is public" in capsys.readouterr().err and [c[0] for c in api.calls] == ["create"]


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("no token", "no access token; log in"),
        ("offline", "uploads are switched off (HF_HUB_OFFLINE)"),
        ("no network", "ConnectionError: no route to host"),
        ("refused", "the Hub refused (status 403); the token needs the right to write"),
    ],
)
def test_a_failed_upload_is_one_line_and_loses_nothing(tiny_run, out, api, monkeypatch, capsys, problem, words):
    if problem == "no token":
        monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    elif problem == "offline":
        monkeypatch.setattr(checkpoints, "hub_offline", lambda: True)
    else:
        error = ConnectionError("no route to host\nmore")
        if problem == "refused":
            error.response = type("Response", (), {"status_code": 403})
        monkeypatch.setattr(api, "error", error)
    assert push(tiny_run, out, monkeypatch) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert words in error and "the folder is complete, repeat with --push" in error
    assert {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} == FILES


# -- and back ---------------------------------------------------------------------------------------------------------


def into_cache(folder, hub_id, cache, commit):
    """Lay a folder out as huggingface_hub keeps a downloaded model."""
    model = cache / f"models--{hub_id.replace('/', '--')}"
    shutil.copytree(folder, model / "snapshots" / commit)
    (model / "refs").mkdir(exist_ok=True)
    (model / "refs" / "main").write_text(commit)


def test_what_was_exported_comes_back_by_its_hub_id(tiny_run, tiny_clip, world, out, tmp_path):
    export(tiny_run, out, base=BASE, hub_id="me/srl-tiny")
    cache, commit = tmp_path / "hub", "0123456789abcdef0123456789abcdef01234567"
    into_cache(out, "me/srl-tiny", cache, commit)
    into_cache(tiny_clip, BASE, cache, "f" * 40)
    code = f"""
from srlclip import Comparison
from srlclip.models.checkpoints import fetch_folder
pair = Comparison.load(adapter="me/srl-tiny", gallery={str(world)!r})
assert fetch_folder("me/srl-tiny@{commit}") == fetch_folder("me/srl-tiny@main") == fetch_folder("me/srl-tiny")
print("ids", pair.info.base_id, pair.info.adapter_id, len(pair.clip_ids()), pair.search("a man walks").hits.adapted[0].clip_id)
print("marks", pair.pair.fingerprints["base"], pair.pair.fingerprints["adapted"])
"""
    env = {n: v for n, v in os.environ.items() if not n.startswith("HF_")}
    env |= {"HF_HUB_CACHE": str(cache), "HF_HUB_OFFLINE": "1", "SRLCLIP_CACHE": str(tmp_path / "kept")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=Path(__file__).parents[2], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    from srlclip.models.pair import ClipPair

    marks = ClipPair.load(tiny_clip, tiny_run / "model").fingerprints
    assert f"ids {BASE} me/srl-tiny 9 v_" in done.stdout
    assert f"marks {marks['base']} {marks['adapted']}" in done.stdout


def test_only_json_and_safetensors_are_fetched_at_the_revision_asked_for(monkeypatch, tmp_path):
    from fnmatch import fnmatch

    seen = {}
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda name, **o: seen.update(name=name, **o) or tmp_path)
    assert checkpoints.fetch_folder("me/x@v1.0") == tmp_path
    assert (seen["name"], seen["revision"], seen["local_files_only"]) == ("me/x", "v1.0", True)
    checkpoints.fetch_folder("me/x")
    assert seen["revision"] is None
    fetched = [
        name
        for name in (*FILES, "adapter_model.bin", "adapter/x.pkl", "model.pt", "code.py", "merged/model.safetensors")
        if any(fnmatch(name, p) for p in seen["allow_patterns"])
        and not any(fnmatch(name, p) for p in seen["ignore_patterns"])
    ]
    assert set(fetched) == FILES - {"log.jsonl"}


def test_a_model_that_is_not_there_is_named_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(CheckpointError) as error:
        checkpoints.fetch_folder("me/absent@v2")
    for words in (
        "me/absent@v2",
        "HF_HUB_OFFLINE; unset it",
        "hf download me/absent --revision v2",
        "not in the local",
    ):
        assert words in str(error.value)
    with pytest.raises(CheckpointError, match="names revision '-x'; give a branch, tag or commit"):
        checkpoints.fetch_folder("me/absent@-x")
    with pytest.raises(CheckpointError, match="no model folder at me/absent/deeper@v2"):
        checkpoints.fetch_folder("me/absent/deeper@v2")
    odd = tmp_path / "a@b"
    odd.mkdir()
    assert checkpoints.fetch_folder(str(odd)) == odd
