"""Pairs of sentences in the same words but for one fact of an event: what a model knows of that fact (chance 50 %).

True sentences are never of a held-out combination, and neither are the false ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from srlclip.synsitu import texts
from srlclip.synsitu.shown import held_out_event
from srlclip.synsitu.world import (
    ATTRIBUTES,
    COLOURS,
    KINDS,
    NEVER_WEARS,
    OPPOSITE,
    PROPS,
    SCENES,
    VERBS,
    ClipScript,
    EventScript,
)

Changed = tuple[ClipScript, EventScript]
#: The grammars of texts.tell that every verb has; those in the passive come after them.
_ACTIVE = 6


@dataclass(frozen=True)
class MinimalPair:
    """fact: a name of FACTS. clip: position among the scripts. event: of the clip's. true, false: sentences."""

    fact: str
    clip: int
    event: int
    true: str
    false: str


class _Wording:
    """Stands where texts draw at random: the k-th of any options, counted round, whatever was drawn before it. So both
    sentences of a pair have the same grammar and the same synonyms, although one of them may have words with more options."""

    def __init__(self, k: int):
        self.k = k

    def integers(self, count: int) -> int:
        return self.k % count


def minimal_pairs(scripts: Iterable[ClipScript], seed: int = 0) -> list[MinimalPair]:
    """A pair for each fact that an event has and that can be changed. Which other fact is said derives from (seed, clip,
    event, fact)."""
    out = []
    for clip, script in enumerate(scripts):
        for k, event in enumerate(script.events):
            for i, (fact, changes) in enumerate(FACTS.items()):
                rng = np.random.default_rng([seed, script.look, k, i])
                wording = _Wording(int(rng.integers(_ACTIVE)))
                options = [(s, e) for s, e in changes(script, event) if not held_out_event(e, s.cast)]
                if not options:
                    continue
                pair = (script, event), options[int(rng.integers(len(options)))]
                true, false = (texts.tell(s, e, wording) for s, e in pair)  # type: ignore[arg-type]
                out.append(MinimalPair(fact, clip, k, true, false))
    return out


def _with(script: ClipScript, who: int, **looks: str) -> ClipScript:
    """The script with another kind, colour or attribute of one of the cast."""
    return replace(script, cast=tuple(replace(c, **looks) if i == who else c for i, c in enumerate(script.cast)))


def _scene(script: ClipScript, event: EventScript) -> list[Changed]:
    return [(replace(script, scene=scene), event) for scene in SCENES if scene != script.scene]


def _kind(script: ClipScript, event: EventScript) -> list[Changed]:
    """Another kind of agent, of which there is nobody in the clip."""
    agent, there = script.cast[event.agent], {c.kind for c in script.cast}
    kinds = [k for k in KINDS if k not in there and agent.attribute not in NEVER_WEARS.get(k, ())]
    return [(_with(script, event.agent, kind=kind), event) for kind in kinds]


def _prop(script: ClipScript, event: EventScript) -> list[Changed]:
    return [(script, replace(event, prop=prop)) for prop in PROPS if event.prop and prop != event.prop]


def _colour(script: ClipScript, event: EventScript) -> list[Changed]:
    """Another colour of the agent, which nobody in the clip wears."""
    worn = {c.colour for c in script.cast}
    return [(_with(script, event.agent, colour=colour), event) for colour in COLOURS if colour not in worn]


def _attribute(script: ClipScript, event: EventScript) -> list[Changed]:
    """Another attribute of an agent that has one, which nobody in the clip has."""
    agent = script.cast[event.agent]
    worn = {"", *(c.attribute for c in script.cast), *NEVER_WEARS.get(agent.kind, ())}
    others = [a for a in ATTRIBUTES if agent.attribute and a not in worn]
    return [(_with(script, event.agent, attribute=other), event) for other in others]


def _verb(script: ClipScript, event: EventScript) -> list[Changed]:
    """A verb that takes the same things and goes the same ways, so that nothing else has to change."""
    others = [v for v in texts.same_frame(event) if v != event.verb_id]
    spec = event.spec
    same = [v for v in others if (VERBS[v].directions, VERBS[v].thing) == (spec.directions, spec.thing)]
    return [(script, replace(event, verb_id=verb_id)) for verb_id in same]


def _binding(script: ClipScript, event: EventScript) -> list[Changed]:
    """Agent's and patient's colours exchanged: both are in the picture, on the other one."""
    if event.patient is None or script.cast[event.agent].colour == script.cast[event.patient].colour:
        return []
    a, b = script.cast[event.agent].colour, script.cast[event.patient].colour
    return [(_with(_with(script, event.agent, colour=b), event.patient, colour=a), event)]


def _agent_patient(script: ClipScript, event: EventScript) -> list[Changed]:
    return [] if event.patient is None else [(script, replace(event, agent=event.patient, patient=event.agent))]


def _direction(script: ClipScript, event: EventScript) -> list[Changed]:
    return [(script, replace(event, direction=OPPOSITE[event.direction]))] if event.direction else []


def _manner(script: ClipScript, event: EventScript) -> list[Changed]:
    return [(script, replace(event, manner=OPPOSITE[event.manner]))] if event.manner else []


#: Fact -> every way to change it alone.
FACTS: dict[str, Callable[[ClipScript, EventScript], list[Changed]]] = {
    "scene": _scene,
    "kind": _kind,
    "prop": _prop,
    "colour": _colour,
    "attribute": _attribute,
    "verb": _verb,
    "binding": _binding,
    "agent_patient": _agent_patient,
    "direction": _direction,
    "manner": _manner,
}
