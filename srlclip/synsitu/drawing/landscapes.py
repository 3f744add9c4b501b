"""Scenes in the open: beach, park, snow, desert, farm. Each draws itself and returns its shadow colour."""

from __future__ import annotations

from math import pi, sin

import numpy as np

from srlclip.synsitu.drawing.backdrop import DAY, WIDE, band, cloud, pick, sky
from srlclip.synsitu.drawing.canvas import Canvas, Colour, shade


def beach(c: Canvas, rng: np.random.Generator) -> Colour:
    evening = rng.random() < 0.3
    band(c, 0, 150, *(((255, 170, 110), (255, 226, 170)) if evening else pick(rng, DAY[:2])))
    sx = float(rng.uniform(60, WIDE - 60))
    c.disc((sx, 52), 34, (255, 246, 190) if not evening else (255, 206, 120))
    c.disc((sx, 52), 24, (255, 232, 90) if not evening else (255, 150, 70))
    if not evening:
        cloud(c, float(rng.uniform(30, 300)), 84, 14, (250, 252, 255))
    band(c, 138, 212, (30, 120, 190) if not evening else (70, 90, 160), (70, 200, 214))
    for k in range(16):
        x, y = float(rng.uniform(0, WIDE)), 146 + 4.0 * k
        c.line([(x, y), (x + 12, y - 2), (x + 24, y)], (190, 236, 246), 1.8)
    bx = float(rng.uniform(60, 280))
    c.polygon([(bx - 18, 148), (bx + 18, 148), (bx + 11, 157), (bx - 11, 157)], (170, 90, 60))
    c.polygon([(bx, 98), (bx, 144), (bx + 24, 144)], (255, 255, 255), (120, 130, 150), 1.4)
    c.polygon([(bx - 4, 106), (bx - 4, 144), (bx - 18, 144)], (255, 214, 110), (120, 130, 150), 1.4)
    band(c, 208, 320, (252, 230, 170), (238, 204, 136))
    foam = [(x, 209 + 4 * sin(x / 19)) for x in range(-10, WIDE + 20, 10)]
    c.line(foam, (255, 255, 255), 6)
    for _ in range(26):
        x, y = float(rng.uniform(0, WIDE)), float(rng.uniform(224, 318))
        c.line([(x, y), (x + 5, y)], (222, 184, 118), 1.8)
    side = pick(rng, (-1, 1))
    px = WIDE / 2 + side * 138
    trunk = [(px, 236), (px - side * 6, 180), (px - side * 20, 120), (px - side * 34, 82)]
    c.limb(trunk, (166, 118, 70), 11, (104, 70, 40))
    tx, ty = trunk[-1]
    for dx, dy in ((-52, 12), (-38, -20), (-4, -34), (34, -22), (54, 10), (22, 22), (-24, 24)):
        leaf = [
            (tx, ty - 4),
            (tx + dx * 0.5, ty + dy * 0.6 - 14),
            (tx + dx, ty + dy + 6),
            (tx + dx * 0.5, ty + dy * 0.6 + 2),
        ]
        c.polygon(leaf, (52, 160, 74), (24, 96, 44), 1.6)
    sx, sy = float(rng.uniform(30, 310)), 308
    c.polygon(
        [
            (
                sx + 9 * (1 if k % 2 == 0 else 0.4) * sin(k * pi / 5),
                sy - 5 * (1 if k % 2 == 0 else 0.4) * sin(k * pi / 5 + pi / 2),
            )
            for k in range(10)
        ],
        (236, 120, 96),
    )
    return 198, 164, 104


def _tree(c: Canvas, x: float, base: float, s: float, leaf: Colour) -> None:
    c.limb([(x, base), (x, base - 44 * s)], (130, 88, 54), 11 * s, (86, 56, 34))
    for dx, dy, r in ((-22, -58, 25), (22, -58, 25), (0, -84, 29)):
        c.disc((x + dx * s, base + dy * s), r * s + 2, shade(leaf, 0.62))
    for dx, dy, r in ((-22, -58, 25), (22, -58, 25), (0, -84, 29)):
        c.disc((x + dx * s, base + dy * s), r * s, leaf)
    for dx, dy in ((-12, -70), (10, -92), (20, -60)):
        c.disc((x + dx * s, base + dy * s), 6 * s, shade(leaf, 1.22))


