"""The analysis: each of its tabs answers in one click, its plots can be saved, its points and lines open in the player."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from xml.etree import ElementTree

import looks
import places
import pytest
from chrome import WAIT
from PIL import Image

#: Pixels of the smallest text of each plot in sight, as it is drawn on the screen.
SMALLEST = """return shown('figure.sc-plot svg').map((svg) => Math.min(...[...svg.querySelectorAll('text')].map(
  (t) => parseFloat(getComputedStyle(t).fontSize) * Math.hypot(t.getScreenCTM().a, t.getScreenCTM().b))))"""


def show(page, tab: str) -> None:
    """Open one of the analysis' tabs and wait until it is filled."""
    page.open_tab(tab)
    page.until("shown(arguments[0]).length && !busy()", 2 * WAIT, places.PLOT)
    page.settle()


def well_formed(files: dict[str, bytes]) -> Counter:
    """Every file is what its name says, and not empty; how many there are of each kind."""
    for name, content in files.items():
        if name.endswith(".svg"):
            assert len(list(ElementTree.fromstring(content).iter())) > 20, f"{name} draws nothing"
            assert b"<script" not in content and b"var(" not in content, f"{name} needs the page to be seen"
        elif name.endswith(".png"):
            image = Image.open(io.BytesIO(content))
            assert min(image.size) > 150 and len(image.convert("L").getcolors(256) or range(256)) > 10, name
        elif name.endswith(".json"):
            assert {"base", "adapter", "srlclip_version"} <= set(json.loads(content)["models"]), name
        else:
            rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
            assert len(rows) > 1 and len({len(row) for row in rows}) == 1, f"{name} is no table"
            assert {"base_model", "adapter", "srlclip_version"} <= set(rows[0]), rows[0]
            assert all(cell != "" for cell in rows[1][-3:]), f"{name} does not say whose numbers these are"
    return Counter(name.rsplit(".", 1)[1] for name in files)


@pytest.mark.parametrize("tab", places.ANALYSIS_TABS)
def test_18_20_each_tab_of_the_analysis_shows_plots_that_can_be_saved_passes_axe_and_fits_420_px(page, checker, tab):
    page.visit("?tab=analysis")
    show(page, tab)
    drawn = page.count(places.PLOT)
    files = well_formed(page.saved())
    assert files["svg"] == files["png"] == drawn and files["csv"] >= drawn
    links = page.js(
        "return [...document.querySelectorAll('a[download]')].filter((a) => a.href.startsWith('data:')"
        " && a.closest('[role=tabpanel]').offsetParent).length"
    )
    assert links == sum(files.values()), "two files of one name"
    text = page.text()
    assert "Source" in text and (tab == "runs" or all(name in text for name in places.NAMES.values()))
    assert page.count(places.SAID) >= 1 and any(c.isdigit() for c in page.texts(places.SAID)[0])
    for width in (1400, 420):
        page.look(width)
        assert min(page.js(SMALLEST)) >= 12, f"text of {min(page.js(SMALLEST)):.1f} px at {width} px"
    page.look()
    assert not page.count(places.TOAST) and not page.count(places.FAILURE)
    looks.accessible(page, checker)
    page.look(420)
    looks.upright(page)


@pytest.mark.parametrize("tab", places.ANALYSIS_TABS)
def test_13_14_every_tab_of_the_analysis_has_an_address_that_fills_it_and_survives_a_reload(page, tab):
    page.visit(f"?tab=analysis&view={tab}")
    for again in (False, True):
        if again:
            page.driver.refresh()
            page.until("window.scOpened === true", 2 * WAIT)
        page.until("shown(arguments[0]).length && !busy()", 2 * WAIT, places.PLOT)
        page.settle()  # a page that is left while it is answered complains on the console
        opened = page.js("return shown('[role=tabpanel] [role=tab][aria-selected=true]').map((b) => b.dataset.tabId)")
        assert opened == [tab] and page.count(places.SAID)
    page.visit("?tab=analysis")
    page.settle()
    page.open_tab(tab)
    page.until("location.search === arguments[0]", WAIT, f"?tab=analysis&view={tab}")
    page.settle()
    page.visit("?tab=analysis&view=nope")
    assert page.count(places.SAID) and not page.count(places.TOAST)


