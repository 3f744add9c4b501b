"""Analysis tab: measured results with intervals and source, a live look at the gallery, training curves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from ..plots import KIND_NAMES, NAMES, margin_histogram, metric_bars, rank_scatter, training_curves
from ..results import MODELS
from .format import esc, model_name, notice, page, plot, said
from .guard import stepper, user_errors
from .measure import (
    Estimate,
    GalleryMeasure,
    MetricRow,
    Tally,
    measure_gallery,
    metric_rows,
    read_log,
    run_folders,
    sources,
)

if TYPE_CHECKING:
    from ..compare import Comparison

MAX_BARS = 16


#: What the columns of controls and differences are called.
COLUMN_NAMES = {"sparse": "Base + sparse captions (control)"}


def _number(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    value, low, high = estimate
    interval = f' <span class="sc-soft">[{low:.1f}, {high:.1f}]</span>' if low is not None and high is not None else ""
    return f"{value:.1f}{interval}".replace("-", "−")


def _column(name: str) -> str:
    """A column's heading: a model's mark and name, a control's, or a difference "b - a" of two of them."""
    if name in NAMES:
        return model_name(name)
    parts = [NAMES.get(part, COLUMN_NAMES.get(part, part)) for part in name.split(" - ")]
    return esc(" − ".join(part.split(" (")[0] for part in parts) if len(parts) > 1 else parts[0].replace("_", " "))


def _bars(rows: tuple[MetricRow, ...]) -> list[tuple[str, dict[str, tuple[float, float, float]]]]:
    """The rows with intervals, in percent; ranks are no percentages and stay in the table."""
    ranks = ("rank", "mdr", "mnr", "mean r", "loss", "margin")
    kept = [r for r in rows if not any(word in r.name.lower() for word in ranks)]
    kept = [r for r in kept if all(r.values[m][1] is not None and r.values[m][2] is not None for m in MODELS)]
    scale = 100.0 if kept and all(abs(r.values[m][0]) <= 1 for r in kept for m in MODELS) else 1.0
    return [(r.name, {m: tuple(scale * float(v) for v in r.values[m]) for m in MODELS}) for r in kept[:MAX_BARS]]


