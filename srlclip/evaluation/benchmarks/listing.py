"""All benchmarks as a table: what each asks, how large it is, who may use it, how it is measured, what was tried of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from srlclip.evaluation.benchmarks.spec import Spec
from srlclip.evaluation.benchmarks.text_tables import aligned, markdown

HEADER = ("name", "benchmark", "task", "counts", "main metric", "size", "licence", "state")


def entry(spec: Spec) -> dict[str, Any]:
    """A benchmark for --json."""
    return {
        "name": spec.name, "title": spec.title, "task": spec.task, "counts": spec.counts, "frames": spec.frames,
        "size": spec.size, "licence": spec.licence, "protocol": spec.protocol, "state": spec.state, "main": spec.main,
        "homepage": spec.homepage,
    }  # fmt: skip


def _cells(spec: Spec) -> list[str]:
    counts = ", ".join(f"{_count(number)} {name}" for name, number in spec.counts.items())
    task = spec.task.replace("_", " ")
    return [spec.name, spec.title, task, counts or "any", spec.main, spec.size or "–", spec.licence, spec.state]


def _count(number: Any) -> str:
    return f"{number:,}" if isinstance(number, int) else str(number).replace("|", " or ")


def listed(specs: Iterable[Spec]) -> str:
    """For a terminal: the table, then a line of protocol for each, which is too long for a column."""
    specs = list(specs)
    table = aligned(HEADER, [_cells(spec) for spec in specs])
    return "\n".join([*table, "", *aligned(("name", "protocol"), [(s.name, s.protocol) for s in specs])])


def listed_markdown(specs: Iterable[Spec]) -> str:
    """For a page: one table, protocol included."""
    return "\n".join(markdown((*HEADER, "protocol"), [[*_cells(spec), spec.protocol] for spec in specs]))
