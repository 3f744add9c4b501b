"""The own-clips tab: what a visitor brings, labels, asks and sees of nobody else's. Points 7, 10, 11, 18 to 20 there."""

from __future__ import annotations

import csv
import io

import looks
import own_page
import places
import pytest
import videos


def test_07_corrupt_uploads_are_told_apart_from_good_ones_and_the_next_one_works_without_reload(page, folder):
    page.allowed = ["status of 4", "status of 5", "upload_progress"]
    page.visit("?tab=own")
    page.js("window.scSame = true")
    read = 0
    for name, make in videos.CORRUPT.items():
        told = own_page.bring(page, make(folder))
        assert len(told) > 12 and "Traceback" not in told and "/tmp" not in told and str(folder) not in told, told
        assert told.startswith("✓") == (name in ("one_frame", "odd_size", "variable_rate")), told
        read += told.startswith("✓")
        if read:
            own_page.clips(page, read)
    told = own_page.bring(page, videos.empty(folder), videos.good(folder))
    assert (
        "1 of 2 files read" in page.text(places.FAILURE) and "✓ good.mp4: read" in told and "✕ zero_bytes.mp4" in told
    )
    own_page.clips(page, read + 1, "good.mp4")
    own_page.search(page, "a square moves")
    assert page.count(f"{places.COLUMN_OF.format('base')} {places.CARD}") == read + 1
    assert page.js("return window.scSame") and not page.count(places.TOAST)


@pytest.mark.quick
def test_03_without_a_video_of_ones_own_both_models_results_are_one_click_away(page):
    page.visit("?tab=own")
    page.run(lambda: page.button(places.SAMPLE))
    page.until("shown(arguments[0]).length === 2", 60, places.COLUMN)
    assert all(name in page.text(places.COLUMN) for name in places.NAMES.values())
    assert page.count(f"{places.SHELF} {places.CARD}") == 2


def test_two_uploads_are_ranked_by_both_models_alone_and_with_the_gallery(page, folder):
    page.visit("?tab=own")
    told = own_page.bring(page, own_page.video(folder, "first.mp4", 10), own_page.video(folder, "second.mp4", 11))
    assert told == "✓ first.mp4: read\n✓ second.mp4: read"
    own_page.clips(page, 2)
    own_page.search(page, "a child in black waves")
    for model, name in places.NAMES.items():
        column = page.text(places.COLUMN_OF.format(model))
        assert name in column and "first.mp4" in column and "second.mp4" in column
    page.run(lambda: page.press(f"{places.COLUMN} {places.CARD}"))
    page.until(
        "shown(arguments[0]).length === 1 && shown(arguments[1]).length >= 2", 30, places.MAIN_VIDEO, places.PLOT
    )
    page.js("shown(arguments[0])[0].play()", places.MAIN_VIDEO)
    page.until("shown(arguments[0])[0].currentTime > 0", 30, places.MAIN_VIDEO)
    page.button(places.WITH_GALLERY)
    page.run(lambda: page.fill(places.QUERY, "a child in black waves"))
    assert page.count(f"{places.COLUMN_OF.format('base')} {places.CARD}") == 5
    page.search("")
    assert "empty" in page.text(places.TOAST) and not page.count(places.COLUMN), "old results stand beside the message"


def test_labels_come_by_suggestion_or_typed_and_make_negatives_that_both_models_are_scored_on(page, folder):
    page.visit("?tab=own")
    own_page.bring(page, own_page.video(folder, "first.mp4", 10))
    own_page.clips(page, 1)
    page.open_tab("labels")
    page.type(places.VERB, "wavv\n")
    page.until("shown(arguments[0]).length", 30, places.TOAST)
    assert "wave.02" in page.text(places.TOAST), "an unknown verb is answered with the nearest known ones"
    page.dismiss()
    page.choose(places.VERB, "wave.02", "wav")
    page.until("field('waver (Arg0)')")
    page.choose("one waved at (Arg2)", "robot", "robot")
    page.type("waver (Arg0)", "a child in black & <b>white</b>\n")
    page.button(places.KEEP)
    own_page.clips(page, 1, "1 of 5")
    page.until("shown(arguments[0])[0].innerText.includes('<b>white</b>')", 30, places.TABLE)
    assert "robot" in page.text(places.TABLE)
    page.open_tab("own-negatives")
    true = page.until("(field('True caption') || {}).value")
    assert "<b>white</b>" in true and "waves" in true
    offered = page.js("return shown('label').filter((l) => l.querySelector('[type=checkbox]')).map((l) => l.innerText)")
    assert offered and all("(" in words for words in offered), "each kind of negative tells how many it has"
    page.fill(places.OWN, "a dog sleeps on a sofa", enter=False)
    own_page.score(page)
    assert page.count(places.TILE) == 2
    rows = page.texts(f"{places.NEGATIVES} tbody tr")
    assert len(rows) == 1 + sum(int(words.split("(")[1].split(")")[0]) for words in offered) + 1
    assert any("a dog sleeps" in row for row in rows)
    saved = list(csv.DictReader(io.StringIO(page.saved()["srlclip_negatives.csv"].decode())))
    for model, column in (("base", "base_margin"), ("adapted", "srl_clip_margin")):
        beaten = sum(float(row[column]) > 0 for row in saved)
        assert f"{beaten} / {len(rows) - 1}" in page.text(f"{places.TILE}.sc-c-{model}")


