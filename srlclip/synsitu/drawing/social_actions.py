"""Verbs between two: wave, point, hug, chase, flee, give, take. Who acts on whom shows in any single frame."""

from __future__ import annotations

from math import sin

from srlclip.synsitu.drawing import effects
from srlclip.synsitu.drawing.figures import HIP
from srlclip.synsitu.drawing.gait import run_legs
from srlclip.synsitu.drawing.stage import Stage


def _pair(st: Stage, gap: float) -> tuple[float, float]:
    """x of the agent and of the one it faces."""
    return st.cx - st.f * gap / 2, st.cx + st.f * gap / 2


def wave(st: Stage) -> None:
    xa, xo = _pair(st, 124)
    a = sin(st.cycle(3))
    pose = st.pose(st.agent, xa, lean=-2.0, face="eager")
    pose.hands = [(-0.03, -0.33), (0.10 + st.agent.build.head + 0.05 * a, 0.27 - 0.03 * a)]
    pose.elbow, pose.open_hands = (-1, 1), True
    other = st.pose(st.other, xo, f=-st.f, hero=False)
    st.figure(st.other, other)
    st.figure(st.agent, pose)
    hand = pose.hand(1)
    back = (150, 215) if st.f > 0 else (-35, 30)
    effects.arcs(st.canvas, hand, 17, *back)
    front = (-50, 10) if st.f > 0 else (170, 230)
    effects.arcs(st.canvas, hand, 17, *front)


def point(st: Stage) -> None:
    xa, xo = _pair(st, 136)
    pose = st.pose(st.agent, xa, lean=6.0, face="open")
    bob = 0.012 * sin(st.cycle(2))
    if st.other is not None:
        other = st.pose(st.other, xo, f=-st.f, hero=False)
        target = other.world((0.16, 0.62))
        st.figure(st.other, other)
    else:
        target = (xo - st.f * st.prop_size * 0.55, st.rest())
        st.thing((xo, st.rest()))
    drop = 0.0 if st.other is not None else -0.09
    pose.hands = [(0.40, 0.02 + drop + bob), (-0.16, -0.20)]
    st.figure(st.agent, pose)
    hx, hy = pose.hand(0)
    tip = (hx + st.f * 15, hy - drop * 40)
    st.canvas.limb(
        [(hx, hy), tip], st.agent.skin if st.agent.character.kind != "panda" else (44, 42, 48), 5.0, (38, 30, 42)
    )
    for k in range(4):
        q = (k + 0.6 + (st.p * 3) % 1 * 0.8) / 4.8
        at = (tip[0] + (target[0] - tip[0]) * q, tip[1] + (target[1] - tip[1]) * q)
        st.canvas.disc(at, 3.6, (255, 60, 60), (255, 255, 255), 1.6)


def hug(st: Stage) -> None:
    sway = sin(st.cycle(1))
    gap = 0.15 * (st.height(st.agent) + st.height(st.other)) + 4
    xa, xo = _pair(st, gap)
    pose = st.pose(st.agent, xa + 3 * sway, lean=8.0, head=-4.0, face="eager", bias=0.5)
    other = st.pose(st.other, xo + 3 * sway, f=-st.f, hero=False, lean=0.0, face="open")
    other.hands = [(-0.02, -0.35), (0.02, -0.35)]
    up = min(0.50, 0.56 * pose.h / other.h)
    back = other.world((-0.10, up))
    pose.reach((back[0], back[1] + 5), (back[0], back[1] - 12))
    st.figure(st.agent, pose, "f")
    st.figure(st.other, other)
    st.figure(st.agent, pose, "bn")
    top = st.ground - max(pose.h, other.h) * 1.02 - 16
    effects.heart(st.canvas, (st.cx + st.f * 6, max(26, top - 4) + 4 * sway), 17, (250, 30, 70))
    if st.manner:
        head = pose.world(pose.head_centre())
        st.mark_at = (st.cx - st.f * 84, max(30.0, head[1] - 40))


