"""What belongs to one verb only: apple, book, guitar, broom, and the mat of a sleeper."""

from __future__ import annotations

from math import hypot

from srlclip.synsitu.drawing.canvas import INK, Canvas, Point


def draw_apple(c: Canvas, at: Point, s: float, f: int) -> None:
    """An apple of radius s, bitten on the side that looks backwards."""
    x, y = at
    c.disc((x, y), s, (226, 40, 48), INK, 2.2)
    c.disc((x - f * 0.85 * s, y - 0.1 * s), 0.5 * s, (255, 240, 206))
    c.line([(x, y - 0.8 * s), (x + 0.15 * s, y - 1.5 * s)], (90, 60, 36), 3)
    c.ellipse((x + 0.6 * s, y - 1.3 * s), (0.5 * s, 0.25 * s), (80, 180, 60), INK, 1.2, -25)


def draw_book(c: Canvas, at: Point, s: float, f: int) -> None:
    """An open book, s high and twice as wide, spine down."""
    x, y = at
    cover = [(x - 1.12 * s, y - 0.62 * s), (x, y - 0.3 * s), (x + 1.12 * s, y - 0.62 * s), (x + 1.05 * s, y + 0.46 * s),
             (x, y + 0.72 * s), (x - 1.05 * s, y + 0.46 * s)]  # fmt: skip
    c.polygon(cover, (40, 90, 200), INK, 2.2)
    for side in (-1, 1):
        page = [
            (x, y - 0.28 * s),
            (x + side * 0.98 * s, y - 0.56 * s),
            (x + side * 0.93 * s, y + 0.3 * s),
            (x, y + 0.56 * s),
        ]
        c.polygon(page, (255, 255, 250), INK, 1.2)
        for k in range(3):
            a, b = (x + side * 0.2 * s, y + (0.24 * k - 0.12) * s), (x + side * 0.8 * s, y + (0.24 * k - 0.28) * s)
            c.line([a, b], (120, 130, 150), 1.8)


def draw_guitar(c: Canvas, body: Point, head: Point, s: float) -> None:
    """A guitar from the middle of its body to the end of its neck; s: half the width of the body."""
    (x, y), (hx, hy) = body, head
    d = hypot(hx - x, hy - y) or 1.0
    ux, uy = (hx - x) / d, (hy - y) / d
    c.limb([(x, y), (hx, hy)], (92, 58, 34), 0.36 * s, INK)
    c.limb([(hx - 6 * ux, hy - 6 * uy), (hx + 5 * ux, hy + 5 * uy)], (60, 40, 28), 0.62 * s, INK)
    for along, r in ((0.55, 0.74), (-0.45, 1.0)):
        c.disc((x + along * s * ux, y + along * s * uy), r * s, (222, 132, 52), INK, 2.4)
    c.disc((x + 0.1 * s * ux, y + 0.1 * s * uy), 0.62 * s, (222, 132, 52))
    c.disc((x + 0.25 * s * ux, y + 0.25 * s * uy), 0.34 * s, (60, 36, 26))
    c.line([(x - 0.7 * s * ux, y - 0.7 * s * uy), (hx, hy)], (250, 240, 220), 1.6)


def draw_broom(c: Canvas, top: Point, foot: Point) -> None:
    """A broom from the end of its stick to its bristles."""
    (x0, y0), (x1, y1) = top, foot
    c.limb([(x0, y0), (x1, y1)], (176, 116, 62), 5.5, INK)
    d = hypot(x1 - x0, y1 - y0) or 1.0
    ux, uy = (x1 - x0) / d, (y1 - y0) / d
    a = (x1 - 26 * ux, y1 - 26 * uy)
    head = [
        (a[0] - 9 * uy, a[1] + 9 * ux),
        (a[0] + 9 * uy, a[1] - 9 * ux),
        (x1 + 22 * uy, y1 - 22 * ux),
        (x1 - 22 * uy, y1 + 22 * ux),
    ]
    c.polygon(head, (246, 206, 84), INK, 2.2)
    for k in (-0.5, 0.0, 0.5):
        c.line([(a[0] + 9 * k * uy, a[1] - 9 * k * ux), (x1 + 22 * k * uy, y1 - 22 * k * ux)], (180, 136, 40), 1.8)


def draw_mat(c: Canvas, x0: float, x1: float, y: float, pillow: Point) -> None:
    """A mat on the ground from x0 to x1 and a pillow."""
    c.polygon([(x0, y - 6), (x1, y - 6), (x1 + 8, y + 13), (x0 - 8, y + 13)], (96, 124, 206), INK, 2.2)
    for k in range(1, 5):
        x = x0 + (x1 - x0) * k / 5
        c.line([(x, y - 5), (x + 1, y + 12)], (240, 240, 250), 3)
    c.ellipse(pillow, (27, 13), (255, 255, 255), INK, 2.2)
