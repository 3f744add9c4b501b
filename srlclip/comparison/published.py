"""The committed measurements of the bundled pair: the results folder's JSON files, found by name and read when asked for."""

from __future__ import annotations

import json
from pathlib import Path

from srlclip import PACKAGE
from srlclip.situations import DataError

FOLDER = PACKAGE.parent / "results"
MAIN, CAPTIONS, HEADS, STUDIES = "mini_pair", "captioner", "heads", "ablations"
HALF_TRUTHS, FORGETTING = "half_truths", "forgetting"
#: Folder of what `python -m srlclip benchmark NAME --out DIR` writes: NAME.json, or NAME/results.json as it was written.
BENCHMARKS = "benchmarks"
#: What `benchmark all` writes beside the benchmarks' own files.
_ALL = "all"


def names(folder: Path | None = None) -> tuple[str, ...]:
    """What `read` can read: the main measurement, the captioners', the head study's, that of half-truths, that of
    forgetting, "ablations/NAME" and "benchmarks/NAME", those that are there."""
    folder = FOLDER if folder is None else folder
    main = [name for name in (MAIN, CAPTIONS, HEADS, HALF_TRUTHS, FORGETTING) if (folder / f"{name}.json").is_file()]
    studies = sorted((folder / STUDIES).glob("*.json")) if (folder / STUDIES).is_dir() else []
    return (*main, *(f"{STUDIES}/{path.stem}" for path in studies), *benchmark_names(folder))


def benchmark_names(folder: Path) -> tuple[str, ...]:
    """The "benchmarks/NAME" of a folder of results, sorted."""
    place = folder / BENCHMARKS
    stems = {path.stem for path in place.glob("*.json")} - {_ALL}
    stems |= {path.parent.name for path in place.glob("*/results.json")}
    return tuple(f"{BENCHMARKS}/{stem}" for stem in sorted(stems))


def read(name: str, folder: Path | None = None) -> dict:
    """One of `names`. Raises ValueError for another name, DataError for a file that is no JSON object."""
    folder = FOLDER if folder is None else folder
    if name not in names(folder):
        raise ValueError(f"there is no measurement {name[:80]!r}; allowed: {', '.join(names(folder)) or 'none'}")
    path = folder / f"{name}.json"
    if not path.is_file():
        path = folder / name / "results.json"
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"cannot be read ({getattr(error, 'strerror', None) or error})", file=path) from error
    if not isinstance(values, dict):
        raise DataError("is not a JSON object; measure again", file=path)
    return values
