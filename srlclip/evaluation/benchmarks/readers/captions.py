"""Anybody's own (video, caption) files: JSON, JSONL, CSV or TSV. A video that is named again has one more caption."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from srlclip.evaluation.benchmarks.media import MediaFolder
from srlclip.evaluation.benchmarks.questions import Medium, Retrieval
from srlclip.evaluation.benchmarks.readers.grouping import caption_of, grouped, with_bank
from srlclip.evaluation.benchmarks.readers.text import read_json, read_json_lines, read_text
from srlclip.situations import DataError

SUFFIXES = (".json", ".jsonl", ".csv", ".tsv")


def own_files(
    root: Path,
    annotations: str = "",
    media: str = "",
    video: str = "video",
    caption: str = "caption",
    separator: str = "",
    bank: str = "",
) -> Retrieval:
    """annotations: the file, from root ("": the only one there). media: folder of the videos and stills ("": that of the
    annotations). video, caption: names of the columns or keys; a row without the key video may have image instead.
    separator: stands between several captions of one cell. bank: a file like annotations, of other videos. Raises DataError.

    A JSON file is a list of rows, or an object of video -> caption or list of captions.
    """
    path = root / annotations if annotations else _only_file(root)
    folder = MediaFolder(root / media if media else path.parent)
    task = grouped(_rows(path, video, caption, separator), lambda name: Medium(name, folder.path(name)))
    if not task.captions:
        raise DataError("holds no caption", file=path)
    return with_bank(task, _rows(root / bank, video, caption, separator)) if bank else task


def _only_file(root: Path) -> Path:
    files = sorted(path for path in root.glob("*") if path.suffix.lower() in SUFFIXES)
    if len(files) == 1:
        return files[0]
    have = ", ".join(path.name for path in files[:5]) or "none"
    raise DataError(f"must hold one annotation file ({', '.join(SUFFIXES)}), holds: {have}; name it", file=root)


def _rows(path: Path, video: str, caption: str, separator: str) -> Iterator[tuple[str, str]]:
    for line, row in _records(path, video, caption):
        name = row.get(video, row.get("image") if video == "video" else None)
        if not isinstance(name, str) or not name.strip():
            raise DataError(f"needs {video!r}, the name of a file; has {_keys(row)}", file=path, line=line)
        if caption not in row:
            raise DataError(f"needs {caption!r}; has {_keys(row)}", file=path, line=line, entry=name)
        values = row[caption] if isinstance(row[caption], list) else [row[caption]]
        if separator:
            values = [
                part for value in values for part in (value.split(separator) if isinstance(value, str) else [value])
            ]
        if not values:
            raise DataError("has an empty list of captions", file=path, line=line, entry=name)
        for value in values:
            yield name.strip(), caption_of(value, path, name, line)


def _keys(row: Mapping[str, Any]) -> str:
    return ", ".join(map(str, row)) or "nothing"


def _records(path: Path, video: str, caption: str) -> Iterable[tuple[int | None, Mapping[str, Any]]]:
    """(line, where the format has lines, and row)."""
    kind = path.suffix.lower()
    if kind in (".csv", ".tsv"):
        return _table(path, kind == ".tsv")
    if kind == ".jsonl":
        return _objects(path, read_json_lines(path))
    if kind != ".json":
        raise DataError(f"unknown format {kind or 'without extension'}; allowed: {', '.join(SUFFIXES)}", file=path)
    data = read_json(path)
    if isinstance(data, dict):
        return [(None, {video: name, caption: captions}) for name, captions in data.items()]
    if not isinstance(data, list):
        raise DataError("must be a list of rows, or an object of video -> captions", file=path)
    return _objects(path, [(None, row) for row in data])


def _objects(path: Path, rows: Iterable[tuple[int | None, Any]]) -> Iterator[tuple[int | None, Mapping[str, Any]]]:
    for position, (line, row) in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise DataError("every row must be an object", file=path, line=line, entry=None if line else str(position))
        yield line, row


def _table(path: Path, tabs: bool) -> Iterator[tuple[int, Mapping[str, str]]]:
    """A header and rows of as many cells. Commas: quotation marks may hold a cell together. Tabs: they belong to the text."""
    text = io.StringIO(read_text(path), newline="")
    quoting = csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL
    reader = csv.reader(text, delimiter="\t" if tabs else ",", quoting=quoting, strict=True)
    try:
        header = next(reader, [])
        if len(set(header)) != len(header):
            raise DataError("two columns have one name", file=path, line=1)
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise DataError(
                    f"has {len(cells)} cells, the header {len(header)} ({', '.join(header)})",
                    file=path,
                    line=reader.line_num,
                )
            yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise DataError(f"not a table ({error})", file=path, line=reader.line_num) from error
