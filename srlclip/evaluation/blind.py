"""The text-only control of the 1-of-2 questions: how often do the words alone give the true caption away?

A blind model sees no pixel. It learns from the true and false captions of training clips, and chooses on unseen ones;
what it gets right beyond half is no evidence of sight. The model is a bag of word n-grams under conditional logistic
regression: the probability that a caption is the true one of its pair is the logistic function of the difference of
their scores (Bradley and Terry 1952), so what both captions say has no weight. numpy only.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from srlclip.evaluation.questions import ask
from srlclip.evaluation.towers import Observations
from srlclip.language import negatives, probes, prompts
from srlclip.language.english import normalise, words_of
from srlclip.language.lexicon import Lexicon
from srlclip.situations import Situation

#: Exchanges are asked in the words of the other questions, and in those that `loss.role_swaps` trains on: kind -> style.
SWAP_STYLES = {"role_swap": "natural", "role_swap, as trained": "srl"}
#: Words of the longest n-gram, and steps of the fit: enough for the loss to stand still on some thousand captions.
LONGEST, STEPS = 3, 300
_START, _END = "<", ">"


@dataclass(frozen=True)
class Choice:
    """A question of two captions. clip: position of the clip that they are of."""

    true: str
    false: str
    clip: int


def choices(situations: Sequence[Situation], lexicon: Lexicon, seed: int = 0) -> dict[str, list[Choice]]:
    """kind -> choices, by (seed, clip id) alone: the questions that models are asked (srlclip.evaluation.questions), of
    the probes' kinds, and exchanged bindings (negatives.role_swap) in each of SWAP_STYLES. Kinds without a choice are absent."""
    asked = ask(situations, lexicon, seed)
    out: dict[str, list[Choice]] = {}
    for clip, (true, wrong) in enumerate(zip(asked.true, asked.negatives, strict=True)):
        for sentence, captions in zip(true, wrong, strict=True):
            for caption in captions:
                if caption.kind in probes.KINDS:
                    out.setdefault(caption.kind, []).append(Choice(sentence, caption.text, clip))
    for kind, style in SWAP_STYLES.items():
        for clip, situation in enumerate(situations):
            rng = np.random.default_rng([seed, zlib.crc32(situation.clip_id.encode())])
            for event in situation.events:
                sentence = prompts.caption(event, style).text
                swapped = negatives.role_swap(event, lexicon, len(negatives.SWAPS), rng, style)
                out.setdefault(kind, []).extend(Choice(sentence, caption.text, clip) for caption in swapped)
    return {kind: made for kind, made in out.items() if made}


@dataclass(frozen=True)
class BlindModel:
    """n-gram -> weight, 0 for all others; a caption's score is the sum over its n-grams."""

    weights: Mapping[tuple[str, ...], float]

    @classmethod
    def fit(cls, pairs: Sequence[Choice], penalty: float = 1.0) -> BlindModel:
        """The least of sum log(1 + exp(-margin)) + penalty / 2 |w|^2 by accelerated gradient steps (Nesterov 1983).

        Raises ValueError without a choice.
        """
        if not pairs:
            raise ValueError("a blind model needs choices to learn from; take more training clips")
        differences = [_difference(pair) for pair in pairs]
        place = {gram: i for i, gram in enumerate(sorted({g for d in differences for g in d}))}
        row = np.repeat(np.arange(len(pairs)), [len(d) for d in differences])
        column = np.array([place[gram] for d in differences for gram in d], dtype=int)
        value = np.array([count for d in differences for count in d.values()], dtype=np.float64)

        def margins(w: np.ndarray) -> np.ndarray:
            return np.bincount(row, value * w[column], len(pairs))

        def back(m: np.ndarray) -> np.ndarray:
            return np.bincount(column, value * m[row], len(place))

        rate = 1.0 / (penalty + 0.25 * _largest_eigenvalue(lambda w: back(margins(w)), len(place)))
        w = ahead = np.zeros(len(place))
        for step in range(STEPS):
            # d/dm log(1 + exp(-m)) = -1 / (1 + exp(m)), written without overflow
            slope = back(-0.5 * (1.0 - np.tanh(0.5 * margins(ahead)))) + penalty * ahead
            before, w = w, ahead - rate * slope
            ahead = w + step / (step + 3) * (w - before)
        return cls(dict(zip(place, w.tolist(), strict=True)))

    def score(self, text: str) -> float:
        """How likely the words are those of a true caption; comparable between captions of one question."""
        return sum(self.weights.get(gram, 0.0) for gram in _grams(text))

    def observe(self, pairs: Sequence[Choice]) -> Observations:
        """Per choice 1 where the true caption scores higher, 0 where lower. A tie is a guess and counts half: to a blind
        model many pairs are one, and it must not look worse than blind chance, which is 50."""
        margin = np.array(
            [sum(n * self.weights.get(gram, 0.0) for gram, n in _difference(pair).items()) for pair in pairs]
        )
        sure = np.where(np.abs(margin) > 1e-9, np.sign(margin), 0.0)
        return Observations(0.5 + 0.5 * sure, np.array([pair.clip for pair in pairs], dtype=int))


def _largest_eigenvalue(matrix: Callable[[np.ndarray], np.ndarray], size: int, steps: int = 50) -> float:
    """Of a symmetric matrix that multiplies by this function, by power iteration; a tenth is added to be above it.

    The start is random: with pairs that exchange two words a vector of ones would be mapped to 0.
    """
    v = np.random.default_rng(0).standard_normal(size)
    largest = 0.0
    for _ in range(steps):
        v = matrix(v / max(float(np.abs(v).max()), 1e-12))
        largest = float(np.abs(v).max())
    return 1.1 * largest


def _difference(pair: Choice) -> dict[tuple[str, ...], int]:
    """n-grams of which the two captions have unequally many: how many more the true one has, below 0 if fewer."""
    more = Counter(_grams(pair.true))
    more.subtract(Counter(_grams(pair.false)))
    return {gram: n for gram, n in more.items() if n}


def _grams(text: str) -> list[tuple[str, ...]]:
    words = [_START, *words_of(normalise(text)), _END]
    return [tuple(words[i : i + n]) for n in range(1, LONGEST + 1) for i in range(len(words) - n + 1)]
