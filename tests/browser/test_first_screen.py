"""The first screen: it answers before anything is pressed, says why, and plays what is pressed where one looks."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import looks
import places
import pytest
from chrome import SLACK, WAIT

RESULTS = Path(__file__).resolve().parents[2] / "results"
#: Half of the words that stood on the first page when every hit was an id and every panel open.
WORDS = 351


def frames(page) -> list[list[float]]:
    """Shares of the hit's row as shown, per model: the frames' numbers in order."""
    page.until("shown(arguments[0]).length === 20", 30 * SLACK, places.FRAME)
    lines = page.js(
        "return shown(arguments[0] + ' .sc-share').map((e) => [e.firstChild.className, Number(e.innerText.replace('−', '-'))])",
        places.HIT_ROW,
    )
    return [[value for name, value in lines if name == f"sc-m-{model}"] for model in places.NAMES]


def played(page) -> float:
    """Wait until the player plays; the second it is at."""
    page.until("shown(arguments[0])[0] && !shown(arguments[0])[0].paused", 30 * SLACK, places.MAIN_VIDEO)
    page.until("shown(arguments[0])[0].currentTime > 0", 30 * SLACK, places.MAIN_VIDEO)
    return page.js("return shown(arguments[0])[0].currentTime", places.MAIN_VIDEO)


@pytest.mark.quick
@pytest.mark.parametrize("width", [1400, 420])
def test_the_first_line_is_the_results_files_to_one_decimal_and_names_the_largest_loss(page, width):
    page.look(width)
    page.visit()
    line = page.text(places.HEADLINE)
    tables = {
        name: json.loads((RESULTS / f"{name}.json").read_text())["tables"] for name in ("mini_pair", "forgetting")
    }
    main = next(iter(tables["mini_pair"].values()))
    rows = [main[metric] for metric in ("event R@1", "negatives: verb_role 1 of 5", "negatives: noun")]
    rows += [tables["forgetting"][place]["scene, zero-shot"] for place in ("outside", "inside")]
    for row in rows:
        assert f"{row['base']['mean']:.1f}→{row['adapted']['mean']:.1f}%" in line
    assert line.index("gains") < line.index("loses most naming unseen scenes") < line.index("noun")
    assert "right event first" in line and "beats 4 false" in line


@pytest.mark.quick
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_five_explained_cards_a_side_are_seen_at_once(page, dark):
    page.look(1400, dark=dark)
    page.visit()
    for model in places.NAMES:
        cards = f"{places.COLUMN_OF.format(model)} {places.CARD}"
        assert page.js(
            "return shown(arguments[0]).filter((c) => c.getBoundingClientRect().bottom <= innerHeight).length", cards
        ) >= 5  # fmt: skip
        assert all(any(sign in text for sign in "✓✗–") for text in page.texts(f"{cards} .sc-facts"))
        assert not any("syn2s" in text for text in page.texts(f"{cards} .sc-name")), "cards are headed by ids"
    assert "right verb first at rank" in page.text(places.VERDICT)
    assert not page.js("return shown('.sc-tour details, details.sc-banner').some((d) => d.open)")
    page.until("shown(arguments[0]).length >= 8", 30 * SLACK, places.FRAME)  # whose shares are words, too
    words = page.js("return document.body.innerText.split(/\\s+/).filter(Boolean).length")
    assert words <= WORDS, f"{words} words stand on the first page"


@pytest.mark.quick
def test_on_a_phone_the_first_result_begins_within_600_px(page):
    page.look(420)
    page.visit()
    assert page.js("return shown(arguments[0])[0].getBoundingClientRect().top + scrollY", places.CARD) < 600
    assert not page.count(places.STAGE), "the player waits until a card is pressed"
    looks.upright(page)


@pytest.mark.parametrize("width", [1200, 1000, 800])
def test_between_a_phone_and_a_desk_cards_hold_what_they_say(page, width):
    page.look(width)
    page.visit()
    burst = page.js(
        "return shown(arguments[0]).filter((c) => { const box = c.getBoundingClientRect();"
        " return [...c.querySelectorAll('.sc-name, .sc-fact, .sc-foot > *')].some((e) => {"
        " const r = e.getBoundingClientRect(); return r.right > box.right || r.left < box.left || r.height > 60; }); })"
        ".map((c) => c.innerText)",
        places.CARD,
    )
    assert page.count(places.CARD) >= 10 and not burst, burst
    assert min(page.js("return shown(arguments[0]).map((e) => e.clientWidth)", places.CARD + " .sc-name")) >= 100
    looks.upright(page)


@pytest.mark.quick
@pytest.mark.parametrize("width", [1400, 420])
def test_a_pressed_card_is_marked_and_plays_its_event_where_one_looks(page, width):
    page.look(width)
    page.visit()
    card = f"{places.COLUMN_OF.format('base')} {places.CARD}"
    poster = page.js("return shown(arguments[0])[3].querySelector('video').getAttribute('poster')", card)
    event = int(page.js("return shown(arguments[0])[3].dataset.scAt", card))
    page.press(card, 3)
    page.until("shown(arguments[0])[0].getAttribute('poster') === arguments[1]", WAIT, places.MAIN_VIDEO, poster)
    second = played(page)
    assert 2 * event <= second <= 2 * event + 2.2, f"at {second} s, but event {event + 1} was pressed"
    assert page.js("return shown(arguments[0])[0].muted", places.MAIN_VIDEO)
    assert page.js("return shown(arguments[0]).map((c) => c.dataset.scAt)", places.CURRENT) == [str(event)]
    time.sleep(0.6)  # it glides
    top, bottom = page.js(
        "const r = shown(arguments[0])[0].getBoundingClientRect(); return [r.top, r.bottom]", places.MAIN_VIDEO
    )
    assert top >= -1 and bottom <= 900, "the player is out of sight"
    if width < 500:  # the player stands above the list, and grows when its frames come
        page.until("shown(arguments[0]).length === 20", 30 * SLACK, places.FRAME)
        page.until(
            "shown(arguments[0])[0].getBoundingClientRect().top >= shown(arguments[1])[0].getBoundingClientRect().bottom",
            10 * SLACK,
            places.CURRENT,
            places.STAGE,
        )
        page.until("shown(arguments[0])[0].parentElement.scrollLeft > 0", 10 * SLACK, places.HIT_ROW)
    looks.upright(page)


@pytest.mark.quick
def test_on_a_phone_the_player_leaves_half_of_the_screen_to_the_cards_and_can_be_closed(page):
    page.look(420)
    page.visit()
    page.press(places.CARD, 2)
    page.until("shown(arguments[0]).length >= 8", 30 * SLACK, places.FRAME)
    top, bottom = page.js(
        "const r = shown(arguments[0])[0].getBoundingClientRect(); return [r.top, r.bottom]", places.STAGE
    )
    assert bottom - top <= 450, "the player covers half of the screen"
    box = "const s = shown(arguments[0])[0]; return s.scrollWidth - s.clientWidth"
    assert page.js(box, places.STAGE) <= 1, "its frames lie beside it, out of sight"
    below = page.js(
        "return document.elementFromPoint(100, arguments[0] + 40).closest(arguments[1]) !== null", bottom, places.STAGE
    )
    assert not below, "the player takes presses that are meant for what lies below it"
    page.press(places.CLOSE)
    assert not page.count(places.STAGE)


def test_the_frames_of_a_hit_add_up_to_its_score_and_seek(page):
    page.visit()
    for model, shares in zip(places.NAMES, frames(page), strict=True):
        assert len(shares) == 4
        if page.count(f"{places.COLUMN_OF.format(model)} {places.CURRENT}"):
            score = float(page.text(f"{places.CURRENT} .sc-foot").split()[0])
            assert abs(sum(shares) - score) < 0.003, "four numbers of three digits each"
    page.press(places.FRAME, 18)
    page.until("shown(arguments[0])[0].currentTime >= 9.2", 30 * SLACK, places.MAIN_VIDEO)


def test_more_like_this_clip_has_an_address_and_facts(page):
    page.visit()
    page.run(lambda: page.press(places.LIKE, 1))
    told, found = page.text(places.VERDICT), page.text(places.COLUMN)
    assert "like “" in told
    asked = parse_qs(urlsplit(page.driver.current_url).query)
    assert set(asked) == {"tab", "clip", "event"}
    page.driver.refresh()
    page.until("window.scOpened === true")
    page.settle()
    assert page.text(places.VERDICT) == told and page.text(places.COLUMN) == found


def test_a_free_query_is_explained_as_far_as_it_can_be_read(page):
    page.visit()
    page.search("a woman in green pushes a panda")
    assert "right verb first at rank" in page.text(places.VERDICT) and page.count(".sc-fact") >= 20
    page.search("zzz qqq")
    assert "no word of it is in the lexicon: zzz, qqq, so hits are not marked" in page.text(places.VERDICT)
    assert not page.count(".sc-fact")
    page.search("a man opens a refrigerator and drinks milk")
    assert "known words: man" in page.text(places.VERDICT) and "refrigerator" in page.text(places.VERDICT)
    page.search("a woman in gren pushes a robbot")
    assert "gren (did you mean green?), robbot (did you mean robot?)" in page.text(places.VERDICT)
