"""Plots of plain results: functions from frozen values to a matplotlib `Figure`; the package's only door to matplotlib.

`to_svg` puts a figure on a page, `svg_file` and `png_file` make files of it.
"""

from matplotlib.figure import Figure

from srlclip.plots.comparison import margins, rank_slope, timeline
from srlclip.plots.drawing import (
    COLOURS,
    KIND_NAMES,
    NAMES,
    WIDTH,
    glyphs,
    looks,
    png_file,
    short_name,
    styled,
    svg_file,
    to_svg,
)
from srlclip.plots.heat import gallery_heat, heat_strip
from srlclip.plots.maps import embedding_scatter
from srlclip.plots.measured import margin_histogram, metric_bars, rank_scatter, training_curves
from srlclip.plots.method import ALT as METHOD_ALT
from srlclip.plots.method import method_figure
from srlclip.plots.neighbours import neighbour_map, with_points

__all__ = [
    "COLOURS",
    "KIND_NAMES",
    "METHOD_ALT",
    "NAMES",
    "WIDTH",
    "Figure",
    "embedding_scatter",
    "gallery_heat",
    "glyphs",
    "heat_strip",
    "looks",
    "margin_histogram",
    "margins",
    "method_figure",
    "metric_bars",
    "neighbour_map",
    "png_file",
    "rank_scatter",
    "rank_slope",
    "short_name",
    "styled",
    "svg_file",
    "timeline",
    "to_svg",
    "training_curves",
    "with_points",
]
