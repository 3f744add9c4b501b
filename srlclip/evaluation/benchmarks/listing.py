"""All benchmarks as a table: what each asks, how large it is, who may use it, how it is measured, what was tried of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from srlclip.evaluation.benchmarks.spec import Spec
from srlclip.evaluation.benchmarks.text_tables import markdown

HEADER = ("name", "benchmark", "task", "counts", "main metric", "size", "licence", "state")

#: Columns of a terminal.
WIDTH = 110
STATES = "miniature: read from hand-written files in the official format, not yet from the real data."


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
    """For a terminal: a few lines each, none longer than WIDTH."""
    blocks = []
    for spec in specs:
        name, title, task, counts, main, size, licence, state = _cells(spec)
        facts = f"{counts}; {size}; licence: {licence}"
        wrapped = [
            textwrap.fill(text, WIDTH, initial_indent="    ", subsequent_indent="    ")
            for text in (facts, spec.protocol)
        ]
        blocks.append("\n".join([f"{name}: {title} ({task}, {main}; {state})", *wrapped]))
    return "\n".join([*blocks, "", STATES])


def listed_markdown(specs: Iterable[Spec]) -> str:
    """For a page: one table, protocol included."""
    return "\n".join(markdown((*HEADER, "protocol"), [[*_cells(spec), spec.protocol] for spec in specs]))
