"""The page: header and banner, models, tour, tabs, deep links, JSON endpoints. The tabs know nothing of each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import gradio as gr

from srlclip.app.pairs import PairStore
from srlclip.app.ui import models_panel as model_choice
from srlclip.app.ui import tour
from srlclip.app.ui.api import endpoints as api
from srlclip.app.ui.models_panel import Renewal
from srlclip.app.ui.page_pair import ClipIds, PageComparison, PagePairs
from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import footer, header
from srlclip.app.ui.parts.links import Link, from_params
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.parts.style import tabs
from srlclip.app.ui.tabs import captions, how_it_works, retrieval
from srlclip.app.ui.tabs.analysis import tab as analysis
from srlclip.app.ui.tabs.hard_negatives import scoring as hard_negatives
from srlclip.app.ui.tabs.hard_negatives import tab as hard_negatives_tab
from srlclip.app.ui.tabs.your_clips import tab as own_clips

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

_DAY = 86400


def build_demo(
    comparison: Comparison | PairStore, *, runs: Path | str | None = None, media: Media | None = None
) -> gr.Blocks:
    """The app of a pair of models, ready to `.launch(**launch_settings())`.

    comparison: one pair, or a store of pairs, of which every page can choose its own. The first example's result is
    computed here, so that the page opens with real ranks. runs: folder of run folders for the training curves.
    media: where posters and clips are served from (made here if None).
    """
    pages = PagePairs(comparison) if isinstance(comparison, PairStore) else None
    if pages is not None:
        comparison = PageComparison(pages)  # type: ignore[assignment]
    media = media or Media(lambda clip_id: comparison.situation(clip_id), keep=ClipIds(comparison))
    with gr.Blocks(title="Base CLIP vs SRL-CLIP", analytics_enabled=False, delete_cache=(3600, _DAY)) as demo:
        top = gr.HTML(header(comparison.info), js_on_load=None)
        with gr.Row(elem_classes="sc-top"):  # side by side: the first ranks are to stand high on the page
            with gr.Column(scale=3, min_width=320, elem_classes="sc-tour-column"):
                strip = tour.build(comparison)
            with gr.Column(scale=2, min_width=320, elem_classes="sc-models-column"):
                panel = model_choice.build(pages, comparison.info) if pages is not None else None
        with tabs(selected="retrieval") as places:
            with gr.Tab("1 Retrieval", id="retrieval") as first:
                retrieval_tab = retrieval.build(comparison, media)
            with gr.Tab("2 SRL captions", id="captions") as second:
                captions_tab = captions.build(comparison, media, second)
            with gr.Tab("3 Hard negatives", id="negatives") as third:
                negatives_tab = hard_negatives_tab.build(comparison, media, third)
            with gr.Tab("4 Analysis", id="analysis") as fourth:
                analysed = analysis.build(comparison, media, Path(runs) if runs is not None else None, fourth)
            with gr.Tab("5 Your clips", id="own") as fifth:
                own_tab = own_clips.build(comparison, media)
            with gr.Tab("How it works", id="how") as how:
                explained = how_it_works.build(comparison)
        bottom = gr.HTML(footer(comparison.info), js_on_load=None)
        groups = [
            [places],
            [retrieval_tab.box, *retrieval_tab.outputs],
            [*captions_tab.chosen, *captions_tab.outputs],
            [*negatives_tab.prepared, *negatives_tab.outputs],
            [analysed[0]],
        ]

        def filled(link: Link, skipped: tuple[int, ...] = ()) -> list:
            """Values of all groups but the first."""
            found = {k: v for k, v in restored(comparison, media, link).items() if k not in skipped}
            nothing = [[gr.skip()] * len(group) for group in groups[1:]]
            return [value for index, empty in enumerate(nothing) for value in found.get(index, empty)]

        @user_errors
        def restore(request: gr.Request) -> list:
            if pages is not None:
                pages.choose(request.session_hash, pages.pairs.first)  # what the page is drawn with
            link = from_params(dict(request.query_params), comparison.clip_ids())
            return [gr.Tabs(selected=link.tab) if link.tab != "retrieval" else gr.skip(), *filled(link)]

        model = {"api_visibility": "private", "concurrency_id": "model", "concurrency_limit": 1}
        opened = demo.load(
            restore,
            None,
            [component for group in groups for component in group],
            show_progress="hidden",
            **model,
        )
        # only now may tabs and results write to the address bar: before, they would wipe the link that is being read
        ready = opened.then(None, js="() => { window.scOpened = true; }", api_visibility="private")
        for tab, name in ((first, "retrieval"), (fourth, "analysis"), (fifth, "own"), (how, "how")):
            tab.select(None, js=f"() => window.scUrl && window.scUrl('{name}')", api_visibility="private")

        @user_errors
        def tell(event: gr.EventData) -> list:
            """A step of the tour: its strip, its tab, and what the tab shows."""
            step = tour.asked(comparison, str(event.value))
            if step is None:
                return [tour.offer_html(comparison.stories()), gr.skip(), *filled(Link())]
            link = tour.link_of(*step)
            return [tour.step_html(comparison, *step), gr.Tabs(selected=link.tab), *filled(link)]

        told = strip.select(tell, None, [strip, *[c for group in groups for c in group]], **model)
        told.success(None, js="() => window.scToured && window.scToured()", api_visibility="private")
        if pages is not None and panel is not None:
            renewals = [
                Renewal([top, bottom], lambda _: [header(comparison.info), footer(comparison.info)]),
                Renewal(retrieval_tab.renewable, lambda query: retrieval.renewed(comparison, media, query)),
                Renewal(captions_tab.renewable, lambda _: captions.renewed(comparison)),
                Renewal(negatives_tab.renewable, lambda _: hard_negatives_tab.renewed(comparison)),
                Renewal(analysed, lambda _: analysis.renewed(comparison)),
                Renewal(own_tab.renewable, lambda _: own_clips.renewed(comparison)),
                Renewal(explained, lambda _: how_it_works.renewed(comparison)),
                Renewal([strip], lambda _: tour.renewed(comparison)),
            ]

            def refill(where: str) -> list:
                """The open tab's result by the new pair; the retrieval tab has got its own."""
                return filled(from_params(dict(parse_qsl(where)), comparison.clip_ids()), (0,))

            linked = [component for group in groups[1:] for component in group]
            query = retrieval_tab.outputs[-1]
            model_choice.wire(panel, pages, comparison, query, renewals, linked, refill, ready)
        demo.unload(own_tab.ended)
        api.add_endpoints(comparison)
    demo.queue(max_size=20)
    return demo


