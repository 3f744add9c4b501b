"""Hard negatives as a visitor chooses them, of gallery clips and of one's own: kinds with counts, then those of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from srlclip.app.ui.parts.inputs import own_captions
from srlclip.plots import KIND_NAMES
from srlclip.situations import Caption

#: The kinds that can be generated from an event's labels, in the order of the page.
KINDS = tuple(kind for kind in KIND_NAMES if kind != "custom")
#: Said of a true caption that is neither the labels' nor composed, and has no negatives of its own yet.
CHANGED = (
    "The true caption was typed, and negatives made from the labels belong to the labels' caption. Compose the caption "
    "from a verb and its roles, type negatives of your own, one per line, or put the labels' caption back."
)
#: What stands in place of a result once what it was made from has changed.
STALE = "The input has changed. Press “Score with both models” for the new result."
#: Kinds -> an event's negatives of these kinds.
Make = Callable[[Sequence[str]], Sequence[Caption]]


def counted_kinds(make: Make) -> list[tuple[str, str]]:
    """(label with count, kind) of the kinds that an event can give: as many as chosen_negatives takes of each."""
    counted = Counter(negative.kind for negative in make(KINDS))
    return [(f"{KIND_NAMES[kind]} ({counted[kind]})", kind) for kind in KINDS if counted[kind]]


def chosen_negatives(make: Make, true: str, kinds: Sequence[str], own: str | None, hint: str) -> tuple[Caption, ...]:
    """Those of the chosen kinds, kind by kind, then those typed in (own), none equal to the true caption.

    All kinds are made, whichever are chosen: a caption that two of them could give counts for the first alone, so that
    the counts on the page hold for every choice. Raises ValueError if there are none, with the hint, and what
    own_captions raises.
    """
    made = sorted((n for n in (make(KINDS) if kinds else ()) if n.kind in kinds), key=lambda n: KINDS.index(n.kind))
    negatives = tuple(n for n in (*made, *own_captions(own)) if n.text != true)
    if not negatives:
        raise ValueError(f"There are no negatives. {hint}")
    return negatives
