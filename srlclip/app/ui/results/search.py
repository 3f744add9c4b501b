"""HTML of a search, on the gallery's tab and on a visitor's own clips: verdict, two ranked columns of cards, rank change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from srlclip.app.ui.parts.format import NAMES, actions, change, esc, failures, model_name, page, said
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Shot
from srlclip.app.ui.results.downloads import search_links
from srlclip.app.ui.results.player import video_tag
from srlclip.app.ui.results.plots import rank_change
from srlclip.plots import short_name
from srlclip.results import MODELS, Hit, PairInfo, SearchResult

TOP = 5


def verdict(result: SearchResult) -> str:
    """One sentence: the target's rank under both models, or without a target how far the two lists agree."""
    query = f"“{said(result.query, 160)}”"
    read = f"Only the first {result.token_limit} of its {result.tokens} tokens were read."
    cut = f' <span class="sc-soft">{read}</span>' if result.truncated else ""
    ranks = {model: result.target_rank(model) for model in MODELS}
    if result.target is not None and all(ranks.values()):
        moved = change(ranks["base"] - ranks["adapted"])
        text = (
            f'Target clip: <span class="sc-t-base">Base CLIP rank {ranks["base"]}</span> → '
            f'<span class="sc-t-adapted">SRL-CLIP rank {ranks["adapted"]} {moved}</span> for {query}'
        )
    elif all(result.hits):
        mover = result.biggest_mover(TOP)
        text = f"Top-{TOP} overlap {result.overlap(TOP)}/{min(TOP, len(result.hits.base))}"
        if mover is not None:
            before = mover.rank + (mover.rank_change or 0)
            text += f"; biggest mover {said(short_name(mover.clip_id), 60)}, rank {before} → {mover.rank}"
        text += f" for {query}. No target is known, so neither model is called right."
    else:
        text = f"Result of one model only for {query}"
    return f'<p class="sc-verdict" role="status">{text}{cut}</p>'


def chips(queries: Sequence[str]) -> str:
    """The examples as a row of buttons, in the order given."""
    buttons = "".join(
        f'<button type="button" class="sc-chip" data-sc-example="{number}">{said(query)}</button>'
        for number, query in enumerate(queries)
    )
    group = f'<div class="sc-examples" role="group" aria-label="Examples">{buttons}</div>'
    return page(f'<p class="sc-soft">Try one (runs at once)</p>{group}')


def card(hit: Hit, shot: Shot, model: str, span: tuple[float, float], *, target: bool) -> str:
    """One ranked clip. span: the model's lowest and highest score in this search, which the bar fills."""
    low, high = span
    share = (hit.score - low) / (high - low) if high > low else 1.0
    moved = f'<span class="sc-badge">{change(hit.rank_change)}</span>' if model == "adapted" else ""
    badge = ' <span class="sc-badge">✓ target</span>' if target else ""
    where = f' <span class="sc-soft">at {shot.start:g}–{shot.end:g} s</span>' if shot.end is not None else ""
    return (
        f'<li><button type="button" class="sc-card{" sc-target" if target else ""}" data-sc-clip="{esc(hit.clip_id)}">'
        f'<span class="sc-rank">{hit.rank}</span>{video_tag(shot, main=False, label="")}'
        f'<span><span class="sc-name">{said(short_name(hit.clip_id), 60)}{badge}</span>'
        f'<span class="sc-bar"><i class="sc-b-{model}" style="width:{100 * share:.1f}%"></i></span>'
        f'<span class="sc-foot"><span>{hit.score:.3f}{where}</span>{moved}</span></span></button></li>'
    )


def column(result: SearchResult, model: str, shot: Callable[..., Shot], k: int = TOP) -> str:
    """A model's first k clips, and the target below a divider if it is not among them."""
    hits = result.hits[model]
    rank = result.target_rank(model)
    at = f"target at rank {rank}" if rank else ""
    head = f'<header><h2>{model_name(model)}</h2><span class="sc-soft">{at}</span></header>'
    if not hits:
        empty = f'<p class="sc-notice">{NAMES[model]} gave no result.</p>'
        return f'<section class="sc-column sc-c-{model}">{head}{empty}</section>'
    scores = [hit.score for hit in hits]
    span = (min(scores), max(scores))
    body = "".join(
        card(h, shot(h.clip_id, h.event_index), model, span, target=h.clip_id == result.target) for h in hits[:k]
    )
    # by place, not by rank: ties share the last rank of their group
    if rank is not None and result.target not in [h.clip_id for h in hits[:k]]:
        late = next(h for h in hits if h.clip_id == result.target)
        body += f'<li class="sc-divider sc-soft">… rank {rank} of {len(hits)}</li>'
        body += card(late, shot(late.clip_id, late.event_index), model, span, target=True)
    return (
        f'<section class="sc-column sc-c-{model}" aria-label="{NAMES[model]} ranking">{head}<ol>{body}</ol></section>'
    )


def columns(result: SearchResult, shot: Callable[..., Shot], k: int = TOP) -> str:
    """Verdict and both columns, Base always left."""
    both = "".join(column(result, model, shot, k) for model in MODELS)
    return f'{verdict(result)}{failures(result.failures)}<div class="sc-columns">{both}</div>'


class SearchHtml(NamedTuple):
    """A search as HTML, in the order of the page: verdict and columns, the plot of the changed ranks (or ""), files."""

    ranking: str
    change: str
    files: str


def search_html(
    info: PairInfo, result: SearchResult, shot: Callable[..., Shot], link: Link | None = None
) -> SearchHtml:
    """A search of the gallery or of a visitor's clips. link: opens the same search again, if it can be."""
    return SearchHtml(columns(result, shot), rank_change(info, result), actions(search_links(info, result), link))
