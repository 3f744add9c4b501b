"""The things of the world: eight props and the ladder."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, radians, sin

from srlclip.synsitu.drawing.canvas import INK, Canvas, Point

Place = Callable[[float, float], Point]
PROP_SIZE = 66.0  # across, in world units


def _ball(c: Canvas, at: Place, s: float) -> None:
    c.disc(at(0, 0), s, (255, 255, 255), INK, 2.4)
    for k, colour in enumerate(((255, 70, 150), (30, 190, 210), (255, 70, 150))):
        a = radians(120 * k)
        b = [at(0, 0)] + [at(0.95 * cos(a + d), 0.95 * sin(a + d)) for d in (0, 0.26, 0.52, 0.78, 1.05)]
        c.polygon(b, colour)
    c.disc(at(0, 0), s * 0.2, (255, 255, 255), INK, 1.2)
    c.disc(at(0, 0), s, None, INK, 2.4)


def _box(c: Canvas, at: Place, s: float) -> None:
    c.polygon([at(-1, -0.9), at(1, -0.9), at(1, 0.9), at(-1, 0.9)], (205, 152, 92), INK, 2.6)
    c.polygon([at(-0.2, -0.9), at(0.2, -0.9), at(0.2, 0.9), at(-0.2, 0.9)], (240, 214, 160))
    c.line([at(-1, 0.5), at(1, 0.5)], (140, 94, 50), 2.0)
    c.line([at(-0.85, -0.62), at(-0.45, -0.62)], (140, 94, 50), 3.0)


def _chair(c: Canvas, at: Place, s: float) -> None:
    wood = (168, 100, 46)
    for x in (-0.72, 0.72):
        c.limb([at(x, -0.95), at(x, -0.05)], wood, s * 0.18, INK)
    c.limb([at(-0.72, 0.0), at(-0.82, 1.15)], wood, s * 0.2, INK)
    c.limb([at(-0.3, 0.05), at(-0.38, 1.1)], wood, s * 0.14, INK)
    c.limb([at(-0.85, 1.1), at(-0.3, 1.1)], wood, s * 0.2, INK)
    c.limb([at(-0.85, -0.05), at(0.85, -0.05)], (208, 134, 66), s * 0.26, INK)


def _bag(c: Canvas, at: Place, s: float) -> None:
    loop = [at(-0.5, 0.2), at(-0.45, 0.85), at(-0.2, 1.1), at(0.2, 1.1), at(0.45, 0.85), at(0.5, 0.2)]
    c.limb(loop, (24, 116, 116), s * 0.13, INK, 1.6)
    c.polygon(
        [at(-0.75, 0.35), at(0.75, 0.35), at(1.0, -0.8), at(0.8, -0.95), at(-0.8, -0.95), at(-1.0, -0.8)],
        (38, 172, 166),
        INK,
        2.6,
    )
    c.polygon([at(-0.75, 0.35), at(0.75, 0.35), at(0.45, -0.15), at(-0.45, -0.15)], (24, 128, 126), INK, 1.6)
    c.disc(at(0, -0.14), s * 0.15, (255, 220, 90), INK, 1.4)


def _barrel(c: Canvas, at: Place, s: float) -> None:
    shape = [
        at(-0.62, 1),
        at(0.62, 1),
        at(0.86, 0.35),
        at(0.86, -0.35),
        at(0.62, -1),
        at(-0.62, -1),
        at(-0.86, -0.35),
        at(-0.86, 0.35),
    ]
    c.polygon(shape, (124, 74, 40), INK, 2.6)
    for x in (-0.4, 0.0, 0.4):
        c.line([at(x * 0.8, 0.95), at(x * 1.1, 0), at(x * 0.8, -0.95)], (86, 48, 26), 1.8)
    for y in (0.55, -0.55):
        c.line([at(-0.78, y), at(0.78, y)], (176, 184, 192), s * 0.2)


def _plant(c: Canvas, at: Place, s: float) -> None:
    for tip, side in (
        ((-0.95, 0.55), (-0.3, 0.75)),
        ((0.95, 0.55), (0.3, 0.75)),
        ((-0.5, 1.15), (0.05, 0.8)),
        ((0.5, 1.15), (-0.05, 0.8)),
        ((0.0, 1.3), (0.25, 0.6)),
    ):
        c.polygon(
            [at(0, -0.15), at(tip[0] * 0.75, tip[1] * 0.35), at(*tip), at(*side)], (74, 190, 60), (22, 92, 32), 1.8
        )
    c.polygon([at(-0.6, -0.1), at(0.6, -0.1), at(0.42, -1), at(-0.42, -1)], (204, 98, 62), INK, 2.4)
    c.limb([at(-0.62, -0.12), at(0.62, -0.12)], (224, 122, 82), s * 0.2, INK)


def _lamp(c: Canvas, at: Place, s: float) -> None:
    c.limb([at(0, -0.85), at(0, 0.2)], (120, 124, 136), s * 0.16, INK)
    c.limb([at(-0.5, -0.92), at(0.5, -0.92)], (120, 124, 136), s * 0.2, INK)
    c.polygon([at(-0.45, 1.15), at(0.45, 1.15), at(0.92, 0.12), at(-0.92, 0.12)], (255, 244, 150), INK, 2.6)
    c.line([at(-0.85, 0.22), at(0.85, 0.22)], (246, 190, 60), s * 0.16)


def _umbrella(c: Canvas, at: Place, s: float) -> None:
    c.line([at(0, 0.9), at(0, -0.8), at(0.12, -1.0), at(0.32, -0.95)], INK, s * 0.15)
    dome = [at(1.2 * cos(radians(a)), 0.1 + 1.05 * sin(radians(a))) for a in range(0, 181, 18)]
    scallop = [at(x, y) for x, y in ((-0.8, 0.25), (-0.4, 0.1), (0.0, 0.25), (0.4, 0.1), (0.8, 0.25))]
    c.polygon(dome + scallop, (255, 112, 190), INK, 2.4)
    for x in (-0.4, 0.4):
        c.line([at(0, 1.12), at(x, 0.12)], (190, 40, 120), 1.8)


_PROPS: dict[str, Callable[[Canvas, Place, float], None]] = {
    "ball": _ball,
    "box": _box,
    "chair": _chair,
    "bag": _bag,
    "barrel": _barrel,
    "plant": _plant,
    "lamp": _lamp,
    "umbrella": _umbrella,
}


def draw_prop(c: Canvas, name: str, centre: Point, size: float = PROP_SIZE, turn: float = 0.0) -> None:
    """Draw a prop about `size` across. turn: degrees clockwise on the screen. Raises ValueError on an unknown name."""
    if name not in _PROPS:
        raise ValueError(f"unknown prop {name!r}; allowed: {', '.join(_PROPS)}")
    s, ca, sa = size / 2, cos(radians(turn)), sin(radians(turn))

    def at(x: float, y: float) -> Point:
        return centre[0] + s * (x * ca + y * sa), centre[1] + s * (x * sa - y * ca)

    _PROPS[name](c, at, s)


def draw_ladder(c: Canvas, x: float, bottom: float, top: float, width: float = 50.0, step: float = 24.0) -> None:
    """A wooden ladder seen from the front, centred on x."""
    wood = (206, 150, 78)
    y = bottom - 12
    while y > top + 4:
        c.limb([(x - width / 2, y), (x + width / 2, y)], (226, 176, 104), 4.5, INK, 1.6)
        y -= step
    for side in (-1, 1):
        c.limb([(x + side * width / 2, bottom), (x + side * width / 2, top)], wood, 6.5, INK)
