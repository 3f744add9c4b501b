"""Points 13 and 14 of the bar: what an address promises."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import places
import pytest

QUERY = "a woman in green hugs a panda"


def selected(page) -> str:
    """The open tab of the page; tabs inside a tab are none of an address."""
    return page.js(
        "return shown('[role=tab][aria-selected=true]').filter((b) => !b.closest('[role=tabpanel]'))"
        ".map((b) => b.dataset.tabId).join()"
    )


def clip_of(page) -> str:
    """A clip that the gallery has, from the page itself."""
    return page.js("return shown('[data-sc-clip]')[0].dataset.scClip")


@pytest.mark.quick
def test_13_an_address_restores_tab_query_and_results(page):
    page.visit(f"?tab=retrieval&q={quote(QUERY)}")
    assert selected(page) == "retrieval" and QUERY in page.text(places.VERDICT)
    assert page.js("return field(arguments[0]).value", places.QUERY) == QUERY
    clip = clip_of(page)
    page.visit(f"?tab=captions&clip={quote(clip)}&decoder=zero_shot")
    assert selected(page) == "captions" and page.count(places.TABLE) and "zero-shot" in page.text(".sc-decoder")
    page.visit(f"?tab=negatives&clip={quote(clip)}&event=3")
    assert selected(page) == "negatives" and page.count(places.TILE) == 2 and "Event 3" in page.text()


@pytest.mark.parametrize("tab", places.TABS)
def test_13_every_tab_has_an_address(page, tab):
    page.visit(f"?tab={tab}")
    assert selected(page) == tab and len(page.text()) > 100 and not page.count(places.TOAST)


@pytest.mark.parametrize("query, named", [
    ("?tab=nope", ["nope"]), ("?tab=&q=&clip=", []), ("?tab=captions&clip=..%2F..%2Fetc%2Fpasswd", ["../../etc/passwd"]),
    ("?tab=negatives&event=99", ["99"]), ("?tab=negatives&event=-1&clip=x", ["-1", "x"]),
    ("?tab=captions&decoder=nope", ["nope"]), ("?tab=retrieval&tab=captions", []), ("?q=%00%ff%F0", []), ("?%%%=&&&", []),
    (f"?q={'x' * 9000}", []),
])  # fmt: skip
def test_13_bad_values_fall_back(page, query, named):
    """Each value that the page has not is named in a sentence, and nothing else is said."""
    page.visit(query)
    assert selected(page) in places.TABS
    assert page.count(places.CARD) >= 10 or page.count(places.TABLE) or page.count(places.TILE)
    said = page.text(places.TOAST) if named else ""
    assert said.count("The address names") == len(named) and bool(named) == bool(page.count(places.TOAST))
    assert all(f"'{value}'" in said for value in named)


@pytest.mark.quick
def test_14_reload_and_back_keep_what_the_address_promises(page):
    page.visit()
    page.search(QUERY)
    assert parse_qs(urlsplit(page.driver.current_url).query)["q"] == [QUERY]
    found = page.text(places.COLUMN)
    page.driver.refresh()
    page.until("window.scOpened === true")
    page.settle()
    assert QUERY in page.text(places.VERDICT) and page.text(places.COLUMN) == found
    page.visit("?tab=analysis")
    assert selected(page) == "analysis"
    page.driver.back()
    page.until("window.scOpened === true")
    page.settle()
    page.until("(shown('.sc-verdict')[0] || {innerText: ''}).innerText.includes(arguments[0])", 60, QUERY)
    assert page.text(places.COLUMN) == found


def test_14_the_address_follows_the_tabs_and_the_copied_link_is_that_address(page):
    page.visit()
    for tab in places.TABS:
        if tab != "retrieval":
            page.open_tab(tab)
            page.until("new URLSearchParams(location.search).get('tab') === arguments[0]", 60, tab)
    page.open_tab("retrieval")
    page.until("new URLSearchParams(location.search).get('tab') === 'retrieval'")
    page.search(QUERY)
    page.button(places.FILES)
    page.until("shown('[data-sc-copy]').length")
    copied = page.js("return shown('[data-sc-copy]')[0].dataset.scCopy")
    assert parse_qs(copied)["q"] == [QUERY]
