"""SRL captions tab: what each model says about the events of a clip, role by role, beside the labels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.ui.parts.errors import stepper, user_errors
from srlclip.app.ui.parts.format import notice, page
from srlclip.app.ui.parts.links import Link, clip_and_event
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.parts.picker import Picker
from srlclip.app.ui.parts.uploads import SUFFIXES, UPLOAD_LABEL, accept
from srlclip.app.ui.results.captions import captions_html, decoder_choice
from srlclip.app.ui.tab import FREE, MODEL, Drawn, PageContext, Renewal, Tab
from srlclip.progress import Progress, part

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

WAITING = "Choose a clip, or upload a video, to see both models' captions."
#: Share of the progress bar that reading an upload takes; captioning takes the rest.
READING = 0.3
#: In the browser after a run: the address, and a player that knows nothing of the last clip.
AFTER = "() => { window.scUrl && window.scUrl('captions'); window.scRenew && window.scRenew(); }"


def checked_decoder(comparison: Comparison, decoder: str | None) -> str:
    """The decoder that was asked for; "auto" (or nothing) is the pair's best. Raises ValueError for one it has not."""
    have = comparison.decoders()
    wanted = decoder or "auto"
    if wanted != "auto" and wanted not in have:
        raise ValueError(f"decoder is {str(wanted)[:40]!r}; this pair of models allows: auto, {', '.join(have)}.")
    return have[0] if wanted == "auto" else wanted


def caption_view(
    comparison: Comparison,
    media: Media,
    clip_id: str,
    progress: Progress | None = None,
    decoder: str | None = "auto",
    event: int | None = None,
) -> str:
    """Both models' captions of a clip, under the link that opens them again. event: index of the one that is open.

    Raises what the comparison raises: VideoDecodeError for a video, ValueError for an unknown clip or decoder.
    """
    chosen = checked_decoder(comparison, decoder)
    result = comparison.caption(clip_id, progress=progress, decoder=chosen)
    # uploads are gone with the session, so only gallery clips get a link
    link, shot = None, media.shot(clip_id)
    if clip_id in comparison.clip_ids():
        # the picture shows the open event, which the table beside it is about; the whole clip plays
        shot = replace(shot, poster=media.shot(clip_id, max(event or 0, 0)).poster)
        link = Link(TAB.name, clip=clip_id, event=event, decoder="" if chosen == comparison.decoders()[0] else chosen)
    return page(captions_html(comparison.info, result, shot, link, event), link=link, scope=True)


def caption_chosen(
    comparison: Comparison,
    media: Media,
    clip_id: str | None,
    path: str | None,
    decoder: str | None,
    progress: Progress | None = None,
) -> tuple[str, str]:
    """The view of an uploaded file if there is one, else of a clip, and the id that it got.

    Raises ValueError if there is neither, and what `accept` and `caption_view` raise.
    """
    checked_decoder(comparison, decoder)  # before a video is read in vain
    rest = progress
    if path:
        clip_id = accept(comparison, path, part(progress, 0, READING))
        rest = part(progress, READING, 1)
    if not clip_id:
        raise ValueError("No clip is chosen. Choose a gallery clip or upload a video.")
    return caption_view(comparison, media, clip_id, rest, decoder), clip_id


def cleared() -> tuple[str, str]:
    """What stands after a failed run."""
    return notice("No captions: the last run failed. Choose another clip or upload another video."), ""


def offered(comparison: Comparison) -> tuple[str | None, dict]:
    """The clip that the tab starts with, and the keyword arguments of the decoder field."""
    first, _ = clip_and_event(comparison, Link(TAB.name))
    return first, decoder_choice(comparison)


def renewed(comparison: Comparison, picker: Picker) -> list:
    """Clip, decoder, upload and result of a page that has got another pair: nothing shown, the next visit captions."""
    clip, decoder = offered(comparison)
    return [*picker.values(clip), gr.Radio(**decoder), None, notice(WAITING), ""]


def restored(comparison: Comparison, media: Media, picker: Picker, link: Link) -> list:
    """Clip, decoder, result and the clip it shows, of a link; a decoder that the pair has not becomes its best."""
    clip, _ = clip_and_event(comparison, link)
    if not clip:
        return []
    kinds = comparison.decoders()
    decoder = link.decoder if link.decoder in kinds else kinds[0]
    return [
        *picker.values(clip),
        decoder,
        caption_view(comparison, media, clip, decoder=decoder, event=link.event),
        clip,
    ]


def build(context: PageContext, place: gr.Tab) -> Drawn:
    """Lay the tab out and wire it; the first visit captions the chosen clip."""
    comparison, media = context.comparison, context.media
    first, decoders = offered(comparison)
    with gr.Row():
        with gr.Column(min_width=320):
            picker = Picker(comparison, media, first, "Gallery clip (runs at once)", FREE)
            decoder = gr.Radio(**decoders, label="Decoder (runs at once)")
            again = gr.Button("Caption both models", variant="primary")
        with gr.Column(min_width=320):
            upload = gr.File(label=UPLOAD_LABEL, file_types=SUFFIXES, height=140)
    result = gr.HTML(notice(WAITING), js_on_load=None)
    clip, shown = picker.value, gr.State("")  # shown: the clip that the page shows
    outputs = [result, shown]

    @user_errors
    def run(
        clip_id: str | None,
        path: str | None,
        kind: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> tuple[str, str]:
        return caption_chosen(comparison, media, clip_id, path, kind, stepper(progress))

    @user_errors
    def run_chosen(clip_id: str | None, kind: str, progress: gr.Progress = gr.Progress()) -> tuple:  # noqa: B008
        return (*run(clip_id, None, kind, progress), None)

    @user_errors
    def rerun(
        was: str,
        clip_id: str | None,
        path: str | None,
        kind: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> tuple[str, str]:
        # an upload that the page shows has been read already
        return run(was, None, kind, progress) if was else run(clip_id, path, kind, progress)

    @user_errors
    def first_visit(clip_id: str | None, was: str, kind: str, progress: gr.Progress = gr.Progress()) -> tuple:  # noqa: B008
        return (gr.skip(), gr.skip()) if was or not clip_id else run(clip_id, None, kind, progress)

    model = {**MODEL, "show_progress_on": result}
    events = [
        picker.on_choice(run_chosen, [clip, decoder], [*outputs, upload], **model),
        upload.upload(run, [clip, upload, decoder], outputs, **model),
        again.click(run, [clip, upload, decoder], outputs, **model),
        decoder.input(rerun, [shown, clip, upload, decoder], outputs, **model),
        place.select(first_visit, [clip, shown, decoder], outputs, **model),
    ]
    for event in events:
        event.success(None, js=AFTER, **FREE)
        event.failure(cleared, None, outputs, **FREE)
    return Drawn(
        fields=[*picker.outputs, decoder, *outputs],
        restore=lambda link: restored(comparison, media, picker, link),
        renewal=Renewal([*picker.outputs, decoder, upload, *outputs], lambda: renewed(comparison, picker)),
    )


TAB = Tab("captions", "2 SRL captions", build)
