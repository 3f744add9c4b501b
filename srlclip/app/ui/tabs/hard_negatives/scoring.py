"""Hard negatives tab: one true caption of an event against captions that are almost right, under both models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from srlclip.app.ui.parts.format import notice, page
from srlclip.app.ui.parts.inputs import checked_text
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.parts.negative_kinds import chosen_negatives, counted_kinds
from srlclip.app.ui.results.negatives import negatives_html
from srlclip.progress import Progress
from srlclip.results import ScoreResult
from srlclip.situations import EVENTS_PER_CLIP, ROLE_KEYS, Caption

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

WAITING = "Choose a clip and an event, or upload a video and type captions."


def event_choices(comparison: Comparison, clip_id: str) -> list[tuple[str, int]]:
    """(label, 0-based index) of a clip's events; with the verb where it is labelled."""
    events = comparison.situation(clip_id).events
    verbs = [f" · {event.lemma}" for event in events] or [""] * EVENTS_PER_CLIP
    return [(f"{i + 1}{verb}", i) for i, verb in enumerate(verbs)]


def kind_choices(comparison: Comparison, clip_id: str, event: int) -> list[tuple[str, str]]:
    """(label with count, kind) of the kinds that this event can give; empty for an unlabelled clip."""
    if not comparison.situation(clip_id).events:
        return []
    return counted_kinds(lambda kinds: comparison.negatives(clip_id, event, kinds))


def role_fields(comparison: Comparison, verb: str | None, clip_id: str, event: int) -> list[tuple[str, str, str]]:
    """(role key, role name, filler) of a verb; fillers from the event's labels where it has that role."""
    if not verb:
        return []
    events = comparison.situation(clip_id).events
    known = {role.key: role.filler for role in events[event].visible_roles} if events else {}
    return [(key, name, known.get(key, "")) for key, name in comparison.roles_of(verb)]


def compose(comparison: Comparison, verb: str | None, fillers: Mapping[str, str]) -> str:
    """A caption from a verb and its fillers. Raises ValueError without a verb."""
    if not verb:
        raise ValueError("No verb is chosen. Choose one, fill its roles, and press again.")
    kept = {key: " ".join(value.split()) for key, value in fillers.items() if key in ROLE_KEYS and value.strip()}
    return comparison.compose(verb, kept).text


def gathered(
    comparison: Comparison, clip_id: str, event: int, true: str | None, kinds: Sequence[str], own: str | None
) -> tuple[str, tuple[Caption, ...]]:
    """The true caption and all negatives of a run, none equal to it. Raises ValueError if one side is missing."""
    text = checked_text(true, "true caption")
    labelled = bool(comparison.situation(clip_id).events)

    def make(wanted: Sequence[str]) -> Sequence[Caption]:
        return comparison.negatives(clip_id, event, wanted) if wanted and labelled else ()

    hint = "Choose a kind, or type captions of your own, one per line."
    return text, chosen_negatives(make, text, kinds, own, hint)


def score_html(comparison: Comparison, media: Media, result: ScoreResult) -> str:
    """A run with its event in the player; a gallery clip's under the link that opens it again."""
    clip = result.clip_id
    link = Link("negatives", clip=clip, event=result.event_index) if clip in comparison.clip_ids() else None
    begin = comparison.timeline(clip, result.true.caption.text).spans[result.event_index][0]
    lines = [(begin, f"Event {result.event_index + 1}: {result.true.caption.text}")]
    return page(negatives_html(comparison.info, result, media.shot(clip), link, lines), link=link, scope=True)


def score_view(
    comparison: Comparison,
    media: Media,
    clip_id: str,
    event: int,
    true: str | None,
    kinds: Sequence[str],
    own: str | None,
    progress: Progress | None = None,
) -> str:
    """Score the true caption against its negatives and draw it. Raises ValueError and the comparison's errors."""
    text, negatives = gathered(comparison, clip_id, event, true, kinds, own)
    return score_html(comparison, media, comparison.score(clip_id, event, text, negatives, progress=progress))


def cleared() -> str:
    """What stands after a failed run."""
    return notice("No scores: the last run failed. Change the input and score again.")
