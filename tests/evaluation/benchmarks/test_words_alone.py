"""The control finds what words give away, never by what it was asked, and guesses where it knows nothing."""

import numpy as np
import pytest

from srlclip.evaluation.benchmarks.questions import Choice
from srlclip.evaluation.benchmarks.words_alone import FOLDS, answers

NAMES = ("panda", "robot", "king", "witch", "pirate", "chef", "clown", "ninja")


def cases(count, positives, negatives, group="", media=None):
    return [Choice(str(i), i % (media or count), positives(i), negatives(i), group) for i in range(count)]


def test_a_word_that_only_negatives_have_gives_them_away():
    marked = cases(40, lambda i: (f"a {NAMES[i % 8]} walks",), lambda i: (f"a {NAMES[i % 8]} walks visibly",))
    assert answers(marked).tolist() == [1.0] * 40


def test_exchanged_names_give_nothing_away():
    rng = np.random.default_rng(0)
    pairs = [rng.choice(NAMES, 2, replace=False) for _ in range(600)]
    swapped = cases(600, lambda i: (f"the {pairs[i][0]} pushes the {pairs[i][1]}",),
                    lambda i: (f"the {pairs[i][1]} pushes the {pairs[i][0]}",))  # fmt: skip
    assert answers(swapped).mean() == pytest.approx(0.5, abs=0.07)


def test_what_is_learnt_by_heart_does_not_count():
    """Each medium has a mark of its own: unseen when it is asked about, so all of them are guesses."""
    own = cases(30, lambda i: (f"word{i % 10}",), lambda i: (f"wort{i % 10}",), media=10)
    assert answers(own).tolist() == [0.5] * 30


def test_groups_are_learnt_apart():
    one = cases(20, lambda i: (f"a {NAMES[i % 8]} walks",), lambda i: (f"a {NAMES[i % 8]} walks slowly",), "add")
    other = cases(20, lambda i: (f"a {NAMES[i % 8]} walks slowly",), lambda i: (f"a {NAMES[i % 8]} walks",), "drop")
    assert answers(one + other).tolist() == [1.0] * 40


def test_a_guess_is_worth_as_much_as_the_captions_that_it_is_among():
    same = cases(FOLDS, lambda i: ("a", "b"), lambda i: ("a", "c", "d"))
    alone = [Choice("x", 0, ("one", "two"), ("three",), "")]
    assert answers(alone).tolist() == pytest.approx([1 / 3])
    assert answers([Choice("x", 0, ("one",), ("two", "three", "four", "five"), "")]).tolist() == pytest.approx([0.2])
    assert 0 <= answers(same).min() <= answers(same).max() <= 1


def test_the_seed_deals_the_folds():
    mixed = cases(40, lambda i: (f"{NAMES[i % 8]} {NAMES[(i // 3) % 8]}",), lambda i: (f"{NAMES[(i * 5) % 8]} sits",))
    assert answers(mixed, 1).tolist() == answers(mixed, 1).tolist()
