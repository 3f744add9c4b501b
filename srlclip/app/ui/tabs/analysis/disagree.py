"""Where the models disagree on the gallery, as panels: ranks with both directions side by side, changed neighbourhoods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from srlclip.app.ui.parts.format import change, esc, model_name, page, said
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results.downloads import link, to_csv
from srlclip.app.ui.results.player import labelled_player
from srlclip.app.ui.results.plots import measured_now, source_line, with_files
from srlclip.app.ui.tabs.analysis.sentences import count, opening
from srlclip.comparison.disagreement import (
    Neighbourhood,
    Neighbourhoods,
    Ranked,
    RankPair,
    neighbourhoods,
    rank_pairs,
)
from srlclip.plots import neighbour_map, short_name, with_points
from srlclip.progress import Progress
from srlclip.results import MODELS, Both, PairInfo
from srlclip.situations import SrlClipError

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Rows on either side; of neighbourhoods likewise.
LISTED = 6
_TITLES = {
    "events": "Events, each asked for by its own caption",
    "clips": "Clips, by the mean rank over the captions of their events",
    "queries": "Example queries, by the rank of the clip that they describe",
}


def places(value: float) -> str:
    """A rank: whole, or a mean with one decimal."""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"


def event_text(comparison: Comparison, clip_id: str, event: int) -> str:
    """What happens in an event: its natural caption; "" where it has no labels."""
    labelled = len(comparison.situation(clip_id).events)
    return comparison.true_caption(clip_id, event, "natural").text if event < labelled else ""


def _line(pair: RankPair, text: str) -> str:
    base, adapted = map(places, pair.rank)
    gain = round(pair.gain, 1)
    moved = change(int(gain)) if float(gain).is_integer() else f"{'▲' if gain > 0 else '▼'} {abs(gain)}"
    return (
        f'<li><button type="button" class="sc-line" data-sc-open="{pair.event_index}:{esc(pair.clip_id)}">'
        f'<span class="sc-nowrap"><span class="sc-t-base">{base}</span> → <span class="sc-t-adapted">{adapted}</span> '
        f'<span class="sc-badge">{moved}</span></span> {said(text, 140)} '
        f'<span class="sc-soft">{said(short_name(pair.clip_id), 40)}, event {pair.event_index + 1}</span></button></li>'
    )


def _sides(lines: Both[Sequence[str]], heads: Both[str], none: str) -> str:
    """Two lists of equal standing, Base CLIP's left."""
    columns = "".join(
        f'<section class="sc-column sc-c-{model}"><header><h4>{heads[model]}</h4></header>'
        + (f"<ol>{''.join(lines[model])}</ol>" if lines[model] else f'<p class="sc-soft">{none}</p>')
        + "</section>"
        for model in MODELS
    )
    return f'<div class="sc-columns sc-sides">{columns}</div>'


def _ranked_html(info: PairInfo, ranked: Ranked, text: Callable[[RankPair], str], source: str) -> str:
    higher, same, lower = ranked.counts()
    both = ranked.largest(LISTED)
    lines = both.map(lambda pairs: [_line(pair, text(pair)) for pair in pairs])
    heads = Both(f"{model_name('base')} higher: {lower}", f"{model_name('adapted')} higher: {higher}")
    columns = ("clip", "event", "query", "base_rank", "srl_clip_rank", "places_gained", "among")
    rows = [
        (p.clip_id, p.event_index + 1, p.query, *(round(r, 4) for r in p.rank), round(p.gain, 4), ranked.among)
        for p in sorted(ranked.pairs, key=lambda p: -p.gain)
    ]
    table = to_csv(info, columns, rows, source=source)
    file = link(f"srlclip_disagree_{ranked.level}.csv", "text/csv", table, "CSV", f"disagreement on {ranked.level}")
    thin = (
        f"; {ranked.total:,} thinned out evenly"
        if ranked.level == "events" and ranked.total > len(ranked.pairs)
        else ""
    )
    return (
        f'<section class="sc-panel"><h3>{esc(_TITLES[ranked.level])}</h3><p class="sc-soft">{len(ranked.pairs):,} asked for '
        f"among {ranked.among:,}{thin}; same rank: {same}. Largest difference first, either way.</p>"
        f'{_sides(lines, heads, "None.")}<div class="sc-plot-files">{file}</div></section>'
    )


