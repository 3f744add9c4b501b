"""Files: written whole or not at all, linked where that saves a copy, and told apart by what they hold.

A file is written as a draft beside its place and gets its name by one rename. Whoever reads it sees the old content or the
new one, whenever the program is killed; an error leaves the old file and no draft.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_DRAFT_SECONDS = 24 * 3600.0
#: How a spreadsheet tells a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@contextmanager
def replacing(path: str | Path, durable: bool = False) -> Iterator[Path]:
    """A path to write to: `with replacing(path) as draft: ...`; at the end of the block it becomes `path`.

    The draft begins with a dot and ends in .part, so that no reader takes it for the file. Several processes may write the
    same path; the last one's content stays. durable: on disk before it gets its name, so that a power cut leaves a whole
    file, too. An OSError of the draft names `path`.
    """
    path = Path(path)
    draft = draft_of(path)
    try:
        yield draft
        if durable:
            with draft.open("rb") as file:
                os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        if error.filename is not None and str(error.filename) == str(draft):
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        draft.unlink(missing_ok=True)


def draft_of(path: Path) -> Path:
    """A name beside a file or folder, unlike that of any other process's draft, to write it under."""
    return path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.part")


def remove_drafts(folder: Path, older: float = _DRAFT_SECONDS) -> None:
    """Remove what killed runs left in a folder: drafts, files or folders, that nobody wrote to for so many seconds.

    A living one is seconds old. older=0 is for a folder that nobody else writes to.
    """
    for draft in folder.glob(".*.part"):
        try:
            if time.time() - draft.stat().st_mtime < older:
                continue
            if draft.is_dir():
                shutil.rmtree(draft, ignore_errors=True)
            else:
                draft.unlink()
        except OSError:
            continue  # another run removed it


def write_text(path: str | Path, text: str) -> None:
    """Write a file of UTF-8 text, whole or not at all."""
    with replacing(path) as draft:
        draft.write_text(text, "utf-8")


def write_json(path: str | Path, value: Any, indent: int | None = 2, end: str = "\n", **options: Any) -> None:
    """Write a JSON file, whole or not at all. options: json.dumps's. Raises what that raises, and leaves the file."""
    write_text(path, json.dumps(value, indent=indent, **options) + end)


def safe_cell(value: object) -> object:
    """A CSV cell that no spreadsheet runs as a formula: text that starts like one gets an apostrophe in front."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return "'" + value
    return value


def link_or_copy(source: Path, target: Path) -> None:
    """The file at `source` at `target` as well: a second name of it, or a whole copy where that cannot be (another disk)."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        with replacing(target) as draft:
            shutil.copyfile(source, draft)


def text_digest(text: str, digits: int = 64) -> str:
    """The first hex digits of the SHA-256 of a text, also of one that UTF-8 has no form for (a file's undecodable name)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]


def json_digest(value: Any, digits: int = 64, sort_keys: bool = False) -> str:
    """The same of a value's JSON. sort_keys: whether the order of an object's keys is no difference."""
    return text_digest(json.dumps(value, sort_keys=sort_keys), digits)


def files_digest(*paths: Path) -> str:
    """The SHA-256, 64 hex digits, of the files' contents one after the other; a part is in memory at a time."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while part := file.read(2**20):
                digest.update(part)
    return digest.hexdigest()
