"""Winoground's three scores on hand-made 2 x 2 scores: strict, ties lose, unreadable media lose."""

import numpy as np
import pytest

from srlclip.evaluation.benchmarks.questions import Medium, Pair, Pairs
from srlclip.evaluation.benchmarks.tasks.pairs import labels, observe


def scores_of(matrix, read=(True, True), groups=()):
    """matrix: cosines (caption, medium) of two captions with two media, which are axes here."""
    task = Pairs((Medium("a", None), Medium("b", None)), (Pair("0", (0, 1), ("x", "y"), groups),))
    texts = {name: np.array([*row, 0], np.float32) for name, row in zip("xy", matrix, strict=True)}
    return observe(task, np.eye(2, 3, dtype=np.float32), np.array(read), texts)


@pytest.mark.parametrize(
    ("matrix", "text", "image"),
    [
        ([[0.9, 0.1], [0.2, 0.8]], True, True),
        ([[0.9, 0.8], [0.2, 0.85]], True, True),
        ([[0.5, 0.6], [0.2, 0.7]], True, False),  # caption x prefers medium b
        ([[0.5, 0.1], [0.6, 0.7]], False, True),  # medium a prefers caption y
        ([[0.5, 0.5], [0.5, 0.5]], False, False),
        ([[0.5, 0.5], [0.4, 0.6]], True, False),  # a tie between media
        ([[0.5, 0.4], [0.5, 0.6]], False, True),  # a tie between captions
        ([[0.1, 0.9], [0.8, 0.2]], False, False),
    ],
)
def test_scores_by_hand(matrix, text, image):
    seen = scores_of(matrix)
    assert {name: one.values.tolist() for name, one in seen.metrics.items()} == {
        "text score": [text], "image score": [image], "group score": [text and image],
    }  # fmt: skip
    assert seen.cases["group score"].tolist() == [text and image]


def test_a_pair_with_an_unreadable_medium_is_missed():
    seen = scores_of([[0.9, 0.1], [0.2, 0.8]], read=(True, False))
    assert not any(one.values.any() for one in seen.metrics.values())


def test_groups_have_scores_and_chance_of_their_own():
    media = tuple(Medium(name, None) for name in "abcd")
    cases = (Pair("0", (0, 1), ("x", "y"), ("Object",)), Pair("1", (2, 3), ("y", "x"), ("Object", "Relation")))
    texts = {"x": np.array([1, 0], np.float32), "y": np.array([0, 1], np.float32)}
    task = Pairs(media, cases, "video")
    seen = observe(task, np.array([[1, 0], [0, 1], [1, 0], [0, 1]], np.float32), np.ones(4, bool), texts)
    hits = {name: one.values.tolist() for name, one in seen.metrics.items()}
    assert hits["video score"] == [True, False] == hits["video score: Object"]
    assert hits["text score: Relation"] == [False]
    assert seen.chance["group score: Relation"] == pytest.approx(16.667, abs=1e-3) and seen.chance["text score"] == 25
    assert labels(task)[1] == {"case": "1", "groups": "Object | Relation", "first": "y", "second": "x",
                               "first medium": "c", "second medium": "d"}  # fmt: skip


def test_a_random_model_scores_by_chance():
    rng = np.random.default_rng(0)
    count = 4000
    media = tuple(Medium(str(i), None) for i in range(2 * count))
    task = Pairs(media, tuple(Pair(str(i), (2 * i, 2 * i + 1), (f"{i} x", f"{i} y")) for i in range(count)))
    texts = {text: rng.standard_normal(16) for text in task.texts()}
    seen = observe(task, rng.standard_normal((2 * count, 16)), np.ones(2 * count, bool), texts)
    for name, one in seen.metrics.items():
        assert 100 * one.values.mean() == pytest.approx(seen.chance[name], abs=2)
