"""Retrieval, choices and intervals on hand-made numbers; ties always count against us."""

from __future__ import annotations

import numpy as np
import pytest

from srlclip.evaluation.metrics.bootstrap import bootstrap, paired_difference
from srlclip.evaluation.metrics.choices import one_of_many, pairwise
from srlclip.evaluation.metrics.ranking import ranks, retrieval, scores_from_ranks


def test_three_by_three() -> None:
    similarity = np.array([[0.9, 0.1, 0.2], [0.8, 0.3, 0.5], [0.1, 0.7, 0.6]])
    assert ranks(similarity).tolist() == [1, 3, 2]
    scores = retrieval(similarity)
    assert (scores.recall_1, scores.recall_5, scores.recall_10) == (pytest.approx(100 / 3), 100.0, 100.0)
    assert (scores.median_rank, scores.mean_rank, scores.queries) == (2.0, 2.0, 3)


def test_ties_rank_last() -> None:
    similarity = np.array([[0.5, 0.5, 0.5], [0.2, 0.9, 0.9], [0.1, 0.2, 0.3]])
    assert ranks(similarity).tolist() == [3, 2, 1]
    assert retrieval(np.zeros((3, 3))).recall_1 == 0.0, "a constant model scores nothing"
    assert retrieval(np.zeros((20, 20))).mean_rank == 20.0


def test_targets_off_the_diagonal() -> None:
    similarity = np.array([[0.9, 0.1, 0.2, 0.3], [0.9, 0.1, 0.2, 0.3]])
    assert ranks(similarity, np.array([0, 2])).tolist() == [1, 3]


def test_even_median() -> None:
    assert scores_from_ranks(np.array([1, 2, 6, 11])).median_rank == 4.0
    assert scores_from_ranks(np.array([1, 2, 6, 11])).recall_5 == 50.0
    assert scores_from_ranks(np.array([1, 2, 6, 11])).recall_10 == 75.0


def test_what_cannot_be_ranked() -> None:
    for similarity, targets, message in (
        (np.zeros(3), None, "must be"),
        (np.zeros((0, 3)), None, "must be"),
        (np.array([[np.nan, 1.0]]), None, "NaN"),
        (np.zeros((3, 2)), None, "positions below 2"),
        (np.zeros((2, 2)), np.array([-1, 0]), "positions"),
        (np.zeros((2, 2)), np.array([0]), "positions"),
    ):
        with pytest.raises(ValueError, match=message):
            ranks(similarity, targets)
    with pytest.raises(ValueError):
        scores_from_ranks(np.array([]))


def test_pairwise_ties_lose() -> None:
    scores = pairwise([0.5, 0.5, 0.9, 0.1], [0.4, 0.5, 0.5, 0.2])
    assert (scores.accuracy, scores.count) == (50.0, 4)
    assert scores.margin == pytest.approx(0.1)
    assert pairwise(np.ones(5), np.ones(5)).accuracy == 0.0


def test_one_of_many_takes_the_hardest() -> None:
    true = np.array([0.5, 0.5, 0.5, 0.5])
    false = np.array([[0.1, 0.4], [0.1, 0.5], [0.9, 0.2], [0.9, 0.9]])
    mask = np.array([[1, 1], [1, 1], [0, 1], [0, 0]], dtype=bool)
    scores = one_of_many(true, false, mask)
    assert scores.count == 3 and scores.accuracy == pytest.approx(200 / 3)
    assert scores.margin == pytest.approx((0.1 + 0.0 + 0.3) / 3)
    assert one_of_many(true, false).accuracy == 25.0
    with pytest.raises(ValueError, match="no row"):
        one_of_many(true, false, np.zeros((4, 2), dtype=bool))


def test_choices_refuse_bad_scores() -> None:
    for true, false in (([np.nan], [0.0]), ([], []), ([1.0], [1.0, 2.0])):
        with pytest.raises(ValueError):
            pairwise(true, false)


def test_bootstrap_covers_the_mean() -> None:
    values = np.random.default_rng(0).normal(3.0, 1.0, 400)
    found = bootstrap(values, n=1000)
    assert found.mean == pytest.approx(values.mean())
    # The normal approximation: 1.96 standard errors either side.
    assert found.low == pytest.approx(values.mean() - 1.96 * values.std() / 20, abs=0.02)
    assert found.high == pytest.approx(values.mean() + 1.96 * values.std() / 20, abs=0.02)
    assert bootstrap(values, n=50, seed=1) == bootstrap(values, n=50, seed=1) != bootstrap(values, n=50, seed=2)
    assert bootstrap(np.ones(5), n=20) == bootstrap(np.ones(3), n=10)


def test_clips_are_drawn_whole() -> None:
    """Ten equal events per clip carry no more information than one."""
    values = np.random.default_rng(0).normal(size=60)
    grouped = bootstrap(np.repeat(values, 10), np.repeat(np.arange(60), 10), n=400)
    single = bootstrap(values, n=400)
    assert (grouped.low, grouped.high) == pytest.approx((single.low, single.high))
    pretended = bootstrap(np.repeat(values, 10), n=400)
    assert grouped.high - grouped.low > 2 * (pretended.high - pretended.low)


def test_uneven_groups_and_other_statistics() -> None:
    values, groups = np.array([1.0, 1.0, 1.0, 5.0]), ["a", "a", "a", "b"]
    found = bootstrap(values, groups, n=200)
    assert (found.mean, found.low, found.high) == (2.0, 1.0, 5.0)
    assert bootstrap(values, groups, np.median, n=50).mean == 1.0


def test_paired_difference_is_tighter_than_two_intervals() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(0, 5, 200)
    b = a + 0.2 + rng.normal(0, 0.1, 200)
    found = paired_difference(a, b, n=400)
    assert found.mean == pytest.approx((b - a).mean()) and found.low > 0
    assert found.high - found.low < 0.05 < bootstrap(a, n=400).high - bootstrap(a, n=400).low
    assert paired_difference(a, a, n=20).low == paired_difference(a, a, n=20).high == 0


def test_bootstrap_refuses() -> None:
    with pytest.raises(ValueError, match="3 groups for 2"):
        bootstrap(np.ones(2), [1, 2, 3])
    with pytest.raises(ValueError):
        bootstrap(np.ones(0))
    with pytest.raises(ValueError, match="one shape"):
        paired_difference(np.ones(2), np.ones(3))


def test_bootstrap_of_the_mean_takes_a_shortcut_with_the_same_result():
    rng = np.random.default_rng(3)
    values, other, groups = rng.normal(size=90), rng.normal(size=90), rng.integers(12, size=90).tolist()
    slow = bootstrap(values, groups, lambda rows: float(np.mean(rows)), n=200)
    fast = bootstrap(values, groups, np.mean, n=200)
    assert [fast.mean, fast.low, fast.high] == pytest.approx([slow.mean, slow.low, slow.high])
    slow = paired_difference(values, other, groups, lambda rows: float(np.mean(rows)), n=200)
    fast = paired_difference(values, other, groups, np.mean, n=200)
    assert [fast.mean, fast.low, fast.high] == pytest.approx([slow.mean, slow.low, slow.high])
