"""A picture to draw on: anti-aliased OpenCV shapes with sub-pixel points, in units of a 320 px frame. RGB."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

Colour = tuple[int, int, int]
Point = tuple[float, float]

FRAME = 320  # every coordinate of the world is in pixels of a frame of this size
_SHIFT = 4
_ONE = 1 << _SHIFT
INK: Colour = (38, 30, 42)
PAPER: Colour = (255, 255, 255)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Colour a with a share (0..1) of colour b in it."""
    return tuple(int(round(x + (y - x) * share)) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def shade(colour: Colour, gain: float) -> Colour:
    """The colour, darker (gain < 1) or lighter (gain > 1, towards white)."""
    return mix(colour, (0, 0, 0), 1 - gain) if gain <= 1 else mix(colour, (255, 255, 255), gain - 1)


class Canvas:
    """Draws on `image`, uint8 (H, W, 3) RGB, in place. scale: image pixels per world unit."""

    def __init__(self, image: np.ndarray, scale: float) -> None:
        self.image = image
        self.scale = scale
        self._fixed = scale * _ONE

    def _points(self, points: Sequence[Point] | np.ndarray) -> np.ndarray:
        return np.rint(np.asarray(points, np.float64) * self._fixed).astype(np.int32)

    def _width(self, width: float) -> int:
        return max(1, int(width * self.scale + 0.5))

    def line(self, points: Sequence[Point] | np.ndarray, colour: Colour, width: float, closed: bool = False) -> None:
        cv2.polylines(self.image, [self._points(points)], closed, colour, self._width(width), cv2.LINE_AA, _SHIFT)

    def limb(self, points: Sequence[Point], colour: Colour, width: float, outline: Colour, edge: float = 2.0) -> None:
        """A thick line with round ends and an outline."""
        fixed = [self._points(points)]
        cv2.polylines(self.image, fixed, False, outline, self._width(width + 2 * edge), cv2.LINE_AA, _SHIFT)
        cv2.polylines(self.image, fixed, False, colour, self._width(width), cv2.LINE_AA, _SHIFT)

    def polygon(
        self,
        points: Sequence[Point] | np.ndarray,
        fill: Colour | None,
        outline: Colour | None = None,
        width: float = 2.0,
    ) -> None:
        fixed = [self._points(points)]
        if fill is not None:
            cv2.fillPoly(self.image, fixed, fill, cv2.LINE_AA, _SHIFT)
        if outline is not None:
            cv2.polylines(self.image, fixed, True, outline, self._width(width), cv2.LINE_AA, _SHIFT)

    def hull(self, points: Sequence[Point], fill: Colour, outline: Colour | None = None, width: float = 2.0) -> None:
        """The convex hull of the points."""
        self.polygon(cv2.convexHull(np.asarray(points, np.float32))[:, 0], fill, outline, width)

    def rect(self, x0: float, y0: float, x1: float, y1: float, fill: Colour, outline: Colour | None = None) -> None:
        self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], fill, outline, 1.5)

    def disc(
        self, centre: Point, radius: float, fill: Colour | None, outline: Colour | None = None, width: float = 2.0
    ) -> None:
        x, y = (int(v * self._fixed + 0.5) for v in centre)
        r = max(1, int(radius * self._fixed))
        if fill is not None:
            cv2.circle(self.image, (x, y), r, fill, -1, cv2.LINE_AA, _SHIFT)
        if outline is not None:
            cv2.circle(self.image, (x, y), r, outline, self._width(width), cv2.LINE_AA, _SHIFT)

    def ellipse(
        self,
        centre: Point,
        axes: Point,
        fill: Colour | None,
        outline: Colour | None = None,
        width: float = 2.0,
        angle: float = 0.0,
        start: float = 0.0,
        end: float = 360.0,
    ) -> None:
        """axes: half-lengths; angles in degrees, clockwise on the screen."""
        at = tuple(int(v * self._fixed + 0.5) for v in centre)
        half = tuple(max(1, int(v * self._fixed)) for v in axes)
        if fill is not None:
            cv2.ellipse(self.image, at, half, angle, start, end, fill, -1, cv2.LINE_AA, _SHIFT)
        if outline is not None:
            cv2.ellipse(self.image, at, half, angle, start, end, outline, self._width(width), cv2.LINE_AA, _SHIFT)
