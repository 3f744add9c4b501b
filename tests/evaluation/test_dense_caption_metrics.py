"""Dense captions' metrics against values worked out by hand, and SODA's alignment against all alignments."""

from itertools import combinations

import numpy as np
import pytest

from srlclip.evaluation.metrics.caption_scores import bleu4
from srlclip.evaluation.metrics.dense_captions import best_alignment, matches, overlaps, proposals, soda
from srlclip.evaluation.metrics.meteor import Meteor, plain_tokens, ptb_tokens, why_no_java


def test_overlap_is_the_share_of_the_union():
    table = overlaps(np.array([[0.0, 10.0], [5.0, 15.0], [20.0, 30.0]]), np.array([[0.0, 10.0], [10.0, 20.0]]))
    np.testing.assert_allclose(table, [[1, 0], [5 / 15, 5 / 15], [0, 0]], atol=1e-6)


def test_spans_of_no_length_or_that_end_before_they_start_overlap_nothing():
    table = overlaps(np.array([[4.0, 4.0], [9.0, 1.0]]), np.array([[4.0, 4.0], [0.0, 10.0]]))
    assert table.tolist() == [[0, 0], [0, 0]]


def test_a_proposal_must_overlap_more_than_the_bound_and_a_sentence_as_much():
    overlap = [np.array([[0.5, 0.0], [0.2, 0.4]])]
    assert proposals(overlap, 0.5) == (0.0, 0.0)
    assert proposals(overlap, 0.3) == (1.0, 1.0)
    assert matches(overlap, 0.5) == [(0, 0, 0), (1, -1, -1)]


def test_the_annotator_who_agrees_best_counts_for_precision_and_for_recall_each():
    one, two = np.array([[0.9], [0.0]]), np.array([[0.9, 0.0, 0.0], [0.0, 0.9, 0.0]])
    assert proposals([one, two], 0.5) == (1.0, 1.0)  # precision of the second, recall of the first
    assert matches([one, two], 0.5) == [(0, 0, 0), (0, 1, 0), (1, 1, 1)]


def test_nothing_predicted_has_neither_precision_nor_recall():
    assert proposals([np.zeros((0, 2))], 0.3) == (0.0, 0.0)
    assert matches([np.zeros((0, 2))], 0.3) == []
    assert soda(np.zeros((0, 2)), np.zeros((0, 2))) == (0.0, 0.0, 0.0)


def every_alignment(scores):
    """The largest sum over all ascending choices of rows and columns of one length."""
    rows, columns = scores.shape
    return max(
        sum(scores[i, j] for i, j in zip(mine, others, strict=True))
        for size in range(min(rows, columns) + 1)
        for mine in combinations(range(rows), size)
        for others in combinations(range(columns), size)
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (3, 3), (4, 5), (5, 3)])
def test_the_alignment_is_the_best_of_all(shape):
    scores = np.random.default_rng(0).integers(0, 4, shape).astype(float)  # with ties and zeros
    assert best_alignment(scores) == every_alignment(scores)


def test_soda_worked_out_by_hand():
    # Order matters: crossing pairs (0, 1) and (1, 0), 0.8 each, cannot both be taken.
    overlap = np.array([[0.5, 1.0], [1.0, 0.5], [0.0, 0.0]])
    scores = np.array([[0.6, 0.8], [0.8, 0.6], [1.0, 1.0]])
    precision, recall, f = soda(overlap, scores)
    assert (precision, recall) == pytest.approx((0.8 / 3, 0.8 / 2))
    assert f == pytest.approx(2 * precision * recall / (precision + recall))


def test_bleu_of_all_texts_together():
    assert bleu4([["a b c d"], ["e f g h"]], ["a b c d", "e f g h"]) == pytest.approx(1.0, abs=1e-6)
    # 7 of 8 words, 5 of 6 pairs, 3 of 4 triples, 1 of 2 quadruples; as long as the references
    expected = (7 / 8 * 5 / 6 * 3 / 4 * 1 / 2) ** 0.25
    assert bleu4([["a b c d"], ["e f g h"]], ["a b c d", "e f g x"]) == pytest.approx(expected, abs=1e-6)
    assert bleu4([], []) == 0.0


def test_tokens_without_java_are_lower_case_words():
    assert plain_tokens(["  A man's dog -- RUNS!", "", "two-handed; ok..."]) == [
        "a man's dog runs",
        "",
        "two handed ok",
    ]


def test_meteor_is_measured_where_java_is_and_says_so_elsewhere(monkeypatch):
    if not why_no_java():
        assert ptb_tokens(["A man's dog,  RUNS!", "", "no (way)"]) == ["a man 's dog runs", "", "no -lrb- way -rrb-"]
        with Meteor() as meteor:
            together, each = meteor.scores(["a man runs", "a man runs", "", "a b"], ["a man runs", "zebra", "", "||| "])
            assert each[0] == pytest.approx(1.0, abs=0.01) and each[1] == 0 and 0 < together < 1
            short, long = meteor.scores(["a man", "a man in red runs"], ["a man in red runs", "a man"])[1]
            assert short > long  # what the reference lacks costs less than what it has and the hypothesis lacks
            assert meteor.scores([], [])[0] == 0.0
    monkeypatch.setenv("PATH", "")
    assert "no java on the PATH" in why_no_java()
