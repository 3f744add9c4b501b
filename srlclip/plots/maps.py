"""The embedding map: a model's events or clips on its two main axes, a shape and a colour per label."""

from __future__ import annotations

from collections import Counter

from matplotlib.figure import Figure

from srlclip.comparison.embedding_map import EmbeddingMap
from srlclip.plots.drawing import FAINT, INK, NAMES, PAPER, blank_figure, plain, styled
from srlclip.plots.heat import GLYPHS

#: Marks of the labels, most frequent first: the shape tells them apart, the colour helps. None is a model's colour.
_LOOKS = (
    ("o", "#009E73"), ("^", "#8C6BB1"), ("s", "#B8860B"), ("X", "#C2528B"), ("v", "#3A8FB7"),
    ("P", "#7A8B1F"), ("D", "#A0522D"), ("*", "#6B7280"), ("p", "#B04A4A"),
)  # fmt: skip


@styled
def embedding_scatter(drawn: EmbeddingMap, model: str, label: str) -> Figure:
    """label: "verb" or "scene". The nine most frequent labels have marks of their own, the rest are small dots."""
    counts = Counter(p.labels.get(label, "") for p in drawn.points)
    counts.pop("", None)
    shown = [name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: len(_LOOKS)]]
    figure, (axes,) = blank_figure(4.3)
    rest = [p.at[model] for p in drawn.points if p.labels.get(label, "") not in shown]
    groups = [(name, *_LOOKS[i], 5.0) for i, name in enumerate(shown)]
    if rest:
        axes.plot(*zip(*rest, strict=True), ".", color=FAINT, markersize=3, label=f"other ({len(rest)})")
    for name, shape, colour, size in groups:
        places = [p.at[model] for p in drawn.points if p.labels.get(label, "") == name]
        style = {"markeredgecolor": PAPER, "markeredgewidth": 0.4, "linestyle": ""}
        size += 1.5 * (shape == "*")
        text = f"{plain(name, 18)} ({len(places)})"
        axes.plot(*zip(*places, strict=True), shape, color=colour, markersize=size, label=text, **style)
    first, second = (100 * share for share in drawn.variance[model])
    axes.set(xticks=[], yticks=[], xlabel=f"axis 1: {first:.0f} % of the variance")
    axes.set_ylabel(f"axis 2: {second:.0f} %")
    axes.set_title(f"{GLYPHS[model]} {NAMES[model]}", color=INK)
    if shown or rest:
        figure.legend(loc="outside lower center", ncols=2, frameon=False, handletextpad=0.2)
    return figure
