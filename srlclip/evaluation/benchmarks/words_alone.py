"""The text-only control of choices among captions: how often do the words give the right one away?

A blind model (srlclip.evaluation.blind) learns from the cases themselves, never from those that it is asked: media are dealt
into FOLDS, and each fold is answered by a model of the others. One model per group, as negatives of a kind have habits of
their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import comb

import numpy as np

from srlclip.evaluation import blind
from srlclip.evaluation.benchmarks.questions import Choice

FOLDS = 5
#: Questions of two captions that a model learns from at most: more change little, and cost minutes.
LEARNT = 20_000
ABOUT = (
    "Words alone: how often the words give the answer away to a model that sees no picture, learnt from the captions of the "
    "other four fifths of the media. What it gets right beyond chance needs no sight."
)


def answers(cases: Sequence[Choice], seed: int = 0) -> np.ndarray:
    """(N,): how surely each case is right by its words, 0 to 1. Between captions that it scores alike it guesses."""
    out = np.zeros(len(cases))
    groups: dict[str, list[int]] = {}
    for i, case in enumerate(cases):
        groups.setdefault(case.group, []).append(i)
    for rows in groups.values():
        fold = _folds([cases[i].medium for i in rows], seed)
        for k in range(FOLDS):
            asked = [i for i, f in zip(rows, fold, strict=True) if f == k]
            others = [cases[i] for i, f in zip(rows, fold, strict=True) if f != k]
            model = _fitted(others, seed) if asked else None
            for i in asked:
                out[i] = _sureness(model, cases[i])
    return out


def _folds(media: Sequence[int], seed: int) -> list[int]:
    """The fold of each medium: its place in a random order, so that every fold has as many."""
    distinct = sorted(set(media))
    order = np.random.default_rng(seed).permutation(len(distinct))
    place = dict(zip(distinct, (int(p) for p in order), strict=True))
    return [place[medium] % FOLDS for medium in media]


def _fitted(cases: Sequence[Choice], seed: int) -> blind.BlindModel:
    pairs = [blind.Choice(t, f, c.medium) for c in cases for t, f in product(c.positives, c.negatives)]
    if len(pairs) > LEARNT:
        kept = np.random.default_rng(seed).choice(len(pairs), LEARNT, replace=False)
        pairs = [pairs[i] for i in sorted(kept.tolist())]
    return blind.BlindModel.fit(pairs) if pairs else blind.BlindModel({})


def _sureness(model: blind.BlindModel | None, case: Choice) -> float:
    """The probability that every positive is above every negative where equal scores are put in random order."""
    scores = model.score if model is not None else (lambda text: 0.0)
    # Sums of the same weights in another order may differ in the last bits.
    true, false = ([round(scores(text), 9) for text in texts] for texts in (case.positives, case.negatives))
    least, most = min(true), max(false)
    if least != most:
        return float(least > most)
    level = true.count(least)
    return 1 / comb(level + false.count(most), level)
