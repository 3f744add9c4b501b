"""Plots of plain results: functions from frozen values to a matplotlib `Figure`, and `to_svg` to put one on a page.

Never pyplot: it keeps figures in a process-wide list, which leaks and is not safe in a server's threads.
Colour never stands alone: Base is a blue circle, SRL-CLIP an orange diamond, filled = correct, hollow = fooled.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .results import MODELS, ScoreResult, SearchResult, Timeline

Drawn = TypeVar("Drawn")
WIDTH = 4.6  # inches; narrow on purpose: on a phone the text then stays near its own size
NAMES = {"base": "Base CLIP", "adapted": "SRL-CLIP"}
COLOURS = {"base": "#0072B2", "adapted": "#D55E00"}
MARKERS = {"base": "o", "adapted": "D"}
#: Stand-ins that `to_svg` turns into CSS, so that one SVG reads well on a light and on a dark page.
INK, FAINT, PAPER = "#010203", "#808182", "#fdfefd"
_CSS = {
    INK: "currentColor",
    FAINT: "var(--sc-faint, #8a8f98)",
    PAPER: "var(--sc-paper, #ffffff)",
    COLOURS["base"]: "var(--sc-base, #0072B2)",
    COLOURS["adapted"]: "var(--sc-srl, #D55E00)",
}
_RC = {
    "font.size": 9,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "svg.fonttype": "none",
    "svg.hashsalt": "srlclip",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_LOCK = threading.RLock()  # matplotlib's rcParams are global and handlers run in threads


def styled(draw: Callable[..., Drawn]) -> Callable[..., Drawn]:
    """Run a drawing function under our settings: text takes its colour when it is made, not when it is saved."""

    @functools.wraps(draw)
    def drawn(*args: object, **kwargs: object) -> Drawn:
        with _LOCK, matplotlib.rc_context(_RC):
            return draw(*args, **kwargs)

    return drawn


def _figure(height: float, panels: int = 1) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(panels, 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for each in axes:
        each.patch.set_alpha(0)
    return figure, list(axes)


def short_name(clip_id: str) -> str:
    """VidSitu's "v_NAME_seg_30_40" as "NAME @30s"; other ids as they are."""
    return re.sub(r"^v_(.+)_seg_(\d+)_\d+$", r"\1 @\2s", clip_id)


def _plain(text: str, limit: int = 26) -> str:
    """Text shown as it is: `$` would start matplotlib's mathematics; long names lose their start, ends tell more."""
    text = " ".join(text.split())
    if len(text) > limit:
        text = f"…{text[-limit + 1 :]}"
    return text.replace("$", r"\$")


