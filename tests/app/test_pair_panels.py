"""Minimal pairs and half-truths on the page and as JSON: slots, reasons, both models at once, clips without labels."""

import re
from dataclasses import replace

import pytest
from fake_comparison import FakeComparison

from srlclip.app.ui.results import pair_views as pairs
from srlclip.app.ui.results.pairs import halves_json, minimal_pair, pair_json, scored_halves
from srlclip.app.ui.results.pairs_html import halves_html, pair_html
from srlclip.language.swaps import SLOTS
from srlclip.results import MODELS, Both
from srlclip.situations import Role


@pytest.fixture(scope="module")
def chasing() -> FakeComparison:
    """A gallery whose first event chases somebody to the left."""
    made = FakeComparison(None, 6)
    clip, *_ = made.clip_ids()
    events = made._clips[clip].events
    led = replace(events[0], roles=(*events[0].roles, Role("ADir", "direction", "left")))
    made._clips[clip] = replace(made._clips[clip], events=(led, *events[1:]))
    return made


def test_every_slot_stands_there_and_those_without_a_swap_say_why(chasing):
    html = pair_html(minimal_pair(chasing, "clip_00", 0))
    assert html.count("sc-slot") - html.count("sc-slots") == len(SLOTS)
    assert re.search(r"disabled>Manner<span>no manner is labelled", html)
    assert html.count('aria-pressed="true"') == 1 and "True caption" in html and "<ins>" in html
    for model in MODELS:
        assert re.search(rf"sc-tile sc-c-{model}.*?(✓ prefers the true one|≠ fooled).*?margin [+−]", html)


def test_a_slot_swaps_that_alone_and_the_next_press_another_way(chasing):
    pair = minimal_pair(chasing, "clip_00", 0, "direction")
    assert pair.swapped.caption.text.endswith("right") and pair.swapped.caption.kind == "direction"
    first, second, again = (minimal_pair(chasing, "clip_00", 0, "verb", n).swapped.caption.text for n in (0, 1, 2))
    assert first != second and again == first  # two verbs, counted round
    assert 'data-sc-swap="verb:1"' in pairs.swapped(chasing, "clip_00", 0, "verb:0")
    with pytest.raises(ValueError, match="no manner is labelled. Slots of this event: verb"):
        minimal_pair(chasing, "clip_00", 0, "manner")
    for bad in ("scene:0", "verb", "verb:x"):
        with pytest.raises(ValueError, match="allowed: verb|no swap"):
            pairs.swapped(chasing, "clip_00", 0, bad)


def test_half_truths_say_what_each_addition_changes(chasing):
    halves = scored_halves(chasing, "clip_00", 0)
    assert {"Arg0", "ADir"} <= {h.half.key for h in halves}
    html = halves_html(chasing.info, halves, "clip_00", 0)
    assert html.count("<tr>") == len(halves) + 1 and 'download="srlclip_half_truths.csv"' in html
    assert "<del>" not in html.split("<tbody>")[1].split("</tr>")[1]  # nothing is removed where a role is added
    good, bad = Both(0.1, -0.1), Both(-0.2, 0.0)
    shown = halves_html(chasing.info, [replace(halves[0], right=good, wrong=bad)], "clip_00", 0)
    assert "Base CLIP 1 of 1; SRL-CLIP 0 of 1." in shown
    assert "≠ right ▼" in shown and "≠ wrong =" in shown  # what does not move has not fallen


def test_json_says_what_the_page_shows(chasing):
    pair = minimal_pair(chasing, "clip_00", 0, "verb")
    told = pair_json(pair)
    assert told["slots"]["manner"] == {"reason": "no manner is labelled"} and told["slot"] == "verb"
    for model in MODELS:
        margin = told["true"][model] - told["swapped"][model]
        assert told["margin"][model] == pytest.approx(margin) and told["prefers_true"][model] == (margin > 0)
    rows = halves_json(scored_halves(chasing, "clip_00", 0))
    row = rows[0]["adapted"]
    assert row["right_above_wrong"] == (row["right_change"] > row["wrong_change"])


def test_a_clip_without_labels_gets_a_sentence_and_an_unknown_event_an_error():
    bare = FakeComparison(None, 2, long_clip=True)
    assert "this clip has none" in pairs.both_views(bare, "long_00", 0)[0]
    assert pairs.both_views(bare, None, 0) == ("", "")
    with pytest.raises(ValueError, match="has no labels"):
        scored_halves(bare, "long_00", 0)
    with pytest.raises(ValueError, match="allowed: 0 to 4"):
        minimal_pair(bare, "clip_00", 5)


def test_fillers_are_escaped(chasing):
    clip = chasing._clips["clip_01"]
    rude = replace(clip.events[0], roles=(Role("Arg0", "agent", "<img src=x onerror=1>"), *clip.events[0].roles[1:]))
    chasing._clips["clip_01"] = replace(clip, events=(rude, *clip.events[1:]))
    for html in pairs.both_views(chasing, "clip_01", 0):
        assert "<img src=x" not in html
