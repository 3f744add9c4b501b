"""HTML of the player: one video with controls, and what happens in it as buttons that seek. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from srlclip.app.ui.parts.format import esc, said, seconds
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Shot

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison


def video_tag(shot: Shot, *, main: bool, label: str, tracks: str = "") -> str:
    """A `<video>` that fetches nothing until it is played. main: the shared player with controls. tracks: its markup."""
    window = f"#t={shot.start:g},{shot.end:g}" if shot.end is not None else ""
    poster = f' poster="{esc(shot.poster)}"' if shot.poster else ""
    if not shot.video:
        picture = f'<img class="{"sc-main" if main else "sc-shot"}" src="{esc(shot.poster)}" alt="{esc(label)}">'
        return picture if shot.poster else '<span class="sc-shot" aria-hidden="true"></span>'
    source = f'src="{esc(shot.video + window)}"{poster} preload="none" muted playsinline'
    if not main:
        return f'<video class="sc-shot" {source} loop tabindex="-1" aria-hidden="true"></video>'
    return f'<video class="sc-main" controls {source} aria-label="{esc(label)}">{tracks}</video>'


def player(shot: Shot, lines: Sequence[tuple[float, str]] = (), tracks: str = "") -> str:
    """The shared player, and the labelled events as buttons that seek. lines: (second in the file, caption).

    tracks: `<track>` elements for its subtitles.
    """
    events = "".join(
        f'<li><button type="button" class="sc-line" data-sc-seek="{start:g}">▸ {start:g} s · {said(text)}</button></li>'
        for start, text in lines
    )
    listing = (
        f'<p class="sc-soft">What happens (labels); press a line to go there</p><ol>{events}</ol>' if events else ""
    )
    media = video_tag(shot, main=True, label=f"Selected clip {shot.name or shot.clip_id}", tracks=tracks)
    return f"<h2>Selected clip: {said(shot.title, 60)}</h2>{media}{listing}"


def labelled_player(comparison: Comparison, shot: Shot, spans: Sequence[tuple[float, float]]) -> str:
    """The player of a gallery clip and, where it is labelled, what happens in each of its events. spans: in seconds."""
    labelled = len(comparison.situation(shot.clip_id).events)
    starts = [start for start, _ in spans[:labelled]]
    return player(shot, [(s, comparison.true_caption(shot.clip_id, i, "natural").text) for i, s in enumerate(starts)])


def hit_player(comparison: Comparison, shot: Shot, event: int, spans: Sequence[tuple[float, float]]) -> str:
    """The player of a hit, at the event that matched: what happens there, the video, and all labelled events on demand."""
    events = comparison.situation(shot.clip_id).events
    captions = [comparison.true_caption(shot.clip_id, i, "natural").text for i in range(len(events))]
    name = said(shot.title, 60)
    head = said(captions[event].rstrip("."), 140) if event < len(captions) else name
    media = video_tag(shot, main=True, label=f"Selected clip {shot.clip_id}")
    lines = "".join(
        f'<li><button type="button" class="sc-line" data-sc-seek="{seconds(start)}" data-sc-until="{seconds(end)}">'
        f"▸ {seconds(start)} s · {said(text)}</button></li>"
        for (start, end), text in zip(spans, captions, strict=False)
    )
    listing = (
        f'<details><summary class="sc-soft" title="{esc(shot.clip_id)}">Events</summary><p class="sc-soft">{name}</p><ol>{lines}</ol></details>'
        if lines
        else ""
    )
    close = '<button type="button" class="sc-chip sc-close" data-sc-close aria-label="Close the player">✕</button>'
    return f'<div class="sc-stage-head"><h2>{head}</h2>{close}</div><div data-sc-start="{seconds(shot.start)}">{media}</div>{listing}'


def clip_player(shot: Shot, link: Link | None, lines: Sequence[tuple[float, str]] = (), tracks: str = "") -> str:
    """The player beside a result. link: of a gallery clip's result; None for a visitor's own clip, whose video may be
    missing (an opened file brings none): then a sentence stands there.
    """
    if link is not None or shot.video or shot.poster:
        return player(shot, lines, tracks)
    return f"<h2>{said(shot.clip_id, 60)}</h2><p class='sc-soft'>The video is not here. Upload it to see it again.</p>"
