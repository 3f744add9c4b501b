"""Ablations as panels: one metric of a study as a chart and a table, and the runs of a folder side by side."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

from srlclip.app.ui.parts.format import esc, notice, page, said
from srlclip.app.ui.results.downloads import link, to_csv
from srlclip.app.ui.results.plots import source_line, with_files
from srlclip.app.ui.tabs.analysis.estimates import AblationStudy, Estimate, read_study, sources
from srlclip.app.ui.tabs.analysis.measured import number
from srlclip.app.ui.tabs.analysis.run_logs import RunTable, read_log, run_folders, run_table
from srlclip.app.ui.tabs.analysis.sentences import opening, study_sentence
from srlclip.plots import training_curves
from srlclip.plots.studies import StudyPoint, metric_figure
from srlclip.results import PairInfo

_COLUMNS = ("arm", "base_model_of_study", "set", "metric", "value", "low", "high", "n", "seeds", "difference",
            "difference_low", "difference_high")  # fmt: skip
PREFIX = "ablations/"


def study_names(measurements: tuple[str, ...]) -> list[tuple[str, str]]:
    """(label, name) of the studies among a comparison's measurements."""
    names = [name for name in measurements if name.startswith(PREFIX)]
    return [(name.removeprefix(PREFIX).replace("_", " "), name) for name in names]


def _apart(estimate: Estimate | None) -> str:
    """A difference, bold where its interval leaves 0 out."""
    if estimate is None:
        return "–"
    value, low, high = estimate
    text = f"+{number(estimate)}" if value > 0 else number(estimate)
    clear = low is not None and high is not None and (low > 0 or high < 0)
    return f"<strong>{text}</strong>" if clear else text


def study_html(info: PairInfo, results: Mapping, split: str, metric: str) -> str:
    """One metric of a study on one set of clips. Raises ValueError for a set or metric that the study has not."""
    return _study_html(info, json.dumps(results, default=str), split, metric)


@functools.lru_cache(maxsize=32)
def _study_html(info: PairInfo, results_json: str, split: str, metric: str) -> str:
    results = json.loads(results_json)
    study = read_study(results)
    if split not in study.splits or metric not in study.metrics:
        allowed = f"sets: {', '.join(study.splits)}; metrics: {', '.join(study.metrics)}"
        raise ValueError(f"this study has no {metric[:60]!r} on {split[:60]!r}; {allowed}")
    cells = study.at(split, metric)
    labels = {arm.key: arm.label for arm in study.arms}
    points = [
        StudyPoint(labels[c.arm], c.base, c.value[0], *_ends(c.value), line=c.arm == "base" != study.reference)
        for c in cells
    ]
    shown = [arm.label for arm in study.arms if any(c.arm == arm.key for c in cells)]
    rows = [
        (labels[c.arm], c.base, split, metric, *_blank(c.value), c.n, c.seeds, *_blank(c.difference or (None,) * 3))
        for c in cells
    ]
    origin = [f"{k}: {v[:200]}" for k, v in sources(results) if k in ("commit", "date", "machine")]
    source = " · ".join([f"n = {', '.join(str(n) for n in dict.fromkeys(c.n for c in cells))}", *origin])
    figure = metric_figure(
        metric, [n for n in shown if n != labels.get("base")], points, labels.get(study.reference, "")
    )
    label = (
        f"{study.question} {metric} on {split}, a point with its 95 % interval per arm; the numbers are in the table"
    )
    chart = with_files(figure, label, f"study_{study.name}", info, _COLUMNS, rows, source=source)
    method = esc(str(results.get("method") or ""))
    how = esc(
        f"Differences: {study.difference} ({labels.get(study.reference, study.reference)}); bold: interval without 0."
    )
    return page(
        f"{opening(study_sentence(study, split, metric))}"
        f'<div class="sc-panel"><h2>{said(study.question)}</h2><div class="sc-split sc-half"><div>{chart}</div>'
        f'<div>{_study_table(study, split, metric)}</div></div><p class="sc-soft">{how} {method}</p>'
        f"{source_line(f'Source: results/{PREFIX}{study.name}.json · {source}')}</div>"
    )


def _ends(value: Estimate) -> tuple[float, float]:
    return (value[0] if value[1] is None else value[1], value[0] if value[2] is None else value[2])


def _blank(values: tuple) -> tuple:
    return tuple("" if v is None else v for v in values)


