"""Hard negatives as a visitor chooses them, of gallery clips and of one's own: kinds with counts, then those of a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from srlclip.app.ui.parts.inputs import own_captions
from srlclip.plots import KIND_NAMES
from srlclip.situations import Caption

#: The kinds that can be generated from an event's labels, in the order of the page.
KINDS = tuple(kind for kind in KIND_NAMES if kind != "custom")
#: Kinds -> an event's negatives of these kinds.
Make = Callable[[Sequence[str]], Sequence[Caption]]


def counted_kinds(make: Make) -> list[tuple[str, str]]:
    """(label with count, kind) of the kinds that an event can give."""
    counted = [(kind, len(make((kind,)))) for kind in KINDS]
    return [(f"{KIND_NAMES[kind]} ({count})", kind) for kind, count in counted if count]


def chosen_negatives(make: Make, true: str, kinds: Sequence[str], own: str | None, hint: str) -> tuple[Caption, ...]:
    """Those of the chosen kinds, kind by kind, then those typed in (own), none equal to the true caption.

    Raises ValueError if there are none, with the hint, and what own_captions raises.
    """
    made = make(tuple(kind for kind in KINDS if kind in kinds))
    made = sorted(made, key=lambda n: KINDS.index(n.kind) if n.kind in KINDS else len(KINDS))
    negatives = tuple(n for n in (*made, *own_captions(own)) if n.text != true)
    if not negatives:
        raise ValueError(f"There are no negatives. {hint}")
    return negatives
