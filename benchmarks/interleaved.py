"""Variants that take turns in one process, so that a busy machine is the same for all; medians of their times, written as JSON
and Markdown. Processor time stands beside wall time: on a machine that does other work only the first means much."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from srlclip.files import write_json, write_text
from srlclip.provenance import provenance

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "results" / "speed"


def take_turns(variants: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, dict[str, list[float]]]:
    """variant -> {"cpu_s", "wall_s"}: seconds of each counted round. A first round warms up; who begins moves on."""
    if rounds < 1:
        raise ValueError(f"rounds is {rounds}; it must be 1 or more")
    names = list(variants)
    times: dict[str, dict[str, list[float]]] = {name: {"cpu_s": [], "wall_s": []} for name in names}
    for number in range(rounds + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            cpu, wall = time.process_time(), time.perf_counter()
            variants[name]()
            if number:
                times[name]["cpu_s"].append(time.process_time() - cpu)
                times[name]["wall_s"].append(time.perf_counter() - wall)
    return times


def against(times: Mapping[str, Mapping[str, Sequence[float]]], naive: str) -> dict[str, dict[str, float]]:
    """variant -> medians of seconds, and of the speed-up within a round against the variant `naive`."""
    rows = {}
    for name, own in times.items():
        rows[name] = {kind: median(values) for kind, values in own.items()}
        for kind, values in own.items():
            ratios = [a / b for a, b in zip(times[naive][kind], values, strict=True)]
            rows[name][f"speed_up_{kind.removesuffix('_s')}"] = median(ratios)
    return rows


def load() -> float:
    """Programs that ran or waited over the last minute."""
    return os.getloadavg()[0]


def write(name: str, settings: dict[str, Any], measured: dict[str, Any], markdown: str, folder: Path = FOLDER) -> None:
    """NAME.json, with where it comes from, and NAME.md. measured: "load_before" among its values says how busy it was."""
    folder.mkdir(parents=True, exist_ok=True)
    about = provenance(settings)
    write_json(folder / f"{name}.json", {**about, **measured})
    busy = measured["load_before"]
    note = f"Commit {about['commit']}, {about['date'][:10]}, {about['machine']}, load before {busy:.1f}" + (
        "; the machine was busy, so wall times are upper bounds." if busy > 0.5 else "."
    )
    write_text(folder / f"{name}.md", f"{markdown}\n\n{note}\n")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers with two digits after the point."""
    cells = [[f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in [list(head), ["---"] * len(head), *cells])
