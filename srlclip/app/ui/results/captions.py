"""HTML of SRL captions, on the gallery's tab and on a visitor's own clips: player, events, role tables, how it was made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from srlclip.app.origins import reference_warning
from srlclip.app.ui.parts.format import actions, esc, notice, said
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Shot
from srlclip.app.ui.results.caption_files import caption_downloads, track_choice, track_tags
from srlclip.app.ui.results.player import clip_player
from srlclip.app.ui.results.roles import LOW, event_buttons, role_tables
from srlclip.app.ui.results.transcript import strip, transcript
from srlclip.results import CaptionResult, PairInfo

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: The kinds of decoder, as the choice on the page names them, and what each is in a sentence.
DECODER_NAMES = {"heads": "Trained heads", "zero_shot": "Zero-shot (CLIP alone)"}
_STATEMENTS = {
    "heads": "Captions by trained heads on frozen features of each model.",
    "zero_shot": "CLIP alone does not caption: a zero-shot decoder asks each model which prompt fits best.",
}
NO_EVENTS = "No events were found in this video, so there is nothing to caption."


def decoder_choice(comparison: Comparison) -> dict:
    """Keyword arguments of a field that chooses the decoder: what the pair has, the best first; hidden where it has one."""
    kinds = comparison.decoders()
    return {"choices": [(DECODER_NAMES.get(k, k), k) for k in kinds], "value": kinds[0], "visible": len(kinds) > 1}


def statement(result: CaptionResult) -> str:
    """What makes the captions, in a plain sentence."""
    return f'<p class="sc-decoder">{esc(_STATEMENTS.get(result.kind, result.decoder))}</p>'


def rules(result: CaptionResult) -> str:
    """How the captions were made and judged, and what the percentages mean."""
    judged = f"<br>Match rule: {esc(result.match_rule)}." if result.has_reference else ""
    return (
        f'<p class="sc-soft sc-rules">Decoder: {esc(result.decoder)}.<br>Percentages: confidence = {esc(result.confidence_rule)}; '
        f"below {LOW:.0%} a filler is drawn softer.{judged}</p>"
    )


def captions_html(
    info: PairInfo, result: CaptionResult, shot: Shot, link: Link | None = None, event: int | None = None
) -> str:
    """Player with subtitles on the left, events and role tables on the right, below a transcript if the video is longer
    than a clip, and downloads. link: opens a gallery clip's captions again; None for a visitor's own clip. event: index of
    the one that is open, at whose start the player stands; the first if there is none such.
    """
    shown = event if event is not None and 0 < event < len(result.events) else 0
    if shown:
        shot = replace(shot, start=result.events[shown].start)
    warning = reference_warning(result)
    warned = f'<p class="sc-notice sc-failure" role="note">{warning}</p>' if warning else ""
    if result.unfamiliar:
        warned += f'<p class="sc-notice sc-failure" role="note">{said(result.unfamiliar, 600)}</p>'
    subtitles = track_choice() if shot.video and result.events else ""
    if result.events:
        events = (strip(result, shown) if result.dense else event_buttons(result, shown)) + role_tables(result, shown)
    else:
        events = notice(NO_EVENTS)
    below = transcript(result) if result.dense and result.events else ""
    files = caption_downloads(info, result) if result.events else ""
    return (
        f'{statement(result)}{warned}<div class="sc-split"><div class="sc-panel">'
        f"{clip_player(shot, link, tracks=track_tags(result))}{subtitles}</div>"
        f"<div>{events}{rules(result)}</div></div>{below}{actions(files, link)}"
    )
