"""The log of a run keeps numbers short and loses none of them."""

from __future__ import annotations

import json
import math
from pathlib import Path

from training.runs.run_folder import RunFolder
from training.settings import TrainSettings


def test_a_small_learning_rate_is_not_logged_as_zero(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, TrainSettings())
    folder.log(epoch=1, step=2, learning_rate=1.234567e-6, total=9.442243, valid=float("nan"), none=0.0)
    row = json.loads((tmp_path / "log.jsonl").read_text("utf-8"))
    assert row["learning_rate"] == 1.2346e-6 and row["total"] == 9.44224 and math.isnan(row["valid"])
    assert (row["step"], row["none"]) == (2, 0.0)
