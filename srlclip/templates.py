"""Texts for people that lie in a file beside the code instead of in it: named blocks with $placeholders.

A block begins after a line `<!-- name -->` and ends before the next; what stands above the first is for who edits the file.
`$$` is a dollar sign (string.Template).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from string import Template

_MARK = re.compile(r"^<!-- ([\w.-]+) -->\n", re.MULTILINE)


@cache
def blocks(path: Path) -> dict[str, Template]:
    """Name -> text without blank lines at either end. Raises ValueError for a name that stands twice."""
    _, *parts = _MARK.split(path.read_text("utf-8"))
    names = parts[::2]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{path.name} has two blocks named {min(twice)}")
    return {name: Template(text.strip("\n")) for name, text in zip(names, parts[1::2], strict=True)}


def fill(path: Path, block: str, /, **values: object) -> str:
    """A block with its placeholders filled. Raises ValueError for an unknown block, or a placeholder without a value."""
    known = blocks(path)
    if block not in known:
        raise ValueError(f"{path.name} has no block {block!r}; it has {', '.join(known)}")
    try:
        return known[block].substitute(values)
    except KeyError as error:
        raise ValueError(f"{path.name}, block {block}: no value for ${error.args[0]}") from None
