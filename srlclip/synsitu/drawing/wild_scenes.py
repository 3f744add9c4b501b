"""Wilder scenes: forest, cave, castle, harbour. Each draws itself and returns its shadow colour."""

from __future__ import annotations

import numpy as np

from srlclip.synsitu.drawing.backdrop import WIDE, band, pick, sky
from srlclip.synsitu.drawing.canvas import Canvas, Colour, shade


def forest(c: Canvas, rng: np.random.Generator) -> Colour:
    deep = pick(rng, ((34, 84, 62), (44, 92, 50), (30, 78, 74)))
    band(c, 0, 214, shade(deep, 1.32), shade(deep, 0.8))
    for _ in range(3):
        x = float(rng.uniform(20, WIDE - 60))
        c.polygon([(x, 0), (x + 26, 0), (x - 24, 214), (x - 62, 214)], shade(deep, 1.42))
    for row, (base, wide, tone) in enumerate(((206, 13, 0.55), (214, 21, 0.78))):
        x = float(rng.uniform(-10, 14))
        while x < WIDE + 10:
            w = wide * float(rng.uniform(0.8, 1.25))
            bark = shade((112, 78, 56), tone)
            c.polygon(
                [(x - w / 2, -5), (x + w / 2, -5), (x + w * 0.7, base), (x - w * 0.7, base)],
                bark,
                shade(bark, 0.6),
                1.4,
            )
            x += w + float(rng.uniform(24, 46)) + 10 * row
    for k in range(15):
        x = k * 25 + float(rng.uniform(-8, 8))
        c.disc((x, float(rng.uniform(-6, 22))), float(rng.uniform(22, 32)), shade(deep, float(rng.uniform(0.9, 1.2))))
    band(c, 210, 320, shade(deep, 1.3), shade(deep, 0.95))
    for _ in range(16):
        x, y = float(rng.uniform(0, WIDE)), float(rng.uniform(214, 240))
        for d in (-7, 0, 7):
            c.line([(x, y), (x + d, y - 13)], (110, 176, 84), 2.6)
    for _ in range(5):
        x, y = float(rng.uniform(12, WIDE - 12)), float(rng.uniform(232, 316))
        c.limb([(x, y), (x, y - 8)], (244, 232, 210), 4, (60, 44, 40), 1.2)
        c.ellipse((x, y - 9), (9, 7), (214, 52, 44), (60, 20, 24), 1.4, 0, 180, 360)
    return shade(deep, 0.72)


def cave(c: Canvas, rng: np.random.Generator) -> Colour:
    rock = pick(rng, ((104, 88, 84), (92, 92, 106), (112, 96, 76)))
    band(c, 0, 214, shade(rock, 0.5), shade(rock, 0.8))
    c.ellipse((WIDE / 2 + float(rng.uniform(-50, 50)), 190), (96, 104), shade(rock, 0.36))
    x = -6.0
    while x < WIDE:
        w, h = float(rng.uniform(18, 40)), float(rng.uniform(26, 92))
        c.polygon([(x, -4), (x + w, -4), (x + w * 0.5, h)], shade(rock, 0.72), shade(rock, 0.4), 1.6)
        x += w * 0.9
    for x in (24.0, 84.0, 262.0, 322.0):
        x, h = x + float(rng.uniform(-14, 14)), float(rng.uniform(34, 74))
        c.polygon([(x - 20, 216), (x + 20, 216), (x + 2, 216 - h)], shade(rock, 0.92), shade(rock, 0.45), 1.6)
    glow = pick(rng, ((110, 230, 240), (214, 130, 250), (130, 250, 150)))
    for x in (54.0, 200.0, 296.0):
        x += float(rng.uniform(-20, 20))
        for d, h in ((-13, 22), (0, 40), (12, 27)):
            c.polygon([(x + d - 6, 218), (x + d - 6, 218 - h), (x + d, 208 - h), (x + d + 6, 218 - h), (x + d + 6, 218)],
                      glow, shade(glow, 0.45), 1.4)  # fmt: skip
    band(c, 214, 320, shade(rock, 1.22), shade(rock, 1.0))
    for _ in range(14):
        x, y = float(rng.uniform(0, WIDE)), float(rng.uniform(222, 314))
        c.ellipse((x, y), (float(rng.uniform(6, 14)), 4), shade(rock, 0.82))
    for x in (126.0, 236.0):
        c.limb([(x, 150), (x, 120)], (120, 76, 44), 7, (40, 26, 22))
        c.disc((x, 106), 15, (255, 150, 40))
        c.disc((x, 108), 8, (255, 236, 120))
    return shade(rock, 0.66)