def chase(st: Stage) -> None:
    a = st.cycle(3)
    pose = st.pose(st.agent, st.travel(-56, 0.85), lean=28.0, head=4.0, face="eager", bias=0.5)
    run_legs(pose, a, arms=False)
    pose.hands = [(0.37, 0.03 + 0.03 * sin(a)), (0.36, 0.10)]
    pose.open_hands = True
    other = st.pose(st.other, st.travel(64, 0.85), lean=20.0, head=2.0, face="open", hero=False)
    run_legs(other, a + 1.4)
    st.figure(st.other, other)
    st.figure(st.agent, pose)
    effects.puff(st.canvas, (pose.x - st.f * 0.36 * pose.h, st.ground - 4), 7)


def flee(st: Stage) -> None:
    a = st.cycle(3)
    pose = st.pose(st.agent, st.travel(58, 0.8), lean=16.0, head=-6.0, face="scared", bias=0.5)
    run_legs(pose, a, arms=False)
    pose.hands = [(-0.08 + 0.04 * sin(a), 0.36), (0.16 - 0.04 * sin(a), 0.35)]
    pose.open_hands, pose.spread, pose.elbow = True, 0.08, (1, -1)
    other = st.pose(st.other, st.cx - st.f * 74, lean=4.0, face="fierce", hero=False)
    other.feet = [(-0.13, 0.02), (0.13, 0.02)]
    other.hands = [(0.20, 0.20 + 0.03 * sin(a)), (0.30, 0.14)]
    other.open_hands, other.elbow = True, (-1, -1)
    st.figure(st.other, other)
    st.figure(st.agent, pose)
    head, r = pose.world(pose.head_centre()), st.agent.build.head * pose.h
    for k in range(3):
        effects.drop(st.canvas, (head[0] - st.f * (r + 9 + 8 * k), head[1] - 10 + 13 * k + 3 * sin(a + k)), 5.5)


def give(st: Stage) -> None:
    xa, xo = _pair(st, 142)
    offer = sin(st.cycle(1))
    pose = st.pose(st.agent, xa, lean=20.0, head=18.0, face="eager", bias=0.4)
    pose.hip = (-0.05, HIP)
    pose.hands = [(0.29 + 0.02 * offer, -0.13), (0.26 + 0.02 * offer, -0.11)]
    other = st.pose(st.other, xo, f=-st.f, hero=False, lean=-3.0, face="eager")
    other.hands = [(0.19, -0.20), (0.28, 0.0)]
    other.open_hands = True
    st.figure(st.other, other)
    hx, hy = pose.hand(0)
    size = st.prop_size * 0.8
    st.figure(st.agent, pose)
    at = (hx + st.f * 11, hy - size * 0.5 - 2)
    st.thing(at, size=size, shadow=False)
    y = st.ground - 26
    effects.arrow(st.canvas, (st.cx - st.f * 26, y), (st.cx + st.f * 28, y), 10, (130, 240, 120))


def take(st: Stage) -> None:
    xa, xo = _pair(st, 150)
    tug = sin(st.cycle(2))
    pose = st.pose(st.agent, xa, bias=0.25, face="eager")
    pose.lean, pose.head = -24.0 + 2 * tug, -10.0 + (26 if st.manner == "slowly" else 0)
    pose.hip = (0.02, 0.32)
    pose.feet = [(-0.16, 0.02), (0.16, 0.02)]
    pose.hands = [(0.30, -0.06), (-0.26, 0.02)]
    other = st.pose(st.other, xo, f=-st.f, hero=False, lean=30.0, head=4.0, face="scared")
    other.hip = (-0.03, 0.33)
    other.feet = [(-0.24, 0.03), (0.06, 0.02)]
    other.hands = [(0.34, 0.03 + 0.02 * tug), (0.34, 0.12)]
    other.open_hands = True
    st.figure(st.other, other)
    size = st.prop_size * 0.84
    st.figure(st.agent, pose, "fb")
    hx, hy = pose.hand(0)
    at = (hx + st.f * size * 0.34, hy + 8)
    st.thing(at, turn=st.f * (-12 + 5 * tug), size=size, shadow=False)
    st.figure(st.agent, pose, "n")
    y = st.ground - 26
    effects.arrow(st.canvas, (st.cx + st.f * 34, y), (st.cx - st.f * 20, y), 10, (255, 130, 80))
