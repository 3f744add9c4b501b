"""The report of `benchmark all`, a file of its own: upright at any width, light and dark, asking nobody for anything."""

import looks
import places
import pytest

from srlclip.app.benchmark_report import report_html
from srlclip.evaluation.benchmarks.outcome import Result
from srlclip.evaluation.benchmarks.report import Measured
from srlclip.evaluation.benchmarks.run import RunSettings
from srlclip.evaluation.benchmarks.spec import spec_of
from srlclip.evaluation.benchmarks.suite import Attempt, Suite
from srlclip.results import PairInfo

HOSTILE = '<img src=x onerror="window.hacked=1">${6*7}'


def suite() -> Suite:
    cells = {name: {"mean": 10.0, "ci": [8.5, 11.5], "n": 9} for name in ("base", "adapted", "adapted - base")}
    table = {f"text to video R@{k}": cells for k in (1, 5, 10)} | {HOSTILE: cells}
    spec, info = spec_of("msrvtt-1ka"), PairInfo("a base", "an adapter", HOSTILE, True, 8, 32, "cpu", "1")
    result = Result(
        spec.name, table, 8, 9, {}, 12, ((HOSTILE, HOSTILE),), percent=tuple(table), control=dict.fromkeys(table, cells["base"]),
        chance={"text to video R@1": 0.1}, tables={"By class": {f"class {n}": cells for n in range(40)}},
    )  # fmt: skip
    made = {"commit": "0123456789ab", "date": "2026-01-01T00:00:00Z"}
    one = Measured(spec, result, info, {"base": "a", "adapted": "b"}, RunSettings(), made)
    return Suite((one, one), (Attempt(spec, problem=HOSTILE),), (Attempt(spec, problem="no folder " + "x" * 300),))


@pytest.fixture
def opened(page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(report_html(suite()), "utf-8")
    page.errors(), page.requests()
    page.visited.add(path.as_uri())
    page.driver.get(path.as_uri())
    return page


@pytest.mark.parametrize("width", [1400, 420])
def test_the_benchmarks_report_is_upright_and_both_models_are_seen_at_once(opened, width):
    opened.look(width)
    looks.upright(opened, "the benchmarks' report")
    ends = opened.js(
        "return [...document.querySelectorAll('table')].filter((t) => t.checkVisibility()).slice(0, 1).flatMap((t) =>"
        " [...t.querySelectorAll('th .base, th .adapted')].map((e) => e.getBoundingClientRect().right))"
    )
    assert len(ends) == 2 and ends[0] < ends[1] <= width
    small = opened.js(
        "return [...document.querySelectorAll('body *')].filter((e) => e.checkVisibility() && !e.closest('svg') &&"
        " e.innerText && parseFloat(getComputedStyle(e).fontSize) < 12).map((e) => e.outerHTML)"
    )
    assert not small
    drawn = opened.js("return [...document.querySelectorAll('figure svg')].map((e) => e.getBoundingClientRect().width)")
    assert len(drawn) == 4 and min(drawn) >= 338


def test_the_benchmarks_report_is_accessible_asks_nobody_and_shows_hostile_words_as_text(opened, checker):
    words = opened.js("return document.body.innerText")
    assert HOSTILE in words and all(name in words for name in places.NAMES.values())
    assert not opened.js("return window.hacked || document.querySelectorAll('script, img, iframe').length")
    asked = {address for address in opened.requests() if not address.startswith("data:")}
    assert all(address.startswith("file://") for address in asked), asked
    looks.accessible(opened, checker, switches=False)
