"""A table's cells: a number with its interval, a difference, or why there is none; as JSON values and as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from srlclip.evaluation.metrics.bootstrap import Interval


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
