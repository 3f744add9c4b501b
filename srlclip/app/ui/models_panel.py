"""The Models panel: load another pair in the background, watch it come, and switch this page, and no other, to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import gradio as gr

# At run time too: Gradio reads the handlers' annotations to find the request among their arguments.
from srlclip.app.pairs import Loading, ModelRules, PairName, PairStore
from srlclip.app.ui.page_pair import PagePairs
from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import esc, model_id, model_name, page, said
from srlclip.app.ui.tab import MODEL, Renewal
from srlclip.results import PairInfo
from srlclip.situations import SrlClipError

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Seconds between two looks at a pair that is being loaded.
EVERY = 0.5


def loading_html(loading: Loading, meanwhile: PairName | None) -> str:
    """What is being loaded, how far it is, and what the page shows until then."""
    percent = round(100 * loading.share)
    until = f" Until then everything here is {said(meanwhile)}." if meanwhile else ""
    return page(
        f'<div class="sc-banner" role="status"><strong>Loading {said(loading.name)}: {percent} %</strong>, '
        f"{esc(loading.what)}.{until}"
        f'<span class="sc-bar sc-loading" role="progressbar" aria-label="loading the models" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{percent}"><i style="width:{percent}%"></i></span></div>'
    )


def failed_html(name: PairName | str, reason: str, kept: PairName | None) -> str:
    """Why a pair did not come, and that nothing else changed."""
    return page(
        f'<div class="sc-notice sc-failure" role="alert"><strong>{said(name)} could not be loaded.</strong> '
        f"{said(reason.rstrip('.'), 600)}. The page still shows {said(kept)}.</div>"
    )


#: Where the embeddings of the gallery come from (Indexed.origin), in words.
GALLERY_ORIGINS = {
    "bundled": "came with the models",
    "cached": "was embedded at an earlier choice of them, and kept",
    "embedded": "was embedded when they were chosen",
}


def current_html(info: PairInfo, default: PairName | None, free: bool, gallery: str = "") -> str:
    """The pair that this page shows, and how long. free: whether any model may be named. gallery: a sentence on it."""
    adapted = esc(model_id(info.adapter_id)) if info.adapter_id != "none" else "no adapter"
    names = "Name a bundled model, a local folder or a Hub id. " if free else ""
    return page(
        f"<p>This page compares {model_name('base')} {esc(model_id(info.base_id))} and {model_name('adapted')} "
        f'{adapted}.{esc(gallery)}</p><p class="sc-soft">{names}The gallery is read anew by another pair; results of the old one, and '
        "videos uploaded to tabs 2 and 3, are cleared; “Your clips” stay, and are read anew. "
        f"A switch is for this page only: reloaded, it starts with {said(default)} again.</p>"
    )


def asked_for(base: str | None, adapter: str | None) -> PairName:
    """The pair that the two fields name. Raises ValueError if both are empty."""
    name = PairName.of(base, adapter)
    if name == PairName():
        raise ValueError("Choose a base model, an adapter, or both.")
    return name


BASE_LABEL, ADAPTER_LABEL = "Base CLIP", "SRL-CLIP adapter"
#: What stands for an empty field in the lists: (what is read, value).
NAMED_BY_ADAPTER = ("The base that the adapter names", "")
NO_ADAPTER = ("No adapter: the base against itself", "")


def _own(pairs: PairStore, part: str) -> list[str]:
    """The models of the server's pair, and of the one that the page is drawn with, where any may be named."""
    names = (
        [getattr(name, part) for name in (pairs.default, pairs.first) if name] if pairs.rules.allowed is None else []
    )
    return [name for name in names if name]


def base_choices(pairs: PairStore) -> list[tuple[str, str]]:
    """(what is read, name) of the bases that are offered; the first stands for none."""
    names = dict.fromkeys((*_own(pairs, "base"), *pairs.rules.offered("base")))
    return [NAMED_BY_ADAPTER, *((model_id(name), name) for name in names)]


