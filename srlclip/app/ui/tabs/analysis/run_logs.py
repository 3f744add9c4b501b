"""Training runs as numbers: the logs of a folder of run folders, and a table of what differs between the runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from srlclip.config import flat
from srlclip.situations import DataError


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


@dataclass(frozen=True)
class RunRow:
    """One run. settings, metrics: flattened, "loss.video" -> value. about: commit, date, steps ... of its run.json."""

    name: str
    settings: Mapping[str, object]
    metrics: Mapping[str, float]
    about: Mapping[str, object]


@dataclass(frozen=True)
class RunTable:
    """Runs side by side. varied: the settings in which they differ; metrics: those that any of them has."""

    rows: tuple[RunRow, ...]
    varied: tuple[str, ...]
    metrics: tuple[str, ...]


#: Settings that name a place or a seedless detail of the machine, and tell runs apart without meaning anything.
_PLACES = ("out", "data.root", "data.cache", "data.workers", "data.videos", "checkpoint_every", "trackers")


def run_table(root: Path | str | None) -> RunTable:
    """Every run folder under `root` that has metrics.json: an ablation by hand becomes a table.

    Settings are those of train_config.json or config.json, else of run.json. Files that cannot be read count as empty.
    """
    rows = []
    for name in run_folders(root):
        folder = Path(str(root)) / name
        metrics = {k: float(v) for k, v in flat(_json(folder / "metrics.json")).items() if _is_number(v)}
        if not metrics:
            continue
        run = _json(folder / "run.json")
        settings = _json(folder / "train_config.json") or run.get("settings") or _json(folder / "config.json")
        about = {k: run[k] for k in ("commit", "date", "steps", "seconds") if k in run}
        rows.append(RunRow(name, flat(settings), metrics, about))
    missing = "not said"
    keys = dict.fromkeys(key for row in rows for key in row.settings if key not in _PLACES)
    varied = tuple(k for k in keys if len({str(row.settings.get(k, missing)) for row in rows}) > 1)
    return RunTable(tuple(rows), varied, tuple(dict.fromkeys(k for row in rows for k in row.metrics)))


def _json(path: Path) -> dict:
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
