"""The views that are computed on the gallery at hand: disagreement, a quick measurement, any query, the embedding map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import GLYPHS, NAMES, notice, page
from srlclip.app.ui.parts.inputs import checked_query
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.parts.picker import Picker
from srlclip.app.ui.tab import FREE, MODEL, PageContext
from srlclip.app.ui.tabs.analysis.disagree import disagree_html, event_player
from srlclip.app.ui.tabs.analysis.gallery import clip_panel, gallery_html, opened
from srlclip.app.ui.tabs.analysis.measure import measure_gallery
from srlclip.app.ui.tabs.analysis.query import MAPS, heat_html, map_html
from srlclip.app.ui.tabs.analysis.sentences import opening, query_sentence
from srlclip.app.ui.tabs.analysis.stored_views import failing
from srlclip.app.ui.tabs.analysis.view import OPEN, WAITING, View
from srlclip.results import MODELS

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

NO_EXAMPLE = notice("Type a query, choose a clip, and press a button.")
#: Goes to the event that the player was opened at, plays it, and brings it into sight.
PLAY = """() => {
  const panel = document.querySelector('.sc-opened-event [data-sc-start]');
  const video = panel && panel.querySelector('video.sc-main');
  if (!video) return;
  const begin = () => { video.currentTime = Number(panel.dataset.scStart); video.play().catch(() => {}); };
  if (video.readyState > 0) begin(); else { video.addEventListener('loadedmetadata', begin, {once: true}); video.load(); }
  window.scShow('.sc-opened-event');
}"""


def disagree(context: PageContext, name: str, place: gr.Tab) -> View:
    """Where the models disagree; the player stays in sight beside the lists, and above them on a phone."""
    comparison, media = context.comparison, context.media
    with gr.Row(elem_classes="sc-beside"):
        with gr.Column(scale=5, min_width=320, elem_classes="sc-beside-main"):
            shown = gr.HTML(WAITING, js_on_load=OPEN)
        with gr.Column(scale=3, min_width=320, elem_classes="sc-beside-player"):
            player = gr.HTML("", js_on_load=None, elem_classes="sc-opened-event")

    def fill() -> list:
        html, first = disagree_html(comparison)
        value = f"{first.event_index}:{first.clip_id}" if first is not None else ""
        return [html, event_player(comparison, media, value) if value else ""]

    @user_errors
    def show(event: gr.EventData) -> str:
        return event_player(comparison, media, str(event.value))

    shown.select(show, None, player, **MODEL).success(None, js=PLAY, **FREE)
    return View(name, place, [shown, player], fill, lambda: [WAITING, ""])


def live(context: PageContext, name: str, place: gr.Tab) -> View:
    """A quick measurement on the gallery, made when the view is opened."""
    comparison, media = context.comparison, context.media
    shown = gr.HTML(WAITING, js_on_load=OPEN)
    player = gr.HTML("", js_on_load=None, elem_classes="sc-opened")

    def fill() -> list:
        return [gallery_html(comparison.info, measure_gallery(comparison)), ""]

    @user_errors
    def show(event: gr.EventData) -> str:
        return opened(comparison, media, str(event.value))

    pressed = shown.select(show, None, player, **MODEL)
    pressed.success(None, js="() => window.scShow && window.scShow('.sc-opened')", **FREE)
    return View(name, place, [shown, player], fill, lambda: [WAITING, ""])


def first_query(comparison: Comparison) -> tuple[str, str | None]:
    """The first example that describes a clip of this gallery, and that clip; without one no query and the first clip."""
    example = next((e for e in comparison.examples() if e.target), None)
    return (example.query, example.target) if example else ("", next(iter(comparison.clip_ids()), None))


def over_clip(comparison: Comparison, media: Media, typed: str | None, clip_id: str | None) -> str:
    """A clip under a query; only an example with its own clip knows the right event. Raises ValueError."""
    text, clip = checked_query(typed), str(clip_id or "")
    known = next((e.event_index for e in comparison.examples() if (e.query, e.target) == (text, clip)), None)
    panel = clip_panel(comparison, media, clip, text)
    return page(opening(query_sentence(comparison.timeline(clip, text), known))) + panel


def query(context: PageContext, name: str, place: gr.Tab) -> View:
    """Any query over a clip and over the gallery; opens with the first example over its own clip."""
    comparison, media = context.comparison, context.media
    text = gr.Textbox("", label="Any query", lines=1, max_lines=3)
    with gr.Row():
        picker = Picker(comparison, media, None, "Gallery clip (runs at once)", FREE)
        order = gr.Radio(
            [(f"{GLYPHS[m]} {NAMES[m]}", m) for m in MODELS], value="base", label="Order of the gallery", min_width=240
        )
    with gr.Row():
        one = gr.Button("Over this clip", variant="primary", min_width=200)
        every = gr.Button("Over the whole gallery", min_width=200)
    strip = gr.HTML(WAITING, js_on_load=None, elem_classes="sc-stripped")
    heat = gr.HTML("", js_on_load=OPEN)

    def fill() -> list:
        typed, chosen = first_query(comparison)
        if not typed:
            return [NO_EXAMPLE, "", "", *picker.values(chosen)]
        heated = heat_html(comparison, typed, "base")
        return [over_clip(comparison, media, typed, chosen), typed, heated, *picker.values(chosen)]

    @user_errors
    def run_clip(typed: str, clip_id: str | None) -> str:
        return over_clip(comparison, media, typed, clip_id)

    @user_errors
    def run_gallery(typed: str, by: str) -> str:
        return heat_html(comparison, typed, by)

    @user_errors
    def open_clip(typed: str, event: gr.EventData) -> tuple:
        clip_id = str(event.value)
        return (run_clip(typed, clip_id), *picker.values(clip_id))

    for trigger in (one.click, picker.on_choice, text.submit):
        failing(trigger(run_clip, [text, picker.value], strip, **MODEL), strip)
    failing(every.click(run_gallery, [text, order], heat, **MODEL), heat)
    order.input(run_gallery, [text, order], heat, **MODEL)
    shown = heat.select(open_clip, text, [strip, *picker.outputs], **MODEL)
    shown.success(None, js="() => window.scShow && window.scShow('.sc-stripped')", **FREE)

    def blank() -> list:
        return [WAITING, "", "", *picker.values(None)]

    return View(name, place, [strip, text, heat, *picker.outputs], fill, blank)


def embedding(context: PageContext, name: str, place: gr.Tab) -> View:
    """Both models' maps; opens with the first kind that there is."""
    comparison = context.comparison
    first = MAPS[0][1]
    kind = gr.Radio(list(MAPS), value=first, label="Draw (runs at once)")
    picture = gr.HTML(WAITING, js_on_load=None)

    @user_errors
    def draw(what: str) -> str:
        return map_html(comparison, what)

    failing(kind.input(draw, kind, picture, **MODEL), picture)
    return View(name, place, [picture, kind], lambda: [map_html(comparison, first), first], lambda: [WAITING, first])
