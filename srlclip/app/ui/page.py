"""The page: header and banner, models, tour, tabs, deep links, JSON endpoints. The tabs know nothing of each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import gradio as gr

from srlclip.app.pairs import PairStore
from srlclip.app.ui import further_panel, history, models_panel, tour
from srlclip.app.ui.api.endpoints import add_endpoints
from srlclip.app.ui.page_pair import ClipIds, PageComparison, PagePairs, session_here
from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import esc, footer, header
from srlclip.app.ui.parts.further import FurtherModels
from srlclip.app.ui.parts.links import Link, from_params, unknown_values
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.parts.style import tabs
from srlclip.app.ui.results.headline import headline, source
from srlclip.app.ui.tab import MODEL, Drawn, PageContext, Renewal, Tab, Visitor, show_address
from srlclip.app.ui.tabs import analysis, captions, hard_negatives, how_it_works, retrieval, vote, your_clips
from srlclip.comparison.published import FORGETTING

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: In their order; the first is open when the page is.
TABS: tuple[Tab, ...] = (
    retrieval.TAB,
    captions.TAB,
    hard_negatives.TAB,
    analysis.TAB,
    your_clips.TAB,
    vote.TAB,
    how_it_works.TAB,
)
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
    further = FurtherModels(comparison, session_here) if isinstance(comparison, PairStore) else None
    if pages is not None:
        comparison = PageComparison(pages)  # type: ignore[assignment]
    media = media or Media(lambda clip_id: comparison.situation(clip_id), keep=ClipIds(comparison))
    folder = Path(runs) if runs is not None else None
    with gr.Blocks(title="Base CLIP vs SRL-CLIP", analytics_enabled=False, delete_cache=(3600, _DAY)) as demo:
        context = PageContext(comparison, media, folder, Visitor.expected(media), further)  # type: ignore[arg-type]
        top = gr.HTML(_top(comparison), js_on_load=None)
        with gr.Row(elem_classes="sc-top"):  # side by side: the first ranks are to stand high on the page
            with gr.Column(scale=3, min_width=320, elem_classes="sc-tour-column"):
                strip = tour.build(comparison)
            with gr.Column(scale=2, min_width=320, elem_classes="sc-models-column"):
                panel = models_panel.build(pages, comparison) if pages is not None else None
                beside = (
                    further_panel.build(further, panel.place) if further is not None and panel is not None else None
                )
        with tabs(selected=TABS[0].name) as places:
            drawn = {tab.name: _draw(tab, context) for tab in TABS}
        went = history.listener()
        bottom = gr.HTML(footer(comparison.info), js_on_load=None)
        linked = [field for tab in drawn.values() for field in tab.fields]

        def read(params: dict) -> Link:
            offered = [name for _, name in further.offered()] if further is not None else ()
            link = from_params(params, comparison.clip_ids(), tuple(drawn), adapters=offered)
            for sentence in unknown_values(params, link, tuple(drawn)):
                gr.Warning(esc(sentence))
            return link

        def filled(link: Link, *, renewed: bool = False) -> list:
            """Values of `linked`: the link's tab shows what it names, the others what they showed. renewed: after a switch
            of models, which a tab that keeps something has answered already."""
            values: list = []
            for name, tab in drawn.items():
                meant = name == link.tab and not (renewed and tab.renewal.kept)
                values += (tab.restore(link) if meant else ()) or [gr.skip()] * len(tab.fields)
            return values

        fields = [places, *linked, *([beside] if beside is not None else [])]

        def chosen_beside(link: Link) -> list:
            """The value of the field that chooses a further model, after the link's has been chosen."""
            if further is None or beside is None:
                return []
            if not drawn[link.tab].beside.components:  # its address says nothing of it
                return [gr.skip()]
            before, now = further.chosen(), further.choose(link.also)
            return [gr.skip() if before is now is None else link.also]

        @user_errors
        def restore(request: gr.Request) -> list:
            if pages is not None:
                pages.choose(request.session_hash, pages.pairs.first)  # what the page is drawn with
            link = read(dict(request.query_params))
            also = chosen_beside(link)  # before the results are made
            return [gr.Tabs(selected=link.tab) if link.tab != TABS[0].name else gr.skip(), *filled(link), *also]

        opened = demo.load(restore, None, fields, show_progress="hidden", **MODEL)
        # only now may tabs and results write to the address bar: before, they would wipe the link that is being read
        ready = opened.then(None, js=history.OPENED, api_visibility="private")

        @user_errors
        def go_back(event: gr.EventData) -> list:
            """What the address of an entry in the browser's history names."""
            link = read(dict(parse_qsl(str(event.value))))
            also = chosen_beside(link)
            return [gr.Tabs(selected=link.tab), *filled(link), *also]

        stepped_back = went.select(go_back, None, fields, show_progress="hidden", **MODEL)
        stepped_back.then(None, js=history.ANSWERED, api_visibility="private")

        @user_errors
        def take_step(event: gr.EventData) -> list:
            """A step of the tour: its strip, its tab, and what the tab shows."""
            step = tour.asked(comparison, str(event.value))
            if step is None:
                return [tour.offer_html(comparison.stories()), gr.skip(), *[gr.skip()] * len(linked)]
            link = tour.link_of(*step)
            return [tour.step_html(comparison, *step), gr.Tabs(selected=link.tab), *filled(link)]

        stepped = strip.select(take_step, None, [strip, places, *linked], **MODEL)
        stepped.success(None, js="() => window.scToured && window.scToured()", api_visibility="private")
        if pages is not None and panel is not None:
            renewals = [
                Renewal([top, bottom], lambda: [_top(comparison), footer(comparison.info)]),
                *(tab.renewal for tab in drawn.values()),
                Renewal([strip], lambda: tour.renewed(comparison)),
            ]

            def refill(address: str) -> list:
                return filled(read(dict(parse_qsl(address))), renewed=True)

            models_panel.wire(panel, pages, comparison, renewals, linked, refill, ready)
        if further is not None and beside is not None:
            further_panel.wire(beside, further, [tab.beside for tab in drawn.values()])
        for tab in drawn.values():
            if tab.unload is not None:
                demo.unload(tab.unload)
        add_endpoints(comparison, further)
    demo.queue(max_size=20)
    return demo


def _top(comparison: Comparison) -> str:
    forgetting = comparison.measurement(FORGETTING) if FORGETTING in comparison.measurements() else None
    measured = comparison.results(), forgetting
    return header(comparison.info, headline(*measured), source(*measured))


def _draw(tab: Tab, context: PageContext) -> Drawn:
    """The tab inside the current gr.Tabs; when it is opened, the address bar says so."""
    with gr.Tab(tab.title, id=tab.name) as place:
        drawn = tab.build(context, place)
    place.select(None, js=show_address(tab.name), api_visibility="private")
    return drawn
