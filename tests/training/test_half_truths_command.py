"""python -m training.half_truths: base and adapter by role and measure, with the text-only control, on drawn clips."""

import json

from srlclip.evaluation.half_truths import ALL, MEASURES
from training import half_truths


def test_the_command_measures_both_models_and_the_words(tiny_clip, tiny_run, tmp_path, capsys):
    out = tmp_path / "results" / "half_truths.json"
    flags = ["--model", f"adapted={tiny_run / 'model'}", "--clips", "3", "--train-clips", "6", "--frames", "1"]
    flags += ["--workers", "1", "--resamples", "20", "--drawn", "--cache", str(tmp_path / "cache"), "--out", str(out)]
    assert half_truths.main(["--base", str(tiny_clip), "--data", str(tmp_path / "synsitu"), *flags]) == 0
    assert "plain gallery: both (3 clips" in capsys.readouterr().out
    results = json.loads(out.read_text())
    assert str(tmp_path) not in out.read_text() and results["train_clips"] == 6
    galleries = ("plain gallery", "hard gallery")
    assert list(results["tables"]) == [f"{gallery}: {measure}" for gallery in galleries for measure in MEASURES]
    for title, table in results["tables"].items():
        assert {ALL, "agent", "scene of the event"} <= set(table)
        words = {"text only"} if title.endswith(MEASURES[0]) else set()
        for role, row in table.items():
            assert set(row) - {"text only"} == {"base", "adapted", "adapted - base"}, role
        assert words <= set(table[ALL]) and (words or "text only" not in table[ALL])
        questions = results["splits"][title]["questions"]
        assert table[ALL]["base"]["n"] == questions == sum(r["base"]["n"] for name, r in table.items() if name != ALL)
    assert results["splits"]["plain gallery: both"]["clips"] == 3


def test_a_wrong_split_is_one_line(tiny_clip, tmp_path, capsys):
    flags = ["--base", str(tiny_clip), "--data", str(tmp_path), "--split", "none", "--train-clips", "0", "--drawn"]
    assert half_truths.main(flags) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: ")
