"""One benchmark's results as files and as text: results.json, table.md, cases.csv, and what a terminal shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from srlclip.evaluation.benchmarks import words_alone
from srlclip.evaluation.benchmarks.outcome import Result
from srlclip.evaluation.benchmarks.rows import (
    DRAWN_NOTE,
    checks_of,
    columns_of,
    names_of,
    numbers_of,
    rows_of,
    title_of,
)
from srlclip.evaluation.benchmarks.settings import RunSettings
from srlclip.evaluation.benchmarks.spec import Spec
from srlclip.evaluation.benchmarks.text_tables import aligned, escaped, markdown
from srlclip.files import safe_cell, write_json, write_text
from srlclip.results import PairInfo, model_id

#: Unreadable media that are listed by name, and rows of a further table that are shown; the rest is in results.json.
LISTED, LONGEST_TABLE = 5, 30
BRACKETS = "Brackets: 95 % intervals over media, paired in the difference. Ties count against the model."


@dataclass(frozen=True)
class Measured:
    """A result with what a reader needs to trust it. fingerprints: of the models' weights. provenance: of the run."""

    spec: Spec
    result: Result
    info: PairInfo
    fingerprints: Mapping[str, str]
    settings: RunSettings
    provenance: Mapping[str, Any]

    @property
    def names(self) -> dict[str, str]:
        """What the table calls the models."""
        return names_of(self.info.adapter_id)


def document(measured: Measured) -> dict[str, Any]:
    """results.json, but for the cases, which are in cases.csv."""
    spec, result, info = measured.spec, measured.result, measured.info
    body = {name: value for name, value in asdict(result).items() if name != "rows"}
    return {
        **body,
        "title": spec.title,
        "n": {"read": result.present, "of": result.media, "without a file": absent(result)},
        "models": {
            "base": {"id": model_id(info.base_id), "fingerprint": measured.fingerprints["base"]},
            "adapted": {"id": model_id(info.adapter_id), "fingerprint": measured.fingerprints["adapted"]},
            "trained_on": info.trained_on,
            "synthetic": info.is_synthetic,
        },
        "seed": measured.settings.seed,
        "checks": [
            {**asdict(check), "met": check.met if check.applies else None}
            for check in checks_of(spec, result, info.base_id)
        ],
        "intervals": "95 % bootstrap intervals; whole media are drawn, the same for both models",
        "spec": asdict(spec),
        "provenance": dict(measured.provenance),
    }


def absent(result: Result) -> int:
    """Media that have no file."""
    return result.media - result.present - len(result.failures)


def notes(measured: Measured) -> list[str]:
    """What stands below a table, a sentence or a line each."""
    result, out = measured.result, numbers_of(measured.result, measured.names)
    if result.synthetic is not None:
        out.insert(0, DRAWN_NOTE)
    if missing := absent(result):
        out.append(f"Without a file: {missing:,} of {result.media:,} media; they count as misses.")
    if failures := result.failures:
        out.append(f"Not readable: {len(failures):,} of {result.media:,} media; they count as misses:")
        out += [f"  {name}: {why}" for name, why in failures[:LISTED]]
        if len(failures) > LISTED:
            out.append(f"  and {len(failures) - LISTED:,} more, in results.json")
    if result.truncated:
        out.append(f"Longer than the text tower reads: {result.truncated:,} texts; only their beginning counted.")
    if result.control:
        out.append(words_alone.ABOUT)
    checks = checks_of(measured.spec, result, measured.info.base_id)
    out += [f"Check: {check.sentence(measured.info.base_id)}." for check in checks]
    return out


def headline(measured: Measured) -> str:
    """ "MSR-VTT 1k-A: 998 of 1,000 media, 12 frames each"."""
    result = measured.result
    return f"{title_of(measured.spec, result)}: {result.present:,} of {result.media:,} media, {result.frames} frames of a video"


def models_line(info: PairInfo) -> str:
    return f"base {model_id(info.base_id)}, adapter {model_id(info.adapter_id)}; trained on {info.trained_on}"


def printed(measured: Measured) -> str:
    """The table and its notes for a terminal."""
    header, cells = columns_of(rows_of(measured.spec, measured.result), measured.names)
    lines = [headline(measured), models_line(measured.info), "", *aligned(header, cells), ""]
    for title, table in further(measured):
        lines += [title, *aligned(*table), ""]
    return "\n".join([*lines, BRACKETS, *notes(measured)])


def further(measured: Measured) -> list[tuple[str, tuple[list[str], list[list[str]]]]]:
    """(title, (header, cells)) of the result's further tables; of a long one the first rows."""
    out = []
    for title in measured.result.tables:
        rows = rows_of(measured.spec, measured.result, title)
        more = f" (the first {LONGEST_TABLE} of {len(rows):,} rows)" if len(rows) > LONGEST_TABLE else ""
        out.append((title + more, columns_of(rows[:LONGEST_TABLE], measured.names)))
    return out


def table_markdown(measured: Measured, level: int = 1, figures: tuple[str, ...] = ()) -> str:
    """level: of its heading. figures: paths of pictures, from the file on."""
    spec = measured.spec
    header, cells = columns_of(rows_of(spec, measured.result), measured.names)
    listed = [f"{'  ' * note.startswith('  ')}- {escaped(note.strip())}" for note in notes(measured)]
    pictures = [f"![{escaped(spec.title)}: {Path(name).stem}]({name})" for name in figures]
    parts = [
        f"{'#' * level} {escaped(headline(measured))}",
        f"{escaped(spec.protocol)} {escaped(models_line(measured.info))}.",
        "\n".join(markdown(header, cells, bold_first=True)),
        f"Bold: the main metric. {BRACKETS}",
        *(f"{escaped(title)}\n\n" + "\n".join(markdown(*table)) for title, table in further(measured)),
        *(["\n".join(listed)] if listed else []),
        *pictures,
        f"Commit {measured.provenance['commit']}, {measured.provenance['date']}, seed {measured.settings.seed}.",
    ]
    return "\n\n".join(parts) + "\n"


def cases_csv(result: Result) -> str:
    """A line per case; columns as the task names them."""
    out = io.StringIO()
    columns = list(dict.fromkeys(name for row in result.rows for name in row))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in columns])
    for row in result.rows:
        writer.writerow([safe_cell(row.get(name, "")) for name in columns])
    return out.getvalue()


def write(folder: str | Path, measured: Measured, figures: Mapping[str, str]) -> None:
    """results.json, table.md, cases.csv and the figures (name -> SVG). Raises OSError."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, svg in figures.items():
        write_text(folder / name, svg)
    write_text(folder / "table.md", table_markdown(measured, figures=tuple(figures)))
    write_text(folder / "cases.csv", cases_csv(measured.result))
    write_json(folder / "results.json", document(measured))
