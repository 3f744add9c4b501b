"""Zero-shot action recognition: a class is the normalised mean of its prompts' vectors, the nearest class is the answer.

top-1, top-5: how often the true class is the first, or among the first five; ties rank last. mean class accuracy: top-1 in
each class, averaged over the classes that have clips. A clip that could not be read is a miss. With several splits top-1 and
top-5 are means over splits, as K600's zero-shot protocol has it, mean class accuracy is over the classes of all, and the
spread over splits is their standard deviation (n - 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from srlclip.evaluation.benchmarks.outcome import Observed
from srlclip.evaluation.benchmarks.questions import Actions
from srlclip.evaluation.towers import Observations
from srlclip.pooling import pooled

TOP = (1, 5)
BY_CLASS = "top-1 by class"


def observe(task: Actions, vectors: np.ndarray, read: np.ndarray, texts: Mapping[str, np.ndarray]) -> Observed:
    """vectors: (M, D), read: bool (M,), texts: text -> (D,), as srlclip.evaluation.benchmarks.embedding has them."""
    weights = class_vectors(task, texts)
    labels = np.array(task.labels)
    parts = [_answers(split, vectors, read, weights, labels) for split in _splits(task)]
    metrics = _metrics(parts)
    numbers: dict[str, float] = {}
    if len(parts) > 1:
        for part in parts:
            metrics |= {f"{part.name} {name}": o for name, o in _metrics([part]).items()}
        for name in _metrics(parts[:1]):
            each = [100 * accuracy(metrics[f"{part.name} {name}"]) for part in parts]
            numbers[f"{name}, standard deviation over splits"] = float(np.std(each, ddof=1))
    rank = np.concatenate([part.rank for part in parts])
    predicted = np.concatenate([part.predicted for part in parts])
    clips = np.concatenate([part.clips for part in parts])
    names = np.array([*task.classes, ""])
    by_class = {
        name: Observations(rank[labels[clips] == place] == 1, clips[labels[clips] == place])
        for place, name in enumerate(task.classes)
        if (labels[clips] == place).any()
    }
    return Observed(metrics, {"rank": rank, "predicted": names[predicted]}, {BY_CLASS: by_class}, numbers)


def class_vectors(task: Actions, texts: Mapping[str, np.ndarray]) -> np.ndarray:
    """(C, D): per class the normalised mean of its prompts' normalised vectors."""
    return np.stack([pooled(np.stack([texts[prompt] for prompt in task.prompts(name)])) for name in task.classes])


@dataclass(frozen=True)
class Answers:
    """One split. clips: (N,) positions in media. label: (N,) class of each. rank: (N,), past the last and every cutoff for one
    that was not read. predicted: (N,) position of the nearest class, -1 for one that was not read."""

    name: str
    clips: np.ndarray
    label: np.ndarray
    rank: np.ndarray
    predicted: np.ndarray


def _splits(task: Actions) -> tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]:
    return task.splits or (("", tuple(range(len(task.media))), tuple(range(len(task.classes)))),)


def _answers(
    split: tuple[str, tuple[int, ...], tuple[int, ...]],
    vectors: np.ndarray,
    read: np.ndarray,
    weights: np.ndarray,
    labels: np.ndarray,
) -> Answers:
    name, clips, classes = split[0], np.array(split[1], int), np.array(split[2], int)
    scores = vectors[clips] @ weights[classes].T  # (N, C)
    own = scores[np.arange(len(clips)), np.searchsorted(classes, labels[clips])]
    rank = np.where(read[clips], (scores >= own[:, None]).sum(1), max(len(classes), *TOP) + 1)
    predicted = np.where(read[clips], classes[scores.argmax(1)], -1)
    return Answers(name, clips, labels[clips], rank, predicted)


def _metrics(parts: list[Answers]) -> dict[str, Observations]:
    """Of one split, or of several that count alike whatever their size."""
    clips = np.concatenate([part.clips for part in parts])
    split = np.repeat(np.arange(len(parts)), [len(part.clips) for part in parts])
    label = np.concatenate([part.label for part in parts])
    out = {}
    for k in TOP:
        hits = np.concatenate([part.rank <= k for part in parts])
        out[f"top-{k}"] = Observations(hits, clips, statistic="macro" if len(parts) > 1 else "mean", strata=split)
    first = np.concatenate([part.rank == 1 for part in parts])
    of_split = split * (label.max(initial=0) + 1) + label
    out["mean class accuracy"] = Observations(first, clips, statistic="macro", strata=of_split)
    return out


def accuracy(observations: Observations) -> float:
    """Mean hit, or for a macro average the mean over strata of their mean hits."""
    if observations.statistic == "mean":
        return float(observations.values.mean())
    _, back, counts = np.unique(observations.strata, return_inverse=True, return_counts=True)
    return float((np.bincount(back, observations.values) / counts).mean())


def labels(task: Actions) -> list[dict[str, str]]:
    """What each row of Observed.cases is about: the split, the clip's id and its class."""
    return [{"split": name, "clip": task.media[i].id, "class": task.classes[task.labels[i]]} for name, i in _rows(task)]


def _rows(task: Actions) -> Iterator[tuple[str, int]]:
    return ((name, i) for name, clips, _ in _splits(task) for i in clips)
