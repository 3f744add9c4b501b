"""Scores of maps, by hand: pointing with ties, mass, preference, rank correlation, area under a curve."""

import numpy as np
import pytest

from srlclip.evaluation.metrics import attribution as metrics

MAPS = np.array([[0.0, 3.0, 1.0, 0.0], [2.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
TARGETS = np.array([[0, 1, 1, 0], [1, 0, 0, 0], [1, 0, 0, 0]], bool)


def test_the_largest_patch_hits_or_misses_and_ties_hit_by_their_share():
    np.testing.assert_allclose(metrics.pointing(MAPS, TARGETS), [1, 0.5, 0.25])
    np.testing.assert_allclose(metrics.pointing(np.ones((1, 4)), TARGETS[:1]), [0.5])  # a patch at random


def test_mass_is_a_share_and_a_map_that_says_nothing_is_everywhere():
    np.testing.assert_allclose(metrics.mass(MAPS, TARGETS), [1, 0.5, 0.25])


def test_preference_is_per_patch_and_a_tie_is_half():
    others = np.array([[0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]], bool)
    np.testing.assert_allclose(metrics.prefers(MAPS, TARGETS, others), [1, 0.5, 0.5])
    assert metrics.prefers(MAPS[:1], others[:1], TARGETS[:1]) == 0


def test_rank_correlation_is_spearmans():
    a = np.array([[1.0, 2, 3, 4], [1, 2, 3, 4], [1, 2, 2, 5], [1, 1, 1, 1]])
    b = np.array([[10.0, 20, 30, 99], [4, 3, 2, 1], [1, 2, 3, 4], [1, 2, 3, 4]])
    # ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 x 5)
    np.testing.assert_allclose(metrics.rank_correlation(a, b), [1, -1, 0.9486833, 0], atol=1e-6)


def test_area_is_the_mean_height():
    assert metrics.area(np.array([1.0, 0.5, 0.0]), np.array([0, 0.5, 1])) == pytest.approx(0.5)
    assert metrics.area(np.full((2, 3), 0.3), np.array([0, 0.2, 1])) == pytest.approx([0.3, 0.3])
