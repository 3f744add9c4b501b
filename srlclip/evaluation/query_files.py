"""Files of query,target: a line for each query, with the clip that it describes. CSV, TSV or JSON Lines, by their content.

    query,target                          {"query": "a dog runs", "target": "beach"}
    "a dog, wet, runs",beach.mp4

Commas, tabs or semicolons divide the columns of a table; other columns and keys are left alone.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from srlclip.situations import DataError

COLUMNS = ("query", "target")
DELIMITERS = (",", "\t", ";")
MAX_CHARS = 2000
_FORMATS = "CSV, TSV or JSON Lines"


@dataclass(frozen=True)
class Limits:
    """The most that a file may hold."""

    queries: int = 10_000
    megabytes: int = 20  # MB of 2^20 bytes


#: On one's own machine.
COMMAND_LINE = Limits()


@dataclass(frozen=True)
class TargetQuery:
    """A query, the clip that it describes, and the line of the file that it stands on (from 1)."""

    query: str
    target: str
    line: int


def read_queries(path: str | Path, clips: Collection[str]) -> list[TargetQuery]:
    """The queries of a file: what `read_text` and `parse_queries` give and raise."""
    return parse_queries(read_text(path), clips, str(path))


def read_text(path: str | Path, name: str = "", limits: Limits = COMMAND_LINE) -> str:
    """A file's text. name: what errors call the file, its path if "". Raises DataError if it is not there, too large or
    not UTF-8."""
    path, name = Path(path), name or str(path)
    try:
        size = path.stat().st_size
        if size > limits.megabytes * 2**20:
            problem = f"{size / 2**20:.1f} MB; at most {limits.megabytes} MB are allowed. Split it, or leave out other columns"
            raise DataError(problem, file=name)
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror}); give a file of {_FORMATS}", file=name) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError("not UTF-8; save it in UTF-8 (in a spreadsheet: CSV UTF-8)", file=name, line=line) from error


def parse_queries(
    text: str, clips: Collection[str], name: str = "the text", limits: Limits = COMMAND_LINE
) -> list[TargetQuery]:
    """The queries of a text, empty lines left out. clips: the targets there are; a target may carry the video's suffix, or leave a clip's out.

    Raises DataError naming the line for a missing column, an empty or too long query, a target that is no clip, and for
    no query or too many.
    """
    if not text.strip():
        raise DataError("empty; its first line must name query,target", file=name)
    rows = _objects(text, name) if text.lstrip()[0] in "{[" else _table(text, name)
    asked = []
    for line, query, target in rows:
        query, target = " ".join(query.split()), " ".join(target.split())
        if not query and not target:
            continue
        if not query:
            raise DataError("the query is empty; describe an event", file=name, line=line)
        if len(query) > MAX_CHARS:
            problem = f"the query has {len(query):,} characters; at most {MAX_CHARS:,} are allowed. Shorten it, or close its quotes"
            raise DataError(problem, file=name, line=line)
        if len(asked) == limits.queries:
            raise DataError(f"more than {limits.queries:,} queries; split the file", file=name, line=line)
        asked.append(TargetQuery(query, _clip(target, clips, name, line), line))
    if not asked:
        raise DataError("0 queries; write a line for each query, with the clip that it describes", file=name)
    return asked


def _table(text: str, name: str) -> Iterator[tuple[int, str, str]]:
    """(line, query, target) of a table with a first line of names."""
    header = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = next([cell.strip().lower() for cell in row] for row in rows if row)
        missing = [column for column in COLUMNS if column not in names]
        if missing:
            problem = f"no column {' and '.join(missing)}; the first line must name query,target"
            raise DataError(problem, file=name, line=rows.line_num)
        places = [names.index(column) for column in COLUMNS]
        for row in rows:
            if any(cell.strip() for cell in row[len(names) :]):
                mark = {"\t": "tab", ";": "semicolon"}.get(delimiter, "comma")
                problem = (
                    f'{len(row)} columns where {len(names)} are named; put a query with a {mark} in "double quotes"'
                )
                raise DataError(problem, file=name, line=rows.line_num)
            query, target = (row[place] if place < len(row) else "" for place in places)
            yield rows.line_num, query, target
    except csv.Error as error:
        raise DataError(f"no table ({error}); give a file of {_FORMATS}", file=name, line=rows.line_num) from error


def _objects(text: str, name: str) -> Iterator[tuple[int, str, str]]:
    """(line, query, target) of JSON Lines."""
    shape = '{"query": "...", "target": "..."}'
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise DataError(f"no JSON; write {shape} on each line", file=name, line=number) from None
        words = [value.get(column) for column in COLUMNS] if isinstance(value, dict) else [None]
        if not all(isinstance(word, str) for word in words):
            raise DataError(f"query and target must be texts; write {shape} on each line", file=name, line=number)
        yield number, *words


def _clip(target: str, clips: Collection[str], name: str, line: int) -> str:
    """The clip that a target names: as it is called, else without the target's suffix, else the only one with some suffix."""
    for wanted in (target, target.rpartition(".")[0]):
        if wanted and wanted in clips:
            return wanted
    longer = [clip for clip in clips if target and clip.rpartition(".")[0] == target]
    if len(longer) == 1:
        return longer[0]
    if not target:
        raise DataError("the target is empty; write the clip that the query describes", file=name, line=line)
    some = ", ".join(sorted(clips)[:3]) + (", ..." if len(clips) > 3 else "")
    fits = f"fits {len(longer)} clips" if longer else "is no clip"
    problem = f"target {target[:80]!r} {fits} of the {len(clips)} that are searched ({some}); write a clip's name"
    raise DataError(problem, file=name, line=line)
