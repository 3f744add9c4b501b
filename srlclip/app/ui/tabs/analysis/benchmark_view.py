"""The view of stored benchmark results: all of them, and one that is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.results.benchmarks import StoredBenchmarks, stored_benchmarks
from srlclip.app.ui.tab import FREE, PageContext
from srlclip.app.ui.tabs.analysis.benchmarks import detail_html, overview_html
from srlclip.app.ui.tabs.analysis.stored_views import failing
from srlclip.app.ui.tabs.analysis.view import WAITING, View

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison


def chosen_html(comparison: Comparison, name: str) -> str:
    """One benchmark in full. Raises ValueError for a name that is not there (any more)."""
    stored = stored_benchmarks(comparison)
    if name not in stored.measured:
        raise ValueError(
            f"There is no result of {name[:80]!r} to show; choose one of: {', '.join(stored.measured) or 'none'}."
        )
    return detail_html(comparison.info, name, stored.measured[name])


def choices(stored: StoredBenchmarks) -> list[tuple[str, str]]:
    """(label, name) of what can be chosen; equal titles are told apart by their names."""
    titles = [each.spec.title for each in stored.measured.values()]
    return [
        (each.spec.title if titles.count(each.spec.title) == 1 else f"{each.spec.title} ({name})", name)
        for name, each in stored.measured.items()
    ]


def first_look(comparison: Comparison) -> list:
    """Values of the view as it opens: the overview, the choice, and the first benchmark in full."""
    stored = stored_benchmarks(comparison)
    named = choices(stored)
    if not named:
        return [overview_html(comparison.info, stored), gr.Dropdown(choices=[], value=None, visible=False), ""]
    first = named[0][1]
    shown = detail_html(comparison.info, first, stored.measured[first])
    return [overview_html(comparison.info, stored), gr.Dropdown(choices=named, value=first, visible=True), shown]


def benchmarks(context: PageContext, name: str, place: gr.Tab) -> View:
    """Benchmarks."""
    comparison = context.comparison
    overview = gr.HTML(WAITING, js_on_load=None)
    choice = gr.Dropdown([], value=None, label="Benchmark (runs at once)", visible=False)
    detail = gr.HTML("", js_on_load=None)

    @user_errors
    def show(chosen: str | None) -> str:
        return chosen_html(comparison, chosen) if chosen else ""

    failing(choice.input(show, choice, detail, **FREE), detail)

    def blank() -> list:
        return [WAITING, gr.Dropdown(choices=[], value=None, visible=False), ""]

    return View(name, place, [overview, choice, detail], lambda: first_look(comparison), blank, model=False)