def park(c: Canvas, rng: np.random.Generator) -> Colour:
    sky(c, rng, 3)
    c.ellipse((80, 212), (150, 52), (150, 204, 130))
    c.ellipse((280, 214), (150, 44), (136, 192, 118))
    grass = pick(rng, ((126, 196, 92), (146, 200, 86), (112, 186, 100)))
    band(c, 196, 320, shade(grass, 1.08), shade(grass, 0.88))
    leaf = pick(rng, ((70, 156, 70), (96, 166, 60), (206, 150, 60), (60, 146, 96)))
    for x, base, s in ((36, 216, 1.15), (128, 204, 0.75), (232, 204, 0.8), (318, 218, 1.2)):
        _tree(c, x + float(rng.uniform(-14, 14)), base, s * float(rng.uniform(0.9, 1.1)), leaf)
    c.polygon([(150, 198), (190, 198), (300, 320), (30, 320)], (226, 206, 160), (196, 174, 126), 2)
    px = pick(rng, (80.0, 262.0))
    c.ellipse((px, 232), (46, 10), (110, 186, 226), (240, 246, 240), 2.5)
    for _ in range(24):
        x, y = float(rng.uniform(0, WIDE)), float(rng.uniform(226, 316))
        petal = pick(rng, ((255, 255, 255), (255, 220, 90), (250, 150, 190)))
        c.line([(x, y), (x, y + 6)], (60, 130, 60), 1.6)
        c.disc((x, y), 2.8, petal)
    return shade(grass, 0.62)


def snow(c: Canvas, rng: np.random.Generator) -> Colour:
    top, low = pick(
        rng,
        (((150, 182, 214), (220, 232, 244)), ((176, 190, 214), (236, 230, 240)), ((120, 160, 206), (208, 226, 244))),
    )
    band(c, 0, 210, top, low)
    for _ in range(4):
        x, w, h = float(rng.uniform(0, WIDE)), float(rng.uniform(80, 120)), float(rng.uniform(80, 130))
        c.polygon([(x - w, 210), (x, 205 - h), (x + w, 210)], (142, 160, 188), (120, 138, 168), 1.6)
        c.polygon(
            [
                (x - w * 0.32, 205 - h * 0.66),
                (x, 205 - h),
                (x + w * 0.32, 205 - h * 0.66),
                (x + w * 0.1, 205 - h * 0.72),
                (x - w * 0.08, 205 - h * 0.6),
            ],
            (250, 252, 255),
        )
    band(c, 202, 320, (244, 248, 254), (222, 232, 246))
    c.ellipse((90, 214), (130, 24), (240, 245, 253))
    c.ellipse((280, 212), (120, 20), (236, 242, 252))
    for x, base, s in ((24, 226, 1.25), (92, 212, 0.85), (260, 212, 0.9), (326, 228, 1.3)):
        x += float(rng.uniform(-16, 16))
        c.rect(x - 5 * s, base - 14, x + 5 * s, base, (110, 80, 60))
        for k, w in enumerate((38, 31, 23)):
            y = base - 10 - 26 * s * k
            c.polygon([(x - w * s, y), (x, y - 44 * s), (x + w * s, y)], (48, 116, 100), (28, 76, 68), 1.8)
            c.polygon(
                [(x - w * s * 0.55, y - 20 * s), (x, y - 44 * s), (x + w * s * 0.55, y - 20 * s), (x, y - 25 * s)],
                (250, 252, 255),
            )
    for _ in range(70):
        c.disc((float(rng.uniform(0, WIDE)), float(rng.uniform(0, 300))), float(rng.uniform(1.6, 3.4)), (255, 255, 255))
    return 182, 196, 220


