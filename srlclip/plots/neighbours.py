"""The map of changed neighbourhoods: each event where either model puts it, and a line between its two places."""

from __future__ import annotations

import re
from collections.abc import Callable

from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from srlclip.comparison.disagreement import Neighbourhoods
from srlclip.plots.drawing import COLOURS, FAINT, INK, MARKERS, blank_figure, model_legend, styled
from srlclip.results import MODELS

#: Ids of the groups in the SVG that hold a line, a circle and a diamond per event, in the order of `drawing_order`.
_LINES = "event-lines"
_MARKS = {model: f"event-{model}" for model in MODELS}


def drawing_order(drawn: Neighbourhoods) -> list[int]:
    """Numbers of the events, those that keep fewest neighbours last: their lines lie on top."""
    return sorted(range(len(drawn.events)), key=lambda i: -drawn.events[i].kept)


@styled
def neighbour_map(drawn: Neighbourhoods) -> Figure:
    """A circle where Base CLIP puts an event, a diamond where SRL-CLIP does. A dark line: no neighbour is shared."""
    figure, (axes,) = blank_figure(3.9)
    events = [drawn.events[i] for i in drawing_order(drawn)]
    lost = [not event.kept for event in events]
    lines = LineCollection(
        [list(event.at) for event in events],
        colors=[INK if dark else FAINT for dark in lost],
        linewidths=[1.0 if dark else 0.7 for dark in lost],
        alpha=[0.8 if dark else 0.4 for dark in lost],
        zorder=2,
        gid=_LINES,
    )
    axes.add_collection(lines)
    for model, size in zip(MODELS, (3.8, 3.4), strict=True):
        places = [event.at[model] for event in events]
        style = {
            "color": COLOURS[model],
            "markersize": size,
            "markeredgewidth": 0,
            "linestyle": "",
            "gid": _MARKS[model],
        }
        axes.plot(*zip(*places, strict=True), MARKERS[model], zorder=3, **style)
    axes.autoscale_view()
    axes.set(xticks=[], yticks=[], xlabel="Base CLIP’s axis 1", ylabel="axis 2")
    model_legend(axes, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    return figure


def with_points(svg: str, drawn: Neighbourhoods, attributes: Callable[[int], str]) -> str:
    """The map's SVG with what `attributes` says of an event's number written into its line and both its marks."""
    order = drawing_order(drawn)
    for group, tag in ((_LINES, "path"), *((group, "use") for group in _MARKS.values())):
        start = re.search(rf'<g id="[\w-]*{group}">', svg)
        if start is None:
            continue
        end = _closing(svg, start.end())
        numbers = iter(order)
        body = re.sub(
            rf"<{tag} (?![^>]*\bid=)", lambda hit, n=numbers: f"{hit[0]}{attributes(next(n))} ", svg[start.end() : end]
        )
        svg = svg[: start.end()] + body + svg[end:]
    return svg


def _closing(svg: str, at: int) -> int:
    """Where the group that is open at `at` ends."""
    depth = 1
    for tag in re.finditer(r"<g[ >]|</g>", svg[at:]):
        depth += -1 if tag[0] == "</g>" else 1
        if not depth:
            return at + tag.start()
    raise ValueError("the drawing ends inside a group")
