"""Signs that cartoons draw in the air: manner marks, speed lines, hearts, stars, arrows, notes."""

from __future__ import annotations

from math import cos, pi, sin

from srlclip.synsitu.drawing.canvas import INK, PAPER, Canvas, Colour, Point


def heart(c: Canvas, at: Point, s: float, colour: Colour = (255, 60, 110)) -> None:
    x, y = at
    for tint, edge in ((PAPER, 2.2), (colour, 0.0)):
        for side in (-1, 1):
            c.disc((x + side * 0.46 * s, y - 0.35 * s), 0.53 * s + edge, tint)
        c.polygon(
            [
                (x - 0.93 * s - edge, y - 0.08 * s),
                (x, y + s + 1.4 * edge),
                (x + 0.93 * s + edge, y - 0.08 * s),
                (x, y - 0.5 * s),
            ],
            tint,
        )


def star(
    c: Canvas, at: Point, s: float, colour: Colour, points: int = 5, inner: float = 0.45, turn: float = 0.0
) -> None:
    x, y = at
    ring = []
    for k in range(2 * points):
        r, a = s * (1.0 if k % 2 == 0 else inner), turn + pi * k / points - pi / 2
        ring.append((x + r * cos(a), y + r * sin(a)))
    c.polygon(ring, colour, INK, 1.4)


def impact(c: Canvas, at: Point, s: float) -> None:
    """The burst of a blow."""
    x, y = at
    for size, colour, edge in ((s, (255, 214, 30), (224, 70, 20)), (s * 0.55, (255, 255, 255), None)):
        ring = []
        for k in range(16):
            r, a = size * (1.0 if k % 2 == 0 else 0.58), 0.2 + pi * k / 8
            ring.append((x + r * cos(a), y + r * sin(a)))
        c.polygon(ring, colour, edge, 2.2)


def arrow(c: Canvas, tail: Point, tip: Point, width: float = 7.0, colour: Colour = (255, 255, 255)) -> None:
    (x0, y0), (x1, y1) = tail, tip
    d = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    ux, uy = (x1 - x0) / d, (y1 - y0) / d
    nx, ny = -uy, ux
    head = width * 1.5
    bx, by = x1 - ux * head, y1 - uy * head
    w = width * 0.45
    c.polygon(
        [
            (x0 + nx * w, y0 + ny * w),
            (bx + nx * w, by + ny * w),
            (bx + nx * width * 1.2, by + ny * width * 1.2),
            (x1, y1),
            (bx - nx * width * 1.2, by - ny * width * 1.2),
            (bx - nx * w, by - ny * w),
            (x0 - nx * w, y0 - ny * w),
        ],
        colour,
        INK,
        2.2,
    )


def streaks(c: Canvas, lines: list[tuple[Point, Point]], width: float = 3.0) -> None:
    """Motion lines that show on light and on dark grounds."""
    for a, b in lines:
        c.line([a, b], (52, 58, 84), width + 2.4)
    for a, b in lines:
        c.line([a, b], PAPER, width)


def arcs(c: Canvas, centre: Point, radius: float, start: float, end: float, count: int = 2, gap: float = 8.0) -> None:
    for k in range(count):
        r = radius + gap * k
        c.ellipse(centre, (r, r), None, (52, 58, 84), 5.0, 0.0, start, end)
        c.ellipse(centre, (r, r), None, PAPER, 2.6, 0.0, start, end)


def note(c: Canvas, at: Point, s: float, colour: Colour) -> None:
    x, y = at
    top = [(x - s * 0.5, y + s * 0.8), (x - s * 0.5, y - s), (x + s * 0.8, y - s * 1.2), (x + s * 0.8, y + s * 0.6)]
    for tint, w, extra in ((PAPER, s * 0.36 + 3, 1.8), (colour, s * 0.36, 0.0)):
        c.line(top, tint, w)
        for px, py in (top[0], top[3]):
            c.ellipse((px - s * 0.22, py), (s * 0.42 + extra, s * 0.32 + extra), tint, angle=-20)


def drop(c: Canvas, at: Point, s: float) -> None:
    """A drop of sweat."""
    x, y = at
    c.polygon(
        [
            (x, y - 1.5 * s),
            (x + 0.75 * s, y),
            (x + 0.6 * s, y + 0.7 * s),
            (x, y + s),
            (x - 0.6 * s, y + 0.7 * s),
            (x - 0.75 * s, y),
        ],
        (90, 200, 255),
        (16, 70, 150),
        1.6,
    )


def puff(c: Canvas, at: Point, s: float, colour: Colour = (244, 238, 226)) -> None:
    """A cloud of dust or steam."""
    x, y = at
    blobs = ((-0.8, 0.15, 0.55), (0.75, 0.2, 0.5), (0.0, -0.3, 0.75))
    for a, b, r in blobs:
        c.disc((x + a * s, y + b * s), r * s + 1.8, (92, 86, 92))
    for a, b, r in blobs:
        c.disc((x + a * s, y + b * s), r * s, colour)


def _bubble(c: Canvas, x: float, y: float, f: int, phase: float) -> None:
    for cx, cy, r in ((-22, 0, 12), (0, -2, 16), (22, 0, 12)):
        c.disc((x + cx, y + cy), r + 2.2, INK)
    for cx, cy, r in ((-22, 0, 12), (0, -2, 16), (22, 0, 12)):
        c.disc((x + cx, y + cy), r, PAPER)
    c.rect(x - 22, y - 10, x + 22, y + 11, PAPER)
    for k in (-1, 0, 1):
        c.disc((x + 14 * k, y + 1), 5.0, (70, 84, 130))
    c.disc((x + 13 * f, y + 20), 4.0, PAPER, INK, 1.8)


def _steam(c: Canvas, x: float, y: float, f: int, phase: float) -> None:
    for side in (-1, 1):
        puff(c, (x + side * (27 + 5 * (phase * 4 % 1)), y + 10), 9.5, (255, 226, 214))
    bolt = [(-20, 8), (-13, -12), (-6, 6), (1, -14), (8, 6), (15, -12), (21, 8)]
    c.line([(x + a, y + b) for a, b in bolt], INK, 8.5)
    c.line([(x + a, y + b) for a, b in bolt], (255, 40, 24), 5.0)


def _joy(c: Canvas, x: float, y: float, f: int, phase: float) -> None:
    lift = 3 * sin(phase * 4 * pi)
    heart(c, (x - 22, y + 4 + lift), 10.5)
    heart(c, (x + 22, y + 4 - lift), 10.5)
    star(c, (x, y - 6 - lift), 11.5, (255, 236, 70), 4, 0.35)


def _haste(c: Canvas, x: float, y: float, f: int, phase: float) -> None:
    for k in (-1, 0, 1):
        a = x + 15 * k - 4 * f
        c.line([(a - 7 * f, y - 10), (a + 6 * f, y), (a - 7 * f, y + 10)], INK, 8.0)
    for k in (-1, 0, 1):
        a = x + 15 * k - 4 * f
        c.line([(a - 7 * f, y - 10), (a + 6 * f, y), (a - 7 * f, y + 10)], (120, 240, 255), 4.4)


_MARKS = {"slowly": _bubble, "angrily": _steam, "happily": _joy, "quickly": _haste}


def manner_mark(c: Canvas, manner: str, at: Point, f: int, phase: float) -> None:
    """The sign of a manner in the air, centred on `at`."""
    x, y = min(max(at[0], 40), 280), min(max(at[1], 24), 250)
    _MARKS[manner](c, x, y, f, phase)
