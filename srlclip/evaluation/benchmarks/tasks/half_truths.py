"""Half-truths of a benchmark's events: the measures of srlclip.evaluation.half_truths, for all roles and by role.

An event that could not be read is a miss of every measure.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from srlclip.evaluation import half_truths
from srlclip.evaluation.benchmarks.event_questions import HalfTruths
from srlclip.evaluation.benchmarks.outcome import Observed


def observe(task: HalfTruths, vectors: np.ndarray, read: np.ndarray, texts: Mapping[str, np.ndarray]) -> Observed:
    """vectors: (M, D), read: bool (M,), texts: text -> (D,), as srlclip.evaluation.benchmarks.embedding has them."""
    clip, event = np.array(task.place).T
    events = np.zeros((len(task.clips), event.max() + 1, vectors.shape[1]), vectors.dtype)  # (G, E, D)
    events[clip[read], event[read]] = vectors[read]  # zeros score alike with every text, and ties lose
    measured = half_truths.observe(events, task.asked, texts)
    whole = {measure: rows[half_truths.ALL] for measure, rows in measured.items()}
    by_role = {
        f"{measure}, by role": {role: seen for role, seen in rows.items() if role != half_truths.ALL}
        for measure, rows in measured.items()
    }
    return Observed(whole, {measure: seen.values for measure, seen in whole.items()}, by_role)


def labels(task: HalfTruths) -> list[dict[str, str]]:
    """What each row of Observed.cases is about."""
    return [
        {"clip": task.clips[a.clip], "event": str(a.event + 1), "role": a.half.name, "short": a.half.short.text,
         "right": a.half.right.text, "wrong": a.half.wrong.text}
        for a in task.asked
    ]  # fmt: skip
