"""One event made ready to be drawn: places, sizes and tempo from the look seed, and the manner put on the agent."""

from __future__ import annotations

from math import pi, sin

import numpy as np

from srlclip.synsitu.drawing import effects
from srlclip.synsitu.drawing.canvas import Canvas, Colour, Point
from srlclip.synsitu.drawing.costume import Costume
from srlclip.synsitu.drawing.figures import HIP, Pose, draw_figure
from srlclip.synsitu.drawing.places import Place, place_of
from srlclip.synsitu.drawing.props import PROP_SIZE, draw_prop
from srlclip.synsitu.world import HORIZONTAL, EventScript

_TEMPO = {"": 1.0, "slowly": 0.4, "quickly": 2.1, "happily": 1.1, "angrily": 1.2}
_TRAVEL = {"": 1.0, "slowly": 0.36, "quickly": 1.5, "happily": 1.0, "angrily": 1.0}
_FACE = {"slowly": "tired", "quickly": "strain", "happily": "happy", "angrily": "angry"}


class Stage:
    """What the drawing of a verb needs: agent, other (patient or recipient), prop, facing f, phase p, and a canvas.

    rng: draws the details of this event that no label names. plain: without the signs of the manner, which then shows by
    pose and motion alone.
    """

    def __init__(
        self, event: EventScript, costumes: list[Costume], rng: np.random.Generator, plain: bool = False
    ) -> None:
        self.event = event
        self.manner = event.manner
        self.agent = costumes[event.agent]
        self.other = costumes[event.patient] if event.patient is not None else None
        self.prop = event.prop
        free = 1 if rng.random() < 0.5 else -1
        self.f = {"left": -1, "right": 1}.get(event.direction, free)
        self.climb = -1 if event.direction == "down" else 1
        self.cx = 160 + float(rng.uniform(-9, 9))
        self.ground = 291 + float(rng.uniform(-5, 4))
        self.size = float(rng.uniform(0.95, 1.06))
        self.prop_size = PROP_SIZE * float(rng.uniform(0.93, 1.08))
        self.tempo = _TEMPO[self.manner] * float(rng.uniform(0.88, 1.14))
        self.distance = 64.0 * _TRAVEL[self.manner] * float(rng.uniform(0.85, 1.15))
        self.goes = event.direction in HORIZONTAL
        self.offset = float(rng.uniform(0, 2 * pi))
        self.p = 0.0
        self.plain = plain
        self.canvas: Canvas
        self.floor = (90, 90, 90)
        self._hero: Pose | None = None
        self.mark_at: Point | None = None
        self.places: list[Place] = []

    def begin(self, canvas: Canvas, p: float, floor: Colour) -> None:
        self.canvas, self.p, self._hero, self.mark_at, self.floor = canvas, p, None, None, floor
        self.places = []

    def cycle(self, rate: float) -> float:
        """Angle of a movement done `rate` times in the event, at this event's tempo."""
        return 2 * pi * rate * self.tempo * self.p + self.offset

    def travel(self, start: float = 0.0, gain: float = 1.0) -> float:
        """x of something `start` ahead of the middle that moves the way of the event."""
        return self.cx + self.f * (start + (self.p - 0.5) * self.distance * gain)

    def height(self, who: Costume) -> float:
        return who.height * self.size

    def pose(
        self, who: Costume, x: float, f: int | None = None, hero: bool | None = None, bias: float = 1.0, **kw
    ) -> Pose:
        """A pose at x; for the agent with the manner put on. bias: how much of the manner's lean the verb can take."""
        pose = Pose(x, self.ground, self.f if f is None else f, self.height(who), shadow=self.ground, **kw)
        if not (who is self.agent if hero is None else hero):
            return pose
        if self.manner == "slowly":
            pose.lean += 16 * bias
            pose.head = pose.head_angle() + 24 * bias
            pose.hip = (pose.hip[0] - 0.02 * bias, pose.hip[1] - 0.035 * bias)
            pose.hands = [(hx * 0.85, hy - 0.07) for hx, hy in pose.hands]
        elif self.manner == "quickly":
            pose.lean += 13 * bias
            pose.head = pose.head_angle() - 12 * bias
            pose.y -= 3 * abs(sin(self.cycle(3))) * bias
        elif self.manner == "happily":
            pose.lean -= 4 * bias
            pose.head = pose.head_angle() - 10 * bias
            pose.y -= 12 * abs(sin(self.cycle(2))) * bias
        elif self.manner == "angrily":
            pose.lean += 6 * bias
            pose.head = pose.head_angle() + 8 * bias
            pose.x += 2.0 * sin(self.p * 70)
        if self.manner:
            pose.face = _FACE[self.manner]
        return pose

    def figure(self, who: Costume, pose: Pose, parts: str = "fbn") -> None:
        """Draw the figure; behind the agent its shadow and, if it hurries, speed lines."""
        if "b" in parts and pose.shadow is not None:
            wide = 0.2 if pose.rot == 0 else 0.4
            self.canvas.ellipse((pose.x, pose.shadow + 3), (wide * pose.h, 0.035 * pose.h), self.floor)
        if who is self.agent and "b" in parts:
            if self.manner == "quickly" and not self.plain:
                self._speed(pose) if self.goes else self._shake(pose)
            self._hero = pose
        if "b" in parts:
            self.places.append(place_of(who, pose))
        draw_figure(self.canvas, who, pose, parts)

    def _shake(self, pose: Pose) -> None:
        """Lines on both sides of somebody who hurries on the spot."""
        wide = (0.19 if pose.rot == 0 else 0.42) * pose.h
        for side in (-1, 1):
            for k, up in enumerate((0.62, 0.36)):
                x = pose.x + side * (wide + 7 * k + 3 * sin(self.p * 40 + k))
                y = pose.y - up * pose.h * (1.0 if pose.rot == 0 else 0.5)
                zig = [(x, y - 14), (x + side * 6, y - 5), (x, y + 4), (x + side * 6, y + 13)]
                self.canvas.line(zig, (52, 58, 84), 5.0)
                self.canvas.line(zig, (255, 255, 255), 2.6)

    def _speed(self, pose: Pose) -> None:
        back = pose.world((-0.14, 0.0))[0]
        lines = []
        for k, (up, long) in enumerate(((0.78, 34), (0.58, 48), (0.38, 40), (0.18, 50))):
            y = pose.y - up * pose.h
            shift = 8 * ((self.p * 9 + 0.37 * k) % 1)
            lines.append(((back - pose.f * (8 + shift), y), (back - pose.f * (8 + shift + long), y)))
        effects.streaks(self.canvas, lines)
        for k in (0, 1):
            s = 7 + 3 * ((self.p * 6 + 0.5 * k) % 1)
            effects.puff(self.canvas, (back - pose.f * (6 + 22 * k), self.ground - 4 - 2 * k), s)

    def thing(self, at: Point, turn: float = 0.0, size: float | None = None, shadow: bool = True) -> None:
        """Draw the event's prop, centred on `at`."""
        if shadow:
            self.canvas.ellipse((at[0], self.ground + 3), (self.prop_size * 0.42, 5), self.floor)
        self.places.append(Place(self.prop or "", at, at))
        draw_prop(self.canvas, self.prop or "", at, size or self.prop_size, turn)

    def rest(self) -> float:
        """y of the centre of a prop that stands on the ground."""
        return self.ground - self.prop_size * 0.47

    def finish(self) -> None:
        """The manner's sign over the agent, unless the picture is plain."""
        pose = self._hero
        if pose is None or not self.manner or self.plain:
            return
        top = 0.95 if self.agent.character.kind not in ("wizard", "rabbit", "king") else 1.12
        top += 0.06 * (self.agent.character.attribute == "hat")
        at = self.mark_at or pose.world((pose.head_centre()[0], 0.0))
        if self.mark_at is None:
            head = pose.world(pose.head_centre())
            crown = head[1] - (top - 0.775) * pose.h
            at = (head[0] - 4 * pose.f, crown - 22)
        effects.manner_mark(self.canvas, self.manner, at, pose.f, self.p)
        if self.manner == "slowly":
            head, r = pose.world(pose.head_centre()), self.agent.build.head * pose.h
            slide = 8 * (self.p * 2 % 1)
            effects.drop(self.canvas, (head[0] - pose.f * (r + 7), head[1] - 4 + slide), 6.5)


def idle_pose(who: Costume, x: float, y: float, f: int, sway: int, scale: float = 0.75) -> Pose:
    """Somebody who only stands by, breathing. sway: 0, 1 or 2."""
    hip = (0.0, HIP - 0.006 * sway)
    arm = 0.012 * sway
    return Pose(
        x, y, f, who.height * scale, hip=hip, lean=2.0, hands=[(-0.06 - arm, -0.33), (0.04 + arm, -0.33)], shadow=y
    )
