"""Results files of benchmarks as a run writes them, with numbers made up by hand: a win, a loss and a draw."""

from __future__ import annotations

import json

from srlclip.evaluation.benchmarks.outcome import Result
from srlclip.evaluation.benchmarks.report import Measured, document
from srlclip.evaluation.benchmarks.settings import RunSettings
from srlclip.evaluation.benchmarks.spec import spec_of
from srlclip.results import PairInfo

INFO = PairInfo("mini-base", "mini-srlclip", "600 SynSitu clips (synthetic world)", True, 128, 96, "cpu", "0.1.0")
PRINTS = {"base": "0" * 16, "adapted": "1" * 16}
MADE = {"commit": "abc1234", "date": "2026-01-04", "argv": ["__main__.py", "benchmark", "NAME", "--data", "drawn"]}
MARK = {"benchmark": "NAME", "clips": 8, "seed": 0}


def cell(mean: float, wide: float = 4.0) -> dict:
    return {"mean": mean, "ci": [mean - wide, mean + wide], "n": 40}


def row(base: float, adapted: float, wide: float = 4.0) -> dict:
    return {"base": cell(base, wide), "adapted": cell(adapted, wide), "adapted - base": cell(adapted - base, wide)}


def results_file(name: str = "msrvtt-1ka", gain: float = 10.0, info: PairInfo = INFO, **changes: object) -> dict:
    """What results.json of a benchmark holds. gain: of SRL-CLIP in the main metric, its interval 4 points either way.
    changes: of the Result."""
    spec = spec_of(name)
    values = {
        "table": {spec.main: row(30.0, 30.0 + gain), "text to video MdR": row(3.0, 2.0, 1.5)},
        "present": 38, "media": 40, "counts": {"media": 40}, "frames": 12, "percent": (spec.main,),
        "failures": (("video7", "cut off"),), "chance": {spec.main: 2.5},
    } | changes  # fmt: skip
    measured = Measured(spec, Result(name, **values), info, PRINTS, RunSettings(seed=3), MADE)
    return json.loads(json.dumps(document(measured)))


def fake_results() -> dict[str, dict]:
    """name -> results file: better on retrieval of real data, worse on actions, alike on a drawn instance with words alone."""
    classes = {"by class": {f"class {n}": row(20.0 + n, 10.0 + n) for n in range(3)}}
    words = {spec_of("aro-relation").main: cell(48.0)}
    return {
        "msrvtt-1ka": results_file(),
        "ucf101": results_file("ucf101", -12.0, tables=classes),
        "aro-relation": results_file("aro-relation", 1.0, synthetic=MARK, control=words),
    }
