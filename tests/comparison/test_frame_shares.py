"""A score is the sum of its frames' shares, exactly."""

import numpy as np
import pytest

from srlclip.comparison.frame_shares import frame_shares
from srlclip.pooling import event_vectors, unit


@pytest.mark.parametrize("frames", [1, 4, 7])
def test_shares_add_up_to_the_cosine_with_the_pooled_event(frames):
    rng = np.random.default_rng(frames)
    vectors = unit(rng.normal(size=(3, 5, frames, 16)).astype(np.float32))
    query = unit(rng.normal(size=16).astype(np.float32))
    shares = frame_shares(vectors, query)
    assert shares.shape == (3, 5, frames)
    np.testing.assert_allclose(shares.sum(-1), event_vectors(vectors) @ query, atol=1e-6)


def test_frames_that_speak_against_the_query_have_negative_shares():
    frames = np.eye(2, dtype=np.float32)  # (F, D)
    shares = frame_shares(frames, np.array([0.6, -0.8], np.float32))
    np.testing.assert_allclose(shares, [0.6 / np.sqrt(2), -0.8 / np.sqrt(2)], atol=1e-6)


def test_frames_that_cancel_out_give_no_score():
    frames = np.array([[1, 0], [-1, 0]], np.float32)
    assert np.isfinite(frame_shares(frames, np.array([1, 0], np.float32))).all()
