"""A result as the rows of its table: what others report beside what was measured, in the words that every output shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from srlclip.evaluation.benchmarks.outcome import Result
from srlclip.evaluation.benchmarks.spec import Figure, Spec
from srlclip.results import model_id

#: The model whose figures are regression checks, and how far a right harness may be from them, in points: images are
#: resized by other libraries than the published runs used.
CHECKED_BASE, TOLERANCE = "openai/clip-vit-base-patch32", 0.5
#: How tables call the models of a result; others go by their own names.
SHOWN = {"base": "Base CLIP", "adapted": "SRL-CLIP", "adapted, contextualizer": "SRL-CLIP, contextualizer"}
#: What the second column is called without an adapter: the base, compared with itself.
NO_ADAPTER = "Base CLIP, no adapter"
#: What stands beside the title of drawn data, and below their table.
DRAWN = "drawn instance, not the benchmark"
DRAWN_NOTE = (
    "Drawn data: SynSitu's clips in the benchmark's own file formats. Its figures test the path and are not the benchmark's, so "
    "nobody else's stand beside them."
)
#: The pair that is compared first.
DIFFERENCE = "adapted - base"


@dataclass(frozen=True)
class Row:
    """values: model -> {"mean", "ci", "n"}; differences: "b - a" -> the same, paired. paper: figures of CLIP and SRL-CLIP;
    others: of other models. control: of words alone. chance: of guessing. reason: why nothing could be measured."""

    metric: str
    percent: bool
    values: dict[str, dict[str, Any]]
    differences: dict[str, dict[str, Any]]
    paper: tuple[Figure, ...] = ()
    others: tuple[Figure, ...] = ()
    control: dict[str, Any] | None = None
    chance: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """A regression figure. measured: None where its metric was not measured. applies: the base is the figure's model."""

    figure: Figure
    measured: float | None
    applies: bool

    @property
    def met(self) -> bool:
        return self.applies and self.measured is not None and abs(self.measured - self.figure.value) <= TOLERANCE

    def sentence(self, base: str) -> str:
        stated = f"{self.figure.metric}: {self.figure.model} has {self.figure.value:g} ({self.figure.source})"
        if not self.applies:
            return f"{stated}; not checked, since the base is {model_id(base)}"
        if self.measured is None:
            return f"{stated}; not checked, since it was not measured"
        verdict = "met" if self.met else "not met"
        return f"{stated}; measured {self.measured:.1f}: {verdict} (within {TOLERANCE:g} points)"


def rows_of(spec: Spec, result: Result, title: str = "") -> list[Row]:
    """The main metric first, then the others in their order. title: of a further table of the result instead."""
    rows = []
    table = result.tables[title] if title else result.table
    for metric in sorted(table, key=lambda name: name != spec.main):
        cells = {name: cell for name, cell in table[metric].items() if name != "reason"}
        # Others' figures are of the real data: beside a drawn instance they would read as a comparison.
        drawn = result.synthetic is not None
        figures = [f for f in spec.figures if f.metric == metric and not f.check and not drawn]
        values = {name: cell for name, cell in cells.items() if " - " not in name}
        rows.append(
            Row(
                metric,
                metric in result.percent,
                values,
                {name: cell for name, cell in cells.items() if name not in values},
                tuple(f for f in figures if _of_the_pair(f)),
                tuple(f for f in figures if not _of_the_pair(f)),
                result.control.get(metric),
                result.chance.get(metric),
                table[metric].get("reason", ""),
            )
        )
    return rows


def _of_the_pair(figure: Figure) -> bool:
    return figure.model.split(" ")[0] in ("CLIP", "SRL-CLIP", "OpenAI")


def title_of(spec: Spec, result: Result) -> str:
    """The benchmark's title, which says so where the data were drawn."""
    return spec.title if result.synthetic is None else f"{spec.title} ({DRAWN})"


