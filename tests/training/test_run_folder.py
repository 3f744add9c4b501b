"""What a run folder logs, and that it reads what older versions logged."""

import json
import math

from training.runs.run_folder import RunFolder, significant
from training.settings import TrainSettings


def test_small_numbers_are_logged_with_their_digits(tmp_path):
    run = RunFolder(tmp_path / "run", TrainSettings(out=str(tmp_path / "run")))
    values = {"learning_rate": 1e-6, "warm": 1.23456789e-8, "loss": 2.34567891, "rank": 12345.678, "zero": 0.0}
    run.log(epoch=1, step=10, **values)
    (row,) = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert row["epoch"] == 1 and row["step"] == 10 and row["seconds"] >= 0
    assert {name: row[name] for name in values} == {
        "learning_rate": 1e-6, "warm": 1.23457e-8, "loss": 2.34568, "rank": 12345.7, "zero": 0.0,
    }  # fmt: skip


def test_what_is_no_finite_float_is_logged_as_it_is():
    assert [significant(v) for v in (3, True, "word", None, [0.1234567])] == [3, True, "word", None, [0.1234567]]
    assert significant(math.inf) == math.inf and math.isnan(significant(math.nan))
    assert significant(-1e-6) == -1e-6


def test_a_log_of_an_older_version_is_gone_on_with(tmp_path):
    run = RunFolder(tmp_path / "run", TrainSettings(out=str(tmp_path / "run")))
    old = ['{"seconds": 1.5, "step": 1, "learning_rate": 0.0}', '{"seconds": 2.5, "step": 2, "learning_rate": 0.00012}']
    (run.path / "log.jsonl").write_text("\n".join([*old, '{"seconds": 3.5, "st']))
    run.rewind(1)
    run.log(step=2, learning_rate=1e-6)
    rows = [json.loads(line) for line in (run.path / "log.jsonl").read_text().splitlines()]
    assert rows[0] == json.loads(old[0]) and rows[1]["learning_rate"] == 1e-6 and rows[1]["seconds"] >= 1.5
    assert len(rows) == 2
