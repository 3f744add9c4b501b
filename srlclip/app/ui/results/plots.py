"""The plot of each kind of result, with its files: the same on the gallery's tabs and on a visitor's own clips."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from srlclip.app.ui.parts.format import esc, model_id, plot
from srlclip.app.ui.results.downloads import LISTED, link, to_csv
from srlclip.plots import NAMES, Figure, heat_strip, margins, png_file, rank_slope, svg_file, timeline
from srlclip.results import MODELS, PairInfo, ScoreResult, SearchResult, Timeline, ranks_in

_EVENTS = ("event", "start", "end", "base_cosine", "srl_clip_cosine")


def rank_change(info: PairInfo, result: SearchResult) -> str:
    """Panel of the clips that either model puts first; empty if one of them gave no ranking."""
    if not all(result.hits):
        return ""
    where, title = "", "Rank change, Base CLIP → SRL-CLIP"
    if result.target:
        where = f" Target: rank {result.target_rank('base')} to {result.target_rank('adapted')}."
        title += " (target: thick line)"
    label = f"Rank under both models of the clips that either puts first.{where}"
    shown = result.hits.adapted[:LISTED]
    before = ranks_in(result.hits.base, [hit.clip_id for hit in shown])
    moves = [(h.clip_id, "" if rank is None else rank, h.rank) for h, rank in zip(shown, before, strict=True)]
    columns = ("clip", "base_rank", "srl_clip_rank")
    chart = with_files(rank_slope(result), label, "rank_change", info, columns, moves, query=result.query)
    return f'<div class="sc-panel"><h2>{esc(title)}</h2>{chart}</div>'


def best_events(curve: Timeline) -> str:
    """ "Base CLIP event 2 (0.367), SRL-CLIP event 3 (0.408)", without a model that gave nothing."""
    rows = [(NAMES[m], curve.scores[m], curve.best(m)) for m in MODELS]
    return ", ".join(f"{name} event {best + 1} ({v[best]:.3f})" for name, v, best in rows if best is not None)


def over_events(info: PairInfo, curve: Timeline, *, heat: bool = False) -> str:
    """The query's similarity to each event of a clip: curves, or a heat strip."""
    draw, name = (heat_strip, "heat_strip") if heat else (timeline, "timeline")
    label = f"Similarity of the query to each event of {curve.clip_id}. Best event: {best_events(curve)}."
    rows = [
        (i, *(span or ("", "")), *("" if v is None else round(v, 6) for v in pair))  # a model may have given nothing
        for i, (span, *pair) in enumerate(zip_longest(curve.spans, *curve.scores), 1)
    ]
    return with_files(draw(curve), label, name, info, _EVENTS, rows, clip=curve.clip_id, query=curve.query)


def negative_margins(info: PairInfo, result: ScoreResult) -> str:
    """Dumbbells of the margins of all negatives; empty without any."""
    total = len(result.negatives)
    if not total:
        return ""
    beaten = f"Base CLIP beats {result.beaten('base')}, SRL-CLIP beats {result.beaten('adapted')}"
    columns = ("number", "kind", "negative", "base_margin", "srl_clip_margin")
    rows = [
        (i, n.caption.kind, n.caption.text, *(round(margin or 0.0, 6) for margin in n.margin))
        for i, n in enumerate(result.negatives, 1)
    ]
    about = {"clip": result.clip_id, "event": result.event_index + 1, "true_caption": result.true.caption.text}
    label = f"Margins of {total} negatives. {beaten}."
    return with_files(margins(result), label, "negative_margins", info, columns, rows, **about)


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
