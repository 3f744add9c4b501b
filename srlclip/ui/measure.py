"""Numbers behind the analysis tab: a results file, a quick measurement on the gallery, a run folder's log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..plots import KIND_NAMES
from ..results import MODELS
from ..situations import DataError

if TYPE_CHECKING:
    from ..compare import Comparison

#: A value and, where it was measured, its 95 % interval.
Estimate = tuple[float, float | None, float | None]
_ALIASES = {"srl_clip": "adapted", "srlclip": "adapted", "srl-clip": "adapted", "clip": "base"}


@dataclass(frozen=True)
class MetricRow:
    """One measured metric. group: the table it belongs to. values: per model (and control), in the file's own unit."""

    group: str
    name: str
    values: Mapping[str, Estimate]


def _estimate(value: object) -> Estimate | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value), None, None
    if isinstance(value, (list, tuple)) and len(value) == 3 and all(isinstance(v, (int, float)) for v in value):
        return float(value[0]), float(value[1]), float(value[2])
    if isinstance(value, Mapping):
        middle = next((value[k] for k in ("value", "mean", "estimate") if isinstance(value.get(k), (int, float))), None)
        if middle is None:
            return None
        interval = next((value[k] for k in ("ci", "ci95", "interval") if isinstance(value.get(k), (list, tuple))), None)
        low = next((value[k] for k in ("low", "lo", "ci_low") if k in value), interval[0] if interval else None)
        high = next((value[k] for k in ("high", "hi", "ci_high") if k in value), interval[1] if interval else None)
        return float(middle), low, high
    return None


def metric_rows(results: Mapping | None) -> tuple[MetricRow, ...]:
    """Every mapping in the results that holds an estimate for "base" and one for "adapted", in file order.

    An estimate is a number, [value, low, high], or a mapping with "value" or "mean" and "low"/"high" or "ci".
    Further keys with estimates (controls) become further columns. The path to the mapping names the row.
    """

    def walk(node: object, path: tuple[str, ...]) -> Iterator[MetricRow]:
        if isinstance(node, Mapping):
            found = {_ALIASES.get(str(k).lower(), str(k)): _estimate(v) for k, v in node.items()}
            values = {k: v for k, v in found.items() if v is not None}
            if path and all(model in values for model in MODELS):
                yield MetricRow(" · ".join(path[:-1]), path[-1].replace("_", " "), values)
                return
            for key, value in node.items():
                yield from walk(value, (*path, str(key)))
        elif isinstance(node, list):
            for index, value in enumerate(node):
                name = value.get("metric") or value.get("name") if isinstance(value, Mapping) else None
                yield from walk(value, (*path, str(name or index + 1)))

    return tuple(walk(results or {}, ()))


def sources(results: Mapping | None) -> tuple[tuple[str, str], ...]:
    """What the results file says about itself: its top-level plain values (n, seeds, date, commit, command ...)."""
    top = dict(results or {})
    for key in ("meta", "source", "about"):
        if isinstance(top.get(key), Mapping):
            top.update(top[key])
    plain = [(k, v) for k, v in top.items() if isinstance(v, (str, int, float)) and not isinstance(v, bool)]
    return tuple((str(k).replace("_", " "), str(v)) for k, v in plain)


@dataclass
class Tally:
    """Negatives that only SRL-CLIP beats (won), only Base beats (lost), both or neither (tied)."""

    won: int = 0
    tied: int = 0
    lost: int = 0

    def add(self, base: bool, adapted: bool) -> None:
        if base == adapted:
            self.tied += 1
        elif adapted:
            self.won += 1
        else:
            self.lost += 1


@dataclass
class GalleryMeasure:
    """A quick measurement on gallery clips. ranks: (base, adapted) rank of each described clip."""

    clips: int = 0
    gallery: int = 0
    ranks: list[tuple[int, int]] = field(default_factory=list)
    margins: dict[str, list[float]] = field(default_factory=lambda: {m: [] for m in MODELS})
    by_kind: dict[str, Tally] = field(default_factory=dict)
    by_verb: dict[str, Tally] = field(default_factory=dict)


def measure_gallery(
    comparison: Comparison, limit: int = 40, progress: Callable[[float, str], None] | None = None
) -> GalleryMeasure:
    """Search with, and score, one event of every clip (at most `limit`, evenly spread; event i mod 5 of the i-th clip).

    The choice of events depends on nothing that was measured. Raises ValueError if no gallery clip is labelled.
    """
    everyone = comparison.clip_ids()
    labelled = [clip for clip in everyone if comparison.situation(clip).events]
    if not labelled:
        raise ValueError("No gallery clip has labels, so there is nothing to measure against. Open a labelled gallery.")
    count = min(limit, len(labelled))
    chosen = [labelled[i * len(labelled) // count] for i in range(count)]
    kinds = tuple(kind for kind in KIND_NAMES if kind != "custom")
    measure = GalleryMeasure(clips=count, gallery=len(everyone))
    for number, clip in enumerate(chosen):
        if progress is not None:
            progress(number / count, f"clip {number + 1} of {count}")
        events = comparison.situation(clip).events
        index = number % len(events)
        true = comparison.true_caption(clip, index, "natural").text
        found = comparison.search(true, clip)
        pair = tuple(found.target_rank(model) for model in MODELS)
        if all(pair):
            measure.ranks.append(pair)
        negatives = comparison.negatives(clip, index, kinds)
        if not negatives:
            continue
        for scored in comparison.score(clip, index, true, negatives).negatives:
            for model in MODELS:
                measure.margins[model].append(scored.margin(model) or 0.0)
            beaten = [(scored.margin(model) or 0.0) > 0 for model in MODELS]
            measure.by_kind.setdefault(scored.caption.kind, Tally()).add(*beaten)
            measure.by_verb.setdefault(events[index].lemma, Tally()).add(*beaten)
    return measure


def read_log(run_folder: Path | str) -> list[dict]:
    """The rows of a run folder's log.jsonl, in order.

    Raises DataError if the file is missing or a line is not a JSON object (a cut last line is tolerated:
    the run may be writing it).
    """
    path = Path(run_folder) / "log.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError("cannot be read; give the folder of a training run", file=path) from error
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            if number == len(lines):
                break
            raise DataError("is not JSON; every line must be one JSON object", file=path, line=number) from error
        if isinstance(row, dict):
            rows.append(row)
    return rows


def run_folders(root: Path | str | None) -> tuple[str, ...]:
    """Names of the folders under `root` that hold a log.jsonl, newest first."""
    if root is None or not Path(root).is_dir():
        return ()
    logs = sorted(Path(root).glob("*/log.jsonl"), key=lambda p: p.stat().st_mtime, reverse=True)
    return tuple(log.parent.name for log in logs)
