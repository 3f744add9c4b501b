"""Analysis tab: layout and wiring; the panels are made in measured, heads, gallery, query and studies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.ui.parts.errors import stepper, user_errors
from srlclip.app.ui.parts.format import GLYPHS, NAMES, notice
from srlclip.app.ui.parts.inputs import checked_query
from srlclip.app.ui.parts.links import Link, clip_and_event
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.parts.style import tabs
from srlclip.app.ui.tab import FREE, MODEL, Drawn, PageContext, Renewal, Tab
from srlclip.app.ui.tabs.analysis.estimates import read_study
from srlclip.app.ui.tabs.analysis.gallery import OPEN, clip_panel, gallery_html, opened
from srlclip.app.ui.tabs.analysis.heads import heads_html
from srlclip.app.ui.tabs.analysis.measure import measure_gallery
from srlclip.app.ui.tabs.analysis.measured import results_html
from srlclip.app.ui.tabs.analysis.query import MAPS, heat_html, map_html, remark_on
from srlclip.app.ui.tabs.analysis.run_logs import run_folders
from srlclip.app.ui.tabs.analysis.studies import run_html, runs_html, study_html, study_names
from srlclip.comparison.published import CAPTIONS, HALF_TRUTHS, HEADS
from srlclip.results import MODELS

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

WAITING = notice("The measured results of these models are shown when this tab is opened.")
HEADS_WAITING = notice("The results of captioning heads are shown when this tab is opened.")
#: What the study's metric starts with, where it has it.
FIRST_METRIC = "event R@1"


def stored_html(comparison: Comparison) -> str:
    """The stored measurements of the pair: retrieval, negatives and, where they were measured, captions and half-truths."""
    names = comparison.measurements()
    captioner = comparison.measurement(CAPTIONS) if CAPTIONS in names else None
    halves = comparison.measurement(HALF_TRUTHS) if HALF_TRUTHS in names else None
    return results_html(comparison.info, comparison.results(), captioner, halves)


def stored_heads(comparison: Comparison) -> str:
    """The head study of the pair, and the heads of its ablations."""
    names = comparison.measurements()
    curves = comparison.measurement(HEADS) if HEADS in names else None
    return heads_html(comparison.info, curves, [comparison.measurement(name) for _, name in study_names(names)])


def study_view(comparison: Comparison, name: str, split: str | None, metric: str | None) -> tuple:
    """Panel of a study, and updates of the set and metric fields; a choice that it has not falls back to its first."""
    results = comparison.measurement(name)
    study = read_study(results)
    split = split if split in study.splits else study.splits[0]
    first = FIRST_METRIC if FIRST_METRIC in study.metrics else study.metrics[0]
    metric = metric if metric in study.metrics else first
    html = study_html(comparison.info, results, split, metric)
    fields = (gr.Dropdown(choices=list(options), value=value) for options, value in (
        (study.splits, split), (study.metrics, metric)))  # fmt: skip
    return (html, *fields)


def offered(comparison: Comparison) -> tuple[list[str], str, list]:
    """Clips, a first query, and (label, name) of the studies of the pair."""
    examples = comparison.examples()
    query = examples[0].query if examples else ""
    return list(comparison.clip_ids()), query, study_names(comparison.measurements())


def renewed(comparison: Comparison) -> list:
    """Every panel and field of a page that has got another pair: stored results, no live measurement."""
    clips, query, studies = offered(comparison)
    first, _ = clip_and_event(comparison, Link(TAB.name))  # the clip that the first example describes
    study = gr.Dropdown(choices=studies, value=None, visible=bool(studies))
    fields = [study, gr.Dropdown(choices=[], value=None), gr.Dropdown(choices=[], value=None), ""]
    return [
        stored_html(comparison),
        stored_heads(comparison),
        "",
        "",
        query,
        gr.Dropdown(choices=clips, value=first),
        "",
        "",
        "",
        *fields,
    ]


def build(context: PageContext, place: gr.Tab) -> Drawn:
    """Lay the tab out and wire it; the stored results are drawn at the first visit."""
    comparison, media = context.comparison, context.media
    with tabs():
        with gr.Tab("Measured results", id="measured"):
            stored, visited = gr.HTML(WAITING, js_on_load=None), gr.State(False)
        with gr.Tab("Captioning heads", id="heads") as heads_place:
            heads, heads_visited = gr.HTML(HEADS_WAITING, js_on_load=None), gr.State(False)
        with gr.Tab("This gallery, now", id="live"):
            live, live_clip = _gallery_section(comparison, media)
        with gr.Tab("Any query", id="query"):
            query_fields = _query_section(comparison, media)
        with gr.Tab("Embedding map", id="map"):
            picture = _map_section(comparison)
        with gr.Tab("Ablations and runs", id="runs"):
            study_fields = _study_section(comparison)
            _runs_section(comparison, context.runs)

    def first_visit(was: bool) -> tuple:
        return (gr.skip() if was else stored_html(comparison)), True

    def first_heads(was: bool) -> tuple:
        return (gr.skip() if was else stored_heads(comparison)), True

    place.select(user_errors(first_visit), visited, [stored, visited], **FREE)
    heads_place.select(user_errors(first_heads), heads_visited, [heads, heads_visited], **FREE)
    return Drawn(
        fields=[stored],
        restore=lambda link: [stored_html(comparison)],
        renewal=Renewal(
            [stored, heads, live, live_clip, *query_fields, picture, *study_fields], lambda: renewed(comparison)
        ),
    )


def _failing(event: gr.events.Dependency, output: gr.HTML) -> None:
    """No old numbers after a failed run."""
    event.failure(
        lambda: notice("No result: the last run failed. Change the input and run again."), None, output, **FREE
    )


def _gallery_section(comparison: Comparison, media: Media) -> tuple[gr.HTML, gr.HTML]:
    measure = gr.Button("Measure on this gallery (at most 40 clips)", variant="primary")
    live = gr.HTML("", js_on_load=OPEN)
    player = gr.HTML("", js_on_load=None, elem_classes="sc-opened")

    @user_errors
    def run(progress: gr.Progress = gr.Progress()) -> tuple[str, str]:  # noqa: B008
        measured = measure_gallery(comparison, progress=stepper(progress))
        return gallery_html(comparison.info, measured), ""

    @user_errors
    def show(event: gr.EventData) -> str:
        return opened(comparison, media, str(event.value))

    _failing(measure.click(run, None, [live, player], show_progress_on=live, **MODEL), live)
    shown = live.select(show, None, player, **MODEL)
    shown.success(None, js="() => window.scShow && window.scShow('.sc-opened')", **FREE)
    return live, player


def _query_section(comparison: Comparison, media: Media) -> list:
    clips, query, _ = offered(comparison)
    text = gr.Textbox(query, label="Any query", lines=1, max_lines=3)
    with gr.Row():
        clip = gr.Dropdown(
            clips,
            value=clip_and_event(comparison, Link(TAB.name))[0],
            label="Clip (runs at once)",
            filterable=True,
            min_width=240,
        )
        order = gr.Radio(
            [(f"{GLYPHS[m]} {NAMES[m]}", m) for m in MODELS], value="base", label="Order of the gallery", min_width=240
        )
    with gr.Row():
        one = gr.Button("Over this clip", variant="primary", min_width=200)
        every = gr.Button("Over the whole gallery", min_width=200)
    strip = gr.HTML("", js_on_load=None, elem_classes="sc-stripped")
    heat = gr.HTML("", js_on_load=OPEN)

    @user_errors
    def run_clip(typed: str, clip_id: str | None) -> str:
        text, name = checked_query(typed), str(clip_id or "")
        return clip_panel(comparison, media, name, text, remark_on(comparison, name, text))

    @user_errors
    def run_gallery(typed: str, by: str) -> str:
        return heat_html(comparison, typed, by)

    @user_errors
    def open_clip(typed: str, event: gr.EventData) -> tuple[str, str]:
        return run_clip(typed, str(event.value)), str(event.value)

    for trigger in (one.click, clip.input, text.submit):
        _failing(trigger(run_clip, [text, clip], strip, **MODEL), strip)
    _failing(every.click(run_gallery, [text, order], heat, **MODEL), heat)
    order.input(run_gallery, [text, order], heat, **MODEL)
    shown = heat.select(open_clip, text, [strip, clip], **MODEL)
    shown.success(None, js="() => window.scShow && window.scShow('.sc-stripped')", **FREE)
    return [text, clip, strip, heat]


def _map_section(comparison: Comparison) -> gr.HTML:
    kind = gr.Radio(list(MAPS), value=None, label="Draw (runs at once)")
    picture = gr.HTML("", js_on_load=None)

    @user_errors
    def draw(what: str) -> str:
        return map_html(comparison, what)

    _failing(kind.input(draw, kind, picture, **MODEL), picture)
    return picture


def _study_section(comparison: Comparison) -> list:
    studies = offered(comparison)[2]
    with gr.Row():
        study = gr.Dropdown(
            studies, value=None, label="Ablation study (runs at once)", visible=bool(studies), min_width=240
        )
        split = gr.Dropdown([], value=None, label="Set of clips", visible=bool(studies), min_width=160)
        metric = gr.Dropdown([], value=None, label="Metric", visible=bool(studies), min_width=200)
    result = gr.HTML("", js_on_load=None)

    @user_errors
    def show(name: str | None, which: str | None, what: str | None) -> tuple:
        return study_view(comparison, name, which, what) if name else ("", gr.skip(), gr.skip())

    for field in (study, split, metric):
        _failing(field.input(show, [study, split, metric], [result, split, metric], **FREE), result)
    return [study, split, metric, result]


def _runs_section(comparison: Comparison, runs: Path | None) -> None:
    names = run_folders(runs)
    if runs is None or not names:
        text = "No training runs here. Start the app with --runs FOLDER to see tables and curves of run folders."
        gr.HTML(notice(text), js_on_load=None)
        return
    gr.HTML(runs_html(comparison.info, runs), js_on_load=None)
    choice = gr.Dropdown(list(names), value=None, label="Training curves of a run (runs at once)")
    curves = gr.HTML("", js_on_load=None)

    @user_errors
    def draw(name: str) -> str:
        return run_html(comparison.info, runs, name)

    _failing(choice.input(draw, choice, curves, **FREE), curves)


TAB = Tab("analysis", "4 Analysis", build)