def castle(c: Canvas, rng: np.random.Generator) -> Colour:
    sky(c, rng, 2)
    stone = pick(rng, ((174, 170, 168), (186, 174, 156), (160, 166, 178)))
    seam, roof = shade(stone, 0.78), pick(rng, ((70, 90, 150), (150, 60, 70), (90, 70, 130)))
    for x in (4, WIDE - 4):
        c.rect(x - 34, 70, x + 34, 214, stone, seam)
        c.polygon([(x - 42, 72), (x, 6), (x + 42, 72)], roof, shade(roof, 0.6), 2)
        c.rect(x - 8, 104, x + 8, 134, (60, 50, 60))
    c.rect(34, 118, WIDE - 34, 214, shade(stone, 0.94), seam)
    for k in range(12):
        c.rect(38 + 23.4 * k, 104, 50 + 23.4 * k, 120, shade(stone, 0.94), seam)
    for row in range(6):
        for k in range(9):
            x, y = 40 + 32 * k + 16 * (row % 2), 126 + 15 * row
            c.line([(x, y), (x + 18, y)], seam, 1.6)
    gate = WIDE / 2 + float(rng.uniform(-40, 40))
    c.ellipse((gate, 164), (34, 36), (84, 58, 42), (50, 36, 30), 2.4, 0, 180, 360)
    c.rect(gate - 34, 163, gate + 34, 214, (84, 58, 42), (50, 36, 30))
    for k in range(-2, 3):
        c.line([(gate + 13 * k, 136), (gate + 13 * k, 212)], (50, 36, 30), 2.2)
    flag = pick(rng, ((214, 50, 60), (240, 180, 40), (60, 110, 210)))
    for x in (74.0, WIDE - 74.0):
        c.line([(x, 118), (x, 62)], (70, 60, 60), 3)
        c.polygon([(x, 62), (x + 34, 72), (x, 84)], flag, shade(flag, 0.6), 1.4)
    band(c, 212, 320, (172, 164, 150), (148, 140, 130))
    for row in range(6):
        y, step = 222 + 17 * row, 30 + 5 * row
        for k in range(-1, 13):
            c.ellipse((k * step + 15 * (row % 2), y), (step * 0.42, 6), (186, 178, 164), (140, 132, 122), 1.4)
    return 112, 106, 100


def harbour(c: Canvas, rng: np.random.Generator) -> Colour:
    sky(c, rng, 2)
    band(c, 138, 214, (44, 104, 150), (64, 140, 170))
    for k in range(12):
        x, y = float(rng.uniform(0, WIDE)), 146 + 5.4 * k
        c.line([(x, y), (x + 14, y - 2), (x + 28, y)], (160, 206, 226), 1.8)
    mirror = rng.random() < 0.5

    def at(x: float) -> float:
        return WIDE - x if mirror else x

    hull = pick(rng, ((170, 44, 44), (40, 64, 110), (44, 96, 80)))
    c.polygon([(at(20), 146), (at(238), 146), (at(222), 190), (at(40), 190)], hull, shade(hull, 0.5), 2.2)
    c.line([(at(30), 176), (at(228), 176)], (236, 232, 226), 4)
    for row in range(3):
        for k in range(4 - row):
            box = pick(rng, ((226, 120, 50), (70, 130, 190), (90, 150, 90), (200, 70, 80), (230, 190, 80)))
            a, b = sorted((at(50 + 34 * k + 8 * row), at(82 + 34 * k + 8 * row)))
            c.rect(a, 126 - 20 * row, b, 146 - 20 * row, box, shade(box, 0.6))
    a, b = sorted((at(192), at(226)))
    c.rect(a, 96, b, 146, (246, 246, 242), (120, 124, 130))
    for y in (104, 118):
        c.rect(a + 5, y, b - 5, y + 8, (80, 130, 170))
    crane = (240, 176, 40)
    for x in (278, 306):
        c.limb([(at(x), 214), (at(292), 40)], crane, 5, shade(crane, 0.5))
    c.limb([(at(330), 48), (at(196), 34)], crane, 6, shade(crane, 0.5))
    c.line([(at(214), 36), (at(214), 84)], (40, 40, 46), 2.4)
    wood = pick(rng, ((156, 118, 84), (140, 112, 92), (170, 130, 88)))
    band(c, 208, 320, shade(wood, 1.08), shade(wood, 0.9))
    for k in range(8):
        y = 214 + 4 * k + 1.5 * k * k
        c.line([(-5, y), (WIDE + 5, y)], shade(wood, 0.66), 2)
    for x in (38.0, 172.0, 308.0):
        c.limb([(x, 222), (x, 200)], (70, 70, 80), 13, (30, 30, 36))
        c.line([(x - 10, 202), (x + 10, 202)], (70, 70, 80), 6)
    return shade(wood, 0.6)
