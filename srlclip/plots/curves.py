"""The plot of a learning curve: a panel per metric, a line per arm over the number of labelled clips, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from srlclip.plots import WIDTH, styled
from srlclip.plots.drawing import COLOURS, MARKERS
from srlclip.plots.studies import LOOKS

_PANEL_WIDTH, _PANEL_HEIGHT, _COLUMNS = 3.4, 2.5, 2
#: Arms stand side by side at each size, by this factor of the logarithmic axis, so that their intervals stay apart.
_STEP = 1.045


@dataclass(frozen=True)
class CurvePoint:
    """One arm at one size (what the axis counts, 0 or more): value with the ends of its interval, in the metric's own unit."""

    arm: str
    size: float
    value: float
    low: float
    high: float


#: The metrics of a head study that are shown; its results file has all of VidSitu's.
HEAD_METRICS = ("Vb@1", "Rec@5", "CIDEr", "LEA")


def curve_points(results: Mapping[str, Any]) -> dict[str, list[CurvePoint]]:
    """metric -> points of a head study's results ("arms", "table": metric -> arm -> size -> cell), of HEAD_METRICS.

    Cells without a "mean", whose heads are missing, give no point.
    """
    out: dict[str, list[CurvePoint]] = {}
    for metric in (m for m in HEAD_METRICS if m in results["table"]):
        for arm in results["arms"]:
            for size, cell in results["table"][metric][arm["name"]].items():
                if "mean" in cell:
                    out.setdefault(metric, []).append(CurvePoint(arm["label"], int(size), cell["mean"], *cell["ci"]))
    return out


def _looks(points: Sequence[CurvePoint], models: Mapping[str, str]) -> dict[str, tuple[str, str, str]]:
    """arm -> colour, mark and line, in order of the points."""
    arms = list(dict.fromkeys(p.arm for p in points))
    lines, others = {"base": ":", "adapted": "--"}, cycle(LOOKS)
    own = {model: (COLOURS[model], MARKERS[model], line) for model, line in lines.items()}
    return {arm: own[models[arm]] if arm in models else next(others) for arm in arms}


def _handles(looks: Mapping[str, tuple[str, str, str]]) -> list[Line2D]:
    return [
        Line2D([], [], color=colour, marker=mark, linestyle=dashes, markersize=5, label=arm.replace("$", r"\$"))
        for arm, (colour, mark, dashes) in looks.items()
    ]


@styled
def curve_figure(points: Sequence[CurvePoint], models: Mapping[str, str], sizes: str = "labelled clips") -> Figure:
    """One panel of curves_figure, narrow enough for a phone. On a page the ink follows its text."""
    looks = _looks(points, models)
    figure = Figure(figsize=(WIDTH, 2.6 + 0.2 * len(looks)), layout="constrained")
    axes = figure.subplots()
    axes.patch.set_alpha(0)
    _panel(axes, points, looks)
    axes.set_xlabel(sizes)
    if looks:
        figure.legend(handles=_handles(looks), loc="outside lower left", frameon=False)
    return figure


@styled
def curves_figure(
    title: str,
    panels: Mapping[str, Sequence[CurvePoint]],
    models: Mapping[str, str],
    sizes: str = "labelled clips",
) -> Figure:
    """panels: metric -> points; an arm's line joins its points in order of size. sizes: what the logarithmic axis counts.

    models: the arms that are the pair itself, arm -> "base" or "adapted"; they look as in every other plot.
    """
    looks = _looks([p for points in panels.values() for p in points], models)
    rows = max(1, -(-len(panels) // _COLUMNS))
    # The last lines are the legend's, one per arm.
    height = rows * _PANEL_HEIGHT + 0.5 + 0.2 * len(looks)
    figure = Figure(figsize=(_PANEL_WIDTH * _COLUMNS, height), layout="constrained")
    grid = figure.subplots(rows, _COLUMNS, squeeze=False)
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    for axes, (metric, points) in zip(grid.flat, panels.items(), strict=False):
        _panel(axes, points, looks)
        axes.set_title(metric, fontsize=9)
        axes.set_xlabel(sizes, fontsize=8)
    figure.suptitle(title.replace("$", r"\$"), fontsize=10, x=0.01, ha="left")
    if looks:
        figure.legend(handles=_handles(looks), loc="outside lower left", frameon=False, fontsize=8)
    return figure


def _panel(axes: Axes, points: Sequence[CurvePoint], looks: Mapping[str, tuple[str, str, str]]) -> None:
    ticks = sorted({p.size for p in points})
    # A logarithmic axis has no 0: up to the smallest other size it is then linear.
    least = next((tick for tick in ticks if tick > 0), 1)
    if 0 in ticks:
        axes.set_xscale("symlog", linthresh=least, linscale=0.5)
    else:
        axes.set_xscale("log")
    for place, (arm, (colour, mark, dashes)) in enumerate(looks.items()):
        mine = sorted((p for p in points if p.arm == arm), key=lambda p: p.size)
        apart = _STEP ** (place - (len(looks) - 1) / 2)
        x = [p.size * apart if p.size else least * (apart - 1) for p in mine]
        # One line with gaps: a line of its own for every interval makes a large file.
        ends = [end for p in mine for end in (p.low, p.high, float("nan"))]
        axes.plot([v for v in x for _ in range(3)], ends, color=colour, linewidth=1.4, solid_capstyle="butt", alpha=0.7)
        axes.plot(
            x, [p.value for p in mine], color=colour, marker=mark, linestyle=dashes, markersize=4.5, linewidth=1.3
        )
    if any(p.low < 0 for p in points):
        axes.axhline(0, color="0.5", linewidth=0.8, zorder=0)
    axes.xaxis.set_ticks(ticks, labels=[f"{tick:,g}" for tick in ticks])
    axes.xaxis.set_ticks([], minor=True)
    axes.grid(axis="y", alpha=0.3, linewidth=0.5)
    axes.locator_params(axis="y", nbins=5)
