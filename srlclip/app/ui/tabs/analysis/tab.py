"""Analysis tab: its views in their order, and what a link and another pair of models change."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from srlclip.app.ui.parts.style import tabs
from srlclip.app.ui.tab import Drawn, PageContext, Renewal, Tab
from srlclip.app.ui.tabs.analysis import benchmark_view, live_views, stored_views
from srlclip.app.ui.tabs.analysis.view import TAB_NAME, View, wire

#: Name in addresses, title, and what lays the view out. The first is open when the tab is.
VIEWS: tuple[tuple[str, str, Callable[[PageContext, str, gr.Tab], View]], ...] = (
    ("measured", "Measured results", stored_views.measured),
    ("disagree", "Where the models disagree", live_views.disagree),
    ("heads", "Captioning heads", stored_views.heads),
    ("live", "This gallery, now", live_views.live),
    ("query", "Any query", live_views.query),
    ("map", "Embedding map", live_views.embedding),
    ("benchmarks", "Benchmarks", benchmark_view.benchmarks),
    ("runs", "Ablations and runs", stored_views.runs),
)


def build(context: PageContext, place: gr.Tab) -> Drawn:
    """Lay the tab out and wire it; each view is filled when it is opened."""
    made = []
    with tabs(selected=VIEWS[0][0]) as inner:
        for name, title, lay_out in VIEWS:
            with gr.Tab(title, id=name) as inside:
                made.append(lay_out(context, name, inside))
    views = wire(place, inner, made)
    return Drawn(
        fields=views.fields,
        restore=lambda link: views.linked(link.view),
        renewal=Renewal(views.fields, views.blank),
    )


TAB = Tab(TAB_NAME, "4 Analysis", build)
