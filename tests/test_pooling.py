"""Unit vectors and normalised means: closed forms, numpy against torch, bits that results were measured with."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from srlclip.pooling import clip_vectors, event_vectors, pooled, unit


def frames(*shape: int) -> np.ndarray:
    return np.random.default_rng(2).normal(size=shape).astype(np.float32)


def test_means_have_length_one_and_the_direction_of_the_mean():
    vectors = np.array([[3.0, 0.0], [0.0, 4.0]])
    np.testing.assert_allclose(pooled(vectors), [0.6, 0.8])
    np.testing.assert_allclose(unit(vectors), np.eye(2))
    np.testing.assert_array_equal(unit(np.zeros((2, 3), np.float32)), np.zeros((2, 3)))
    # A clip is the mean of its frames: an event of long frames counts for more than in a mean of unit events.
    two = np.array([[[3.0, 0.0]], [[0.0, 4.0]]])  # (E, F, D)
    np.testing.assert_allclose(clip_vectors(two), [0.6, 0.8])
    np.testing.assert_allclose(pooled(event_vectors(two)), [0.5**0.5] * 2)


@pytest.mark.parametrize("shape", [(4, 16), (5, 4, 16), (3, 5, 4, 16)])
def test_numpy_and_torch_agree_and_keep_their_kind(shape):
    values = frames(*shape)
    for pool in (unit, pooled, event_vectors) + (clip_vectors,) * (len(shape) > 2):
        ours, theirs = pool(values), pool(torch.from_numpy(values))
        assert ours.dtype == np.float32 and theirs.dtype == torch.float32
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-6)


def test_torch_does_the_operations_of_the_published_measurements():
    """Event R@1 and its like were measured with these: another order of sums changes last bits."""
    values = functional.normalize(torch.from_numpy(frames(3, 5, 4, 128)), dim=-1)
    assert torch.equal(event_vectors(values), functional.normalize(values.mean(dim=2), dim=-1))
    assert torch.equal(clip_vectors(values), functional.normalize(values.mean(dim=(1, 2)), dim=-1))


def test_one_vector_has_the_same_bits_as_among_many():
    """The bundled gallery's clips were pooled one by one; a view over more clips pools many."""
    values = frames(7, 5, 128)
    rows = np.stack([pooled(row) for row in values])
    np.testing.assert_array_equal(pooled(values), rows)
    means = [row.mean(axis=0) for row in values]
    np.testing.assert_array_equal(rows, np.stack([mean / np.linalg.norm(mean) for mean in means]))
