"""What retrieval readers share: lists of ids, and (video, caption) rows grouped by their video."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from srlclip.evaluation.benchmarks.questions import Medium, Retrieval
from srlclip.evaluation.benchmarks.readers.text import read_json, read_text
from srlclip.situations import DataError

#: Captions of a query bank that are encoded; evenly spaced ones of a larger bank.
BANK = 5000


def grouped(rows: Iterable[tuple[str, str]], medium_of: Callable[[str], Medium]) -> Retrieval:
    """(video, caption) rows -> media in the order of their first row, captions in file order."""
    place: dict[str, int] = {}
    captions, owner = [], []
    for video, caption in rows:
        owner.append(place.setdefault(video, len(place)))
        captions.append(caption)
    return Retrieval(tuple(medium_of(video) for video in place), tuple(captions), tuple(owner))


def with_bank(task: Retrieval, rows: Iterable[tuple[str, str]]) -> Retrieval:
    """The task with captions of other videos as its query bank: at most BANK, none of a test video, none a test caption."""
    tested, asked = {medium.id for medium in task.media}, set(task.captions)
    others = list(dict.fromkeys(caption for video, caption in rows if video not in tested and caption not in asked))
    count = min(len(others), BANK)
    return replace(task, bank=tuple(others[i * len(others) // count] for i in range(count)))


def listed(rows: Iterable[tuple[str, str]], ids: Sequence[str], file: Path) -> list[tuple[str, str]]:
    """The rows of these videos, in the order of ids and of the rows within one. Raises DataError for an id without a row."""
    table: dict[str, list[str]] = {name: [] for name in ids}
    for video, caption in rows:
        if video in table:
            table[video].append(caption)
    lacking = next((name for name, captions in table.items() if not captions), None)
    if lacking is not None:
        raise DataError("has no caption, yet the list of the split names it", file=file, entry=lacking)
    return [(name, caption) for name, captions in table.items() for caption in captions]


def read_ids(path: Path) -> list[str]:
    """Distinct ids: one a line, or a JSON list of them. Raises DataError."""
    if path.suffix == ".json":
        values = read_json(path)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise DataError("must be a list of ids", file=path)
    else:
        values = [line.strip() for line in read_text(path).split("\n") if line.strip()]
    return list(dict.fromkeys(values))


def caption_of(value: Any, file: Path, entry: str, line: int | None = None) -> str:
    """A caption without the blanks around it. Raises DataError for what is no text, or an empty one."""
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"a caption must be text that is not empty, got {value!r}", file=file, line=line, entry=entry)
    return value.strip()


def entries(value: Any, kind: type, file: Path, entry: str = "") -> Any:
    """The value where it is a list or an object, as wanted. Raises DataError."""
    if not isinstance(value, kind):
        names = {dict: "an object", list: "a list", str: "text"}
        raise DataError(
            f"must be {names[kind]}, got {names.get(type(value), repr(value))}", file=file, entry=entry or None
        )
    return value
