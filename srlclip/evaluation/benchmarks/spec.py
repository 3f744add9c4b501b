"""What a benchmark is: files, counts, protocol, licence and the figures others report, as data.

A spec is a JSON file in srlclip/assets/benchmarks/; its name is that of the file. A benchmark of a known format is added
by one such file and one miniature test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from srlclip import ASSETS
from srlclip.config import check_at_least, check_one_of, from_dict
from srlclip.situations import DataError

FOLDER = ASSETS / "benchmarks"
#: The kinds of questions; each is a module of srlclip.evaluation.benchmarks.tasks.
TASKS = ("retrieval", "choices", "pairs", "actions", "time", "half_truths", "dense_captions")


@dataclass(frozen=True)
class FileSpec:
    """A file, or a folder of media (its path ends in "/"), below --data. what: what it holds. source: where to get it.

    optional: the benchmark runs without it (one of several files with further cases).
    """

    path: str
    what: str
    source: str
    optional: bool = False


@dataclass(frozen=True)
class Figure:
    """A value that somebody reports for this benchmark. model: whose; metric: as our tables call it; value: in the table's
    unit; source: the publication. check: a regression figure, which this code must reproduce with that model's weights."""

    model: str
    metric: str
    value: float
    source: str
    check: bool = False


@dataclass(frozen=True)
class Spec:
    """One benchmark.

    task: of TASKS. reader: "module.function" of .readers, with `options` as its keyword arguments. counts: name -> number that the
    official files hold, as Task.counts() names them; a set whose official releases differ lists all ("1003|1004|1036").
    frames: per video, at the middles of as many equal bins (one for stills). seconds: how much of a video is looked at,
    None for all. context: asks the contextualizer, too, of a pair that has one. main: the metric by which models are compared first. protocol: one or two sentences for the reader.
    state: what was tried of it ("miniature", or more). size: of the download, in words.
    """

    title: str
    task: str
    reader: str
    files: tuple[FileSpec, ...]
    counts: dict[str, Any]
    main: str
    protocol: str
    licence: str
    homepage: str
    frames: int = 12
    seconds: float | None = None
    context: bool = False
    size: str = ""
    state: str = "miniature"
    options: dict[str, Any] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    name: str = ""

    def __post_init__(self) -> None:
        check_one_of("task", self.task, TASKS)
        check_at_least("frames", self.frames, 1)

    @property
    def needs_pair(self) -> bool:
        """Whether models are run on it; dense captioning scores files of predictions that others made."""
        return self.task != "dense_captions"

    @property
    def media(self) -> tuple[FileSpec, ...]:
        """The folders of media."""
        return tuple(f for f in self.files if f.path.endswith("/"))

    @property
    def annotations(self) -> tuple[FileSpec, ...]:
        return tuple(f for f in self.files if not f.path.endswith("/"))


def with_options(spec: Spec, settings: Sequence[str]) -> Spec:
    """The spec with other options of its reader: "name=value" each, the value of the kind that stands there ("split=2").

    Raises ValueError that lists the options for another name, or that names the kind for a value of another.
    """
    options = dict(spec.options)
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or name not in options:
            raise ValueError(
                f"--set {setting}: allowed for {spec.name} are {', '.join(map(_shown, spec.options.items()))}"
            )
        kind = type(options[name])
        try:
            options[name] = value if kind is str else json.loads(value)
        except json.JSONDecodeError:
            options[name] = value
        if not isinstance(options[name], kind):
            raise ValueError(f"--set {setting}: {name} must be {kind.__name__}, such as {spec.options[name]!r}")
    return replace(spec, options=options)


def _shown(option: tuple[str, Any]) -> str:
    return f"{option[0]}={option[1] if isinstance(option[1], str) else json.dumps(option[1])}"


@cache
def specs() -> dict[str, Spec]:
    """name -> spec, sorted by name. Raises ValueError that names the file of a spec that does not read."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.json"))}


def _read(path: Path) -> Spec:
    try:
        return replace(spec_from(json.loads(path.read_text("utf-8"))), name=path.stem)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def spec_from(values: Mapping[str, Any]) -> Spec:
    """The spec of plain values, as its file or a results file holds them. Raises KeyError, TypeError, ValueError."""
    unknown = sorted(set(values) - {f.name for f in fields(Spec)})
    if unknown:
        raise ValueError(f"unknown field {unknown[0]}")
    files = tuple(from_dict(FileSpec, value, "files.") for value in values["files"])
    figures = tuple(from_dict(Figure, value, "figures.") for value in values.get("figures", ()))
    return Spec(**{**values, "files": files, "figures": figures})


def spec_of(name: str) -> Spec:
    """Raises ValueError that lists the names for one that is unknown."""
    known = specs()
    if name not in known:
        raise ValueError(f"unknown benchmark {name!r}; allowed: {', '.join(known)}")
    return known[name]


def require_files(spec: Spec, root: str | Path) -> None:
    """Raises DataError that says of each file that is not there what it is, where it goes and where it is from."""
    root = Path(root)
    absent = [file for file in spec.files if not file.optional and not (root / file.path).exists()]
    if absent:
        lines = [f"  missing: {root / file.path}\n    {file.what}; from {file.source}" for file in absent]
        raise DataError("\n".join([f"{spec.title} is not complete here", *lines]), file=root)
