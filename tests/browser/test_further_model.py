"""A third column: the bundled control beside the pair, chosen in the panel or by the address, on wide screens and phones."""

from __future__ import annotations

from urllib.parse import quote

import looks
import places
import pytest
from chrome import WAIT

QUERY = "a man in red pushes a woman"
THIRD = f"{places.COLUMN_OF.format('further')} {places.CARD}"
ALSO = f"?q={quote(QUERY)}&also={places.CONTROL}"


def opened(page) -> None:
    """The control beside the pair, by its address; the first page to ask for it waits until it is loaded."""
    page.visit(ALSO)
    page.until("shown(arguments[0]).length >= 5", 6 * WAIT, THIRD)
    page.settle()


def panel(page) -> None:
    page.button(places.MODELS)
    page.until("field(arguments[0])", WAIT, places.FURTHER)


def test_the_pair_stands_alone_until_a_further_model_is_chosen_and_again_after(page):
    page.visit(f"?q={quote(QUERY)}")
    alone = page.texts(places.COLUMN)
    assert len(alone) == 2
    panel(page)
    assert page.js("return field(arguments[0]).value", places.FURTHER).startswith(places.NO_FURTHER)
    page.choose(places.FURTHER, "Control", "")
    page.until("shown(arguments[0]).length >= 5", 6 * WAIT, THIRD)
    page.until("location.search.includes('also=')", WAIT)
    page.settle()
    assert page.count(places.COLUMN) == 3
    assert "further" in page.saved()["srlclip_search.json"].decode()
    page.choose(places.FURTHER, places.NO_FURTHER, "")
    page.until("shown(arguments[0]).length === 2", WAIT, places.COLUMN)
    page.until("!location.search.includes('also=')", WAIT)
    page.settle()
    assert page.texts(places.COLUMN) == alone
    page.driver.back()
    page.until("shown(arguments[0]).length >= 5", 2 * WAIT, THIRD)
    page.until("field(arguments[0]).value.startsWith('Control')", WAIT, places.FURTHER)
    page.settle()


@pytest.mark.parametrize("width", (1400, 420))
def test_18_columns_stand_side_by_side_or_below_and_a_card_of_the_third_plays(page, width):
    page.look(width)
    opened(page)
    boxes = page.js(
        "return shown(arguments[0]).map((c) => { const r = c.getBoundingClientRect(); return [r.left, r.top, r.bottom] })",
        places.COLUMN,
    )
    assert len(boxes) == 3 and boxes[0][1] == boxes[1][1], "base and SRL-CLIP stand side by side at any width"
    if width == 1400:
        assert boxes[0][1] == boxes[2][1] and boxes[0][0] < boxes[1][0] < boxes[2][0]
    else:
        assert boxes[2][1] >= max(boxes[0][2], boxes[1][2]) and boxes[2][0] == boxes[0][0]
    card = page.js("const c = shown(arguments[0])[1]; return [c.dataset.scClip, c.dataset.scAt]", THIRD)
    page.run(lambda: page.press(THIRD, 1))
    video = f"{places.STAGE} {places.MAIN_VIDEO}"
    page.until("((v) => v && v.ariaLabel.includes(arguments[1]))(shown(arguments[0])[0])", WAIT, video, card[0])
    page.until("((v) => v && !v.paused && v.currentTime > 0)(shown(arguments[0])[0])", WAIT, video)
    marked = page.js("return shown(arguments[0]).map((c) => c.closest('.sc-column').className)", places.CURRENT)
    assert len(marked) == 1 and "sc-c-further" in marked[0], "the card in the player is marked, and no other"
    page.settle()
    looks.upright(page)


def test_20_three_columns_and_the_frames_of_a_hit_are_accessible(page, checker):
    opened(page)
    page.until("shown(arguments[0]).length === 20", WAIT, places.FRAME)
    looks.accessible(page, checker)


def test_more_like_a_card_of_the_third_is_asked_of_all_three_and_its_address_restores_it(page):
    opened(page)
    page.run(lambda: page.press(f"{places.COLUMN_OF.format('further')} {places.LIKE}"))
    page.until("location.search.includes('clip=') && location.search.includes('also=')", WAIT)
    page.settle()
    columns = page.texts(places.COLUMN)
    assert len(columns) == 3
    page.until("shown(arguments[0]).length === 20", WAIT, places.FRAME)  # a page that is left while it reads complains
    page.driver.refresh()
    page.until("window.scOpened === true", 2 * WAIT)
    page.until("shown(arguments[0]).length >= 5", 2 * WAIT, THIRD)
    page.settle()
    assert page.texts(places.COLUMN) == columns


def test_a_further_model_that_is_not_offered_is_named_and_the_pair_shown(page):
    page.visit(f"?q={quote(QUERY)}&also=nobody%2Fknows")
    page.until("shown(arguments[0]).some((t) => t.innerText.includes('nobody/knows'))", WAIT, places.TOAST)
    assert page.count(places.COLUMN) == 2


def test_the_endpoint_ranks_by_it_as_the_page_does(page, app):
    client = pytest.importorskip("gradio_client").Client(app.url, verbose=False)
    opened(page)  # so that it is loaded
    assert places.CONTROL in client.predict(0, api_name="/info")["further"]
    answer = client.predict(QUERY, 5, places.CONTROL, api_name="/search")["further"]
    shown = page.js("return shown(arguments[0]).slice(0, 5).map((c) => c.dataset.scClip)", THIRD)
    assert [hit["clip_id"] for hit in answer["hits"]][:5] == shown and answer["title"].startswith("Control")
