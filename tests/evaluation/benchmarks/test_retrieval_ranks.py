"""Text-video retrieval ranks against matrices worked out by hand."""

import numpy as np

from srlclip.evaluation.benchmarks.questions import Medium, Retrieval
from srlclip.evaluation.benchmarks.tasks.retrieval import observe, query_ranks


def unit_vectors(*rows):
    vectors = np.array(rows, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_ties_count_against_the_model_in_both_directions():
    same = unit_vectors([1, 0], [1, 0], [1, 0])
    to_video, to_text = query_ranks(same, same, np.ones(3, bool), np.arange(3))
    assert to_video.tolist() == [3, 3, 3] and to_text.tolist() == [3, 3, 3]


def test_a_video_is_right_by_its_best_caption_and_its_own_captions_do_not_compete():
    vectors = np.eye(2, dtype=np.float32)
    captions = unit_vectors([1, 0.1], [1, 0.2], [0, 1])  # the first two are of video 0
    to_video, to_text = query_ranks(captions, vectors, np.ones(2, bool), np.array([0, 0, 1]))
    assert to_video.tolist() == [1, 1, 1] and to_text.tolist() == [1, 1]


def test_a_video_that_could_not_be_read_is_a_miss_and_no_distractor():
    task = Retrieval(tuple(Medium(name, None) for name in "ab"), ("one", "two"), (0, 1))
    vectors = np.array([[1, 0], [0, 0]], np.float32)
    texts = {"one": np.array([1, 0], np.float32), "two": np.array([1, 0], np.float32)}
    seen = observe(task, vectors, np.array([True, False]), texts)
    assert seen.cases["rank"].tolist() == [1, 2]
    assert seen.metrics["video to text R@1"].values.tolist() == [False, False]  # "two" is as near to video a as "one"


def test_equal_captions_and_equal_videos_tie_to_the_last_bit_where_a_matrix_product_rounds_by_place():
    rng = np.random.default_rng(0)
    several = unit_vectors(*rng.standard_normal((99, 512)))
    same = np.repeat(several[:1], 99, 0)
    everything = np.ones(99, bool), np.arange(99), 3  # rows at a time
    assert set(query_ranks(several, same, *everything)[0].tolist()) == {99}
    assert set(query_ranks(same, several, *everything)[1].tolist()) == {99}


def test_many_captions_by_hand_with_a_tie_between_videos():
    """Videos are the axes; scores of the captions, three of video 0 and one of video 1, stand in the rows."""
    captions = np.array([[0.3, 0.6], [0.5, 0.5], [0.2, 0.1], [0.5, 0.7]], np.float32)
    to_video, to_text = query_ranks(captions, np.eye(2, dtype=np.float32), np.ones(2, bool), np.array([0, 0, 0, 1]))
    assert to_video.tolist() == [2, 2, 1, 1]
    assert to_text.tolist() == [2, 1]  # video 0: its best caption (0.5) ties with one of video 1


def test_nothing_that_could_be_read_is_all_misses():
    to_video, to_text = query_ranks(np.eye(2), np.zeros((2, 2)), np.zeros(2, bool), np.arange(2))
    assert to_video.tolist() == to_text.tolist() == [2, 2]
