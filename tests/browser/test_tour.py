"""The guided tour: three stories over three tabs, told with the numbers that the tabs show."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import places
import pytest

#: Outcome of each story, in their order; tab of each step.
STORIES, STEPS = ("win", "tie", "loss"), ("retrieval", "captions", "negatives")


def at(page, outcome: str, step: int) -> str:
    """Wait until the strip and its tab are at that step; what the strip says."""
    page.until(
        "(shown(arguments[0])[0] || {dataset: {}}).dataset.scTour === arguments[1]",
        30,
        places.STEP,
        f"{outcome}:{step}",
    )
    page.until("new URLSearchParams(location.search).get('tab') === arguments[0]", 30, STEPS[step])
    page.settle()
    open_tab = page.js(
        "return shown('[role=tab][aria-selected=true]').filter((b) => !b.closest('[role=tabpanel]'))[0].dataset.tabId"
    )
    assert open_tab == STEPS[step]
    return page.text(f"{places.TOUR_OPEN} [role=status]")


def start(page, outcome: str) -> None:
    """Open the tour, and press a story."""
    page.press(places.TOUR_SUMMARY)
    page.press(places.STORY.format(outcome))


def numbers_agree(page, told: str, step: int) -> None:
    """The strip's numbers are those of the tab below it."""
    if step == 0:
        ranks = re.search(r"rank (\d+) under Base CLIP and (\d+) under SRL-CLIP", told).groups()
        shown = re.search(r"Base CLIP rank (\d+) → SRL-CLIP rank (\d+)", page.text(places.VERDICT)).groups()
        assert ranks == shown
    elif step == 1:
        event = int(re.search(r"Event (\d+), the one that was asked for, is open", told).group(1))
        assert page.js("return shown('[data-sc-panel]').map((p) => p.dataset.scPanel).join()") == str(event - 1)
        assert page.count(places.TABLE)
    else:
        total, adapted, base = re.search(
            r"Of (\d+) negatives SRL-CLIP beats (\d+),.* Base CLIP with (\d+)", told
        ).groups()
        assert f"{base} / {total}" in page.text(f"{places.TILE}.sc-c-base")
        assert f"{adapted} / {total}" in page.text(f"{places.TILE}.sc-c-adapted")


def test_the_tour_is_walked_through_all_stories_by_pressing_next(page):
    page.visit()
    start(page, "win")
    addresses = {}
    for outcome in STORIES:
        for step in range(len(STEPS)):
            told = at(page, outcome, step)
            numbers_agree(page, told, step)
            addresses[outcome, step] = page.driver.current_url
            if step == 0:  # the story is what it is called
                base, adapted = (int(r) for r in re.search(r"rank (\d+) under Base CLIP and (\d+)", told).groups())
                assert {"win": adapted < base, "tie": adapted == base, "loss": adapted > base}[outcome], told
            last = outcome == STORIES[-1] and step == 2
            assert ("Finish" in page.text(places.NEXT)) == last
            page.press(places.NEXT)
    page.until("!shown(arguments[0]).length && shown(arguments[1]).length", 30, places.TOUR_OPEN, places.TOUR)
    assert page.count(places.TOUR_SUMMARY) and not page.count(places.TOAST)
    assert len(set(addresses.values())) == 9


def test_the_address_of_each_step_brings_its_tab_and_result_back(page):
    results = (places.COLUMN, places.TABLE, places.TILE)
    page.visit()
    start(page, "loss")
    kept = []
    for step, result in enumerate(results):
        at(page, "loss", step)
        copied = page.js("return shown(arguments[0] + ' [data-sc-copy]')[0].dataset.scCopy", places.TOUR_OPEN)
        assert parse_qs(copied) == parse_qs(urlsplit(page.driver.current_url).query)
        page.until("shown(arguments[0]).length", 30, result)
        kept.append((copied, page.text(result)))
        page.press(places.NEXT)
    page.until("!shown(arguments[0]).length", 30, places.TOUR_OPEN)
    for result, (copied, before) in zip(results, kept, strict=True):
        page.visit(f"?{copied}")
        page.until("shown(arguments[0]).length", 30, result)
        assert page.text(result) == before


def test_back_leads_back_and_the_cross_ends_the_tour(page):
    page.visit()
    start(page, "tie")
    at(page, "tie", 0)
    page.press(places.NEXT)
    at(page, "tie", 1)
    page.press(f"{places.TOUR_OPEN} .sc-button")
    at(page, "tie", 0)
    page.press("[aria-label='End the tour']")
    page.until("!shown(arguments[0]).length && shown(arguments[1]).length", 30, places.TOUR_OPEN, places.TOUR)


@pytest.mark.quick
def test_the_tour_is_put_away_for_good_and_brought_back_from_how_it_works(page):
    page.visit()
    page.press(places.TOUR_SUMMARY)
    page.press(places.HIDE_TOUR)
    page.until("!shown(arguments[0]).length", 30, places.TOUR)
    page.visit("?tab=how")
    assert not page.count(places.TOUR), "it is back after a reload"
    page.press(places.SHOW_TOUR)
    page.until("shown(arguments[0]).length", 30, places.TOUR)
    page.visit()
    assert page.count(places.TOUR) and page.count(places.TOUR_SUMMARY)
