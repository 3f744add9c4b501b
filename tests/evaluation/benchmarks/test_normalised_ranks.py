"""Dual softmax and query-bank normalisation against matrices worked out by hand."""

import numpy as np
import pytest

from srlclip.evaluation.benchmarks.normalised import BANK_SCALE, DUAL_SCALE, normalised
from srlclip.evaluation.benchmarks.questions import Choices, Medium, Retrieval
from srlclip.evaluation.benchmarks.run import RunSettings, asked
from srlclip.evaluation.benchmarks.tasks.retrieval import query_ranks

#: Scores of captions (rows) with videos, which are the axes: video 0 is near to everything.
SCORES = np.array([[0.50, 0.10, 0.10], [0.45, 0.44, 0.10], [0.40, 0.10, 0.30]], np.float32)
TASK = Retrieval(tuple(Medium(name, None) for name in "abc"), ("A", "B", "C"), (0, 1, 2))
VIDEOS, ALL = np.eye(3, dtype=np.float32), np.ones(3, bool)


def ranks_by(kind, task=TASK, **bank):
    texts = dict(zip("ABC", SCORES, strict=True)) | bank
    ((title, metrics),) = normalised(task, VIDEOS, ALL, texts, kind).items()
    return title, [metrics[f"{direction} MnR"].values.tolist() for direction in ("text to video", "video to text")]


def ranks(scores):
    own = np.diagonal(scores)
    return (scores >= own[:, None]).sum(1).tolist()


def test_the_plain_ranks_have_a_hub():
    to_video, to_text = query_ranks(SCORES, VIDEOS, ALL, np.arange(3))
    assert to_video.tolist() == [1, 2, 2] and to_text.tolist() == [1, 1, 1]


def test_dual_softmax_weighs_scores_by_the_softmax_over_the_queries():
    title, (to_video, to_text) = ranks_by("dsl")
    exact = SCORES.astype(float)
    softmax = np.exp(DUAL_SCALE * exact) / np.exp(DUAL_SCALE * exact).sum(0)
    assert to_video == ranks(exact * softmax) == [1, 1, 1]
    other = np.exp(DUAL_SCALE * exact.T) / np.exp(DUAL_SCALE * exact.T).sum(0)
    assert to_text == ranks(exact.T * other)
    assert "every test query" in title


def test_a_query_bank_divides_by_how_near_the_bank_is():
    task = Retrieval(TASK.media, TASK.captions, TASK.owner, bank=("X", "Y"))
    bank = {"X": np.array([0.6, 0.1, 0.1], np.float32), "Y": np.array([0.6, 0.1, 0.2], np.float32)}
    title, (to_video, _) = ranks_by("qb", task, **bank)
    sums = np.exp(BANK_SCALE * np.stack(list(bank.values())).astype(float)).sum(0)
    assert to_video == ranks(np.exp(BANK_SCALE * SCORES.astype(float)) / sums) and "2 captions of other videos" in title


def test_only_queries_whose_nearest_video_is_a_hub_of_the_bank_are_changed():
    task = Retrieval(TASK.media, TASK.captions, TASK.owner, bank=("X",))
    _, (to_video, _) = ranks_by("qb", task, X=np.array([0.1, 0.1, 0.9], np.float32))
    assert to_video == [1, 2, 2]  # video 0, nearest to all, is nothing's nearest in the bank: the plain ranks


def test_without_a_bank_the_queries_are_it_and_the_title_says_so():
    title, (to_video, _) = ranks_by("qb")
    sums = np.exp(BANK_SCALE * SCORES.astype(float)).sum(0)
    assert "test queries themselves" in title and to_video == ranks(np.exp(BANK_SCALE * SCORES.astype(float)) / sums)


@pytest.mark.parametrize("kind", ["dsl", "qb"])
def test_a_model_that_knows_nothing_stays_last(kind):
    same = np.ones((3, 3), np.float32) / np.sqrt(3, dtype=np.float32)
    ((_, metrics),) = normalised(TASK, same, ALL, dict(zip("ABC", same, strict=True)), kind).items()
    assert metrics["text to video MnR"].values.tolist() == metrics["video to text MnR"].values.tolist() == [3, 3, 3]


def test_bank_captions_are_embedded_only_where_a_bank_is_asked_for():
    task = Retrieval(TASK.media, TASK.captions, TASK.owner, bank=("X",))
    assert asked(task, "qb").texts() == ["A", "B", "C", "X"]
    assert asked(task, "").texts() == asked(task, "dsl").texts() == ["A", "B", "C"]


def test_other_scores_of_other_questions_are_refused():
    with pytest.raises(ValueError, match="for retrieval"):
        asked(Choices((), ()), "dsl")
    with pytest.raises(ValueError, match="--normalise is 'x'; allowed: dsl, qb"):
        asked(TASK, RunSettings(normalise="x").normalise)
