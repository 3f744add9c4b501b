"""The examples run as their docstrings say, at their smallest size."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def test_every_example_is_run_here():
    """Those that talk to a running app are run in test_app_http.py."""
    served = {"api_client", "mcp_client"}
    assert {p.stem for p in EXAMPLES.glob("*.py")} == {"quickstart", "adapt_your_own", *served}
    for path in EXAMPLES.glob("*.py"):
        assert f"python examples/{path.name}" in path.read_text("utf-8").split('"""')[1]


def test_quickstart_runs_from_anywhere_and_needs_no_installed_package(tmp_path):
    command = [sys.executable, str(EXAMPLES / "quickstart.py")]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "hard negatives, base CLIP beats" in run.stdout


def test_adapt_your_own(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(sys, "argv", ["adapt_your_own.py", "--out", str(tmp_path / "mine"), "--clips", "8"])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(EXAMPLES / "adapt_your_own.py"), run_name="__main__")
    assert end.value.code == 0
    assert "rank of clip7: base CLIP" in capsys.readouterr().out
    card = (tmp_path / "mine" / "my-srlclip" / "README.md").read_text("utf-8")
    assert "Trained on 4 clips, 20 labelled events" in card and str(tmp_path) not in card