@styled
def to_svg(figure: Figure) -> str:
    """The figure as one `<svg>` element for a page: transparent, real text, colours as CSS with print-safe fallbacks.

    Element ids get a prefix from the content, so several plots can stand on one page. Text is escaped, and `$` and
    backticks are written as entities because the page's template engine would evaluate them.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    # matplotlib's own <style> would apply to the whole page
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.S)
    prefix = "p" + hashlib.sha1(svg.encode()).hexdigest()[:8] + "-"
    svg = re.sub(r'\bid="', f'id="{prefix}', svg)
    svg = svg.replace("url(#", f"url(#{prefix}").replace('href="#', f'href="#{prefix}')
    for colour, css in _CSS.items():
        svg = re.sub(re.escape(colour), css, svg, flags=re.I)
    svg = svg.replace("$", "&#36;").replace("`", "&#96;")
    return svg.replace("<svg", '<svg style="stroke-linejoin:round;stroke-linecap:butt" aria-hidden="true"', 1)


def _mark(axes: Axes, model: str, x: float, y: float, *, filled: bool = True, size: float = 7) -> None:
    colour, size = COLOURS[model], size if model == "base" else size - 0.6
    face = colour if filled else PAPER
    style = {"color": colour, "markerfacecolor": face, "markeredgewidth": 1.8, "markersize": size}
    axes.plot([x], [y], MARKERS[model], **style, zorder=3, clip_on=False)


def _legend(axes: Axes, **where: object) -> None:
    same = {"linestyle": "", "markersize": 6}
    handles = [Line2D([], [], marker=MARKERS[m], color=COLOURS[m], label=NAMES[m], **same) for m in MODELS]
    axes.legend(handles=handles, frameon=False, fontsize=8, handletextpad=0.3, **where)


@styled
def rank_slope(result: SearchResult, k: int = 8) -> Figure:
    """Rank under Base on the left, under SRL-CLIP on the right, for either model's first k clips and the target.

    Places beyond k stand below a dotted line, in order. The target's line is thick.
    """
    ranks = {model: {hit.clip_id: hit.rank for hit in result.hits(model)} for model in MODELS}
    # ties share a rank, so lines end at a clip's place in the list, and the label tells its rank
    places = {model: {hit.clip_id: place for place, hit in enumerate(result.hits(model), 1)} for model in MODELS}
    shown = list(dict.fromkeys(clip for model in MODELS for clip, place in places[model].items() if place <= k))
    if result.target is not None and result.target not in shown:
        shown.append(result.target)
    figure, (axes,) = _figure(4.0)
    beyond = {model: [c for c, place in places[model].items() if place > k and c in shown] for model in MODELS}

    def height(model: str, clip: str) -> float:
        place = places[model][clip]
        return float(place) if place <= k else k + 0.9 + 0.7 * (beyond[model].index(clip) + 0.5)

    for clip in shown:
        if not all(clip in ranks[model] for model in MODELS):
            continue
        style = (
            {"color": INK, "linewidth": 2.4, "zorder": 2} if clip == result.target else {"color": FAINT, "linewidth": 1}
        )
        axes.plot([0, 1], [height(model, clip) for model in MODELS], **style)
    for model, x in zip(MODELS, (0, 1), strict=True):
        for clip in shown:
            if clip not in ranks[model]:
                continue
            y, rank, target = height(model, clip), ranks[model][clip], clip == result.target
            _mark(axes, model, x, y)
            name = _plain(short_name(clip), 20)
            label = f"{name}  {rank}" if model == "base" else f"{rank}  {name}"
            way, side = (-7, "right") if model == "base" else (7, "left")
            weight = "bold" if target else "normal"
            spot = {"xytext": (way, 0), "textcoords": "offset points", "ha": side, "va": "center"}
            axes.annotate(label, (x, y), **spot, fontsize=8.5, fontweight=weight)
    if any(beyond.values()):
        axes.axhline(k + 0.75, color=FAINT, linestyle=":", linewidth=1)
    lowest = k + 0.9 + 0.7 * max(len(beyond["base"]), len(beyond["adapted"]))
    figure.set_figheight(0.27 * lowest + 0.75)
    axes.set(xlim=(-0.75, 1.75), ylim=(lowest + 0.2, 0.4), yticks=[], xticks=[0, 1])
    axes.set_xticklabels([NAMES[m] for m in MODELS])
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    return figure


@styled
def timeline(result: Timeline) -> Figure:
    """Cosine of the text to each event, one step per event, both models; each model has its own axis of similarity.

    Cosines are not comparable across models, so each curve is scaled to its own range; the numbers stand at the marks.
    """
    figure, (axes,) = _figure(2.6)
    for model, offset in zip(MODELS, (-0.06, 0.06), strict=True):
        values = result.base if model == "base" else result.adapted
        if not values:
            continue
        low, high = min(values), max(values)
        scaled = [(v - low) / (high - low) if high > low else 0.5 for v in values]
        middles = [(start + end) / 2 + offset * (end - start) for start, end in result.spans]
        axes.plot(middles, scaled, color=COLOURS[model], linewidth=1.4, linestyle="-" if model == "base" else "--")
        best = max(range(len(values)), key=values.__getitem__)
        for index, (x, y) in enumerate(zip(middles, scaled, strict=True)):
            _mark(axes, model, x, y, filled=index == best, size=7)
            if index == best:
                label = f"{values[index]:.3f}"
                way, side = (-4, "right") if model == "base" else (4, "left")
                axes.annotate(label, (x, y), xytext=(way, 7), textcoords="offset points", ha=side, fontsize=8)
    edges = sorted({edge for span in result.spans for edge in span})
    for edge in edges:
        axes.axvline(edge, color=FAINT, linewidth=0.6, linestyle=":", zorder=0)
    axes.set(xticks=edges, ylim=(-0.15, 1.3), yticks=[0, 1], xlabel="seconds (filled mark: the model's best event)")
    axes.set_xticklabels([f"{edge:g}" for edge in edges])
    axes.set_yticklabels(["its lowest", "its highest"])
    _legend(axes, loc="lower center", bbox_to_anchor=(0.5, 0.98), ncols=2)
    return figure


@styled
def margins(result: ScoreResult) -> Figure:
    """Dumbbell per negative: margin = cosine(true) - cosine(negative) under both models; left of zero is fooled.

    Rows are in the table's order and numbered as there. A tie (margin 0) counts as fooled and is hollow.
    """
    rows = result.negatives
    figure, (axes,) = _figure(0.28 * max(len(rows), 2) + 1.35)
    for row, negative in enumerate(rows):
        values = {model: negative.margin(model) or 0.0 for model in MODELS}
        axes.plot([values["base"], values["adapted"]], [row, row], color=FAINT, linewidth=2, zorder=1)
        for model in MODELS:
            _mark(axes, model, values[model], row, filled=values[model] > 0)
    every = [n.margin(m) or 0.0 for n in rows for m in MODELS] or [0.0]
    pad = max(0.01, 0.08 * (max(every) - min(every)))
    low, high = min(min(every), 0.0) - 2 * pad, max(max(every), 0.0) + pad
    axes.axvspan(low, 0, color=FAINT, alpha=0.18, linewidth=0, zorder=0)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set(xlim=(low, high), ylim=(len(rows) - 0.4, -1.1), yticks=range(len(rows)))
    axes.text(low, -0.75, " fooled (hollow)", fontsize=7.5, va="center")
    axes.text(high, -0.75, "correct (filled) ", fontsize=7.5, va="center", ha="right")
    names = [f"{KIND_NAMES.get(n.caption.kind, n.caption.kind)} {i + 1}" for i, n in enumerate(rows)]
    axes.set_yticklabels([_plain(name) for name in names])
    axes.set_xlabel("margin = score(true caption) − score(negative)")
    _legend(axes, loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=2)
    return figure


#: How the app names each kind of negative.
KIND_NAMES = {
    "natural": "other event",
    "verb_role": "verb + roles",
    "agent_patient": "agent ↔ patient",
    "noun": "noun",
    "attribute": "attribute",
    "direction": "direction",
    "manner": "manner",
    "custom": "your own",
}


@styled
def metric_bars(rows: Sequence[tuple[str, Mapping[str, tuple[float, float, float]]]]) -> Figure:
    """Dot and 95 % interval per metric and model. rows: (metric, {model: (value, low, high)}), values in percent."""
    figure, (axes,) = _figure(0.42 * max(len(rows), 2) + 0.9)
    for row, (_, values) in enumerate(rows):
        for model, shift in zip(MODELS, (-0.14, 0.14), strict=True):
            if model not in values:
                continue
            value, low, high = values[model]
            axes.plot([low, high], [row + shift] * 2, color=COLOURS[model], linewidth=2.4, solid_capstyle="butt")
            _mark(axes, model, value, row + shift, size=6)
    axes.set(
        yticks=range(len(rows)), ylim=(len(rows) - 0.4, -0.6), xlim=(0, 103), xlabel="percent (line: 95 % interval)"
    )
    axes.set_yticklabels([_plain(name, 34) for name, _ in rows])
    axes.grid(axis="x", color=FAINT, alpha=0.35, linewidth=0.6)
    _legend(axes, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
    return figure


@styled
def margin_histogram(values: Mapping[str, Sequence[float]], bins: int = 24) -> Figure:
    """Distribution of margins per model, one panel above the other on the same axis. values: {model: margins}."""
    every = [v for model in MODELS for v in values.get(model, ())] or [0.0]
    span = max(abs(min(every)), abs(max(every)), 0.01) * 1.05
    edges = [-span + 2 * span * i / bins for i in range(bins + 1)]
    figure, panels = _figure(3.4, panels=2)
    for model, axes in zip(MODELS, panels, strict=True):
        mine = list(values.get(model, ()))
        axes.axvspan(-span, 0, color=FAINT, alpha=0.18, linewidth=0)
        hatch = None if model == "base" else "///"
        axes.hist(mine, bins=edges, color=COLOURS[model], alpha=0.85, hatch=hatch, edgecolor=PAPER, linewidth=0.3)
        axes.axvline(0, color=INK, linewidth=1)
        won = sum(v > 0 for v in mine)
        mark = "●" if model == "base" else "◆"
        axes.set_title(f"{mark} {NAMES[model]}: {won} of {len(mine)} negatives beaten", fontsize=9)
        axes.set_ylabel("negatives", fontsize=8)
    panels[-1].set(xlim=(-span, span), xlabel="margin (shaded: fooled)")
    panels[-1].locator_params(axis="x", nbins=5)
    return figure


@styled
def rank_scatter(pairs: Sequence[tuple[int, int]], gallery_size: int) -> Figure:
    """Rank of the described clip under Base (x) and SRL-CLIP (y), logarithmic; below the line SRL-CLIP is better."""
    figure, (axes,) = _figure(4.2)
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
    axes.set_title("◆ SRL-CLIP higher   ● Base higher   ■ same", fontsize=8.5)
    return figure


def _phase(row: Mapping[str, object]) -> Mapping[str, object]:
    """A pretraining row ("phase" and its loss terms) as one curve per phase: the mean of its terms."""
    phase = row.get("phase")
    if not isinstance(phase, str) or phase.endswith("-valid"):
        return row
    terms = [v for k, v in row.items() if k not in ("phase", "step", "seconds") and isinstance(v, (int, float))]
    return {"step": row.get("step"), f"{phase}_loss": sum(terms) / len(terms)} if terms else row


@styled
def training_curves(rows: Sequence[Mapping[str, object]], limit: int = 8) -> Figure:
    """Loss terms and the validation loss against the step, from a run's log rows; at most `limit` curves."""
    rows = [_phase(row) for row in rows]
    losses = ("loss", "total", "clip_event", "vc_event", "clip_video", "vc_video")  # other fields are metrics and times
    names: list[str] = []
    for row in rows:
        for name, value in row.items():
            numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
            if numeric and name not in names and (name in losses or name.endswith("_loss")):
                names.append(name)
    figure, (axes,) = _figure(3.2)
    for index, name in enumerate(names[:limit]):
        points = [(row.get("step", i), row[name]) for i, row in enumerate(rows) if row.get(name) is not None]
        style = ("-", "--", ":", "-.")[index % 4]
        colour = (INK, COLOURS["adapted"], COLOURS["base"], "#009E73", "#CC79A7", FAINT)[index % 6]
        mark = "o" if len(points) < 4 else ""
        axes.plot(
            *zip(*points, strict=True), mark + style, color=colour, linewidth=1.5, markersize=3, label=_plain(name)
        )
    axes.set(xlabel="step", ylabel="loss")
    axes.grid(color=FAINT, alpha=0.3, linewidth=0.6)
    if names:
        axes.legend(frameon=False, fontsize=8)
    return figure