def _study_table(study: AblationStudy, split: str, metric: str) -> str:
    """A row per base and arm; the paper's column only where the paper reports an arm of this study."""
    cells = study.at(split, metric)
    bases = dict.fromkeys(c.base for c in cells)
    paper = any(arm.paper for arm in study.arms)
    heads = ["Arm", f"{metric}, %", "Difference", "Seeds", *["Paper: Vb@1 / CIDEr"] * paper]
    body = ""
    for base in bases:
        if len(bases) > 1:
            body += f'<tr><th colspan="{len(heads)}" scope="rowgroup">Base {said(base, 60)}</th></tr>'
        for arm in study.arms:
            cell = next((c for c in cells if c.base == base and c.arm == arm.key), None)
            if cell is None:
                continue
            name = f"<strong>{said(arm.label)}</strong>" if arm.key == study.reference else said(arm.label)
            values = [
                number(cell.value),
                _apart(cell.difference),
                str(cell.seeds),
                *[said(arm.paper or "–", 40)] * paper,
            ]
            numbers = "".join(f'<td class="sc-num">{value}</td>' for value in values)
            body += f'<tr><th scope="row">{name}</th>{numbers}</tr>'
    names = "".join(f'<th scope="col">{esc(head)}</th>' for head in heads)
    note = (
        "The paper measured a trained head on VidSitu with CLIP ViT-L/14: only the order of the arms can be compared."
    )
    return (
        f'<div class="sc-scroll" tabindex="0" role="region" aria-label="{esc(metric)}"><table class="sc-table"><thead>'
        f"<tr>{names}</tr></thead><tbody>{body}</tbody></table></div>"
        + (f'<p class="sc-soft">{note}</p>' if paper else "")
    )


def runs_html(info: PairInfo, root: Path | None) -> str:
    """A row per run folder with metrics: the settings in which the runs differ, and what they reached."""
    table = run_table(root)
    if not table.rows:
        return notice(
            "None of these runs has a metrics.json yet, so there is no table; the curves below need only a log."
        )
    heads = [*table.varied, *table.metrics]
    rows = [[r.name, *_values(r.settings, table.varied), *_values(r.metrics, table.metrics)] for r in table.rows]
    body = "".join(
        f'<tr><th scope="row">{said(row[0], 80)}</th>'
        + "".join(f'<td class="sc-num">{said(_short(value), 40)}</td>' for value in row[1:])
        + "</tr>"
        for row in rows
    )
    about = " · ".join(f"{r.name}: {', '.join(f'{k} {v}' for k, v in r.about.items())}" for r in table.rows if r.about)
    file = link("srlclip_runs.csv", "text/csv", to_csv(info, ("run", *heads), rows, source=about), "CSV", "runs")
    names = "".join(f'<th scope="col">{esc(name.replace("_", " "))}</th>' for name in ("run", *heads))
    varied = _varied_line(table)
    return page(
        f'<h2>Runs side by side</h2><p class="sc-soft">{varied}</p><div class="sc-scroll" tabindex="0" role="region" '
        f'aria-label="Runs"><table class="sc-table"><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>'
        f'<div class="sc-plot-files">{file}</div>{source_line(f"Source: metrics.json of each run. {about[:600]}")}'
    )


def _varied_line(table: RunTable) -> str:
    if len(table.rows) < 2:
        return "One run with metrics."
    if not table.varied:
        return f"{len(table.rows)} runs with the same settings."
    return f"{len(table.rows)} runs; they differ in {len(table.varied)} settings, which come first."


def _values(mapping: Mapping, keys: tuple[str, ...]) -> list:
    return [mapping.get(key, "") for key in keys]


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def run_html(info: PairInfo, root: Path, name: str) -> str:
    """Training curves of one run folder. Raises ValueError for a name that is not offered, DataError for a bad log."""
    if name not in run_folders(root):
        raise ValueError(f"There is no run {name[:80]!r} with a log.jsonl. Choose one of the list.")
    rows = read_log(root / name)
    keys = list(dict.fromkeys(key for row in rows for key in row))
    cells = [[row.get(key, "") for key in keys] for row in rows]
    label = f"Loss against step, run {name}, {len(rows)} log rows"
    chart = with_files(training_curves(rows), label, "training_curves", info, keys, cells, run=name)
    return page(
        f'<div class="sc-panel"><h2>Run {said(name, 80)}</h2>{chart}'
        f"{source_line(f'Source: log.jsonl of {name}, {len(rows)} rows')}</div>"
    )
