"""The tour's stories: what the command chooses, and that the bundled ones still are what they are called."""

import json

import pytest

from srlclip import ASSETS
from srlclip.comparison.comparison import Comparison
from srlclip.comparison.queries import OUTCOMES, find_stories, outcome
from srlclip.language.negatives import KINDS
from training.stories import Candidate, chosen


def candidate(ranks, beaten=(3, 5), correct=(1, 2), target="a", event=0):
    return Candidate("q", target, event, ranks, beaten, 6, correct, 5)


def test_an_outcome_is_which_model_ranks_the_clip_higher():
    assert [outcome(4, 1), outcome(2, 2), outcome(1, 3)] == list(OUTCOMES)


def test_a_story_must_be_told_by_all_three_comparisons_and_be_seen():
    assert candidate((4, 1)).consistent
    assert not candidate((4, 1), beaten=(5, 5)).consistent, "a win beats more negatives"
    assert not candidate((4, 1), correct=(2, 1)).consistent
    assert not candidate((40, 9)).consistent, "the clip must be among the first five of one column"
    assert candidate((1, 3), beaten=(5, 4), correct=(2, 2)).consistent
    assert candidate((2, 2), beaten=(4, 4), correct=(1, 1)).consistent
    assert not candidate((2, 2), beaten=(4, 5), correct=(1, 1)).consistent


def test_the_middle_story_is_chosen_not_the_most_striking():
    wins = [candidate((base, 1), target=f"c{base}") for base in (20, 2, 5)]
    rest = [candidate((1, 3), beaten=(5, 4), correct=(2, 2)), candidate((2, 2), beaten=(4, 4), correct=(1, 1))]
    assert [c.ranks for c in chosen([*wins, *rest])] == [(5, 1), (2, 2), (1, 3)]
    with pytest.raises(ValueError, match="no candidate tells a loss"):
        chosen([*wins, rest[1]])


def test_stories_of_clips_that_are_not_there_are_left_out(tmp_path):
    rows = [
        {"outcome": o, "query": "q", "target": t, "event_index": 0}
        for o, t in (("loss", "a"), ("win", "b"), ("tie", "z"))
    ]
    (tmp_path / "stories.json").write_text(json.dumps({"stories": rows}))
    assert [s.outcome for s in find_stories(tmp_path, {"a", "b"})] == ["win", "loss"]
    assert find_stories(tmp_path / "none", {"a"}) == ()


def test_the_bundled_stories_still_are_a_win_a_tie_and_a_loss():
    pair = Comparison.load()
    stories = pair.stories()
    assert [story.outcome for story in stories] == list(OUTCOMES)
    for story in stories:
        found = pair.search(story.query, story.target)
        assert outcome(found.target_rank("base"), found.target_rank("adapted")) == story.outcome
        assert story.query == pair.true_caption(story.target, story.event_index).text
        score = pair.score(
            story.target, story.event_index, story.query, pair.negatives(story.target, story.event_index, KINDS)
        )
        change = score.beaten("adapted") - score.beaten("base")
        assert {"win": change > 0, "tie": change == 0, "loss": change < 0}[story.outcome]
    told = json.loads((ASSETS / "gallery" / "stories.json").read_text("utf-8"))
    assert told["rule"] and sum(told["candidates"].values()) > 100
