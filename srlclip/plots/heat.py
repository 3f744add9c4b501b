"""Heat strips: cosines of one query with the events of a clip, or of the clips that a model ranks first.

Cosines of two models are not comparable, so each model's shade runs over its own range; the numbers stand in the cells.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from srlclip.comparison.search import HeatRow
from srlclip.plots.drawing import COLOURS, INK, NAMES, PAPER, blank_figure, plain, short_name, styled
from srlclip.results import MODELS, Timeline

#: Opacity of the model's colour at the bottom and the top of its range; ink stays readable on both.
_LIGHT, _STRONG = 0.03, 0.55
GLYPHS = {"base": "●", "adapted": "◆"}


def _cell(axes: Axes, model: str, x: float, y: float, value: float, span: tuple[float, float], best: bool) -> None:
    low, high = span
    share = (value - low) / (high - low) if high > low else 0.5
    fill = {"facecolor": COLOURS[model], "alpha": _LIGHT + (_STRONG - _LIGHT) * min(max(share, 0.0), 1.0)}
    axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, edgecolor=PAPER, linewidth=1, **fill))
    if best:
        axes.add_patch(Rectangle((x - 0.47, y - 0.45), 0.94, 0.9, fill=False, edgecolor=INK, linewidth=1.6, zorder=3))


@styled
def heat_strip(result: Timeline) -> Figure:
    """Two rows, Base above; a column per event. The frame is the model's best event, shades run over the model's row."""
    count = max(*map(len, result.scores), 1)
    figure, (axes,) = blank_figure(1.75)
    for row, model in enumerate(MODELS):
        values = result.scores[model]
        for index, value in enumerate(values):
            _cell(axes, model, index, row, value, (min(values), max(values)), value == max(values))
            axes.text(index, row, f"{value:.3f}".replace("-", "−"), ha="center", va="center")
    axes.set(xlim=(-0.52, count - 0.48), ylim=(1.52, -0.52), yticks=range(2), xticks=range(count))
    axes.set_yticklabels([f"{GLYPHS[m]} {NAMES[m]}" for m in MODELS])
    spans = [f"{i + 1}\n{start:g}–{end:g} s" for i, (start, end) in enumerate(result.spans[:count])]
    axes.set_xticks(range(len(spans)), labels=spans)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


@styled
def gallery_heat(rows: Sequence[HeatRow], span: tuple[float, float], model: str) -> Figure:
    """A row per clip in the order given, a column per event, the clip's rank beside it. span: of the model's shades."""
    most = max((len(row.scores[model]) for row in rows), default=1)
    figure, (axes,) = blank_figure(0.25 * max(len(rows), 2) + 0.85)
    for y, row in enumerate(rows):
        values = row.scores[model]
        for x, value in enumerate(values):
            _cell(axes, model, x, y, value, span, value == max(values))
            axes.text(x, y, f"{round(value, 2) + 0.0:.2f}".replace("-", "−"), ha="center", va="center")
        axes.text(most - 0.35, y, f"{row.rank[model]}", ha="left", va="center")
    axes.text(most - 0.35, -0.95, "rank", ha="left", va="center")
    axes.set(xlim=(-0.52, most + 0.35), ylim=(len(rows) - 0.4, -1.3))
    axes.set_xticks(range(most), labels=[str(k + 1) for k in range(most)])
    axes.set_yticks(range(len(rows)), labels=[plain(short_name(row.clip_id), 13) for row in rows])
    axes.set_xlabel("event")
    axes.set_title(f"{GLYPHS[model]} {NAMES[model]}")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure
