"""Point 21 of the bar from pixels: what a screenshot without colour still tells, in the light and in the dark."""

from __future__ import annotations

import looks
import numpy as np
import places
import pytest

SHAPES = {"base": "circle", "adapted": "diamond"}


@pytest.fixture(params=[False, True], ids=["light", "dark"])
def seen(request, page):
    """The window, light or dark; without scrollbars, which a screenshot takes away, so that everything would move."""
    page.look(dark=request.param, calm=True)
    page.cdp("Emulation.setScrollbarsHidden", hidden=True)
    yield page
    page.cdp("Emulation.setScrollbarsHidden", hidden=False)


def test_21_in_grey_the_legend_and_the_plot_marks_of_the_models_differ_in_shape(seen):
    seen.visit("?tab=negatives")
    seen.until("shown(arguments[0]).length === 2", 60, places.TILE)
    drawn = {m: looks.ink(looks.grey(seen, places.MARK.format(m), margin=3)) for m in places.NAMES}
    assert {m: looks.shape(d) for m, d in drawn.items()} == SHAPES
    for model, colour in places.PLOT_COLOURS.items():
        marks = seen.count(places.PLOT_MARK.format(colour))
        assert marks >= 6, "the plot has no marks"
        for number in range(4):
            mark = looks.ink(looks.mark(seen, places.PLOT_MARK.format(colour), number))
            assert looks.shape(mark) == SHAPES[model], f"mark {number} of {model}"


def test_21_in_grey_right_and_wrong_marks_are_filled_and_hollow(seen):
    """In the order of the table: margins above 0 are filled, the others hollow."""
    seen.visit("?tab=negatives")
    seen.until("shown(arguments[0]).length === 2", 60, places.TILE)
    right = seen.js(
        "return shown(arguments[0] + ' tbody tr').slice(1).map((r) => [...r.querySelectorAll('td.sc-num')]"
        ".map((c) => !c.innerText.includes('≠')))",
        places.OPEN_TABLE,
    )
    kinds = set()
    for at, colour in enumerate(places.PLOT_COLOURS.values()):
        for number, row in enumerate(right[:7]):
            drawn = looks.ink(looks.mark(seen, places.PLOT_MARK.format(colour), number))
            assert looks.filled(drawn) == row[at], f"mark {number} of {colour}"
            kinds.add(row[at])
    assert kinds == {True, False}, "this clip has no right or no wrong answer to look at"


@pytest.mark.parametrize("tab", ["captions", "negatives"])
def test_21_wherever_a_tint_stands_a_sign_stands_that_is_seen_in_grey(seen, tab):
    seen.visit(f"?tab={tab}")
    seen.until("shown(arguments[0]).length", 60, places.OPEN_TABLE)
    cells = seen.js(
        "return shown(arguments[0] + ' tbody td').map((c) => { const v = getComputedStyle(c).backgroundColor.match(/[\\d.]+/g)"
        ".map(Number); return [v.length === 4 && v[3] === 0, c.innerText]; })",
        places.OPEN_TABLE,
    )
    tinted = [text for clear, text in cells if not clear]
    assert tinted and all("≠" in text for text in tinted), tinted
    assert not any("≠" in text for clear, text in cells if clear), "a sign without a tint"
    signs = seen.js(
        "const all = {}; shown(arguments[0] + ' tbody td').forEach((c) => { const w = document.createTreeWalker(c, 4);"
        " for (let t; (t = w.nextNode());) for (const s of ['≠', '✓']) { const at = t.data.indexOf(s); if (at < 0 || all[s])"
        " continue; const r = document.createRange(); r.setStart(t, at); r.setEnd(t, at + 1); const b ="
        " r.getBoundingClientRect(); all[s] = [b.left + scrollX, b.top + scrollY, b.width, b.height]; } }); return all",
        places.OPEN_TABLE,
    )
    pictures = {sign: looks.ink(looks.picture(seen, *box)) for sign, box in signs.items()}
    assert "≠" in pictures and ("✓" in pictures) == (tab == "captions")
    if tab == "captions":
        assert looks.alike(*pictures.values()) < 0.7
    assert all(np.ptp(np.flatnonzero(p.any(0))) > 10 for p in pictures.values()), "a sign is a speck"
