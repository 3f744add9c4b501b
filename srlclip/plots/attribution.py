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
from PIL import Image

from srlclip.explain.results import Box, Explanation
from srlclip.plots.drawing import COLOURS, MARKERS, NAMES, WIDTH, plain, styled
from srlclip.results import MODELS

#: Laid over a picture, from patches that say nothing, which it dims, to the most important one. Lightness grows all the way,
#: whatever lies below, so it reads without colour; and no tone on its way is a model's.
_STOPS = ((0.06, 0.0, 0.16, 0.42), (0.78, 0.16, 0.66, 0.6), (1.0, 1.0, 0.68, 0.9))
HEAT = LinearSegmentedColormap.from_list("srlclip-heat", _STOPS)
#: What is left of a picture where the models see nothing of it.
_UNSEEN = 0.25
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
    axes.imshow(blended(frame, np.asarray(result.maps[model][column]), result.seen, top))
    axes.spines[:].set_visible(False)
    axes.set(xticks=[], yticks=[])
    share = f"{result.frames[model][column]:+.3f}".replace("-", "−")
    axes.set_title(f"{result.times[column]:.2f} s: {share}", fontsize=9, loc="center")


def blended(frame: np.ndarray, grid: np.ndarray, seen: Box, top: float) -> np.ndarray:
    """A frame, uint8 (H, W, 3), under its map (gh, gw), drawn smoothly where the models see it; the rest is dark. top: the
    end of the colour scale. Returns uint8 (H, W, 3)."""
    height, width = frame.shape[:2]
    left, over = round(seen.left * width), round(seen.top * height)
    right = min(max(left + round(seen.width * width), left + 1), width)
    under = min(max(over + round(seen.height * height), over + 1), height)
    spread = Image.fromarray(np.asarray(grid, np.float32)).resize(
        (right - left, under - over), Image.Resampling.BILINEAR
    )
    heat = HEAT(np.clip(np.asarray(spread) / (top or 1.0), 0, 1))  # (h, w, 4)
    out = frame * _UNSEEN
    inside = (slice(over, under), slice(left, right))
    out[inside] = frame[inside] * (1 - heat[..., 3:]) + 255 * heat[..., :3] * heat[..., 3:]
    return out.round().astype(np.uint8)


def heat_gradient() -> str:
    """The colour scale as a CSS gradient from left to right, to be laid over a middle grey."""
    stops = (f"rgba({', '.join(str(round(255 * c)) for c in colour[:3])}, {colour[3]:g})" for colour in _STOPS)
    return f"linear-gradient(to right, {', '.join(stops)})"


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