def on_top(page, points: str) -> int:
    """A point that no other covers, and so can be pressed: where events are alike, their points lie on each other."""
    return page.js(
        "const all = shown(arguments[0]); all[0].closest('svg').scrollIntoView({block: 'center'});"
        " return all.findIndex((e) => { const r = e.getBoundingClientRect();"
        " return document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2) === e; })",
        points,
    )


@pytest.mark.parametrize("width", (1400, 420))
def test_disagreement_lists_both_directions_and_plays_an_event_in_sight(page, width):
    page.look(width)
    page.visit("?tab=analysis&view=disagree")
    page.until("shown(arguments[0]).length", 2 * WAIT, places.POINT)
    said = page.texts(places.SAID)[0]
    assert all(name in said for name in places.NAMES.values())
    for model in ("base", "adapted"):
        assert page.count(f"{places.COLUMN_OF.format(model)} {places.LINE}") >= 3
    video, point = f"{places.OPENED_EVENT} {places.MAIN_VIDEO}", f"use{places.POINT}"
    for press in (lambda: page.press(f"button{places.LINE}", 2), lambda: page.press(point, on_top(page, point))):
        page.run(press)
        page.until("((v) => v && !v.paused && v.currentTime > 0)(shown(arguments[0])[0])", WAIT, video)
        box = page.js("const r = shown(arguments[0])[0].getBoundingClientRect(); return [r.top, r.bottom]", video)
        assert box[0] >= 0 and box[1] <= 900, f"the player is out of sight: {box}"
        assert "Its rank by this caption" in page.text(places.OPENED_EVENT)
    assert "shared)" in page.text(places.TIP), "what is pointed at is told"


def test_outliers_of_the_rank_scatter_open_in_the_player(page):
    page.visit("?tab=analysis")
    show(page, "live")
    for number in (0, 1):
        event, clip = page.js("return shown(arguments[0])[arguments[1]].dataset.scOpen", places.LINE, number).split(":")
        page.run(lambda number=number: page.press(places.LINE, number))
        video = f"{places.OPENED} {places.MAIN_VIDEO}"
        page.until("(shown(arguments[0])[0] || {ariaLabel: ''}).ariaLabel.includes(arguments[1])", 30, video, clip)
        assert f"event {int(event) + 1}" in page.text(places.OPENED)
    page.until("shown(arguments[0]).length", 30, f"{places.OPENED} {places.PLOT}")
    seeks(page, places.OPENED)


def seeks(page, where: str) -> None:
    """A line of the labelled events goes to its second and plays."""
    start = page.js("return Number(shown(arguments[0])[2].dataset.scSeek)", f"{where} {places.SEEK}")
    assert start > 0
    page.press(f"{where} {places.SEEK}", 2)
    page.until(
        "((v) => v && !v.paused && v.currentTime >= arguments[1] && v.currentTime < arguments[1] + 3)"
        "(shown(arguments[0])[0])",
        30,
        f"{where} {places.MAIN_VIDEO}",
        start,
    )


def test_any_query_is_laid_over_a_clip_and_the_gallery_and_a_listed_clip_opens_and_plays(page):
    page.visit("?tab=analysis")
    page.open_tab("query")
    page.run(lambda: page.fill("Any query", "a robot in red runs"))
    page.until("shown(arguments[0]).some((e) => e.innerText.includes('a robot in red runs'))", 30, places.STRIPPED)
    seeks(page, places.STRIPPED)
    page.run(lambda: page.button(places.WHOLE_GALLERY))
    page.until("shown(arguments[0]).length", 30, places.LINE)
    listed = page.js("return shown(arguments[0]).map((b) => b.dataset.scOpen)", places.LINE)
    clip = listed[3]
    page.run(lambda: page.press(places.LINE, 3))
    page.until(
        "(shown(arguments[0])[0] || {ariaLabel: ''}).ariaLabel.includes(arguments[1])",
        30,
        f"{places.STRIPPED} {places.MAIN_VIDEO}",
        clip,
    )
    page.fill("Any query", "")
    page.until("shown(arguments[0]).length", 30, places.TOAST)
    page.until("!shown(arguments[0]).length", 30, f"{places.STRIPPED} {places.PLOT}")