def test_labels_pasted_as_text_stand_beside_the_captions_and_a_bad_text_changes_nothing(page, folder):
    page.visit("?tab=own")
    own_page.bring(page, own_page.video(folder, "first.mp4", 10))
    own_page.clips(page, 1)
    own_page.label(page)
    page.button("Labels as text")
    page.until("field(arguments[0])", 30, places.TEXT_BOX)
    page.fill(places.TEXT_BOX, "{no json", enter=False)
    page.button(places.USE_TEXT)
    page.until("shown(arguments[0]).length", 30, places.TOAST)
    assert "Traceback" not in page.text(places.TOAST)
    assert "5 of 5" in own_page.clips(page, 1)
    own_page.caption(page)
    page.until("shown(arguments[0])[0].innerText.includes('Reference')", 30, places.TABLE)
    assert all(name in page.text(places.TABLE) for name in places.NAMES.values())


def test_11_two_pages_at_once_do_not_see_each_others_clips(page, another, folder):
    other = another()
    page.visit("?tab=own"), other.visit("?tab=own")
    own_page.bring(page, own_page.video(folder, "mine.mp4", 10))
    assert places.NO_CLIPS in other.text()
    own_page.bring(other, own_page.video(folder, "theirs.mp4", 11), own_page.video(folder, "mine.mp4", 12))
    assert "theirs" not in own_page.clips(page, 1)
    own_page.search(page, "a child waves"), own_page.search(other, "a child waves")
    assert page.count(f"{places.COLUMN} {places.CARD}") == 2 and other.count(f"{places.COLUMN} {places.CARD}") == 4
    posters = [
        set(one.js("return shown(arguments[0]).map((v) => v.poster)", f"{places.SHELF} video")) for one in (page, other)
    ]
    assert not posters[0] & posters[1]
    page.button(places.DELETE_ALL)
    page.until("shown('[role=tabpanel]')[0].innerText.includes(arguments[0])", 30, places.NO_CLIPS)
    assert not page.count(f"{places.COLUMN} {places.CARD}")
    own_page.search(other, "a man runs")
    assert other.count(f"{places.COLUMN} {places.CARD}") == 4
    assert not other.foreign(other.requests()) and not other.errors()
    other.driver.get("about:blank")


def test_19_the_own_clips_tab_is_used_by_keyboard_only(page, folder):
    from selenium.webdriver.common.keys import Keys

    page.visit("?tab=own")
    own_page.bring(page, own_page.video(folder, "first.mp4", 10), own_page.video(folder, "second.mp4", 11))
    own_page.clips(page, 2)
    page.js("document.activeElement.blur()")
    reached: list[str] = []
    wanted = ["Click to Upload", "second.mp4", places.REMOVE, places.DELETE_ALL, "Labels", "Search"]
    for _ in range(80):
        page.key(Keys.TAB)
        now = page.js(
            "const e = document.activeElement, s = getComputedStyle(e), page = e === document.body; return ["
            "page ? '' : e.innerText || e.ariaLabel || e.value || '', page || e.offsetParent !== null, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0"
            " || s.boxShadow !== 'none']"
        )
        assert now[1], f"focus on something hidden: {now}"
        found = [word for word in wanted if word in now[0]]
        assert now[2] or not found, f"the focus on {now[0][:40]!r} cannot be seen"
        reached += found
        if "second.mp4" in found:
            page.key(Keys.ENTER)
            page.until("(field('Clip') || {}).value === 'second.mp4'")
    assert not set(wanted) - set(reached), f"not by keyboard: {set(wanted) - set(reached)}"


def test_18_20_the_own_clips_with_results_fit_420_px_and_axe_finds_nothing_serious(page, checker, folder):
    own_page.fill(page, folder)
    for tab in places.OWN_TABS:
        page.open_tab(tab)
        looks.accessible(page, checker)
        page.look(420)
        looks.upright(page, tab)
        page.look()
