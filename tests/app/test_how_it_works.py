"""The tab that explains: figure and score, what is synthetic, and an example made from a clip's labels."""

from dataclasses import replace

import pytest
from fake_comparison import FakeComparison

from srlclip.app.ui.tabs import how_it_works


@pytest.fixture(scope="module")
def comparison():
    return FakeComparison(None, clips=7)


def test_the_explanation_shows_figure_score_and_what_is_synthetic(comparison):
    html = how_it_works.text_page(comparison.info)
    assert "<svg" in html and "four contrastive losses" in html.lower() and "synthetic" in html
    assert "a tie counts as fooled" in html and "Apache-2.0" in html and html.count('rel="noopener') == 2
    real = how_it_works.text_page(replace(comparison.info, is_synthetic=False, trained_on="<b>films</b>"))
    assert "cartoons" not in real and "<b>films" not in real


def test_the_worked_example_is_made_from_the_clips_labels(comparison):
    html = how_it_works.example_html(comparison, "clip_02", 1)
    event = comparison.situation("clip_02").events[1]
    assert event.lemma in html and event.roles[0].filler in html
    assert "<del>" in html and "<ins>" in html and html.count("<li>") == 4
    for clip, number in (("nope", 0), ("clip_00", 9)):
        with pytest.raises(ValueError, match="no clip|not labelled"):
            how_it_works.example_html(comparison, clip, number)
    assert "no clip" in how_it_works.example_html(comparison, None, 0).lower()
