"""More rooms: bedroom, classroom, supermarket, train station. Each draws itself and returns its shadow colour."""

from __future__ import annotations

import numpy as np

from srlclip.synsitu.drawing.backdrop import WIDE, band, pick
from srlclip.synsitu.drawing.canvas import Canvas, Colour, shade


def bedroom(c: Canvas, rng: np.random.Generator) -> Colour:
    wall = pick(rng, ((226, 206, 230), (208, 220, 238), (244, 216, 204)))
    band(c, 0, 216, shade(wall, 1.04), shade(wall, 0.95))
    for k in range(14):
        c.line([(k * 27, 0), (k * 27, 214)], shade(wall, 0.93), 5)
    mirror = rng.random() < 0.5

    def box(x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        a, b = sorted((WIDE - x0, WIDE - x1) if mirror else (x0, x1))
        c.rect(a, y0, b, y1, colour, shade(colour, 0.6))

    cover = pick(rng, ((90, 130, 200), (200, 90, 110), (100, 160, 130)))
    wood = pick(rng, ((150, 100, 64), (186, 140, 96), (110, 78, 62)))
    box(14, 116, 30, 224, wood)
    box(26, 160, 196, 206, (250, 248, 242))
    box(84, 156, 200, 212, cover)
    for k in range(4):
        box(92 + 28 * k, 160, 98 + 28 * k, 208, shade(cover, 1.3))
    box(34, 140, 82, 164, (255, 255, 255))
    box(196, 150, 208, 224, wood)
    box(224, 22, 330, 122, (130, 190, 232))
    box(272, 22, 280, 122, (250, 250, 250))
    curtain = pick(rng, ((236, 176, 80), (150, 110, 180), (220, 110, 100)))
    for x in (214, 318):
        box(x, 14, x + 24, 136, curtain)
        box(x + 8, 14, x + 14, 136, shade(curtain, 0.82))
    box(230, 170, 276, 222, wood)
    box(236, 180, 270, 196, shade(wood, 0.8))
    box(246, 140, 260, 170, (90, 80, 90))
    box(232, 122, 274, 146, (255, 230, 140))
    box(60, 30, 132, 88, (246, 238, 220))
    box(68, 38, 124, 80, pick(rng, ((120, 170, 120), (220, 150, 120), (110, 140, 190))))
    floor = pick(rng, ((196, 152, 108), (176, 130, 96), (210, 172, 128)))
    band(c, 216, 320, shade(floor, 1.06), shade(floor, 0.92))
    for y in (228, 246, 270, 300):
        c.line([(-5, y), (WIDE + 5, y)], shade(floor, 0.8), 1.8)
    rug = pick(rng, ((214, 120, 130), (120, 140, 190), (230, 196, 120)))
    c.ellipse((WIDE / 2, 284), (132, 27), rug, shade(rug, 0.7), 3)
    c.ellipse((WIDE / 2, 284), (100, 18), None, shade(rug, 1.35), 4)
    return shade(floor, 0.68)


def classroom(c: Canvas, rng: np.random.Generator) -> Colour:
    wall = pick(rng, ((236, 226, 190), (214, 230, 222), (238, 218, 206)))
    band(c, 0, 214, shade(wall, 1.03), shade(wall, 0.95))
    shift = float(rng.uniform(-22, 22))
    board = pick(rng, ((40, 92, 74), (44, 76, 66), (50, 60, 72)))
    c.rect(66 + shift, 26, 270 + shift, 132, (176, 128, 78), (110, 78, 50))
    c.rect(74 + shift, 34, 262 + shift, 124, board)
    for y, x0, x1 in ((52, 88, 150), (68, 88, 136), (84, 88, 158)):
        c.line([(x0 + shift, y), (x1 + shift, y)], (236, 240, 236), 3)
    c.polygon([(192 + shift, 96), (216 + shift, 50), (244 + shift, 96)], None, (250, 220, 120), 3)
    c.disc((184 + shift, 62), 13, None, (240, 170, 180), 3)
    c.rect(130 + shift, 132, 206 + shift, 138, (150, 108, 66))
    c.disc((32, 48), 21, (255, 255, 255), (60, 60, 70), 3.5)
    c.line([(32, 35), (32, 48), (42, 52)], (30, 30, 40), 3)
    c.rect(294, 40, 344, 110, (190, 220, 244), (110, 130, 150))
    for x, y, r in ((308, 62, 9), (328, 74, 11), (312, 92, 7)):
        c.disc((x, y), r, (116, 176, 100))
    for x in (18.0, 92.0, 166.0, 240.0, 314.0):
        x += shift * 0.4
        c.rect(x - 28, 172, x + 28, 180, (222, 176, 116), (140, 100, 60))
        for d in (-22, 22):
            c.line([(x + d, 180), (x + d, 216)], (90, 96, 110), 4.5)
        cover = pick(rng, ((210, 80, 70), (70, 120, 190), (240, 190, 70)))
        c.rect(x - 15, 164, x + 5, 172, cover, shade(cover, 0.6))
    floor = pick(rng, ((190, 176, 150), (170, 182, 186), (200, 166, 140)))
    band(c, 214, 320, shade(floor, 1.1), shade(floor, 0.94))
    for k in range(-8, 18):
        c.line([(WIDE / 2 + (k - 5) * 34, 215), (WIDE / 2 + (k - 5) * 66, 322)], shade(floor, 0.86), 1.6)
    return shade(floor, 0.66)


def supermarket(c: Canvas, rng: np.random.Generator) -> Colour:
    band(c, 0, 214, (244, 246, 248), (226, 230, 236))
    for x in (46, 173, 300):
        c.rect(x - 40, 4, x + 40, 12, (255, 255, 236), (180, 184, 190))
    sign = pick(rng, ((40, 140, 80), (210, 50, 60), (40, 100, 190)))
    c.rect(108, 18, 238, 40, sign, shade(sign, 0.6))
    for k in range(6):
        c.line([(122 + 18 * k, 29), (132 + 18 * k, 29)], (255, 255, 255), 6)
    goods = (
        (230, 70, 60),
        (250, 190, 50),
        (70, 160, 80),
        (70, 120, 210),
        (240, 140, 40),
        (180, 90, 190),
        (240, 240, 236),
    )
    for x0, x1 in ((-8, 108), (120, 228), (240, 356)):
        c.rect(x0, 48, x1, 216, (196, 202, 210), (120, 126, 136))
        for row in range(4):
            y = 84 + 41 * row
            c.rect(x0 + 4, y - 34, x1 - 4, y, (150, 156, 166))
            x, tint = x0 + 7.0, pick(rng, goods)
            while x < x1 - 14:
                if rng.random() < 0.35:
                    tint = pick(rng, goods)
                h = float(rng.uniform(18, 28))
                c.rect(x, y - h, x + 10, y, tint, shade(tint, 0.62))
                x += 12
            c.line([(x0, y + 2), (x1, y + 2)], (252, 226, 90), 4)
    tile = pick(rng, ((206, 214, 220), (222, 214, 200), (204, 218, 208)))
    band(c, 216, 320, shade(tile, 1.08), shade(tile, 0.96))
    for k in range(-8, 18):
        c.line([(WIDE / 2 + (k - 5) * 34, 217), (WIDE / 2 + (k - 5) * 66, 322)], shade(tile, 0.84), 1.5)
    for y in (232, 254, 284):
        c.line([(-5, y), (WIDE + 5, y)], shade(tile, 0.84), 1.5)
    return shade(tile, 0.7)


def train_station(c: Canvas, rng: np.random.Generator) -> Colour:
    band(c, 0, 200, (172, 186, 200), (206, 214, 220))
    roof = pick(rng, ((90, 100, 112), (110, 84, 72), (70, 96, 92)))
    c.polygon([(-5, -5), (WIDE + 5, -5), (WIDE + 5, 22), (WIDE / 2, 44), (-5, 22)], roof, shade(roof, 0.6), 2)
    for k in range(1, 12):
        c.line([(k * 29, -5), (k * 29, 24)], shade(roof, 0.72), 2)
    body = pick(rng, ((206, 56, 56), (46, 110, 180), (240, 180, 50), (70, 150, 110)))
    c.rect(-8, 80, WIDE + 8, 190, body, shade(body, 0.5))
    c.rect(-8, 150, WIDE + 8, 162, (246, 246, 242))
    shift = float(rng.uniform(0, 60))
    for k in range(-1, 7):
        x = 62 * k + shift
        c.rect(x, 96, x + 34, 132, (186, 222, 240), shade(body, 0.45))
        if k % 3 == 0:
            c.rect(x + 40, 92, x + 56, 188, shade(body, 0.78), shade(body, 0.45))
    band(c, 190, 212, (70, 68, 72), (54, 52, 58))
    for k in range(6):
        c.disc((30 + 62 * k, 196), 10, (40, 40, 46), (120, 122, 130), 2)
    stone = pick(rng, ((190, 186, 182), (176, 182, 190), (198, 188, 172)))
    band(c, 210, 320, shade(stone, 1.06), shade(stone, 0.92))
    c.line([(-5, 224), (WIDE + 5, 224)], (250, 208, 40), 8)
    for y in (242, 268, 300):
        c.line([(-5, y), (WIDE + 5, y)], shade(stone, 0.84), 1.6)
    for x in (70.0, WIDE - 70.0):
        c.rect(x - 7, 22, x + 7, 232, shade(roof, 1.2), shade(roof, 0.6))
    clock = pick(rng, (128.0, 218.0))
    c.line([(clock, 34), (clock, 56)], (50, 50, 56), 3)
    c.disc((clock, 68), 17, (255, 255, 255), (40, 40, 50), 4)
    c.line([(clock, 58), (clock, 68), (clock + 8, 72)], (30, 30, 40), 3)
    return shade(stone, 0.66)
