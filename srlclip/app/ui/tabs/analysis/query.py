"""Any query against any clip or the whole gallery as a heat strip, and the map of the gallery's embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srlclip.app.ui.parts.format import esc, model_name, page, said
from srlclip.app.ui.parts.inputs import checked_query
from srlclip.app.ui.results.plots import measured_now, source_line, with_files
from srlclip.app.ui.tabs.analysis.sentences import map_sentence, opening
from srlclip.comparison.embedding_map import EmbeddingMap
from srlclip.plots import NAMES, embedding_scatter, gallery_heat, short_name
from srlclip.results import MODELS

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Clips drawn in the gallery's heat strip, and listed as buttons.
DRAWN, LISTED = 20, 10
#: What the map can show: (what the control says, value).
MAPS = (("Events, marked by verb", "events:verb"), ("Events, marked by scene", "events:scene"),
        ("Clips, marked by scene", "clips:scene"))  # fmt: skip


def heat_html(comparison: Comparison, query: str | None, by: str) -> str:
    """The clips that model `by` ranks first, under both models, and buttons that open them. Raises ValueError."""
    if by not in MODELS:
        raise ValueError(f"The order is {by[:40]!r}; allowed: {', '.join(MODELS)}.")
    text = checked_query(query)
    heat = comparison.heat(text)
    shown = heat.best_by(by, DRAWN)
    most = max((len(row.scores.base) for row in heat.rows), default=0)
    names = [f"{short}_event_{k + 1}" for short in ("base", "srl_clip") for k in range(most)]
    cells = [
        (row.clip_id, *row.rank)
        + tuple(v for m in MODELS for v in (*row.scores[m], *[""] * (most - len(row.scores[m]))))
        for row in heat.best_by(by, len(heat.rows))
    ]
    columns = ("clip", "base_rank", "srl_clip_rank", *names)
    charts = ""
    for model in MODELS:
        label = (
            f"{NAMES[model]}: similarity of the query to every event of the {len(shown)} clips that {NAMES[by]} ranks first; "
            "the numbers are in the cells, the clip's rank beside them"
        )
        figure = gallery_heat(shown, heat.spans[model], model)
        chart = with_files(figure, label, f"gallery_heat_{model}", comparison.info, columns, cells, query=text)
        charts += f'<div class="sc-panel">{chart}</div>'
    buttons = "".join(
        f'<li><button type="button" class="sc-line" data-sc-open="{esc(row.clip_id)}">'
        f'<span class="sc-t-base">{row.rank.base}</span> / <span class="sc-t-adapted">{row.rank.adapted}</span> '
        f"{said(short_name(row.clip_id), 60)}</button></li>"
        for row in shown[:LISTED]
    )
    source = measured_now(comparison.info, f"{len(heat.rows)} gallery clips, all their events")
    return page(
        f"<h2>Query against every event of the gallery, in {model_name(by)}’s order</h2><p>“{said(text)}”</p>"
        f'<div class="sc-split sc-half">{charts}</div><p class="sc-soft">Same clips in the same order on both sides. Shade: '
        "from the model’s lowest to its highest cosine over the whole gallery; frame: the clip’s best event, which its rank "
        f"is by. The CSV has all {len(heat.rows)} clips.</p>"
        f'<div class="sc-panel"><h3>Open in the player (rank of {model_name("base")} / {model_name("adapted")})</h3>'
        f"<ol>{buttons}</ol></div>{source_line(source)}"
    )


def map_html(comparison: Comparison, what: str) -> str:
    """Both models' maps side by side, and what they cannot show. what: a value of MAPS. Raises ValueError."""
    if what not in [value for _, value in MAPS]:
        raise ValueError(f"There is no map {what[:40]!r}. Choose one of the list.")
    level, label = what.split(":")
    drawn = comparison.map(level)
    charts = ""
    columns = ("clip", "event", "verb", "scene", "base_axis_1", "base_axis_2", "srl_clip_axis_1", "srl_clip_axis_2")
    rows = [
        (
            p.clip_id,
            "" if p.event_index is None else p.event_index + 1,
            p.labels.get("verb", ""),
            p.labels.get("scene", ""),
        )
        + tuple(round(v, 5) for v in (*p.at.base, *p.at.adapted))
        for p in drawn.points
    ]
    for model in MODELS:
        shares = sum(drawn.variance[model])
        spoken = f"{NAMES[model]}: {len(drawn.points)} {level} on two axes that hold {shares:.0%} of the variance"
        chart = with_files(
            embedding_scatter(drawn, model, label),
            spoken,
            f"map_{level}_{label}_{model}",
            comparison.info,
            columns,
            rows,
        )
        charts += f'<div class="sc-panel">{chart}</div>'
    thin = f"; {drawn.total} thinned out evenly" if drawn.total > len(drawn.points) else ""
    source = measured_now(comparison.info, f"{len(drawn.points)} {level} of {len(comparison.clip_ids())} clips{thin}")
    return page(
        f"{opening(map_sentence(drawn))}"
        f"<h2>Where the {level} of this gallery lie, marked by {esc(label)}</h2>"
        f'<div class="sc-split sc-half">{charts}</div>{_purity_table(drawn)}'
        '<p class="sc-soft">The pictures are principal components, drawn for each model alone: axes, turns and distances '
        "mean nothing across models, and two axes hide most of the variance. The table is measured in all dimensions: how "
        "often the nearest neighbour from another clip has the same label.</p>"
        f"{source_line(source)}"
    )


def _purity_table(drawn: EmbeddingMap) -> str:
    heads = "".join(f'<th scope="col" class="sc-h-{m}">{model_name(m)}</th>' for m in MODELS)
    rows = [("Variance that the two axes hold", {m: sum(drawn.variance[m]) for m in MODELS}, None)]
    for label, values in drawn.purity.items():
        rows.append((f"Nearest neighbour has the same {label}", values, drawn.chance[label]))
    body = "".join(
        f'<tr><th scope="row">{esc(name)}</th>'
        + "".join(f'<td class="sc-num">{100 * values[m]:.1f} %</td>' for m in MODELS)
        + f'<td class="sc-num">{"–" if chance is None else f"{100 * chance:.1f} %"}</td></tr>'
        for name, values, chance in rows
    )
    return (
        '<div class="sc-scroll" tabindex="0" role="region" aria-label="What the map cannot show"><table class="sc-table">'
        f'<thead><tr><th scope="col">In numbers</th>{heads}<th scope="col">by chance</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
