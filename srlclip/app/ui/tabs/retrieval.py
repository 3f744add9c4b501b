"""Retrieval tab: one query, or one clip's event, against the gallery: both models' rankings, and the pressed hit beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import gradio as gr

from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import notice, page
from srlclip.app.ui.parts.further import FurtherModels
from srlclip.app.ui.parts.inputs import checked_query
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results.attribution import BUTTON, CHOOSE, SHOW
from srlclip.app.ui.results.chosen import Chosen, clip_view, frames_view, look_view
from srlclip.app.ui.results.facts import chip_label
from srlclip.app.ui.results.frames import WANT
from srlclip.app.ui.results.further import AWAIT, beside, waiting_html
from srlclip.app.ui.results.search import chips, chosen_hit, search_html
from srlclip.app.ui.tab import FREE, MODEL, Drawn, PageContext, Renewal, Tab, show_address
from srlclip.comparison.explained import ExplainedSearch
from srlclip.results import SearchResult

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: How many example chips are offered.
CHIPS = 6
#: A click on a card, on its "more like this" or on a chip becomes the component's select event: what, which, which event.
PICK = """element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sc-clip], [data-sc-like], [data-sc-example]');
  if (!button) return;
  const data = button.dataset;
  if (data.scExample !== undefined) trigger('select', {value: ['example', data.scExample, '0']});
  else if (data.scLike !== undefined) trigger('select', {value: ['like', data.scOf, data.scLike]});
  else trigger('select', {value: ['clip', data.scClip, data.scAt || '0']});
});"""
#: After a pressed hit is in the player.
PLAY = "() => window.scPlay && window.scPlay()"


class SearchView(NamedTuple):
    """What the tab shows after a search, in the order of its outputs. asked: the link of the search that is shown."""

    results: str
    clip: str
    frames: str
    timeline: str
    slope: str
    files: str
    asked: Link
    chosen: Chosen | None
    look: str = ""  # on demand, of the hit in the player: another hit empties it
    waiting: str = ""  # of a further model that is being loaded


def target_of(comparison: Comparison, query: str) -> str | None:
    """The clip that an example's or a story's query describes; None for free text, whoever typed it."""
    return next((e.target for e in (*comparison.examples(), *comparison.stories()) if e.query == query), None)


def search(comparison: Comparison, query: str | None) -> SearchResult:
    """Rank the gallery; the target is known if the text is one of the examples. Raises ValueError for a bad query."""
    text = checked_query(query)
    return comparison.search(text, target_of(comparison, text))


def shown(
    comparison: Comparison,
    media: Media,
    result: SearchResult,
    facts: ExplainedSearch,
    asked: Link,
    like: str = "",
    further: FurtherModels | None = None,
) -> SearchView:
    """A search as everything that the tab shows."""
    third = beside(further, comparison, result, None if asked.query else (asked.clip, asked.event or 0))
    asked = replace(asked, also=third.name)
    html = search_html(comparison.info, result, media.shot, asked, facts, like, third.ranking)
    hit = chosen_hit(result)
    chosen = Chosen(hit.clip_id, hit.event_index, asked) if hit else None
    return SearchView(
        page(html.ranking, link=asked),
        *(clip_view(comparison, media, chosen) if chosen else ("", "", "")),
        page(html.change) if html.change else "",
        page(html.files),
        asked,
        chosen,
        waiting=third.waiting,
    )


def search_view(
    comparison: Comparison, media: Media, query: str | None, further: FurtherModels | None = None
) -> SearchView:
    """Everything the tab shows for a query. Raises ValueError and the comparison's own errors."""
    result = search(comparison, query)
    why, asked = comparison.explain_search(result), Link(TAB.name, result.query)
    return shown(comparison, media, result, why, asked, further=further)