def rank_sentence(ranked: Ranked) -> str:
    """The first sentence of the view: how many events either model ranks higher, and both medians."""
    middle = ranked.medians()
    if middle is None:
        return "No clip of this gallery has labels, so no rank can be called right; neighbourhoods need none."
    higher, same, lower = ranked.counts()
    base, adapted = map(places, middle)
    return (
        f"Asked for by its own caption, an event ranks higher under SRL-CLIP {higher} times, higher under Base CLIP {lower} "
        f"times and alike {same} times; median rank {base} → {adapted} among {count(ranked.among, 'event')}."
    )


def neighbour_sentence(drawn: Neighbourhoods) -> str:
    """How much of the neighbourhoods both models share."""
    none = sum(not event.kept for event in drawn.events)
    whole = sum(event.kept == drawn.size for event in drawn.events)
    return (
        f"Of an event’s {drawn.size} nearest events from other clips, both models share {drawn.mean_kept:.1f} on average (by "
        f"chance {drawn.expected:.2f}): all {drawn.size} for {whole} and none for {none} of "
        f"{count(len(drawn.events), 'event')}."
    )


def _neighbour_line(event: Neighbourhood, size: int, text: str) -> str:
    return (
        f'<li><button type="button" class="sc-line" data-sc-open="{event.event_index}:{esc(event.clip_id)}">'
        f'<span class="sc-badge">{event.kept} of {size}</span> {said(text or "no labels", 140)} <span class="sc-soft">'
        f"{said(short_name(event.clip_id), 40)}, event {event.event_index + 1}</span></button></li>"
    )


def neighbours_html(comparison: Comparison, drawn: Neighbourhoods) -> str:
    """Both maps laid onto each other with a line per event, and the neighbourhoods that changed most and least."""
    texts = [event_text(comparison, e.clip_id, e.event_index) for e in drawn.events]

    def attributes(number: int) -> str:
        event = drawn.events[number]
        what = f"{texts[number] or 'no labels'} ({short_name(event.clip_id)}, event {event.event_index + 1}; "
        what += f"{event.kept} of {drawn.size} neighbours shared)"
        where = f"{event.event_index}:{event.clip_id}"
        return f'class="sc-point" data-sc-point="{number}" data-sc-open="{esc(where)}" data-sc-tip="{esc(what)}"'

    columns = ("clip", "event", "caption", "kept", "base_axis_1", "base_axis_2", "srl_clip_axis_1", "srl_clip_axis_2")
    columns += tuple(f"{short}_neighbour_{i + 1}" for short in ("base", "srl_clip") for i in range(drawn.size))
    rows = [
        (e.clip_id, e.event_index + 1, text, e.kept, *(round(v, 5) for v in (*e.at.base, *e.at.adapted)))
        + tuple(f"{clip} event {k + 1}" for m in MODELS for clip, k in e.nearest[m])
        for e, text in zip(drawn.events, texts, strict=True)
    ]
    label = f"Where both models put {len(drawn.events)} events, a line between the two places of each. "
    label += neighbour_sentence(drawn)
    chart = with_files(neighbour_map(drawn), label, "neighbourhoods", comparison.info, columns, rows)
    ordered = sorted(range(len(drawn.events)), key=lambda i: drawn.events[i].kept)
    lines = [
        [_neighbour_line(drawn.events[i], drawn.size, texts[i]) for i in some]
        for some in (ordered[:LISTED], ordered[::-1][:LISTED])
    ]
    lists = "".join(
        f"<section><h4>{head}</h4><ol>{''.join(rows)}</ol></section>"
        for head, rows in zip(("Fewest shared neighbours", "Most shared neighbours"), lines, strict=True)
    )
    thin = f"; {drawn.total:,} thinned out evenly" if drawn.total > len(drawn.events) else ""
    return (
        '<section class="sc-panel sc-points"><h3>Changed neighbourhoods</h3>'
        f"<p>{esc(neighbour_sentence(drawn))}</p>{with_points(chart, drawn, attributes)}"
        '<p class="sc-tip" aria-live="polite">Point at a mark or a line to read what happens; press it to play it.</p>'
        '<p class="sc-soft">A line joins the two places of an event; dark: no neighbour is shared. SRL-CLIP’s map is turned, '
        "mirrored and scaled onto Base CLIP’s (Procrustes), which leaves a line only where events changed places among "
        f"themselves; on the two axes the maps then agree to {100 * drawn.agreement:.0f} %. Neighbours are counted in all "
        f"dimensions{esc(thin)}.</p>"
        f'<div class="sc-columns">{lists}</div></section>'
    )


