"""The text-only control: it finds what words give away, is at chance where they give nothing away, and asks what models are asked."""

import numpy as np
import pytest

from srlclip.evaluation.blind import SWAP_STYLES, BlindModel, Choice, choices
from srlclip.evaluation.questions import ask
from srlclip.language import prompts
from srlclip.language.lexicon import Lexicon
from srlclip.language.probes import KINDS
from srlclip.synsitu.labels import situation
from srlclip.synsitu.sample import sample_clip

NAMES = ("panda", "robot", "king", "witch", "pirate", "chef", "clown", "ninja")


def pairs(count: int, seed: int, order=None) -> list[Choice]:
    """ "A pushes B" against "B pushes A". order: true names in the order that they are written in, None for any order."""
    rng = np.random.default_rng(seed)
    made = []
    for clip in range(count):
        a, b = rng.choice(len(NAMES), 2, replace=False)
        if order is not None and order(a, b):
            a, b = b, a
        text = f"The {NAMES[a]} pushes the {NAMES[b]}.", f"The {NAMES[b]} pushes the {NAMES[a]}."
        made.append(Choice(*text, clip))
    return made


def accuracy(train: list[Choice], asked: list[Choice]) -> float:
    return 100 * float(BlindModel.fit(train).observe(asked).values.mean())


def test_captions_of_the_same_n_grams_are_guessed():
    left, right = (f"a fox walks to the {way} in snow" for way in ("left", "right"))
    same = [Choice(f"{left} then {right}", f"{right} then {left}", clip) for clip in range(3)]
    assert BlindModel.fit(same).weights == {}
    assert accuracy(same, same) == 50


def test_words_that_give_it_away_are_found():
    def rigged(a: int, b: int) -> bool:
        return a > b  # people always name one of two first

    assert accuracy(pairs(600, 0, rigged), pairs(300, 1, rigged)) > 97
    marked = [Choice(f"a {n} walks", f"a {n} walks visibly", 0) for n in NAMES]
    assert accuracy(marked[:4], marked[4:]) == 100  # by a word, whatever the rest is


def test_symmetric_pairs_are_at_chance():
    assert accuracy(pairs(600, 0), pairs(600, 1)) == pytest.approx(50, abs=6)
    both = [Choice(*order, i) for i, p in enumerate(pairs(50, 2)) for order in ((p.true, p.false), (p.false, p.true))]
    assert accuracy(both, both) == 50  # no preference at all: every one is a guess


def test_a_tie_counts_half_and_clips_are_kept():
    model = BlindModel({("slowly",): 1.0})
    asked = [Choice("he walks slowly", "he walks quickly", 3), Choice("he runs", "he falls", 5),
             Choice("he sits", "he sits slowly", 7)]  # fmt: skip
    observed = model.observe(asked)
    assert observed.values.tolist() == [1, 0.5, 0] and observed.clip.tolist() == [3, 5, 7]
    with pytest.raises(ValueError, match="more training clips"):
        BlindModel.fit([])


def test_the_fit_is_the_minimum():
    """Zero gradient, from the closed form of a one-feature problem: w = count * sigmoid(-w) at penalty 1."""
    asked = [Choice("a", "b", 0)] * 10
    weights = BlindModel.fit(asked).weights
    # "a" stands in ("a",), ("<", "a"), ("a", ">"), ("<", "a", ">"), "b" likewise: eight weights of one size
    sizes = {round(abs(w), 6) for w in weights.values()}
    assert len(weights) == 8 and len(sizes) == 1
    w = sizes.pop()
    assert w == pytest.approx(10 / (1 + np.exp(8 * w)), abs=1e-4)


def test_its_questions_are_those_of_the_models_and_of_training():
    train = [situation(sample_clip("train", i)) for i in range(12)]
    clips = [situation(sample_clip("test", i), annotators=3) for i in range(4)]
    lexicon = Lexicon.from_situations(train)
    made = choices(clips, lexicon, 3)
    assert made == choices(clips, lexicon, 3) and set(made) <= {*KINDS, *SWAP_STYLES}
    asked = ask(clips, lexicon, 3)
    for kind in KINDS:
        texts = [c.text for clip in asked.negatives for event in clip for c in event if c.kind == kind]
        assert [c.false for c in made.get(kind, [])] == texts
    first = made["role_swap, as trained"][0]
    assert first.true == prompts.caption(clips[0].events[0], "srl").text != first.false
    assert {c.clip for c in made["attribute"]} == set(range(4))