def like_view(
    comparison: Comparison, media: Media, clip_id: str, event: int, further: FurtherModels | None = None
) -> SearchView:
    """Everything the tab shows for "more like this event of this clip". Raises ValueError for an unknown one."""
    if clip_id not in comparison.clip_ids():
        raise ValueError(f"There is no clip {clip_id[:80]!r} in the gallery. Choose one of the cards.")
    result, facts = comparison.similar(clip_id, event)
    labelled = event < len(comparison.situation(clip_id).events)
    name = comparison.true_caption(clip_id, event, "natural").text.rstrip(".") if labelled else result.query
    return shown(comparison, media, result, facts, Link(TAB.name, clip=clip_id, event=event), name, further)


def view_of(comparison: Comparison, media: Media, asked: Link, further: FurtherModels | None = None) -> SearchView:
    """The search that a link means."""
    if asked.clip and not asked.query:
        return like_view(comparison, media, asked.clip, asked.event or 0, further)
    return search_view(comparison, media, asked.query, further)


def cleared() -> SearchView:
    """What stands after a failed search: no old numbers."""
    sentence = notice("No result: the last search failed. Change the query and search again.")
    return SearchView(sentence, "", "", "", "", "", Link(TAB.name), None)


def first_view(comparison: Comparison, media: Media, further: FurtherModels | None = None) -> tuple[str, SearchView]:
    """The first example's query and results, made before anyone asks; an empty gallery gets a sentence instead.

    The bundled examples stand in the order of their rule (srlclip.synsitu.gallery_queries), which asks no model.
    """
    examples = comparison.examples()
    if not examples:
        return "", cleared()._replace(results=notice("Type a description and press Search."))
    return examples[0].query, search_view(comparison, media, examples[0].query, further)


def offered(comparison: Comparison) -> list[tuple[str, str]]:
    """The chips: (words, query)."""
    out = []
    for example in comparison.examples()[:CHIPS]:
        events = comparison.situation(example.target).events if example.target is not None else ()
        event = events[example.event_index] if example.event_index is not None and events else None
        out.append((chip_label(example, event), example.query))
    return out


def renewed(comparison: Comparison, media: Media, asked: Link, further: FurtherModels | None = None) -> list:
    """Query, chips and view of a page that has got another pair: what the page asked is asked again, if it can be."""
    if asked.query or asked.clip in comparison.clip_ids():
        query, view = asked.query, view_of(comparison, media, asked, further)
    else:
        query, view = first_view(comparison, media, further)
    examples = offered(comparison)
    return [query, gr.HTML(chips(examples), visible=bool(examples)), *view]


def restored(comparison: Comparison, media: Media, link: Link, further: FurtherModels | None = None) -> list:
    """Query and view of a link; nothing without a query or clip: the page opens with the first example's."""
    if link.query or link.clip:
        return [link.query, *view_of(comparison, media, link, further)]
    query, view = first_view(comparison, media, further) if link.also else ("", None)
    return [query, *view] if view is not None else []


async def loaded(further: FurtherModels | None) -> AsyncIterator[str]:
    """The state of the page's further model until it is there or has failed; then ""."""
    while (model := further.chosen() if further is not None else None) is not None and not model.loading.ended:
        yield waiting_html(model, asked=False)
        await asyncio.sleep(0.5)
    yield ""


def pressed(event: gr.EventData) -> tuple[str, str, int]:
    """What was pressed: "clip", "like" or "example"; its id or number; its event. Raises ValueError for anything else."""
    try:
        what, which, number = event.value
        return str(what), str(which), int(number)
    except (TypeError, ValueError):
        raise ValueError("That is no card of this page. Choose one of the cards.") from None


