"""Stored benchmark results as panels: all by their main metrics, then one with its tables, charts, notes and files."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from srlclip.app.ui.parts.format import esc, model_name, notice, page, said
from srlclip.app.ui.results.benchmarks import (
    LIST_COMMAND,
    NUMBERS,
    StoredBenchmarks,
    answer,
    benchmark_json,
    command,
    main_row,
    number_rows,
)
from srlclip.app.ui.results.downloads import json_file, link, to_csv
from srlclip.app.ui.results.plots import source_line, with_files
from srlclip.app.ui.tabs.analysis.sentences import opening
from srlclip.evaluation.benchmarks.report import BRACKETS, Measured, further, models_line, notes
from srlclip.evaluation.benchmarks.rows import DIFFERENCE, DRAWN, NO_ADAPTER, Row, columns_of, rows_of
from srlclip.plots import NAMES
from srlclip.plots.benchmarks import differences, drawable, figures_of
from srlclip.results import MODELS, PairInfo

#: What the charts of one benchmark say aloud.
_SPOKEN = {
    "differences": "what SRL-CLIP adds to Base CLIP, in points with 95 % intervals",
    "values": "both models with 95 % intervals",
}
#: Characters of a note or protocol that are shown.
_LONGEST = 1200


def overview_html(info: PairInfo, stored: StoredBenchmarks) -> str:
    """The answer, a chart and a row a benchmark; what could not be shown, and the command that adds a result."""
    return _overview_html(info, tuple((name, _Held(each)) for name, each in stored.measured.items()), stored.problems)


class _Held:
    """A result as a key: equal where what is shown of it is."""

    def __init__(self, measured: Measured):
        self.measured = measured
        self.shown = repr((measured.spec, measured.result, measured.info, measured.settings, measured.provenance))

    def __hash__(self) -> int:
        return hash(self.shown)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.shown == other.shown


@functools.lru_cache(maxsize=8)
def _overview_html(info: PairInfo, results: tuple[tuple[str, _Held], ...], reasons: tuple[str, ...]) -> str:
    """Drawn once for all visitors: files rarely change while the app runs."""
    stored = StoredBenchmarks({name: held.measured for name, held in results}, reasons)
    problems = "".join(map(notice, stored.problems))
    if not stored.measured:
        return page(f"{opening('0 benchmarks were measured with this pair of models.')}{_how(info)}") + problems
    every = tuple(stored.measured.values())
    rows = [replace(main_row(each), metric=each.spec.title) for each in every]
    drawn = drawable(rows)
    chart = ""
    if drawn:
        label = f"Main metric of each benchmark: {_SPOKEN['differences']}; the numbers are in the table"
        table = [cells for each in every for cells in number_rows(each) if cells[3] == main_row(each).metric]
        chart = with_files(differences(drawn), label, "benchmarks", info, NUMBERS, table)
        chart = f'<div class="sc-tall" tabindex="0" role="region" aria-label="Chart of all benchmarks">{chart}</div>'
    return (
        page(
            f'{opening(answer(stored))}<div class="sc-panel"><h2>Every benchmark, by its main metric</h2>'
            f'<div class="sc-split sc-wide-left">{_main_table(every)}{chart}</div>{_all_files(info, stored)}'
            f"{source_line(BRACKETS)}{source_line(f'Source: {models_line(every[0].info)}')}</div>{_how(info)}"
        )
        + problems
    )


def _all_files(info: PairInfo, stored: StoredBenchmarks) -> str:
    body = {name: benchmark_json(name, each) for name, each in stored.measured.items()}
    text = json_file(info, "benchmarks", {"answer": answer(stored), "benchmarks": body})
    table = to_csv(info, NUMBERS, [row for each in stored.measured.values() for row in number_rows(each)])
    files = link("srlclip_benchmark_results.json", "application/json", text, "JSON", "all benchmarks")
    files += link("srlclip_benchmark_numbers.csv", "text/csv", table, "CSV", "all benchmarks")
    return f'<div class="sc-plot-files"><span class="sc-soft">Save all numbers</span>{files}</div>'


def _how(info: PairInfo) -> str:
    """The one command that adds a result, and the list of names."""
    line = command(info)
    if not line:
        return (
            '<p class="sc-soft">Results are looked for in ADAPTER/benchmarks, or RUN/benchmarks of a run folder. '
            "These models lie in no folder here: give the app the folder of the adapter.</p>"
        )
    return (
        f'<p class="sc-soft">To add a result: <code>{esc(line)}</code> (one NAME of <code>{esc(LIST_COMMAND)}</code>; '
        "DIR holds its files). It is shown when the page is loaded again.</p>"
    )


def _main_table(every: Sequence[Measured]) -> str:
    """A row a benchmark: its main metric and what was read of it stand below its title."""
    header, cells = columns_of([_pair_alone(main_row(each)) for each in every], every[0].names)
    lines = []
    for each, (metric, *row) in zip(every, cells, strict=True):
        below = [f"{metric} · {each.result.present:,} of {each.result.media:,} media"]
        below += [DRAWN] if each.result.synthetic is not None else []
        below += [reason] if (reason := main_row(each).reason) else []
        lines.append((_row_header(each.spec.title, below), row))
    return _table("Benchmarks", ["benchmark", *header[1:]], lines, "sc-scroll sc-tall")


def _pair_alone(row: Row) -> Row:
    """Without what not every result has, or has no room: the contextualizer, other models' figures, the reason."""
    values, gains = {m: row.values[m] for m in MODELS}, {DIFFERENCE: row.differences[DIFFERENCE]}
    return replace(row, values=values, differences=gains, others=(), reason="")


