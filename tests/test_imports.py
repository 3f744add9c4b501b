"""What each command imports: nothing heavy that it does not need. Read in fresh processes; a new import fails by its name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: Libraries that take long to import, or much memory.
HEAVY = {
    "torch", "transformers", "peft", "accelerate", "gradio", "matplotlib", "decord", "cv2", "av", "datasets", "h5py",
    "pycocoevalcap", "huggingface_hub", "pandas", "scipy", "PIL", "tqdm", "numpy",
}  # fmt: skip
#: What `from transformers import CLIPModel` brings by itself, whatever is asked of it.
CLIP = {"torch", "transformers", "accelerate", "huggingface_hub", "tqdm", "numpy", "PIL"}
LISTED = """
import contextlib, io, json, sys
from srlclip.cli.main import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    try:
        code = main(json.loads(sys.argv[1]))
    except SystemExit as end:
        code = end.code
print(json.dumps([code or 0, sorted(set(json.loads(sys.argv[2])) & set(sys.modules))]))
"""


def imported(*command: str) -> set[str]:
    """The heavy libraries that the command has imported when it ends, successfully."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    call = [sys.executable, "-c", LISTED, json.dumps(command), json.dumps(sorted(HEAVY))]
    done = subprocess.run(call, env=env, capture_output=True, text=True, timeout=300)
    assert not done.returncode, done.stderr
    code, names = json.loads(done.stdout)
    assert code == 0, (command, done.stderr)
    return set(names)


@pytest.mark.parametrize(
    "command", [("--help",), ("search", "--help"), ("benchmark", "list"), ("benchmark", "all", "--help")]
)
def test_help_and_lists_import_nothing_heavy(command):
    assert imported(*command) == set()


def test_commands_on_labels_do_without_models(tmp_path):
    folder = tmp_path / "world"
    assert imported("synsitu", "--out", str(folder), "--clips", "2", "--split", "valid", "--labels-only") <= {
        "numpy",
        "cv2",
        "tqdm",
    }
    assert imported("validate", str(folder), "--videos-check", "none") <= {"numpy"}


def test_scoring_predictions_does_without_models(tmp_path):
    folder = tmp_path / "world"
    imported("synsitu", "--out", str(folder), "--clips", "2", "--split", "valid", "--labels-only")
    verbs = tmp_path / "verbs.json"
    prediction = {"ann_idx": 0, "pred_vbs_ev": [["walk (move)"]] * 5, "pred_scores_ev": [[1.0]] * 5}
    verbs.write_text(json.dumps([prediction]), "utf-8")
    command = ("evaluate", "situations", "--predictions", str(verbs), "--annotations", str(folder), "--resamples", "5")
    assert imported(*command) <= {"numpy", "pycocoevalcap"}


def test_a_search_imports_clip_and_no_more(tmp_path):
    assert imported("search", "a man runs", "-k", "1") <= CLIP