def build(context: PageContext, place: gr.Tab) -> Drawn:
    """Lay the tab out and wire it; it opens with the first example's result."""
    comparison, media, further = context.comparison, context.media, context.further
    query, view = first_view(comparison, media)
    box = gr.Textbox(
        query,
        label="Describe an event",
        placeholder="who does what to whom, where",
        submit_btn="Search",
        lines=1,
        max_lines=3,
        elem_classes="sc-query",
    )
    queries = offered(comparison)
    examples = gr.HTML(chips(queries), js_on_load=PICK, visible=bool(queries))
    with gr.Row(elem_classes="sc-board"):
        with gr.Column(scale=5, min_width=320):
            waiting = gr.HTML(view.waiting, js_on_load=AWAIT, elem_classes="sc-await")
            results = gr.HTML(view.results, js_on_load=PICK)
        with gr.Column(scale=2, min_width=320, elem_classes="sc-stage sc-scope"):
            clip = gr.HTML(view.clip, js_on_load=None)
            frames = gr.HTML(view.frames, js_on_load=WANT)
            ask = gr.Button(BUTTON, size="sm")
    look = gr.HTML(view.look, js_on_load=CHOOSE)
    with gr.Accordion("Plots and files", open=False), gr.Row():
        with gr.Column(min_width=320):
            slope = gr.HTML(view.slope, js_on_load=None)
        with gr.Column(min_width=320):
            curve = gr.HTML(view.timeline, js_on_load=None)
            files = gr.HTML(view.files, js_on_load=None)
    asked, chosen = gr.State(view.asked), gr.State(view.chosen)
    outputs = [results, clip, frames, curve, slope, files, asked, chosen, look, waiting]

    @user_errors
    def run(text: str) -> SearchView:
        return search_view(comparison, media, text, further)

    @user_errors
    def run_example(event: gr.EventData) -> tuple:
        text = comparison.examples()[int(pressed(event)[1])].query
        return (text, *search_view(comparison, media, text, further))

    @user_errors
    def press(link: Link, event: gr.EventData) -> tuple:
        what, clip_id, number = pressed(event)
        if what == "like":
            return ("", *like_view(comparison, media, clip_id, number, further))
        hit = Chosen(clip_id, number, link)
        player, strip, line = clip_view(comparison, media, hit)
        return (gr.skip(), gr.skip(), player, strip, line, gr.skip(), gr.skip(), gr.skip(), hit, "", gr.skip())

    @user_errors
    def fill(hit: Chosen | None) -> str:
        return frames_view(comparison, media, Chosen(*hit)) if hit else ""

    @user_errors
    def look_at(hit: Chosen | None) -> str:
        return look_view(comparison, media, Chosen(*hit) if hit else None)

    @user_errors
    def look_at_part(hit: Chosen | None, event: gr.EventData) -> str:
        return look_view(comparison, media, Chosen(*hit) if hit else None, str(event.value))

    async def wait() -> AsyncIterator[str]:
        async for state in loaded(further):
            yield state

    @user_errors
    def again(link: Link) -> SearchView:
        return view_of(comparison, media, link, further)

    def unread() -> str:
        return notice("The frames of this clip cannot be read.")

    searched = box.submit(run, box, outputs, show_progress_on=results, **MODEL)
    tried = examples.select(run_example, None, [box, *outputs], show_progress_on=results, **MODEL)
    chose = results.select(press, asked, [box, *outputs], show_progress_on=clip, **MODEL)
    for event in (searched, tried):
        event.failure(cleared, None, outputs, **FREE)
    for event in (searched, tried, chose):
        event.success(None, js=show_address(TAB.name), **FREE)
    chose.success(None, js=PLAY, **FREE)
    frames.select(fill, chosen, frames, show_progress="hidden", **MODEL).failure(unread, None, frames, **FREE)
    ask.click(look_at, chosen, look, **MODEL).success(None, js=SHOW, **FREE)
    look.select(look_at_part, chosen, look, **MODEL)
    waited = waiting.select(wait, None, waiting, concurrency_limit=None, **FREE)
    waited.success(again, asked, outputs, **MODEL).success(None, js=show_address(TAB.name), **FREE)
    return Drawn(
        fields=[box, *outputs],
        restore=lambda link: restored(comparison, media, link, further),
        renewal=Renewal(
            [box, examples, *outputs], lambda link: renewed(comparison, media, link, further), kept=[asked]
        ),
        beside=Renewal(outputs, lambda link: view_of(comparison, media, link, further), kept=[asked]),
    )


TAB = Tab("retrieval", "1 Retrieval", build)
