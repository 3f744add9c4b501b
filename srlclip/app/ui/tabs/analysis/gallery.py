"""The live measurement as panels: rank scatter with its outliers as buttons, margins, win / tie / loss, a player."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from srlclip.app.ui.parts.format import change, esc, model_name, page, said
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results.downloads import link, to_csv
from srlclip.app.ui.results.player import labelled_player
from srlclip.app.ui.results.plots import best_events, measured_now, over_events, source_line, with_files
from srlclip.app.ui.tabs.analysis.measure import Asked, GalleryMeasure, Tally
from srlclip.app.ui.tabs.analysis.sentences import count, opening
from srlclip.plots import KIND_NAMES, NAMES, margin_histogram, rank_scatter, short_name
from srlclip.results import MODELS, PairInfo

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Outliers listed either way.
LISTED = 5


def _tally_table(
    info: PairInfo, title: str, tallies: Mapping[str, Tally], names: Mapping[str, str], source: str
) -> str:
    ordered = sorted(tallies.items(), key=lambda item: (-(item[1].won + item[1].lost + item[1].tied), item[0]))
    rows = "".join(
        f'<tr><th scope="row">{said(names.get(key, key))}</th><td class="sc-num">{t.lost}</td>'
        f'<td class="sc-num">{t.tied}</td><td class="sc-num">{t.won}</td>'
        f'<td class="sc-num">{t.won + t.tied + t.lost}</td></tr>'
        for key, t in ordered
    )
    columns = (title, "only_base_right", "same", "only_srl_clip_right")
    cells = [(key, t.lost, t.tied, t.won) for key, t in ordered]
    name = title.lower().replace(" ", "_")
    file = link(f"srlclip_{name}.csv", "text/csv", to_csv(info, columns, cells, source=source), "CSV", title)
    heads = "".join(
        f'<th scope="col">{head}</th>'
        for head in (
            esc(title),
            f"only {model_name('base')} right",
            "same",
            f"only {model_name('adapted')} right",
            "of",
        )
    )
    return (
        f'<div class="sc-scroll" tabindex="0" role="region" aria-label="{esc(title)}"><table class="sc-table"><thead>'
        f'<tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div><div class="sc-plot-files">{file}</div>'
    )


def _button(row: Asked) -> str:
    base, adapted = row.ranks
    return (
        f'<li><button type="button" class="sc-line" data-sc-open="{row.event_index}:{esc(row.clip_id)}">'
        f'<span class="sc-nowrap"><span class="sc-t-base">{base}</span> → <span class="sc-t-adapted">{adapted}</span> '
        f'<span class="sc-badge">{change(row.gain)}</span></span> {said(row.query, 160)} '
        f'<span class="sc-soft">{said(short_name(row.clip_id), 40)}, event {row.event_index + 1}</span></button></li>'
    )


def _listing(heading: str, rows: Sequence[Asked], none: str) -> str:
    body = f"<ol>{''.join(map(_button, rows))}</ol>" if rows else f'<p class="sc-soft">{esc(none)}</p>'
    return f"<h3>{heading}</h3>{body}"


def outliers_html(measure: GalleryMeasure) -> str:
    """The largest movers both ways and, folded under them, every point of the scatter, as buttons."""
    up, down = measure.movers(LISTED)
    every = "".join(map(_button, sorted(measure.asked, key=lambda row: (-row.gain, row.clip_id))))
    rank = f"rank {NAMES['base']} → {NAMES['adapted']}"
    return (
        '<p class="sc-soft">Each line is a point of the plot: '
        f"{esc(rank)}, places gained, the query. Press one to open its clip in the player below.</p>"
        + _listing(f"{model_name('adapted')} higher, largest first", up, "None.")
        + _listing(f"{model_name('base')} higher, largest first", down, "None.")
        + f"<details><summary>All {len(measure.asked)} points</summary><ol>{every}</ol></details>"
    )


def gallery_html(info: PairInfo, measure: GalleryMeasure) -> str:
    """Rank scatter with its outliers, margin histograms and win / tie / loss tables of a live measurement."""
    gains = [row.gain for row in measure.asked]
    better, worse = sum(g > 0 for g in gains), sum(g < 0 for g in gains)
    same, total = len(gains) - better - worse, len(measure.negatives)
    source = measured_now(
        info, f"{measure.clips} of {measure.gallery} gallery clips, one event each, {total} negatives"
    )
    scatter = with_files(
        rank_scatter(measure.ranks, measure.gallery),
        f"Rank of the described clip: SRL-CLIP better {better}, same {same}, Base better {worse} times",
        "ranks",
        info,
        ("clip", "event", "query", "base_rank", "srl_clip_rank", "places_gained"),
        [(r.clip_id, r.event_index + 1, r.query, *r.ranks, r.gain) for r in measure.asked],
        source=source,
    )
    won = {m: sum(v > 0 for v in measure.margins[m]) for m in MODELS}
    histogram = with_files(
        margin_histogram(measure.margins),
        f"Margins: Base beats {won['base']}, SRL-CLIP {won['adapted']} of {total} negatives",
        "margins",
        info,
        ("clip", "event", "kind", "verb", "negative", "base_margin", "srl_clip_margin"),
        [
            (r.clip_id, r.event_index + 1, r.kind, r.verb, r.text, *(round(v, 6) for v in r.values))
            for r in measure.negatives
        ],
        source=source,
    )
    kinds = _tally_table(info, "Kind of negative", measure.tallies("kind"), KIND_NAMES, source)
    verbs = _tally_table(info, "Verb of the event", measure.tallies("verb"), {}, source)
    sentence = (
        f"On {count(measure.clips, 'clip')} of this gallery SRL-CLIP ranks the described clip higher {better} times, Base CLIP "
        f"{worse} times, alike {same} times; of {count(total, 'hard negative')} SRL-CLIP beats {won['adapted']}, Base CLIP "
        f"{won['base']}."
    )
    return page(
        f"{opening(sentence)}"
        f"<h2>On this gallery, now: {measure.clips} of {measure.gallery} clips, one event each, {total} negatives</h2>"
        '<p class="sc-soft">Events are chosen by position, before anything is measured. '
        "Small, without intervals: a look, not a result.</p>"
        f'<div class="sc-split sc-half"><div class="sc-panel"><h3>Rank of the described clip</h3>{scatter}</div>'
        f'<div class="sc-panel">{outliers_html(measure)}</div></div>'
        f'<div class="sc-split sc-half"><div class="sc-panel"><h3>Margins of the hard negatives</h3>{histogram}</div>'
        f'<div class="sc-panel"><h3>Which model beats a negative, by kind</h3>{kinds}'
        f"<details><summary>By verb of the event</summary>{verbs}</details></div></div>{source_line(source)}"
    )


def opened(comparison: Comparison, media: Media, value: str) -> str:
    """The shared player for a pressed line of the outliers. value: "EVENT:CLIP". Raises ValueError for anything else."""
    number, _, clip_id = value.partition(":")
    labelled = len(comparison.situation(clip_id).events) if clip_id in comparison.clip_ids() else 0
    if not (number.isascii() and number.isdigit() and int(number) < labelled):
        raise ValueError(f"There is no event {value[:80]!r} in this gallery. Press one of the listed lines.")
    query = comparison.true_caption(clip_id, int(number), "natural").text
    result = comparison.search(query, clip_id)
    ranks = ", ".join(f"{NAMES[m]} {result.target_rank(m) or 'no rank'}" for m in MODELS)
    return clip_panel(comparison, media, clip_id, query, f"Asked for event {int(number) + 1}. Rank: {ranks}.")


def clip_panel(comparison: Comparison, media: Media, clip_id: str, query: str, remark: str = "") -> str:
    """A gallery clip in the player with its labelled events, beside the query's heat strip over them."""
    if clip_id not in comparison.clip_ids():
        raise ValueError(f"There is no clip {clip_id[:80]!r} in the gallery. Choose one of the list.")
    curve = comparison.timeline(clip_id, query)
    player = labelled_player(comparison, media.shot(clip_id), curve.spans)
    strip = over_events(comparison.info, curve, heat=True)
    aside = f'<p class="sc-soft">{said(remark)}</p>' if remark else ""
    note = "Cell: cosine; shade: from the row's lowest to its highest; frame: the model's best event."
    return page(
        f'<div class="sc-split sc-half"><div class="sc-panel">{player}</div>'
        f'<div class="sc-panel"><h2>Query against each event</h2><p>“{said(query)}”</p>{aside}'
        f"{strip}<p>Best event: {best_events(curve)}.</p>{source_line(f'{note} {measured_now(comparison.info, clip_id)}')}</div></div>",
        scope=True,
    )
