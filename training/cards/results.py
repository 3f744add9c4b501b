"""A results file of training/evaluate.py as model cards show it: checked, as tables, and what did not get better."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srlclip.models.checkpoints import read_json

_LOWER_IS_BETTER = ("MdR", "MnR")


@dataclass(frozen=True)
class Results:
    """One results file of training/evaluate.py. column: the exported model's name in its tables."""

    file: str
    values: Mapping[str, Any]
    column: str


def read_results(entry: str | Path, run: str, bases: Collection[str]) -> Results:
    """A results file of training/evaluate.py and its column of one model.

    entry: FILE, whose column is the one measured from the run folder named `run`, or FILE=COLUMN. bases: names of the run's
    base; a file about another base is refused, so that no card shows another model's numbers. Raises ValueError.
    """
    name, _, column = (str(entry), "", "") if Path(entry).is_file() else str(entry).rpartition("=")
    path = Path(name or entry)
    if not path.is_file():
        raise ValueError(f"no results file at {path}; training/evaluate.py writes one (its --out)")
    values = read_json(path)
    try:
        tables, models = values["tables"], dict(values.get("models", {}))
        column = column or next((name for name, source in models.items() if source == run), "")
        if not column or not all(column in row for table in tables.values() for row in table.values()):
            raise ValueError(
                f"{path} has no column {column or 'measured from run ' + repr(run)}; it measures "
                f"{', '.join(f'{name} ({source})' for name, source in models.items())}; if one of them is this run: "
                f"--results {path}=COLUMN"
            )
        if not all({"mean", "ci"} <= set(row[column]) for table in tables.values() for row in table.values()):
            raise KeyError("mean, ci")
    except (KeyError, AttributeError, TypeError) as error:
        raise ValueError(f"{path} is not a results file of training/evaluate.py ({error!r})") from None
    names = {Path(base).name for base in bases}
    if "base" in models and Path(models["base"]).name not in names:
        raise ValueError(f"{path} is about the base {models['base']}, this run about {' or '.join(sorted(names))}")
    return Results(path.name, values, column)


SHOWN = (
    "event R@1", "event R@10", "event MdR", "event in its clip", "clip R@1", "verb accuracy", "negatives: verb_role 1 of 5",
    "negatives: agent_patient", "negatives: attribute", "negatives: noun", "negatives: direction", "negatives: manner",
)  # fmt: skip


def results_table(results: Mapping[str, Any], metrics: tuple[str, ...] = SHOWN) -> str:
    """One Markdown table per split of a results file of training/evaluate.py: a column per model, 95 % intervals."""
    lines = []
    for title, table in results["tables"].items():
        models = [name for name in next(iter(table.values())) if " - " not in name]
        lines += ["", f"**{title}**", "", f"| | {' | '.join(models)} |", f"|---|{'---|' * len(models)}"]
        for metric in metrics:
            if metric in table:
                cells = (
                    f"{c['mean']:.1f} [{c['ci'][0]:.1f}, {c['ci'][1]:.1f}]" for c in (table[metric][m] for m in models)
                )
                lines.append(f"| {metric} | {' | '.join(cells)} |")
    return "\n".join(lines).strip()


def verdicts(results: Results) -> tuple[list[str], list[str]]:
    """Where the model is worse than another of the file, and where the 95 % interval of their difference holds 0."""
    worse, even = [], []
    for title, table in results.values["tables"].items():
        for metric, row in table.items():
            for name, cell in row.items():
                if not name.startswith(f"{results.column} - "):
                    continue
                sign = -1 if metric.endswith(_LOWER_IS_BETTER) else 1
                low, high = sorted(sign * bound for bound in cell["ci"])
                other = name.removeprefix(f"{results.column} - ")
                text = f"{metric} against {other} ({title.split(':')[0]}) {cell['mean']:+.1f} [{cell['ci'][0]:.1f}, {cell['ci'][1]:.1f}]"
                if high < 0:
                    worse.append(text)
                elif low <= 0:
                    even.append(text)
    return worse, even
