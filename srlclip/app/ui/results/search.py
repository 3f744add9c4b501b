"""HTML of a search, on the gallery's tab and on a visitor's own clips: verdict, ranked columns of cards, rank change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from srlclip.app.ui.parts.format import NAMES, actions, change, esc, failures, model_name, page, said
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Shot
from srlclip.app.ui.results.downloads import search_links
from srlclip.app.ui.results.facts import caption, first_right, marks
from srlclip.app.ui.results.further import further_name
from srlclip.app.ui.results.player import video_tag
from srlclip.app.ui.results.plots import rank_change
from srlclip.comparison.explained import ExplainedSearch, HitFacts
from srlclip.comparison.further import FurtherRanking
from srlclip.plots import short_name
from srlclip.results import MODELS, Hit, PairInfo, Ranking, SearchResult, picked

TOP = 5


def verdict(
    result: SearchResult,
    explained: ExplainedSearch | None = None,
    like: str = "",
    further: FurtherRanking | None = None,
) -> str:
    """One sentence: the target's rank under both models, or how far the two lists agree; and where the facts that were
    asked for are first right. like: what the clip shows that the search started from, for a search by a clip. further: the model besides
    the pair, whose rank of the target is told too."""
    query = f"like “{said(like, 160)}”" if like else f"“{said(result.query, 160)}”"
    read = f"Only the first {result.token_limit} of its {result.tokens} tokens were read."
    cut = f' <span class="sc-soft">{read}</span>' if result.truncated else ""
    why = f"; {first_right(explained)}" if explained is not None else ""
    ranks = {model: result.target_rank(model) for model in MODELS}
    if result.target is not None and all(ranks.values()):
        also = further.target_rank(result.target) if further is not None else None
        third = (
            f", {further_name(further.title)} rank {also} {change(ranks['base'] - also)}" if further and also else ""
        )
        moved = change(ranks["base"] - ranks["adapted"])
        text = (
            f'Target clip: <span class="sc-t-base">Base CLIP rank {ranks["base"]}</span> → '
            f'<span class="sc-t-adapted">SRL-CLIP rank {ranks["adapted"]} {moved}</span>{third}{why}'
        )
    elif all(result.hits):
        text = f"Top-{TOP} overlap {result.overlap(TOP)}/{min(TOP, len(result.hits.base))}{why or _mover(result)}"
    else:
        text = f"Result of one model only{why}"
    return f'<p class="sc-verdict" role="status">{text}; {query}{cut}</p>'


def _mover(result: SearchResult) -> str:
    mover = result.biggest_mover(TOP)
    if mover is None:
        return ""
    before = mover.rank + (mover.rank_change or 0)
    return f"; biggest mover {said(short_name(mover.clip_id), 60)}, rank {before} → {mover.rank}"


def chips(examples: Sequence[tuple[str, str]]) -> str:
    """The examples as a row of buttons, in the order given. examples: (words of the chip, its query)."""
    buttons = "".join(
        f'<button type="button" class="sc-chip" data-sc-example="{number}" title="{esc(query)}">{said(words)}</button>'
        for number, (words, query) in enumerate(examples)
    )
    return page(
        f'<div class="sc-examples" role="group" aria-label="Examples, drawn by rule before any model was asked">{buttons}</div>'
    )


def card(
    hit: Hit,
    shot: Shot,
    model: str,
    span: tuple[float, float],
    *,
    target: bool,
    facts: HitFacts | None = None,
    current: bool = False,
    name: str = "",
) -> str:
    """One ranked clip, and the button that searches for more like it where hits are explained.

    span: the model's lowest and highest score in this search, which the bar fills. facts: of the event that matched.
    current: whether it is in the player. name: of a model that is neither of the pair.
    """
    low, high = span
    share = (hit.score - low) / (high - low) if high > low else 1.0
    moved = f'<span class="sc-badge">{change(hit.rank_change)}</span>' if model != "base" else ""
    badge = ' <span class="sc-badge">✓ target</span>' if target else ""
    where = f"at {shot.start:g}–{shot.end:g} s" if shot.end is not None else ""
    clip = said(short_name(hit.clip_id), 60)
    head = caption(facts) if facts is not None and facts.caption else clip
    at = f' data-sc-clip="{esc(hit.clip_id)}" data-sc-at="{hit.event_index}"'
    like = (
        f'<button type="button" class="sc-like" data-sc-like="{hit.event_index}" data-sc-of="{esc(hit.clip_id)}" '
        f'title="More like this clip" aria-label="More like rank {hit.rank} of {esc(name or NAMES[model])}"></button>'
    )
    return (
        f'<li class="sc-hit"><button type="button" class="sc-card{" sc-target" if target else ""}"{at}'
        f'{" aria-current=true" if current else ""} title="{esc(f"{short_name(hit.clip_id)} {where}")}">'
        f'<span class="sc-rank">{hit.rank}</span>{video_tag(shot, main=False, label="")}'
        f'<span class="sc-what"><span class="sc-name">{head}</span>{marks(facts) if facts is not None else ""}'
        f'<span class="sc-foot"><span>{hit.score:.3f}</span>'
        f'<span class="sc-bar"><i class="sc-b-{model}" style="width:{100 * share:.1f}%"></i></span>{badge}{moved}</span>'
        f"</span></button>{like if facts is not None else ''}</li>"
    )


def column(
    result: SearchResult,
    model: str,
    shot: Callable[..., Shot],
    k: int = TOP,
    explained: ExplainedSearch | None = None,
    current: Hit | None = None,
    further: FurtherRanking | None = None,
) -> str:
    """A model's first k clips, and the target below a divider if it is not among them. current: the hit in the player.

    further: whose column it is, if the model is "further" and neither of the pair.
    """
    hits = further.hits if further is not None else result.hits[model]
    name, heading = (further.title, further_name(further.title)) if further else (NAMES[model], model_name(model))
    late = next(iter(picked(hits, [result.target])), None) if result.target is not None else None
    # by place, not by rank: ties share the last rank of their group
    below = late if late is not None and late not in hits[:k] else None
    at = f"target at rank {below.rank}" if below is not None else ""
    head = f'<header><h2>{heading}</h2><span class="sc-soft">{at}</span></header>'
    if not hits:
        why = f": {esc(further.failure.rstrip('.'))}" if further is not None and further.failure else ""
        empty = f'<p class="sc-notice">{esc(name)} gave no result{why}.</p>'
        return f'<section class="sc-column sc-c-{model}">{head}{empty}</section>'
    span = (hits.lowest if isinstance(hits, Ranking) else hits[-1].score, hits[0].score)

    def drawn(hit: Hit) -> str:
        facts = explained.of(hit) if explained is not None else None
        target = hit.clip_id == result.target
        picture = shot(hit.clip_id, hit.event_index)
        return card(hit, picture, model, span, target=target, facts=facts, current=hit is current, name=name)

    body = "".join(map(drawn, hits[:k]))
    if below is not None:
        body += f'<li class="sc-divider sc-soft">… rank {below.rank} of {len(hits)}</li>{drawn(below)}'
    return f'<section class="sc-column sc-c-{model}" aria-label="{esc(name)} ranking">{head}<ol>{body}</ol></section>'


def chosen_hit(result: SearchResult) -> Hit | None:
    """The hit that is in the player before one is pressed: the target's, else the first, of SRL-CLIP unless it failed."""
    hits = result.hits.adapted or result.hits.base
    target = picked(hits, [result.target]) if result.target is not None else ()
    return next(iter((*target, *hits[:1])), None)


