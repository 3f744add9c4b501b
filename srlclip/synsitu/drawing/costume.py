"""What a character looks like through a clip: body build by kind, cloth by colour, skin and hair by the look seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from srlclip.synsitu.drawing.canvas import INK, Colour, shade
from srlclip.synsitu.world import ATTRIBUTES, COLOURS, KINDS, Character

CLOTH: dict[str, Colour] = {
    "red": (226, 36, 40),
    "orange": (255, 138, 16),
    "yellow": (252, 220, 40),
    "green": (36, 164, 66),
    "blue": (40, 92, 230),
    "purple": (146, 56, 196),
    "white": (250, 250, 250),
    "black": (34, 34, 40),
    "pink": (255, 158, 204),
    "brown": (124, 78, 42),
    "grey": (146, 150, 156),
    "turquoise": (46, 206, 198),
}
ADULT = 164.0  # standing height of a man, in world units


@dataclass(frozen=True)
class Build:
    """What the body of a kind looks like: widths in units of its height."""

    height: float
    head: float
    shoulders: float
    hips: float
    limb: float


BUILDS: dict[str, Build] = {
    "man": Build(1.00, 0.142, 0.125, 0.095, 0.078),
    "woman": Build(0.96, 0.142, 0.098, 0.085, 0.066),
    "child": Build(0.75, 0.190, 0.125, 0.112, 0.088),
    "king": Build(1.03, 0.140, 0.140, 0.135, 0.080),
    "robot": Build(0.98, 0.138, 0.160, 0.140, 0.060),
    "panda": Build(0.93, 0.178, 0.155, 0.190, 0.100),
    "rabbit": Build(0.83, 0.160, 0.112, 0.130, 0.084),
    "wizard": Build(0.97, 0.138, 0.110, 0.125, 0.074),
    "fox": Build(0.88, 0.150, 0.112, 0.112, 0.076),
    "astronaut": Build(1.00, 0.150, 0.158, 0.138, 0.100),
}


@dataclass(frozen=True)
class Costume:
    """A character's colours and size, fixed for a clip."""

    character: Character
    height: float
    skin: Colour
    hair: Colour
    cloth: Colour
    cloth_far: Colour
    edge: Colour
    legs: Colour
    feet: Colour

    @property
    def build(self) -> Build:
        return BUILDS[self.character.kind]


_SKINS: tuple[Colour, ...] = ((250, 212, 176), (236, 188, 146), (206, 150, 106), (158, 104, 70), (116, 76, 54))
_HAIRS: tuple[Colour, ...] = ((48, 34, 30), (96, 60, 34), (150, 92, 42), (226, 184, 92), (186, 84, 40))
_FUR: tuple[Colour, ...] = ((238, 232, 228), (214, 206, 204), (200, 176, 150))
_RED_FUR: tuple[Colour, ...] = ((206, 96, 40), (190, 80, 36), (218, 112, 52))


def make_costume(character: Character, rng: np.random.Generator) -> Costume:
    """Choose what no label names (skin, hair, exact height). Raises ValueError on an unknown name."""
    for what, value, allowed in (
        ("kind", character.kind, KINDS),
        ("colour", character.colour, COLOURS),
        ("attribute", character.attribute, ATTRIBUTES),
    ):
        if value not in allowed:
            raise ValueError(f"unknown {what} {value!r}; allowed: {', '.join(map(repr, allowed))}")
    kind = character.kind
    tone = int(rng.integers(len(_SKINS)))
    hair = _HAIRS[int(rng.integers(len(_HAIRS)))] if tone < 3 else _HAIRS[int(rng.integers(2))]
    fur = _FUR[int(rng.integers(len(_FUR)))]
    size = ADULT * BUILDS[kind].height * float(rng.uniform(0.95, 1.05))
    skin, legs, feet = _SKINS[tone], (84, 78, 84), (60, 44, 38)
    if kind == "robot":
        skin, legs, feet = (186, 196, 206), (140, 150, 162), (96, 104, 116)
    elif kind == "panda":
        skin, legs, feet = (246, 246, 244), (44, 42, 48), (44, 42, 48)
    elif kind == "rabbit":
        skin, legs, feet = fur, fur, fur
    elif kind == "fox":
        skin = legs = _RED_FUR[int(rng.integers(len(_RED_FUR)))]
        feet = (54, 40, 40)
    elif kind == "astronaut":
        legs, feet = (232, 234, 240), (120, 126, 140)
    elif kind == "child":
        legs, feet = skin, (196, 60, 110)
    elif kind == "woman":
        legs, feet = skin, (120, 50, 60)
    cloth = CLOTH[character.colour]
    edge = (176, 176, 184) if character.colour == "black" else INK
    far = shade(cloth, 1.22) if character.colour == "black" else shade(cloth, 0.8)
    return Costume(character, size, skin, hair, cloth, far, edge, legs, feet)
