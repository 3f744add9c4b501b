"""Maps of importance over an event's frames, both models on one colour scale; and the curves that score such maps."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from srlclip.explain.results import Explanation
from srlclip.plots.drawing import COLOURS, MARKERS, NAMES, WIDTH, plain, styled
from srlclip.results import MODELS

#: Patches that say nothing are clear, the most important yellow: told by lightness on any picture, and no model's colour.
HEAT = LinearSegmentedColormap.from_list("srlclip-heat", [(0.15, 0.0, 0.3, 0.0), (0.55, 0.1, 0.45, 0.55), (1.0, 0.92, 0.3, 0.85)])  # fmt: skip
_ORDERS = {"map": ("-", "by the map"), "middle": ("--", "middle first"), "random": (":", "at random")}


@styled
def attribution_sheet(result: Explanation, frames: Sequence[np.ndarray]) -> Figure:
    """Two rows, Base above; a column per frame with its share of the score. frames: uint8 (H, W, 3) each."""
    height, width = frames[0].shape[:2]
    columns = len(frames)
    figure = Figure(figsize=(2 * columns + 0.9, 2 * (1.8 * height / width + 0.45) + 0.5), layout="constrained")
    axes = figure.subplots(2, columns, squeeze=False)
    top = result.peak or 1.0
    for row, model in enumerate(MODELS):
        for column, frame in enumerate(frames):
            _overlay(axes[row, column], result, model, column, frame, top)
        name = f"{'● ' if model == 'base' else '◆ '}{NAMES[model]}\nscore {result.score[model]:.3f}"
        axes[row, 0].set_ylabel(name, color=COLOURS[model], fontsize=10)
    bar = figure.colorbar(ScalarMappable(Normalize(0, 100 * top), HEAT), ax=axes, shrink=0.8, pad=0.02)
    bar.set_label("share of the model's map, %")
    about = f"“{plain(result.asked, 50)}” in: " if result.role else ""
    figure.suptitle(f"{about}{plain(result.text, 100)}", fontsize=10, x=0.01, ha="left")
    return figure


@styled
def sheet_png(figure: Figure) -> bytes:
    """The sheet as a PNG on white, in all its colours: it holds pictures."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def _overlay(axes: Axes, result: Explanation, model: str, column: int, frame: np.ndarray, top: float) -> None:
    height, width = frame.shape[:2]
    seen = result.seen
    left, right = seen.left * width, (seen.left + seen.width) * width
    over, under = seen.top * height, (seen.top + seen.height) * height
    axes.imshow(frame)
    axes.spines[:].set_visible(False)
    grid = np.asarray(result.maps[model][column])
    axes.imshow(grid, cmap=HEAT, vmin=0, vmax=top, extent=(left, right, under, over), interpolation="bilinear")
    axes.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    share = f"{result.frames[model][column]:+.3f}".replace("-", "−")
    axes.set_title(f"{result.times[column]:.2f} s: {share}", fontsize=9, loc="center")


@styled
def faithfulness_figure(results: Mapping[str, Any]) -> Figure:
    """Deletion and insertion: the mean cosine over the share of patches, by the map, middle first and at random."""
    figure = Figure(figsize=(2 * WIDTH, 3.0), layout="constrained")
    axes = figure.subplots(1, 2)
    shares = 100 * np.asarray(results["shares"])
    for panel, what, done in zip(axes, ("deletion", "insertion"), ("deleted", "shown"), strict=True):
        for name, curves in results["curves"].items():
            model, order = name.rsplit(", ", 1)
            line, label = _ORDERS[order]
            look = {"marker": MARKERS[model], "color": COLOURS[model], "markersize": 4} if model in COLOURS else {}
            panel.plot(shares, curves[what], line, label=f"{NAMES.get(model, model)}, {label}", **look)
        panel.set(xlabel=f"patches {done}, %", title=f"{what}: {'lower' if what == 'deletion' else 'higher'} is better")
    axes[0].set_ylabel("cosine of event and caption")
    axes[1].legend(frameon=False, fontsize=7.5)
    return figure
