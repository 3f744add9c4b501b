"""Every benchmark of a folder, one after the other; one that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srlclip.evaluation.benchmarks.outcome import Result
from srlclip.evaluation.benchmarks.report import Measured, document, models_line, table_markdown
from srlclip.evaluation.benchmarks.rows import FEWEST, Row, columns_of, rows_of, title_of, verdict
from srlclip.evaluation.benchmarks.run import RunSettings, run
from srlclip.evaluation.benchmarks.spec import Spec, specs
from srlclip.evaluation.benchmarks.text_tables import aligned, escaped, markdown
from srlclip.processes import ALONE, Processes
from srlclip.progress import Progress, part
from srlclip.situations import DataError, SrlClipError

if TYPE_CHECKING:
    from srlclip.models.pair import ClipPair


@dataclass(frozen=True)
class Attempt:
    """result: None where there is none, for the reason in `problem`, or in a process that is not the first."""

    spec: Spec
    result: Result | None = None
    problem: str = ""


def split(root: str | Path) -> tuple[list[Spec], list[Attempt]]:
    """The benchmarks whose folder ROOT/NAME is there, and what the others lack. Raises DataError where none is."""
    root = Path(root)
    if not root.is_dir():
        raise DataError("no such folder; it holds one folder for each benchmark, of its name", file=root)
    here = [spec for spec in specs().values() if spec.needs_pair and (root / spec.name).is_dir()]
    if not here:
        raise DataError(f"holds the folder of no benchmark; the names are {', '.join(specs())}", file=root)
    others = [Attempt(spec, problem=_lacks(root, spec)) for spec in specs().values() if spec not in here]
    return here, others


def _lacks(root: Path, spec: Spec) -> str:
    if not spec.needs_pair:
        return f"scores files of predictions: python -m srlclip benchmark {spec.name} --help"
    needed = "; ".join(f"{file.path} ({file.what})" for file in spec.files if not file.optional)
    return f"no folder {root / spec.name}; it takes {needed or 'annotations and media of your own'}"


def attempts(
    here: list[Spec],
    root: str | Path,
    pair: ClipPair,
    cache: str | Path,
    settings: RunSettings,
    progress: Progress | None = None,
    processes: Processes = ALONE,
) -> Iterator[Attempt]:
    """Each benchmark as it ends. What several of them look at is embedded once, since they share the cache."""
    for number, spec in enumerate(here):
        step = part(progress, number / len(here), (number + 1) / len(here))
        try:
            yield Attempt(spec, run(spec, Path(root) / spec.name, pair, cache, settings, step, processes))
        except (SrlClipError, ValueError) as error:
            yield Attempt(spec, problem=str(error))
        except Exception as error:  # a fault of this code in one benchmark is no reason to lose the others
            yield Attempt(spec, problem=f"{type(error).__name__}: {error}")


@dataclass(frozen=True)
class Suite:
    """measured: the benchmarks that ran. failed, absent: (spec, why) of those that did not."""

    measured: tuple[Measured, ...]
    failed: tuple[Attempt, ...] = ()
    absent: tuple[Attempt, ...] = ()

    def mains(self) -> list[Row]:
        """The row of each benchmark's main metric, under the benchmark's title; without one the first that is there."""
        return [rows_of(each.spec, each.result)[0] for each in self.measured]


def answer(suite: Suite) -> str:
    """One sentence: in how many benchmarks SRL-CLIP is better, worse, or neither."""
    if suite.measured[0].info.adapter_id == "none":
        return "No adapter was given: both columns show the base model."
    real = [row for row, each in zip(suite.mains(), suite.measured, strict=True) if each.result.synthetic is None]
    drawn = len(suite.measured) - len(real)
    note = f"{drawn} drawn {'instance' if drawn == 1 else 'instances'} ran: they test the path and decide nothing."
    if not real:
        return note
    verdicts = [verdict(row) for row in real]
    said = (
        f"By their main metrics SRL-CLIP is better than its base on {verdicts.count('better')} of {len(verdicts)} benchmarks, "
        f"worse on {verdicts.count('worse')}, and on {verdicts.count('no clear difference')} the interval of the difference "
        "holds 0."
    )
    for name, text in (
        ("too few cases", f"have fewer than {FEWEST} cases, too few to tell"),
        ("not measured", "could not be measured"),
    ):
        said += f" {verdicts.count(name)} {text}." if name in verdicts else ""
    return f"{said} {note}" if drawn else said


def summary(suite: Suite) -> tuple[list[str], list[list[str]]]:
    """Header and cells of the table that comes first: a line per benchmark."""
    if not suite.measured:
        return [], []
    header, cells = columns_of(suite.mains(), suite.measured[0].names)
    for row, each in zip(cells, suite.measured, strict=True):
        row[:1] = [title_of(each.spec, each.result), row[0], f"{each.result.present:,} of {each.result.media:,} media"]
    return ["benchmark", "main metric", "read", *header[1:]], cells


def printed(suite: Suite) -> str:
    header, cells = summary(suite)
    lines = [answer(suite), "", *aligned(header, cells)] if cells else ["No benchmark ran to its end."]
    lines += ["", *(f"{a.spec.name} FAILED: {a.problem}" for a in suite.failed)] if suite.failed else []
    lines += ["", "Not here:", *(f"  {a.spec.name}: {a.problem}" for a in suite.absent)] if suite.absent else []
    return "\n".join(lines)


def report_markdown(suite: Suite, figures: Mapping[str, tuple[str, ...]]) -> str:
    """figures: name of a benchmark -> paths of its pictures, from the report on."""
    parts = ["# Zero-shot benchmarks: base CLIP and SRL-CLIP"]
    if suite.measured:
        header, cells = summary(suite)
        parts += [answer(suite), f"{escaped(models_line(suite.measured[0].info))}.", "\n".join(markdown(header, cells))]
    for title, group in (("Failed", suite.failed), ("Not here", suite.absent)):
        if group:
            listed = [f"- {escaped(a.spec.name)}: {escaped(a.problem)}" for a in group]
            parts += [f"## {title}", "\n".join(listed)]
    parts += [table_markdown(each, 2, figures.get(each.spec.name, ())).rstrip() for each in suite.measured]
    return "\n\n".join(parts) + "\n"


def suite_document(suite: Suite) -> dict[str, Any]:
    """all.json."""
    return {
        "answer": answer(suite) if suite.measured else "",
        "benchmarks": {each.spec.name: document(each) for each in suite.measured},
        "failed": {each.spec.name: each.problem for each in suite.failed},
        "absent": {each.spec.name: each.problem for each in suite.absent},
    }
