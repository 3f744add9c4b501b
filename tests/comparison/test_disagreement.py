"""Where two models disagree: ranks against a count by hand, both directions, neighbours of other clips, maps laid on."""

import numpy as np
import pytest
from fake_comparison import FakeComparison

from srlclip.comparison.disagreement import (
    RANKED,
    Neighbourhood,
    Ranked,
    RankPair,
    neighbourhoods,
    rank_pairs,
)
from srlclip.comparison.embedding_map import aligned
from srlclip.results import MODELS, Both
from srlclip.situations import Situation


@pytest.fixture(scope="module")
def comparison():
    return FakeComparison(None, clips=4)


def test_every_labelled_event_is_ranked_by_its_own_caption_among_all_events(comparison):
    events, clips, queries = rank_pairs(comparison)
    assert (events.level, clips.level, queries.level) == RANKED
    assert len(events.pairs) == events.among == events.total == 20 and len(clips.pairs) == clips.among == 4
    pair = events.pairs[7]
    vector = comparison.embed_texts([comparison.true_caption(pair.clip_id, pair.event_index).text])[0]
    for model in MODELS:
        scores = {c: comparison.embed_clip(c)[model] @ vector for c in comparison.clip_ids()}
        mine = scores[pair.clip_id][pair.event_index]
        assert pair.rank[model] == sum(int((s >= mine).sum()) for s in scores.values())
    assert {p.query for p in queries.pairs} == {e.query for e in comparison.examples()}


def test_what_compares_everything_gives_the_same_in_small_blocks(comparison, monkeypatch):
    ranked, near = rank_pairs(comparison), neighbourhoods(comparison)
    monkeypatch.setattr("srlclip.comparison.disagreement._SCORES_AT_ONCE", 50)  # two or three rows of 20 events
    assert rank_pairs(comparison) == ranked and neighbourhoods(comparison) == near


def test_a_clips_rank_is_the_mean_over_the_captions_of_its_events(comparison):
    clip = comparison.clip_ids()[2]
    ranks = {m: [] for m in MODELS}
    for k in range(5):
        vector = comparison.embed_texts([comparison.true_caption(clip, k).text])[0]
        for model in MODELS:
            best = {c: (comparison.embed_clip(c)[model] @ vector).max() for c in comparison.clip_ids()}
            ranks[model].append(sum(b >= best[clip] for b in best.values()))
    pair = next(p for p in rank_pairs(comparison)[1].pairs if p.clip_id == clip)
    assert pair.rank.base == pytest.approx(np.mean(ranks["base"])) and pair.query == ""
    assert pair.rank.adapted == pytest.approx(np.mean(ranks["adapted"]))
    apart = [abs(b - a) for b, a in zip(*ranks.values(), strict=True)]
    assert apart[pair.event_index] == max(apart)


def test_both_directions_are_listed_alike_and_ties_count_for_neither():
    gaps = [(9, 1), (1, 4), (2, 2), (5, 4), (1, 9)]
    ranked = Ranked("events", tuple(RankPair(f"c{i}", 0, "q", Both(*g)) for i, g in enumerate(gaps)), 9, 5)
    assert ranked.counts() == (2, 1, 2)
    both = ranked.largest(5)
    assert [p.gain for p in both.base] == [-8, -3] and [p.gain for p in both.adapted] == [8, 1]
    assert [len(side) for side in ranked.largest(1)] == [1, 1] and ranked.medians() == Both(2.0, 4.0)


def test_a_gallery_without_labels_has_neighbourhoods_and_no_ranks(comparison):
    bare = FakeComparison(None, clips=3)
    bare._clips = {c: Situation(c, None, ()) for c in bare.clip_ids()}
    assert all(not ranked.pairs for ranked in rank_pairs(bare)) and rank_pairs(bare)[0].medians() is None
    assert len(neighbourhoods(bare).events) == 15


def test_neighbours_come_from_other_clips_and_shared_ones_are_counted(comparison):
    drawn = neighbourhoods(comparison)
    assert len(drawn.events) == drawn.total == 20 and drawn.size == 5
    for event in drawn.events:
        for model in MODELS:
            assert all(clip != event.clip_id for clip, _ in event.nearest[model])
    event = drawn.events[3]
    mine = comparison.embed_clip(event.clip_id)["adapted"][event.event_index]
    scores = {(c, k): float(v @ mine) for c in comparison.clip_ids() if c != event.clip_id
              for k, v in enumerate(comparison.embed_clip(c)["adapted"])}  # fmt: skip
    assert set(event.nearest.adapted) == set(sorted(scores, key=lambda key: -scores[key])[:5])
    assert drawn.expected == pytest.approx(25 / 15)
    near = Neighbourhood("a", 0, Both((0, 0), (0, 0)), Both((("b", 0), ("c", 1)), (("c", 1), ("d", 0))))
    assert near.kept == 1


def test_a_turned_mirrored_and_scaled_map_is_laid_back_onto_the_first():
    rng = np.random.default_rng(0)
    first = rng.normal(size=(30, 2)) @ np.diag([3, 1]) + 5
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]]) @ np.diag([1, -1])
    places, agreement = aligned(first, 0.2 * first @ turn - 7)
    assert np.allclose(places, first) and agreement == pytest.approx(1)
    other, low = aligned(first, rng.normal(size=(30, 2)))
    assert low < 0.5 and ((other - other.mean(0)) ** 2).sum() == pytest.approx(((first - first.mean(0)) ** 2).sum())
    flat, none = aligned(first, np.ones((30, 2)))
    assert none == 0 and np.allclose(flat, first.mean(axis=0))
