"""Hard negatives tab: one true caption of an event against captions that are almost right, under both models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from srlclip.app.ui.parts.format import notice, page
from srlclip.app.ui.parts.inputs import checked_text
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.parts.negative_kinds import CHANGED, Make, chosen_negatives, counted_kinds
from srlclip.app.ui.results.negatives import negatives_html
from srlclip.progress import Progress
from srlclip.results import ScoreResult
from srlclip.situations import ROLE_KEYS, TYPED, Caption, Event, Role

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

WAITING = "Choose a clip and an event, or upload a video and type captions."


def event_choices(comparison: Comparison, clip_id: str) -> list[tuple[str, int]]:
    """(label, 0-based index) of a clip's events; with the verb where it is labelled."""
    events = comparison.situation(clip_id).events
    verbs = [f" · {event.lemma}" for event in events] or [""] * len(comparison.spans(clip_id))
    return [(f"{i + 1}{verb}", i) for i, verb in enumerate(verbs)]


def kind_choices(
    comparison: Comparison, clip_id: str, event: int, composed: Event | None = None
) -> list[tuple[str, str]]:
    """(label with count, kind) of the kinds that this event, or the one composed in its place, can give; empty without
    labels."""
    return counted_kinds(maker(comparison, clip_id, event, composed))


def maker(comparison: Comparison, clip_id: str, event: int, composed: Event | None = None) -> Make:
    """What makes an event's negatives; of the composed event, if there is one; nothing of neither."""
    situation = comparison.situation(clip_id)
    if composed is not None:
        events = situation.events
        others = replace(situation, events=(*events[:event], composed, *events[event + 1 :]) if events else (composed,))
        return lambda kinds: comparison.negatives_of(others, event if events else 0, kinds)
    return (lambda kinds: comparison.negatives(clip_id, event, kinds)) if situation.events else (lambda kinds: ())


def role_fields(comparison: Comparison, verb: str | None, clip_id: str, event: int) -> list[tuple[str, str, str]]:
    """(role key, role name, filler) of a verb; fillers from the event's labels where it has that role."""
    if not verb:
        return []
    events = comparison.situation(clip_id).events
    known = {role.key: role.filler for role in events[event].visible_roles} if events else {}
    return [(key, name, known.get(key, "")) for key, name in comparison.roles_of(verb)]


def composed_event(comparison: Comparison, verb: str | None, fillers: Mapping[str, str]) -> Event | None:
    """A verb and its fillers as an event; None without a verb."""
    if not verb:
        return None
    roles = tuple(Role(k, name, " ".join((fillers.get(k) or "").split())) for k, name in comparison.roles_of(verb))
    return Event(verb.rsplit(".", 1)[0], verb, roles, origin=TYPED)


def compose(comparison: Comparison, verb: str | None, fillers: Mapping[str, str]) -> str:
    """A caption from a verb and its fillers. Raises ValueError without a verb."""
    if not verb:
        raise ValueError("No verb is chosen. Choose one, fill its roles, and press again.")
    kept = {key: " ".join(value.split()) for key, value in fillers.items() if key in ROLE_KEYS and value.strip()}
    return comparison.compose(verb, kept).text


def gathered(
    comparison: Comparison,
    clip_id: str,
    event: int,
    true: str | None,
    kinds: Sequence[str],
    own: str | None,
    verb: str | None = None,
    fillers: Mapping[str, str] | None = None,
) -> tuple[str, tuple[Caption, ...]]:
    """The true caption and all negatives of a run, none equal to it. Raises ValueError if one side is missing.

    Negatives are made of the labels if the caption is theirs, of verb and fillers if it is what those compose, and of
    nothing for any other text: a negative of another caption would be no minimal change of this one.
    """
    text = checked_text(true, "true caption")
    hint = "Choose a kind, or type captions of your own, one per line."
    if comparison.situation(clip_id).events and text == comparison.true_caption(clip_id, event, "natural").text:
        make = maker(comparison, clip_id, event)
    elif verb and text == compose(comparison, verb, fillers or {}):
        make = maker(comparison, clip_id, event, composed_event(comparison, verb, fillers or {}))
    else:
        make, hint = (lambda wanted: ()), CHANGED if kinds else hint
    return text, chosen_negatives(make, text, kinds, own, hint)


def score_html(comparison: Comparison, media: Media, result: ScoreResult) -> str:
    """A run with its event in the player; a gallery clip's under the link that opens it again."""
    clip = result.clip_id
    link = Link("negatives", clip=clip, event=result.event_index) if clip in comparison.clip_ids() else None
    begin = comparison.timeline(clip, result.true.caption.text).spans[result.event_index][0]
    lines = [(begin, f"Event {result.event_index + 1}: {result.true.caption.text}")]
    # the player shows and plays the event that is scored; an upload's files go with the clip, so it has no others
    shot = media.shot(clip, result.event_index if link else None)
    return page(negatives_html(comparison.info, result, shot, link, lines, looks=True), link=link, scope=True)


def score_view(
    comparison: Comparison,
    media: Media,
    clip_id: str,
    event: int,
    true: str | None,
    kinds: Sequence[str],
    own: str | None,
    progress: Progress | None = None,
    verb: str | None = None,
    fillers: Mapping[str, str] | None = None,
) -> str:
    """Score the true caption against its negatives and draw it. Raises ValueError and the comparison's errors."""
    text, negatives = gathered(comparison, clip_id, event, true, kinds, own, verb, fillers)
    return score_html(comparison, media, comparison.score(clip_id, event, text, negatives, progress=progress))


def cleared() -> str:
    """What stands after a failed run."""
    return notice("No scores: the last run failed. Change the input and score again.")
