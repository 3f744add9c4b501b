"""The page: header and banner, four tabs, deep links, JSON endpoints. The tabs know nothing of each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from . import analysis, api, captions, hard_negatives, hard_negatives_tab, retrieval
from .format import footer, header
from .guard import user_errors
from .links import Link, from_params
from .media import Media

if TYPE_CHECKING:
    from ..compare import Comparison

_DAY = 86400


def build_demo(comparison: Comparison, *, runs: Path | str | None = None, media: Media | None = None) -> gr.Blocks:
    """The app of a pair of models, ready to `.launch(**launch_settings())`.

    The first example's result is computed here, so that the page opens with real ranks. runs: folder of run folders
    for the training curves. media: where posters and clips are served from (made here if None).
    """
    media = media or Media(comparison.situation, keep=comparison.clip_ids())
    with gr.Blocks(title="Base CLIP vs SRL-CLIP", analytics_enabled=False, delete_cache=(3600, _DAY)) as demo:
        gr.HTML(header(comparison.info), js_on_load=None)
        with gr.Tabs(selected="retrieval", overflow_behavior="wrap") as tabs:
            with gr.Tab("1 Retrieval", id="retrieval") as first:
                retrieval_tab = retrieval.build(comparison, media)
            with gr.Tab("2 SRL captions", id="captions") as second:
                captions_tab = captions.build(comparison, media, second)
            with gr.Tab("3 Hard negatives", id="negatives") as third:
                negatives_tab = hard_negatives_tab.build(comparison, media, third)
            with gr.Tab("4 Analysis", id="analysis") as fourth:
                analysis.build(comparison, Path(runs) if runs is not None else None)
        gr.HTML(footer(comparison.info), js_on_load=None)
        groups = [
            [tabs],
            [retrieval_tab.box, *retrieval_tab.outputs],
            [*captions_tab.chosen, *captions_tab.outputs],
            [*negatives_tab.prepared, *negatives_tab.outputs],
        ]

        @user_errors
        def restore(request: gr.Request) -> list:
            link = from_params(dict(request.query_params), comparison.clip_ids())
            filled = restored(comparison, media, link)
            nothing = [[gr.skip()] * len(group) for group in groups[1:]]
            parts = [[gr.Tabs(selected=link.tab) if link.tab != "retrieval" else gr.skip()]]
            parts += [filled.get(index, empty) for index, empty in enumerate(nothing)]
            return [value for part in parts for value in part]

        opened = demo.load(
            restore,
            None,
            [component for group in groups for component in group],
            api_visibility="private",
            concurrency_id="model",
            concurrency_limit=1,
            show_progress="hidden",
        )
        # only now may tabs and results write to the address bar: before, they would wipe the link that is being read
        opened.then(None, js="() => { window.scOpened = true; }", api_visibility="private")
        for tab, name in ((first, "retrieval"), (fourth, "analysis")):
            tab.select(None, js=f"() => window.scUrl && window.scUrl('{name}')", api_visibility="private")
        api.add_endpoints(comparison)
    demo.queue(max_size=20)
    return demo


def restored(comparison: Comparison, media: Media, link: Link) -> dict[int, list]:
    """What a link changes on the freshly opened page: tab number (0 retrieval, 1 captions, 2 negatives) -> values.

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
    return {}
