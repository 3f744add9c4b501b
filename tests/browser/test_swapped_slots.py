"""Minimal pairs, half-truths and the blind vote in the browser, on a wide screen and on a phone, light and dark."""

from __future__ import annotations

import json

import looks
import own_page
import places
import pytest
from chrome import WAIT

SLOTS = ("Verb", "Who – whom", "Colour, garment", "Direction", "Manner")
COLUMNS = ".sc-ballot"


def negatives(page) -> None:
    page.visit("?tab=negatives")
    page.until("shown(arguments[0]).length", 2 * WAIT, places.PAIR)


@pytest.mark.parametrize("width", (1400, 420))
def test_one_press_swaps_one_thing_and_both_models_answer(page, width):
    page.look(width)
    negatives(page)
    named = [text.split("\n")[0] for text in page.texts(places.SLOT)]
    assert named == list(SLOTS)
    before = page.text(places.PAIR)
    page.press(f"{places.SLOT}[aria-pressed=false]:not(:disabled)")  # too quick for a sign that it runs
    page.until("shown(arguments[0])[0].innerText.trim() !== arguments[1]", 2 * WAIT, places.PAIR, before)
    assert page.count(f"{places.SLOT}[aria-pressed=true]") == 1
    answers = page.texts(f"{places.PAIR} .sc-answer")
    assert len(answers) == 2 and all(text[0] in "✓≠" for text in answers)
    looks.upright(page, "negatives")
    closed = page.texts(f"{places.SLOT}:disabled")
    assert all("\n" in text for text in closed), "a slot that cannot be pressed says why"


def test_half_truths_fold_open_and_another_event_has_its_own(page):
    negatives(page)
    page.press(f"{places.HALVES} summary")
    roles = page.texts(f"{places.HALVES} .sc-kind")
    assert "AGENT" in [role.upper() for role in roles]
    before = page.text(places.HALVES)
    page.run(lambda: page.press("label:has(input[type=radio]:not(:checked))"))
    page.until("shown(arguments[0])[0].innerText !== arguments[1]", 2 * WAIT, places.HALVES, before)


@pytest.mark.parametrize("width", (1400, 420))
def test_nothing_tells_who_stands_where_until_the_vote(page, width):
    page.look(width)
    page.visit("?tab=vote")
    page.until("shown(arguments[0]).length === 2", 2 * WAIT, COLUMNS)
    html = page.js(
        "const e = shown('.sc-columns')[0].cloneNode(true);"
        " e.querySelectorAll('[src], [poster]').forEach((v) => { v.removeAttribute('src'); v.removeAttribute('poster'); });"
        " return e.outerHTML.toLowerCase()"
    )
    assert not [word for word in ("base", "adapted", "srl", "data-sc-clip", "sc-bar", "●", "◆") if word in html]
    looks.upright(page, "vote")
    page.run(lambda: page.button("Right fits better"))
    page.until("shown('.sc-tally').length", 2 * WAIT)
    shown = page.text()
    assert "Left was" in shown and all(name in shown for name in places.NAMES.values())
    looks.upright(page, "vote")
    file = json.loads(page.saved()["srlclip_votes.json"])
    (vote,) = file["votes"]
    assert vote["answer"] == "right" and vote["left"] != vote["preferred"]
    page.run(lambda: page.button("Next query"))
    page.until("shown('.sc-blind').length === 2", 2 * WAIT)
    assert "Left was" not in page.text()


def test_votes_are_in_the_sessions_file(page):
    page.visit("?tab=vote")
    page.until("shown(arguments[0]).length === 2", 2 * WAIT, COLUMNS)
    page.run(lambda: page.button("Both fit"))
    page.open_tab("own")
    file = json.loads(own_page.files(page)[places.SAVED])
    assert file["version"] == 2 and file["votes"][0]["vote"]["preferred"] == "both"


@pytest.mark.parametrize("tab", ("negatives", "vote"))
def test_they_are_readable_light_and_dark(page, checker, tab):
    page.visit(f"?tab={tab}")
    page.until("shown(arguments[0]).length", 2 * WAIT, places.PAIR if tab == "negatives" else COLUMNS)
    looks.accessible(page, checker)
