"""Verbs of every day: eat, read, play, sweep, sleep, cry, clap. Each has a thing or a sign of its own."""

from __future__ import annotations

from math import cos, pi, sin

from srlclip.synsitu.drawing import effects
from srlclip.synsitu.drawing.canvas import Point
from srlclip.synsitu.drawing.figures import HIP, Pose
from srlclip.synsitu.drawing.stage import Stage
from srlclip.synsitu.drawing.things import draw_apple, draw_book, draw_broom, draw_guitar, draw_mat


def _own(pose: Pose, up: float, out: float) -> Point:
    """The world point `up` along the trunk from the hip and `out` in front of it, in heights."""
    s = pose.along(up)
    return pose.world((s[0] + out, s[1]))


def eat(st: Stage) -> None:
    bite = 0.5 + 0.5 * sin(st.cycle(2))
    pose = st.pose(st.agent, st.cx, lean=4.0, face="open", bias=0.5)
    pose.head = pose.head_angle() + 6 * bite
    pose.hands = [(0.27 - 0.03 * bite, 0.06 + 0.02 * bite), (0.10, -0.20)]
    st.figure(st.agent, pose, "fb")
    hand = pose.hand(0)
    draw_apple(st.canvas, (hand[0] + st.f * 5, hand[1] - 13), 15, st.f)
    st.figure(st.agent, pose, "n")
    for k in range(4):
        q = (st.p * 2 * st.tempo + k / 4) % 1
        at = (hand[0] - st.f * (8 + 9 * (k % 2)), hand[1] + 6 + 44 * q)
        st.canvas.disc(at, 3.4, (255, 240, 206), (120, 70, 40), 1.2)


def read(st: Stage) -> None:
    nod = sin(st.cycle(1.5))
    pose = st.pose(st.agent, st.cx - st.f * 8, lean=6.0, bias=0.4)
    pose.head = 24 + 4 * nod + (8 if st.manner == "slowly" else 0)
    pose.hands = [(0.20, -0.11), (0.26, -0.09)]
    st.figure(st.agent, pose, "fb")
    hand = pose.hand(0)
    draw_book(st.canvas, (hand[0] + st.f * 14, hand[1] - 14 + nod), 22, st.f)
    st.figure(st.agent, pose, "n")


def play(st: Stage) -> None:
    strum = sin(st.cycle(4))
    pose = st.pose(st.agent, st.cx + 3 * sin(st.cycle(1)), lean=-5.0, head=-8.0, face="eager", bias=0.5)
    pose.feet = [(-0.09, 0.02), (0.13, 0.02 + 0.03 * abs(sin(st.cycle(2))))]
    body, head = _own(pose, 0.09, 0.10), _own(pose, 0.31, 0.44)
    pose.reach((body[0] + st.f * 4, body[1] - 2 + 7 * strum), (head[0] - st.f * 20, head[1] + 15))
    st.figure(st.agent, pose, "fb")
    draw_guitar(st.canvas, body, head, 0.125 * pose.h)
    st.figure(st.agent, pose, "n")
    for k, colour in enumerate(((230, 30, 160), (30, 110, 240))):
        q = (st.p * 1.3 * st.tempo + k / 2) % 1
        effects.note(st.canvas, (pose.x + st.f * (70 + 22 * k), pose.y - 0.78 * pose.h - 30 * q), 12, colour)


def sweep(st: Stage) -> None:
    swing = sin(st.cycle(2))
    pose = st.pose(st.agent, st.cx - st.f * 30, lean=20.0 + 4 * swing, head=20.0, bias=0.4)
    pose.feet = [(-0.16, 0.02), (0.10, 0.02)]
    foot = pose.world((0.56 + 0.10 * swing, 0.015))
    top = pose.world((0.13 + 0.05 * swing, 0.74))

    def on_stick(share: float) -> Point:
        return top[0] + (foot[0] - top[0]) * share, top[1] + (foot[1] - top[1]) * share

    pose.reach(on_stick(0.18), on_stick(0.48))
    st.figure(st.agent, pose, "fb")
    for k in range(3):
        q = (st.p * 2 * st.tempo + k / 3) % 1
        effects.puff(st.canvas, (foot[0] + st.f * (16 + 34 * q), st.ground - 4 - 14 * q), 6 + 4 * q)
    draw_broom(st.canvas, top, foot)
    st.figure(st.agent, pose, "n")


