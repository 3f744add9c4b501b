"""Minimal pairs and half-truths of one labelled event under both models: what is asked, scored, and as JSON. No HTML.

For any comparison that has the clip: the gallery's, or a view of a visitor's own clips.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from srlclip.language.half_truths import HalfTruth, half_truths
from srlclip.language.swaps import SLOTS, Swap, swaps
from srlclip.results import MODELS, Both, ScoredCaption
from srlclip.situations import Caption, Situation

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Labelled events, and which of them is meant (from 0).
Labels = tuple[Situation, int]
#: Captions that a slot offers, one after the other.
ALTERNATIVES = 3


@dataclass(frozen=True)
class MinimalPair:
    """slots: all of them. slot: the one that is swapped, "" if none can be. number: which of its captions, from 0.

    true: as scored. swapped: with the margin true - swapped per model; None without a slot.
    """

    slots: tuple[Swap, ...]
    slot: str
    number: int
    true: ScoredCaption | None
    swapped: ScoredCaption | None


@dataclass(frozen=True)
class ScoredHalf:
    """right, wrong: what each addition changes the cosine of the short caption by, per model."""

    half: HalfTruth
    right: Both[float]
    wrong: Both[float]

    def raises(self, model: str) -> bool:
        return self.right[model] > 0

    def lowers(self, model: str) -> bool:
        return self.wrong[model] < 0


def labelled(comparison: Comparison, clip_id: str, event: int) -> Labels:
    """The clip's events and which of them that one is. Raises ValueError if it has no labels."""
    situation = comparison.situation(clip_id)
    if not situation.events:
        raise ValueError("This clip has no labels. Swaps and half-truths are made from the verb and roles of an event.")
    if not 0 <= event < len(situation.events):
        raise ValueError(f"The event is {event}; allowed: 0 to {len(situation.events) - 1}.")
    return situation, event


def minimal_pair(
    comparison: Comparison, clip_id: str, event: int, slot: str = "", number: int = 0, labels: Labels | None = None
) -> MinimalPair:
    """One slot of the event's caption swapped, the first that can be if none is named. number counts round.

    labels: of the event, where the comparison's clip has none or not in every event (a visitor's own).
    Raises ValueError for an event without labels, another slot, or one that the labels do not allow, with the reason.
    """
    situation, place = labels or labelled(comparison, clip_id, event)
    if slot and slot not in SLOTS:
        raise ValueError(f"The slot is {slot[:40]!r}; allowed: {', '.join(SLOTS)}.")
    rng = _rng(clip_id, event)
    made = swaps(situation, place, comparison.lexicon, rng, ALTERNATIVES, "natural", comparison.caption_of)
    chosen = next((s for s in made if s.slot == slot or (not slot and s.captions)), None)
    if chosen is None:
        return MinimalPair(made, "", 0, None, None)
    if not chosen.captions:
        allowed = ", ".join(s.slot for s in made if s.captions) or "none"
        raise ValueError(f"The {chosen.slot} cannot be swapped: {chosen.reason}. Slots of this event: {allowed}.")
    number %= len(chosen.captions)
    true = replace(comparison.caption_of(situation.events[place]), origin=situation.events[place].origin)
    result = comparison.score(clip_id, event, true.text, [chosen.captions[number]])
    return MinimalPair(made, chosen.slot, number, replace(result.true, caption=true), result.negatives[0])


def scored_halves(
    comparison: Comparison, clip_id: str, event: int, labels: Labels | None = None
) -> tuple[ScoredHalf, ...]:
    """Every half-truth of the event. labels: as `minimal_pair`. Raises ValueError for an event without labels."""
    situation, place = labels or labelled(comparison, clip_id, event)
    rng = _rng(clip_id, event)
    halves = half_truths(situation, place, comparison.lexicon, rng, "natural", comparison.caption_of)
    if not halves:
        return ()
    captions = {c.text: replace(c, kind="custom") for h in halves for c in (h.short, h.right, h.wrong)}
    first, *others = captions.values()
    result = comparison.score(clip_id, event, first.text, others)
    scores = {scored.caption.text: scored.score for scored in (result.true, *result.negatives)}

    def change(half: HalfTruth, added: Caption) -> Both[float]:
        return Both.of(lambda model: scores[added.text][model] - scores[half.short.text][model])

    return tuple(ScoredHalf(half, change(half, half.right), change(half, half.wrong)) for half in halves)


def _rng(clip_id: str, event: int) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(clip_id.encode()), event])


def pair_json(pair: MinimalPair) -> dict[str, Any]:
    """A minimal pair as plain JSON types: which slots there are, and the one that is swapped."""
    slots = {
        s.slot: {"alternatives": [c.text for c in s.captions]} if s.captions else {"reason": s.reason}
        for s in pair.slots
    }
    if pair.true is None or pair.swapped is None:
        return {"slots": slots, "slot": None, "true": None, "swapped": None}
    return {
        "slots": slots,
        "slot": pair.slot,
        "number": pair.number,
        "true": {"text": pair.true.caption.text, **{m: pair.true.score[m] for m in MODELS}},
        "swapped": {
            "text": pair.swapped.caption.text,
            "removed": list(pair.swapped.caption.removed),
            "inserted": list(pair.swapped.caption.inserted),
            **{m: pair.swapped.score[m] for m in MODELS},
        },
        "margin": {m: pair.swapped.margin[m] for m in MODELS},
        "prefers_true": {m: not pair.swapped.fools(m) for m in MODELS},
    }


def halves_json(halves: tuple[ScoredHalf, ...]) -> list[dict[str, Any]]:
    """Half-truths as plain JSON types; changes of the cosine against the short caption."""
    return [
        {
            "role": h.half.key,
            "name": h.half.name,
            "filler": h.half.filler,
            "wrong_filler": h.half.other,
            "short": h.half.short.text,
            "right": h.half.right.text,
            "wrong": h.half.wrong.text,
            **{
                m: {
                    "right_change": h.right[m],
                    "wrong_change": h.wrong[m],
                    "right_raises": h.raises(m),
                    "wrong_lowers": h.lowers(m),
                    "right_above_wrong": h.right[m] > h.wrong[m],
                }
                for m in MODELS
            },
        }
        for h in halves
    ]
