"""Prompt ensembles of action recognition, as published: data in srlclip/assets/benchmarks/prompts/, a file a publication.

An ensemble is a JSON file {"source": ..., "templates": [...]}, or with "stems" and "endings", where every stem is joined
with every ending; each template holds one {} for the class.
"""

from __future__ import annotations

import json
from pathlib import Path

from srlclip.evaluation.benchmarks.spec import FOLDER

PROMPTS = FOLDER / "prompts"


def templates(name: str, folder: Path = PROMPTS) -> tuple[str, ...]:
    """The templates of an ensemble. Raises ValueError that lists the names for one that is unknown, or for a template
    without a place for the class."""
    known = sorted(path.stem for path in folder.glob("*.json"))
    if name not in known:
        raise ValueError(f"prompts are {name!r}; allowed: {', '.join(known)}")
    values = json.loads((folder / f"{name}.json").read_text("utf-8"))
    out = list(values.get("templates", ()))
    out += [f"{stem} {ending}" for stem in values.get("stems", ()) for ending in values.get("endings", ())]
    wrong = [template for template in out if template.count("{}") != 1]
    if wrong or not out:
        raise ValueError(
            f"{folder / name}.json: a template needs one {{}}, got {wrong[0] if wrong else 'no template'!r}"
        )
    return tuple(out)
