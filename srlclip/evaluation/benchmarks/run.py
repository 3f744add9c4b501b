"""One benchmark from its folder to a result: read, check, embed, observe, summarise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srlclip.config import check_one_of
from srlclip.evaluation.benchmarks.embedding import CONTEXT, Embedded, embed
from srlclip.evaluation.benchmarks.normalised import KINDS, normalised
from srlclip.evaluation.benchmarks.outcome import Observed, Result
from srlclip.evaluation.benchmarks.questions import Retrieval, Task, missing
from srlclip.evaluation.benchmarks.readers.text import read_json
from srlclip.evaluation.benchmarks.settings import DEFAULTS, RunSettings
from srlclip.evaluation.benchmarks.spec import Spec, require_files
from srlclip.evaluation.towers import Observations, summarise
from srlclip.processes import ALONE, Processes
from srlclip.progress import Progress
from srlclip.provenance import SYNTHETIC_MARK
from srlclip.situations import DataError

if TYPE_CHECKING:
    from srlclip.models.pair import ClipPair


def reader_of(spec: Spec) -> Callable[..., Task]:
    """The function of srlclip.evaluation.benchmarks.readers that "module.function" names: (folder, **options) -> task."""
    module, _, function = spec.reader.partition(".")
    return getattr(import_module(f"srlclip.evaluation.benchmarks.readers.{module}"), function)


def questions_of(spec: Spec) -> Any:
    """The module of the spec's kind of task: observe(task, vectors, read, texts) -> Observed, labels(task), and where words
    can give an answer away control(task, seed) -> metric -> Observations."""
    return import_module(f"srlclip.evaluation.benchmarks.tasks.{spec.task}")


def read(spec: Spec, data: str | Path, partial: bool = False, seed: int = 0) -> Task:
    """The questions of a benchmark; `seed` is that of a reader that draws some. Raises DataError that says which file is missing, from where and where it goes, or
    which count is wrong (unless `partial`)."""
    root = Path(data)
    require_files(spec, root)
    task = reader_of(spec)(root, **(spec.options | ({"seed": seed} if "seed" in spec.options else {})))
    if spec.seconds is not None:
        ends = (replace(m, end=spec.seconds) if m.end is None and not m.still else m for m in task.media)
        task = replace(task, media=tuple(ends))
    if not partial:
        _check_counts(spec, task, root)
        _check_media(spec, task, root)
    return task


def _check_counts(spec: Spec, task: Task, root: Path) -> None:
    counts = task.counts()
    for name, official in spec.counts.items():
        allowed = str(official).split("|")
        if str(counts.get(name, 0)) not in allowed:
            raise DataError(
                f"{counts.get(name, 0):,} {name}, the official files of {spec.title} hold {' or '.join(allowed)}; "
                "get them again, or give --partial to measure what is there",
                file=root,
            )


def _check_media(spec: Spec, task: Task, root: Path) -> None:
    lacking = missing(task.media)
    if lacking:
        some = ", ".join(lacking[:3])
        folders = (
            "; ".join(f"{root / f.path}: {f.what}, from {f.source}" for f in spec.media)
            or spec.options.get("media")
            or root
        )
        raise DataError(
            f"{len(lacking):,} of {len(task.media):,} media have no file ({some}{', ...' if len(lacking) > 3 else ''}); they "
            f"belong into {folders}. --partial measures what is there and counts the others as misses",
            file=root,
        )


def run(
    spec: Spec,
    data: str | Path,
    pair: ClipPair,
    cache: str | Path,
    settings: RunSettings = DEFAULTS,
    progress: Progress | None = None,
    processes: Processes = ALONE,
) -> Result | None:
    """Both models of a pair on one benchmark; None in every process but the first. cache: folder that embeddings are kept
    in. Raises DataError, ValueError, also for a benchmark that scores predictions."""
    if not spec.needs_pair:
        raise ValueError(f"{spec.name} scores files of predictions: python -m srlclip benchmark {spec.name} --help")
    task = asked(read(spec, data, settings.partial, settings.seed), settings.normalise)
    frames = settings.frames or spec.frames
    context = settings.context or (spec.context and pair.contextualizer is not None)
    embedded = embed(
        pair, task.media, task.texts(), frames, cache, context, settings.workers, progress, processes,
        settings.batch,
    )  # fmt: skip
    if embedded is None:
        return None
    return replace(result(spec, task, embedded, frames, settings), synthetic=synthetic(data))


def synthetic(data: str | Path) -> dict[str, Any] | None:
    """What the maker of a drawn instance left in its folder; None for official files. Raises DataError for a broken mark."""
    mark = Path(data) / SYNTHETIC_MARK
    if not mark.is_file():
        return None
    values = read_json(mark)
    if not isinstance(values, dict):
        raise DataError("is not a JSON object; make the instance again", file=mark)
    return values


def asked(task: Task, normalise: str) -> Task:
    """The task with no more texts than its scores need. Raises ValueError for scores that it does not have."""
    if not normalise:
        return replace(task, bank=()) if isinstance(task, Retrieval) else task
    check_one_of("--normalise", normalise, KINDS)
    if not isinstance(task, Retrieval):
        raise ValueError("--normalise is for retrieval; this benchmark asks another kind of question")
    return task if normalise == "qb" else replace(task, bank=())


def result(spec: Spec, task: Task, embedded: Embedded, frames: int, settings: RunSettings) -> Result:
    """From embeddings on, without a model."""
    observed = {
        name: questions_of(spec).observe(task, vectors, embedded.read, embedded.texts)
        for name, vectors in embedded.vectors.items()
    }
    pairs = [("base", name) for name in observed if name != "base"]
    if CONTEXT in observed:
        pairs.append(("adapted", CONTEXT))
    if settings.normalise:
        for name, each in observed.items():
            more = normalised(task, embedded.vectors[name], embedded.read, embedded.texts, settings.normalise)
            observed[name] = replace(each, tables={**each.tables, **more})
    first = next(iter(observed.values()))

    def table_of(part: Callable[[Observed], Mapping[str, Observations]]) -> dict[str, dict]:
        return summarise({name: part(each) for name, each in observed.items()}, pairs, settings.resamples)

    return Result(
        spec.name, table_of(lambda each: each.metrics), int(embedded.read.sum()), len(task.media), task.counts(), frames,
        embedded.failures, embedded.truncated, _rows(spec, task, observed), control=_control(spec, task, settings),
        tables={title: table_of(lambda each, title=title: each.tables[title]) for title in first.tables},
        numbers={name: {model: each.numbers[name] for model, each in observed.items()} for name in first.numbers},
        percent=tuple(sorted({n for part in (first.metrics, *first.tables.values()) for n, o in part.items() if o.percent})),
        chance=first.chance,
    )  # fmt: skip


def _control(spec: Spec, task: Task, settings: RunSettings) -> dict[str, dict]:
    """metric -> {"mean", "ci", "n"} of a model that reads words alone; nothing where the kind of task has no such control."""
    of_words = getattr(questions_of(spec), "control", None)
    if of_words is None:
        return {}
    table = summarise({"words": of_words(task, settings.seed)}, [], settings.resamples)
    return {metric: row["words"] for metric, row in table.items()}


def _rows(spec: Spec, task: Task, observed: Mapping[str, Observed]) -> tuple[dict[str, Any], ...]:
    columns = {
        f"{model}: {column}": values.tolist()
        for model, each in observed.items()
        for column, values in each.cases.items()
    }
    return tuple(
        {**words, **{name: values[i] for name, values in columns.items()}}
        for i, words in enumerate(questions_of(spec).labels(task))
    )
