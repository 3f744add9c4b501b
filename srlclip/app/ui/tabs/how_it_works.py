"""How it works: the method's figure, a worked example from a gallery clip's labels, what is synthetic, what a score is."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import esc, model_id, model_name, notice, page, plot, said
from srlclip.app.ui.results.negatives import word_diff
from srlclip.app.ui.tab import Drawn, PageContext, Renewal, Tab
from srlclip.plots import METHOD_ALT, method_figure
from srlclip.results import PairInfo
from srlclip.situations import EVENTS_PER_CLIP

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

PAPER = "https://arxiv.org/abs/2401.07669"
VIDSITU = "https://vidsitu.org"


@functools.lru_cache(maxsize=1)
def figure_html() -> str:
    """The drawn method; the same for every pair of models."""
    return plot(method_figure(), METHOD_ALT)


def _link(address: str, text: str) -> str:
    return f'<a href="{esc(address)}" target="_blank" rel="noopener noreferrer">{esc(text)}</a>'


def text_html(info: PairInfo) -> str:
    """The method in words, what is synthetic here, the score, licences and links."""
    if info.is_synthetic:
        world = (
            "<strong>Everything you see by default is synthetic.</strong> The clips are cartoons drawn by this software, "
            "with exact labels; both bundled models were trained on such cartoons only. They illustrate and test the "
            "method. They say nothing about real video: for that, start the app with pretrained CLIP weights and your "
            "own clips."
        )
    else:
        world = "These models were given when the app was started; what they learnt from stands in the banner above."
    return (
        f"<h2>The idea</h2><p>CLIP compares a picture with a text. It is good at who and what, poor at who did what to whom. "
        "SRL-CLIP adapts it with captions made <em>by rule</em> from semantic role labels (SRL): the verb of an event, and "
        "who or what plays each of its roles.</p>"
        '<ul class="sc-dots"><li>A clip is five events of two seconds; four frames of each are read.</li>'
        "<li>Only small added layers (LoRA) of the image tower and the Video Contextualizer are trained. The text tower "
        "stays as it was, so both models of this page read a query alike.</li>"
        "<li>Four losses pull matching pairs together. The two on events also push away <em>hard negatives</em>: the clip’s "
        "other events, and the event’s own words around another verb.</li>"
        "<li>For search and scores on this page the contextualizer is not used: an event is the mean of its frames.</li></ul>"
        f"<h3>The score</h3><p>Cosine similarity of a text and an event, from −1 to 1. A search ranks a clip by its best "
        "event; equal scores share the last of their places. The margin of a negative is score(true caption) − "
        "score(negative); a tie counts as fooled. Cosines of two models are not comparable, so compare ranks and margins."
        f"</p><h3>What is synthetic</h3><p>{world}</p>"
        f"<h3>These models</h3><p>{model_name('base')}: {esc(model_id(info.base_id))} · {model_name('adapted')}: "
        f"{esc(model_id(info.adapter_id))}, trained on {esc(info.trained_on)} · srlclip {esc(info.version)}</p>"
        f"<h3>Licence and links</h3><p>Code and bundled models: {esc(info.licence)}. The method: {_link(PAPER, 'SRL-CLIP')} "
        f"(CVPR 2026; the paper came without code, this is an open implementation). The labels’ scheme: "
        f"{_link(VIDSITU, 'VidSitu')}; its clips have a licence of their own and are not part of this software.</p>"
        '<p><button type="button" class="sc-button" data-sc-show-tour>Show the tour at the top again</button></p>'
    )


def start(comparison: Comparison) -> tuple[str | None, int]:
    """The clip and event to start with: the first example's, else the first labelled clip's first."""
    labelled = [clip for clip in comparison.clip_ids() if comparison.situation(clip).events]
    described = next(((e.target, e.event_index or 0) for e in comparison.examples() if e.target in labelled), None)
    return described or (next(iter(labelled), None), 0)


def example_html(comparison: Comparison, clip_id: str | None, event: int) -> str:
    """Labels -> prompt -> sentence -> verb-role negative of one event, made now. Raises ValueError for an unknown clip."""
    if not clip_id:
        return notice("No clip of this gallery has labels, so there is nothing to make a prompt from.")
    if clip_id not in comparison.clip_ids():
        raise ValueError(f"There is no clip {clip_id[:80]!r} in the gallery. Choose one of the list.")
    events = comparison.situation(clip_id).events
    if not 0 <= event < len(events):
        raise ValueError(f"Event {event + 1} of this clip is not labelled. Choose another clip.")
    labelled = events[event]
    rows = [("verb", labelled.lemma), *((role.name, role.filler) for role in labelled.visible_roles)]
    table = "".join(
        f'<tr><th scope="row">{said(name, 60)}</th><td>{said(filler, 120)}</td></tr>' for name, filler in rows
    )
    true = comparison.true_caption(clip_id, event, "srl").text
    natural = comparison.true_caption(clip_id, event, "natural").text
    made = comparison.negatives(clip_id, event, ("verb_role",), style="srl", per_kind=1)
    if made:
        wrong = f"<p>{word_diff(true, made[0].text)}</p>"
        legend = (
            "Struck out: words of the prompt; underlined: what stands there instead. Roles that both verbs have, stay."
        )
    else:
        wrong, legend = '<p class="sc-soft">No other verb fits these roles.</p>', ""
    others = "".join(
        f"<li>{said(comparison.true_caption(clip_id, i, 'srl').text)}</li>" for i in range(len(events)) if i != event
    )
    return page(
        f'<div class="sc-split sc-half"><div class="sc-panel"><h3>1 Labels of event {event + 1}</h3>'
        f'<table class="sc-table"><tbody>{table}</tbody></table></div>'
        f'<div class="sc-panel"><h3>2 Prompt, by rule</h3><p>{said(true, 600)}</p>'
        f"<h3>The same as a sentence (what this page asks with)</h3><p>{said(natural, 600)}</p></div>"
        f'<div class="sc-panel"><h3>3 Hard negative: another verb and its roles</h3>{wrong}<p class="sc-soft">{legend}</p></div>'
        f'<div class="sc-panel"><h3>4 Hard negatives: the clip’s other events</h3><ol class="sc-dots">{others}</ol></div></div>'
    )


def text_page(info: PairInfo) -> str:
    """Figure and text side by side."""
    return page(
        f'<div class="sc-split"><div class="sc-panel sc-method">{figure_html()}</div>'
        f'<div class="sc-prose">{text_html(info)}</div></div>'
    )


def renewed(comparison: Comparison) -> list:
    """Text, clip, event and example of a page that has got another pair."""
    clip, event = start(comparison)
    choice = gr.Dropdown(choices=list(comparison.clip_ids()), value=clip)
    return [text_page(comparison.info), choice, gr.Radio(value=event), example_html(comparison, clip, event)]


def build(context: PageContext, place: gr.Tab) -> Drawn:
    """Lay the tab out and wire it."""
    comparison = context.comparison
    clip, event = start(comparison)
    shown = gr.HTML(text_page(comparison.info), js_on_load=None)
    gr.HTML(page("<h2>A worked example, made now from a clip’s labels</h2>"), js_on_load=None)
    with gr.Row():
        choice = gr.Dropdown(
            list(comparison.clip_ids()), value=clip, label="Clip (runs at once)", filterable=True, min_width=240
        )
        number = gr.Radio(
            [(str(i + 1), i) for i in range(EVENTS_PER_CLIP)], value=event, label="Event (runs at once)", min_width=240
        )
    example = gr.HTML(example_html(comparison, clip, event), js_on_load=None)

    @user_errors
    def make(clip_id: str | None, index: int | None) -> str:
        return example_html(comparison, clip_id, int(index or 0))

    def cleared() -> str:
        return notice("No example: choose a labelled clip and one of its events.")

    for field in (choice, number):
        done = field.input(make, [choice, number], example, api_visibility="private")
        done.failure(cleared, None, example, api_visibility="private")
    return Drawn(renewal=Renewal([shown, choice, number, example], lambda: renewed(comparison)))


TAB = Tab("how", "How it works", build)
