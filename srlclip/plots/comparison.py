"""Plots of one result of a comparison: ranks of a search, similarity over a clip's events, margins of negatives."""

from __future__ import annotations

from matplotlib.figure import Figure

from srlclip.plots.drawing import (
    COLOURS,
    FAINT,
    INK,
    KIND_NAMES,
    NAMES,
    blank_figure,
    model_legend,
    model_mark,
    plain,
    short_name,
    styled,
)
from srlclip.results import MODELS, ScoreResult, SearchResult, Timeline, picked


@styled
def rank_slope(result: SearchResult, k: int = 8) -> Figure:
    """Rank under Base on the left, under SRL-CLIP on the right, for either model's first k clips and the target.

    Places beyond k stand below a dotted line, in order. The target's line is thick.
    """
    k = max(1, min(k, max(map(len, result.hits))))  # a small gallery gets a small plot
    first = {model: [hit.clip_id for hit in result.hits[model][:k]] for model in MODELS}
    shown = list(dict.fromkeys(clip for model in MODELS for clip in first[model]))
    if result.target is not None and result.target not in shown:
        shown.append(result.target)
    drawn = {model: picked(result.hits[model], shown) for model in MODELS}  # in the ranking's order
    ranks = {model: {hit.clip_id: hit.rank for hit in drawn[model]} for model in MODELS}
    figure, (axes,) = blank_figure(4.0)
    beyond = {model: [clip for clip in ranks[model] if clip not in first[model]] for model in MODELS}

    def height(model: str, clip: str) -> float:
        # ties share a rank, so lines end at a clip's place in the list, and the label tells its rank
        if clip in first[model]:
            return float(first[model].index(clip) + 1)
        return k + 0.9 + 0.7 * (beyond[model].index(clip) + 0.5)

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
            model_mark(axes, model, x, y)
            name = plain(short_name(clip), 14)
            label = f"{name}  {rank}" if model == "base" else f"{rank}  {name}"
            way, side = (-7, "right") if model == "base" else (7, "left")
            weight = "bold" if target else "normal"
            spot = {"xytext": (way, 0), "textcoords": "offset points", "ha": side, "va": "center"}
            axes.annotate(label, (x, y), **spot, fontweight=weight)
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
    figure, (axes,) = blank_figure(2.6)
    for model, offset in zip(MODELS, (-0.06, 0.06), strict=True):
        values, best = result.scores[model], result.best(model)
        if best is None:
            continue
        low, high = min(values), max(values)
        scaled = [(v - low) / (high - low) if high > low else 0.5 for v in values]
        middles = [(start + end) / 2 + offset * (end - start) for start, end in result.spans]
        axes.plot(middles, scaled, color=COLOURS[model], linewidth=1.4, linestyle="-" if model == "base" else "--")
        for index, (x, y) in enumerate(zip(middles, scaled, strict=True)):
            model_mark(axes, model, x, y, filled=index == best, size=7)
            if index == best:
                label = f"{values[index]:.3f}"
                way, side = (-4, "right") if model == "base" else (4, "left")
                axes.annotate(label, (x, y), xytext=(way, 7), textcoords="offset points", ha=side)
    edges = sorted({edge for span in result.spans for edge in span})
    for edge in edges:
        axes.axvline(edge, color=FAINT, linewidth=0.6, linestyle=":", zorder=0)
    axes.set(xticks=edges, ylim=(-0.15, 1.3), yticks=[0, 1], xlabel="seconds (filled mark: the model's best event)")
    axes.set_xticklabels([f"{edge:g}" for edge in edges])
    axes.set_yticklabels(["its lowest", "its highest"])
    model_legend(axes, loc="lower center", bbox_to_anchor=(0.5, 0.98), ncols=2)
    return figure


@styled
def margins(result: ScoreResult) -> Figure:
    """Dumbbell per negative: margin = cosine(true) - cosine(negative) under both models; left of zero is fooled.

    Rows are in the table's order and numbered as there. A tie (margin 0) counts as fooled and is hollow.
    """
    rows = result.negatives
    figure, (axes,) = blank_figure(0.28 * max(len(rows), 2) + 1.35)
    for row, negative in enumerate(rows):
        values = {model: negative.margin[model] or 0.0 for model in MODELS}
        axes.plot([values["base"], values["adapted"]], [row, row], color=FAINT, linewidth=2, zorder=1)
        for model in MODELS:
            model_mark(axes, model, values[model], row, filled=values[model] > 0)
    every = [n.margin[m] or 0.0 for n in rows for m in MODELS] or [0.0]
    pad = max(0.01, 0.08 * (max(every) - min(every)))
    low, high = min(min(every), 0.0) - 2 * pad, max(max(every), 0.0) + pad
    axes.axvspan(low, 0, color=FAINT, alpha=0.18, linewidth=0, zorder=0)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set(xlim=(low, high), ylim=(len(rows) - 0.4, -1.1), yticks=range(len(rows)))
    # both start at zero and run outwards: either side may be too narrow for its words, and beside them it is empty
    for words, way, side in (("fooled (hollow)", -4, "right"), ("correct (filled)", 4, "left")):
        spot = {"xytext": (way, 0), "textcoords": "offset points", "ha": side, "va": "center"}
        axes.annotate(words, (0, -0.75), **spot)
    names = [f"{KIND_NAMES.get(n.caption.kind, n.caption.kind)} {i + 1}" for i, n in enumerate(rows)]
    axes.set_yticklabels([plain(name) for name in names])
    axes.spines["left"].set_visible(False)  # the line that counts is zero
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("margin of the true caption")
    model_legend(axes, loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=2)
    return figure
