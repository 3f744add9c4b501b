"""Ranking a gallery: ties, the best of a clip's events, and one rule for ranks wherever they are shown or measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from srlclip.comparison.gallery import Gallery
from srlclip.comparison.ranking import ranks
from srlclip.comparison.search import query_heat, ranked
from srlclip.evaluation.metrics import ranking
from srlclip.pooling import pooled, unit


def gallery_of(events: np.ndarray) -> Gallery:
    """The same event vectors (G, E, D) under both models."""
    models = {"base": events, "adapted": events}
    clips = {model: pooled(rows) for model, rows in models.items()}
    return Gallery(tuple(f"clip{i}" for i in range(len(events))), models, clips, {"base": "aa", "adapted": "bb"})


def random_gallery(clips: int = 30) -> Gallery:
    return gallery_of(unit(np.random.default_rng(0).normal(size=(clips, 5, 8)).astype(np.float32)))


@pytest.mark.parametrize(("scores", "expected"), [((3, 1, 2), (1, 3, 2)), ((2, 2, 1, 2), (3, 3, 4, 3)), ((5,), (1,))])
def test_ties_rank_last(scores, expected):
    assert ranks(np.array(scores, np.float32)).tolist() == list(expected)


def test_ranks_are_those_that_evaluation_measures():
    scores = np.random.default_rng(1).integers(0, 6, 40).astype(np.float32)
    measured = ranking.ranks(np.tile(scores, (40, 1)))  # row i: the rank of item i
    assert ranks(scores).tolist() == measured.tolist()


def test_a_clip_counts_by_the_best_of_its_events():
    events = np.zeros((3, 2, 3), np.float32)
    events[0, :, 2], events[1, 1, 0], events[1, 0, 1], events[2, :, 1] = 1, 1, 1, 1
    gallery = gallery_of(events)
    vector = np.array([0.8, 0.6, 0.0], np.float32)
    hits, failures = ranked(gallery, vector)
    assert not failures and [(h.clip_id, h.rank, h.event_index) for h in hits["base"]] == [
        ("clip1", 1, 1), ("clip2", 2, 0), ("clip0", 3, 0)
    ]  # fmt: skip
    np.testing.assert_allclose([hit.score for hit in hits["base"]], [0.8, 0.6, 0.0])
    assert all(hit.rank_change == 0 for hit in hits["adapted"])


def test_equal_scores_stay_in_gallery_order_and_share_the_worse_rank():
    events = np.zeros((4, 1, 2), np.float32)
    events[:, 0, 0] = 1
    events[1] = (0, 1)
    hits, _ = ranked(gallery_of(events), np.array([1, 0], np.float32))
    assert [(hit.clip_id, hit.rank) for hit in hits["base"]] == [("clip0", 3), ("clip2", 3), ("clip3", 3), ("clip1", 4)]


def test_a_clip_can_be_scored_as_a_whole():
    gallery = random_gallery()
    vector = unit(np.random.default_rng(6).normal(size=8).astype(np.float32))
    hits, _ = ranked(gallery, vector, level="clips")
    scores = gallery.clips["base"] @ vector
    assert [hit.clip_id for hit in hits.base] == [f"clip{i}" for i in np.argsort(-scores, kind="stable")]
    assert hits.base[0].score == pytest.approx(float(scores.max()), abs=1e-6)
    best = {hit.clip_id: hit.event_index for hit in ranked(gallery, vector)[0].base}
    assert {hit.clip_id: hit.event_index for hit in hits.base} == best
    with pytest.raises(ValueError, match="allowed: events, clips"):
        ranked(gallery, vector, level="frames")


def test_the_heat_of_a_query_shows_the_ranks_of_its_search():
    gallery = random_gallery()
    vector = unit(np.random.default_rng(5).normal(size=8).astype(np.float32))
    hits, _ = ranked(gallery, vector)
    heat = query_heat("q", vector, gallery.ids, gallery.events, lambda clip: 5)
    assert {row.clip_id: row.rank.base for row in heat.rows} == {hit.clip_id: hit.rank for hit in hits["base"]}
    assert [row.clip_id for row in heat.best_by("base", 30)] == [hit.clip_id for hit in hits["base"]]


def test_vectors_that_are_no_numbers_fail_one_model_and_no_other():
    gallery = random_gallery(3)
    broken = gallery.events["adapted"].copy()
    broken[1, 2] = np.nan
    gallery = replace(gallery, events={**gallery.events, "adapted": broken})
    hits, failures = ranked(gallery, np.ones(8, np.float32))
    assert len(hits["base"]) == 3 and hits["adapted"] == ()
    assert failures == ("adapted model failed: embeddings are not finite",)
    with pytest.raises(ValueError, match="adapted model's embeddings of this gallery are not finite"):
        query_heat("q", np.ones(8, np.float32), gallery.ids, gallery.events, lambda clip: 5)
