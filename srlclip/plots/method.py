"""The method in one figure: a clip and its labels, the two towers, the contextualizer, the four losses, hard negatives."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from srlclip.plots.drawing import COLOURS, FAINT, INK, styled
from srlclip.situations import EVENTS_PER_CLIP

FRAMES = 4
WIDTH, HEIGHT = 4.6, 6.9
ALT = (
    "The method, from top to bottom. Left: a clip of five events with four frames each goes through CLIP's frozen image "
    "tower with trained LoRA layers; its frame features go through the trained Video Contextualizer, which gives an event "
    "token per event and one video token. Right: the semantic role labels of each event become a prompt by rule, and the "
    "frozen text tower embeds it; hard negatives are the clip's other events, and the prompt with another verb and its "
    "roles. Below: four contrastive losses. CLIP-Event and VC-Event compare the mean of an event's frames, and its event "
    "token, with the event's prompt, hard negatives among the wrong answers; CLIP-Video and VC-Video compare the mean of "
    "all frames, and the video token, with the mean of the clip's prompts."
)


def _box(axes: Axes, at: tuple[float, float, float, float], title: str, text: str = "", look: str = "plain") -> None:
    """at: left, bottom, width, height. look: "trained" (thick, coloured), "frozen" (dashed) or "plain"."""
    x, y, wide, high = at
    edge = {
        "trained": {"edgecolor": COLOURS["adapted"], "linewidth": 2.2},
        "frozen": {"edgecolor": INK, "linewidth": 1.1, "linestyle": "--"},
        "plain": {"edgecolor": FAINT, "linewidth": 1},
    }[look]
    axes.add_patch(FancyBboxPatch((x, y), wide, high, boxstyle="round,pad=0,rounding_size=1.2", fill=False, **edge))
    middle = x + wide / 2
    if text:
        axes.text(middle, y + high - 1.3, title, ha="center", va="top", fontsize=9, fontweight="bold")
        axes.text(middle, y + 1.2, text, ha="center", va="bottom", fontsize=8.2, linespacing=1.25)
    else:
        axes.text(middle, y + high / 2, title, ha="center", va="center", fontsize=9, fontweight="bold")


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], style: str = "-|>") -> None:
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": style, "color": INK, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
    )


def _film(axes: Axes, left: float, bottom: float, wide: float, high: float) -> None:
    """Five events of four frames."""
    event = wide / EVENTS_PER_CLIP
    for k in range(EVENTS_PER_CLIP):
        for j in range(FRAMES):
            x = left + k * event + (j + 0.15) * (event - 0.8) / FRAMES
            shade = {"facecolor": INK, "alpha": 0.2 + 0.12 * k}
            axes.add_patch(Rectangle((x, bottom), 0.78 * (event - 0.8) / FRAMES, high, linewidth=0, **shade))
        axes.text(left + (k + 0.45) * event, bottom - 0.6, str(k + 1), ha="center", va="top", fontsize=7.5)


@styled
def method_figure() -> Figure:
    """The whole method; ALT says the same in words."""
    figure = Figure(figsize=(WIDTH, HEIGHT))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.patch.set_alpha(0)
    axes.set(xlim=(0, 100), ylim=(-50, 100))
    axes.axis("off")
    left, right, wide = 1.0, 53.0, 46.0

    _box(axes, (left, 78, wide, 21), "a clip, 10 s", "")
    axes.texts[-1].set_y(95.5)
    _film(axes, left + 2, 84.5, wide - 3, 7.5)
    _box(
        axes,
        (right, 78, wide, 21),
        "SRL labels of an event",
        "verb: push · pusher: a panda\nthing pushed: a wizard\ndirection, manner, scene …",
    )

    _box(axes, (left, 57, wide, 14), "image tower, frozen", "", "frozen")
    axes.texts[-1].set_y(67.3)
    _box(axes, (left + 3, 58.3, wide - 6, 6.2), "+ LoRA on q, k, v", "", "trained")
    _box(axes, (right, 57, wide, 14), "prompt, by rule", "“the action is push where, the\npusher is a panda, …”")

    _box(axes, (left, 38.5, wide, 12), "frame features", "5 events × 4 frames")
    _box(axes, (right, 38.5, wide, 12), "text tower, frozen", "each prompt is embedded once", "frozen")

    _box(
        axes,
        (left, 18, wide, 14),
        "Video Contextualizer",
        "Transformer over [video],\n[event] and frame tokens",
        "trained",
    )
    _box(
        axes,
        (right, 12, wide, 20),
        "hard negatives",
        "the clip’s other events;\nanother verb and its roles,\nsame fillers: “… is hug where,\nthe hugger is a panda …”",
    )

    for x, high, low in (
        (left + wide / 2, 78, 71), (right + wide / 2, 78, 71), (left + wide / 2, 57, 50.5),
        (right + wide / 2, 57, 50.5), (left + wide / 2, 38.5, 32),
    ):  # fmt: skip
        _arrow(axes, (x, high), (x, low))
    _arrow(axes, (right + wide / 2, 32), (right + wide / 2, 38.5))

    axes.text(1, 6.6, "Four contrastive losses: right pairs together, all others apart", fontsize=9, fontweight="bold")
    rows = (
        ("CLIP-Event", "mean of the event’s frames", "its prompt", "hard negatives among the wrong"),
        ("VC-Event", "event token", "its prompt", "hard negatives among the wrong"),
        ("CLIP-Video", "mean of all frames", "mean of the prompts", "weight ¼"),
        ("VC-Video", "video token", "mean of the prompts", "weight ¼"),
    )
    for number, (name, seen, said, note) in enumerate(rows):
        top = 3.2 - 11.6 * number
        axes.add_patch(Rectangle((1, top - 10), 98, 10, fill=False, edgecolor=FAINT, linewidth=1))
        axes.text(3, top - 3.0, name, va="center", fontsize=9, fontweight="bold")
        axes.text(97, top - 3.0, note, va="center", ha="right", fontsize=8.2)
        axes.text(46, top - 7.3, seen, va="center", ha="right", fontsize=8.4)
        _arrow(axes, (47, top - 7.3), (54, top - 7.3), "<|-|>")
        axes.text(55.5, top - 7.3, said, va="center", fontsize=8.4)
    axes.text(1, -46.5, "thick orange: trained · dashed: frozen CLIP", fontsize=8.4)
    return figure
