"""How every plot looks: palette, styled drawing, marks and legends of the two models, SVG for a page, files to keep.

Never pyplot: it keeps figures in a process-wide list, which leaks and is not safe in a server's threads.
Colour never stands alone: Base is a blue circle, SRL-CLIP an orange diamond, filled = correct, hollow = fooled.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from itertools import cycle
from typing import TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from srlclip.results import MODELS

Drawn = TypeVar("Drawn")
#: Inches, and points of the smallest text: a figure is at least 338 px wide on a page, which makes 12 px of it.
WIDTH, TEXT = 3.7, 9.5
NAMES = {"base": "Base CLIP", "adapted": "SRL-CLIP"}
COLOURS = {"base": "#0072B2", "adapted": "#D55E00"}
MARKERS = {"base": "o", "adapted": "D"}
#: Marks and colours of what is neither model of the pair, a control or the base of a study, in order of appearance.
OTHERS = (("s", "#009E73"), ("^", "#8C6BB1"), ("v", "#6B7280"), ("P", "#A0522D"))
OTHER_GLYPHS = ("■", "▲", "▼", "✚")
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
    "font.size": TEXT,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "svg.fonttype": "none",
    "svg.hashsalt": "srlclip",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlesize": TEXT,
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
        with _LOCK, matplotlib.rc_context(_RC), warnings.catch_warnings():
            # an emoji in a name: the browser, which draws the text of an SVG, has a font for it
            warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
            return draw(*args, **kwargs)

    return drawn


def blank_figure(height: float, panels: int = 1) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(panels, 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for each in axes:
        each.patch.set_alpha(0)
    return figure, list(axes)


def short_name(clip_id: str) -> str:
    """VidSitu's "v_NAME_seg_30_40" as "NAME @30s"; other ids as they are."""
    return re.sub(r"^v_(.+)_seg_(\d+)_\d+$", r"\1 @\2s", clip_id)


def plain(text: str, limit: int = 26) -> str:
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
    figure.set_layout_engine("none")  # laid out once: further files of the figure keep its places
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


def looks(models: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Mark and colour of each: the pair's own, and those of OTHERS for the rest, which repeat when there are more."""
    rest = cycle(OTHERS)
    return {m: (MARKERS[m], COLOURS[m]) if m in MODELS else next(rest) for m in models}


def glyphs(models: Iterable[str]) -> dict[str, str]:
    """The marks of `looks` as characters."""
    rest, own = cycle(OTHER_GLYPHS), {"base": "●", "adapted": "◆"}
    return {m: own[m] if m in own else next(rest) for m in models}


def model_mark(axes: Axes, model: str, x: float, y: float, *, filled: bool = True, size: float = 7) -> None:
    mark(axes, (MARKERS[model], COLOURS[model]), x, y, filled=filled, size=size)


def mark(axes: Axes, look: tuple[str, str], x: float, y: float, *, filled: bool = True, size: float = 7) -> None:
    """One mark of `looks`."""
    shape, colour = look
    style = {"color": colour, "markerfacecolor": colour if filled else PAPER, "markeredgewidth": 1.8}
    axes.plot([x], [y], shape, **style, markersize=size - 0.6 * (shape == "D"), zorder=3, clip_on=False)


def model_legend(axes: Axes, names: Mapping[str, str] = NAMES, **where: object) -> None:
    """names: of every model that is drawn, in their order."""
    same = {"linestyle": "", "markersize": 6}
    drawn = looks(names)
    handles = [Line2D([], [], marker=drawn[m][0], color=drawn[m][1], label=name, **same) for m, name in names.items()]
    axes.legend(handles=handles, frameon=False, handletextpad=0.3, columnspacing=1, **where)


@styled
def svg_file(figure: Figure) -> str:
    """The figure as an SVG document of its own: on white, with real text, the same bytes for the same figure."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", facecolor="white", metadata={"Date": None, "Creator": None})
    figure.set_layout_engine("none")
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", buffer.getvalue(), flags=re.S)
    return re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", text)


@styled
def png_file(figure: Figure, dpi: int = 150) -> bytes:
    """The figure as a PNG on white, of few colours, so that it is small enough to travel inside a page."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    figure.set_layout_engine("none")
    small = io.BytesIO()
    Image.open(buffer).convert("RGB").quantize(96).save(small, format="png", optimize=True)
    return small.getvalue()
