"""The estimate from votes, against values computed by hand and a likelihood that is greatest there."""

import math

import pytest

from srlclip.evaluation.metrics.preference import davidson, wilson


def test_eight_wins_two_losses_five_ties():
    made = davidson(8, 2, 5)
    assert made.probability == 0.8 and made.tie_share == pytest.approx(1 / 3)
    assert made.tie_weight == pytest.approx(5 / 4)  # 5 / sqrt(16)
    # centre (0.8 + 3.8415 / 20) / 1.38415 = 0.71674, half 1.96 sqrt(0.016 + 0.0096037) / 1.38415 = 0.22658
    assert (made.low, made.high) == (pytest.approx(0.49016, abs=1e-5), pytest.approx(0.94332, abs=1e-5))


def test_ties_neither_move_nor_narrow_the_probability():
    few, many = davidson(8, 2, 0), davidson(8, 2, 100)
    assert (few.probability, few.low, few.high) == (many.probability, many.low, many.high)
    assert few.tie_weight == 0 and many.tie_share == pytest.approx(100 / 110)


def test_it_is_where_davidsons_likelihood_is_greatest():
    wins, losses, ties = 7, 4, 6
    made = davidson(wins, losses, ties)

    def log_likelihood(p: float, v: float) -> float:
        a, b = p, 1 - p
        tie = v * math.sqrt(a * b)
        s = a + b + tie
        return wins * math.log(a / s) + losses * math.log(b / s) + ties * math.log(tie / s)

    best = log_likelihood(made.probability, made.tie_weight)
    near = [(dp, dv) for dp in (-0.02, 0, 0.02) for dv in (-0.05, 0, 0.05) if dp or dv]
    assert all(log_likelihood(made.probability + dp, made.tie_weight + dv) < best for dp, dv in near)


def test_no_votes_only_ties_and_a_whitewash():
    assert davidson(0, 0, 0).probability is davidson(0, 0, 0).tie_share is None
    assert davidson(0, 0, 3).probability is None and davidson(0, 0, 3).tie_share == 1
    clean = davidson(3, 0, 0)
    assert clean.probability == 1 and clean.high == 1 and clean.low == pytest.approx(0.43850, abs=1e-5)
    assert clean.tie_weight is None  # a model that never won has no strength to measure ties by


def test_sides_mirror_and_bad_counts_are_refused():
    low, high = wilson(3, 10)
    assert wilson(7, 10) == (pytest.approx(1 - high), pytest.approx(1 - low))
    with pytest.raises(ValueError, match="-1 ties"):
        davidson(1, 1, -1)
