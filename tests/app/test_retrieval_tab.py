"""The retrieval tab on a fake Comparison: a search as everything that the tab shows, bad queries refused, the clip beside it."""

import re

import pytest
from fake_comparison import FakeComparison

from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.tabs import retrieval

ASKED = Link("retrieval", "x")


def test_search_shows_both_columns_and_marks_the_examples_target(comparison, media):
    example = comparison.examples()[1]
    view = retrieval.search_view(comparison, media, f"  {example.query} ")
    assert view.asked.query == example.query and "Base CLIP rank" in view.results and "✓ target" in view.results
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


def test_unknown_clip_is_refused(comparison, media):
    with pytest.raises(ValueError, match="no clip"):
        retrieval.clip_view(comparison, media, retrieval.Chosen("../../etc/passwd", 0, ASKED))
    with pytest.raises(ValueError, match="no event 9"):
        retrieval.clip_view(comparison, media, retrieval.Chosen("clip_01", 8, ASKED))


def test_the_player_stands_at_the_event_of_the_hit_and_its_poster_is_of_it(comparison, media):
    player, strip, _ = retrieval.clip_view(comparison, media, retrieval.Chosen("clip_01", 3, ASKED))
    assert "#t=6,8" in player and 'data-sc-start="6"' in player and "data-sc-wanted" in strip
    assert media.shot("clip_01", 3).poster in player
    told = comparison.true_caption("clip_01", 3).text
    assert player.index(told) < player.index("<video")


def test_frames_show_each_share_of_both_models_and_seek(comparison, media):
    chosen = retrieval.Chosen("clip_01", 3, ASKED)
    page = retrieval.frames_view(comparison, media, chosen)
    shares = comparison.frame_shares("clip_01", "x")
    assert page.count("sc-frame-shot") == 20 and page.count("sc-frame-hit") == 1
    assert 'data-sc-seek="6.25"' in page and f"<b>{shares.shares.adapted[3][0]:.3f}</b>" in page
    assert "sc-hollow" in page, "a share below nothing is hollow"
    assert page.count(".jpg") == 20 and len(set(re.findall(r"file=([^)]+\.jpg)", page))) == 1


def test_more_like_a_clip_is_a_search_with_a_link_of_its_own(comparison, media):
    view = retrieval.like_view(comparison, media, "clip_02", 4)
    assert 'data-sc-url="tab=retrieval&amp;clip=clip_02&amp;event=5"' in view.results
    assert comparison.true_caption("clip_02", 4).text in view.results and 'data-sc-clip="clip_02"' not in view.results
    assert retrieval.restored(comparison, media, view.asked)[1] == view.results
    assert retrieval.frames_view(comparison, media, view.chosen).count("sc-frame-shot") == 20
    assert retrieval.renewed(comparison, media, view.asked)[2] == view.results
    with pytest.raises(ValueError, match="no clip"):
        retrieval.like_view(comparison, media, "nope", 0)


def test_the_page_opens_with_the_first_example_whoever_wins(comparison, media):
    """The rule that orders the examples asks no model: the first is shown, not the best."""
    query, view = retrieval.first_view(comparison, media)
    assert query == comparison.examples()[0].query
    assert view.results.count("aria-current=true") == 1
