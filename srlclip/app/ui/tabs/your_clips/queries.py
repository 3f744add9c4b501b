"""Your clips, the tab that measures queries: a file of query,target, or the labels' own captions, under both models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from srlclip.app.session.queries import QUERY_LIMITS, bring_labels, bring_queries, measure_queries
from srlclip.app.ui.parts.errors import stepper, user_errors
from srlclip.app.ui.parts.format import page
from srlclip.app.ui.parts.uploads import QUERY_SUFFIXES, delete_upload
from srlclip.app.ui.results.queries import queries_html
from srlclip.app.ui.tab import FREE, MODEL
from srlclip.app.ui.tabs.your_clips.handlers import Handlers
from srlclip.app.ui.tabs.your_clips.panels import notices_html
from srlclip.progress import Progress
from srlclip.situations import SrlClipError

LABEL = f"query,target: CSV, TSV or JSON Lines (≤ {QUERY_LIMITS.megabytes} MB)"
FROM_LABELS, AGAIN = "Ask your labels' own captions", "Measure again"
WAITING = page(
    '<div class="sc-panel"><p><b>A line for each query, with the clip that it describes.</b> A target is a clip\'s name as '
    f"it stands above, with or without the suffix. Other columns are left alone; at most {QUERY_LIMITS.queries:,} queries.</p>"
    "<pre>query,target\na man runs to the left,my_clip.mp4\n&quot;a woman, in red, waves&quot;,my_clip.mp4</pre>"
    '<p class="sc-soft">R@1, 5, 10 and median rank under both models come out, with every query\'s rank. The file goes '
    "with your clips: when this page closes, or with Delete everything. Nothing of it is in the saved comparison.</p></div>"
)


class QueriesPanel(NamedTuple):
    """What the rest of the tab empties. problem: what is wrong with a file."""

    problem: gr.HTML
    measured: gr.HTML


def take(handlers: Handlers, path: str | None, token: str, page_id: str | None) -> tuple:
    """(token, what is wrong with the file, emptied field, whether it was kept). A file that is refused replaces none."""
    if not path:
        raise ValueError("No file was chosen.")
    token = handlers.begin(token, page_id)
    try:
        bring_queries(handlers.session(token), path)
        return token, "", None, True
    except SrlClipError as error:
        return token, notices_html([_refused(path, error)]), None, False
    finally:
        delete_upload(path)


def take_labels(handlers: Handlers, token: str) -> bool:
    """Ask what the labels say. Raises ValueError without labels."""
    bring_labels(handlers.session(token), handlers.comparison.caption_of)
    return True


def measure(handlers: Handlers, token: str, with_gallery: bool, kept: bool, progress: Progress | None = None) -> tuple:
    """(what is wrong with the file, result). What is refused leaves the earlier result, which names its file."""
    if not kept:
        return gr.skip(), gr.skip()
    comparison, session = handlers.comparison, handlers.session(token)
    try:
        ranked = measure_queries(comparison, session, with_gallery, progress)
    except (SrlClipError, ValueError) as error:
        name = session.queries.name if session.queries is not None else "Queries"
        return notices_html([_refused(name, error)]), gr.skip()
    own = len(session.playable)
    where = [f"{own} clip{'s' * (own != 1)} of yours"] * bool(own) + ["the built-in gallery"] * with_gallery
    return "", queries_html(comparison.info, session.queries.name, ranked, " and ".join(where))


def _refused(path: str, error: Exception) -> tuple[bool, str, str]:
    """A line of notices: the file's name is said once."""
    name = Path(path).name
    return False, name, str(error).removeprefix(name).lstrip(":, ")


def queries_panel(handlers: Handlers, token: gr.State) -> QueriesPanel:
    """Lay the panel out inside its tab, and wire it."""
    with gr.Row():
        with gr.Column(min_width=320):
            file = gr.File(label=LABEL, file_types=QUERY_SUFFIXES, height=150)
        with gr.Column(min_width=320):
            also = gr.Checkbox(False, label="Among the built-in gallery's clips too")
            labels = gr.Button(FROM_LABELS, size="sm")
            again = gr.Button(AGAIN, size="sm")
    problem = gr.HTML("", js_on_load=None)
    measured = gr.HTML(WAITING, js_on_load=None)
    kept, always = gr.State(True), gr.State(True)

    @user_errors
    def on_take(path: str | None, mine: str, request: gr.Request) -> tuple:
        return take(handlers, path, mine, request.session_hash)

    @user_errors
    def on_labels(mine: str) -> bool:
        return take_labels(handlers, mine)

    @user_errors
    def on_measure(mine: str, wide: bool, ready: bool, progress: gr.Progress = gr.Progress()) -> tuple:  # noqa: B008
        return measure(handlers, mine, wide, ready, stepper(progress))

    run: dict[str, Any] = {"outputs": [problem, measured], "show_progress_on": measured, **MODEL}
    first: list[Callable] = [
        file.upload(on_take, [file, token], [token, problem, file, kept], **FREE).success,
        labels.click(on_labels, token, kept, **FREE).success,
    ]
    for then in first:
        then(on_measure, [token, also, kept], **run)
    again.click(on_measure, [token, also, always], **run)
    return QueriesPanel(problem, measured)