def desert(c: Canvas, rng: np.random.Generator) -> Colour:
    top, low = pick(
        rng,
        (((255, 186, 110), (255, 232, 180)), ((120, 190, 226), (252, 228, 180)), ((240, 140, 110), (255, 214, 150))),
    )
    band(c, 0, 205, top, low)
    sx = float(rng.uniform(50, 300))
    c.disc((sx, 54), 25, (255, 246, 170))
    for x, s in ((float(rng.uniform(40, 150)), 1.2), (float(rng.uniform(190, 310)), 0.8)):
        c.polygon([(x - 76 * s, 206), (x, 206 - 96 * s), (x + 12 * s, 206)], (226, 168, 92), (176, 122, 62), 1.4)
        c.polygon([(x + 12 * s, 206), (x, 206 - 96 * s), (x + 70 * s, 206)], (190, 130, 66), (160, 106, 52), 1.4)
    dune = pick(rng, ((240, 190, 110), (234, 176, 104), (246, 202, 126)))
    band(c, 200, 320, shade(dune, 1.1), shade(dune, 0.9))
    c.ellipse((60, 218), (140, 26), shade(dune, 0.93))
    c.ellipse((290, 224), (150, 28), shade(dune, 1.14))
    for k in range(6):
        y = 246 + 13 * k
        wave = [(x, y + 3 * sin(x / 27 + k * 1.7)) for x in range(-10, WIDE + 20, 14)]
        c.line(wave, shade(dune, 0.84), 1.8)
    for x, s in ((pick(rng, (34.0, 60.0)), 1.15), (pick(rng, (300.0, 322.0)), 0.9)):
        green, dark = (84, 154, 84), (40, 96, 52)
        c.limb([(x, 232), (x, 232 - 92 * s)], green, 18 * s, dark)
        c.limb([(x, 188), (x - 25 * s, 188), (x - 25 * s, 188 - 30 * s)], green, 12 * s, dark)
        c.limb([(x, 200), (x + 25 * s, 200), (x + 25 * s, 200 - 40 * s)], green, 12 * s, dark)
        c.limb([(x, 188), (x, 232)], green, 16 * s, green)
    return shade(dune, 0.68)


def farm(c: Canvas, rng: np.random.Generator) -> Colour:
    sky(c, rng, 2)
    c.ellipse((90, 214), (170, 46), (176, 206, 120))
    c.ellipse((290, 216), (150, 36), (196, 214, 130))
    field = pick(rng, ((206, 186, 96), (178, 190, 92), (196, 170, 100)))
    band(c, 204, 320, shade(field, 1.08), shade(field, 0.88))
    for k in range(-9, 19):
        c.line([(WIDE / 2 + (k - 5) * 20, 205), (WIDE / 2 + (k - 5) * 74, 322)], shade(field, 0.82), 3)
    mirror = rng.random() < 0.5

    def at(x: float) -> float:
        return WIDE - x if mirror else x

    barn = pick(rng, ((186, 58, 48), (170, 66, 54), (196, 76, 52)))
    dx = float(rng.uniform(-16, 16))
    roof = shade(barn, 0.55)
    c.polygon(
        [
            (at(66 + dx), 212),
            (at(66 + dx), 124),
            (at(84 + dx), 92),
            (at(124 + dx), 68),
            (at(164 + dx), 92),
            (at(182 + dx), 124),
            (at(182 + dx), 212),
        ],
        barn,
        roof,
        2,
    )
    c.line(
        [(at(58 + dx), 130), (at(82 + dx), 90), (at(124 + dx), 64), (at(166 + dx), 90), (at(190 + dx), 130)],
        (244, 240, 232),
        7,
    )
    a, b = sorted((at(100 + dx), at(148 + dx)))
    c.rect(a, 150, b, 212, shade(barn, 0.7), (250, 246, 240))
    c.line([(a, 150), (b, 212)], (250, 246, 240), 3.5)
    c.line([(b, 150), (a, 212)], (250, 246, 240), 3.5)
    c.rect(at(124 + dx) - 12, 100, at(124 + dx) + 12, 124, (70, 40, 40), (250, 246, 240))
    sx = at(218 + dx)
    c.rect(sx - 18, 96, sx + 18, 212, (196, 204, 212), (120, 128, 138))
    c.ellipse((sx, 96), (18, 18), (154, 164, 176), (120, 128, 138), 1.5, 0, 180, 360)
    for y in (120, 146, 172, 198):
        c.line([(sx - 18, y), (sx + 18, y)], (150, 158, 168), 1.6)
    for k, (x, y, r) in enumerate(((268, 208, 21), (304, 210, 19), (286, 180, 17))):
        c.disc((at(x), y), r, (232, 196, 96), (170, 130, 50), 2)
        c.ellipse((at(x), y), (r * 0.55, r * 0.55), None, (196, 156, 66), 2)
        c.disc((at(x), y), 3.0 + 0 * k, (196, 156, 66))
    for y in (216, 228):
        c.line([(-5, y), (WIDE + 5, y)], (246, 240, 228), 4.5)
    for k in range(9):
        c.line([(k * 44 + 6, 206), (k * 44 + 6, 238)], (246, 240, 228), 6.5)
    return shade(field, 0.62)
