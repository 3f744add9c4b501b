"""The Hugging Face Space that `python -m srlclip space` writes: what is in it, and that it serves from scratch."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from benchmarks.cold_start import free_port
from srlclip.app import serve, space
from srlclip.app.space import SpaceSettings, write_space
from srlclip.cli.main import main
from srlclip.situations import CheckpointError, DataError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("spaces") / "space"
    assert main(["space", "--out", str(out), "--repository", "https://example.org/code"]) == 0
    return out


def front_matter(folder: Path) -> dict:
    return yaml.safe_load((folder / "README.md").read_text("utf-8").split("---\n")[1])


def test_the_front_matter_is_what_the_hub_asks_for(written):
    front = front_matter(written)
    assert front["sdk"] == "gradio" and front["sdk_version"] == "6.31.0" and front["app_file"] == "app.py"
    assert front["python_version"] == "3.12" and 'python_version: "3.12"' in (written / "README.md").read_text("utf-8")
    assert len(front["short_description"]) <= 60 and front["license"] == "apache-2.0"
    assert front["suggested_hardware"] == "cpu-basic" and front["models"] == [] and len(front["tags"]) > 3
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {front["colorFrom"], front["colorTo"]} <= colours and len(front["emoji"]) == 1


def test_the_space_page_says_what_is_synthetic_and_the_repositorys_has_no_front_matter(written):
    text = (written / "README.md").read_text("utf-8")
    assert "synthetic" in text and "arxiv.org/abs/2401.07669" in text and "https://example.org/code" in text
    assert not (ROOT / "README.md").read_text("utf-8").startswith("---")


def test_requirements_pin_what_the_app_imports_and_leave_gradio_to_the_sdk(written):
    from packaging.requirements import Requirement

    lines = (written / "requirements.txt").read_text("utf-8").splitlines()
    assert "--extra-index-url https://download.pytorch.org/whl/cpu" in lines
    parsed = [Requirement(line) for line in lines if line and line[0] not in "#-"]
    names = [p.name for p in parsed]
    assert {"torch", "transformers", "peft", "decord", "av", "matplotlib"} <= set(names) and "gradio" not in names
    ours = {line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()}
    assert all(str(line) in ours for line in lines if line and line[0] not in "#-")
    assert f"gradio=={front_matter(written)['sdk_version']}" in ours


def test_zero_hardware_takes_pypis_torch_and_spaces(tmp_path):
    write_space(tmp_path / "z", SpaceSettings("zero"))
    lines = (tmp_path / "z" / "requirements.txt").read_text("utf-8").splitlines()
    assert "spaces" in lines and not [line for line in lines if line.startswith("--")]
    assert front_matter(tmp_path / "z")["suggested_hardware"] == "zero-a10g"


def test_files_are_small_plain_and_name_nobodys_folders(written):
    files = [p for p in written.rglob("*") if p.is_file()]
    assert all(p.stat().st_size < 10 * 2**20 and not p.is_symlink() for p in files)
    assert sum(p.stat().st_size for p in files) < 60 * 2**20
    assert not [p for p in files if "__pycache__" in p.parts or p.suffix == ".pyc"]
    private = [str(ROOT), str(Path.home()) + os.sep, str(written.parent)]
    private = [text.encode() for text in private if len(text) > 4]
    assert not [p for p in files for text in private if text in p.read_bytes()]
    assert (written / "results" / "mini_pair.json").is_file() and (written / "LICENSE").is_file()
    assert json.loads((written / "space.json").read_text("utf-8"))["files"] == sorted(
        p.relative_to(written).as_posix() for p in files
    )


def test_its_own_folder_is_replaced_and_others_files_stay(tmp_path):
    out = tmp_path / "s"
    write_space(out)
    (out / ".git").mkdir()
    (out / ".git" / "HEAD").write_text("ref", "utf-8")
    marker = json.loads((out / "space.json").read_text("utf-8"))
    (out / "old" / "part.txt").parent.mkdir()
    (out / "old" / "part.txt").write_text("written by an older version", "utf-8")
    marker["files"].append("old/part.txt")
    (out / "space.json").write_text(json.dumps(marker), "utf-8")
    write_space(out, SpaceSettings(title="Second"))
    assert front_matter(out)["title"] == "Second" and not (out / "old").exists() and (out / ".git" / "HEAD").is_file()


@pytest.mark.parametrize("name, text", [
    ("notes.txt", "mine"), ("space.json", '{"flags": {}}'), ("space.json", "not json"),
    ("space.json", '{"written_by": "python -m srlclip space", "files": ["../../precious"]}'),
])  # fmt: skip
def test_a_folder_of_something_else_is_refused(tmp_path, name, text, capsys):
    (tmp_path / name).write_text(text, "utf-8")
    assert main(["space", "--out", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err and [p.name for p in tmp_path.iterdir()] == [name]


def test_a_folder_of_a_model_is_copied_and_a_hub_id_is_named(tmp_path):
    adapter = tmp_path / "private" / "my run"
    (adapter / "model" / "adapter").mkdir(parents=True)
    (adapter / "model" / "srlclip.json").write_text("{}", "utf-8")
    (adapter / "model" / "adapter" / "adapter_model.safetensors").write_bytes(b"x")
    (adapter / "model" / "notes.bin").write_bytes(b"x")
    write_space(tmp_path / "s", SpaceSettings(base="openai/clip-vit-base-patch32", adapter=str(adapter)))
    flags = json.loads((tmp_path / "s" / "space.json").read_text("utf-8"))["flags"]
    assert flags == {"base": "openai/clip-vit-base-patch32", "adapter": "models/my-run"}
    assert (tmp_path / "s" / "models" / "my-run" / "adapter" / "adapter_model.safetensors").is_file()
    assert not (tmp_path / "s" / "models" / "my-run" / "notes.bin").exists()
    assert front_matter(tmp_path / "s")["models"] == ["openai/clip-vit-base-patch32"]
    read = serve.read_settings(tmp_path / "s")
    assert read["base"] == "openai/clip-vit-base-patch32" and Path(read["adapter"]).is_absolute()


def test_bad_settings_and_missing_models_are_sentences(tmp_path):
    with pytest.raises(CheckpointError, match="no model folder"):
        write_space(tmp_path / "s", SpaceSettings(adapter="/nowhere/model"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text('{"model_type": "bert"}', "utf-8")
    with pytest.raises(CheckpointError, match="type 'bert'; allowed: clip"):
        write_space(tmp_path / "s", SpaceSettings(base=str(tmp_path / "other")))
    with pytest.raises(CheckpointError, match="has no srlclip.json"):
        write_space(tmp_path / "s", SpaceSettings(adapter=str(tmp_path / "other")))
    with pytest.raises(ValueError, match="one line"):
        SpaceSettings(title="two\nlines")
    with pytest.raises(ValueError, match="hardware"):
        SpaceSettings("tpu")
    assert not (tmp_path / "s").exists()


def test_a_file_beyond_the_hubs_comfort_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(space, "MAX_FILE", 100_000)
    with pytest.raises(DataError, match="takes at most"):
        write_space(tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_an_installation_without_a_clone_writes_the_same_but_for_results(tmp_path, monkeypatch):
    installed = tmp_path / "site-packages" / "srlclip"
    installed.parent.mkdir()
    installed.symlink_to(ROOT / "srlclip", target_is_directory=True)
    monkeypatch.setattr(space, "PACKAGE", installed)
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    monkeypatch.setattr(space, "requires", lambda name: [line for line in lines if line and line[0] != "#"])
    made = write_space(tmp_path / "s")
    assert made.missing == ("results/mini_pair.json",) and "srlclip/app/serve.py" in made.files
    assert not [p for p in (tmp_path / "s").rglob("*") if p.is_symlink()]
    assert front_matter(tmp_path / "s")["sdk_version"] == "6.31.0"


def test_settings_with_an_unknown_flag_are_refused_by_name(tmp_path, capsys):
    (tmp_path / "space.json").write_text('{"flags": {"speed": 3}}', "utf-8")
    assert serve.main([], folder=tmp_path) == 2
    assert "unknown flag 'speed'" in capsys.readouterr().err


def test_host_and_port_come_from_the_platform_unless_given(monkeypatch):
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    monkeypatch.setenv("GRADIO_SERVER_PORT", "7999")
    assert serve.address(serve.parser().parse_args([])) == ("0.0.0.0", 7999)
    assert serve.address(serve.parser().parse_args(["--host", "::1", "--port", "80"])) == ("[::1]", 80)
    monkeypatch.setenv("GRADIO_SERVER_PORT", "many")
    with pytest.raises(ValueError, match="GRADIO_SERVER_PORT"):
        serve.address(serve.parser().parse_args([]))


def test_caches_go_elsewhere_when_the_home_cannot_be_written_to(monkeypatch, tmp_path):
    for name in ("XDG_CACHE_HOME", "MPLCONFIGDIR", "HF_HOME", "SRLCLIP_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert serve.usable_caches() is None and "XDG_CACHE_HOME" not in os.environ
    monkeypatch.setenv("HOME", "/dev/null")
    monkeypatch.setenv("SRLCLIP_CACHE", "/dev/null/data")
    for name in ("XDG_CACHE_HOME", "MPLCONFIGDIR", "HF_HOME"):
        monkeypatch.setenv(name, "")  # so that what is set below is undone
    instead = serve.usable_caches()
    assert instead is not None and Path(os.environ["HOME"]).is_dir()
    assert all(os.environ[n].startswith(instead.name) for n in ("XDG_CACHE_HOME", "MPLCONFIGDIR", "SRLCLIP_CACHE"))
    instead.cleanup()


def fetch(url: str, body: dict | None = None) -> str:
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(
        urllib.request.Request(url, data, {"Content-Type": "application/json"}), timeout=60
    ) as a:
        return a.read().decode()


#: Distributions that a Space does not install; importing one of them there would fail.
ABSENT = ("datasets", "h5py", "cv2", "pycocoevalcap", "tensorboardX", "pytest", "spaces")


def test_the_written_folder_serves_from_scratch(written, tmp_path):
    """As on a Space: a home that cannot be written to, no PYTHONPATH, another working directory, only its packages."""
    port = free_port()
    block = f"import sys; sys.modules.update(dict.fromkeys({ABSENT}));"
    code = f"{block} import runpy; sys.argv = ['app.py']; sys.path.insert(0, {str(written)!r})"
    start = f"{code}; runpy.run_path({str(written / 'app.py')!r}, run_name='__main__')"
    env = {
        "PATH": os.environ["PATH"], "HOME": "/dev/null", "HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1",
        "GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port), "SPACE_ID": "someone/space",
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    env["TMPDIR"] = str(tmp_path / "temporary")
    (tmp_path / "temporary").mkdir()
    log = (tmp_path / "log.txt").open("w+")
    app = subprocess.Popen([sys.executable, "-c", start], env=env, cwd=tmp_path, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            if "Serving on" in (said := (tmp_path / "log.txt").read_text("utf-8")):
                break
            assert app.poll() is None, said
            time.sleep(0.3)
        page = fetch(f"{url}/")
        assert "SRL-CLIP" in page
        config = fetch(f"{url}/config")
        assert "Target clip" in config and "mini-srlclip" in config
        event = json.loads(fetch(f"{url}/gradio_api/call/search", {"data": ["a man pushes a woman", 5]}))["event_id"]
        answer = fetch(f"{url}/gradio_api/call/search/{event}")
        found = json.loads(re.search(r"^data: (.*)$", answer, re.M).group(1))[0]
        assert len(found["base"]) == len(found["adapted"]) == 5
    finally:
        app.send_signal(signal.SIGTERM)  # how a Space is stopped; browser tests send Ctrl+C
        try:
            code = app.wait(20)
        except subprocess.TimeoutExpired:
            app.kill()
            raise
    said = (tmp_path / "log.txt").read_text("utf-8")
    assert code == 0 and "Traceback" not in said and said.count("Serving on") == 1
    assert [line for line in said.splitlines() if line.strip()] == [f"Serving on {url}/"], said
    assert not list(written.rglob("__pycache__")), "the app wrote into its folder"
    assert not list((tmp_path / "temporary").glob("srlclip-*")), "visitors' files outlive the app"
