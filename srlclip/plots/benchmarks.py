"""Plots of a benchmark's table: both models' values, and what SRL-CLIP adds to its base, with intervals."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from srlclip.evaluation.benchmarks.rows import DIFFERENCE, Row
from srlclip.plots.drawing import COLOURS, FAINT, INK, MARKERS, OTHERS, blank_figure, mark, plain, styled
from srlclip.plots.measured import metric_bars
from srlclip.results import MODELS

#: Metrics that a figure has room for, the main one first.
ROOM = 14
#: Who is better by the interval of the difference: mark and colour, and what the legend says.
_BETTER = {
    "adapted": ((MARKERS["adapted"], COLOURS["adapted"]), "SRL-CLIP better"),
    "base": ((MARKERS["base"], COLOURS["base"]), "Base CLIP better"),
    "": ((OTHERS[0][0], FAINT), "interval holds 0"),
}


def figures_of(rows: Sequence[Row]) -> dict[str, Figure]:
    """File name -> figure: "values" and "differences" of the metrics in percent; none without such a metric."""
    drawn = drawable(rows)[:ROOM]
    if not drawn:
        return {}
    values = [(row.metric, {model: _triple(row.values[model]) for model in MODELS}) for row in drawn]
    return {"differences": differences(drawn), "values": metric_bars(values)}


def drawable(rows: Sequence[Row]) -> list[Row]:
    """The rows in percent that both models have, with intervals."""
    return [row for row in rows if row.percent and all(row.values.get(m, {}).get("ci") for m in MODELS)]


def _triple(cell: dict) -> tuple[float, float, float]:
    return cell["mean"], *cell["ci"]


@styled
def differences(rows: Sequence[Row]) -> Figure:
    """SRL-CLIP minus base in points, a mark with its 95 % interval a row; the mark is that of the better model."""
    figure, (axes,) = blank_figure(0.4 * max(len(rows), 2) + 1.3)
    axes.axvline(0, color=INK, linewidth=1)
    sides = []
    for place, row in enumerate(rows):
        value, low, high = _triple(row.differences[DIFFERENCE])
        sides.append("adapted" if low > 0 else "base" if high < 0 else "")
        look = _BETTER[sides[-1]][0]
        axes.plot([low, high], [place] * 2, color=look[1], linewidth=2.4, solid_capstyle="butt")
        mark(axes, look, value, place, filled=bool(sides[-1]), size=6)
    axes.set(
        yticks=range(len(rows)), ylim=(len(rows) - 0.4, -0.6), xlabel="SRL-CLIP − base, points\n(line: 95 % interval)"
    )
    axes.set_yticklabels([textwrap.fill(plain(row.metric, 34), 17) for row in rows])
    axes.grid(axis="x", color=FAINT, alpha=0.35, linewidth=0.6)
    axes.locator_params(axis="x", nbins=5)
    handles = [
        Line2D([], [], marker=shape, color=colour, label=words, linestyle="", markersize=6, fillstyle="full" if side else "none")
        for side, ((shape, colour), words) in _BETTER.items()
        if side in sides
    ]  # fmt: skip
    axes.legend(handles=handles, frameon=False, handletextpad=0.3, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    return figure
