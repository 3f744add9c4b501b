"""Where labels come from, as the page and the report say it: a model's own words cannot pass as the truth in silence."""

from __future__ import annotations

from srlclip.app.markup import said
from srlclip.results import CaptionResult, ScoreResult
from srlclip.situations import FROM_FILE, FROM_MODEL, TYPED

_WORDS = {"": "", TYPED: "typed by hand", FROM_FILE: "from a file"}


def in_words(origin: str) -> str:
    """An origin in a few words, escaped; "" for a data set's own labels."""
    if origin.startswith(FROM_MODEL):
        return f"started from {said(origin.removeprefix(FROM_MODEL), 120)}"
    return _WORDS.get(origin, said(origin, 120))


def caption_warning(result: ScoreResult) -> str:
    """`true_warning` of a run's true caption."""
    return true_warning(result.true.caption.origin)


def true_warning(origin: str) -> str:
    """What to keep in mind of a true caption that a model wrote, as HTML; "" for any other. origin: of its labels."""
    if not origin.startswith(FROM_MODEL):
        return ""
    return (
        f"<strong>This true caption is not a reference.</strong> Its labels {in_words(origin)}: that model scores its own "
        "words. Check them against the video before you count anything."
    )


def reference_warning(result: CaptionResult) -> str:
    """The same of captions whose reference a model wrote; "" where none is."""
    copied = [event.reference_origin for event in result.events if event.reference_origin.startswith(FROM_MODEL)]
    if not copied:
        return ""
    return (
        f"<strong>The reference of {len(copied)} of {len(result.events)} events is a model's own.</strong> Its labels "
        f"{in_words(copied[0])}: agreement with it proves nothing."
    )