def detail_html(info: PairInfo, name: str, measured: Measured) -> str:
    """One benchmark in full."""
    return _detail_html(info, name, _Held(measured))


@functools.lru_cache(maxsize=64)
def _detail_html(info: PairInfo, name: str, held: _Held) -> str:
    measured = held.measured
    spec, result, rows = measured.spec, measured.result, rows_of(measured.spec, measured.result)
    drawn = result.synthetic is not None
    badge = f' <span class="sc-fact sc-fact-no">{esc(DRAWN)}</span>' if drawn else ""
    facts = f"{spec.task.replace('_', ' ')} · {result.present:,} of {result.media:,} media · {_frames(result.frames)}"
    tables = "".join(
        f"<details><summary>{said(title)}</summary>{_of_columns(title, *table)}</details>"
        for title, table in further(measured)
    )
    listed = "".join(f"<li>{said(note.strip(), _LONGEST)}</li>" for note in notes(measured))
    listed = f'<ul class="sc-dots">{listed}</ul>' if listed else ""
    return page(
        f'<section class="sc-panel"><h2>{said(spec.title)}{badge}</h2><p class="sc-soft">{said(facts)}</p>'
        f"<p>{said(spec.protocol, _LONGEST)}</p>{_of_columns(spec.title, *columns_of(rows, measured.names))}"
        f'<div class="sc-thirds sc-pairs">{_charts(info, name, measured, rows)}</div>{tables}'
        f"{listed}{_files(info, name, measured)}"
        f"{source_line(f'Licence of the benchmark: {spec.licence}.')}{source_line(_source(measured))}</section>"
    )


def _charts(info: PairInfo, name: str, measured: Measured, rows: Sequence[Row]) -> str:
    """Differences and values of the metrics in percent, each with its files."""
    spec, numbers = measured.spec, [row for row in number_rows(measured) if not row[2]]
    drawn = [
        with_files(figure, f"{spec.title}: {_SPOKEN[kind]}", f"benchmark_{_plain(name)}_{kind}", info, NUMBERS, numbers)
        for kind, figure in figures_of(rows).items()
    ]
    return "".join(f"<section>{chart}</section>" for chart in drawn)


def _files(info: PairInfo, name: str, measured: Measured) -> str:
    body, plain = json_file(info, "benchmark", benchmark_json(name, measured)), _plain(name)
    table = to_csv(info, NUMBERS, number_rows(measured), commit=measured.provenance["commit"])
    files = link(f"srlclip_benchmark_{plain}.json", "application/json", body, "JSON", name)
    files += link(f"srlclip_benchmark_{plain}.csv", "text/csv", table, "CSV", name)
    return f'<div class="sc-plot-files"><span class="sc-soft">Save the numbers</span>{files}</div>'


def _frames(count: int) -> str:
    return "1 frame of each" if count == 1 else f"{count} frames of a video"


def _plain(name: str) -> str:
    """A name as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9-]+", "_", name)[:60]


def _source(measured: Measured) -> str:
    made: Mapping[str, Any] = measured.provenance
    line = " ".join(made["argv"]).replace("__main__.py ", "python -m srlclip ", 1)
    return (
        f"Source: {line} · commit {made['commit']} · {made['date']} · seed {measured.settings.seed} · "
        f"{models_line(measured.info)}"
    )


def _of_columns(label: str, header: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    return _table(label, header, [(_row_header(row[0]), row[1:]) for row in cells])


def _row_header(title: str, below: Sequence[str] = ()) -> str:
    more = "".join(f'<span class="sc-soft">{said(text)}</span>' for text in below)
    return f'<th scope="row">{said(title)}{more}</th>'


def _table(
    label: str, header: Sequence[str], lines: Sequence[tuple[str, Sequence[str]]], box: str = "sc-scroll"
) -> str:
    heads = "".join(map(_head, header))
    body = "".join(f"<tr>{first}{''.join(map(_cell, rest))}</tr>" for first, rest in lines)
    return (
        f'<div class="{box}" tabindex="0" role="region" aria-label="{esc(label)}"><table class="sc-table"><thead><tr>'
        f"{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _head(title: str) -> str:
    """A column's heading: a model's with its mark. What others report is of their data and models."""
    models = {NAMES[model]: model for model in MODELS}
    if title in models:
        return f'<th scope="col" class="sc-h-{models[title]}">{model_name(models[title])}</th>'
    if title == NO_ADAPTER:
        return f'<th scope="col" class="sc-h-adapted">{esc(title)}</th>'
    return f'<th scope="col">{esc("paper (real data)" if title == "paper" else title)}</th>'


def _cell(text: str) -> str:
    value, bracket, interval = text.partition(" [")
    if bracket:
        return f'<td class="sc-num">{esc(value)}<br><span class="sc-soft">[{esc(interval)}</span></td>'
    return f"<td>{said(text)}</td>" if " " in text else f'<td class="sc-num">{esc(text or "–")}</td>'
