"""Stored measurements as panels: a chart with intervals and a table per set of clips, each with its source."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping

from srlclip.app.ui.parts.format import esc, model_name, notice, page, said
from srlclip.app.ui.results.downloads import link, to_csv
from srlclip.app.ui.results.plots import with_files
from srlclip.app.ui.tabs.analysis.estimates import (
    Estimate,
    MetricRow,
    captioner_rows,
    metric_rows,
    seed_rows,
    sources,
)
from srlclip.app.ui.tabs.analysis.sentences import measured_sentence, opening
from srlclip.plots import NAMES, glyphs, looks, metric_bars
from srlclip.results import MODELS, PairInfo

MAX_BARS = 16
#: What the columns of controls and differences are called.
COLUMN_NAMES = {
    "sparse": "Base + sparse captions (control)",
    "adapted, no contextualizer": "SRL-CLIP without contextualizer",
    "text only": "The words alone, no video (control)",
    "zero-shot base": "Base CLIP, zero-shot",
    "zero-shot adapted": "SRL-CLIP, zero-shot",
}
#: Metrics that are no percentages stay out of the charts: ranks, losses, margins, and CIDEr, which may pass 100.
_NOT_PERCENT = ("rank", "mdr", "mnr", "mean r", "loss", "margin", "cider")


def number(estimate: Estimate | None) -> str:
    """A value and its interval, with a true minus; "–" for None."""
    if estimate is None:
        return "–"
    value, low, high = estimate
    interval = f' <span class="sc-soft">[{low:.1f}, {high:.1f}]</span>' if low is not None and high is not None else ""
    return f"{value:.1f}{interval}".replace("-", "−")


def models_of(rows: tuple[MetricRow, ...]) -> tuple[str, ...]:
    """The models that the rows measure: Base CLIP first, controls and others as the file names them, SRL-CLIP last."""
    others = dict.fromkeys(name for row in rows for name in row.values if name not in MODELS and " - " not in name)
    return ("base", *others, "adapted")


def _name(part: str) -> str:
    return NAMES.get(part, COLUMN_NAMES.get(part, part)).replace("_", " ")


def _column(name: str, models: tuple[str, ...] = MODELS) -> str:
    """A column's heading: a model's mark and name, or a difference "b - a" of two of them. models: all, for their marks."""
    if name in NAMES:
        return model_name(name)
    if " - " in name:
        return esc(" − ".join(_name(part).split(" (")[0] for part in name.split(" - ")))
    if name not in models:
        return esc(_name(name))
    glyph, (_, colour) = glyphs(models)[name], looks(models)[name]
    return f'<span style="color:{colour}" aria-hidden="true">{glyph}</span> {esc(_name(name))}'


def _bars(rows: tuple[MetricRow, ...]) -> list[tuple[str, dict[str, tuple[float, float, float]]]]:
    """The rows with intervals, in percent, of every model that has them."""
    kept = [r for r in rows if not any(word in r.name.lower() for word in _NOT_PERCENT)]
    kept = [r for r in kept if all(r.values[m][1] is not None and r.values[m][2] is not None for m in MODELS)]
    scale = 100.0 if kept and all(abs(r.values[m][0]) <= 1 for r in kept for m in MODELS) else 1.0
    shown = [(r.name, {m: r.values[m] for m in models_of(rows) if None not in r.values.get(m, (None,))}) for r in kept]
    return [(n, {m: tuple(scale * float(v) for v in vs) for m, vs in values.items()}) for n, values in shown[:MAX_BARS]]


def _cells(rows: tuple[MetricRow, ...]) -> list[tuple]:
    """All numbers of a set of clips, one per row of the CSV."""
    return [
        (row.name, name, *("" if v is None else v for v in values))
        for row in rows
        for name, values in row.values.items()
    ]


def _group_html(info: PairInfo, group: str, rows: tuple[MetricRow, ...], file: str, source: str, size: str) -> str:
    """One set of clips: its chart and, folded under it, its table. size: how many clips and events, "" if unknown."""
    models = models_of(rows)
    names = [*models, *dict.fromkeys(k for row in rows for k in row.values if k not in models)]
    heads = "".join(
        f'<th scope="col" class="sc-h-{esc(n) if n in MODELS else "other"}">{_column(n, models)}</th>' for n in names
    )
    body = "".join(
        f'<tr><th scope="row">{esc(row.name)}</th>'
        + "".join(f'<td class="sc-num">{number(row.values.get(n))}</td>' for n in names)
        + "</tr>"
        for row in rows
    )
    title = group.removeprefix("tables · ") or "All clips"
    bars, columns = _bars(rows), ("metric", "model", "value", "low", "high")
    chart = ""
    if bars:
        spoken = f"{title}: metrics with 95 % intervals; the numbers are in the table"
        chart = with_files(
            metric_bars(bars, {m: _name(m) for m in models}),
            spoken,
            file,
            info,
            columns,
            _cells(rows),
            set=title,
            n=size,
            source=source,
        )
    table = (
        f'<div class="sc-scroll" tabindex="0" role="region" aria-label="{esc(title)}"><table class="sc-table"><thead><tr>'
        f'<th scope="col">Metric [95 % interval]</th>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )
    folded = (
        f"<details><summary>Numbers of every model, and paired differences</summary>{table}</details>"
        if chart
        else table
    )
    said_n = f'<p class="sc-soft">{esc(size)}</p>' if size else ""
    return f'<section class="sc-panel"><h3>{esc(title)}</h3>{said_n}{chart}{folded}</section>'


def _source(results: Mapping | None) -> str:
    return " · ".join(f"{k}: {v[:160]}" for k, v in sources(results))


def _size(results: Mapping | None, group: str) -> str:
    """How many clips and events a set has, where the file says so: for the set, or for all of it."""
    file = results or {}
    part = (file.get("splits") or {}).get(group.removeprefix("tables · "))
    part = part if isinstance(part, Mapping) else file
    return ", ".join(f"{part[key]} {key}" for key in ("clips", "events") if isinstance(part.get(key), int))


def _groups_html(info: PairInfo, heading: str, rows: tuple[MetricRow, ...], file: str, results: Mapping | None) -> str:
    groups = list(dict.fromkeys(row.group for row in rows))
    order = list(dict.fromkeys(row.name for row in rows))  # the first set's, so that neighbouring charts read alike
    about = _source(results)
    parts = "".join(
        _group_html(
            info,
            group,
            tuple(sorted((r for r in rows if r.group == group), key=lambda r: order.index(r.name))),
            f"{file}_{i}",
            about,
            _size(results, group),
        )
        for i, group in enumerate(groups, 1)
    )
    wide = " sc-pairs" if len(groups) in (2, 4) else ""
    return (
        f'<h2>{esc(heading)}</h2><div class="sc-thirds{wide}">{parts}</div>'
        f'<p class="sc-soft">Source: {said(about, 700) if about else "the results file of these models"}</p>'
    )


def _seeds_html(info: PairInfo, results: Mapping) -> str:
    rows = seed_rows(results)
    if not rows:
        return ""
    arms = list(dict.fromkeys(arm for _, arm, _ in rows))
    by_arm = {(metric, arm): values for metric, arm, values in rows}
    heads = "".join(f'<th scope="col">{_column(arm)}</th>' for arm in arms)
    body = "".join(
        f'<tr><th scope="row">{esc(metric)}</th>'
        + "".join(
            f'<td class="sc-num">{esc(" / ".join(f"{v:.1f}" for v in by_arm.get((metric, arm), ())))}</td>'
            for arm in arms
        )
        + "</tr>"
        for metric in dict.fromkeys(metric for metric, _, _ in rows)
    )
    cells = [(metric, arm, seed, value) for metric, arm, values in rows for seed, value in enumerate(values)]
    table = to_csv(info, ("metric", "arm", "seed", "value"), cells, source=_source(results))
    file = link("srlclip_captioner_seeds.csv", "text/csv", table, "CSV", "captioner seeds")
    return (
        f'<details class="sc-panel"><summary>One value per training seed</summary><div class="sc-scroll" tabindex="0" '
        f'role="region" aria-label="Captioners, one value per seed"><table class="sc-table"><thead><tr><th scope="col">'
        f'Metric</th>{heads}</tr></thead><tbody>{body}</tbody></table></div><div class="sc-plot-files">{file}</div></details>'
    )


def results_html(
    info: PairInfo, results: Mapping | None, captioner: Mapping | None = None, halves: Mapping | None = None
) -> str:
    """The measurements of the pair's results files, and what they say of their making."""
    return _results_html(info, *(json.dumps(file, default=str) for file in (results, captioner, halves)))


@functools.lru_cache(maxsize=8)
def _results_html(info: PairInfo, results_json: str, captioner_json: str, halves_json: str) -> str:
    """Drawn once for all visitors: the files do not change while the app runs."""
    results, captioner, halves = map(json.loads, (results_json, captioner_json, halves_json))
    rows = metric_rows(results)
    if not rows:
        return notice(
            "No measured results come with these models. Run the evaluation, or measure on the gallery (next section)."
        )
    parts = opening(measured_sentence(rows))
    parts += _groups_html(info, "Retrieval and hard negatives, measured", rows, "metrics", results)
    captions = captioner_rows(captioner)
    if captions:
        parts += '<div class="sc-gap"></div>' + _groups_html(
            info, "SRL captions, measured", captions, "captions", captioner
        )
        parts += _seeds_html(info, captioner)
    if half_rows := metric_rows(halves):
        heading = "Half-truths, measured: one role more, right or wrong"
        parts += '<div class="sc-gap"></div>' + _groups_html(info, heading, half_rows, "half_truths", halves)
    return page(parts)
