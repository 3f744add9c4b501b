"""Values of both models: one value in the code, two keys in JSON, and back."""

import pytest

from srlclip.app.session.plain_json import build, plain
from srlclip.results import (
    MODELS,
    Both,
    EventCaption,
    Hit,
    ScoredCaption,
    ScoreResult,
    SearchResult,
    Slot,
    Timeline,
    to_json,
)
from srlclip.situations import Caption

SCORED = ScoredCaption(Caption("a man runs"), Both(0.25, 0.5), Both(None, -0.125))


def test_both_is_read_by_name_in_order_and_changed_together():
    both = Both.of(str.upper)
    assert (both.base, both["adapted"], tuple(both)) == ("BASE", "ADAPTED", ("BASE", "ADAPTED"))
    assert both.map(len) == Both(4, 7) and MODELS == ("base", "adapted")
    with pytest.raises(ValueError, match="allowed: base, adapted"):
        both["other"]


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        (SCORED, ["caption", "base", "adapted", "base_margin", "adapted_margin"]),
        (SearchResult("q", Both((), ())), ["query", "base", "adapted", "target", "tokens", "truncated", "token_limit", "failures"]),
        (Timeline("c", "q", (), Both((), ())), ["clip_id", "query", "spans", "base", "adapted"]),
        (
            Slot("Verb", "verb", None, Both("run", "walk")),
            ["key", "name", "reference", "base", "adapted", "base_confidence", "adapted_confidence", "base_match", "adapted_match"],
        ),
        (
            EventCaption(0, 0.0, 2.0, (), Both("a", "b")),
            ["index", "start", "end", "slots", "base_sentence", "adapted_sentence", "base_verbs", "adapted_verbs",
             "base_verb_ids", "adapted_verb_ids", "reference_origin"],
        ),
    ],
)  # fmt: skip
def test_the_keys_of_json_are_those_that_programs_know(value, keys):
    assert list(to_json(value)) == keys


def test_what_json_holds_is_built_again():
    search = SearchResult("q", Both((Hit("a", 1, 0.5),), (Hit("a", 1, 0.75, 0, 2),)), "a")
    assert to_json(search)["adapted"] == [
        {"clip_id": "a", "rank": 1, "score": 0.75, "rank_change": 0, "event_index": 2}
    ]
    assert build(SearchResult, plain(search)) == search
    result = ScoreResult("a", 1, ScoredCaption(Caption("x"), Both(0.1, 0.2)), (SCORED,))
    assert build(ScoreResult, plain(result)) == result


def test_half_of_a_pair_is_missing_and_a_pair_with_a_default_need_not_be_there():
    stored = plain(SCORED)
    del stored["base_margin"], stored["adapted_margin"]
    assert build(ScoredCaption, stored).margin == Both(None, None)
    with pytest.raises(ValueError, match=r"^here\.adapted_margin is missing"):
        build(ScoredCaption, {**stored, "base_margin": 0.5}, "here")
