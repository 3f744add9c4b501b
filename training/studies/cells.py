"""A table's cells: a number with its interval, a difference, or why there is none; as JSON values and as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from srlclip.evaluation.metrics.bootstrap import Interval
from training.studies.definitions import Study
from training.studies.statistics import Bootstrap, ClipSums, SeedScores


def arm_cell(
    study: Study,
    arm: str,
    seeds: Mapping[str, Sequence[int]],
    take: Callable[[str, Sequence[int]], ClipSums | SeedScores | None],
    bootstrap: Bootstrap,
) -> dict[str, Any] | None:
    """One arm's numbers, with its difference to or from the reference; None if there is no run.

    seeds: arm -> its seeds that were measured. take: (arm, seeds) -> what they measured, None if one has not.
    """
    measured = take(arm, sorted(seeds[arm]))
    if measured is None:
        return None
    numbers = interval_cell(bootstrap.interval(measured)) | {
        "n": measured.n,
        "clips": measured.clips,
        "seeds": sorted(seeds[arm]),
        "per_seed": [round(float(v), 2) for v in measured.per_seed()],
    }
    # The base is one model: it stands against every seed. Else only seeds that both have can be paired.
    one_model = {name: study.arm(name).overrides is None for name in (arm, study.reference)}
    mine, theirs = sorted(seeds[arm]), sorted(seeds[study.reference])
    if one_model[study.reference]:
        shared = mine if theirs else []
    else:
        shared = theirs if one_model[arm] else sorted(set(mine) & set(theirs))
    if arm == study.reference or not shared:
        return numbers
    a = take(study.reference, theirs if one_model[study.reference] else shared)
    b = measured if one_model[arm] else take(arm, shared)
    if a is not None and b is not None:
        pair = (a, b) if study.arms_minus_reference else (b, a)
        numbers["difference"] = interval_cell(bootstrap.difference(*pair)) | {"seeds": shared}
    return numbers


def interval_cell(interval: Interval) -> dict[str, Any]:
    return {"mean": round(interval.mean, 2), "ci": [round(interval.low, 2), round(interval.high, 2)]}


def missing_cell(folders: Iterable[Path], failed: Mapping[Path, str]) -> dict[str, str]:
    """Of runs that were planned: the first error among those that failed, else that they were not run."""
    errors = [failed[folder] for folder in folders if folder in failed]
    return {"missing": f"failed: {errors[0]}" if errors else "not run"}


def level(cell: Mapping[str, Any]) -> str:
    if "mean" not in cell:
        return "missing"
    return f"{cell['mean']:.1f} [{cell['ci'][0]:.1f}, {cell['ci'][1]:.1f}]"


def signed(cell: Mapping[str, Any]) -> str:
    """A difference, bold where its interval leaves 0 out."""
    if "mean" not in cell:
        return "missing"
    low, high = cell["ci"]
    text = f"{cell['mean']:+.1f} [{low:.1f}, {high:.1f}]"
    return f"**{text}**" if low > 0 or high < 0 else text
