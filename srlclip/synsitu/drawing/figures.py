"""Characters: a jointed pose and a costume become a drawn cartoon figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import cos, hypot, radians, sin, sqrt

from srlclip.synsitu.drawing import heads
from srlclip.synsitu.drawing.canvas import INK, Canvas, Colour, Point, mix, shade
from srlclip.synsitu.drawing.costume import Costume

# Lengths in units of the figure's height. One skeleton for all kinds keeps every pose valid for everybody.
HIP, TRUNK, SHOULDER, NECK = 0.358, 0.30, 0.265, 0.43
THIGH, SHIN, ARM = 0.18, 0.175, 0.185


@dataclass
class Pose:
    """A figure at an instant. x, y: the ground point below it, in world units; f: +1 faces right, -1 faces left.

    The rest is in the figure's own frame (x forward, y up, unit = height): hip; lean of the trunk and of the head in
    degrees, positive forward; hands (near, far) as offsets from the shoulder; feet (near, far) from the ground point;
    rot turns the whole figure about its hip (degrees, positive = tips forward). shadow: ground line, None for none.
    """

    x: float
    y: float
    f: int
    h: float
    hip: Point = (0.0, HIP)
    lean: float = 3.0
    head: float | None = None
    hands: list[Point] = field(default_factory=lambda: [(-0.05, -0.34), (0.05, -0.34)])
    feet: list[Point] = field(default_factory=lambda: [(-0.07, 0.02), (0.07, 0.02)])
    elbow: tuple[int, int] = (-1, -1)
    knee: tuple[int, int] = (1, 1)
    rot: float = 0.0
    face: str = "calm"
    open_hands: bool = False
    spread: float = 0.045
    shadow: float | None = None

    def world(self, p: Point) -> Point:
        """The world point of a point of the figure's own frame."""
        px, py = p
        if self.rot:
            a = radians(self.rot)
            dx, dy = px - self.hip[0], py - self.hip[1]
            px, py = self.hip[0] + dx * cos(a) + dy * sin(a), self.hip[1] - dx * sin(a) + dy * cos(a)
        return self.x + self.f * px * self.h, self.y - py * self.h

    def own(self, w: Point) -> Point:
        """The inverse of `world` for an upright figure (rot = 0)."""
        return (w[0] - self.x) * self.f / self.h, (self.y - w[1]) / self.h

    def along(self, length: float) -> Point:
        """The point of the trunk at this distance above the hip."""
        a = radians(self.lean)
        return self.hip[0] + length * sin(a), self.hip[1] + length * cos(a)

    def head_centre(self) -> Point:
        a = radians(self.head_angle())
        n = self.along(TRUNK)
        return n[0] + (NECK - TRUNK) * sin(a), n[1] + (NECK - TRUNK) * cos(a)

    def head_angle(self) -> float:
        return self.lean * 0.45 if self.head is None else self.head

    def reach(self, near: Point | None = None, far: Point | None = None) -> None:
        """Put hands on world points (upright figures only)."""
        s = self.along(SHOULDER)
        for i, target in enumerate((near, far)):
            if target is not None:
                own = self.own(target)
                off = self.spread * (-1 if i == 0 else 1)
                self.hands[i] = (own[0] - s[0] - off, own[1] - s[1])

    def hand(self, i: int) -> Point:
        """World point of the near (0) or far (1) hand."""
        return self.world(self.joints()[f"arm{i}"][2])

    def joints(self) -> dict[str, list[Point]]:
        """Own-frame chains of the four limbs: arm0, arm1, leg0, leg1 (0 = near the viewer)."""
        s = self.along(SHOULDER)
        out: dict[str, list[Point]] = {}
        for i, side in ((0, -1), (1, 1)):
            a = (s[0] + side * self.spread, s[1])
            target = (a[0] + self.hands[i][0], a[1] + self.hands[i][1])
            out[f"arm{i}"] = _bend(a, target, ARM, ARM, self.elbow[i], 1.16)
            b = (self.hip[0] + side * 0.035, self.hip[1])
            out[f"leg{i}"] = _bend(b, self.feet[i], THIGH, SHIN, self.knee[i], 1.06)
        return out


