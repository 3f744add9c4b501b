"""The command of the text-only control: labels alone, by commands that say what they cannot do."""

import json

from training import blind


def test_it_needs_labels_alone_and_writes_where_they_come_from(tmp_path, capsys):
    data, out = tmp_path / "world", tmp_path / "out" / "blind.json"
    args = ["--data", str(data), "--split", "test", "--clips", "6", "--train-clips", "12", "--resamples", "50"]
    assert blind.main([*args, "--out", str(out)]) == 0
    results = json.loads(out.read_text())
    assert not list((data / "videos").glob("*.mp4"))
    assert results["train_clips"] == 12 and results["splits"]["test"] == {"clips": 6, "events": 30}
    assert {"commit", "date", "argv", "what", "seed"} <= set(results) and str(tmp_path) not in out.read_text()
    row = results["tables"]["test"]["attribute"]
    assert 0 <= row["ci"][0] <= row["mean"] <= row["ci"][1] <= 100 and row["n"] > 30 and row["n_training"] > 60
    assert "plain gallery" in capsys.readouterr().out


def test_clips_that_it_learnt_from_are_not_asked_about(tmp_path, capsys):
    args = ["--data", str(tmp_path), "--split", "train", "--clips", "3", "--train-clips", "5", "--out", str(tmp_path / "x.json")]  # fmt: skip
    assert blind.main(args) == 2
    assert "would be learnt from and asked about" in capsys.readouterr().err and not (tmp_path / "x.json").exists()
