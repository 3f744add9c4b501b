"""Tables as text: aligned for a terminal, and in Markdown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines whose columns begin at the same place; control characters and line breaks of a cell become spaces."""
    cells = [[_flat(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]], bold_first: bool = False) -> list[str]:
    """bold_first: the first row is what is read first."""
    lines = [_line([escaped(cell) for cell in header]), _line(["---"] * len(header))]
    for number, row in enumerate(rows):
        cells = [escaped(cell) for cell in row]
        lines.append(_line([f"**{cell}**" if cell and bold_first and not number else cell for cell in cells]))
    return lines


def escaped(text: str) -> str:
    """Text as Markdown that shows it as it is: no cell, emphasis, link or tag comes from outside."""
    out = _flat(text).replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in "|`*_[]#~":
        out = out.replace(mark, f"\\{mark}")
    return out


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _flat(text: str) -> str:
    return "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