def adapter_choices(pairs: PairStore) -> list[tuple[str, str]]:
    """(what is read, name) of the adapters that are offered; the first stands for none."""
    further = {name: f"{title} ({name})" for name, title in pairs.rules.adapters}
    names = dict.fromkeys((*_own(pairs, "adapter"), *further, *pairs.rules.offered("adapter")))
    return [NO_ADAPTER, *((further.get(name) or model_id(name), name) for name in names)]


def first_values(
    pairs: PairStore, bases: Sequence[tuple[str, str]], adapters: Sequence[tuple[str, str]]
) -> tuple[str, str]:
    """(base, adapter) that the two fields hold at first: the server's pair, as far as it is offered. Its base is left to the
    adapter, so that another adapter can be chosen alone."""
    name = pairs.default or PairName()
    if name.adapter in [value for _, value in adapters]:
        return NAMED_BY_ADAPTER[1], name.adapter
    own = name.base if name.adapter is None and name.base in [value for _, value in bases] else ""
    return own or NAMED_BY_ADAPTER[1], NO_ADAPTER[1]


def same_html(name: PairName | None) -> str:
    """That a press changed nothing, since the page shows that pair already."""
    return page(f'<p class="sc-notice" role="status">This page already shows {said(name)}. Nothing was changed.</p>')


#: How the events that wait for a pair are wired: any number of pages may wait; clients choose no models.
ALONE = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}


class Panel(NamedTuple):
    """status: loading or failed; current: the pair of the page; wanted: the pair to switch to, None for none.

    events: each ends with `wanted` set. at_start: for the opening of a page, fills (status, wanted) too. renewed: what
    `current` says of another pair. place: the panel itself.
    """

    status: gr.HTML
    current: gr.HTML
    wanted: gr.State
    events: list
    at_start: Callable
    renewed: Callable[[Comparison], str]
    place: gr.Accordion


def wire(
    panel: Panel,
    pages: PagePairs,
    comparison: Comparison,
    renewals: Sequence[Renewal],
    refilled: Sequence[gr.components.Component],
    refill: Callable[[str], list],
    opened: gr.events.Dependency,
) -> None:
    """Wire the switch: everything in `renewals` changes, then `refill` makes the result of the open tab.

    comparison: the one of the page. refill: the page's query string -> values of `refilled`. opened: ends when a page
    has been opened.
    """
    parts = [Renewal([panel.current], lambda: [panel.renewed(comparison)]), *renewals]
    new, where = gr.State(False), gr.Textbox(visible=False)
    switched = [new, *(component for part in parts for component in part.components)]

    def renewed(kept: list) -> Iterator:
        for part in parts:
            own, kept = kept[: len(part.kept)], kept[len(part.kept) :]
            yield from part.values(*own)

    @user_errors
    def switch(request: gr.Request, wanted: PairName | None, *kept: object) -> list:
        had = pages.name(request.session_hash)
        if wanted is None or wanted == had:
            return [False, *[gr.skip()] * (len(switched) - 1)]
        pages.choose(request.session_hash, wanted)
        try:
            return [True, *renewed(list(kept))]
        except Exception:
            pages.choose(request.session_hash, had)
            raise

    @user_errors
    def fill_from_address(address: str, is_new: bool) -> list:
        return refill(address.lstrip("?")) if is_new else [gr.skip()] * len(refilled)

    kept = [component for part in parts for component in part.kept]
    events, starting = list(panel.events), pages.pairs.starting
    if starting is not None and starting.name != pages.pairs.first:
        events.append(opened.then(panel.at_start, None, [panel.status, panel.wanted], **ALONE))
    for event in events:
        done = event.success(switch, [panel.wanted, *kept], switched, **MODEL)
        js = "(_, fresh) => [window.location.search, fresh]"
        done.success(fill_from_address, [where, new], list(refilled), js=js, **MODEL)


