"""What several scenes share: the sizes of a backdrop, gradients, skies and clouds."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from srlclip.synsitu.drawing.canvas import FRAME, Canvas, Colour, mix

T = TypeVar("T")
MARGIN = 26  # scenery is drawn this much wider than the frame, so that the camera can shift
WIDE = FRAME + MARGIN
HORIZON = 190.0


def band(c: Canvas, y0: float, y1: float, top: Colour, bottom: Colour) -> None:
    """A vertical gradient over the full width."""
    a, b = max(0, int(round(y0 * c.scale))), min(c.image.shape[0], int(round(y1 * c.scale)))
    if b > a:
        ramp = np.linspace(np.asarray(top, np.float32), np.asarray(bottom, np.float32), b - a)
        c.image[a:b] = ramp[:, None].astype(np.uint8)


def pick(rng: np.random.Generator, options: tuple[T, ...] | list[T]) -> T:
    """One of the options, by chance."""
    return options[int(rng.integers(len(options)))]


def cloud(c: Canvas, x: float, y: float, s: float, colour: Colour) -> None:
    """A cloud s high."""
    for dx, dy, r in ((-1.1, 0.2, 0.6), (-0.4, -0.15, 0.8), (0.45, -0.05, 0.75), (1.15, 0.25, 0.5)):
        c.disc((x + dx * s, y + dy * s), r * s, colour)
    c.rect(x - 1.4 * s, y + 0.3 * s, x + 1.4 * s, y + 0.75 * s, colour)


DAY: tuple[tuple[Colour, Colour], ...] = (
    ((110, 186, 246), (206, 234, 252)),
    ((140, 200, 240), (240, 236, 220)),
    ((120, 170, 230), (250, 214, 190)),
    ((150, 196, 222), (226, 236, 240)),
)


def sky(c: Canvas, rng: np.random.Generator, clouds: int = 2) -> None:
    """A day sky of chance colours, down to the horizon."""
    top, low = pick(rng, DAY)
    band(c, 0, HORIZON + 20, top, low)
    for _ in range(clouds):
        cloud(
            c,
            float(rng.uniform(20, WIDE - 20)),
            float(rng.uniform(22, 70)),
            float(rng.uniform(14, 22)),
            mix(low, (255, 255, 255), 0.7),
        )
