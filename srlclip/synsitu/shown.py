"""What each split of SynSitu shows: reserved scenes and kinds, and combinations that are held out.

A combination of HELD_* is shown in "heldout" alone. A scene or kind of OUTSIDE_* is shown in "pretrain", which a base learns
from, and in "outside", which asks what an adapted model still knows of it; in no other split.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from srlclip.synsitu.world import KINDS, SCENES, Character, EventScript

SPLITS = ("pretrain", "train", "alike", "valid", "test", "hard", "heldout", "outside")
#: What only "pretrain" and "outside" show: a wild place, an open one and a room; the two kinds with the fewest hold-outs.
OUTSIDE_SCENES = ("cave", "harbour", "supermarket")
OUTSIDE_KINDS = ("fox", "astronaut")

#: (verb, agent kind) pairs that only "heldout" shows; each kind at least twice. Those of the reserved kinds, here and below,
#: are shown nowhere: they stay, because "pretrain" would be drawn otherwise without them.
HELD_VERB_AGENT = frozenset(
    {
        ("run.02", "robot"), ("crawl.01", "king"), ("jump.03", "wizard"), ("dance.01", "panda"), ("sit.01", "rabbit"),
        ("climb.01", "woman"), ("push.01", "panda"), ("pull.01", "child"), ("kick.01", "king"), ("throw.01", "rabbit"),
        ("lift.01", "wizard"), ("carry.01", "man"), ("hug.01", "robot"), ("chase.01", "woman"), ("give.01", "child"),
        ("wave.02", "man"), ("walk.01", "fox"), ("talk.01", "astronaut"), ("look.01", "robot"), ("point.01", "fox"),
        ("follow.01", "astronaut"), ("punch.01", "rabbit"),
    }
)  # fmt: skip
#: (clothing colour, kind) pairs that only "heldout" shows.
HELD_COLOUR_KIND = frozenset(
    {
        ("red", "rabbit"), ("orange", "woman"), ("yellow", "robot"), ("green", "king"),
        ("blue", "child"), ("purple", "panda"), ("white", "man"), ("black", "wizard"),
        ("brown", "fox"), ("turquoise", "astronaut"), ("pink", "king"), ("grey", "woman"),
    }
)  # fmt: skip
#: (agent kind, patient kind) pairs that only "heldout" shows; the reverse order does occur in training.
HELD_AGENT_PATIENT = frozenset(
    {
        ("man", "robot"), ("woman", "king"), ("child", "panda"), ("king", "wizard"),
        ("robot", "rabbit"), ("panda", "woman"), ("rabbit", "child"), ("wizard", "man"),
        ("fox", "astronaut"), ("astronaut", "king"),
    }
)  # fmt: skip


def held_out(character: Character) -> bool:
    return (character.colour, character.kind) in HELD_COLOUR_KIND


def held_out_event(event: EventScript, cast: tuple[Character, ...]) -> bool:
    """Whether the event shows a combination of verb, agent, patient or clothing that training never shows."""
    agent = cast[event.agent]
    if (event.verb_id, agent.kind) in HELD_VERB_AGENT or held_out(agent):
        return True
    if event.patient is None:
        return False
    patient = cast[event.patient]
    return (agent.kind, patient.kind) in HELD_AGENT_PATIENT or held_out(patient)


@dataclass(frozen=True)
class Shown:
    """What a split shows. actors: the kinds of which every event's agent is. held: whether it is of held-out combinations."""

    scenes: tuple[str, ...]
    kinds: tuple[str, ...]
    actors: tuple[str, ...]
    held: bool = False


_INSIDE_KINDS = tuple(kind for kind in KINDS if kind not in OUTSIDE_KINDS)
_INSIDE = Shown(tuple(scene for scene in SCENES if scene not in OUTSIDE_SCENES), _INSIDE_KINDS, _INSIDE_KINDS)
SHOWN = dict.fromkeys(SPLITS, _INSIDE) | {
    "pretrain": Shown(SCENES, KINDS, KINDS),
    "heldout": replace(_INSIDE, held=True),
    "outside": Shown(OUTSIDE_SCENES, KINDS, OUTSIDE_KINDS),
}
