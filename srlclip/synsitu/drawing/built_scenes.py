"""Built scenes: street, stage, city at night, kitchen, office. Each draws itself and returns its shadow colour."""

from __future__ import annotations

import numpy as np

from srlclip.synsitu.drawing.backdrop import WIDE, band, pick, sky
from srlclip.synsitu.drawing.canvas import Canvas, Colour, mix, shade


def street(c: Canvas, rng: np.random.Generator) -> Colour:
    sky(c, rng, 2)
    walls = [(214, 132, 104), (226, 186, 130), (160, 178, 196), (196, 160, 150), (176, 190, 160), (222, 206, 180)]
    x = -10.0
    while x < WIDE:
        w, h = float(rng.uniform(56, 84)), float(rng.uniform(96, 158))
        wall = pick(rng, walls)
        top = 206 - h
        c.rect(x, top, x + w, 206, wall, shade(wall, 0.6))
        c.rect(x - 2, top - 5, x + w + 2, top + 3, shade(wall, 0.72))
        n = int(w // 22)
        glass = mix((196, 226, 240), wall, 0.15)
        for row in range(int((h - 44) // 26)):
            for k in range(n):
                wx, wy = x + (k + 0.5) * w / n - 6, top + 12 + row * 26
                c.rect(wx, wy, wx + 12, wy + 16, glass, shade(wall, 0.6))
        awning = pick(rng, ((200, 80, 80), (70, 130, 120), (220, 170, 70), (90, 110, 160)))
        c.rect(x + 8, 178, x + w - 8, 206, shade(wall, 0.5))
        c.polygon([(x + 6, 170), (x + w - 6, 170), (x + w, 181), (x, 181)], awning, shade(awning, 0.6), 1.5)
        x += w
    band(c, 206, 234, (196, 194, 190), (182, 180, 178))
    for k in range(9):
        c.line([(k * 44 - 8, 207), (k * 44 - 22, 233)], (160, 158, 156), 1.4)
    band(c, 234, 320, (112, 114, 120), (92, 94, 102))
    c.line([(-5, 235), (WIDE + 5, 235)], (222, 220, 214), 4)
    shift = float(rng.uniform(0, 50))
    for k in range(-1, 7):
        x = k * 64 + shift
        c.polygon([(x, 306), (x + 36, 306), (x + 32, 312), (x - 5, 312)], (242, 240, 226))
    x = pick(rng, (46.0, 300.0))
    c.line([(x, 224), (x, 96)], (60, 66, 74), 5)
    c.rect(x - 9, 78, x + 9, 122, (46, 50, 56), (24, 26, 30))
    for k, lamp in enumerate(((240, 70, 60), (250, 200, 60), (70, 200, 100))):
        c.disc((x, 86 + 14 * k), 5.0, lamp)
    return 62, 64, 70


def stage(c: Canvas, rng: np.random.Generator) -> Colour:
    back = pick(rng, ((84, 40, 66), (60, 44, 84), (52, 54, 88)))
    band(c, 0, 214, shade(back, 0.9), shade(back, 1.15))
    c.polygon([(86, -5), (112, -5), (190, 240), (70, 240)], shade(back, 1.3))
    c.polygon([(234, -5), (260, -5), (276, 240), (156, 240)], shade(back, 1.3))
    curtain = pick(rng, ((150, 22, 40), (138, 20, 52), (160, 34, 34)))
    for x0, x1 in ((-6, 58), (WIDE - 58, WIDE + 6)):
        n = 5
        for k in range(n):
            a, b = x0 + (x1 - x0) * k / n, x0 + (x1 - x0) * (k + 1) / n
            c.rect(a, 0, b, 226, shade(curtain, 0.72 + 0.34 * (k % 2)))
    for k in range(9):
        x = k * WIDE / 8
        c.ellipse((x, 14), (26, 34), shade(curtain, 1.06), shade(curtain, 0.6), 2)
    c.rect(-5, -5, WIDE + 5, 14, shade(curtain, 0.8))
    c.line([(-5, 15), (WIDE + 5, 15)], (240, 196, 90), 4)
    wood = pick(rng, ((186, 130, 78), (170, 116, 72), (198, 146, 92)))
    band(c, 214, 320, shade(wood, 1.05), shade(wood, 0.9))
    for k in range(-6, 22):
        c.line([(WIDE / 2 + (k - 8) * 20, 214), (WIDE / 2 + (k - 8) * 40, 320)], shade(wood, 0.76), 1.6)
    c.ellipse((WIDE / 2, 286), (138, 28), shade(wood, 1.2))
    for k in range(8):
        x = 12 + k * 46
        c.disc((x, 318), 9, (255, 240, 170), (110, 74, 40), 2)
    return shade(wood, 0.66)


def city_at_night(c: Canvas, rng: np.random.Generator) -> Colour:
    top, low = pick(rng, (((22, 26, 68), (78, 70, 132)), ((16, 34, 74), (60, 92, 140)), ((36, 24, 70), (116, 70, 130))))
    band(c, 0, 214, top, low)
    for _ in range(36):
        c.disc((float(rng.uniform(0, WIDE)), float(rng.uniform(0, 110))), float(rng.uniform(0.9, 1.8)), (250, 246, 210))
    mx = float(rng.uniform(50, 300))
    c.disc((mx, 46), 26, (252, 246, 208))
    c.disc((mx + 9, 40), 4.5, (226, 218, 176))
    c.disc((mx - 8, 54), 6, (226, 218, 176))
    x = -12.0
    while x < WIDE:
        w, h = float(rng.uniform(38, 62)), float(rng.uniform(70, 168))
        wall = shade(pick(rng, ((44, 46, 92), (54, 50, 104), (40, 58, 98))), float(rng.uniform(0.85, 1.12)))
        c.rect(x, 214 - h, x + w, 216, wall, shade(wall, 0.6))
        n = int(w // 13)
        for row in range(int((h - 10) // 17)):
            for k in range(n):
                if rng.random() < 0.62:
                    wx, wy = x + (k + 0.5) * w / n - 3.5, 214 - h + 8 + row * 17
                    c.rect(wx, wy, wx + 7, wy + 10, pick(rng, ((255, 222, 110), (255, 200, 90), (190, 226, 255))))
        x += w
    band(c, 212, 238, (96, 96, 128), (88, 88, 120))
    band(c, 238, 320, (66, 66, 96), (78, 78, 110))
    c.line([(-5, 239), (WIDE + 5, 239)], (140, 140, 170), 3)
    for k in range(-1, 7):
        c.polygon([(k * 62 + 10, 306), (k * 62 + 44, 306), (k * 62 + 40, 312), (k * 62 + 5, 312)], (236, 206, 90))
    for x in (30.0, 316.0):
        c.line([(x, 236), (x, 112)], (34, 34, 52), 5)
        c.disc((x, 104), 19, mix(low, (255, 226, 140), 0.45))
        c.disc((x, 104), 11, (255, 240, 180))
    return 44, 44, 70


def kitchen(c: Canvas, rng: np.random.Generator) -> Colour:
    wall = pick(rng, ((250, 238, 206), (224, 240, 228), (250, 226, 214), (222, 234, 246)))
    band(c, 0, 218, shade(wall, 1.0), shade(wall, 0.95))
    for k in range(20):
        c.line([(k * 19, 92), (k * 19, 150)], shade(wall, 0.86), 1.4)
    for y in (92, 111, 130, 149):
        c.line([(-5, y), (WIDE + 5, y)], shade(wall, 0.86), 1.4)
    unit = pick(rng, ((126, 178, 170), (214, 160, 100), (150, 170, 204), (190, 150, 120)))
    mirror = rng.random() < 0.5

    def at(x: float) -> float:
        return WIDE - x if mirror else x

    def box(x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        a, b = sorted((at(x0), at(x1)))
        c.rect(a, y0, b, y1, colour, shade(colour, 0.6))

    for x in (86, 142, 290):
        box(x, 18, x + 54, 82, unit)
        c.line([(at(x + 46), 62), (at(x + 46), 74)], shade(unit, 0.5), 3)
    box(204, 12, 284, 88, (176, 220, 246))
    c.line([(at(244), 12), (at(244), 88)], (250, 250, 250), 5)
    c.line([(at(204), 50), (at(284), 50)], (250, 250, 250), 5)
    box(80, 150, 350, 160, shade(unit, 0.7))
    for x in (80, 134, 242, 296):
        box(x, 160, x + 54, 220, unit)
        c.line([(at(x + 8), 170), (at(x + 46), 170)], shade(unit, 0.55), 3)
    box(188, 154, 242, 220, (214, 216, 222))
    box(196, 176, 234, 208, (56, 58, 66))
    for k in range(4):
        c.disc((at(196 + 12 * k), 164), 3.2, (60, 60, 66))
    box(200, 126, 230, 150, (206, 84, 70))
    c.line([(at(194), 132), (at(236), 132)], (60, 50, 50), 4)
    box(10, 46, 74, 222, (232, 238, 244))
    c.line([(at(10), 112), (at(74), 112)], (150, 160, 170), 3)
    for y0, y1 in ((84, 104), (122, 150)):
        c.line([(at(66), y0), (at(66), y1)], (120, 130, 140), 4)
    band(c, 218, 320, (240, 236, 228), (228, 224, 216))
    tile = pick(rng, ((206, 176, 150), (176, 196, 200), (200, 186, 206)))
    rows = (218, 232, 250, 272, 300, 334)
    for r in range(5):
        y0, y1 = rows[r], rows[r + 1]
        w0, w1 = 22 + r * 7, 22 + (r + 1) * 7
        for k in range(-9, 10):
            if (k + r) % 2 == 0:
                m = WIDE / 2
                c.polygon([(m + k * w0, y0), (m + (k + 1) * w0, y0), (m + (k + 1) * w1, y1), (m + k * w1, y1)], tile)
    return 168, 152, 138


def office(c: Canvas, rng: np.random.Generator) -> Colour:
    wall = pick(rng, ((206, 214, 222), (222, 218, 206), (204, 216, 208), (214, 206, 222)))
    band(c, 0, 214, shade(wall, 1.05), shade(wall, 0.97))
    for x in (60, 180, 290):
        c.polygon([(x - 26, 0), (x + 26, 0), (x + 20, 7), (x - 20, 7)], (255, 255, 240), (160, 160, 150), 1.2)
    mirror = rng.random() < 0.5

    def at(x: float) -> float:
        return WIDE - x if mirror else x

    def box(x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        a, b = sorted((at(x0), at(x1)))
        c.rect(a, y0, b, y1, colour, shade(colour, 0.62))

    box(14, 30, 124, 128, (170, 210, 238))
    for k in range(11):
        y = 36 + 8.6 * k
        c.line([(at(14), y), (at(124), y)], (240, 244, 246), 3)
    box(146, 36, 246, 112, (252, 252, 252))
    for k, colour in enumerate(((90, 140, 210), (230, 140, 80), (110, 180, 110), (90, 140, 210), (230, 140, 80))):
        h = float(rng.uniform(12, 50))
        box(158 + 17 * k, 102 - h, 169 + 17 * k, 102, colour)
    c.line([(at(154), 64), (at(186), 76), (at(216), 54), (at(240), 46)], (210, 70, 80), 2.4)
    box(268, 24, 340, 216, (170, 128, 88))
    for k in range(4):
        y = 30 + 46 * k
        box(273, y, 335, y + 40, (108, 78, 54))
        x = 276.0
        while x < 326:
            w = float(rng.uniform(6, 11))
            box(
                x,
                y + float(rng.uniform(5, 12)),
                x + w,
                y + 40,
                pick(rng, ((176, 90, 84), (92, 130, 150), (200, 176, 110), (110, 140, 110))),
            )
            x += w + 0.5
    desk = pick(rng, ((204, 164, 116), (150, 116, 88), (226, 214, 196)))
    box(26, 164, 236, 174, desk)
    for x in (34, 222):
        box(x, 174, x + 8, 222, shade(desk, 0.8))
    box(60, 174, 104, 208, shade(desk, 0.86))
    for x in (70, 158):
        box(x, 124, x + 54, 158, (50, 54, 64))
        box(x + 4, 128, x + 50, 154, pick(rng, ((110, 190, 226), (130, 206, 170), (190, 200, 230))))
        box(x + 22, 158, x + 32, 164, (70, 74, 84))
    carpet = pick(rng, ((120, 138, 160), (138, 150, 132), (150, 134, 140)))
    band(c, 214, 320, shade(carpet, 1.1), shade(carpet, 0.95))
    c.line([(-5, 214), (WIDE + 5, 214)], (240, 240, 236), 5)
    for k in range(-8, 18):
        c.line([(WIDE / 2 + (k - 5) * 40, 217), (WIDE / 2 + (k - 5) * 78, 322)], shade(carpet, 0.92), 1.4)
    for y in (236, 262, 296):
        c.line([(-5, y), (WIDE + 5, y)], shade(carpet, 0.92), 1.4)
    return shade(carpet, 0.66)
