"""Where each model looks: asked for, not loaded; both models on one colour scale; parts to choose; kept small and in sight."""

import looks
import numpy as np
import places
import pytest
from chrome import SLACK

#: Bytes of all overlays of a panel.
SMALL = 300_000


def look(page) -> None:
    page.run(lambda: page.button(places.LOOK_BUTTON), 30 * SLACK)
    page.until(
        "shown(arguments[0]).length >= 8 && shown(arguments[0]).every((i) => i.complete && i.naturalWidth)",
        30 * SLACK, places.OVERLAY,
    )  # fmt: skip


@pytest.mark.quick
@pytest.mark.parametrize(("width", "dark"), [(1400, False), (1400, True), (420, False), (420, True)])
def test_a_hit_is_looked_at_under_both_models(page, width, dark):
    page.look(width, dark=dark)
    page.visit()
    assert not page.count(places.LOOKED), "nothing before it is asked for"
    if width < 500:
        page.press(places.CARD)
        page.settle()
    look(page)
    rows = page.js(
        "return shown(arguments[0]).map((row) => [...row.querySelectorAll('img')].map((i) => {"
        " const r = i.getBoundingClientRect(); return [i.alt, r.left, r.right, r.top, i.src]; }))",
        places.OVERLAYS,
    )
    assert [len(row) for row in rows] == [4, 4]
    for name, row in zip(places.NAMES.values(), rows, strict=True):
        assert all(alt.startswith(name) and ("largest patch" in alt or "no patch" in alt) for alt, *_ in row)
        assert (
            all(left >= 0 and right <= width for _, left, right, _, _ in row) and len({top for *_, top, _ in row}) == 1
        )
        assert all("gradio_api/file=" in src for *_, src in row)
    sizes = page.driver.execute_async_script(
        "const done = arguments[1];"
        "Promise.all([...document.querySelectorAll(arguments[0])].map((i) => fetch(i.src).then((r) => r.blob())))"
        ".then((all) => done(all.map((b) => b.size)));",
        places.OVERLAY,
    )
    assert sum(sizes) < SMALL
    assert "one scale for both models" in page.text(places.LOOKED) and "0 %" in page.text(places.SCALE)
    assert page.js("return shown(arguments[0])[0].getBoundingClientRect().top < innerHeight", places.LOOKED)
    small = page.js(
        "return shown(arguments[0] + ' *').filter((e) => e.innerText && !e.children.length && parseFloat(getComputedStyle(e).fontSize) < 12)"
        ".map((e) => e.innerText)",
        places.LOOKED,
    )
    assert not small, f"smaller than 12 px: {small}"
    looks.upright(page)


@pytest.mark.quick
def test_a_part_is_chosen_with_the_keyboard_and_its_change_stands_beside_it(page):
    from selenium.webdriver.common.keys import Keys

    page.visit()
    look(page)
    before = page.js("return shown(arguments[0]).map((i) => i.src)", places.OVERLAY)
    parts = page.texts(places.PART)
    table = page.text(f"{places.LOOKED} {places.TABLE}")
    assert len(parts) > 2 and all(f"without {part}" in table for part in parts[1:])
    page.js("shown(arguments[0])[1].focus()", places.PART)
    page.run(lambda: page.key(Keys.ENTER), 30 * SLACK)
    page.until("shown(arguments[0])[1].ariaPressed === 'true'", 30 * SLACK, places.PART)
    assert page.js("return shown(arguments[0]).map((i) => i.src)", places.OVERLAY) != before
    assert page.text(f"{places.LOOKED} {places.TABLE}") == table, "what a part changes does not depend on the map"
    assert page.js("return document.activeElement === shown(arguments[0])[1]", places.PART)


def test_another_search_or_hit_takes_the_maps_away(page):
    page.visit()
    look(page)
    page.run(lambda: page.press(places.CARD, 1))
    assert not page.count(places.LOOKED)
    page.search("zzz qqq")
    look(page)
    assert "zzz qqq" in page.text(places.LOOKED)


def test_a_true_caption_and_a_negative_are_looked_at(page):
    page.visit("?tab=negatives")
    page.until("shown(arguments[0]).length > 2", 60 * SLACK, places.LOOK_AT)
    for number in (0, 2):
        text = page.js("return shown(arguments[0])[arguments[1]].dataset.scLook", places.LOOK_AT, number)
        page.run(lambda number=number: page.press(places.LOOK_AT, number), 30 * SLACK)
        page.until("shown(arguments[0]).length === 8", 30 * SLACK, places.OVERLAY)
        assert text.rstrip(".") in page.text(places.LOOKED)
    assert any(":" in part for part in page.texts(places.PART)) or page.count(places.PART) > 2
    looks.upright(page)


def test_the_colour_scale_grows_lighter_without_colour(page):
    page.visit()
    look(page)
    scale = looks.grey(page, f"{places.SCALE} > i")
    tones = scale[scale.shape[0] // 2, scale.shape[1] // 20 : -scale.shape[1] // 20]
    assert (np.diff(tones[:: max(1, len(tones) // 12)]) > 0).all()


def test_nothing_serious_is_in_the_way_of_anyone(page, checker):
    page.visit()
    look(page)
    looks.accessible(page, checker)
