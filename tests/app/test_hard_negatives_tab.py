"""The hard negatives tab on a fake Comparison: what is scored, how captions are composed, what a chosen event fills."""

import re

import gradio as gr
import pytest
from fake_comparison import write_clip

from srlclip.app.ui.tab import PageContext
from srlclip.app.ui.tabs.hard_negatives import TAB, scoring
from srlclip.app.ui.tabs.hard_negatives.tab import ROLE_BOXES, prepared


def test_scores_show_tiles_plot_and_table(comparison, media):
    true = comparison.true_caption("clip_02", 1).text
    page = scoring.score_view(comparison, media, "clip_02", 1, true, ["noun", "agent_patient"], "own one\n\n own two ")
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
    true = comparison.true_caption("clip_00", 0).text
    _, found = scoring.gathered(comparison, "clip_00", 0, true, ["attribute", "natural", "noun"], "own")
    assert [n.kind for n in found] == ["natural"] * 4 + ["noun", "attribute", "custom"]


def test_an_upload_is_answered_with_the_button_to_press(comparison, media, tmp_path):
    with gr.Blocks() as demo, gr.Tab(TAB.title) as place:
        TAB.build(PageContext(comparison, media), place)
    receive = next(event.fn for event in demo.fns.values() if event.name == "receive")
    ready, *_ = receive(str(write_clip(tmp_path / "mine.mp4", frames=3)))
    buttons = [block.value for block in demo.blocks.values() if isinstance(block, gr.Button)]
    word = re.search(r"press (\w+)\.", ready)[1]
    assert any(button.split()[0] == word for button in buttons), word


def test_the_counts_of_the_kinds_are_what_is_scored_whatever_is_chosen(comparison):
    """A caption that two kinds could give counts for one of them, in the count and in the run alike."""
    true = comparison.true_caption("clip_00", 0).text
    counts = {
        kind: int(re.search(r"\((\d+)\)", text)[1]) for text, kind in scoring.kind_choices(comparison, "clip_00", 0)
    }
    for chosen in ([kind] for kind in counts):
        assert len(scoring.gathered(comparison, "clip_00", 0, true, chosen, "")[1]) == counts[chosen[0]]
    assert len(scoring.gathered(comparison, "clip_00", 0, true, list(counts), "")[1]) == sum(counts.values())


def test_an_edited_caption_gets_no_negatives_of_the_old_one(comparison):
    with pytest.raises(ValueError, match="belong to the labels' caption"):
        scoring.gathered(comparison, "clip_00", 0, "a robot sleeps", ["noun"], "")
    _, found = scoring.gathered(comparison, "clip_00", 0, "a robot sleeps", ["noun"], "a robot runs")
    assert [n.kind for n in found] == ["custom"] and found[0].style == "typed"


def test_a_composed_caption_gets_negatives_of_its_own(comparison):
    fillers = {"Arg0": "tall wizard", "AScn": "moon"}
    text = scoring.compose(comparison, "push.01", fillers)
    _, found = scoring.gathered(comparison, "clip_00", 0, text, ["noun"], "", "push.01", fillers)
    assert found and all("tall wizard" in n.text for n in found)


def test_what_was_typed_is_not_called_a_caption_of_the_labels(comparison):
    assert comparison.score("clip_00", 0, "a b", ()).true.caption.style == "typed"
    label = comparison.caption_of(comparison.situation("clip_00").events[0]).text
    assert comparison.score("clip_00", 0, label, ()).true.caption.style == "natural"


def test_changing_the_kinds_or_a_caption_never_leaves_the_old_result_standing(comparison, media):
    with gr.Blocks() as demo, gr.Tab(TAB.title) as place:
        TAB.build(PageContext(comparison, media), place)
    by_label = {getattr(b, "label", None): i for i, b in demo.blocks.items()}
    heard = {(t, name) for fn in demo.fns.values() for t, name in fn.targets}
    for label in ("True caption (editable)", "Negatives made from the labels, by kind (how many)"):
        assert (by_label[label], "input") in heard, label


def test_the_player_shows_the_event_that_is_scored(comparison, media):
    result = comparison.score("clip_01", 2, "a man runs", scoring.gathered(comparison, "clip_01", 2, "a", [], "b")[1])
    html, event = scoring.score_html(comparison, media, result), media.shot("clip_01", 2)
    assert f'poster="{event.poster}"' in html and f"#t={event.start:g},{event.end:g}" in html
