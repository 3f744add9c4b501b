"""Points 9 and 10 of the bar: texts that nobody expects, and texts that want to be more than text."""

from __future__ import annotations

import places
import pytest
import videos
from chrome import WAIT

ODD = {
    "emoji": "👩‍🚀 kicks 🏐 on the 🏖️",
    "right to left": "رجل يدفع امرأة في الحديقة",
    "combining": "a\u0301 ma\u0308n " + "x" + "\u0336" * 40,
    "control": "a man\u200b\u202e pushes\u2066 a box",
}
HOSTILE = (
    '"><img src=x onerror="window.hacked=1">',
    "<script>window.hacked=1</script>",
    "${window.hacked=1}${6*7}",
    "{{value}} {{6*7}} #{6*7}",
    "`${window.hacked=1}`",
    "'onmouseover='window.hacked=1",
    "javascript:window.hacked=1",
)


def answer(page, query: str) -> str:
    page.dismiss()
    page.search(query)
    return page.text(places.VERDICT) or page.text(places.TOAST)


@pytest.mark.quick
def test_09_an_empty_query_gets_a_message_and_old_results_go(page):
    page.visit()
    page.dismiss()
    page.fill(places.QUERY, "")  # refused at once: perhaps no tracker is seen
    page.until("shown(arguments[0]).length > 0 && !busy()", WAIT, places.TOAST)
    page.settle()
    assert "empty" in page.text(places.TOAST) and "Describe an event" in page.text(places.TOAST)
    assert not page.count(places.CARD), "old results stand beside the message"
    assert "Top-5 overlap" in answer(page, "a man runs")


def test_09_ten_thousand_characters_are_refused_with_the_limit_named(page):
    page.visit()
    answer(page, "a man runs " * 910)
    assert "2000" in page.text(places.TOAST) and not page.count(places.CARD)


@pytest.mark.parametrize("name", ODD)
def test_09_emoji_right_to_left_and_other_scripts_are_searched_and_shown(page, name):
    page.visit()
    told = answer(page, ODD[name])
    assert "Top-5 overlap" in told and page.count(places.CARD) == 10
    assert page.js("return document.documentElement.scrollWidth <= innerWidth")


def test_09_more_than_77_tokens_are_cut_and_the_page_says_so(page):
    page.visit()
    assert places.READ_FIRST in answer(page, "a man in red pushes a woman " * 20)
    assert places.READ_FIRST not in answer(page, "a man in red pushes a woman")


def harmless(page) -> None:
    assert page.js("return window.hacked === undefined"), "injected code ran"
    assert not page.js("return document.querySelectorAll('img[src=x], .sc script').length"), "injected markup stands"


@pytest.mark.parametrize("text", HOSTILE)
def test_10_markup_and_templates_in_a_query_or_a_link_are_shown_as_text(page, text):
    from urllib.parse import quote

    page.visit()
    assert text in answer(page, text)
    harmless(page)
    page.visit(f"?q={quote(text)}")
    assert text in page.text(places.VERDICT)
    harmless(page)
    page.visit(f"?tab={quote(text)}&clip={quote(text)}&event={quote(text)}")
    assert page.count(places.CARD) >= 10
    harmless(page)


def test_10_markup_in_captions_is_shown_as_text(page):
    page.visit("?tab=negatives")
    page.until("shown(arguments[0]).length", WAIT, places.TILE)
    page.button(places.COMPOSE)
    page.until("field(arguments[0])", WAIT, places.OWN)
    for text in HOSTILE:  # the labels' negatives are of the labels' caption: one that is typed brings its own
        page.fill(places.OWN, f"not {text}", enter=False)
        page.run(lambda text=text: page.fill(places.TRUE_CAPTION, text))
        assert page.count(places.TILE) == 2 and text in page.text(places.NEGATIVES)
        harmless(page)


def test_10_markup_in_a_file_name_is_shown_as_text(page, folder):
    page.visit("?tab=captions")
    path = videos.named_as_markup(folder)
    page.upload(path)
    page.until("shown('[role=tabpanel]').some((p) => p.innerText.includes('of the two models')) && !busy()")
    harmless(page)
    bad = path.with_name("<img src=x onerror=window.hacked=1> ${6*7} {{1}}.mp4")
    bad.write_text("no video")
    page.upload(bad)
    page.until("shown(arguments[0]).length", 60, places.TOAST)
    harmless(page)
    assert "42" not in page.text(places.TOAST)
