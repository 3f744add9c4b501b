"""The views of stored measurements: the pair's results, captioning heads, ablation studies, run folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import notice
from srlclip.app.ui.tab import FREE, PageContext
from srlclip.app.ui.tabs.analysis.estimates import read_study
from srlclip.app.ui.tabs.analysis.heads import heads_html
from srlclip.app.ui.tabs.analysis.measured import results_html
from srlclip.app.ui.tabs.analysis.run_logs import run_folders
from srlclip.app.ui.tabs.analysis.studies import run_html, runs_html, study_html, study_names
from srlclip.app.ui.tabs.analysis.view import WAITING, View
from srlclip.comparison.published import CAPTIONS, HALF_TRUTHS, HEADS

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: What the study's metric starts with, where it has it.
FIRST_METRIC = "event R@1"
NO_STUDIES = notice("No ablation studies come with these models.")


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


def first_study(comparison: Comparison) -> tuple:
    """The first study of the pair: values of the panel and of the study, set and metric fields."""
    names = study_names(comparison.measurements())
    if not names:
        return (NO_STUDIES, *[gr.Dropdown(choices=[], value=None, visible=False)] * 3)
    html, split, metric = study_view(comparison, names[0][1], None, None)
    return html, gr.Dropdown(choices=names, value=names[0][1], visible=True), split, metric


def measured(context: PageContext, name: str, place: gr.Tab) -> View:
    """Measured results."""
    shown = gr.HTML(WAITING, js_on_load=None)
    fill = lambda: [stored_html(context.comparison)]  # noqa: E731
    return View(name, place, [shown], fill, lambda: [WAITING], model=False)


def heads(context: PageContext, name: str, place: gr.Tab) -> View:
    """Captioning heads."""
    shown = gr.HTML(WAITING, js_on_load=None)
    fill = lambda: [stored_heads(context.comparison)]  # noqa: E731
    return View(name, place, [shown], fill, lambda: [WAITING], model=False)


def runs(context: PageContext, name: str, place: gr.Tab) -> View:
    """Ablation studies of the pair, and the run folders that the app was started with."""
    comparison = context.comparison
    with gr.Row():
        study = gr.Dropdown([], value=None, label="Ablation study (runs at once)", min_width=240)
        split = gr.Dropdown([], value=None, label="Set of clips", min_width=160)
        metric = gr.Dropdown([], value=None, label="Metric", min_width=200)
    result = gr.HTML(WAITING, js_on_load=None)

    @user_errors
    def show(name: str | None, which: str | None, what: str | None) -> tuple:
        return study_view(comparison, name, which, what) if name else ("", gr.skip(), gr.skip())

    for field in (study, split, metric):
        failing(field.input(show, [study, split, metric], [result, split, metric], **FREE), result)
    folders, first_run = _run_folders(context)

    def blank() -> list:
        empty = gr.Dropdown(choices=[], value=None)
        return [WAITING, empty, empty, empty, *[gr.skip()] * len(folders)]

    def fill() -> list:
        return [*first_study(comparison), *first_run()]

    return View(name, place, [result, study, split, metric, *folders], fill, blank, model=False)


def _run_folders(context: PageContext) -> tuple[list, object]:
    """Components of the run folders, and what gives the first one's values."""
    comparison, root = context.comparison, context.runs
    names = run_folders(root)
    if root is None or not names:
        text = "No training runs here. Start the app with --runs FOLDER to see tables and curves of run folders."
        gr.HTML(notice(text), js_on_load=None)
        return [], list
    gr.HTML(runs_html(comparison.info, root), js_on_load=None)
    choice = gr.Dropdown(list(names), value=names[0], label="Training curves of a run (runs at once)")
    curves = gr.HTML("", js_on_load=None)

    @user_errors
    def draw(name: str) -> str:
        return run_html(comparison.info, Path(root), name)

    failing(choice.input(draw, choice, curves, **FREE), curves)
    return [choice, curves], lambda: [names[0], run_html(comparison.info, Path(root), names[0])]


def failing(event: gr.events.Dependency, output: gr.HTML) -> None:
    """No old numbers after a failed run."""
    event.failure(
        lambda: notice("No result: the last run failed. Change the input and run again."), None, output, **FREE
    )
