"""Analysis tab: layout and wiring; the panels are made in measured_panels, gallery_panels, query_panels, study_panels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.ui.parts.errors import stepper, user_errors
from srlclip.app.ui.parts.format import GLYPHS, NAMES, notice
from srlclip.app.ui.parts.inputs import checked_query
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.parts.style import tabs
from srlclip.app.ui.tabs.analysis import (
    gallery as gallery_panels,
)
from srlclip.app.ui.tabs.analysis import (
    measured as measured_panels,
)
from srlclip.app.ui.tabs.analysis import (
    query as query_panels,
)
from srlclip.app.ui.tabs.analysis import (
    studies as study_panels,
)
from srlclip.app.ui.tabs.analysis.estimates import read_study
from srlclip.app.ui.tabs.analysis.measure import measure_gallery
from srlclip.app.ui.tabs.analysis.run_logs import run_folders
from srlclip.comparison.published import CAPTIONS
from srlclip.results import MODELS

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

WAITING = notice("The measured results of these models are shown when this tab is opened.")
#: What the study's metric starts with, where it has it.
FIRST_METRIC = "event R@1"


def stored_html(comparison: Comparison) -> str:
    """The stored measurements of the pair: retrieval, negatives and, where they were measured, captions."""
    captioner = comparison.measurement(CAPTIONS) if CAPTIONS in comparison.measurements() else None
    return measured_panels.results_html(comparison.info, comparison.results(), captioner)


def study_view(comparison: Comparison, name: str, split: str | None, metric: str | None) -> tuple:
    """Panel of a study, and updates of the set and metric fields; a choice that it has not falls back to its first."""
    results = comparison.measurement(name)
    study = read_study(results)
    split = split if split in study.splits else study.splits[0]
    first = FIRST_METRIC if FIRST_METRIC in study.metrics else study.metrics[0]
    metric = metric if metric in study.metrics else first
    html = study_panels.study_html(comparison.info, results, split, metric)
    fields = (gr.Dropdown(choices=list(options), value=value) for options, value in (
        (study.splits, split), (study.metrics, metric)))  # fmt: skip
    return (html, *fields)


def offered(comparison: Comparison) -> tuple[list[str], str, list]:
    """Clips, a first query, and (label, name) of the studies of the pair."""
    examples = comparison.examples()
    query = examples[0].query if examples else ""
    return list(comparison.clip_ids()), query, study_panels.study_names(comparison.measurements())


def renewed(comparison: Comparison) -> list:
    """For a page that has got another pair, values of what `build` returned: stored results, no live measurement."""
    clips, query, studies = offered(comparison)
    first = clips[0] if clips else None
    study = gr.Dropdown(choices=studies, value=None, visible=bool(studies))
    fields = [study, gr.Dropdown(choices=[], value=None), gr.Dropdown(choices=[], value=None), ""]
    return [stored_html(comparison), "", "", query, gr.Dropdown(choices=clips, value=first), "", "", "", *fields]


def build(comparison: Comparison, media: Media, runs: Path | None, tab: gr.Tab) -> list:
    """Lay the tab out inside the current Blocks and wire it. runs: a folder of run folders, or None.

    Returns the components that `renewed` fills; the first is what a deep link fills with `stored_html`.
    """
    model = {"api_visibility": "private", "concurrency_id": "model", "concurrency_limit": 1}
    free = {"api_visibility": "private", "show_progress": "hidden"}
    with tabs():
        with gr.Tab("Measured results", id="measured"):
            stored, visited = gr.HTML(WAITING, js_on_load=None), gr.State(False)
        with gr.Tab("This gallery, now", id="live"):
            live, live_clip = _gallery_section(comparison, media, model, free)
        with gr.Tab("Any query", id="query"):
            query_fields = _query_section(comparison, media, model, free)
        with gr.Tab("Embedding map", id="map"):
            picture = _map_section(comparison, model, free)
        with gr.Tab("Ablations and runs", id="runs"):
            study_fields = _study_section(comparison, free)
            _runs_section(comparison, runs, free)

    def first_visit(was: bool) -> tuple:
        return (gr.skip() if was else stored_html(comparison)), True

    tab.select(user_errors(first_visit), visited, [stored, visited], **free)
    return [stored, live, live_clip, *query_fields, picture, *study_fields]


def _failing(event: gr.events.Dependency, output: gr.HTML, free: dict) -> None:
    """No old numbers after a failed run."""
    event.failure(
        lambda: notice("No result: the last run failed. Change the input and run again."), None, output, **free
    )


def _gallery_section(comparison: Comparison, media: Media, model: dict, free: dict) -> tuple[gr.HTML, gr.HTML]:
    measure = gr.Button("Measure on this gallery (at most 40 clips)", variant="primary")
    live = gr.HTML("", js_on_load=gallery_panels.OPEN)
    player = gr.HTML("", js_on_load=None, elem_classes="sc-opened")

    @user_errors
    def run(progress: gr.Progress = gr.Progress()) -> tuple[str, str]:  # noqa: B008
        found = measure_gallery(comparison, progress=stepper(progress))
        return gallery_panels.gallery_html(comparison.info, found), ""

    @user_errors
    def show(event: gr.EventData) -> str:
        return gallery_panels.opened(comparison, media, str(event.value))

    _failing(measure.click(run, None, [live, player], show_progress_on=live, **model), live, free)
    shown = live.select(show, None, player, **model)
    shown.success(None, js="() => window.scShow && window.scShow('.sc-opened')", **free)
    return live, player


def _query_section(comparison: Comparison, media: Media, model: dict, free: dict) -> list:
    clips, query, _ = offered(comparison)
    text = gr.Textbox(query, label="Any query", lines=1, max_lines=3)
    with gr.Row():
        clip = gr.Dropdown(
            clips, value=clips[0] if clips else None, label="Clip (runs at once)", filterable=True, min_width=240
        )
        order = gr.Radio(
            [(f"{GLYPHS[m]} {NAMES[m]}", m) for m in MODELS], value="base", label="Order of the gallery", min_width=240
        )
    with gr.Row():
        one = gr.Button("Over this clip", variant="primary", min_width=200)
        every = gr.Button("Over the whole gallery", min_width=200)
    strip = gr.HTML("", js_on_load=None, elem_classes="sc-stripped")
    heat = gr.HTML("", js_on_load=gallery_panels.OPEN)

    @user_errors
    def run_clip(typed: str, clip_id: str | None) -> str:
        told = "A query of your own: no event is known to be the right one."
        return gallery_panels.clip_panel(comparison, media, str(clip_id or ""), checked_query(typed), told)

    @user_errors
    def run_gallery(typed: str, by: str) -> str:
        return query_panels.heat_html(comparison, typed, by)

    @user_errors
    def open_clip(typed: str, event: gr.EventData) -> tuple[str, str]:
        return run_clip(typed, str(event.value)), str(event.value)

    for trigger in (one.click, clip.input, text.submit):
        _failing(trigger(run_clip, [text, clip], strip, **model), strip, free)
    _failing(every.click(run_gallery, [text, order], heat, **model), heat, free)
    order.input(run_gallery, [text, order], heat, **model)
    shown = heat.select(open_clip, text, [strip, clip], **model)
    shown.success(None, js="() => window.scShow && window.scShow('.sc-stripped')", **free)
    return [text, clip, strip, heat]


def _map_section(comparison: Comparison, model: dict, free: dict) -> gr.HTML:
    kind = gr.Radio(list(query_panels.MAPS), value=None, label="Draw (runs at once)")
    picture = gr.HTML("", js_on_load=None)

    @user_errors
    def draw(what: str) -> str:
        return query_panels.map_html(comparison, what)

    _failing(kind.input(draw, kind, picture, **model), picture, free)
    return picture


def _study_section(comparison: Comparison, free: dict) -> list:
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
        _failing(field.input(show, [study, split, metric], [result, split, metric], **free), result, free)
    return [study, split, metric, result]


def _runs_section(comparison: Comparison, runs: Path | None, free: dict) -> None:
    names = run_folders(runs)
    if runs is None or not names:
        text = "No training runs here. Start the app with --runs FOLDER to see tables and curves of run folders."
        gr.HTML(notice(text), js_on_load=None)
        return
    gr.HTML(study_panels.runs_html(comparison.info, runs), js_on_load=None)
    choice = gr.Dropdown(list(names), value=None, label="Training curves of a run (runs at once)")
    curves = gr.HTML("", js_on_load=None)

    @user_errors
    def draw(name: str) -> str:
        return study_panels.run_html(comparison.info, runs, name)

    _failing(choice.input(draw, choice, curves, **free), curves, free)
