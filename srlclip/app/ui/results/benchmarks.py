"""Stored benchmark results of the shown pair: read with their faults, summed up in a sentence, and as plain JSON types."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srlclip.comparison.published import BENCHMARKS
from srlclip.evaluation.benchmarks.report import Measured, notes
from srlclip.evaluation.benchmarks.rows import DIFFERENCE, Row, rows_of, title_of, verdict
from srlclip.evaluation.benchmarks.stored import read_document
from srlclip.plots import NAMES
from srlclip.results import MODELS, PairInfo, model_id
from srlclip.situations import DataError

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

LIST_COMMAND = "python -m srlclip benchmark list"
#: Benchmarks that the sentence calls by name on either side.
_NAMED = 3


@dataclass(frozen=True)
class StoredBenchmarks:
    """measured: name -> result, in the names' order. problems: a sentence for each file that could not be shown."""

    measured: Mapping[str, Measured]
    problems: tuple[str, ...] = ()


def stored_benchmarks(comparison: Comparison) -> StoredBenchmarks:
    """All that lie beside the pair's other results. A broken file, or one of other models, is a sentence among the problems."""
    measured, problems, prints = {}, [], dict(comparison.gallery.fingerprints)
    for path in comparison.measurements():
        folder, _, name = path.partition("/")
        if folder != BENCHMARKS:
            continue
        try:
            measured[name] = read_document(comparison.measurement(path), comparison.info, prints, f"{name}.json")
        except DataError as error:
            problems.append(f"{name}: the results file {error.problem}.")
    return StoredBenchmarks(measured, tuple(problems))


def main_row(measured: Measured) -> Row:
    """The row of the main metric; without it the first that was measured."""
    return rows_of(measured.spec, measured.result)[0]


def answer(stored: StoredBenchmarks) -> str:
    """One sentence: on how many benchmarks SRL-CLIP is better, worse or neither, some by name; and whether data were drawn."""
    results = tuple(stored.measured.values())
    drawn = sum(each.result.synthetic is not None for each in results)
    if results[0].info.adapter_id == "none":
        text = (
            f"{_count(len(results))} measured, all with one model: no adapter was given, so both columns show the base."
        )
    else:
        verdicts = {each.spec.title: verdict(main_row(each)) for each in results}
        text = (
            f"By main metrics, SRL-CLIP is better than Base CLIP on {_named(verdicts, 'better')} of {_count(len(results))}, "
            f"worse on {_named(verdicts, 'worse')}, and on {list(verdicts.values()).count('no clear difference')} the 95 % "
            "interval of the difference holds 0."
        )
        if lacking := list(verdicts.values()).count("not measured"):
            text += f" {lacking} could not be measured."
    if drawn:
        which = "All are" if drawn == len(results) else f"{drawn} {'is' if drawn == 1 else 'are'}"
        text += f" {which} drawn from SynSitu in the official file formats: not the benchmarks themselves."
    return text


def _count(number: int) -> str:
    return f"{number:,} benchmark{'' if number == 1 else 's'}"


def _named(verdicts: Mapping[str, str], wanted: str) -> str:
    """ "2 (MSVD, LSMDC)"; of many the first ones."""
    titles = [title for title, each in verdicts.items() if each == wanted]
    more = " and others" if len(titles) > _NAMED else ""
    return f"{len(titles)} ({', '.join(titles[:_NAMED])}{more})" if titles else "0"


def command(info: PairInfo) -> str:
    """What measures a benchmark of this pair so that its result is shown here; "" for models that are in no folder."""
    from srlclip.comparison.loading import DEFAULT_ADAPTER, DEFAULT_BASE

    models = {"--base": info.base_id, "--adapter": info.adapter_id}
    if (info.base_id, info.adapter_id) == (DEFAULT_BASE, DEFAULT_ADAPTER):
        models, out = {}, "results/benchmarks/NAME"
    else:
        run = info.base_id if info.adapter_id == "none" else info.adapter_id
        if not Path(run).expanduser().is_dir():
            return ""
        models = {flag: name for flag, name in models.items() if name != "none"}
        out = f"{model_id(run).removesuffix('/model')}/benchmarks/NAME"
    words = [word for flag, name in models.items() for word in (flag, model_id(name))]
    return shlex.join(["python", "-m", "srlclip", "benchmark", "NAME", "--data", "DIR", *words, "--out", out])


def benchmark_json(name: str, measured: Measured) -> dict[str, Any]:
    """A result as plain JSON types; percentages are in percent."""
    spec, result = measured.spec, measured.result
    return {
        "name": name,
        "title": title_of(spec, result),
        "synthetic": result.synthetic,
        "task": spec.task,
        "main": spec.main,
        "verdict": verdict(main_row(measured)),
        "media": {"read": result.present, "of": result.media},
        "counts": dict(result.counts),
        "frames": result.frames,
        "protocol": spec.protocol,
        "licence": spec.licence,
        "homepage": spec.homepage,
        "rows": [_row_json(row) for row in rows_of(spec, result)],
        "tables": {title: [_row_json(row) for row in rows_of(spec, result, title)] for title in result.tables},
        "numbers": result.numbers,
        "notes": [note.strip() for note in notes(measured)],
        "made": {**measured.provenance, "seed": measured.settings.seed},
    }


def _row_json(row: Row) -> dict[str, Any]:
    more = {name: cell for name, cell in {**row.values, **row.differences}.items() if name not in (*MODELS, DIFFERENCE)}
    return {
        "metric": row.metric,
        "percent": row.percent,
        "paper": [asdict(figure) for figure in row.paper],
        "base": row.values.get("base"),
        "adapted": row.values.get("adapted"),
        "difference": row.differences.get(DIFFERENCE),
        "more": more,
        "words_alone": row.control,
        "chance": row.chance,
        "other_models": [asdict(figure) for figure in row.others],
        "reason": row.reason,
    }


#: Columns of `number_rows`.
NUMBERS = ("benchmark", "drawn", "table", "metric", "column", "value", "low", "high", "n", "source")


def number_rows(measured: Measured) -> list[tuple]:
    """Every number of a result, one a row of the CSV: models, differences, words alone, chance, others' figures."""
    spec, result = measured.spec, measured.result
    out: list[tuple] = []
    for title in ("", *result.tables):
        for row in rows_of(spec, result, title):
            lead = (spec.title, result.synthetic is not None, title, row.metric)
            cells = {**row.values, **row.differences, "words alone": row.control}
            out += [(*lead, NAMES.get(name, name), *_numbers(cell), "measured") for name, cell in cells.items() if cell]
            if row.chance is not None:
                out.append((*lead, "chance", row.chance, "", "", "", "computed"))
            out += [(*lead, f.model, f.value, "", "", "", f.source) for f in (*row.paper, *row.others)]
    return out


def _numbers(cell: Mapping[str, Any]) -> Sequence[Any]:
    if cell["mean"] is None:
        return "", "", "", cell.get("n", "")
    return cell["mean"], *cell["ci"], cell.get("n", "")
