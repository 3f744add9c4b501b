"""The analysis' view of benchmarks in a browser: labelled as drawn, base left, one in full by choice, at 1400 and 420 px."""

from __future__ import annotations

import json

import places
import pytest
from chrome import WAIT

from srlclip.comparison import published
from srlclip.evaluation.benchmarks.rows import DRAWN

VIEW = "?tab=analysis&view=benchmarks"
#: Pixels of the smallest text of the open tab that is not in a plot.
SMALLEST_TEXT = """const walk = document.createTreeWalker(shown('[role=tabpanel]').at(-1), NodeFilter.SHOW_TEXT);
const sizes = []; while (walk.nextNode()) { const p = walk.currentNode.parentElement;
  if (walk.currentNode.data.trim() && p.offsetParent && !p.closest('svg, .sc-aside')) sizes.push(parseFloat(getComputedStyle(p).fontSize)); }
return Math.min(...sizes);"""
HEADS = """return shown(arguments[0]).map((t) => [...t.querySelectorAll('thead th')].map((h) => h.innerText.trim()))"""
#: Tables that are wider than their box and cannot be scrolled there.
STUCK = """return shown(arguments[0]).map((t) => t.parentElement).filter((b) => b.scrollWidth > b.clientWidth + 1
  && !['auto', 'scroll'].includes(getComputedStyle(b).overflowX)).length"""


@pytest.mark.parametrize("width", (1400, 420))
def test_benchmarks_open_with_a_sentence_and_say_that_they_are_drawn(page, width):
    page.look(width)
    page.visit(VIEW)
    page.until("shown(arguments[0]).length >= 3", 2 * WAIT, places.PLOT)
    said, text = page.texts(places.SAID)[0], page.text()
    measured = len(published.benchmark_names(published.FOLDER))
    assert f"of {measured} benchmarks" in said and "worse on" in said and "not the benchmarks themselves" in said
    assert text.count(DRAWN) >= measured and "Licence of the benchmark" in text and "commit" in text
    for heads in page.js(HEADS, places.BENCHMARK_TABLES):
        base, adapted = (next(i for i, h in enumerate(heads) if places.NAMES[m] in h) for m in ("base", "adapted"))
        assert base < adapted < heads.index("difference")
    assert page.js("return document.documentElement.scrollWidth") <= width and not page.js(
        STUCK, places.BENCHMARK_TABLES
    )
    assert page.js(SMALLEST_TEXT) >= 12


@pytest.mark.parametrize("width", (1400, 420))
def test_a_chosen_benchmark_is_shown_in_full_with_files_that_equal_the_screen(page, width):
    page.look(width)
    page.visit(VIEW)
    page.until("shown(arguments[0]).length >= 3", 2 * WAIT, places.PLOT)
    page.choose(places.BENCHMARK, "Winoground")
    page.until("shown('section h2').some((h) => h.innerText.startsWith('Winoground'))", WAIT)
    page.settle()
    stored = published.read("benchmarks/winoground")["table"]["group score"]
    body = json.loads(page.saved()["srlclip_benchmark_winoground.json"])["rows"][0]
    assert body["difference"] == stored["adapted - base"] and body["base"] == stored["base"]
    shown = page.text("section.sc-panel")
    for cell in (stored["base"], stored["adapted"]):
        assert f"{cell['mean']:.1f}" in shown and f"[{cell['ci'][0]:.1f}, {cell['ci'][1]:.1f}]" in shown
    assert "group score" in shown and DRAWN in shown and not page.count(places.TOAST)
