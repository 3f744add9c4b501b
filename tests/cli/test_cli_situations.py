"""`python -m srlclip evaluate situations`: official files in, one table out, no model loaded, errors in one line."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from srlclip.cli.main import main
from srlclip.data.predictions import (
    EventPrediction,
    VerbPrediction,
    write_srl_predictions,
    write_verb_predictions,
)
from srlclip.data.vidsitu import read_vidsitu

MINI = Path(__file__).parents[1] / "fixtures" / "vidsitu_mini"


@pytest.fixture
def files(tmp_path):
    """A split of three clips, one without annotation, and predictions for the last: one verb wrong, fillers perfect."""
    shutil.copytree(MINI, tmp_path / "annotations")
    (clip,) = read_vidsitu(MINI, "valid")
    split = tmp_path / "annotations" / "split_files" / "vseg_split_valid_lb.json"
    split.write_text(json.dumps(["v_gone_seg_0_10", "v_lost_seg_0_10", clip.clip_id]), "utf-8")
    verbs = tuple((votes[0] if k else "fly.01", "no_such.01") for k, votes in enumerate(clip.verb_votes))
    write_verb_predictions(tmp_path / "a.json", {2: VerbPrediction(verbs)})
    events = [EventPrediction(e.verb_id, {r.key: r.filler for r in e.roles}) for e in clip.events]
    write_srl_predictions(tmp_path / "b.json", {0: (), 2: events})
    return ["--annotations", str(tmp_path / "annotations"), "--predictions"], tmp_path


def test_both_files_in_any_order(files, capsys):
    options, folder = files
    assert main(["evaluate", "situations", "--json", *options, str(folder / "b.json"), str(folder / "a.json")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["coverage"] == {"segments": 3, "voted": 1, "annotated": 1, "verbs": 1, "srl": 1}
    assert found["table"]["Vb@1"] == {"mean": 80.0, "ci": [80.0, 80.0], "n": 5, "official": 0.8}
    assert found["official"]["Per_Ev_Top_1"] == 0.8 and found["official"]["lea"] > 0.5
    assert "Rec@5" not in found["table"] and "CIDEr Arg0" not in found["table"] and "Arg0_cider" in found["official"]


def test_one_file_gives_its_own_metrics_and_says_what_is_undefined(files, capsys):
    options, folder = files
    assert main(["evaluate", "situations", "--per-role", *options, str(folder / "b.json")]) == 0
    text = capsys.readouterr().out
    assert "CIDEr-Arg" in text and "CIDEr Arg0" in text and "Vb@1" not in text
    assert "3 clips in split valid; roles predicted for 1 of 1 with annotation" in text
    assert main(["evaluate", "situations", *options, str(folder / "a.json")]) == 0
    text = capsys.readouterr().out
    assert "verbs predicted for 1 of 1 with votes" in text and "no Rec@5: no verb has more than 9 entries" in text


def test_no_model_library_is_loaded(files):
    options, folder = files
    code = "import sys; from srlclip.cli.main import main; code = main(sys.argv[1:]); sys.exit(code or 'torch' in sys.modules)"
    words = ["evaluate", "situations", *options, str(folder / "b.json")]
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code, *words], cwd=root, stdout=subprocess.DEVNULL).returncode == 0


def test_errors_are_one_line_with_code_2(files, capsys):
    options, folder = files
    srl, first = str(folder / "b.json"), str(folder / "e.json")
    (folder / "e.json").write_text('[{"ann_idx": 0, "pred_vbs_ev": []}]', "utf-8")
    (folder / "c.json").write_text('[{"ann_idx": 3, "pred_vbs_ev": []}]', "utf-8")
    (folder / "d.pkl").write_bytes(b"\x80\x04]q\x00.")
    for words, message in (
        (["situations"], "needs --predictions and --annotations"),
        (["situations", *options[:2]], "needs --predictions"),
        (["--per-role"], "evaluate pair does not take --per-role"),
        (["--split", "valid"], "evaluate pair does not take --split"),
        (["situations", "--base", "x", *options, srl], "does not take --base"),
        (["situations", "--resamples", "0", *options, srl], "--resamples is 0"),
        (["situations", "--split", "test", *options, srl], "no such split file"),
        (["situations", "--split", "train", *options, first], "split 'train' has no verb votes to score against"),
        (["situations", *options, srl, srl], "a second file of srl predictions"),
        (["situations", *options, str(folder / "c.json")], "position 3, but the split has 3 clips"),
        (["situations", *options, str(folder / "d.pkl")], "convert it to JSON"),
        (["situations", *options, str(folder / "gone.json")], "cannot be read"),
    ):
        assert main(["evaluate", *words]) == 2, words
        out, err = capsys.readouterr()
        assert message in err and len(err.splitlines()) == 1 and not out, (words, err)
    split = folder / "annotations" / "split_files" / "vseg_split_valid_lb.json"
    split.write_text(json.dumps(json.loads(split.read_text("utf-8"))[1:] * 2), "utf-8")
    assert main(["evaluate", "situations", *options, srl]) == 2
    assert "positions in this split are not certain: listed again" in capsys.readouterr().err
