"""A search's hit that was chosen: in the player at its event, its frames, its similarity over the events, where models look."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from srlclip.app.ui.parts.format import page, said
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results.attribution import attribution_view
from srlclip.app.ui.results.frames import frames_html, frames_wanted
from srlclip.app.ui.results.player import hit_player
from srlclip.app.ui.results.plots import best_events, over_events
from srlclip.plots import short_name
from srlclip.results import Timeline

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

NO_TEXT = "This search compared clips, not words. Shown for the event's own caption."


class Chosen(NamedTuple):
    """The hit in the player. asked: the search that it belongs to."""

    clip_id: str
    event: int
    asked: Link


def curve_of(comparison: Comparison, clip_id: str, asked: Link) -> Timeline:
    """What was asked for against each event of a clip: by its text, or by the event of another clip."""
    if asked.query:
        return comparison.timeline(clip_id, asked.query)
    shares = comparison.similar_shares(clip_id, asked.clip, asked.event or 0)
    return Timeline(clip_id, shares.query, comparison.spans(clip_id), shares.scores)


def clip_view(comparison: Comparison, media: Media, chosen: Chosen) -> tuple[str, str, str]:
    """A hit in the player at its event, the place of its frames, and the search's similarity over the clip's events."""
    clip_id, event, asked = chosen
    if clip_id not in comparison.clip_ids():
        raise ValueError(f"There is no clip {clip_id[:80]!r} in the gallery. Choose one of the cards.")
    curve = curve_of(comparison, clip_id, asked)
    if not 0 <= event < len(curve.spans):
        raise ValueError(f"Clip {clip_id[:80]!r} has no event {event + 1}. Choose one of the cards.")
    player = hit_player(comparison, media.shot(clip_id, event), event, curve.spans)
    heading = f"<h2>Where in {said(short_name(clip_id), 60)}?</h2>"
    best = f'<p class="sc-soft">Best event: {best_events(curve)}.</p>'
    return (
        page(player),
        frames_wanted(f"{clip_id}|{event}|{asked}"),
        page(f'<div class="sc-panel">{heading}{over_events(comparison.info, curve)}{best}</div>'),
    )


def frames_view(comparison: Comparison, media: Media, chosen: Chosen) -> str:
    """The frames of the hit in the player, each with what it adds to the score; read and embedded now."""
    clip_id, event, asked = chosen
    if asked.query:
        shares = comparison.frame_shares(clip_id, asked.query)
    else:
        shares = comparison.similar_shares(clip_id, asked.clip, asked.event or 0)
    moments = [moment for row in shares.moments for moment in row]
    return frames_html(shares, media.sheet(clip_id, moments), event)


def look_view(comparison: Comparison, media: Media, chosen: Chosen | None, part: str = "") -> str:
    """Where each model looks in the event of the hit in the player, for the query or a part of it.

    Raises ValueError if no hit is chosen, and what Comparison.explain raises.
    """
    if chosen is None:
        raise ValueError("No clip is chosen. Search, and press a card.")
    clip_id, event, asked = chosen
    if not asked.query and not comparison.situation(clip_id).events:
        raise ValueError(
            "This search compared clips, not words, and this clip has no labels. Search for a text instead."
        )
    return attribution_view(comparison, media, clip_id, event, asked.query, part, "" if asked.query else NO_TEXT)
