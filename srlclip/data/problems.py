"""What is wrong with a dataset (Problem) and how much of it is left (Coverage), for readers, training and `validate`.

Readers take an optional list of problems. Without one, the first entry that cannot be used raises DataError; with one,
such entries are collected there and skipped, so that one pass finds all of them.
"""

from __future__ import annotations

import reprlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from srlclip.situations import DataError, Situation

_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = 80


@dataclass(frozen=True)
class Problem:
    """level: "error" (the entry cannot be used) or "warning" (it can, with care).

    line: from 1, or None where lines say nothing (VidSitu's files are one long line). entry: the clip's id, "#12" for
    element 12 (from 0) of a JSON list without one, or a verb.
    """

    message: str
    file: str
    line: int | None = None
    entry: str | None = None
    level: str = "error"

    def __str__(self) -> str:
        error = DataError(self.message, file=self.file, line=self.line, entry=self.entry)
        return f"{self.level}: {error}"


def refuse(problems: list[Problem] | None, error: DataError) -> None:
    """An entry cannot be used: raise the error, or note it if somebody collects."""
    if problems is None:
        raise error from None
    problems.append(Problem(error.problem, str(error.file), error.line, error.entry))


def remark(
    problems: list[Problem] | None, message: str, file: object, line: int | None = None, entry: str | None = None
) -> None:
    """Note a warning, if somebody collects."""
    if problems is not None:
        problems.append(Problem(message, str(file), line, entry, "warning"))


def brief(value: Any) -> str:
    """repr for error messages, cut in the middle where it is long."""
    return _REPR.repr(value)


@dataclass(frozen=True)
class Coverage:
    """Clips of a split: listed = usable + without_annotation + without_video.

    One that has neither counts as without annotation.
    """

    listed: int
    usable: int
    without_annotation: int
    without_video: int

    def __str__(self) -> str:
        missing = {"without annotation": self.without_annotation, "without video": self.without_video}
        parts = ", ".join(f"{count:,} {what}" for what, count in missing.items() if count)
        return f"{self.usable:,} of {self.listed:,} clips" + (f": {parts}" if parts else "")


def coverage(situations: Iterable[Situation], listed: Collection[str] | None = None) -> Coverage:
    """How much was read of the ids in `listed` (a split's segments); None: everything that could be listed was read."""
    read = {s.clip_id: s for s in situations}
    ids = read.keys() if listed is None else set(listed)
    labelled = [read[i] for i in ids if i in read and read[i].events]
    usable = sum(s.path is not None for s in labelled)
    return Coverage(len(ids), usable, len(ids) - len(labelled), len(labelled) - usable)
