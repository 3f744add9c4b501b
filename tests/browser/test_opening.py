"""Points 1 to 6 of the bar: what a visitor meets first, and how quickly."""

from __future__ import annotations

import re

import places
import pytest
from chrome import SLACK


@pytest.mark.quick
def test_01_first_two_ranked_columns_within_3_s_of_opening_without_typing(page):
    """The best of five: other programs on the machine make single measurements longer, never shorter."""
    taken = []
    for _ in range(5):
        page.cdp("Network.clearBrowserCache")
        page.driver.get(page.home)
        page.until("window.scFirst !== null")
        taken.append(page.js("return window.scFirst") / 1000)
        if taken[-1] < 3:
            break
    for model in places.NAMES:
        assert page.count(f"{places.COLUMN_OF.format(model)} {places.CARD}") >= 5
    scores = [float(s) for s in re.findall(r"\b0\.\d{3}\b", page.text(places.COLUMN))]
    assert len(set(scores)) > 5, "the columns hold no real scores"
    posters = page.js("return shown('.sc-card video').filter((v) => v.poster).length")
    assert posters >= 10
    assert min(taken) < 3 * SLACK, f"first result after {taken} s"


@pytest.mark.quick
def test_02_app_py_serves_within_20_s_prints_one_url_no_traceback_no_warning(app):
    assert app.seconds < 20 * SLACK, f"served after {app.seconds:.1f} s"
    said = app.said()
    assert re.findall(r"https?://\S+", said) == [app.url.rstrip("/")] or re.findall(r"https?://\S+", said) == [app.url]
    assert not re.search(r"traceback|warning|deprecat|error", said, re.IGNORECASE), said


def test_03_every_example_of_the_retrieval_tab_shows_both_models_in_one_click(page):
    page.visit()
    chips = page.js(places.QUERY_OF, places.CHIP)
    assert len(chips) >= 4
    for number, query in enumerate(chips):
        page.run(lambda number=number: page.press(places.CHIP, number))
        assert query in page.text(places.VERDICT) and "Target clip" in page.text(places.VERDICT)
        for model in places.NAMES:
            assert page.count(f"{places.COLUMN_OF.format(model)} {places.CARD}") >= 5


@pytest.mark.quick
@pytest.mark.parametrize("tab", places.AT_ONCE)
def test_03_every_tab_shows_both_models_results_in_the_click_that_opens_it(page, tab):
    page.visit("?tab=analysis" if tab == "retrieval" else "")
    page.open_tab(tab)
    page.until("shown('[role=tabpanel] .sc-t-base').length && shown('[role=tabpanel] .sc-t-adapted').length")
    text = page.text()
    assert all(name in text for name in places.NAMES.values())
    assert not page.count(places.TOAST) and not page.count(places.FAILURE)


def test_04_free_query_is_answered_in_3_s_warm_and_acknowledged_within_300_ms(page):
    page.visit()
    page.search("a woman chases a dog")  # warms up
    watch = """
    window.scSeen = window.scDone = null;
    const box = field(arguments[0]), press = () => { window.scAsked = performance.now(); };
    box.addEventListener('keydown', (e) => { if (e.key === 'Enter') press(); }, {capture: true});
    const look = () => {
      const now = performance.now(), answered = (shown('.sc-verdict')[0] || {innerText: ''}).innerText.includes(arguments[1]);
      if (window.scAsked && window.scSeen === null && (busy() || answered)) window.scSeen = now - window.scAsked;
      if (answered && window.scDone === null) window.scDone = now - window.scAsked;
      if (window.scDone === null) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    """
    seen, done = [], []
    for number in range(4):
        query = f"a man in blue lifts box {number}"
        page.js(watch.replace("arguments[0]", repr(places.QUERY)).replace("arguments[1]", repr(query)))
        page.fill(places.QUERY, query)
        page.until("window.scDone")
        seen.append(page.js("return window.scSeen") / 1000)
        done.append(page.js("return window.scDone") / 1000)
    assert min(done) < 3 * SLACK, f"answered after {done} s"
    assert min(seen) < 0.3 * SLACK, f"acknowledged after {seen} s"


def test_05_slow_work_shows_progress(page, fake, folder):
    from videos import good

    slow = fake(pause=0.4)
    page.visit("?tab=captions", slow.url)
    page.upload(good(folder))
    told = page.until(
        "(() => { const t = shown(arguments[0]).map((e) => e.innerText).join(' ');"
        r" return /frames \d+ of|event \d+ of|model \d of 2/.test(t) && t; })()",
        30 * SLACK,
        places.TRACKER,
    )
    assert re.search(r"\d+ of \d+", told)
    page.settle()
    assert page.count(places.TABLE)


@pytest.mark.quick
def test_06_if_one_model_fails_the_other_column_still_shows(page, fake):
    half = fake(failing="adapted")
    page.visit("", half.url)
    page.search("a man pushes a box")
    assert page.count(f"{places.COLUMN_OF.format('base')} {places.CARD}") == 5
    assert "SRL-CLIP gave no result" in page.text(places.COLUMN_OF.format("adapted"))
    assert "out of memory" in page.text(places.FAILURE)
    assert "one model only" in page.text(places.VERDICT)
