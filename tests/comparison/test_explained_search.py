"""Why a hit stands where it does: facts asked for and shown, first right ranks, likeness to a clip, shares of frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from srlclip.comparison.comparison import Comparison
from srlclip.comparison.explained import explain_search, to_json
from srlclip.language.facts import Facts
from srlclip.results import Both, Hit, SearchResult
from srlclip.situations import DataError, Event, Role, Situation

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture(scope="module")
def comparison(tiny_clip, tiny_run, world):
    return Comparison.load(str(tiny_clip), str(tiny_run / "model"), world)


def clip(name: str, verb: str, agent: str) -> Situation:
    return Situation(name, None, (Event(verb, f"{verb}.01", (Role("Arg0", "who", agent),)),))


CLIPS = {s.clip_id: s for s in (clip("a", "run", "man"), clip("b", "sit", "king"), clip("c", "sit", "man"))}
CLIPS["d"] = Situation("d", None, ())


def explained(base: str, adapted: str, **asked: str):
    hits = [tuple(Hit(name, rank, 1 - 0.1 * rank) for rank, name in enumerate(order, 1)) for order in (base, adapted)]
    result = SearchResult("q", Both(*hits))
    return explain_search(result, Facts(**asked), CLIPS.__getitem__, lambda event: f"{event.lemma}!"), result


def test_the_first_rank_at_which_each_asked_fact_is_right_and_all_are():
    search, _ = explained("abc", "cab", verb="sit", agent="man")
    ranks = {first.slot: tuple(first.rank) for first in search.first}
    assert ranks == {"verb": (2, 1), "agent": (1, 2 - 1), "all": (3, 1)}


def test_a_fact_that_no_hit_shows_is_not_ranked_and_one_fact_has_no_sum():
    search, _ = explained("abc", "abc", verb="fly")
    assert search.first == () and search.labelled


def test_hits_say_what_happens_and_what_is_right_of_what_was_asked():
    search, result = explained("abd", "abd", verb="run", manner="slowly")
    facts = [search.of(hit) for hit in result.hits.base]
    assert facts[0].caption == "run!" and facts[0].marks == (("verb", True, "run"), ("manner", None, ""))
    assert facts[1].marks[0] == ("verb", False, "sit") and facts[2].caption == "" and facts[2].marks == ()
    assert to_json(search, result.hits.base[1])["marks"]["verb"] == {"right": False, "label": "sit"}


def test_a_complete_example_asks_for_its_labels_and_free_text_for_what_is_read(comparison):
    example = comparison.examples()[0]
    assert example.complete
    whole = comparison.explain_search(comparison.search(example.query, example.target))
    event = comparison.situation(example.target).events[example.event_index]
    assert whole.asked.verb == event.lemma and whole.asked.agent == event.role("Arg0").filler
    hits = {hit.clip_id: hit for hit in comparison.search(example.query).hits.base}
    right = whole.of(replace(hits[example.target], event_index=example.event_index))
    assert (
        right.marks
        and all(ok for _, ok, _ in right.marks)
        and right.caption == comparison.true_caption(example.target, example.event_index).text
    )
    assert comparison.explain_search(comparison.search("😀")).asked == Facts()


def test_more_like_this_ranks_all_others_by_each_models_own_embeddings(comparison):
    like = comparison.clip_ids()[2]
    result, facts = comparison.similar(like, 3)
    for model in ("base", "adapted"):
        vector = comparison.embed_clip(like)[model][3]
        scores = {
            c: float((comparison.embed_clip(c)[model] @ vector).max()) for c in comparison.clip_ids() if c != like
        }
        assert [h.clip_id for h in result.hits[model]] == sorted(scores, key=lambda c: -scores[c])
        assert [h.rank for h in result.hits[model]] == list(range(1, len(scores) + 1))
        assert result.hits[model][0].score == pytest.approx(max(scores.values()), abs=1e-6)
    assert facts.asked.verb == comparison.situation(like).events[3].lemma
    with pytest.raises(ValueError, match="allowed: 0 to 4"):
        comparison.similar(like, 5)
    with pytest.raises(DataError, match="no clip"):
        comparison.similar("nope", 0)


def test_frame_shares_of_a_gallery_clip_add_up_to_the_scores_that_are_shown(comparison):
    query, target = "a man runs", comparison.clip_ids()[1]
    shares, line = comparison.frame_shares(target, query), comparison.timeline(target, query)
    for model in ("base", "adapted"):
        rows = np.array(shares.shares[model])
        assert rows.shape == (5, 4)
        np.testing.assert_allclose(rows.sum(1), line.scores[model], atol=1e-5)
        np.testing.assert_allclose(shares.scores[model], line.scores[model], atol=1e-5)
    assert np.array(shares.moments)[1].tolist() == [2.25, 2.75, 3.25, 3.75]


def test_shares_of_a_likeness_add_up_too(comparison):
    like, other = comparison.clip_ids()[:2]
    shares = comparison.similar_shares(other, like, 2)
    for model in ("base", "adapted"):
        own = comparison.embed_clip(other)[model] @ comparison.embed_clip(like)[model][2]
        np.testing.assert_allclose(np.array(shares.shares[model]).sum(1), own, atol=1e-5)
