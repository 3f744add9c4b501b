"""Texts and numbers on the page: whatever came from outside is text, and the server's paths stay on the server."""

import json

import pytest
from fake_results import hits

from srlclip.app.ui.parts.format import change, esc, header, said, signed
from srlclip.app.ui.parts.media import Shot
from srlclip.app.ui.results import downloads, negatives, player, roles, search
from srlclip.results import Both, PairInfo, ScoredCaption, ScoreResult, SearchResult, Slot
from srlclip.situations import Caption

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "${alert(1)}",
    "{{value}}",
    '" onmouseover="x',
    "`x`",
    "</script>",
    "\x00\x08a",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text_everywhere(text):
    result = SearchResult(text, Both(hits(text, "b"), hits("b", text, gains=True)), text, failures=(text,))
    true = ScoredCaption(Caption(text), Both(0.1, 0.2))
    scored = ScoreResult(
        text, 0, true, (ScoredCaption(Caption(text + " x", "custom"), Both(0.0, 0.3), Both(0.1, -0.1)),)
    )
    slot = Slot("Arg0", text, text, Both(text, text), Both(0.5, 0.5), Both(True, False))
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
    assert "▲2" in change(2) and "▼1" in change(-1) and change(None) == "" and "=" in change(0)


def test_diff_strikes_out_and_inserts_words():
    diff = negatives.word_diff("man pushes woman", "man pulls woman")
    assert "<del>pushes</del> <ins>pulls</ins>" in diff
    assert "<del>" not in negatives.word_diff("a man runs", "completely other words here"), (
        "unrelated captions stay whole"
    )


def test_paths_of_the_server_stay_on_the_server():
    info = PairInfo("/home/someone/runs/base", "/home/someone/runs/adapter", "x", False, 1, 1, "cpu", "0")
    shown = header(info) + json.dumps(downloads.provenance(info)) + downloads.to_csv(info, ("a",), [(1,)])
    assert "someone" not in shown and "runs/base" in shown
