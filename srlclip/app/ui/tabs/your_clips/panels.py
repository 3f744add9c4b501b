"""HTML of a visitor's own clips: the shelf, the limits, labels, and kept results. Plain values in, escaped HTML out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from srlclip.app.origins import in_words
from srlclip.app.session.labels import Slots
from srlclip.app.session.session import Session
from srlclip.app.session.values import MAX_BYTES, MAX_CLIPS, MAX_RESULTS, Models, OwnClip, Result
from srlclip.app.ui.parts.format import esc, notice, page, said
from srlclip.app.ui.parts.media import Shot
from srlclip.app.ui.parts.style import MAX_UPLOAD_MB, MAX_UPLOAD_SECONDS
from srlclip.app.ui.results.captions import captions_html
from srlclip.app.ui.results.negatives import negatives_html
from srlclip.app.ui.results.player import clip_player, player, video_tag
from srlclip.app.ui.results.plots import best_events, over_events
from srlclip.app.ui.results.search import search_html
from srlclip.results import CaptionResult, PairInfo, SearchResult, Timeline
from srlclip.video.frames import event_spans

#: Looks the picture and video of a clip, or of one of its events, up.
FindShot = Callable[..., Shot]
NOTHING = "No clips yet. Upload one or several videos, or open a saved comparison."


def status_html(session: Session | None) -> str:
    """What may be brought, how much is here, who sees it and how long."""
    clips = session.clips if session is not None else ()
    held = session.bytes_held / 2**20 if session is not None else 0.0
    return page(
        f'<p class="sc-banner" role="note"><strong>{len(clips)} of {MAX_CLIPS} clips, {held:.0f} of '
        f"{MAX_BYTES // 2**20} MB.</strong> Each at most {MAX_UPLOAD_SECONDS} s and {MAX_UPLOAD_MB} MB; the newest "
        f"{MAX_RESULTS} results are kept. Only this page sees them; they are deleted about a minute after it is closed "
        "or reloaded, or at once with the button below (a copy that the upload itself leaves goes within a day). "
        "Save the comparison to go on later.</p>"
    )


def notices_html(lines: Sequence[tuple[bool, str, str]]) -> str:
    """What became of each file. lines: (whether it went well, the file's name, the rest of the sentence)."""
    if not lines:
        return ""
    items = "".join(
        f"<li>{'✓' if fine else '✕'} {said(name, 80)}: {said(text, 500)}</li>" for fine, name, text in lines
    )
    failed = sum(not fine for fine, _, _ in lines)
    style, role = ("sc-notice sc-failure", "alert") if failed else ("sc-notice", "status")
    head = f"{len(lines) - failed} of {len(lines)} files read." if failed and len(lines) > 1 else ""
    return page(f'<div class="{style}" role="{role}">{head}<ul class="sc-told">{items}</ul></div>')


def shelf_html(session: Session | None, shot: FindShot, chosen: str | None) -> str:
    """The session's clips as buttons; the chosen one is marked."""
    if session is None or not session.clips:
        return notice(NOTHING)
    items = "".join(
        f"<li>{_shelf_card(session, clip, shot(clip.name), clip.name == chosen)}</li>" for clip in session.clips
    )
    return page(f'<ol class="sc-shelf" aria-label="Your clips">{items}</ol>')


def _shelf_card(session: Session, clip: OwnClip, shot: Shot, chosen: bool) -> str:
    here = f"{clip.seconds:.1f} s"
    if not session.has_video(clip.name):
        here = f"<b>video not here</b>: upload it to go on (sha256 {esc(clip.sha256[:12])}…)"
    mark = "▸ " if chosen else ""
    return (
        f'<button type="button" class="sc-card" data-sc-clip="{esc(clip.name)}" aria-pressed="{str(chosen).lower()}">'
        f'{video_tag(shot, main=False, label="")}<span><span class="sc-name">{mark}{said(clip.name, 60)}</span>'
        f'<span class="sc-soft">{here}<br>{len(clip.labelled)} of {len(clip.events)} events labelled</span></span></button>'
    )


def labels_html(clip: OwnClip | None, caption: Callable[[int], str]) -> str:
    """A clip's labels, event by event. caption: the sentence that an event's labels make."""
    if clip is None:
        return notice(NOTHING)
    rows = "".join(_label_row(clip.events, i, caption) for i in range(len(clip.events)))
    return page(
        '<div class="sc-scroll" tabindex="0" role="region" aria-label="Labels of the clip"><table class="sc-table">'
        '<thead><tr><th scope="col">Event</th><th scope="col">Verb</th><th scope="col">Roles</th>'
        f'<th scope="col">As a caption</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def watch_html(clip: OwnClip | None, shot: Shot | None, index: int) -> str:
    """The clip beside its labels: it plays the chosen event, and every event is a line that seeks. index: from 0."""
    if clip is None or shot is None:
        return ""
    spans = event_spans(clip.seconds, len(clip.events))
    lines = [
        (start, f"{'▸ ' if i == index else ''}event {i + 1}: {event.lemma if event else 'no labels yet'}")
        for i, ((start, _), event) in enumerate(zip(spans, clip.events, strict=True))
    ]
    return page(f'<div class="sc-panel">{clip_player(shot, None, lines)}</div>', scope=True)


def _label_row(events: Slots, index: int, caption: Callable[[int], str]) -> str:
    event = events[index]
    if event is None:
        return f'<tr><th scope="row">{index + 1}</th><td colspan="3" class="sc-soft">no labels yet</td></tr>'
    roles = "<br>".join(f"{said(r.name, 60)}: <b>{said(r.filler, 120)}</b>" for r in event.visible_roles) or "–"
    source = in_words(event.origin)
    verb = f"{said(event.lemma, 60)}<br><span class='sc-soft'>{said(event.verb_id, 60)}"
    verb += f"<br>{source}</span>" if source else "</span>"
    return (
        f'<tr><th scope="row">{index + 1}</th><td>{verb}</td><td>{roles}</td><td>{said(caption(index), 400)}</td></tr>'
    )


def result_html(result: Result, here: Models, shot: FindShot) -> str:
    """A result as its own tab would show it, and whether another pair than this page's made it."""
    value, info = result.value, result.models.info
    if isinstance(value, SearchResult):
        body = "".join(search_html(info, value, shot))
    elif isinstance(value, CaptionResult):
        body = captions_html(info, value, shot(value.clip_id))
    else:
        body = negatives_html(info, value, shot(value.clip_id, value.event_index))
    other = ""
    if not result.models.same_as(here):
        other = (
            '<p class="sc-notice sc-failure" role="note"><strong>Made with other models than this page\'s:</strong> '
            f"base {said(info.base_id, 120)}, adapter {said(info.adapter_id, 120)}, srlclip {esc(info.version[:40])}. "
            "Its numbers do not belong beside new ones.</p>"
        )
    return page(
        f'{other}<p class="sc-soft">{said(result.title, 200)} · {esc(result.when_shown)}</p>{body}',
        scope=not isinstance(value, SearchResult),
    )


def closer_html(info: PairInfo, curve: Timeline, shot: Shot) -> str:
    """The player of a clip that was pressed, and where in it the query fits."""
    return page(
        f'<div class="sc-split"><div class="sc-panel">{player(shot)}</div><div class="sc-panel"><h2>Query against '
        f'each event</h2>{over_events(info, curve)}<p class="sc-soft">Best event for the query: {best_events(curve)}.</p>'
        "</div></div>",
        scope=True,
    )
