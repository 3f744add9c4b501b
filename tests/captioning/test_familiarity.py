"""How near a clip is to what captioners were trained on: the rule, its threshold, and its file."""

import numpy as np
import pytest

from srlclip.captioning.familiarity import FILE, World, load_world, save_world, threshold_of
from srlclip.situations import CheckpointError

WORLD = World(np.eye(4, dtype=np.float32)[:2], 0.7, 10, 50, "abcd")


def test_nearness_is_the_mean_cosine_of_the_events_with_their_nearest_training_events():
    events = np.array([[1, 0, 0, 0], [0, 0.6, 0.8, 0]], np.float32)
    assert WORLD.nearness(events) == pytest.approx(0.8)
    assert WORLD.remark(events) == ""
    assert "mean cosine of 0.60 with the nearest of 2 training events" in (told := WORLD.remark(events[1:]))
    assert "99% of 50 unseen clips" in told and "0.70 or more" in told  # how it is decided


def test_the_threshold_leaves_one_of_a_hundred_unseen_clips_below():
    assert (np.linspace(0.5, 1, 200) < threshold_of(np.linspace(0.5, 1, 200))).mean() == pytest.approx(0.01, abs=0.005)
    with pytest.raises(ValueError, match="no unseen clips"):
        threshold_of(np.zeros(0))


def test_a_world_is_read_as_it_was_written_and_one_of_another_base_is_refused(tmp_path):
    assert load_world(tmp_path, "abcd") is None
    save_world(tmp_path, WORLD)
    again = load_world(tmp_path, "abcd")
    np.testing.assert_array_equal(again.events, WORLD.events)
    assert (again.threshold, again.clips, again.unseen) == (0.7, 10, 50)
    with pytest.raises(CheckpointError, match="of another base"):
        load_world(tmp_path, "other")
    (tmp_path / FILE).write_bytes(b"no tensors")
    with pytest.raises(CheckpointError, match="cannot be used"):
        load_world(tmp_path, "abcd")
