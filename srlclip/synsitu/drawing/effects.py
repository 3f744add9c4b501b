"""Signs that cartoons draw in the air: manner marks, speed lines, hearts, stars, arrows, notes, bubbles."""

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


def speech(c: Canvas, at: Point, mouth: Point) -> None:
    """A speech bubble with lines of writing, its tail at the mouth."""
    x, y = at
    d = 1 if mouth[0] < x else -1
    c.polygon([(x - d * 22, y + 4), (x - d * 4, y + 13), mouth], PAPER, INK, 4.0)
    c.ellipse((x, y), (32, 21), PAPER, INK, 2.4)
    c.polygon([(x - d * 21, y + 4), (x - d * 5, y + 12), mouth], PAPER)
    for k, half in ((-1, 15), (0, 20), (1, 13)):
        c.line([(x - half, y + 8.5 * k), (x + half, y + 8.5 * k)], (70, 84, 130), 3.6)


def eye(c: Canvas, at: Point, s: float) -> None:
    """The sign of looking."""
    x, y = at
    c.polygon([(x - 1.3 * s, y), (x - 0.6 * s, y - 0.62 * s), (x + 0.6 * s, y - 0.62 * s), (x + 1.3 * s, y),
               (x + 0.6 * s, y + 0.62 * s), (x - 0.6 * s, y + 0.62 * s)], PAPER, INK, 2.6)  # fmt: skip
    c.disc(at, 0.5 * s, (60, 130, 210), INK, 1.8)
    c.disc(at, 0.22 * s, INK)


def cross(c: Canvas, at: Point, s: float) -> None:
    """The sign of aid: a white cross on green."""
    x, y = at
    c.disc(at, s, (40, 170, 90), PAPER, 3.0)
    for a, b in ((0.62, 0.2), (0.2, 0.62)):
        c.rect(x - a * s, y - b * s, x + a * s, y + b * s, PAPER)


def _snail(c: Canvas, x: float, y: float, f: int, phase: float) -> None:
    slide = 3 * phase * f
    body = [(x + slide + f * a, y + b) for a, b in ((-28, 12), (22, 12), (27, -2))]
    c.limb(body, (244, 214, 150), 8.5, INK, 2.2)
    for d in (-4, 4):
        top = (x + slide + f * (29 + d), y - 15)
        c.line([(x + slide + f * 27, y - 3), top], INK, 3.4)
        c.disc(top, 3.2, PAPER, INK, 1.4)
    c.disc((x + slide - f * 4, y - 3), 15.5, (176, 106, 60), INK, 2.4)
    c.disc((x + slide - f * 3, y - 2), 9.0, (226, 160, 100), INK, 1.8)
    c.disc((x + slide - f * 2, y - 1), 3.4, (176, 106, 60))


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


def _stopwatch(c: Canvas, x: float, y: float, f: int, phase: float) -> None:
    """Points nowhere: the hand goes round."""
    c.rect(x - 4.5, y - 25, x + 4.5, y - 15, (90, 220, 255), INK)
    c.disc((x, y), 18.5, (90, 220, 255), INK, 2.6)
    c.disc((x, y), 13.0, PAPER, INK, 1.8)
    a = 2 * pi * (2.0 * phase)
    c.polygon(
        [(x, y), (x + 11 * sin(a), y - 11 * cos(a)), (x + 11 * sin(a + 1.1), y - 11 * cos(a + 1.1))], (255, 70, 50)
    )
    c.line([(x, y), (x + 11 * sin(a + 1.1), y - 11 * cos(a + 1.1))], INK, 2.6)
    for side in (-1, 1):
        for d in (0, 1):
            c.ellipse((x, y), (25 + 7 * d, 25 + 7 * d), None, INK, 4.2, 0.0, 90 - 90 * side - 24, 90 - 90 * side + 24)
            c.ellipse(
                (x, y),
                (25 + 7 * d, 25 + 7 * d),
                None,
                (90, 220, 255),
                2.2,
                0.0,
                90 - 90 * side - 24,
                90 - 90 * side + 24,
            )


_MARKS = {"slowly": _snail, "angrily": _steam, "happily": _joy, "quickly": _stopwatch}


def manner_mark(c: Canvas, manner: str, at: Point, f: int, phase: float) -> None:
    """The sign of a manner in the air, centred on `at`."""
    x, y = min(max(at[0], 40), 280), min(max(at[1], 24), 250)
    _MARKS[manner](c, x, y, f, phase)