def columns(
    result: SearchResult,
    shot: Callable[..., Shot],
    k: int = TOP,
    explained: ExplainedSearch | None = None,
    like: str = "",
    further: FurtherRanking | None = None,
) -> str:
    """Verdict and both columns, Base always left, and a further model's last. explained: facts for verdict and cards. like:
    see verdict."""
    current = chosen_hit(result) if explained is not None else None
    drawn = "".join(column(result, model, shot, k, explained, current) for model in MODELS)
    if further is not None:
        drawn += column(result, "further", shot, k, explained, None, further)
    style = "sc-columns sc-three" if further is not None else "sc-columns"
    first = f"{verdict(result, explained, like, further)}{failures(result.failures)}"
    return f'{first}<div class="{style}">{drawn}</div>'


class SearchHtml(NamedTuple):
    """A search as HTML, in the order of the page: verdict and columns, the plot of the changed ranks (or ""), files."""

    ranking: str
    change: str
    files: str


def search_html(
    info: PairInfo,
    result: SearchResult,
    shot: Callable[..., Shot],
    link: Link | None = None,
    explained: ExplainedSearch | None = None,
    like: str = "",
    further: FurtherRanking | None = None,
) -> SearchHtml:
    """A search of the gallery or of a visitor's clips. link: opens the same search again, if it can be. explained, like,
    further: see columns."""
    ranking = columns(result, shot, explained=explained, like=like, further=further)
    files = actions(search_links(info, result, explained, further), link)
    return SearchHtml(ranking, rank_change(info, result), files)
