"""Rows of official tables: JSON, JSON Lines and CSV alike, each row with the place that an error names."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srlclip.data.problems import brief
from srlclip.evaluation.benchmarks.readers.text import read_json, read_json_lines, read_text
from srlclip.situations import DataError


@dataclass(frozen=True)
class Row:
    """One object of a file. line: from 1, None in JSON, which has no line a row. entry: what the file calls it."""

    values: Mapping[str, Any]
    file: Path
    line: int | None
    entry: str

    def text(self, name: str) -> str:
        """Raises DataError for a value that is missing, empty or no text."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"{name} must be text that is not empty, got {brief(value)}")
        return value

    def number(self, name: str) -> float:
        """Raises DataError for a value that is missing or no number."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(f"{name} must be a number, got {brief(value)}")
        return float(value)

    def texts(self, name: str) -> list[str]:
        """A list of texts; one text alone is a list of one."""
        value = self.values.get(name)
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not values or not all(isinstance(v, str) and v.strip() for v in values):
            raise self.wrong(f"{name} must be a list of texts, got {brief(value)}")
        return values

    def wrong(self, problem: str) -> DataError:
        return DataError(problem, file=self.file, line=self.line, entry=self.entry)


def read_rows(path: Path) -> list[Row]:
    """By the file's name: .jsonl, .csv (with a header, commas), else JSON, a list of objects or an object of them, whose keys
    need not count up. Raises DataError."""
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        return [_row(value, path, line, f"#{i}") for i, (line, value) in enumerate(read_json_lines(path))]
    if suffix == ".csv":
        return _csv_rows(path)
    values = read_json(path)
    if isinstance(values, Mapping):
        return [_row(value, path, None, key) for key, value in values.items()]
    if isinstance(values, list):
        return [_row(value, path, None, f"#{i}") for i, value in enumerate(values)]
    raise DataError(f"must be a list or an object of rows, got {brief(values)}", file=path)


def _row(value: Any, path: Path, line: int | None, entry: str) -> Row:
    if not isinstance(value, Mapping):
        raise DataError(f"a row must be an object, got {brief(value)}", file=path, line=line, entry=entry)
    return Row(value, path, line, entry)


def _csv_rows(path: Path) -> list[Row]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = next(reader, [])
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise DataError(f"{len(cells)} columns, the header has {len(header)}", file=path, line=line)
            rows.append(Row(dict(zip(header, cells, strict=True)), path, line, f"#{len(rows)}"))
    except csv.Error as error:
        raise DataError(f"not CSV ({error})", file=path, line=reader.line_num) from error
    return rows
