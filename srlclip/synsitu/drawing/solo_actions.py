"""Verbs of one: at each phase of an event, the pose and place of the agent. Every verb reads from any single frame."""

from __future__ import annotations

from math import cos, pi, sin

from srlclip.synsitu.drawing import effects
from srlclip.synsitu.drawing.figures import HIP
from srlclip.synsitu.drawing.gait import run_legs, stride_length, walk_legs
from srlclip.synsitu.drawing.props import draw_ladder
from srlclip.synsitu.drawing.stage import Stage


def walk(st: Stage) -> None:
    pose = st.pose(st.agent, st.travel(), lean=2.0)
    walk_legs(pose, st.cycle(2), stride_length(st))
    st.figure(st.agent, pose)


def run(st: Stage) -> None:
    pose = st.pose(st.agent, st.travel(gain=1.25), lean=24.0, head=6.0, face="eager", bias=0.7)
    run_legs(pose, st.cycle(3))
    effects.puff(st.canvas, (pose.x - st.f * 0.34 * pose.h, st.ground - 4), 8)
    st.figure(st.agent, pose)


def crawl(st: Stage) -> None:
    a = st.cycle(2)
    pose = st.pose(st.agent, st.travel(-6, gain=0.8), bias=0.25)
    pose.hip, pose.lean = (-0.12, 0.20), 67.0 + (6 if st.manner == "slowly" else 0)
    pose.head = 24.0 + (28 if st.manner == "slowly" else 0)
    s = pose.along(0.265)
    reach = {"slowly": 0.05, "quickly": 0.13}.get(st.manner, 0.09)
    pose.hands = [(0.04 + reach * cos(a + k), 0.03 - s[1] + 0.05 * max(0.0, -sin(a + k))) for k in (0.0, pi)]
    pose.feet = [(-0.30 + reach * 0.8 * cos(a + k + pi), 0.05 + 0.03 * max(0.0, sin(a + k + pi))) for k in (0.0, pi)]
    pose.spread = 0.02
    st.figure(st.agent, pose)


def jump(st: Stage) -> None:
    air = abs(sin(pi * (1.5 if st.manner != "slowly" else 1.0) * st.p + 0.3))
    up = 0.13 + 0.17 * air
    pose = st.pose(st.agent, st.travel(gain=0.15), lean=0.0, face="eager", bias=0.5)
    pose.y = st.ground - up * pose.h
    pose.hands = [(-0.20, 0.30), (0.22, 0.30)]
    pose.elbow, pose.open_hands, pose.spread = (1, -1), True, 0.08
    pose.feet = [(-0.10, 0.12 + 0.02 * air), (0.16, 0.15 + 0.03 * air)]
    st.figure(st.agent, pose)
    for k in (-1, 1):
        x = pose.x + k * 0.17 * pose.h
        effects.streaks(st.canvas, [((x, pose.y + 2), (x, min(st.ground - 4, pose.y + 24)))], 2.4)


def dance(st: Stage) -> None:
    beat = sin(st.cycle(2))
    pose = st.pose(st.agent, st.cx + 7 * beat, lean=-8.0 + 5 * beat, head=-14.0 + 10 * beat, face="eager", bias=0.5)
    pose.hip = (0.05 * beat, pose.hip[1] - 0.02 + 0.02 * abs(beat))
    pose.hands = [(-0.14, -0.20), (0.10 + 0.05 * beat, 0.36)]
    pose.elbow, pose.spread = (-1, -1), 0.09
    if pose.f * beat < 0:
        pose.hands[1] = (0.16, 0.33)
    pose.feet = [(-0.06, 0.02), (0.34, 0.13 + 0.05 * beat)]
    st.figure(st.agent, pose)
    for k, colour in enumerate(((230, 30, 160), (30, 110, 240), (20, 160, 90))):
        q = (st.p * 1.3 + k / 3) % 1
        side = (-1, 1, -1)[k]
        y = st.ground - pose.h * (0.62 + 0.2 * (k == 2)) - 26 * q + 10
        effects.note(st.canvas, (pose.x + side * (0.42 * pose.h + 6 * k), y), 13, colour)


def bow(st: Stage) -> None:
    depth = 0.78 + 0.22 * abs(sin(pi * (1.4 * st.p * st.tempo + 0.15)))
    pose = st.pose(st.agent, st.cx - st.f * 22, bias=0.2)
    pose.lean, pose.head = 84 * depth, 100 * depth
    pose.hip = (-0.06, HIP + 0.01)
    pose.feet = [(-0.05, 0.02), (0.03, 0.02)]
    pose.hands = [(-0.31, 0.15), (-0.27, 0.19)]
    pose.spread = 0.02
    st.figure(st.agent, pose)


