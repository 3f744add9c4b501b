"""The hard negatives tab on a fake Comparison: what is scored, how captions are composed, what a chosen event fills."""

import re

import gradio as gr
import pytest
from fake_comparison import write_clip

from srlclip.app.ui.tab import PageContext
from srlclip.app.ui.tabs.hard_negatives import TAB, scoring
from srlclip.app.ui.tabs.hard_negatives.tab import ROLE_BOXES, prepared


def test_scores_show_tiles_plot_and_table(comparison, media):
    page = scoring.score_view(comparison, media, "clip_02", 1, "a b", ["noun", "agent_patient"], "own one\n\n own two ")
    assert page.count("sc-tile ") == 2 and "/ 4" in page and "<svg" in page and "own two" in page


def test_scoring_needs_both_sides(comparison, media):
    for true, kinds, own in (("", ["noun"], ""), ("a", [], ""), ("a", [], "a")):
        with pytest.raises(ValueError, match="true caption|no negatives"):
            scoring.score_view(comparison, media, "clip_02", 0, true, kinds, own)


def test_kinds_are_offered_with_counts(comparison):
    offered = scoring.kind_choices(comparison, "clip_00", 0)
    assert ("other event (4)", "natural") in offered and "direction" not in [kind for _, kind in offered]


def test_composing_uses_the_verbs_roles(comparison):
    fields = scoring.role_fields(comparison, "push.01", "clip_00", 0)
    assert [key for key, _, _ in fields] == ["Arg0", "Arg1", "AScn"] and fields[0][2]
    assert "pushes" in scoring.compose(comparison, "push.01", {"Arg0": "a man", "Arg1": "a box"})
    with pytest.raises(ValueError, match="verb"):
        scoring.compose(comparison, None, {})


def test_prepared_fills_every_output(comparison):
    assert len(prepared(comparison, "clip_03", 2)) == 5 + ROLE_BOXES


def test_negatives_stand_together_by_kind(comparison):
    _, found = scoring.gathered(comparison, "clip_00", 0, "a", ["attribute", "natural", "noun"], "own")
    assert [n.kind for n in found] == ["natural"] * 4 + ["noun", "attribute", "custom"]


def test_an_upload_is_answered_with_the_button_to_press(comparison, media, tmp_path):
    with gr.Blocks() as demo, gr.Tab(TAB.title) as place:
        TAB.build(PageContext(comparison, media), place)
    receive = next(event.fn for event in demo.fns.values() if event.name == "receive")
    ready, *_ = receive(str(write_clip(tmp_path / "mine.mp4", frames=3)))
    buttons = [block.value for block in demo.blocks.values() if isinstance(block, gr.Button)]
    word = re.search(r"press (\w+)\.", ready)[1]
    assert any(button.split()[0] == word for button in buttons), word
