"""Does a model see the order of things? A clip against the same clip with its frames in reversed order.

A model that averages its frames gives both clips one vector: it scores them alike, whatever the caption says, and what it
says of the order of captions is chance. Ties lose, and scores closer than SAME are a tie.

right order           the true caption scores above the exchanged one (chance 50)
follows the reversal  right order, and the exchanged caption scores above the true one when the clip runs backwards (0 for a
                      model that averages, whatever its captions; 25 by chance for one that does not)
forwards preferred    the true caption scores higher on the clip than on the reversed clip (0 for a model that averages)
moved by reversal     how far the true caption's cosine moves when the clip is reversed, in thousandths

A reversed clip does not always show what the exchanged caption says: a door that closes opens. Only "right order" has one
answer for every clip.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from srlclip.evaluation.benchmarks.event_questions import Orders
from srlclip.evaluation.benchmarks.outcome import Observed
from srlclip.evaluation.towers import Observations

RIGHT, FOLLOWS, FORWARDS, MOVED = "right order", "follows the reversal", "forwards preferred", "moved by reversal"
LARGEST = "largest move of a cosine by reversal"
#: Cosines closer than this are the same: sums in another order differ in the last bits.
SAME = 1e-6


def observe(task: Orders, vectors: np.ndarray, read: np.ndarray, texts: Mapping[str, np.ndarray]) -> Observed:
    """vectors: (M, D), read: bool (M,), texts: text -> (D,), as srlclip.evaluation.benchmarks.embedding has them. A clip
    that could not be read is a miss; MOVED leaves it out."""
    forwards = np.array([case.forwards for case in task.cases])
    backwards = np.array([case.backwards for case in task.cases])
    caption = np.stack([texts[case.caption] for case in task.cases])  # (N, D)
    exchanged = np.stack([texts[case.exchanged] for case in task.cases])
    there = read[forwards] & read[backwards]
    true, other = _cosines(vectors[forwards], caption), _cosines(vectors[forwards], exchanged)
    true_back, other_back = _cosines(vectors[backwards], caption), _cosines(vectors[backwards], exchanged)
    clip = _clips(task)
    right = there & (true - other > SAME)
    move = true - true_back
    metrics = {
        RIGHT: Observations(right, clip),
        FOLLOWS: Observations(right & (other_back - true_back > SAME), clip),
        FORWARDS: Observations(there & (move > SAME), clip),
        MOVED: Observations(1000 * np.abs(move[there]), clip[there], percent=False, reason="no clip could be read"),
    }
    largest = float(np.abs(move[there]).max(initial=0.0))
    return Observed(metrics, {"right": right, "move": np.where(there, move, np.nan)}, _by_group(task, right, clip),
                    {LARGEST: largest})  # fmt: skip


def _cosines(vectors: np.ndarray, texts: np.ndarray) -> np.ndarray:
    return np.einsum("nd,nd->n", vectors.astype(np.float64), texts.astype(np.float64))


def _clips(task: Orders) -> np.ndarray:
    """(N,): which file each case is of, since intervals resample whole clips."""
    place: dict[object, int] = {}
    media = [task.media[case.forwards] for case in task.cases]
    return np.array([place.setdefault(m.path or m.id, len(place)) for m in media])


def _by_group(task: Orders, right: np.ndarray, clip: np.ndarray) -> dict[str, dict[str, Observations]]:
    groups = np.array([case.group for case in task.cases])
    rows = {
        group: Observations(right[groups == group], clip[groups == group])
        for group in dict.fromkeys(groups.tolist())
        if group
    }
    return {f"{RIGHT}, by category": rows} if rows else {}


def labels(task: Orders) -> list[dict[str, str]]:
    """What each row of Observed.cases is about."""
    return [
        {"clip": case.id, "caption": case.caption, "exchanged": case.exchanged, "category": case.group}
        for case in task.cases
    ]
