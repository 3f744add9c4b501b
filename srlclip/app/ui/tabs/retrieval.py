"""Retrieval tab: one query, the gallery ranked by both models side by side, and a closer look at one clip."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import gradio as gr

from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import notice, page, said
from srlclip.app.ui.parts.inputs import checked_query
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results.player import labelled_player
from srlclip.app.ui.results.plots import best_events, over_events
from srlclip.app.ui.results.search import chips, search_html
from srlclip.app.ui.tab import FREE, MODEL, Drawn, PageContext, Renewal, Tab, show_address
from srlclip.plots import short_name
from srlclip.results import SearchResult

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: How many example chips are offered.
CHIPS = 8
#: A click on a card or chip becomes the component's select event, with the clip's id or the example's number.
PICK = """element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sc-clip], [data-sc-example]');
  if (button) trigger('select', {value: button.dataset.scClip ?? button.dataset.scExample});
});"""


class SearchView(NamedTuple):
    """What the tab shows after a search, in the order of its outputs. query: the query that the page now shows."""

    results: str
    clip: str
    timeline: str
    slope: str
    files: str
    query: str


def target_of(comparison: Comparison, query: str) -> str | None:
    """The clip that an example's or a story's query describes; None for free text, whoever typed it."""
    return next((e.target for e in (*comparison.examples(), *comparison.stories()) if e.query == query), None)


def search(comparison: Comparison, query: str | None) -> SearchResult:
    """Rank the gallery; the target is known if the text is one of the examples. Raises ValueError for a bad query."""
    text = checked_query(query)
    return comparison.search(text, target_of(comparison, text))


def clip_view(comparison: Comparison, media: Media, clip_id: str, query: str) -> tuple[str, str]:
    """The shared player of a gallery clip with its labelled events, and the query's similarity over its events."""
    if clip_id not in comparison.clip_ids():
        raise ValueError(f"There is no clip {clip_id[:80]!r} in the gallery. Choose one of the cards.")
    curve = comparison.timeline(clip_id, query)
    player = labelled_player(comparison, media.shot(clip_id), curve.spans)
    heading = f"<h2>Where in {said(short_name(clip_id), 60)}? Query against each event</h2>"
    best = f'<p class="sc-soft">Best event for the query: {best_events(curve)}.</p>'
    return (
        page(f'<div class="sc-panel">{player}</div>', scope=True),
        page(f'<div class="sc-panel">{heading}{over_events(comparison.info, curve)}{best}</div>'),
    )


def search_view(comparison: Comparison, media: Media, query: str | None) -> SearchView:
    """Everything the tab shows for a query. Raises ValueError and the comparison's own errors."""
    result = search(comparison, query)
    link = Link(TAB.name, result.query)
    best = next(iter(result.hits.adapted or result.hits.base), None)
    chosen = result.target or (best.clip_id if best else None)
    html = search_html(comparison.info, result, media.shot, link)
    return SearchView(
        page(html.ranking, link=link),
        *(clip_view(comparison, media, chosen, result.query) if chosen else ("", "")),
        page(html.change) if html.change else "",
        page(html.files),
        result.query,
    )


def cleared() -> SearchView:
    """What stands after a failed search: no old numbers."""
    return SearchView(
        notice("No result: the last search failed. Change the query and search again."), "", "", "", "", ""
    )


def first_view(comparison: Comparison, media: Media) -> tuple[str, SearchView]:
    """The first example's query and results, made before anyone asks; an empty gallery gets a sentence instead."""
    examples = comparison.examples()
    if not examples:
        return "", SearchView(notice("Type a description and press Search."), "", "", "", "", "")
    return examples[0].query, search_view(comparison, media, examples[0].query)


def offered(comparison: Comparison) -> list[str]:
    """The queries of the chips."""
    return [e.query for e in comparison.examples()[:CHIPS]]


def renewed(comparison: Comparison, media: Media, query: str | None) -> list:
    """Query, chips and view of a page that has got another pair: the page's query is run again."""
    query, view = (query, search_view(comparison, media, query)) if query else first_view(comparison, media)
    queries = offered(comparison)
    return [query, gr.HTML(chips(queries), visible=bool(queries)), *view]


def restored(comparison: Comparison, media: Media, link: Link) -> list:
    """Query and view of a link; nothing without a query: the page opens with the first example's."""
    return [link.query, *search_view(comparison, media, link.query)] if link.query else []


def build(context: PageContext, place: gr.Tab) -> Drawn:
    """Lay the tab out and wire it; it opens with the first example's result."""
    comparison, media = context.comparison, context.media
    query, view = first_view(comparison, media)
    box = gr.Textbox(
        query,
        label="Describe an event",
        placeholder="who does what to whom, where",
        submit_btn="Search",
        lines=1,
        max_lines=3,
    )
    queries = offered(comparison)
    examples = gr.HTML(chips(queries), js_on_load=PICK, visible=bool(queries))
    results = gr.HTML(view.results, js_on_load=PICK)
    with gr.Row():
        with gr.Column(min_width=320):
            clip = gr.HTML(view.clip, js_on_load=None)
        with gr.Column(min_width=320):
            slope = gr.HTML(view.slope, js_on_load=None)
            curve = gr.HTML(view.timeline, js_on_load=None)
    files = gr.HTML(view.files, js_on_load=None)
    shown = gr.State(view.query)
    outputs = [results, clip, curve, slope, files, shown]

    @user_errors
    def run(text: str) -> SearchView:
        return search_view(comparison, media, text)

    @user_errors
    def run_example(event: gr.EventData) -> tuple:
        text = offered(comparison)[int(event.value)]
        return (text, *search_view(comparison, media, text))

    @user_errors
    def choose(text: str, event: gr.EventData) -> tuple[str, str]:
        return clip_view(comparison, media, str(event.value), text)

    searched = box.submit(run, box, outputs, show_progress_on=results, **MODEL)
    tried = examples.select(run_example, None, [box, *outputs], show_progress_on=results, **MODEL)
    for event in (searched, tried):
        event.success(None, js=show_address(TAB.name), **FREE)
        event.failure(cleared, None, outputs, **FREE)
    results.select(choose, shown, [clip, curve], **MODEL)
    return Drawn(
        fields=[box, *outputs],
        restore=lambda link: restored(comparison, media, link),
        renewal=Renewal([box, examples, *outputs], lambda text: renewed(comparison, media, text), kept=[shown]),
    )


TAB = Tab("retrieval", "1 Retrieval", build)
