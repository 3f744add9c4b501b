"""Minimal pairs of captions by slot: the true caption of an event and the same with one thing swapped.

verb        another verb around the same fillers
who         who does it to whom, exchanged
attribute   a colour, size or garment exchanged between two, else replaced
direction   turned round, else another
manner      turned round, else another

A slot that the event's labels do not allow says why. Whole sets of negatives: srlclip.language.negatives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from srlclip.language import negatives, probes, prompts
from srlclip.language.english import clean_filler, is_animate, normalise
from srlclip.language.lexicon import Lexicon
from srlclip.situations import CORE_ROLES, Caption, Event, Situation

#: Slot -> the kind of negative that a swap of it is.
SLOTS = {"verb": "verb_role", "who": "agent_patient", "attribute": "attribute", "direction": "direction", "manner": "manner"}  # fmt: skip


@dataclass(frozen=True)
class Swap:
    """slot: one of SLOTS. captions: the true caption with that slot swapped, the first choice first; none, and then the
    reason in a sentence, where the labels do not allow it."""

    slot: str
    captions: tuple[Caption, ...]
    reason: str = ""


def swaps(
    situation: Situation,
    k: int,
    lexicon: Lexicon,
    rng: np.random.Generator,
    limit: int = 3,
    style: str = "natural",
    render: Callable[[Event, str], Caption] = prompts.caption,
) -> tuple[Swap, ...]:
    """Every slot of event k with at most `limit` captions each. No caption is one that an annotator holds true."""
    event = situation.events[k]
    out = []
    for slot, kind in SLOTS.items():
        if slot == "verb":
            captions = _verbs(situation, k, lexicon, rng, limit, style, render)
        else:
            captions = negatives.build(event, situation, limit, lexicon, (kind,), rng, style, limit, render)
        out.append(Swap(slot, tuple(captions), "" if captions else _reason(slot, event)))
    return tuple(out)


def _verbs(
    situation: Situation, k: int, lexicon: Lexicon, rng: np.random.Generator, limit: int, style: str,
    render: Callable[[Event, str], Caption],
) -> list[Caption]:  # fmt: skip
    """Captions of other verbs that have a place for every participant, so that nothing but the verb changes: verbs that
    take just as many first, since "a man throws" lacks something."""
    event = situation.events[k]
    held = sum(r.key in CORE_ROLES and bool(clean_filler(r.filler)) for r in event.roles)
    allowed = negatives.accepted_verbs(situation, k, lexicon)
    places = {v: sum(key in CORE_ROLES for key, _ in entry.roles) for v, entry in lexicon.entries.items()}
    others = negatives.verb_role_events(event, lexicon, rng, allowed, rule="keep")
    fitting = [e for e in others if places[e.verb_id] >= held]
    true = render(event, style).text
    made: dict[str, Caption] = {}
    for other in sorted(fitting, key=lambda e: places[e.verb_id] > held)[: 4 * limit]:
        caption = render(other, style)
        if normalise(caption.text) != normalise(true):
            removed, inserted = negatives.changes(true, caption.text)
            swapped = replace(caption, kind="verb_role", removed=removed, inserted=inserted)
            made.setdefault(normalise(caption.text), swapped)
    return list(made.values())[:limit]


def _reason(slot: str, event: Event) -> str:
    """Why the event has nothing to swap there."""
    core = [clean_filler(r.filler) for r in event.roles if r.key in CORE_ROLES and clean_filler(r.filler)]
    labelled = {r.key for r in event.roles if clean_filler(r.filler)}
    if slot == "verb":
        return "no other verb is known that takes these participants"
    if slot == "who":
        if len(core) < 2:
            return "only one participant is labelled"
        return "the other participants cannot act" if not any(map(is_animate, core[1:])) else "both read alike"
    if slot == "attribute":
        has = any(probes.attributes_of(text) for text in core)
        return "every other colour or garment reads alike" if has else "no colour, size or garment is labelled"
    if {"direction": "ADir", "manner": "AMnr"}[slot] not in labelled:
        return f"no {slot} is labelled"
    return f"no other {slot} is known"
