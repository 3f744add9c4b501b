"""Your clips in the browser: a file of query,target under both models, and the minimal pair of one's own labels."""

from __future__ import annotations

import csv
import io
import json

import looks
import own_page
import places
import pytest

BAD = {
    "unknown.csv": (b"query,target\na man runs,nowhere.mp4\n", "line 2: target 'nowhere.mp4' is no clip"),
    "columns.csv": (b"text,clip\na,b\n", "line 1: no column query and target"),
    "empty.csv": (b" \n", "empty; its first line must name query,target"),
    "large.csv": (b"x" * 5 * 2**20, "5.0 MB; at most 1 MB"),
    "latin.csv": ("query,target\ncafé,first\n".encode("latin-1"), "line 2: not UTF-8"),
    "hostile.csv": (b'query,target\na,"<img src=x onerror=""window.hacked=1"">${6*7}"\n', "<img src=x"),
}


def measured(page, words: str) -> str:
    """Wait for a result that says so; all of it."""
    page.until(
        "(shown(arguments[0])[0] || {innerText: ''}).innerText.includes(arguments[1])", 60, places.MEASURED, words
    )
    page.settle()
    return page.text(places.MEASURED)


def bring(page, path) -> None:
    page.upload(path, field=places.QUERIES_FIELD)


def two_clips(page, folder) -> None:
    page.visit("?tab=own")
    own_page.bring_to(page, own_page.video(folder, "first.mp4", 10), own_page.video(folder, "second.mp4", 11))


@pytest.mark.parametrize("width", (1400, 420))
def test_a_file_of_queries_is_measured_and_its_files_say_what_the_screen_says(page, folder, width):
    page.look(width)
    two_clips(page, folder)
    page.open_tab("own-queries")
    assert "query,target" in page.text("pre")
    path = folder / "mine.csv"
    path.write_text('query,target\na child in black waves,first\n"a man, in red, runs",second.mp4\n', "utf-8")
    bring(page, path)
    told = measured(page, "mine.csv: 2 queries over 2 clips of yours")
    assert all(name in told for name in places.NAMES.values()) and "Ties count against" in told
    rows = page.texts(f"details {places.TABLE} tbody tr")
    saved = page.saved()
    ranks = list(csv.DictReader(io.StringIO(saved["srlclip_queries.csv"].decode())))
    table = json.loads(saved["srlclip_queries.json"])["table"]
    assert len(rows) == len(ranks) == 2
    for row, rank in zip(rows, ranks, strict=True):
        assert (
            rank["query"] in row and rank["target"] in row and rank["base_rank"] in row and rank["srl_clip_rank"] in row
        )
    assert all(f"{table['R@1'][model]['mean']:.1f}" in told for model in places.NAMES)
    page.button("Among the built-in")
    page.button(places.MEASURE_AGAIN)
    assert "the built-in gallery" in measured(page, "of yours and the")
    looks.upright(page, "queries")


def test_bad_files_get_a_sentence_and_lose_nothing(page, folder):
    two_clips(page, folder)
    page.open_tab("own-queries")
    good = folder / "good.csv"
    good.write_text("query,target\na child waves,first\n", "utf-8")
    bring(page, good)
    before = measured(page, "good.csv: 1 query")
    for name, (content, words) in BAD.items():
        (folder / name).write_bytes(content)
        bring(page, folder / name)
        page.until("shown('.sc-failure').some((e) => e.innerText.includes(arguments[0]))", 60, name)
        page.settle()
        told = page.text(places.FAILURE)
        assert words in told and "Traceback" not in told and str(folder) not in told and "/tmp" not in told, told
        assert page.text(places.MEASURED) == before and not page.js("return window.hacked")
    own_page.clips(page, 2)
    bring(page, good)  # the same file once more: what the first upload left is gone, and it is read again
    page.until("!shown('.sc-failure').length", 60)
    measured(page, "good.csv: 1 query")
    page.button(places.DELETE_ALL)
    page.until("!shown(arguments[0]).length", 60, places.MEASURED)


@pytest.mark.parametrize("width", (1400, 420))
def test_own_labels_have_a_minimal_pair_and_are_queries_at_a_press(page, width):
    page.look(width)
    page.visit("?tab=own")
    page.run(lambda: page.button(places.SAMPLE))
    own_page.clips(page, 2, "5 of 5")
    page.open_tab("own-negatives")
    page.until("shown(arguments[0]).length", 60, places.PAIR)
    before = page.text(places.PAIR)
    page.press(f"{places.SLOT}[aria-pressed=false]:not(:disabled)")
    page.until("shown(arguments[0])[0].innerText.trim() !== arguments[1]", 60, places.PAIR, before)
    assert len(page.texts(f"{places.PAIR} .sc-answer")) == 2 and page.count(places.HALVES) == 1
    looks.upright(page, "own pairs")
    true = page.text(f"{places.PAIR} .sc-two p")
    page.press("label:has(input[type=radio]:not(:checked))")  # another event
    page.until(
        "(shown(arguments[0])[0] || {innerText: ''}).innerText.trim() !== arguments[1]",
        60,
        f"{places.PAIR} .sc-two p",
        true,
    )
    page.open_tab("own-queries")
    page.button(places.ASK_LABELS)
    measured(page, "your labels: 10 queries over 2 clips of yours")


def test_a_model_s_own_caption_is_not_called_true_and_an_event_without_labels_says_so(page, folder):
    page.visit("?tab=own")
    own_page.bring_to(page, own_page.video(folder, "first.mp4", 10))
    page.open_tab("own-negatives")
    page.until("shown('[role=tabpanel]').some((p) => p.innerText.includes('this event has none'))", 60)
    own_page.label(page)
    page.open_tab("own-negatives")
    page.until("shown(arguments[0]).length", 60, places.PAIR)
    assert "not a reference" in page.text(places.PAIR) and "TRUE CAPTION" not in page.text(places.PAIR)


def test_the_measured_queries_are_readable_light_and_dark(page, checker, folder):
    page.visit("?tab=own")
    page.run(lambda: page.button(places.SAMPLE))
    page.open_tab("own-queries")
    looks.accessible(page, checker)
    page.look()
    page.button(places.ASK_LABELS)
    measured(page, "10 queries")
    looks.accessible(page, checker)
