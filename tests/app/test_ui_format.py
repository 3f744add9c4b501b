"""What the page says: escaping, ranks, margins, downloads and links, as pure functions."""

import base64
import csv
import io
import json
import re

import pytest

from srlclip.app.ui.parts.format import change, esc, header, said, signed
from srlclip.app.ui.parts.links import Link, from_params, to_query
from srlclip.app.ui.parts.media import Shot
from srlclip.app.ui.results import downloads, negatives, player, roles, search
from srlclip.results import Hit, PairInfo, ScoredCaption, ScoreResult, SearchResult, Slot
from srlclip.situations import Caption

INFO = PairInfo("base-id", "adapter-id", "600 clips", True, 64, 32, "cpu", "0.1.0")
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "${alert(1)}",
    "{{value}}",
    '" onmouseover="x',
    "`x`",
    "</script>",
    "\x00\x08a",
]


def hits(*ids: str, gains: bool = False) -> tuple[Hit, ...]:
    return tuple(Hit(c, i, 0.5 - i / 100, 0 if gains else None) for i, c in enumerate(ids, 1))


def decoded(html: str) -> list[str]:
    return [base64.b64decode(data).decode() for data in re.findall(r"base64,([A-Za-z0-9+/=]+)", html)]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text_everywhere(text):
    result = SearchResult(text, hits(text, "b"), hits("b", text, gains=True), text, failures=(text,))
    true = ScoredCaption(Caption(text), 0.1, 0.2)
    scored = ScoreResult(text, 0, true, (ScoredCaption(Caption(text + " x", "custom"), 0.0, 0.3, 0.1, -0.1),))
    slot = Slot("Arg0", text, text, text, text, 0.5, 0.5, True, False)
    pages = [
        esc(text), said(text), search.columns(result, Shot),
        player.player(Shot(text, "p.jpg", "v.mp4"), [(0.0, text)]),
        negatives.negatives_table(scored), negatives.word_diff(text, text + " more"),
        roles.cell(slot, "base", has_reference=True),
        header(PairInfo(text, text, text, False, 1, 1, "cpu", "0")),
    ]  # fmt: skip
    for page in pages:
        assert "<img src=x" not in page and "${" not in page and "{{" not in page and "`" not in page
        assert '" onmouseover="' not in page and "</script" not in page and "\x00" not in page


def test_right_to_left_text_is_isolated_and_long_text_cut():
    assert said("שלום") == "<bdi>שלום</bdi>"
    assert len(said("x" * 5000, 50)) < 70


def test_numbers_use_a_true_minus_and_always_a_sign():
    assert (signed(0.0041), signed(-0.012), signed(None)) == ("+0.004", "−0.012", "–")
    assert signed(-0.0002) == "−0.000200" and signed(0.0) == "+0.000"
    assert "▲ 2" in change(2) and "▼ 1" in change(-1) and change(None) == "" and "=" in change(0)


def test_verdict_names_both_ranks_of_the_target():
    text = re.sub("<[^>]+>", "", search.verdict(SearchResult("q", hits("a", "b"), hits("b", "a", gains=True), "b")))
    assert text.startswith("Target clip: Base CLIP rank 2 → SRL-CLIP rank 1")


def test_free_text_implies_no_winner_and_truncation_is_stated():
    text = search.verdict(SearchResult("q", hits("a", "b"), hits("b", "a"), None, tokens=90, truncated=True))
    assert "overlap" in text and "neither model is called right" in text and "first 77 of its 90 tokens" in text


def test_late_target_is_appended_once_with_its_rank():
    ids = [f"c{i}" for i in range(40)]
    column = search.column(SearchResult("q", hits(*ids), hits(*ids), "c36"), "base", Shot)
    assert column.count("sc-card") == 6 and column.count("✓ target") == 1 and "rank 37" in column


def test_tied_target_inside_the_first_five_is_not_shown_twice():
    tied = tuple(Hit(f"c{i}", 7, 0.5) for i in range(7))
    assert search.column(SearchResult("q", tied, tied, "c4"), "base", Shot).count('data-sc-clip="c4"') == 1


def test_one_failed_model_leaves_the_other_column():
    page = search.columns(SearchResult("q", hits("a"), (), None, failures=("SRL-CLIP failed: x",)), Shot)
    assert 'data-sc-clip="a"' in page and "SRL-CLIP failed: x" in page and "SRL-CLIP gave no result" in page


def test_wrong_cells_differ_by_more_than_colour():
    cell = roles.cell(Slot("Verb", "verb", "push", "walk", "push", 0, 0, False, True), "base", has_reference=True)
    assert "≠" in cell and "sc-off" in cell
    fooled = negatives._margin_cell(ScoredCaption(Caption("x"), 0.1, 0.1, 0.0, 0.1), "base")
    assert "≠" in fooled, "a tie counts as fooled"


def test_diff_strikes_out_and_inserts_words():
    diff = negatives.word_diff("man pushes woman", "man pulls woman")
    assert "<del>pushes</del> <ins>pulls</ins>" in diff
    assert "<del>" not in negatives.word_diff("a man runs", "completely other words here"), (
        "unrelated captions stay whole"
    )


def test_downloads_carry_models_query_and_version_and_equal_the_screen():
    result = SearchResult("=1+1", hits("a", "-b"), hits("-b", "a", gains=True), "a")
    as_json, as_csv = decoded(downloads.search_links(INFO, result))
    data = json.loads(as_json)
    assert data["query"] == "=1+1" and data["models"]["adapter"] == "adapter-id" and data["target_rank"]["adapted"] == 2
    rows = list(csv.DictReader(io.StringIO(as_csv)))
    assert rows[0]["base_model"] == "base-id" and rows[0]["srlclip_version"] == "0.1.0"
    assert rows[0]["query"] == "'=1+1" and rows[1]["clip"] == "'-b", "no cell may run as a formula"


@pytest.mark.parametrize("cell", ["=x", "+x", "-x", "@x", "\tx", " =x", "＝x"])
def test_csv_injection_is_neutralised(cell):
    assert downloads.safe_cell(cell) == "'" + cell
    assert downloads.safe_cell(-0.5) == -0.5


TABS = ("retrieval", "captions", "negatives")


def test_links_round_trip_and_fall_back():
    clips = ("a b", "c")
    for link in (Link("retrieval", "x & y = ü"), Link("captions", clip="a b"), Link("negatives", clip="c", event=3)):
        pairs = dict(part.split("=") for part in to_query(link).split("&"))
        from urllib.parse import unquote_plus

        assert from_params({k: unquote_plus(v) for k, v in pairs.items()}, clips, TABS) == link
    bad = from_params({"tab": "../x", "clip": "nope", "event": "-1e9", "q": "y" * 9999}, clips, TABS)
    assert (bad.tab, bad.clip, bad.event, len(bad.query)) == ("retrieval", "", None, 2000)


def test_paths_of_the_server_stay_on_the_server():
    info = PairInfo("/home/someone/runs/base", "/home/someone/runs/adapter", "x", False, 1, 1, "cpu", "0")
    shown = header(info) + json.dumps(downloads.provenance(info)) + downloads.to_csv(info, ("a",), [(1,)])
    assert "someone" not in shown and "runs/base" in shown


def test_example_chips_show_whole_queries_in_the_given_order():
    page = search.chips(["z" * 100, "<b>"])
    assert "z" * 100 in page and "&lt;b&gt;" in page and page.index('example="0"') < page.index('example="1"')
