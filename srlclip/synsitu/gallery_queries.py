"""Example queries of a gallery of SynSitu, by rule from its scripts: no model is asked, so no score enters the choice.

A query describes an event of a look-alike clip: RIVALS or more other clips of its group (one scene, one cast) show the
same verb, and differ in who does it, to whom, with what or where to. The groups are asked in their order, one query each,
round after round, for a short query and a long one by turns; dice take one of a group's events, and no clip twice.

Short: the fewest words that hold of no other clip of the whole gallery: who does what ("a panda kicks"), else also to
whom or to what, else also where to ("a king pushes a robot to the left"). Long: the natural sentence, with everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from srlclip.results import Example
from srlclip.synsitu.texts import BRIEF_PARTS, brief, natural
from srlclip.synsitu.world import ClipScript, EventScript

#: Clips of the group, besides the described one, that must show the verb otherwise.
RIVALS = 2


def example_queries(scripts: Sequence[ClipScript], count: int, rng: np.random.Generator) -> tuple[Example, ...]:
    """Up to `count` queries of the gallery that these scripts make; fewer where its groups have no more to ask for."""
    groups, spoken = _groups(scripts), _spoken(scripts)
    out: list[Example] = []
    for _ in range(count):
        for group in groups:
            if len(out) == count:
                return tuple(out)
            used = {example.target for example in out}
            events = [(s, k) for s, k in _told_apart(group) if s.clip_id not in used]
            if len(out) % 2 == 0:
                short = [(words, s, k) for s, k in events if (words := _shortest(s, k, spoken))]
                if short:
                    text, script, k = short[int(rng.integers(len(short)))]
                    out.append(Example(text, script.clip_id, k))
            elif events:
                script, k = events[int(rng.integers(len(events)))]
                out.append(Example(natural(script, k, rng), script.clip_id, k, complete=True))
    return tuple(out)


def _groups(scripts: Sequence[ClipScript]) -> list[list[ClipScript]]:
    """The look-alikes: two or more clips of one scene, cast and look."""
    groups: dict[tuple, list[ClipScript]] = {}
    for script in scripts:
        groups.setdefault((script.scene, script.cast, script.look), []).append(script)
    return [group for group in groups.values() if len(group) > 1]


def _told_apart(group: Sequence[ClipScript]) -> Iterator[tuple[ClipScript, int]]:
    """The events whose verb RIVALS other clips of the group show with other roles."""
    for script in group:
        for k, event in enumerate(script.events):
            rivals = [
                other
                for other in group
                if other is not script
                and any(e.verb_id == event.verb_id and _bound(e) != _bound(event) for e in other.events)
            ]
            if len(rivals) >= RIVALS:
                yield script, k


def _bound(event: EventScript) -> tuple:
    """Who does it, to whom, with what, where to; how is no part of it."""
    return event.agent, event.patient, event.prop, event.direction


def _spoken(scripts: Sequence[ClipScript]) -> dict[str, set[str]]:
    """Every brief text of the gallery -> the clips that it holds of."""
    out: dict[str, set[str]] = {}
    for script in scripts:
        for event in script.events:
            for parts in range(BRIEF_PARTS):
                out.setdefault(brief(script, event, parts), set()).add(script.clip_id)
    return out


def _shortest(script: ClipScript, k: int, spoken: dict[str, set[str]]) -> str:
    """The event's shortest brief text that holds of its clip alone, "" if none does."""
    texts = (brief(script, script.events[k], parts) for parts in range(BRIEF_PARTS))
    return next((text for text in texts if spoken[text] == {script.clip_id}), "")