def _bend(a: Point, b: Point, l1: float, l2: float, side: int, stretch: float) -> list[Point]:
    """Two bones from a towards b: [a, joint, end]. A target out of reach stretches them a little, as cartoons do."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    d = hypot(dx, dy) or 1e-6
    limit = (l1 + l2) * stretch
    if d >= l1 + l2:
        k = min(d, limit) / d
        b = (a[0] + dx * k, a[1] + dy * k)
        return [a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), b]
    d = max(d, abs(l1 - l2) + 1e-3)
    u = (l1 * l1 - l2 * l2 + d * d) / (2 * d)
    v = sqrt(max(0.0, l1 * l1 - u * u)) * side
    ux, uy = dx / d, dy / d
    return [a, (a[0] + ux * u - uy * v, a[1] + uy * u + ux * v), b]


def draw_figure(c: Canvas, who: Costume, pose: Pose, parts: str = "fbn") -> None:
    """Draw a figure. parts: any of f (far arm), b (body, legs, head), n (near arm), in this order."""
    joints = {k: [pose.world(p) for p in v] for k, v in pose.joints().items()}
    if "f" in parts:
        _arm(c, who, pose, joints["arm1"], far=True)
    if "b" in parts:
        _body(c, who, pose, joints)
    if "n" in parts:
        _arm(c, who, pose, joints["arm0"], far=False)


def _sleeved(kind: str) -> bool:
    return kind in ("man", "woman", "child", "king", "wizard", "astronaut")


def _arm(c: Canvas, who: Costume, pose: Pose, chain: list[Point], far: bool) -> None:
    kind, width = who.character.kind, who.build.limb * pose.h
    if _sleeved(kind):
        colour, edge = (who.cloth_far if far else who.cloth), who.edge
    else:
        colour, edge = who.legs, ((150, 150, 158) if kind == "panda" else INK)
        colour = shade(colour, 0.88) if far and kind != "panda" else colour
    hand = {"panda": who.legs, "fox": who.feet, "astronaut": who.legs}.get(kind, who.skin)
    end = chain[2]
    r = width * 0.62
    if pose.open_hands:
        (ax, ay), (bx, by) = chain[1], end
        d = hypot(bx - ax, by - ay) or 1.0
        ux, uy = (bx - ax) / d, (by - ay) / d
        for k in (-0.9, -0.3, 0.3, 0.9):
            ca, sa = cos(k), sin(k)
            tip = (bx + (ux * ca - uy * sa) * r * 2.1, by + (ux * sa + uy * ca) * r * 2.1)
            c.limb([end, tip], hand, r * 0.5, INK, 1.2)
    c.limb(chain, colour, width, edge)
    if kind in ("panda", "rabbit", "robot", "fox"):  # a short sleeve
        (ax, ay), (bx, by) = chain[:2]
        c.limb(
            [chain[0], (ax + 0.6 * (bx - ax), ay + 0.6 * (by - ay))],
            who.cloth_far if far else who.cloth,
            width * 1.15,
            who.edge,
        )
    c.disc(end, r, hand, INK if kind != "panda" else (150, 150, 158), 1.6)


def _leg(c: Canvas, who: Costume, pose: Pose, chain: list[Point], far: bool) -> None:
    kind, width = who.character.kind, who.build.limb * pose.h * 1.12
    edge = (150, 150, 158) if kind == "panda" else INK
    colour = shade(who.legs, 0.86) if far and kind != "panda" else who.legs
    c.limb(chain, colour, width, edge)
    (kx, ky), (ax, ay) = chain[1], chain[2]
    d = hypot(ax - kx, ay - ky) or 1.0
    # The foot stands square to the shin, toes the way the figure faces.
    px, py = -(ay - ky) / d, (ax - kx) / d
    if pose.rot == 0 and px * pose.f < 0 or pose.rot and px * pose.f < 0 and abs(px) > 0.5:
        px, py = -px, -py
    if ay > pose.y - 0.08 * pose.h and pose.rot == 0:
        px, py = float(pose.f), 0.0
        if abs(ax - kx) > 1.1 * abs(ay - ky):  # a lying shin: toes up when it is stretched forward, else flat behind
            px, py = (0.0, -1.0) if (ax - kx) * pose.f > 0 else (-float(pose.f), 0.0)
    long = 0.085 * pose.h * (1.5 if kind == "rabbit" else 1.0)
    c.limb(
        [(ax - px * long * 0.2, ay - py * long * 0.2), (ax + px * long, ay + py * long)], who.feet, width * 0.82, edge
    )
    if kind == "child":  # shorts
        c.limb([chain[0], ((chain[0][0] + kx) / 2, (chain[0][1] + ky) / 2)], (92, 84, 110), width * 1.2, INK)


def _body(c: Canvas, who: Costume, pose: Pose, joints: dict[str, list[Point]]) -> None:
    kind, b, h = who.character.kind, who.build, pose.h
    angle = radians(pose.lean)
    tx, ty = sin(angle), cos(angle)  # along the trunk
    nx, ny = ty, -tx  # across it, forward

    def at(up: float, out: float) -> Point:
        return pose.world((pose.hip[0] + tx * up + nx * out, pose.hip[1] + ty * up + ny * out))

    if kind == "king":
        _cape(c, pose, at, shade(who.cloth_far, 0.8), (246, 240, 230), who.edge)
    if kind == "rabbit":
        c.disc(at(0.0, -b.hips - 0.02), 0.055 * h, (255, 255, 255), INK, 1.6)
    if kind == "fox":
        c.limb([at(0.02, -b.hips), at(-0.06, -b.hips - 0.12), at(0.06, -b.hips - 0.24)], who.legs, 0.1 * h, INK)
        c.limb([at(0.03, -b.hips - 0.21), at(0.06, -b.hips - 0.24)], (250, 244, 236), 0.08 * h, INK, 1.0)
    if kind == "astronaut":
        c.polygon(
            [at(0.05, -b.hips - 0.06), at(0.27, -b.shoulders - 0.06), at(0.28, -0.05), at(0.04, -0.05)],
            (210, 214, 222),
            INK,
        )
    if who.character.attribute == "cape":
        _cape(c, pose, at, (24, 74, 92), (250, 206, 60))
    if who.character.attribute == "backpack":
        pack = [at(0.0, -b.hips - 0.135), at(0.22, -b.shoulders - 0.125), at(0.29, -0.07), at(0.0, -0.05)]
        c.polygon(pack, (150, 108, 52), INK, 2.4)
        c.polygon(
            [at(0.03, -b.hips - 0.12), at(0.12, -b.hips - 0.125), at(0.12, -0.1), at(0.03, -0.1)], (196, 150, 84), INK
        )
    _leg(c, who, pose, joints["leg1"], far=True)
    _leg(c, who, pose, joints["leg0"], far=False)
    if kind in ("woman", "wizard", "king"):
        pts = [at(0.12, -b.hips * 0.85), at(0.12, b.hips * 0.85), at(-0.02, b.hips), at(-0.02, -b.hips)]
        for chain in (joints["leg0"], joints["leg1"]):
            (ax, ay), (kx, ky), (fx, fy) = chain
            share = {"woman": 0.92, "wizard": 1.25, "king": 0.75}[kind]
            if fx * pose.f < ax * pose.f - 0.1 * h and fy > pose.y - 0.12 * h and pose.hip[1] < 0.25:
                share = 0.7  # folded lower legs stay in sight
            if fy < pose.y - 0.17 * h and pose.rot == 0 and pose.shadow is not None and abs(fx - ax) > 0.2 * h:
                share = min(share, 0.85)  # so does a raised leg
            if share <= 1:
                ex, ey = ax + (kx - ax) * share, ay + (ky - ay) * share
            else:
                ex, ey = kx + (fx - kx) * (share - 1) * 1.9, ky + (fy - ky) * (share - 1) * 1.9
            w = (0.09 if kind == "woman" else 0.065) * h
            pts += [(ex - w, ey), (ex + w, ey)]
        c.hull(pts, who.cloth, who.edge)
    if kind == "robot":
        box = [at(-0.03, -b.hips), at(0.29, -b.shoulders), at(0.29, b.shoulders), at(-0.03, b.hips)]
        c.polygon(box, who.cloth, who.edge, 2.6)
        c.polygon([at(0.20, 0.02), at(0.25, 0.02), at(0.25, 0.11), at(0.20, 0.11)], (206, 214, 222), INK, 1.2)
        c.line([at(0.02, -0.12), at(0.02, 0.12)], (206, 214, 222), 0.02 * h)
    else:
        belly = {"panda": 0.05, "king": 0.03, "rabbit": 0.02}.get(kind, 0.0)
        shape = [
            at(-0.04, -b.hips * 0.8),
            at(0.04, -b.hips),
            at(0.16, -(b.hips + b.shoulders) / 2),
            at(0.25, -b.shoulders),
            at(0.30, -b.shoulders * 0.55),
            at(0.30, b.shoulders * 0.55),
            at(0.25, b.shoulders * 0.95),
            at(0.14, (b.hips + b.shoulders) / 2 + belly),
            at(0.04, b.hips + belly),
            at(-0.04, b.hips * 0.8),
        ]
        if kind == "woman":
            shape[2], shape[7] = at(0.12, -0.068), at(0.12, 0.068)
        c.polygon(shape, who.cloth, who.edge, 2.4)
        _trim(c, who, at, h)
    if who.character.attribute == "backpack":
        c.line([at(0.28, -0.02), at(0.17, 0.05), at(0.04, -0.06)], (112, 74, 34), 0.034 * h)
    angle_h = radians(pose.head_angle())
    up, fwd = (sin(angle_h), cos(angle_h)), (cos(angle_h), -sin(angle_h))
    centre, r = pose.head_centre(), b.head

    def on_head(a: float, u: float) -> Point:
        return pose.world((centre[0] + r * (fwd[0] * a + up[0] * u), centre[1] + r * (fwd[1] * a + up[1] * u)))

    heads.draw_head(c, who, pose.face, on_head, r * h)
    if who.character.attribute == "scarf":
        wool, stripe = (250, 246, 236), (36, 60, 140)
        c.limb([at(0.20, -0.10), at(0.09, -0.24), at(0.06, -0.30)], wool, 0.06 * h, INK)
        c.limb([at(0.292, -0.105), at(0.275, 0.0), at(0.292, 0.105)], wool, 0.072 * h, INK)
        for out in (-0.06, 0.02, 0.085):
            c.line([at(0.315, out), at(0.255, out + 0.012)], stripe, 0.026 * h)


def _cape(
    c: Canvas, pose: Pose, at: Callable[[float, float], Point], cloth: Colour, hem: Colour, edge: Colour = INK
) -> None:
    """A cape from the shoulders to the knees; it never hangs below the ground."""
    low, tip = ((x, min(y, pose.y)) for x, y in (at(-0.24, -0.23), at(-0.25, 0.02)))
    c.polygon([at(0.29, 0.05), at(0.29, -0.11), low, tip], cloth, edge)
    c.limb([low, tip], hem, 0.04 * pose.h, INK, 1.4)


def _trim(c: Canvas, who: Costume, at, h: float) -> None:
    """Small marks of a kind on the garment; they leave its colour alone."""
    kind = who.character.kind
    detail = mix(who.cloth, (255, 255, 255) if who.character.colour == "black" else (0, 0, 0), 0.45)
    if kind in ("man", "child"):
        c.line([at(0.29, 0.02), at(0.24, 0.05), at(0.29, 0.08)], detail, 1.8)
        if kind == "man":
            c.line([at(-0.02, -0.085), at(-0.02, 0.085)], (70, 50, 40), 0.028 * h)
    elif kind == "king":
        c.limb([at(0.0, -0.13), at(0.0, 0.15)], (246, 200, 60), 0.03 * h, INK, 1.0)
    elif kind == "wizard":
        c.limb([at(0.02, -0.11), at(0.02, 0.115)], (240, 210, 110), 0.022 * h, INK, 1.0)
    elif kind == "astronaut":
        c.polygon([at(0.2, 0.02), at(0.2, 0.11), at(0.13, 0.11), at(0.13, 0.02)], (236, 240, 246), INK, 1.0)
    elif kind == "fox":
        c.line([at(0.0, -0.1), at(0.0, 0.1)], detail, 0.022 * h)
    elif kind == "panda":
        for u in (0.2, 0.1):
            c.disc(at(u, 0.09), 0.016 * h, detail)