def names_of(adapter: str) -> dict[str, str]:
    """What tables call the models of a pair. adapter: "none" where there is none."""
    return {**SHOWN, "adapted": NO_ADAPTER} if adapter == "none" else SHOWN


def numbers_of(result: Result, names: Mapping[str, str]) -> list[str]:
    """The result's figures without an interval, a line each."""
    return [
        f"{name}: " + ", ".join(f"{names.get(model, model)} {_number(value, False)}" for model, value in models.items())
        for name, models in result.numbers.items()
    ]


def checks_of(spec: Spec, result: Result, base: str) -> list[Check]:
    """The spec's regression figures against the base model's values; none on drawn data. base: what it was loaded as."""
    out: list[Check] = []
    if result.synthetic is not None:
        return out
    for figure in spec.figures:
        if figure.check:
            cell = result.table.get(figure.metric, {}).get("base", {})
            out.append(Check(figure, cell.get("mean"), model_id(base) == CHECKED_BASE))
    return out


def value_cell(cell: dict[str, Any] | None, percent: bool, signed: bool = False) -> str:
    """ "41.4 [39.9, 42.9]"; a true minus; "" for a value that is not there."""
    if not cell or cell.get("mean") is None:
        return ""
    mean, (low, high) = cell["mean"], cell["ci"]
    return f"{_number(mean, percent, signed)} [{_number(low, percent)}, {_number(high, percent)}]"


def _number(value: float, percent: bool, signed: bool = False) -> str:
    sign = "+" if signed and round(value, 3) else ""
    return (f"{value:{sign}.1f}" if percent else f"{value:{sign}.4g}").replace("-", "−")


def columns_of(rows: Sequence[Row], names: Mapping[str, str] = SHOWN) -> tuple[list[str], list[list[str]]]:
    """Header and cells of a table. names: of the models. Columns of figures, words alone and chance are there where a row has such."""
    if not rows:
        return [], []
    models, pairs = list(rows[0].values), list(rows[0].differences)
    columns: list[tuple[str, list[str]]] = [("metric", [row.metric for row in rows])]
    columns.append(("paper", ["; ".join(f"{f.model} {f.value:g}" for f in row.paper) for row in rows]))
    for model in models:
        columns.append((names.get(model, model), [value_cell(row.values.get(model), row.percent) for row in rows]))
    for pair in pairs:
        title = "difference" if pair == DIFFERENCE else _pair_name(pair, names)
        columns.append((title, [value_cell(row.differences.get(pair), row.percent, True) for row in rows]))
    columns.append(("words alone", [value_cell(row.control, row.percent) for row in rows]))
    columns.append(("chance", ["" if row.chance is None else _number(row.chance, row.percent) for row in rows]))
    columns.append(("other models", ["; ".join(f"{f.model} {f.value:g}" for f in row.others) for row in rows]))
    columns.append(("note", [row.reason for row in rows]))
    optional = ("paper", "words alone", "chance", "other models", "note")
    shown = [(title, cells) for title, cells in columns if title not in optional or any(cells)]
    return [title for title, _ in shown], [list(cells) for cells in zip(*(cells for _, cells in shown), strict=True)]


def _pair_name(pair: str, names: Mapping[str, str]) -> str:
    """ "b - a" with the models' names and a true minus."""
    return " − ".join(names.get(name, name) for name in pair.split(" - "))


#: With fewer cases an interval of resampled cases is too narrow to tell a difference from none.
FEWEST = 30


def verdict(row: Row) -> str:
    """ "better", "worse" or "no clear difference" (the interval holds 0), of SRL-CLIP in a percentage; "too few cases"."""
    cell = row.differences.get(DIFFERENCE)
    if not cell or cell["mean"] is None:
        return "not measured"
    if cell["n"] < FEWEST:
        return "too few cases"
    low, high = cell["ci"]
    return "better" if low > 0 else "worse" if high < 0 else "no clear difference"
