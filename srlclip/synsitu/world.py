"""What exists in SynSitu: scenes, characters, props, verbs, and the script of a clip. No drawing, no randomness."""

from __future__ import annotations

from dataclasses import dataclass

from srlclip.synsitu.verbs import HORIZONTAL, VERBS, VERTICAL, VerbSpec

__all__ = [
    "ATTRIBUTES", "COLOURS", "HORIZONTAL", "KINDS", "MANNERS", "NEVER_WEARS", "OPPOSITE", "PROPS", "SCENES", "VERBS",
    "VERTICAL", "Character", "ClipScript", "EventScript",
]  # fmt: skip

SCENES = (
    "street", "beach", "park", "snow", "desert",
    "stage", "city at night", "kitchen", "office", "farm",
    "forest", "cave", "castle", "harbour", "bedroom",
    "classroom", "supermarket", "train station",
)  # fmt: skip
KINDS = ("man", "woman", "child", "king", "robot", "panda", "rabbit", "wizard", "fox", "astronaut")
COLOURS = (
    "red", "orange", "yellow", "green", "blue", "purple",
    "white", "black", "pink", "brown", "grey", "turquoise",
)  # fmt: skip
#: "" is nothing.
ATTRIBUTES = ("", "hat", "scarf", "backpack", "cape", "sunglasses")
#: What a kind never wears, because its own figure already has such a thing or hides it.
NEVER_WEARS = {
    "king": ("hat", "cape"),
    "wizard": ("hat",),
    "robot": ("sunglasses",),
    "astronaut": ("hat", "backpack", "sunglasses"),
}
PROPS = ("ball", "box", "chair", "bag", "barrel", "plant", "lamp", "umbrella")
MANNERS = ("slowly", "quickly", "happily", "angrily")
_OPPOSITES = (HORIZONTAL, VERTICAL, ("slowly", "quickly"), ("happily", "angrily"))
#: A direction or manner -> the one that turns it round.
OPPOSITE = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}


@dataclass(frozen=True)
class Character:
    kind: str
    colour: str
    attribute: str = ""


@dataclass(frozen=True)
class EventScript:
    """One event: who (index into the cast) does what to whom (cast index) or to which prop, where to and how."""

    verb_id: str
    agent: int
    patient: int | None = None
    prop: str | None = None
    direction: str = ""
    manner: str = ""

    @property
    def spec(self) -> VerbSpec:
        return VERBS[self.verb_id]


@dataclass(frozen=True)
class ClipScript:
    """Everything that a clip shows. look: seed of the details that no label names (placement, skin, scenery)."""

    clip_id: str
    scene: str
    cast: tuple[Character, ...]
    events: tuple[EventScript, ...]
    look: int = 0
