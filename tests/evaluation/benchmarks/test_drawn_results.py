"""A result says whether its data were drawn: the maker's mark goes from the folder into every output."""

from dataclasses import replace

import pytest

from srlclip.evaluation.benchmarks.outcome import Result
from srlclip.evaluation.benchmarks.report import Measured, document, headline, notes, printed, table_markdown
from srlclip.evaluation.benchmarks.rows import DRAWN, checks_of
from srlclip.evaluation.benchmarks.run import RunSettings, synthetic
from srlclip.evaluation.benchmarks.spec import spec_of
from srlclip.evaluation.benchmarks.suite import Suite, summary
from srlclip.provenance import SYNTHETIC_MARK
from srlclip.results import PairInfo
from srlclip.situations import DataError
from srlclip.synsitu.benchmark_files.folder import Folder

INFO = PairInfo("openai/clip-vit-base-patch32", "runs/mine", "VidSitu", False, 512, 224, "cpu", "1.0")
CELL = {"mean": 40.0, "ci": [30.0, 50.0], "n": 9}
ROW = {"base": CELL, "adapted": CELL, "adapted - base": {"mean": 0.0, "ci": [-1.0, 1.0], "n": 9}}
REAL = Result("winoground", {"group score": ROW}, 9, 9, {}, 1, percent=("group score",))
DRAWN_RESULT = replace(REAL, synthetic={"benchmark": "winoground", "clips": 3, "seed": 0})


def measured(result):
    made = {"commit": "0123456789ab", "date": "2026-11-30T00:00:00Z"}
    return Measured(spec_of("winoground"), result, INFO, {"base": "a" * 16, "adapted": "b" * 16}, RunSettings(), made)


def test_the_makers_mark_is_what_a_run_looks_for(tmp_path):
    assert synthetic(tmp_path) is None
    Folder(tmp_path / "drawn", 3, 5).start("winoground")
    mark = synthetic(tmp_path / "drawn")
    assert mark["benchmark"] == "winoground" and mark["seed"] == 5
    for text in ("[]", "{broken"):
        (tmp_path / SYNTHETIC_MARK).write_text(text)
        with pytest.raises(DataError, match="JSON"):
            synthetic(tmp_path)


def test_every_output_of_drawn_data_says_so_and_none_of_real_data():
    drawn, real = measured(DRAWN_RESULT), measured(REAL)
    assert DRAWN in headline(drawn) and notes(drawn)[0].startswith("Drawn data") and DRAWN in printed(drawn)
    assert DRAWN in table_markdown(drawn) and DRAWN in summary(Suite((drawn,)))[1][0][0]
    assert document(drawn)["synthetic"]["clips"] == 3 and document(real)["synthetic"] is None
    assert DRAWN not in printed(real) + table_markdown(real) + summary(Suite((real,)))[1][0][0]


def test_drawn_data_check_no_regression_figure():
    assert checks_of(spec_of("winoground"), REAL, INFO.base_id)
    assert not checks_of(spec_of("winoground"), DRAWN_RESULT, INFO.base_id)