async def watched(loading: Loading, pages: PagePairs, session: str | None) -> AsyncIterator[tuple]:
    """Updates of (status, wanted) until the pair is there or has failed; it is not switched to here."""
    shown = ""
    while not loading.ended:
        now = loading_html(loading, pages.name(session))
        if now != shown:
            yield gr.HTML(now, visible=True), None
        shown = now
        await asyncio.sleep(EVERY)
    if loading.error:
        reason = loading.error
        if pages.pairs.rules.allowed is not None:  # strangers need not know where the server keeps its models
            for model in filter(None, (loading.name.base, loading.name.adapter)):
                reason = reason.replace(model, model_id(model))
        yield gr.HTML(failed_html(loading.name, reason, pages.name(session)), visible=True), None
    else:
        yield gr.HTML("", visible=False), loading.name


async def asked(pages: PagePairs, base: str | None, adapter: str | None, session: str | None) -> AsyncIterator[tuple]:
    """Updates of (status, wanted) for what the two fields name: the pair on its way, why it cannot be had, or that the
    page shows it already."""
    shown = pages.name(session)
    try:
        name = asked_for(base, adapter)
        if shown is not None and pages.pairs.rules.checked(name).is_same(shown):
            yield gr.HTML(same_html(shown), visible=True), None
            return
        loading = pages.pairs.request(name)
    except (SrlClipError, ValueError) as error:
        what = " + ".join(part[:80] for part in (base, adapter) if part) or "Nothing"
        yield gr.HTML(failed_html(what, str(error), shown), visible=True), None
        return
    async for update in watched(loading, pages, session):
        yield update


def gallery_line(comparison: Comparison, rules: ModelRules) -> str:
    """Where the gallery of a pair comes from; "" in an app without further bundled adapters, which has one usual pair."""
    if not rules.adapters:
        return ""
    return f" Their gallery of {len(comparison.clip_ids())} clips {GALLERY_ORIGINS[comparison.gallery_origin]}."


def build(pages: PagePairs, comparison: Comparison) -> Panel:
    """Lay the panel out inside the current Blocks; `wire` wires the switch itself. comparison: the one of the page.

    A further bundled adapter is offered by its readable name, and loaded when it is chosen. Where the rules allow no choice there is no panel, only the state of a pair that the app was started for.
    """
    pairs = pages.pairs
    rules: ModelRules = pairs.rules
    status = gr.HTML("", visible=False, js_on_load=None)
    wanted = gr.State(None)
    free = rules.allowed is None

    def shown(now: Comparison) -> str:
        return current_html(now.info, pairs.default, free, gallery_line(now, rules))

    is_shown = free or bool(rules.offered() or rules.adapters)
    with gr.Accordion("Models", open=False, visible=is_shown) as place:
        current = gr.HTML(shown(comparison), js_on_load=None)
        with gr.Row():
            kind = {"allow_custom_value": free, "min_width": 240, "filterable": True}
            bases, adapters = base_choices(pairs), adapter_choices(pairs)
            alone = len(bases) == 1  # only adapters of the bundled base can be chosen
            at_first = first_values(pairs, bases, adapters)
            base = gr.Dropdown(bases, value=at_first[0], label=BASE_LABEL, visible=not alone, **kind)
            adapter = gr.Dropdown(adapters, value=at_first[1], label=ADAPTER_LABEL, **kind)
        with gr.Row():
            load = gr.Button("Load and switch this page", variant="primary", min_width=200)
            back = gr.Button("Back to the server's pair", min_width=200)

    async def watch(base_name: str, adapter_name: str, request: gr.Request) -> AsyncIterator[tuple]:
        async for update in asked(pages, base_name, adapter_name, request.session_hash):
            yield update

    async def watch_start(request: gr.Request) -> AsyncIterator[tuple]:
        if pairs.starting is None:  # the page is drawn with the pair that was asked for
            yield gr.skip(), pairs.default
            return
        async for update in watched(pairs.starting, pages, request.session_hash):
            yield update

    def give_back(request: gr.Request) -> tuple:
        if pages.name(request.session_hash) == pairs.default:
            return gr.HTML(same_html(pairs.default), visible=True), None
        return gr.HTML("", visible=False), pairs.default

    events = [
        load.click(watch, [base, adapter], [status, wanted], **ALONE),
        back.click(give_back, None, [status, wanted], **ALONE),
    ]
    return Panel(status, current, wanted, events, watch_start, shown, place)
