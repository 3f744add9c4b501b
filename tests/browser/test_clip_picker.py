"""The clip field with mouse and keyboard, on wide and narrow screens; Back and Forward; addresses that name nothing."""

import places
import pytest
from chrome import WAIT

KEYS = pytest.importorskip("selenium.webdriver.common.keys").Keys
FIELD, OPTIONS = ".sc-picker-field", ".sc-picker-list [role=option]"


def opened(page) -> list[str]:
    """Open the list of the field that is shown; ids of its clips."""
    page.press(FIELD)
    page.until("shown(arguments[0]).length > 1", 2 * WAIT, OPTIONS)
    return page.js("return shown(arguments[0]).map((o) => o.dataset.scPick)", OPTIONS)


@pytest.mark.parametrize("width", [1400, 420])
@pytest.mark.parametrize("tab", ["captions", "negatives"])
def test_a_clip_is_chosen_by_what_it_shows_with_the_keyboard_alone(page, tab, width):
    page.look(width)
    page.visit(f"?tab={tab}")
    clips = opened(page)
    page.until(
        "shown(arguments[0]).every((i) => i.complete && i.naturalWidth > 0 || i.loading === 'lazy')",
        WAIT,
        f"{OPTIONS} img",
    )
    words = page.js("return shown(arguments[0])[0].dataset.scWords.split(' ').slice(-1)[0]", OPTIONS)
    page.key(words)
    page.until("shown(arguments[0]).length < arguments[1] && shown(arguments[0]).length > 0", WAIT, OPTIONS, len(clips))
    left = page.js("return shown(arguments[0]).map((o) => [o.dataset.scPick, o.dataset.scWords])", OPTIONS)
    assert all(words in text for _, text in left)
    page.key(KEYS.END)
    active = page.js(
        "return document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).dataset.scPick"
    )
    assert active == left[-1][0]
    page.run(lambda: page.key(KEYS.ENTER))
    assert f"clip={active}" in page.driver.current_url and page.count(places.MAIN_VIDEO) == 1
    assert page.js("return document.documentElement.scrollWidth <= innerWidth + 1")


@pytest.mark.parametrize("width", [1400, 420])
def test_the_analysis_takes_a_clip_for_any_query_from_the_same_field(page, width):
    page.look(width)
    page.visit("?tab=analysis&view=query")
    clips = opened(page)
    page.key(KEYS.END)
    page.run(lambda: page.key(KEYS.ENTER))
    video = f"{places.STRIPPED} {places.MAIN_VIDEO}"
    page.until("(shown(arguments[0])[0] || {ariaLabel: ''}).ariaLabel.includes(arguments[1])", WAIT, video, clips[-1])
    shown = page.js("return shown(arguments[0])[0].src", f"{FIELD} img")
    page.run(lambda: page.press(places.LINE, 2))  # a clip of the ranking: the field follows
    page.until("shown(arguments[0])[0].src !== arguments[1]", WAIT, f"{FIELD} img", shown)
    assert page.js("return document.documentElement.scrollWidth <= innerWidth + 1")


def test_escape_closes_the_list_and_changes_nothing(page):
    page.visit("?tab=captions")
    before = page.js("return shown(arguments[0])[0].value", f"{FIELD} input")
    opened(page)
    page.key("zzz")
    page.until("shown('[data-sc-none]').length === 1")
    page.key(KEYS.ESCAPE)
    page.until("shown(arguments[0]).length === 0 && !shown('[data-sc-none]').length", WAIT, OPTIONS)
    field = page.js("const i = shown(arguments[0])[0]; return [i.value, i.ariaExpanded]", f"{FIELD} input")
    assert field == [before, "false"]


def test_back_and_forward_show_earlier_results_and_never_leave_the_page(page):
    page.visit()
    first = page.js("return field(arguments[0]).value", places.QUERY)
    page.search("a robot kicks a box")
    page.open_tab("captions")
    page.until("location.search.includes('clip=')")
    page.driver.back()
    page.until("location.search.includes('robot') && !busy()", 2 * WAIT)
    page.until("(field(arguments[0]) || {}).value === 'a robot kicks a box'", WAIT, places.QUERY)
    page.settle()
    page.driver.back()
    page.until("(field(arguments[0]) || {}).value === arguments[1]", 2 * WAIT, places.QUERY, first)
    page.settle()
    page.driver.forward()
    page.until("(field(arguments[0]) || {}).value === 'a robot kicks a box'", 2 * WAIT, places.QUERY)


def test_a_clip_that_is_not_there_is_named(page):
    page.visit("?tab=captions&clip=no-such-clip")
    page.until("shown(arguments[0]).some((t) => t.innerText.includes('no-such-clip'))", WAIT, places.TOAST)
    assert page.count(places.TABLE)


def test_an_empty_tab_of_ones_own_has_no_empty_boxes(page):
    page.visit("?tab=own")
    assert page.js("return field(arguments[0])", places.CLIP) is None
