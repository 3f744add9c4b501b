"""The table of roles and the times of events as HTML: confidences, what cannot be seen, signs beside colours."""

import pytest
from fake_results import event

from srlclip.app.session import report
from srlclip.app.ui.results import negatives, roles, transcript
from srlclip.results import MODELS, Both, ScoredCaption, Slot
from srlclip.situations import Caption


def test_confidence_is_a_number_a_bar_and_a_word():
    cell = roles.cell(event(share=0.41).slots[1], "adapted", has_reference=False)
    assert "41%" in cell and 'class="sc-b-adapted" style="width:41%"' in cell and "confidence" in cell
    assert "sc-low" in cell and "sc-low" not in roles.cell(event(share=0.5).slots[1], "base", has_reference=False)


@pytest.mark.parametrize("share, shown", [(0.0, ""), (-1.0, ""), (float("nan"), ""), (1.7, "100%")])
def test_odd_confidences_do_not_break_the_bar(share, shown):
    told = roles.confidence(share, "base")
    assert (shown in told) if shown else told == ""


def test_what_a_model_cannot_see_is_said_in_words():
    slot = Slot("AMnr", "manner", "slowly", Both("-", "slowly"), Both(0.9, 0.8), Both(False, True))
    assert "not visible" in roles.cell(slot, "base", has_reference=True)
    assert "not visible" not in roles.cell(slot, "adapted", has_reference=True)


def test_times_read_like_a_players():
    told = [transcript.clock(s) for s in (0, 6.98, 59.4, 59.9, 62, 3603, -1)]
    assert told == ["0:00", "0:07", "0:59", "1:00", "1:02", "1:00:03", "0:00"]


def test_wrong_cells_differ_by_more_than_colour():
    cell = roles.cell(
        Slot("Verb", "verb", "push", Both("walk", "push"), match=Both(False, True)), "base", has_reference=True
    )
    assert "≠" in cell and "sc-off" in cell
    fooled = negatives._margin_cell(ScoredCaption(Caption("x"), Both(0.1, 0.1), Both(0.0, 0.1)), "base")
    assert "≠" in fooled, "a tie counts as fooled"


@pytest.mark.parametrize("base, adapted, match, marked", [
    ("run", " Run ", None, ()), ("run", "walk", None, ("adapted",)), ("run", "walk", (False, True), ("base",)),
    ("run", "run", (False, False), ("base", "adapted")), ("run", "walk", (None, None), ()),
])  # fmt: skip
def test_page_and_report_mark_the_same_fillers_as_different(base, adapted, match, marked):
    slot = Slot(
        "Arg0", "runner", "x" if match else None, Both(base, adapted), Both(0.5, 0.5), Both(*(match or (None, None)))
    )
    judged = match is not None
    assert tuple(m for m in MODELS if "≠" in roles.cell(slot, m, has_reference=judged)) == marked
    cells = report._slot(slot, judged).split("<td")[-2:]
    assert tuple(m for m, cell in zip(MODELS, cells, strict=True) if "≠" in cell) == marked
    assert roles.agreement([slot]) == (base.lower() == adapted.strip().lower())