def disagree_html(comparison: Comparison, progress: Progress | None = None) -> tuple[str, RankPair | Neighbourhood]:
    """The view, and the event that its player opens with: the largest difference of rank, whichever model it favours."""
    events, clips, queries = rank_pairs(comparison, progress)
    try:
        drawn = neighbourhoods(comparison)
    except (SrlClipError, ValueError) as error:
        drawn, near = None, f'<p class="sc-notice">{esc(error)}</p>'
    else:
        near = neighbours_html(comparison, drawn)
    source = measured_now(
        comparison.info, f"{len(events.pairs):,} captions of {len(comparison.clip_ids()):,} gallery clips"
    )

    def text(pair: RankPair) -> str:
        return pair.query or event_text(comparison, pair.clip_id, pair.event_index)

    panels = "".join(_ranked_html(comparison.info, r, text, source) for r in (events, clips, queries) if r.pairs)
    first = max(events.pairs, key=lambda pair: abs(pair.gain), default=None)
    first = first or (min(drawn.events, key=lambda event: event.kept) if drawn else None)
    body = f"{opening(rank_sentence(events))}<h2>Where the models disagree on this gallery</h2>"
    note = (
        '<p class="sc-soft">Ties rank last. Differences are in places, so they are larger where both models are far off. '
        "Without intervals: a look at this gallery, not a result.</p>"
    )
    return page(f"{body}{note}{panels}{near}{source_line(source)}"), first


def event_player(comparison: Comparison, media: Media, value: str) -> str:
    """The shared player at an event, its caption and the rank that it gets. value: "EVENT:CLIP". Raises ValueError."""
    number, _, clip_id = value.partition(":")
    known = clip_id in comparison.clip_ids()
    spans = comparison.spans(clip_id) if known else ()
    if not (number.isascii() and number.isdigit() and int(number) < len(spans)):
        raise ValueError(f"There is no event {value[:80]!r} in this gallery. Press one of the listed lines.")
    event = int(number)
    text = event_text(comparison, clip_id, event)
    remarks = '<p class="sc-soft">This clip has no labels.</p>'
    if text:
        ranks = _event_ranks(comparison, clip_id, event, text)
        remarks = f"<p>Event {event + 1}: “{said(text)}”</p><p>Its rank by this caption: "
        remarks += ", ".join(f"{model_name(m)} {ranks[m]}" for m in MODELS) + ".</p>"
    player = labelled_player(comparison, media.shot(clip_id, event), spans)
    start = f"{spans[event][0]:g}"
    return page(f'<div class="sc-panel" data-sc-start="{start}">{remarks}{player}</div>', scope=True)


def _event_ranks(comparison: Comparison, clip_id: str, event: int, text: str) -> Both[int]:
    """The event's rank among all events of the gallery, ties last, by its caption."""
    rows = comparison.heat(text).rows

    def rank(model: str) -> int:
        scores = [score for row in rows for score in row.scores[model]]
        wanted = next(row for row in rows if row.clip_id == clip_id).scores[model][event]
        return sum(score >= wanted for score in scores)

    return Both.of(rank)
