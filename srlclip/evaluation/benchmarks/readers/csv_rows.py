"""Rows of a comma-separated file with a header, by the names of the columns, whatever their order."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from srlclip.evaluation.benchmarks.readers.text import read_text
from srlclip.situations import DataError


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number from 1, column -> text) of every row that is not empty; all columns of the header, in its order.

    Quotes are those of the CSV format. Raises DataError that names the file for a header without one of the columns, and
    the line for a row of another length.
    """
    reader = csv.reader(io.StringIO(read_text(path)))
    header = [name.strip() for name in next(reader, [])]
    lacking = [name for name in columns if name not in header]
    if lacking:
        raise DataError(
            f"the header has no column {lacking[0]}; needed: {', '.join(columns)} (commas)", file=path, line=1
        )
    for values in reader:
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(header):
            raise DataError(f"{len(values)} columns, the header has {len(header)}", file=path, line=reader.line_num)
        yield reader.line_num, dict(zip(header, values, strict=True))
