"""Your clips, hard negatives: the minimal pair and the half-truths of an event of one's own, made from its labels."""

from __future__ import annotations

from srlclip.app.ui.parts.format import notice
from srlclip.app.ui.results import pair_views
from srlclip.app.ui.tabs.your_clips.handlers import Handlers

UNLABELLED = "Swaps and half-truths are made from labels, and this event has none. Write them under Labels, or type captions below."
NO_VIDEO = "The video of this clip is not here. Upload it to swap parts of its caption."


def both_views(handlers: Handlers, token: str, clip: str | None, index: int | None) -> tuple[str, str]:
    """(minimal pair, half-truths) of an event; a sentence and nothing without labels or video; nothing without a clip."""
    session = handlers.store.get(token)
    if session is None or clip not in [own.name for own in session.clips]:
        return "", ""
    index = min(max(int(index or 0), 0), len(session.clip(clip).events) - 1)
    labels = session.labels(clip, index)
    if labels is None or not session.has_video(clip):
        return notice(UNLABELLED if labels is None else NO_VIDEO), ""
    view = session.view(handlers.comparison, [clip], False, None)
    return pair_views.both_views(view, clip, index, labels)


def swapped(handlers: Handlers, token: str, clip: str, index: int | None, pressed: str) -> str:
    """The minimal pair of a slot that was pressed. Raises ValueError for anything else, and without labels."""
    session, index = handlers.session(token), int(index or 0)
    labels = session.labels(clip, index)
    if labels is None:
        raise ValueError(UNLABELLED)
    view = session.view(handlers.comparison, [clip], False, None)
    return pair_views.swapped(view, clip, index, pressed, labels)
