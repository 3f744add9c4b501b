"""Handlers of the tabs as ordinary functions, with a fake Comparison."""

import re

import gradio as gr
import numpy as np
import pytest
from fake_comparison import FakeComparison, write_clip

from srlclip.app.ui.api.inputs import checked_clip
from srlclip.app.ui.parts import uploads
from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.tabs import captions, retrieval
from srlclip.app.ui.tabs.analysis import estimates
from srlclip.app.ui.tabs.hard_negatives import scoring
from srlclip.app.ui.tabs.hard_negatives.tab import ROLE_BOXES, prepared
from srlclip.situations import SrlClipError, VideoDecodeError


def grey(path, at):
    return np.full((36, 64, 3), 128, np.uint8)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return FakeComparison(tmp_path_factory.mktemp("clips"), clips=7)


@pytest.fixture(scope="module")
def media(comparison):
    return Media(comparison.situation, comparison.clip_ids(), reader=grey)


def test_search_shows_both_columns_and_marks_the_examples_target(comparison, media):
    example = comparison.examples()[1]
    view = retrieval.search_view(comparison, media, f"  {example.query} ")
    assert view.query == example.query and "Base CLIP rank" in view.results and "✓ target" in view.results
    assert example.target in view.clip and "<svg" in view.slope and "Download CSV" in view.files


def test_free_text_has_no_target(comparison, media):
    assert "✓ target" not in retrieval.search_view(comparison, media, "something else").results


@pytest.mark.parametrize("query", ["", "   ", None, "x" * 10_000])
def test_unusable_queries_are_refused_with_a_sentence(comparison, media, query):
    with pytest.raises(ValueError, match="empty|at most"):
        retrieval.search_view(comparison, media, query)


@pytest.mark.parametrize("query", ["😀", "שלום עולם", "<b>x</b>", "word " * 100])
def test_odd_queries_work(comparison, media, query):
    assert "sc-columns" in retrieval.search_view(comparison, media, query).results


def test_a_failed_model_leaves_the_other(media):
    view = retrieval.search_view(FakeComparison(None, 7, failing="adapted"), media, "x")
    assert "out of memory" in view.results and "sc-card" in view.results and view.slope == ""


def test_cards_fetch_no_video_before_they_are_played(comparison, media):
    view = retrieval.search_view(comparison, media, "x")
    videos = re.findall(r"<video[^>]*>", view.results + view.clip)
    assert videos and all('preload="none"' in v and "muted" in v and "poster=" in v for v in videos)


def test_media_addresses_tell_nothing_about_the_server(comparison, media):
    shot = media.shot("clip_00")
    assert str(comparison.situation("clip_00").path) not in shot.video and "clip_00" not in shot.video
    assert media.shot("clip_00") is shot


def test_unknown_clip_is_refused(comparison, media):
    with pytest.raises(ValueError, match="no clip"):
        retrieval.clip_view(comparison, media, "../../etc/passwd", "x")


def test_captions_name_decoder_and_rule_and_mark_mismatches(comparison, media):
    page = captions.caption_view(comparison, media, "clip_01")
    assert page.count("data-sc-event=") == 5 and page.count("data-sc-panel=") == 5 and page.count(" hidden>") == 4
    assert "on frozen features" in page and "equal words" in page and "≠" in page and 'kind="subtitles"' in page


def test_uploads_have_no_reference_column_and_no_link(comparison, media, tmp_path):
    clip = uploads.accept(comparison, str(write_clip(tmp_path / "mine.mp4", frames=3)))
    page = captions.caption_view(comparison, media, clip)
    assert "Reference" not in page and "Agreement of the two models" in page and "Copy link" not in page


@pytest.mark.parametrize("content, words", [(b"", "empty"), (b"hello", "no video stream")])
def test_bad_uploads_get_a_message_without_server_paths(comparison, tmp_path, content, words):
    file = tmp_path / "bad.mp4"
    file.write_bytes(content)
    with pytest.raises(VideoDecodeError, match=words) as caught:
        uploads.accept(comparison, str(file))
    assert str(tmp_path) not in str(caught.value)


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


def test_measured_results_are_read_with_intervals(comparison):
    rows = estimates.metric_rows(comparison.results())
    assert [r.name for r in rows] == ["R@1", "R@5", "agent patient"] and rows[0].values["base"] == (24.1, 21.1, 27.1)


def test_user_errors_become_escaped_messages_and_bugs_stay_bugs():
    def fail(error):
        raise error

    for error in (ValueError("<b>"), SrlClipError("<b>")):
        with pytest.raises(gr.Error, match="&lt;b&gt;") as caught:
            user_errors(fail)(error)
        assert caught.value.print_exception is False
    with pytest.raises(KeyError):
        user_errors(fail)(KeyError("bug"))


def test_api_refuses_unknown_clips(comparison):
    assert checked_clip(comparison, "clip_00") == "clip_00"
    for clip in ("nope", "", 5, None):
        with pytest.raises(ValueError):
            checked_clip(comparison, clip)


def test_negatives_stand_together_by_kind(comparison):
    _, found = scoring.gathered(comparison, "clip_00", 0, "a", ["attribute", "natural", "noun"], "own")
    assert [n.kind for n in found] == ["natural"] * 4 + ["noun", "attribute", "custom"]
