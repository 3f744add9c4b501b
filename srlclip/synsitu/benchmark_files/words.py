"""What captions of an instance say: sentences from labels, and changes of one fact that make them wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from srlclip.language import prompts
from srlclip.synsitu import texts
from srlclip.synsitu.benchmark_files.folder import Folder
from srlclip.synsitu.labels import describe, script_event
from srlclip.synsitu.minimal_pairs import FACTS
from srlclip.synsitu.shown import OUTSIDE_KINDS, OUTSIDE_SCENES, held_out_event
from srlclip.synsitu.world import ATTRIBUTES, NEVER_WEARS, ClipScript, EventScript


@dataclass(frozen=True)
class Minimal:
    """Two scripts of one event that differ in one fact. true, false: what they show, each a sentence of the same form."""

    shown: ClipScript
    other: ClipScript

    @property
    def true(self) -> str:
        return sentence(self.shown)

    @property
    def false(self) -> str:
        return sentence(self.other)


def sentence(script: ClipScript, k: int = 0) -> str:
    """Event k by rule from its labels: "A man in red with hat pushes a box to the left slowly in a park."."""
    return prompts.caption(script_event(script, script.events[k], k), "natural").text


def paraphrase(script: ClipScript, rng: np.random.Generator) -> str:
    """The first event in a grammar and synonyms drawn at random."""
    return texts.natural(script, 0, rng)


def in_order(script: ClipScript) -> str:
    """All events in the order in which they are shown: "A, then b."."""
    first, *rest = (sentence(script, k).rstrip(".") for k in range(len(script.events)))
    return ", then ".join([first, *(text[0].lower() + text[1:] for text in rest)]) + "."


def anonymous(script: ClipScript, k: int = 0) -> str:
    """As LSMDC writes: the characters are SOMEONE."""
    kinds = "|".join(character.kind for character in script.cast)
    return re.sub(rf"\ban? (?:{kinds})\b", "SOMEONE", texts.brief(script, script.events[k], 2))


def minimal(folder: Folder, fact: str, count: int) -> list[Minimal]:
    """Pairs that differ in one of minimal_pairs.FACTS, in "extra" (an attribute that the agent lacks) or in "addition"
    (a prop that is not there); which other fact is said is drawn at random."""
    rng = folder.dice(sum(map(ord, fact)))
    return list(islice(_minimal(folder, fact, rng), count))


def _minimal(folder: Folder, fact: str, rng: np.random.Generator) -> Iterator[Minimal]:
    for script in folder.stream():
        event = script.events[0]
        changes = _extra(script, event) if fact == "extra" else FACTS[fact](script, event)
        options = [(s, e) for s, e in changes if shown_elsewhere(s, e)]
        if options:
            other, changed = options[int(rng.integers(len(options)))]
            pair = Minimal(script, replace(other, events=(changed,)))
            if pair.true != pair.false:
                yield pair


def shown_elsewhere(script: ClipScript, event: EventScript) -> bool:
    """Whether other clips of the split could show the event: what none does would give a wrong caption away."""
    kinds = {character.kind for character in script.cast}
    return not (held_out_event(event, script.cast) or script.scene in OUTSIDE_SCENES or kinds & set(OUTSIDE_KINDS))


def predicate(script: ClipScript, k: int = 0) -> str:
    """The sentence of event k without its subject: "pushes a box to the left"."""
    return sentence(script, k).split(describe(script.cast[script.events[k].agent]), 1)[1].strip(" .")


def _extra(script: ClipScript, event: EventScript) -> list[tuple[ClipScript, EventScript]]:
    """The agent, who wears nothing besides clothes, with an attribute that nobody in the clip has."""
    agent = script.cast[event.agent]
    worn = {"", *(c.attribute for c in script.cast), *NEVER_WEARS.get(agent.kind, ())}
    if agent.attribute:
        return []

    def wearing(attribute: str) -> ClipScript:
        cast = [replace(c, attribute=attribute) if i == event.agent else c for i, c in enumerate(script.cast)]
        return replace(script, cast=tuple(cast))

    return [(wearing(attribute), event) for attribute in ATTRIBUTES if attribute not in worn]


def reversed_events(script: ClipScript) -> ClipScript:
    """The same events in reversed order."""
    return replace(script, events=script.events[::-1])
