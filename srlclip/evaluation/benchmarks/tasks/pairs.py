"""Two media and their two captions (Winoground, Vinoground): which belongs to which?

text score: each medium prefers its own caption. image (or video) score: each caption prefers its own medium. group score:
both. Strictly: ties are misses, as is a pair of which a medium could not be read. Definitions: Thrush et al. 2022.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from srlclip.evaluation.benchmarks.outcome import Observed
from srlclip.evaluation.benchmarks.questions import Pairs
from srlclip.evaluation.benchmarks.tasks.cosine import cosine
from srlclip.evaluation.towers import Observations

#: Percent of a model that guesses: two fair coins; of the 24 orders of four scores, four have both own ones above the rest.
CHANCE = (25.0, 25.0, 100 / 6)


def observe(task: Pairs, vectors: np.ndarray, read: np.ndarray, texts: Mapping[str, np.ndarray]) -> Observed:
    """vectors: (M, D), read: bool (M,), texts: text -> (D,), as srlclip.evaluation.benchmarks.embedding has them."""
    scores = np.stack([_scores(case.captions, vectors[list(case.media)], texts) for case in task.cases])  # (N, 2, 2)
    seen = np.array([bool(read[list(case.media)].all()) for case in task.cases])
    own, swapped = scores[:, [0, 1], [0, 1]], scores[:, [0, 1], [1, 0]]  # (N, caption), with its medium and the other
    text = seen & (own[:, 0] > swapped[:, 1]) & (own[:, 1] > swapped[:, 0])
    medium = seen & (own > swapped).all(axis=1)
    hits = dict(zip(score_names(task), (text, medium, text & medium), strict=True))
    chance = {}
    metrics: dict[str, Observations] = {}
    for group, rows in {"": np.arange(len(task.cases)), **_groups(task)}.items():
        for (name, values), guessed in zip(hits.items(), CHANCE, strict=True):
            metric = f"{name}: {group}" if group else name
            metrics[metric] = Observations(values[rows], rows)
            chance[metric] = guessed
    return Observed(metrics, dict(hits), chance=chance)


def score_names(task: Pairs) -> tuple[str, str, str]:
    return "text score", f"{task.shown} score", "group score"


def labels(task: Pairs) -> list[dict[str, str]]:
    """What each row of Observed.cases is about."""
    return [
        {"case": c.id, "groups": " | ".join(c.groups), "first": c.captions[0], "second": c.captions[1],
         "first medium": task.media[c.media[0]].id, "second medium": task.media[c.media[1]].id}
        for c in task.cases
    ]  # fmt: skip


def _scores(captions: tuple[str, str], media: np.ndarray, texts: Mapping[str, np.ndarray]) -> np.ndarray:
    """media: (2, D) -> cosines (caption, medium)."""
    return np.array([[cosine(texts[caption], vector) for vector in media] for caption in captions])


def _groups(task: Pairs) -> dict[str, np.ndarray]:
    """Group -> rows of the cases in it, in order of first appearance."""
    rows: dict[str, list[int]] = {}
    for i, case in enumerate(task.cases):
        for group in case.groups:
            rows.setdefault(group, []).append(i)
    return {group: np.array(members) for group, members in rows.items()}
