"""What the measured parts share: where results lie, and a number with its interval."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "results"


def committed(name: str) -> dict[str, Any]:
    """A file of results/."""
    return json.loads((RESULTS / name).read_text("utf-8"))


def is_measured(name: str) -> bool:
    return (RESULTS / name).is_file()


def interval(value: dict, sign: bool = False) -> str:
    """mean [low, high], one digit each."""
    mean = f"{value['mean']:+.1f}" if sign else f"{value['mean']:.1f}"
    low, high = value["ci"]
    return f"{mean} [{low:.1f}, {high:.1f}]"
