"""What the own-clips tab gives away and takes back: the saved comparison, opened again, and the report, on its own."""

from __future__ import annotations

import json

import looks
import own_page
import places
from test_texts import HOSTILE, harmless


def test_a_saved_comparison_opens_again_after_a_reload_and_knows_its_video(page, folder):
    own_page.fill(page, folder)
    saved = own_page.files(page)[places.SAVED]
    count = len(json.loads(saved)["results"])
    page.open_tab("own-negatives")
    kept = page.texts(f"{places.TILE} strong")
    path = folder / places.SAVED
    path.write_bytes(saved)
    page.visit("?tab=own")
    assert places.NO_CLIPS in page.text() and not page.count(places.CARD), "a reloaded page starts empty"
    told = own_page.bring(page, path, field=places.COMPARISON_FIELD)
    assert f"2 clips and {count} results opened" in told and "upload its video" in told
    assert "video not here" in own_page.clips(page, 2, "5 of 5 events labelled")
    page.until("shown(arguments[0]).length === 2", 30, places.TILE)  # the newest result, as it was
    assert len(kept) == 2 and page.texts(f"{places.TILE} strong") == kept
    own_page.search(page, "a child waves")
    assert page.count(places.TOAST) and not page.count(f"{places.COLUMN} {places.CARD}"), "without a video, no search"
    page.dismiss()
    told = own_page.bring(page, own_page.video(folder, "renamed.mp4", 10))
    assert told.startswith("✓ renamed.mp4: reconnected with its labels") and "first.mp4" in told
    own_page.search(page, "a child in black waves")
    assert page.count(f"{places.COLUMN_OF.format('base')} {places.CARD}") == 1
    told = own_page.bring(page, own_page.video(folder, "again.mp4", 10))
    assert "✕ again.mp4" in told and "here already" in told
    told = own_page.bring(page, own_page.video(folder, "third.mp4", 12))
    again = json.loads(own_page.files(page, f"3 clips and {count + 1} results")[places.SAVED])
    assert [clip["name"] for clip in again["clips"]] == ["first.mp4", "second.mp4", "third.mp4"]
    assert json.loads(saved)["clips"] == again["clips"][:2] and json.loads(saved)["results"] == again["results"][:count]


def test_files_that_are_no_comparison_get_a_message_and_change_nothing(page, folder):
    page.visit("?tab=own")
    own_page.bring(page, own_page.video(folder, "first.mp4", 10))
    own_page.clips(page, 1)
    bad = {
        "text.json": b"no json", "list.json": b"[]", "binary.json": b"\xff\xfe\x00", "other.json": b'{"format": "other"}',
        "newer.json": b'{"format": "srlclip-comparison", "version": 99}', "deep.json": b"[" * 100000,
    }  # fmt: skip
    for name, content in bad.items():
        page.dismiss()
        page.until("!shown(arguments[0]).length", 30, places.TOAST)
        (folder / name).write_bytes(content)
        page.upload(folder / name, field=places.COMPARISON_FIELD)
        page.until("shown(arguments[0]).length && !busy()", 60, places.TOAST)
        told = page.text(places.TOAST)
        assert len(told) > 30 and "Traceback" not in told and "/tmp" not in told, f"{name}: {told}"
        own_page.clips(page, 1, "first.mp4")
        page.until("shown(arguments[0]).length === 2", 30, places.FILE_BUTTON)  # room for the next file
    page.dismiss()
    own_page.search(page, "a man runs")
    assert page.count(f"{places.COLUMN} {places.CARD}") == 2


def test_the_report_stands_alone_in_the_browser_and_names_both_models(page, checker, folder):
    own_page.fill(page, folder)
    path = folder / places.REPORT
    path.write_bytes(own_page.files(page)[places.REPORT])
    page.driver.get("about:blank")
    page.errors(), page.requests()
    page.visited.add(path.as_uri())
    for width in (1400, 420):
        page.look(width)
        page.driver.get(path.as_uri())
        looks.upright(page, "the report")
    page.look()
    words = page.js("return document.body.innerText")
    for name in (
        *places.NAMES.values(),
        "mini-base",
        "mini-srlclip",
        "first.mp4",
        "second.mp4",
        "a child in black waves",
    ):
        assert name in words, f"the report does not say {name}"
    assert "not comparable" in words and places.SYNTHETIC in words
    assert page.count("img") >= 2 and page.js(
        "return [...document.images].every((i) => i.complete && i.naturalWidth > 20)"
    )
    assert page.count("figure svg") >= 2 and page.count("table") >= 4
    asked = {address for address in page.requests() if not address.startswith("data:")}
    assert asked == {path.as_uri()}, asked
    assert not page.js("return document.querySelectorAll('script, link[href^=http], iframe').length")
    looks.accessible(page, checker, switches=False)


def test_10_hostile_names_and_labels_of_an_opened_file_are_shown_as_text(page, folder):
    page.visit("?tab=own")
    own_page.bring_to(page, own_page.video(folder, "first.mp4", 10))
    own_page.label(page)
    saved = json.loads(own_page.files(page)[places.SAVED])
    hostile = '<img src=x onerror="window.hacked=1">${6*7}'
    text = json.dumps(saved).replace("first.mp4", json.dumps(hostile)[1:-1])
    changed = json.loads(text)
    for clip in changed["clips"]:
        for event, words in zip(clip["events"], HOSTILE, strict=False):
            if event:
                event["roles"][0] |= {"filler": words, "name": words[:40]}
    path = folder / "hostile.json"
    path.write_text(json.dumps(changed), "utf-8")
    page.visit("?tab=own")
    own_page.bring(page, path, field=places.COMPARISON_FIELD)
    own_page.clips(page, 1, hostile)
    for tab in places.OWN_TABS:
        page.open_tab(tab)
        harmless(page)
    page.open_tab("labels")
    assert all(words in page.text(places.TABLE) for words in HOSTILE[:5])
    report = folder / "hostile.html"
    report.write_bytes(own_page.files(page)[places.REPORT])
    page.visited.add(report.as_uri())
    page.driver.get(report.as_uri())
    words = page.js("return document.body.innerText")
    assert hostile in words and HOSTILE[1] in words
    harmless(page)
