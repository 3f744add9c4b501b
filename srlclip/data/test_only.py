"""Data that may be measured with and never trained on: VELOCITI, recognised by its columns and refused with a sentence.

VELOCITI is CC BY-NC-SA with a clause of its own: it may never be used to tune the parameters of any model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from srlclip.situations import DataError

VELOCITI_TESTS = (
    "control", "agent_random", "agent_bind", "action_adv", "action_manner", "action_bind", "chrono", "coref",
)  # fmt: skip
_COLUMNS = frozenset({"video_id", "test_name", "pos", "neg"})
_BINARY = (".parquet", ".arrow")
_SUFFIXES = (".jsonl", ".json", ".csv", ".tsv", *_BINARY)
#: Bytes at both ends of a file that name its columns: a header or a first row, and the footer of Parquet.
_ENDS = 1 << 16
_WORD = re.compile(rb"[A-Za-z_]+")
REFUSAL = (
    "this is VELOCITI, which its licence allows as a test set only: it may never train or tune a model. "
    "Measure with it: python -m srlclip benchmark velociti --data DIR"
)


def is_velociti(columns: Iterable[object]) -> bool:
    """Whether these names of columns, or keys of a row, are VELOCITI's."""
    return set(columns) >= _COLUMNS


def refuse_test_only(path: str | Path) -> None:
    """Raises DataError for a file of test data alone, and for a folder that holds one at its top. Other paths pass."""
    path = Path(path)
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix.lower() in _SUFFIXES)
    else:
        files = [path] if path.suffix.lower() in _SUFFIXES else []
    for file in files:
        if file.is_file() and _names_its_columns(file):
            raise DataError(REFUSAL, file=file)


def _names_its_columns(file: Path) -> bool:
    """All columns and, in text, one of the tests, since four short words alone may stand in anybody's labels; a binary file
    keeps its values compressed."""
    with file.open("rb") as stream:
        head = stream.read(_ENDS)
        stream.seek(max(len(head), file.stat().st_size - _ENDS))
        words = {word.decode("ascii") for word in _WORD.findall(head + b" " + stream.read(_ENDS))}
    return words >= _COLUMNS and (file.suffix.lower() in _BINARY or bool(words & set(VELOCITI_TESTS)))
