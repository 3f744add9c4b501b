"""The linear probe: what is linear is learnt, noise is not, and the halves of a cross probe never share a group."""

import numpy as np
import pytest
import torch

from srlclip.evaluation.linear_probe import cross_probe, linear_probe


def blobs(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 5, rows)
    return rng.normal(size=(5, 16))[labels] + 0.3 * rng.normal(size=(rows, 16)), labels


def test_what_is_linear_is_learnt_and_noise_is_not():
    x, labels = blobs(600)
    assert (linear_probe(x[:400], labels[:400], x[400:]) == labels[400:]).mean() > 0.95
    noise = np.random.default_rng(1).normal(size=x.shape)
    assert (linear_probe(noise[:400], labels[:400], noise[400:]) == labels[400:]).mean() < 0.35


def test_a_probe_does_not_depend_on_the_features_scale_and_works_in_inference_mode():
    x, labels = blobs(200)
    with torch.inference_mode():
        one = linear_probe(x[:100], labels[:100], x[100:])
        other = linear_probe(1000 * x[:100] + 7, labels[:100], 1000 * x[100:] + 7)
    assert (one == other).mean() > 0.98 and np.array_equal(one, linear_probe(x[:100], labels[:100], x[100:]))


def test_a_cross_probe_never_learns_from_the_group_that_it_is_asked_of():
    """Each group has labels of its own: whoever has not seen them cannot be right."""
    x, _ = blobs(40)
    groups = np.repeat(np.arange(4), 10)
    assert not cross_probe(x, groups, groups).any()
    x, labels = blobs(200)
    assert cross_probe(x, labels, np.repeat(np.arange(40), 5)).mean() > 0.9


def test_one_row_teaches_nothing():
    with pytest.raises(ValueError, match="two labelled rows or more, got 1"):
        linear_probe(np.zeros((1, 4)), np.zeros(1, int), np.zeros((2, 4)))
