"""SRL captions tab: what each model says about the five events of a clip, role by role, beside the labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import gradio as gr

from . import cards, downloads, tables
from .format import copy_link, notice, page
from .guard import stepper, user_errors
from .links import Link
from .media import Media
from .uploads import SUFFIXES, UPLOAD_LABEL, accept

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..compare import Comparison

WAITING = "Choose a clip, or upload a video, to see both models' captions."


def caption_view(
    comparison: Comparison, media: Media, clip_id: str, progress: Callable[[float, str], None] | None = None
) -> str:
    """Player with both models' subtitles on the left, event buttons and role tables on the right, downloads below.

    Raises what the comparison raises: VideoDecodeError for a video, ValueError for an unknown clip.
    """
    result = comparison.caption(clip_id, progress=progress)
    shot = media.shot(clip_id)
    # uploads are gone with the session, so only gallery clips get a link
    link = Link("captions", clip=clip_id) if clip_id in comparison.clip_ids() else None
    subtitles = downloads.webvtt(result.events)
    player = cards.player(shot, subtitles=subtitles)
    files = downloads.caption_links(comparison.info, result)
    return page(
        f'<div class="sc-split"><div class="sc-panel">{player}'
        f'<p class="sc-soft">Subtitles (both models): switch on with the player\'s CC button.</p></div>'
        f"<div>{tables.caption_panels(result)}</div></div>"
        f'<div class="sc-actions">{files}{copy_link(link) if link else ""}</div>',
        link=link,
        scope=True,
    )


def cleared() -> tuple[str, str]:
    """What stands after a failed run."""
    return notice("No captions: the last run failed. Choose another clip or upload another video."), ""


class Tab(NamedTuple):
    """The components that a deep link fills, and the run for it."""

    clip: gr.Dropdown
    outputs: list


def build(comparison: Comparison, media: Media, tab: gr.Tab) -> Tab:
    """Lay the tab out inside the current Blocks and wire it; the first visit captions the chosen clip."""
    clips = comparison.clip_ids()
    first = next((e.target for e in comparison.examples() if e.target), clips[0] if clips else None)
    with gr.Row():
        with gr.Column(min_width=320):
            clip = gr.Dropdown(list(clips), value=first, label="Gallery clip (runs at once)", filterable=True)
            again = gr.Button("Caption both models", variant="primary")
        with gr.Column(min_width=320):
            upload = gr.File(label=UPLOAD_LABEL, file_types=SUFFIXES, height=140)
    result = gr.HTML(notice(WAITING), js_on_load=None)
    shown = gr.State("")  # the clip that the page shows
    outputs = [result, shown]

    @user_errors
    def run(clip_id: str | None, path: str | None, progress: gr.Progress = gr.Progress()) -> tuple[str, str]:  # noqa: B008
        step = stepper(progress)
        if path:
            clip_id = accept(comparison, path, step)
        if not clip_id:
            raise ValueError("No clip is chosen. Choose a gallery clip or upload a video.")
        return caption_view(comparison, media, clip_id, step), clip_id

    @user_errors
    def run_chosen(clip_id: str | None, progress: gr.Progress = gr.Progress()) -> tuple[str, str, None]:  # noqa: B008
        return (*run(clip_id, None, progress), None)

    @user_errors
    def first_visit(clip_id: str | None, was: str, progress: gr.Progress = gr.Progress()) -> tuple:  # noqa: B008
        return (gr.skip(), gr.skip()) if was or not clip_id else run(clip_id, None, progress)

    model = {"api_visibility": "private", "concurrency_id": "model", "show_progress_on": result}
    free = {"api_visibility": "private", "show_progress": "hidden"}
    events = [
        clip.input(run_chosen, clip, [*outputs, upload], **model),
        upload.upload(run, [clip, upload], outputs, **model),
        again.click(run, [clip, upload], outputs, **model),
        tab.select(first_visit, [clip, shown], outputs, **model),
    ]
    for event in events:
        event.success(None, js="() => window.scUrl && window.scUrl('captions')", **free)
        event.failure(cleared, None, outputs, **free)
    return Tab(clip, outputs)
