"""The retrieval tab on a fake Comparison: a search as everything that the tab shows, bad queries refused, the clip beside it."""

import re

import pytest
from fake_comparison import FakeComparison

from srlclip.app.ui.tabs import retrieval


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


def test_unknown_clip_is_refused(comparison, media):
    with pytest.raises(ValueError, match="no clip"):
        retrieval.clip_view(comparison, media, "../../etc/passwd", "x")