def restored(comparison: Comparison, media: Media, link: Link) -> dict[int, list]:
    """What a link changes on the freshly opened page: tab number (0 retrieval to 3 analysis) -> values.

    A tab that is opened without a clip shows its own first clip.
    """
    clips = comparison.clip_ids()
    described = next((e for e in comparison.examples() if e.target), None)
    clip = link.clip or (described.target if described else (clips[0] if clips else ""))
    if link.tab == "retrieval" and link.query:
        return {0: [link.query, *retrieval.search_view(comparison, media, link.query)]}
    if link.tab == "captions" and clip:
        have = comparison.decoders()
        decoder = link.decoder if link.decoder in have else have[0]
        return {1: [clip, decoder, captions.caption_view(comparison, media, clip, decoder=decoder), clip]}
    if link.tab == "negatives" and clip and comparison.situation(clip).events:
        event = link.event if link.clip else (described.event_index or 0 if described else 0)
        ready = hard_negatives_tab.prepared(comparison, clip, event)
        kinds = [kind for _, kind in hard_negatives.kind_choices(comparison, clip, event)]
        view = hard_negatives.score_view(comparison, media, clip, event, ready[1], kinds, "")
        return {2: [clip, *ready, view, clip]}
    if link.tab == "analysis":
        return {3: [analysis.stored_html(comparison)]}
    return {}