def _group_html(group: str, rows: tuple[MetricRow, ...]) -> str:
    """One set of clips: its chart and, folded under it, its table."""
    names = [*MODELS, *dict.fromkeys(k for row in rows for k in row.values if k not in MODELS)]
    heads = "".join(f'<th scope="col" class="sc-h-{esc(n)}">{_column(n)}</th>' for n in names)
    body = "".join(
        f'<tr><th scope="row">{esc(row.name)}</th>'
        + "".join(f'<td class="sc-num">{_number(row.values.get(n))}</td>' for n in names)
        + "</tr>"
        for row in rows
    )
    title = group.removeprefix("tables · ") or "All clips"
    bars = _bars(rows)
    chart = (
        plot(metric_bars(bars), f"{title}: metrics with 95 % intervals; the numbers are in the table") if bars else ""
    )
    table = (
        f'<div class="sc-scroll" tabindex="0" role="region" aria-label="{esc(title)}"><table class="sc-table"><thead><tr>'
        f'<th scope="col">Metric [95 % interval]</th>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )
    folded = f"<details><summary>Numbers, control and paired differences</summary>{table}</details>" if chart else table
    return f'<section class="sc-panel"><h2>{esc(title)}</h2>{chart}{folded}</section>'


def results_html(results: Mapping | None) -> str:
    """The measurements of a results file, a chart and a table per set of clips, and what the file says of its making."""
    rows = metric_rows(results)
    if not rows:
        return notice(
            "No measured results come with these models. Run the evaluation, or measure on the gallery below."
        )
    groups = dict.fromkeys(row.group for row in rows)
    parts = "".join(_group_html(group, tuple(row for row in rows if row.group == group)) for group in groups)
    about = " · ".join(f"{esc(k)}: {said(v, 160)}" for k, v in sources(results))
    return page(
        f'<h2>Measured results</h2><div class="sc-thirds">{parts}</div><p class="sc-soft">Source: {about or "the results file of these models"}</p>'
    )


def _tally_table(title: str, tallies: Mapping[str, Tally], names: Mapping[str, str]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{said(names.get(key, key))}</th><td class="sc-num">{t.won}</td>'
        f'<td class="sc-num">{t.tied}</td><td class="sc-num">{t.lost}</td></tr>'
        for key, t in sorted(tallies.items())
    )
    return (
        f'<table class="sc-table"><thead><tr><th scope="col">{esc(title)}</th><th scope="col">only SRL-CLIP right</th>'
        f'<th scope="col">same</th><th scope="col">only Base right</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def gallery_html(measure: GalleryMeasure) -> str:
    """Rank scatter, margin histograms and win / tie / loss tables of a live measurement."""
    better = sum(adapted < base for base, adapted in measure.ranks)
    worse = sum(adapted > base for base, adapted in measure.ranks)
    same = len(measure.ranks) - better - worse
    total = len(measure.margins["base"])
    scatter = plot(
        rank_scatter(measure.ranks, measure.gallery),
        f"Rank of the described clip: SRL-CLIP better {better}, same {same}, Base better {worse} times",
    )
    won = {m: sum(v > 0 for v in measure.margins[m]) for m in MODELS}
    histogram = plot(
        margin_histogram(measure.margins),
        f"Margins: Base beats {won['base']}, SRL-CLIP {won['adapted']} of {total} negatives",
    )
    return page(
        f"<h2>On this gallery, now: {measure.clips} of {measure.gallery} clips, one event each, {total} negatives</h2>"
        '<p class="sc-soft">Events are chosen by position, before anything is measured. '
        "Small, without intervals: a look, not a result.</p>"
        f"<p>SRL-CLIP ranks the described clip higher {better} times, the same {same}, lower {worse}.</p>"
        f'<div class="sc-split sc-half"><div class="sc-panel"><h3>Rank of the described clip</h3>{scatter}</div>'
        f'<div class="sc-panel"><h3>Margins of the hard negatives</h3>{histogram}</div></div>'
        f'<div class="sc-split sc-half"><div>{_tally_table("Kind of negative", measure.by_kind, KIND_NAMES)}</div>'
        f"<div>{_tally_table('Verb of the event', measure.by_verb, {})}</div></div>"
    )


def run_html(root: Path, name: str) -> str:
    """Training curves of one run folder. Raises ValueError for a name that is not offered, DataError for a bad log."""
    if name not in run_folders(root):
        raise ValueError(f"There is no run {name[:80]!r} with a log.jsonl. Choose one of the list.")
    rows = read_log(root / name)
    chart = plot(training_curves(rows), f"Loss against step, run {name}, {len(rows)} log rows")
    return page(
        f'<div class="sc-panel"><h2>Run {said(name, 80)}</h2>{chart}'
        f'<p class="sc-soft">Source: log.jsonl, {len(rows)} rows</p></div>'
    )


def build(comparison: Comparison, runs: Path | None) -> None:
    """Lay the tab out inside the current Blocks and wire it. runs: a folder of run folders, or None."""
    gr.HTML(results_html(comparison.results()), js_on_load=None)
    measure = gr.Button("Measure on this gallery (at most 40 clips)", variant="primary")
    live = gr.HTML("", js_on_load=None)

    @user_errors
    def run(progress: gr.Progress = gr.Progress()) -> str:  # noqa: B008
        return gallery_html(measure_gallery(comparison, progress=stepper(progress)))

    def cleared() -> str:
        return notice("No measurement: the last run failed.")

    model = {"api_visibility": "private", "concurrency_id": "model"}
    measure.click(run, None, live, **model).failure(cleared, None, live, api_visibility="private")
    names = run_folders(runs)
    if runs is None or not names:
        gr.HTML(
            notice("No training runs here. Start the app with --runs FOLDER to see the curves of run folders."),
            js_on_load=None,
        )
        return
    choice = gr.Dropdown(list(names), value=None, label="Training curves of a run")
    curves = gr.HTML("", js_on_load=None)

    @user_errors
    def draw(name: str) -> str:
        return run_html(runs, name)

    choice.input(draw, choice, curves, api_visibility="private").failure(
        cleared, None, curves, api_visibility="private"
    )
