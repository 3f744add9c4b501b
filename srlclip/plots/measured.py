"""Plots of many measurements: metrics with intervals, margins, ranks, training curves."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from srlclip.plots.drawing import (
    COLOURS,
    FAINT,
    INK,
    MARKERS,
    NAMES,
    PAPER,
    blank_figure,
    looks,
    mark,
    model_legend,
    plain,
    styled,
)
from srlclip.results import MODELS


@styled
def metric_bars(
    rows: Sequence[tuple[str, Mapping[str, tuple[float, float, float]]]], names: Mapping[str, str] = NAMES
) -> Figure:
    """Dot and 95 % interval per metric and model. rows: (metric, {model: (value, low, high)}), values in percent.

    names: the models from top to bottom; a third one, a control, has a mark and a colour of its own.
    """
    gap = 0.28 if len(names) < 3 else 0.66 / len(names)
    figure, (axes,) = blank_figure((0.44 if len(names) < 3 else 0.5) * max(len(rows), 2) + 0.8 + 0.2 * len(names))
    drawn = looks(names)
    for row, (_, values) in enumerate(rows):
        for place, model in enumerate(names):
            if model not in values:
                continue
            value, low, high = values[model]
            y = row + gap * (place - (len(names) - 1) / 2)
            axes.plot([low, high], [y] * 2, color=drawn[model][1], linewidth=2.4, solid_capstyle="butt")
            mark(axes, drawn[model], value, y, size=6)
    axes.set(
        yticks=range(len(rows)), ylim=(len(rows) - 0.4, -0.6), xlim=(0, 103), xlabel="percent (line: 95 % interval)"
    )
    axes.set_yticklabels([textwrap.fill(plain(name, 34), 17) for name, _ in rows])
    axes.grid(axis="x", color=FAINT, alpha=0.35, linewidth=0.6)
    columns = 2 if len(names) < 3 else 1
    model_legend(axes, names, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=columns)
    return figure


@styled
def margin_histogram(values: Mapping[str, Sequence[float]], bins: int = 24) -> Figure:
    """Distribution of margins per model, one panel above the other on the same axis. values: {model: margins}."""
    every = [v for model in MODELS for v in values.get(model, ())] or [0.0]
    span = max(abs(min(every)), abs(max(every)), 0.01) * 1.05
    edges = [-span + 2 * span * i / bins for i in range(bins + 1)]
    figure, panels = blank_figure(3.4, panels=2)
    for model, axes in zip(MODELS, panels, strict=True):
        mine = list(values.get(model, ()))
        axes.axvspan(-span, 0, color=FAINT, alpha=0.18, linewidth=0)
        hatch = None if model == "base" else "///"
        axes.hist(mine, bins=edges, color=COLOURS[model], alpha=0.85, hatch=hatch, edgecolor=PAPER, linewidth=0.3)
        axes.axvline(0, color=INK, linewidth=1)
        won = sum(v > 0 for v in mine)
        mark = "●" if model == "base" else "◆"
        axes.set_title(f"{mark} {NAMES[model]}: {won} of {len(mine)} beaten")
        axes.set_ylabel("negatives")
    panels[-1].set(xlim=(-span, span), xlabel="margin (shaded: fooled)")
    panels[-1].locator_params(axis="x", nbins=5)
    return figure


@styled
def rank_scatter(pairs: Sequence[tuple[int, int]], gallery_size: int) -> Figure:
    """Rank of the described clip under Base (x) and SRL-CLIP (y), logarithmic; below the line SRL-CLIP is better."""
    figure, (axes,) = blank_figure(4.2)
    top = max(gallery_size, 2) * 1.25
    axes.plot([0.8, top], [0.8, top], color=INK, linewidth=1, linestyle="--")
    counts: dict[tuple[int, int], int] = {}
    for pair in pairs:
        counts[pair] = counts.get(pair, 0) + 1
    for (base, adapted), count in counts.items():
        better = "adapted" if adapted < base else "base" if base < adapted else None
        axes.plot(
            [base],
            [adapted],
            MARKERS[better] if better else "s",
            color=COLOURS[better] if better else FAINT,
            markersize=5 + 2.2 * (count - 1) ** 0.5,
            alpha=0.85,
            linestyle="",
        )
    axes.set(xscale="log", yscale="log", xlim=(0.8, top), ylim=(0.8, top))
    axes.set(xlabel="rank under Base CLIP (larger mark: several clips)", ylabel="rank under SRL-CLIP")
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000) if t <= top]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(ticks, labels=[str(t) for t in ticks])
        axis.set_ticks([], minor=True)
    axes.set_title("◆ SRL-CLIP higher   ● Base higher   ■ same")
    return figure


def _phase(row: Mapping[str, object]) -> Mapping[str, object]:
    """A pretraining row ("phase" and its loss terms) as one curve per phase: the mean of its terms."""
    phase = row.get("phase")
    if not isinstance(phase, str) or phase.endswith("-valid"):
        return row
    terms = [v for k, v in row.items() if k not in ("phase", "step", "seconds") and isinstance(v, (int, float))]
    return {"step": row.get("step"), f"{phase}_loss": sum(terms) / len(terms)} if terms else row


#: srlclip.losses.TERMS, as a place without torch knows them; a test holds the two equal.
LOSS_TERMS = ("clip_event", "vc_event", "clip_video", "vc_video")


@styled
def training_curves(rows: Sequence[Mapping[str, object]], limit: int = 8) -> Figure:
    """Loss terms and the validation loss against the step, from a run's log rows; at most `limit` curves."""
    rows = [_phase(row) for row in rows]
    losses = ("loss", "total", *LOSS_TERMS)  # other fields are metrics and times
    names: list[str] = []
    for row in rows:
        for name, value in row.items():
            numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
            if numeric and name not in names and (name in losses or name.endswith("_loss")):
                names.append(name)
    figure, (axes,) = blank_figure(3.2)
    for index, name in enumerate(names[:limit]):
        points = [(row.get("step", i), row[name]) for i, row in enumerate(rows) if row.get(name) is not None]
        style = ("-", "--", ":", "-.")[index % 4]
        colour = (INK, COLOURS["adapted"], COLOURS["base"], "#009E73", "#CC79A7", FAINT)[index % 6]
        mark = "o" if len(points) < 4 else ""
        axes.plot(
            *zip(*points, strict=True), mark + style, color=colour, linewidth=1.5, markersize=3, label=plain(name)
        )
    axes.set(xlabel="step", ylabel="loss")
    axes.grid(color=FAINT, alpha=0.3, linewidth=0.6)
    if names:
        axes.legend(frameon=False)
    return figure
