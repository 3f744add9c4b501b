"""Text and JSON of official files: UTF-8 with or without a mark, any line ends, never a pickle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from srlclip.situations import DataError


def read_text(path: Path) -> str:
    """Raises DataError that names the file for one that is missing, a pickle, or not UTF-8."""
    if path.suffix in (".pkl", ".pickle"):
        raise DataError("a pickle, which can run code; convert it to JSON and name that file", file=path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", file=path) from error
    except UnicodeDecodeError as error:
        raise DataError("not UTF-8; save it in UTF-8", file=path) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_json(path: Path) -> Any:
    """Raises DataError that names the file."""
    try:
        return json.loads(read_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise DataError(f"not JSON ({error})", file=path, line=getattr(error, "lineno", None)) from error


def read_json_lines(path: Path) -> list[tuple[int, Any]]:
    """(line number from 1, value) of every line that is not empty. Raises DataError that names the line."""
    out = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            out.append((number, json.loads(line)))
        except (json.JSONDecodeError, RecursionError) as error:
            raise DataError(f"not JSON ({error})", file=path, line=number) from error
    return out
