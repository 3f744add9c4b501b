"""The plot of a study: a panel per metric, a row per arm, points with intervals, the base model as a dashed line."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from srlclip.files import write_text
from srlclip.plots import WIDTH, styled
from srlclip.plots.drawing import OTHERS

#: Colour, mark and line of each base, in order: colour never stands alone, and none is a model's of the pair.
LOOKS = tuple((colour, mark, line) for (mark, colour), line in zip(OTHERS, ("--", ":", "-.", "--"), strict=True))
_PANEL_WIDTH, _COLUMNS = 2.5, 3


@dataclass(frozen=True)
class StudyPoint:
    """One arm on one base: value with its interval in percent. line: drawn through the panel (the unadapted base)."""

    arm: str
    base: str
    value: float
    low: float
    high: float
    line: bool = False


@styled
def study_figure(
    title: str, arms: Sequence[str], panels: Mapping[str, Sequence[StudyPoint]], reference: str = ""
) -> Figure:
    """arms: the rows from top to bottom. panels: metric -> points; an arm without a point has an empty row.

    reference: the arm whose name is bold.
    """
    bases = list(dict.fromkeys(p.base for points in panels.values() for p in points))
    looks = {base: LOOKS[i % len(LOOKS)] for i, base in enumerate(bases)}
    rows = max(1, -(-len(panels) // _COLUMNS))
    height = rows * (0.24 * max(len(arms), 2) + 0.75) + 0.75
    # The left column carries the arms' names, outside of the panels.
    figure = Figure(figsize=(_PANEL_WIDTH * _COLUMNS + 1.9, height), layout="constrained")
    grid = figure.subplots(rows, _COLUMNS, sharey=True, squeeze=False)
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    for axes, (metric, points) in zip(grid.flat, panels.items(), strict=False):
        _panel(axes, metric, points, arms, looks, reference)
    handles = [
        Line2D([], [], color=c, marker=m, linestyle=d, markersize=5, label=f"{base} (line: not adapted)")
        for base, (c, m, d) in looks.items()
    ]
    figure.suptitle(title.replace("$", r"\$"), fontsize=10, x=0.01, ha="left")
    if handles:
        figure.legend(handles=handles, loc="outside lower left", frameon=False, fontsize=8, ncols=len(handles))
    return figure


def _panel(
    axes: Axes, metric: str, points: Sequence[StudyPoint], arms: Sequence[str], looks: Mapping, reference: str
) -> None:
    for place, (base, (colour, mark, dashes)) in enumerate(looks.items()):
        for value in (p.value for p in points if p.base == base and p.line):
            axes.axvline(value, color=colour, linestyle=dashes, linewidth=1.1, zorder=1)
        mine = [p for p in points if p.base == base and not p.line and p.arm in arms]
        y = [arms.index(p.arm) + 0.22 * (place - (len(looks) - 1) / 2) for p in mine]
        # One line with gaps: a line of its own for every interval makes a large file.
        ends = [x for p in mine for x in (p.low, p.high, float("nan"))]
        axes.plot(ends, [v for v in y for _ in range(3)], color=colour, linewidth=1.8, solid_capstyle="butt")
        axes.plot([p.value for p in mine], y, mark, color=colour, markersize=4.5, zorder=3)
    axes.set_title(f"{metric}, %")
    axes.grid(axis="x", alpha=0.3, linewidth=0.5)
    axes.locator_params(axis="x", nbins=5)
    axes.tick_params(axis="y", length=0, left=False)
    axes.set(yticks=range(len(arms)), ylim=(len(arms) - 0.5, -0.5))
    axes.set_yticklabels([arm.replace("$", r"\$") for arm in arms])
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() == reference else "normal")


@styled
def metric_figure(metric: str, arms: Sequence[str], points: Sequence[StudyPoint], reference: str = "") -> Figure:
    """One panel of study_figure, narrow enough for a phone: two lines per arm's name. On a page the ink follows its text."""
    bases = list(dict.fromkeys(p.base for p in points))
    looks = {base: LOOKS[i % len(LOOKS)] for i, base in enumerate(bases)}
    short = {arm: textwrap.fill(arm, 20, max_lines=2, placeholder=" …") for arm in arms}
    figure = Figure(figsize=(WIDTH, 0.42 * max(len(arms), 2) + 0.95), layout="constrained")
    axes = figure.subplots()
    axes.patch.set_alpha(0)
    narrow = [replace(p, arm=short.get(p.arm, p.arm)) for p in points]
    _panel(axes, metric, narrow, list(short.values()), looks, short.get(reference, ""))
    lines = any(p.line for p in points)
    handles = [
        Line2D([], [], color=c, marker=m, linestyle=d, markersize=5, label=base + " (line: not adapted)" * lines)
        for base, (c, m, d) in looks.items()
    ]
    figure.legend(handles=handles, loc="outside lower left", frameon=False)
    return figure


@styled
def save_svg(figure: Figure, path: str | Path) -> None:
    """A file for documents: on white, with real text, the same bytes for the same figure."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", facecolor="white", metadata={"Date": None, "Creator": None})
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", buffer.getvalue(), flags=re.S)
    text = re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", text)
    write_text(path, "\n".join(line.strip() for line in text.splitlines()) + "\n")
