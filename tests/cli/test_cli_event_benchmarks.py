"""`benchmark synsitu-time` and `benchmark half-truths` from the command line, on one bundled clip under the bundled pair."""

import json

import pytest

from srlclip import ASSETS
from srlclip.cli.main import main
from srlclip.data.jsonl import write_jsonl
from srlclip.data.vidsitu import read_vidsitu


@pytest.fixture
def options(tmp_path):
    write_jsonl(tmp_path / "labels.jsonl", read_vidsitu(ASSETS / "gallery", "test")[:1])
    return [
        "--data",
        str(tmp_path),
        "--cache",
        str(tmp_path / "cache"),
        "--out",
        str(tmp_path / "out"),
        "--resamples",
        "10",
    ]


def test_the_time_test_prints_that_averages_are_not_moved(options, capsys):
    assert main(["benchmark", "synsitu-time", "--set", "events=4", *options]) == 0
    shown = capsys.readouterr().out
    assert "4 of 4 media, 8 frames of a video" in shown and "SRL-CLIP, contextualizer" in shown
    assert "largest move of a cosine by reversal" in shown


def test_half_truths_give_json_with_tables_by_role(options, capsys):
    assert main(["benchmark", "half-truths", *options, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["media"] == result["present"] == 5 and result["frames"] == 4
    assert result["table"]["both"]["base"]["n"] == result["counts"]["questions"]
    assert "agent" in result["tables"]["right above wrong, by role"]


def test_a_wrong_reading_option_is_one_line(options, capsys):
    assert main(["benchmark", "half-truths", "--set", "fold=1", *options]) == 2
    assert capsys.readouterr().err.strip() == "error: --set fold=1: allowed for half-truths are split=, seed=0"
