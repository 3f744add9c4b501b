"""What a benchmark found of one model, before and after intervals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srlclip.evaluation.towers import Observations


@dataclass(frozen=True)
class Observed:
    """metrics: name -> observations. cases: column -> (N,), one row per case, for the per-query file.

    tables: title -> row -> observations, what is broken down further (by class, by role). numbers: name -> a figure that
    has no interval over cases (a largest value, a spread over three splits). chance: metric -> what guessing scores, in the
    table's unit, where that is known.
    """

    metrics: dict[str, Observations]
    cases: dict[str, np.ndarray] = field(default_factory=dict)
    tables: dict[str, dict[str, Observations]] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    chance: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """table: metric -> model, and "b - a" -> {"mean", "ci", "n"} (srlclip.evaluation.towers.summarise). present, media: how
    many media were read, of how many. failures: (id, why) of unreadable ones. rows: one per case, its words and each
    model's values. control: the same metrics by a model that reads words alone, where the words can give an answer away:
    metric -> {"mean", "ci", "n"}. tables, numbers: as Observed has them, of each model. percent: the metrics, and rows of
    tables, that are percentages. chance: metric -> what guessing scores. synthetic: what the maker of a drawn instance left in
    the folder; None for a benchmark's own files."""

    benchmark: str
    table: dict[str, dict]
    present: int
    media: int
    counts: dict[str, int]
    frames: int
    failures: tuple[tuple[str, str], ...] = ()
    truncated: int = 0
    rows: tuple[dict[str, Any], ...] = ()
    control: dict[str, dict] = field(default_factory=dict)
    percent: tuple[str, ...] = ()
    chance: dict[str, float] = field(default_factory=dict)
    tables: dict[str, dict[str, dict]] = field(default_factory=dict)
    numbers: dict[str, dict[str, float]] = field(default_factory=dict)
    synthetic: dict[str, Any] | None = None
