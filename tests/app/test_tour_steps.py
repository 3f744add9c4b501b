"""The guided tour: live numbers, every step reachable and a link, bad values refused."""

import re
from dataclasses import replace

import pytest
from fake_comparison import FakeComparison

from srlclip.app.ui import tour
from srlclip.app.ui.page import TABS
from srlclip.app.ui.parts.links import from_params, to_query
from srlclip.app.ui.tabs.retrieval import target_of


@pytest.fixture(scope="module")
def comparison():
    return FakeComparison(None, clips=7)


def plain(html):
    return re.sub("<[^>]+>", "", html)


def pressed(html):
    return re.findall(r'data-sc-tour="([^"]+)"', html)


def test_the_closed_strip_offers_all_stories_and_can_be_hidden(comparison):
    html = tour.offer_html(comparison.stories())
    assert pressed(html) == ["win:0", "tie:0", "loss:0"] and "data-sc-hide-tour" in html
    assert tour.offer_html(()) == ""


def test_next_leads_through_every_step_of_every_story_to_the_end(comparison):
    value, seen = "win:0", []
    while value != "end":
        seen.append(value)
        html = tour.step_html(comparison, *tour.asked(comparison, value))
        assert html.count('aria-current="step"') == 1 and "Back" in html and "data-sc-copy" in html
        value = re.search(r'sc-next" data-sc-tour="([^"]+)"', html)[1]
    assert seen == [f"{name}:{step}" for name in ("win", "tie", "loss") for step in range(3)]
    assert tour.asked(comparison, "end") is None


@pytest.mark.parametrize("value", ["", "win", "win:3", "win:-1", "nope:0", "<b>:0", "win:0:0"])
def test_other_values_are_refused(comparison, value):
    with pytest.raises(ValueError, match="no such story"):
        tour.asked(comparison, value)


def test_numbers_are_live_and_a_changed_outcome_is_said(comparison):
    story = comparison.stories()[0]
    found = comparison.search(story.query, story.target)
    ranks = found.target_rank("base"), found.target_rank("adapted")
    text = plain(tour.step_text(comparison, story, 0))
    assert f"rank {ranks[0]} under Base CLIP and {ranks[1]} under SRL-CLIP" in text
    real = tour.outcome(*ranks)
    other = next(name for name in ("win", "tie", "loss") if name != real)
    assert "with the models on this page" in tour.step_text(comparison, replace(story, outcome=other), 0)
    assert "with the models on this page" not in tour.step_text(comparison, replace(story, outcome=real), 0)


def test_a_step_counts_the_negatives_of_its_event(comparison):
    story = comparison.stories()[1]
    negatives = comparison.negatives(story.target, story.event_index, tour.KINDS)
    assert f"Of {len(negatives)} negatives" in plain(tour.step_text(comparison, story, 2))
    failing = FakeComparison(None, 7, failing="adapted")
    assert "no ranking" in tour.step_text(failing, story, 0)


def test_every_step_is_a_link_that_restores_its_tab(comparison):
    for story in comparison.stories():
        for step in range(3):
            link = tour.link_of(story, step)
            params = dict(p.split("=") for p in to_query(link).replace("+", " ").split("&"))
            assert from_params(params, comparison.clip_ids(), [tab.name for tab in TABS]) == link
            assert link.tab == TABS[step].name
    assert target_of(comparison, comparison.stories()[2].query) == comparison.stories()[2].target
