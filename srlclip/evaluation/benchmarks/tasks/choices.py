"""Right captions against wrong ones of one video or still (SugarCrepe, ARO, VELOCITI, VITATECS, VideoComp).

A case is right if every positive scores above every negative, strictly: a tie is a miss, as is a medium that could not be
read. "accuracy" is over all cases; groups are listed below it, and means that weigh groups or strata alike where the
official table has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import comb

import numpy as np

from srlclip.evaluation.benchmarks import words_alone
from srlclip.evaluation.benchmarks.outcome import Observed
from srlclip.evaluation.benchmarks.questions import Choice, Choices
from srlclip.evaluation.benchmarks.tasks.cosine import cosine
from srlclip.evaluation.towers import Observations

ACCURACY, GROUPS, PRODUCT, MACRO = "accuracy", "mean of groups", "product of groups", "macro average"
TEXT_ONLY = "text-only accuracy"
#: What a set may ask for besides accuracy. macro average: over strata, groups apart from it; text-only: both positives are
#: nearer to each other than to the negative, which needs no medium.
SUMMARIES = (GROUPS, PRODUCT, MACRO, TEXT_ONLY)


def observe(task: Choices, vectors: np.ndarray, read: np.ndarray, texts: Mapping[str, np.ndarray]) -> Observed:
    """vectors: (M, D), read: bool (M,), texts: text -> (D,), as srlclip.evaluation.benchmarks.embedding has them."""
    margins = np.array([_margin(case, vectors[case.medium], texts) for case in task.cases]).reshape(-1)
    seen = np.array([bool(read[case.medium]) for case in task.cases], dtype=bool)
    right = seen & (margins > 0)
    metrics = _metrics(task, right)
    if TEXT_ONLY in task.summaries:
        alone = np.array([_text_only(case, texts) for case in task.cases], dtype=bool)
        metrics |= _text_only_metrics(task, alone)
    shown = np.array([float(m) if there else None for m, there in zip(margins, seen, strict=True)], dtype=object)
    return Observed(metrics, {"right": right, "margin": shown}, chance=chance(task))


def control(task: Choices, seed: int) -> dict[str, Observations]:
    """The same metrics of a model that reads words alone."""
    return _metrics(task, words_alone.answers(task.cases, seed))


def chance(task: Choices) -> dict[str, float]:
    """Metric -> percent that a random order of each case's captions is right."""
    guessed = _metrics(task, np.array([_guess(case) for case in task.cases]))
    if TEXT_ONLY in task.summaries:
        guessed |= _text_only_metrics(task, np.full(len(task.cases), 1 / 3))  # the negative is the odd one out of three
    return {name: 100.0 * _statistic(one) for name, one in guessed.items() if len(one.values)}


def labels(task: Choices) -> list[dict[str, str]]:
    """What each row of Observed.cases is about."""
    return [
        {"case": c.id, "group": c.group, "stratum": c.stratum, "medium": task.media[c.medium].id,
         "true": " | ".join(c.positives), "false": " | ".join(c.negatives)}
        for c in task.cases
    ]  # fmt: skip


def _margin(case: Choice, vector: np.ndarray, texts: Mapping[str, np.ndarray]) -> float:
    """The worst positive less the best negative, in cosines."""
    true, false = ([cosine(texts[text], vector) for text in some] for some in (case.positives, case.negatives))
    return min(true) - max(false)


def _text_only(case: Choice, texts: Mapping[str, np.ndarray]) -> bool:
    """SugarCrepe++'s text-only task: sim(p1, p2) > sim(p1, n) and > sim(p2, n)."""
    one, two, wrong = (texts[text] for text in (*case.positives[:2], case.negatives[0]))
    return cosine(one, two) > max(cosine(one, wrong), cosine(two, wrong))


def _guess(case: Choice) -> float:
    return 1 / comb(len(case.positives) + len(case.negatives), len(case.positives))


def _metrics(task: Choices, right: np.ndarray) -> dict[str, Observations]:
    """right: (N,), how right each case is, 0 to 1."""
    names = tuple(name for name in task.summaries if name != TEXT_ONLY)
    return _over(task, right, lambda name: name, names)


def _text_only_metrics(task: Choices, right: np.ndarray) -> dict[str, Observations]:
    return _over(task, right, lambda name: f"text-only {name}", (GROUPS,) if GROUPS in task.summaries else ())


def _over(
    task: Choices, right: np.ndarray, named: Callable[[str], str], summaries: tuple[str, ...]
) -> dict[str, Observations]:
    """Accuracy, what is asked for of SUMMARIES, and each group's accuracy where there are several."""
    media = np.array([case.medium for case in task.cases], dtype=int)
    groups = np.array([case.group for case in task.cases], dtype=object)
    counted = ~np.isin(groups, task.apart)
    names = list(dict.fromkeys(groups.tolist()))
    of_group = {name: i for i, name in enumerate(names)}
    place = np.array([of_group[group] for group in groups], dtype=int)
    nothing = f"no case outside {', '.join(task.apart)}" if task.apart else "no case"
    out = {named(ACCURACY): Observations(right[counted], media[counted], reason=nothing)}
    for summary, statistic in ((GROUPS, "macro"), (PRODUCT, "product")):
        if summary in summaries:
            rows = (right[counted], media[counted])
            out[named(summary)] = Observations(*rows, statistic=statistic, reason=nothing, strata=place[counted])
    if MACRO in summaries:
        out[named(MACRO)] = _macro(task, right, media)
    if len(names) > 1:
        for name in names:
            rows = place == of_group[name]
            out[named(f"{ACCURACY}: {name}")] = Observations(right[rows], media[rows])
    return out


def _macro(task: Choices, right: np.ndarray, media: np.ndarray) -> Observations:
    names = sorted({case.stratum for case in task.cases} - {""})
    of_stratum = {name: i for i, name in enumerate(names)}
    strata = np.array([of_stratum.get(case.stratum, -1) for case in task.cases], dtype=int)
    rows = strata >= 0
    reason = "not measurable: no stratum has as many cases as the official average asks for"
    return Observations(right[rows], media[rows], statistic="macro", reason=reason, strata=strata[rows])


def _statistic(one: Observations) -> float:
    """Of observations that are no sample: the value itself."""
    if one.strata is None:
        return float(one.values.mean())
    means = [one.values[one.strata == s].mean() for s in np.unique(one.strata)]
    return float(np.prod(means) if one.statistic == "product" else np.mean(means))
