"""A plot with what it was drawn from: the picture on the page, and links that save it as SVG, as PNG and as CSV."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from ..plots import Figure, png_file, svg_file
from ..results import PairInfo
from .downloads import link, to_csv
from .format import esc, model_id, plot


def with_files(
    figure: Figure,
    label: str,
    name: str,
    info: PairInfo,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    **about: object,
) -> str:
    """The figure with its spoken description `label`, and under it three links.

    name: of the files, without suffix. columns, rows: the numbers behind the plot; `about` (source, query ...) and the
    models stand on every row.
    """
    shown = plot(figure, label)
    spoken = name.replace("_", " ")
    files = (
        link(f"srlclip_{name}.svg", "image/svg+xml", svg_file(figure), "SVG", spoken),
        link(f"srlclip_{name}.png", "image/png", png_file(figure), "PNG", spoken),
        link(f"srlclip_{name}.csv", "text/csv", to_csv(info, columns, rows, **about), "CSV", spoken),
    )
    return f'{shown}<div class="sc-plot-files"><span class="sc-soft">Save the plot</span>{"".join(files)}</div>'


def measured_now(info: PairInfo, what: str) -> str:
    """The source of numbers that were computed for the page: models, how many, when, by which version."""
    when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"Source: measured now ({when}) by srlclip {info.version}; {what}; base {model_id(info.base_id)}, "
        f"adapter {model_id(info.adapter_id)}"
    )


def source_line(text: str) -> str:
    return f'<p class="sc-soft">{esc(text)}</p>'
