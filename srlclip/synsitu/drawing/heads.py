"""Heads: the silhouette that names a kind, hats, and a face with an expression."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, radians, sin
from typing import TYPE_CHECKING

from srlclip.synsitu.drawing.canvas import INK, Canvas, Colour, Point, mix, shade

if TYPE_CHECKING:
    from srlclip.synsitu.drawing.costume import Costume

Place = Callable[[float, float], Point]  # (forward, up) in head radii -> world point


def _arc(at: Place, start: float, end: float, radius: float = 1.0, steps: int = 10) -> list[Point]:
    return [
        at(
            radius * cos(radians(start + (end - start) * i / steps)),
            radius * sin(radians(start + (end - start) * i / steps)),
        )
        for i in range(steps + 1)
    ]


def draw_head(c: Canvas, who: Costume, face: str, at: Place, r: float) -> None:
    """Draw a head. at: places head coordinates in the world; r: its radius in world units.

    face: calm, happy, angry (red), fierce, tired, asleep, scared, open (surprised mouth), eager (grin) or strain.
    """
    kind = who.character.kind
    skin = mix(who.skin, (236, 34, 24), 0.68) if face == "angry" else who.skin
    hat = who.character.attribute == "hat"
    _HEADS[kind](c, who, skin, at, r)
    _face(c, who, kind, face, skin, at, r)
    if who.character.attribute == "sunglasses":
        _sunglasses(c, kind, at, r)
    if kind == "king":
        crown = [
            at(-0.85, 0.6),
            at(-1.0, 1.5),
            at(-0.5, 1.12),
            at(0.0, 1.7),
            at(0.5, 1.12),
            at(1.0, 1.5),
            at(0.85, 0.6),
        ]
        c.polygon(crown, (255, 206, 40), INK, 2.2)
        for a, u in ((-1.0, 1.5), (0.0, 1.7), (1.0, 1.5)):
            c.disc(at(a, u), r * 0.13, (240, 60, 80), INK, 1.2)
        c.disc(at(0.05, 0.88), r * 0.14, (60, 200, 230))
    elif kind == "wizard":
        cone = shade(who.cloth, 1.18) if who.character.colour == "black" else shade(who.cloth, 0.82)
        c.polygon(
            [at(-0.85, 0.55), at(-0.62, 1.35), at(-0.85, 2.35), at(0.25, 1.5), at(0.9, 0.55)], cone, who.edge, 2.2
        )
        c.limb([at(-1.3, 0.5), at(1.35, 0.5)], cone, r * 0.26, who.edge)
        star = [
            at(0.05 + s * cos(k * 0.6283 + 0.3), 1.05 + s * sin(k * 0.6283 + 0.3))
            for k in range(10)
            for s in [0.36 if k % 2 == 0 else 0.15]
        ]
        c.polygon(star, (255, 236, 90))
    elif hat:
        c.polygon([at(-0.8, 0.6), at(-0.72, 1.42), at(0.0, 1.3), at(0.72, 1.42), at(0.8, 0.6)], (126, 78, 40), INK, 2.2)
        c.polygon([at(-0.8, 0.6), at(-0.78, 0.88), at(0.78, 0.88), at(0.8, 0.6)], (250, 232, 180))
        c.limb([at(-1.42, 0.56), at(1.46, 0.56)], (126, 78, 40), r * 0.2, INK)


def _man(c: Canvas, who: Costume, skin: Colour, at: Place, r: float) -> None:
    c.disc(at(0, 0), r, skin, INK, 2.2)
    c.disc(at(1.0, -0.08), r * 0.17, skin, INK, 1.4)
    hair = _arc(at, 42, 232, 1.05) + [at(-0.35, -0.45), at(-0.32, 0.2), at(0.1, 0.52)]
    c.polygon(hair, who.hair, INK, 1.8)
    c.disc(at(-0.28, -0.12), r * 0.18, skin, INK, 1.4)


def _woman(c: Canvas, who: Costume, skin: Colour, at: Place, r: float) -> None:
    back = _arc(at, 60, 175, 1.12) + [at(-1.42, -0.7), at(-1.5, -1.75), at(-0.75, -1.95), at(-0.1, -1.5), at(0.1, -0.2)]
    c.polygon(back, who.hair, INK, 2.2)
    c.disc(at(0.06, -0.02), r * 0.94, skin, INK, 2.0)
    fringe = _arc(at, 30, 205, 1.06) + [at(-0.62, -0.9), at(-0.3, -0.3), at(-0.2, 0.3), at(0.35, 0.62)]
    c.polygon(fringe, who.hair, INK, 1.8)
    c.disc(at(0.98, -0.05), r * 0.11, skin, INK, 1.2)


def _child(c: Canvas, who: Costume, skin: Colour, at: Place, r: float) -> None:
    c.disc(at(0, 0), r, skin, INK, 2.2)
    if who.character.attribute != "hat":
        spikes = [
            at(0.62, 0.72),
            at(0.5, 1.3),
            at(0.15, 0.98),
            at(-0.05, 1.42),
            at(-0.35, 1.0),
            at(-0.75, 1.22),
            at(-0.8, 0.75),
            at(-1.2, 0.55),
            at(-0.98, 0.15),
            at(-0.6, 0.3),
            at(-0.1, 0.62),
        ]
        c.polygon(spikes, who.hair, INK, 1.8)
    c.disc(at(-0.42, -0.12), r * 0.15, skin, INK, 1.4)
    c.disc(at(0.0, -0.4), r * 0.13, mix(skin, (255, 90, 90), 0.5))
    c.disc(at(0.88, -0.32), r * 0.1, mix(skin, (255, 90, 90), 0.5))


def _bearded(c: Canvas, skin: Colour, hair: Colour, at: Place, r: float, low: float) -> None:
    c.disc(at(0, 0), r, skin, INK, 2.2)
    c.polygon(_arc(at, 100, 215, 1.05) + [at(-0.4, -0.3), at(-0.35, 0.6)], hair, INK, 1.6)
    beard = [
        at(-0.72, -0.15),
        at(-0.85, -0.75),
        at(-0.25, -1.05 - low * 0.5),
        at(0.35, -1.15 - low),
        at(0.9, -0.85 - low * 0.3),
        at(1.1, -0.3),
        at(0.75, -0.2),
        at(0.15, -0.22),
        at(-0.3, -0.3),
    ]
    c.polygon(beard, hair, INK, 1.8)
    c.disc(at(1.0, -0.02), r * 0.17, skin, INK, 1.4)


def _king(c: Canvas, who: Costume, skin: Colour, at: Place, r: float) -> None:
    _bearded(c, skin, who.hair, at, r, 0.05)


def _wizard(c: Canvas, who: Costume, skin: Colour, at: Place, r: float) -> None:
    _bearded(c, skin, (238, 238, 242), at, r, 1.1)


def _robot(c: Canvas, who: Costume, skin: Colour, at: Place, r: float) -> None:
    c.line([at(-0.1, 0.8), at(-0.1, 1.6)], INK, 3.4)
    c.disc(at(-0.1, 1.65), r * 0.22, (255, 70, 60), INK, 1.6)
    c.limb([at(-1.1, 0.0), at(1.1, 0.0)], (120, 130, 142), r * 0.34, INK)
    c.polygon([at(-1, -0.9), at(-1, 0.9), at(1, 0.9), at(1, -0.9)], skin, INK, 2.6)
    c.polygon([at(-0.5, -0.12), at(-0.5, 0.52), at(1, 0.52), at(1, -0.12)], (36, 44, 60), INK, 1.4)


def _panda(c: Canvas, who: Costume, skin: Colour, at: Place, r: float) -> None:
    for a in (-0.78, 0.72):
        c.disc(at(a, 0.84), r * 0.4, (38, 36, 42), (150, 150, 158), 1.4)
    c.disc(at(0, 0), r, skin, INK, 2.2)
    for a in (0.02, 0.72):
        x, y = at(a, 0.08)
        c.ellipse((x, y), (r * 0.27, r * 0.36), (34, 32, 38))
    c.disc(at(0.42, -0.36), r * 0.34, mix(skin, (255, 255, 255), 0.5))
    c.disc(at(0.46, -0.2), r * 0.15, (34, 32, 38))


def _rabbit(c: Canvas, who: Costume, skin: Colour, at: Place, r: float) -> None:
    for a, tip in ((-0.15, -0.75), (0.4, 0.25)):
        c.limb([at(a, 0.7), at((a + tip) / 2, 1.6), at(tip, 2.15)], skin, r * 0.42, INK)
        c.line([at((a * 2 + tip) / 3, 1.2), at((a + tip) / 2, 1.6), at(tip, 2.1)], (255, 158, 176), r * 0.17)
    c.disc(at(0, 0), r, skin, INK, 2.2)
    c.disc(at(0.55, -0.38), r * 0.36, mix(skin, (255, 255, 255), 0.6))
    c.disc(at(0.72, -0.18), r * 0.13, (250, 100, 130))
    c.line([at(0.25, -0.28), at(-0.4, -0.14)], (110, 100, 100), 1.2)
    c.line([at(0.25, -0.38), at(-0.4, -0.44)], (110, 100, 100), 1.2)


def _fox(c: Canvas, who: Costume, skin: Colour, at: Place, r: float) -> None:
    for a, tip in ((-0.62, -0.95), (0.3, 0.4)):
        c.polygon([at(a - 0.42, 0.55), at(tip, 1.75), at(a + 0.42, 0.8)], skin, INK, 2.2)
        c.polygon([at((a + tip) / 2 - 0.17, 1.15), at(tip, 1.75), at((a + tip) / 2 + 0.2, 1.2)], (54, 40, 40))
    c.disc(at(0, 0), r, skin, INK, 2.2)
    c.polygon(
        [at(-0.75, -0.3), at(0.1, -0.05), at(0.5, -0.2), at(0.7, -0.75), at(0.0, -0.97), at(-0.5, -0.85)],
        (250, 244, 236),
    )
    c.polygon([at(0.5, 0.16), at(1.5, -0.3), at(1.3, -0.52), at(0.5, -0.72)], (250, 244, 236), INK, 2.0)
    c.polygon([at(0.5, 0.16), at(1.5, -0.3), at(0.55, -0.2)], skin)
    c.disc(at(1.44, -0.32), r * 0.15, (34, 28, 32))


def _astronaut(c: Canvas, who: Costume, skin: Colour, at: Place, r: float) -> None:
    c.disc(at(0.02, 0.06), r * 1.3, (244, 246, 250), INK, 2.4)
    c.disc(at(-1.2, 0.0), r * 0.24, (214, 70, 60), INK, 1.4)
    c.disc(at(0.26, 0.02), r * 0.97, (70, 96, 140), INK, 2.0)
    c.disc(at(0.3, -0.02), r * 0.82, skin)
    c.line([at(-0.35, 0.5), at(-0.05, 0.82), at(0.3, 0.9)], (220, 240, 255), r * 0.13)


def _sunglasses(c: Canvas, kind: str, at: Place, r: float) -> None:
    low = 0.08 if kind == "panda" else 0.12
    c.line([at(-0.75, low + 0.2), at(0.95, low + 0.12)], (16, 16, 22), r * 0.16)
    for a in (0.1, 0.72):
        x, y = at(a, low)
        c.ellipse((x, y), (r * 0.34, r * 0.31), (16, 16, 22))
        c.line([at(a - 0.12, low - 0.05), at(a + 0.06, low + 0.13)], (150, 170, 200), r * 0.09)


_HEADS = {
    "man": _man,
    "woman": _woman,
    "child": _child,
    "king": _king,
    "robot": _robot,
    "panda": _panda,
    "rabbit": _rabbit,
    "wizard": _wizard,
    "fox": _fox,
    "astronaut": _astronaut,
}


def _face(c: Canvas, who: Costume, kind: str, face: str, skin: Colour, at: Place, r: float) -> None:
    eyes = ((0.02, 0.12), (0.72, 0.12))
    if kind not in ("panda", "robot"):
        eyes = ((0.16, 0.14), (0.7, 0.14)) if kind != "fox" else ((0.0, 0.22), (0.56, 0.22))
    glow = kind == "robot"
    white: Colour = (110, 245, 255) if glow else (255, 255, 255)
    pupil: Colour = (36, 44, 60) if glow else (20, 18, 26)
    if glow:
        eyes = ((0.0, 0.2), (0.62, 0.2))
    for i, (a, u) in enumerate(eyes):
        if face == "happy":
            stroke = white if kind in ("panda", "robot") else pupil
            c.line([at(a - 0.2, u - 0.08), at(a, u + 0.16), at(a + 0.2, u - 0.08)], stroke, r * 0.13)
        elif face == "asleep":
            stroke = white if kind in ("panda", "robot") else pupil
            c.line([at(a - 0.22, u + 0.02), at(a, u - 0.12), at(a + 0.22, u + 0.02)], stroke, r * 0.14)
        elif face == "tired":
            stroke = white if kind in ("panda", "robot") else pupil
            c.line([at(a - 0.22, u - 0.02), at(a + 0.22, u - 0.1)], stroke, r * 0.13)
            c.disc(at(a + 0.04, u - 0.15), r * 0.09, stroke)
        else:
            big = {"scared": 0.26, "open": 0.23}.get(face, 0.2)
            if kind == "panda":
                big *= 0.8
            c.disc(at(a, u), r * big, white, None if kind in ("panda", "robot") else INK, 1.0)
            c.disc(at(a + 0.06, u - 0.01), r * big * 0.55, pupil)
        if face in ("angry", "fierce"):
            d = 1 if i == 0 else -1
            x0, x1 = (a - 0.28, a + 0.22) if d > 0 else (a + 0.28, a - 0.22)
            c.line([at(x0, u + 0.46), at(x1, u + 0.14)], (255, 70, 50) if glow else (20, 10, 16), r * 0.19)
        elif face in ("scared", "strain"):
            d = 1 if i == 0 else -1
            c.line([at(a - 0.2 * d, u + 0.32), at(a + 0.18 * d, u + 0.44)], white if glow else INK, r * 0.1)
    _mouth(c, kind, face, at, r)


def _mouth(c: Canvas, kind: str, face: str, at: Place, r: float) -> None:
    a, u = {"panda": (0.5, -0.55), "rabbit": (0.5, -0.55), "fox": (0.72, -0.58)}.get(kind, (0.42, -0.48))
    if face == "happy":
        c.polygon(
            [
                at(a - 0.42, u + 0.12),
                at(a + 0.42, u + 0.12),
                at(a + 0.3, u - 0.22),
                at(a, u - 0.34),
                at(a - 0.3, u - 0.22),
            ],
            (130, 20, 40),
            INK,
            1.4,
        )
        c.polygon(
            [at(a - 0.36, u + 0.1), at(a + 0.36, u + 0.1), at(a + 0.32, u - 0.03), at(a - 0.32, u - 0.03)],
            (255, 255, 255),
        )
    elif face == "angry":
        c.polygon(
            [at(a - 0.36, u - 0.22), at(a - 0.28, u + 0.06), at(a + 0.28, u + 0.06), at(a + 0.36, u - 0.22)],
            (255, 255, 255),
            INK,
            1.6,
        )
        c.line([at(a - 0.32, u - 0.08), at(a + 0.32, u - 0.08)], INK, 1.2)
    elif face in ("scared", "open", "fierce"):
        x, y = at(a, u - 0.06)
        c.ellipse((x, y), (r * 0.2, r * 0.27), (120, 20, 36), INK, 1.4)
    elif face == "eager":
        c.polygon(
            [at(a - 0.4, u + 0.14), at(a + 0.4, u + 0.2), at(a + 0.3, u - 0.12), at(a - 0.05, u - 0.2)],
            (255, 255, 255),
            INK,
            1.5,
        )
    elif face == "tired":
        c.line([at(a - 0.26, u - 0.12), at(a - 0.05, u), at(a + 0.1, u - 0.08), at(a + 0.26, u - 0.14)], INK, r * 0.1)
    elif face == "strain":
        c.line([at(a - 0.24, u - 0.06), at(a + 0.24, u - 0.06)], INK, r * 0.14)
    else:
        c.line(
            [at(a - 0.28, u + 0.06), at(a - 0.08, u - 0.07), at(a + 0.12, u - 0.07), at(a + 0.3, u + 0.06)],
            INK,
            r * 0.1,
        )
    if kind == "rabbit" and face in ("calm", "happy", "eager", "open"):
        c.polygon(
            [at(a - 0.08, u + 0.02), at(a + 0.16, u + 0.02), at(a + 0.14, u - 0.26), at(a - 0.06, u - 0.26)],
            (255, 255, 255),
            INK,
            1.0,
        )