def sleep(st: Stage) -> None:
    breath = sin(st.cycle(0.8))
    pose = st.pose(st.agent, st.cx + st.f * 22, bias=0.0)
    low = 0.17 if st.agent.character.attribute in ("backpack", "cape") else 0.14
    pose.face, pose.lean, pose.head, pose.rot, pose.shadow = "asleep", 0.0, 4.0, -87.0, None
    pose.hip = (0.0, low + 0.006 * breath)
    pose.feet = [(0.03, low - 0.345), (0.0, low - 0.35)]
    pose.hands = [(0.14, -0.19 + 0.01 * breath), (0.16, -0.16)]
    head = pose.world(pose.head_centre())
    reach = 0.34 * pose.h
    ends = sorted((head[0] - st.f * 18, pose.x + st.f * reach))
    draw_mat(st.canvas, ends[0], ends[1], st.ground, (head[0], head[1] + st.agent.build.head * pose.h * 0.85))
    st.figure(st.agent, pose)
    for k in range(3):
        q = (st.p * st.tempo + k / 3) % 1
        s = 6 + 8 * q
        x, y = head[0] - st.f * (4 + 16 * sin(2 * q)), head[1] - 40 - 62 * q
        z = [(x - s, y - s), (x + s, y - s), (x - s, y + s), (x + s, y + s)]
        st.canvas.line(z, (40, 44, 80), 7.0)
        st.canvas.line(z, (255, 255, 255), 3.4)
    st.mark_at = (pose.x + st.f * 20, pose.y - 96)


def cry(st: Stage) -> None:
    sob = sin(st.cycle(3))
    pose = st.pose(st.agent, st.cx, lean=14.0 + 2 * sob, head=26.0, face="scared", bias=0.3)
    pose.face = "scared"
    pose.hands = [(0.17, 0.13 + 0.015 * sob), (0.21, 0.13)]
    pose.hip = (-0.02, HIP - 0.02)
    st.canvas.ellipse((pose.x + st.f * 12, st.ground + 5), (62, 9), (110, 200, 250), (30, 90, 170), 2)
    st.figure(st.agent, pose)
    head = pose.world(pose.head_centre())
    for side in (-1, 1):
        for k in range(3):
            q = (st.p * 2 * st.tempo + k / 3) % 1
            x = head[0] + side * (18 + 34 * q)
            effects.drop(st.canvas, (x, head[1] - 18 * sin(pi * min(1.0, 1.6 * q)) + 74 * q * q), 8)


def clap(st: Stage) -> None:
    gap = abs(cos(st.cycle(2)))
    pose = st.pose(st.agent, st.cx, lean=0.0, head=-6.0, face="eager", bias=0.6)
    pose.hands = [(0.27, 0.06 + 0.09 * gap), (0.30, 0.0 - 0.09 * gap)]
    pose.open_hands, pose.elbow, pose.spread = True, (-1, -1), 0.02
    st.figure(st.agent, pose)
    (ax, ay), (bx, by) = pose.hand(0), pose.hand(1)
    x, y = (ax + bx) / 2 + st.f * 4, (ay + by) / 2
    rays = []
    for k in range(-2, 3):
        a = 0.62 * k
        near, far = 24, 38 - 6 * gap
        rays.append(((x + st.f * near * cos(a), y + near * sin(a)), (x + st.f * far * cos(a), y + far * sin(a))))
    effects.streaks(st.canvas, rays, 3.6)
