"""A search asked of a further model: ranks of its own, places against the pair's base, and reasons where it has none."""

from dataclasses import replace

from fake_comparison import FakeComparison

from srlclip.comparison.further import further_ranking


def other(clips: int = 7, **settings) -> FakeComparison:
    made = FakeComparison(None, clips, **settings)
    made.info = replace(made.info, adapter_id="other")
    return made


def test_ranks_are_its_own_and_places_are_against_the_base_of_the_pair():
    pair, third = FakeComparison(None, 7), other()
    result = pair.search("a query", "clip_03")
    ranking = further_ranking(pair, third, "Other", result)
    own = third.search("a query", "clip_03").hits.adapted
    assert [(h.clip_id, h.rank, h.score) for h in ranking.hits] == [(h.clip_id, h.rank, h.score) for h in own]
    before = {hit.clip_id: hit.rank for hit in result.hits.base}
    assert all(hit.rank_change == before[hit.clip_id] - hit.rank for hit in ranking.hits)
    assert ranking.target_rank("clip_03") == next(h.rank for h in own if h.clip_id == "clip_03")
    assert ranking.target_rank(None) is None and ranking.failure == ""


def test_a_pair_whose_base_failed_has_no_places_to_count_against():
    pair = FakeComparison(None, 7)
    result = pair.search("a query")
    result = replace(result, hits=replace(result.hits, base=()))
    assert all(hit.rank_change is None for hit in further_ranking(pair, other(), "Other", result).hits)


def test_a_search_by_a_clip_is_asked_by_that_models_own_embeddings_of_it():
    pair = FakeComparison(None, 7)
    ranking = further_ranking(pair, other(), "Other", pair.similar("clip_02", 1)[0], ("clip_02", 1))
    assert len(ranking.hits) == 6 and "clip_02" not in {hit.clip_id for hit in ranking.hits}


def test_what_is_wrong_with_it_is_a_sentence_and_raises_nothing():
    pair = FakeComparison(None, 7)
    result = pair.search("a query")
    for third, why in (
        (FakeComparison(None, 7), "already"),
        (other(5), "another gallery"),
        (other(failing="adapted"), "out of memory"),
    ):
        ranking = further_ranking(pair, third, "Other", result)
        assert ranking.hits == () and why in ranking.failure