def sit(st: Stage) -> None:
    rock = sin(st.cycle(1.0))
    pose = st.pose(st.agent, st.cx - st.f * 20, bias=0.5)
    pose.hip = (0.0, 0.09)
    pose.lean += -7 + 2 * rock
    pose.feet = [(0.35, 0.045), (0.40, 0.06)]
    pose.knee = (1, 1)
    pose.hands = [(-0.16, -0.30), (-0.12, -0.30)]
    if st.manner == "slowly":
        pose.hands = [(0.08, -0.26), (0.14, -0.26)]
    st.figure(st.agent, pose)


def kneel(st: Stage) -> None:
    nod = sin(st.cycle(1.0))
    pose = st.pose(st.agent, st.cx, bias=0.5)
    pose.hip = (0.0, 0.20)
    pose.lean += 3 + 2 * nod
    pose.head = 16 + 5 * nod + (18 if st.manner == "slowly" else 0)
    pose.feet = [(-0.21, 0.05), (-0.15, 0.05)]
    pose.hands = [(0.27, 0.0), (0.19, 0.0)]
    pose.knee = (1, 1)
    st.figure(st.agent, pose)


def fall(st: Stage) -> None:
    tip = min(1.0, st.p / {"slowly": 0.8, "quickly": 0.22}.get(st.manner, 0.36))
    tilt = -(38 + 50 * tip * tip)
    pose = st.pose(st.agent, st.cx + st.f * 26, bias=0.0, face="scared")
    flail = sin(st.cycle(3)) * (1 - 0.6 * tip)
    pose.lean, pose.head, pose.rot = 0.0, 0.0, tilt
    drop = 0.345 - (0.175 if st.agent.character.attribute == "backpack" else 0.225) * tip
    pose.hip = (0.0, drop)
    pose.feet = [(0.16, drop - 0.30 + 0.02 * flail), (-0.12 + 0.05 * flail, drop - 0.32)]
    pose.hands = [(0.26, 0.22 + 0.05 * flail), (-0.16 - 0.06 * flail, 0.33)]
    pose.open_hands, pose.spread = True, 0.07
    st.figure(st.agent, pose)
    head = pose.world(pose.head_centre())
    st.mark_at = (pose.x - st.f * 0.1 * pose.h, pose.y - pose.hip[1] * pose.h - 62 - 40 * (1 - tip))
    if tip < 1:
        effects.arcs(st.canvas, pose.world((0.0, 0.2)), 0.62 * pose.h, *((190, 240) if st.f > 0 else (300, 350)))
        return
    for k in range(3):
        a = st.p * 5 * st.tempo + k * 2.1
        effects.star(st.canvas, (head[0] + 26 * cos(a), head[1] - 34 + 7 * sin(a)), 11, (255, 236, 60))
    y = st.ground - 2
    for side in (-1, 1):
        x = pose.x + side * 0.62 * pose.h - st.f * 14
        effects.streaks(st.canvas, [((x, y), (x + side * 13, y - 5)), ((x - side * 5, y - 13), (x + side * 5, y - 24))])


def climb(st: Stage) -> None:
    up = st.climb > 0
    a = st.cycle(1.5)
    q = st.p if up else 1 - st.p
    pose = st.pose(st.agent, st.cx - st.f * 13, bias=0.3, face="eager" if up else "open")
    pose.h *= 0.84
    top, bottom = 14.0, st.ground
    draw_ladder(st.canvas, st.cx + st.f * 8, bottom, top, 54)
    pose.y = (
        st.ground - 14 - (0.22 + 0.46 * q) * 100 * (0.85 if st.agent.character.kind in ("wizard", "rabbit") else 1.0)
    )
    pose.shadow = None
    s = sin(a)
    if up:
        pose.lean, pose.head = 10.0, -32.0
        pose.hands = [(0.20, 0.20 + 0.09 * s), (0.22, 0.20 - 0.09 * s)]
        pose.feet = [(0.10, 0.09 + 0.07 * s), (0.12, 0.09 - 0.07 * s)]
    else:
        pose.lean, pose.head = -14.0, 44.0
        pose.hands = [(0.26, 0.0 + 0.07 * s), (0.26, 0.02 - 0.07 * s)]
        pose.feet = [(0.04, -0.02 + 0.06 * s), (0.12, 0.06 - 0.06 * s)]
    pose.spread = 0.02
    st.figure(st.agent, pose)
    x = st.cx - st.f * 62
    y = pose.y - 0.45 * pose.h
    effects.arrow(st.canvas, (x, y + 17 * st.climb), (x, y - 17 * st.climb), 8)
