"""Verbs that move something or somebody: push, pull, kick, throw, lift, drop, carry, catch, put."""

from __future__ import annotations

from math import cos, pi, sin

from srlclip.synsitu.drawing import effects
from srlclip.synsitu.drawing.figures import HIP
from srlclip.synsitu.drawing.gait import stride_length, walk_legs
from srlclip.synsitu.drawing.stage import Stage


def push(st: Stage) -> None:
    a = st.cycle(2)
    x = st.travel(-40, 0.85)
    pose = st.pose(st.agent, x, lean=34.0, head=8.0, face="strain", bias=0.4)
    walk_legs(pose, a, 0.13, arms=False)
    pose.hip = (-0.04, pose.hip[1] - 0.03)
    pose.feet = [(fx - 0.17, fy) for fx, fy in pose.feet]
    if st.other is not None:
        gap = 0.36 * pose.h + 0.24 * st.height(st.other)
        other = st.pose(st.other, x + st.f * gap, lean=17.0, head=-8.0, face="scared", hero=False)
        walk_legs(other, a + 1.0, 0.14, arms=False)
        other.hip = (0.05, other.hip[1])
        other.hands = [(0.27, -0.02 + 0.04 * sin(a)), (0.28, 0.07)]
        other.open_hands = True
        touch = other.world((-0.04, min(0.52, 0.56 * pose.h / other.h)))
        st.figure(st.other, other, "f")
        st.figure(st.other, other, "bn")
        pose.reach(touch, (touch[0], touch[1] - 8))
        st.figure(st.agent, pose)
        return
    px = x + st.f * (0.42 * pose.h + st.prop_size * 0.4)
    py = st.rest()
    st.thing((px, py), turn=3 * sin(a))
    edge = px - st.f * st.prop_size * 0.42
    pose.lean += 6
    pose.reach((edge, py - 10), (edge, py - 2))
    effects.puff(st.canvas, (px - st.f * 34, st.ground - 2), 6)
    st.figure(st.agent, pose)


def pull(st: Stage) -> None:
    a = st.cycle(2)
    x = st.travel(48, 0.85)
    pose = st.pose(st.agent, x, lean=30.0, head=8.0, face="strain", bias=0.4)
    walk_legs(pose, a, 0.14, arms=False)
    pose.hip = (0.02, pose.hip[1] - 0.03)
    pose.feet = [(fx - 0.04, fy) for fx, fy in pose.feet]
    if st.other is not None:
        gap = 0.33 * pose.h + 0.25 * st.height(st.other)
        other = st.pose(st.other, x - st.f * gap, lean=-20.0, head=-12.0, face="scared", hero=False)
        other.hip = (-0.10, 0.29)
        other.feet = [(0.12, 0.03 + 0.01 * sin(a)), (0.18, 0.04)]
        hold = pose.world((-0.30, 0.45))
        pose.reach(hold, (hold[0], hold[1] - 3))
        hold = pose.hand(0)
        other.reach(hold, None)
        other.hands[1] = (-0.14, 0.22)
        other.open_hands = False
        st.figure(st.other, other)
        st.figure(st.agent, pose)
        return
    px = x - st.f * (0.62 * pose.h + st.prop_size * 0.3)
    st.thing((px, st.rest()), turn=-4 * st.f + 2 * sin(a))
    pose.hands = [(-0.28, -0.13), (-0.26, -0.09)]
    grip = pose.hand(0)
    tie = (px + st.f * st.prop_size * 0.38, st.rest() + 2)
    chest = pose.world((pose.along(0.24)[0] + 0.06, pose.along(0.24)[1]))
    st.figure(st.agent, pose, "fb")
    st.canvas.line([tie, grip, chest], (60, 40, 24), 6.5)
    st.canvas.line([tie, grip, chest], (240, 206, 130), 3.6)
    st.figure(st.agent, pose, "n")
    effects.puff(st.canvas, (px - st.f * st.prop_size * 0.6, st.ground - 2), 6)


def kick(st: Stage) -> None:
    snap = 0.5 - 0.5 * cos(2 * pi * (st.p * st.tempo * 1.5 + 0.35))
    snap = 0.72 + 0.28 * snap
    x = st.cx - st.f * 48
    pose = st.pose(st.agent, x, bias=0.25, face="strain")
    pose.lean, pose.head = -24.0 + (10 if st.manner == "slowly" else 0), -6.0 + (24 if st.manner == "slowly" else 0)
    pose.hip = (0.0, HIP)
    pose.feet = [(0.37, 0.06 + 0.30 * snap), (-0.04, 0.02)]
    pose.hands = [(-0.24, -0.14), (0.26, 0.04)]
    foot = pose.world((0.40, 0.10 + 0.30 * snap))
    if st.other is not None:
        other = st.pose(
            st.other, x + st.f * (0.44 * pose.h + 0.20 * st.height(st.other)), f=-st.f, hero=False, face="scared"
        )
        other.lean, other.head = -26.0 * snap, -24.0
        other.hip = (-0.10, 0.33)
        other.hands = [(0.29, -0.03), (0.30, 0.08)]
        other.feet = [(-0.04, 0.02), (0.16, 0.06)]
        other.open_hands = True
        st.figure(st.other, other)
        st.figure(st.agent, pose)
    else:
        away = 34 * st.p
        st.figure(st.agent, pose)
        st.thing((foot[0] + st.f * (st.prop_size * 0.46 + away), foot[1] - 6 - 16 * st.p), turn=st.f * (14 + 70 * st.p))
    effects.impact(st.canvas, (foot[0] + st.f * 4, foot[1] - 2), 19)


def throw(st: Stage) -> None:
    x = st.cx - st.f * 74
    pose = st.pose(st.agent, x + st.f * 6 * st.p, lean=20.0, head=4.0, face="eager", bias=0.5)
    pose.feet = [(-0.20, 0.02), (0.20, 0.02)]
    pose.hip = (0.03, pose.hip[1] - 0.03)
    pose.hands = [(0.36, 0.12 - 0.10 * st.p), (-0.26, -0.12)]
    pose.open_hands = True
    st.figure(st.agent, pose)
    hand = pose.hand(0)
    q = 0.34 + 0.66 * st.p

    def path(u: float) -> tuple[float, float]:
        return hand[0] + st.f * (10 + 106 * u), hand[1] - 12 - 150 * u * (1 - u) + 34 * u * u

    trail = [path(q * k / 8) for k in range(8)]
    effects.streaks(st.canvas, list(zip(trail[0:7:2], trail[1:8:2], strict=True)), 3.2)
    st.thing(path(q), turn=st.f * 200 * st.p, size=st.prop_size * 0.94)


def lift(st: Stage) -> None:
    heave = sin(st.cycle(1.5))
    pose = st.pose(st.agent, st.cx, lean=0.0, head=-12.0, face="strain", bias=0.3)
    pose.hip = (pose.hip[0], pose.hip[1] - 0.025 + 0.012 * heave)
    pose.feet = [(-0.14, 0.02), (0.14, 0.02)]
    crown = {"wizard": 1.09, "king": 1.03, "rabbit": 1.05, "child": 1.02}.get(st.agent.character.kind, 0.98)
    if st.agent.character.attribute == "hat":
        crown += 0.05
    tall = 0.43 if crown > 1 else 0.40
    pose.hands = [(-0.17, tall + 0.01 * heave), (0.17, tall + 0.01 * heave)]
    pose.elbow, pose.spread = (1, -1), 0.08
    top = min(pose.hand(0)[1], pose.hand(1)[1], pose.world((0.0, crown))[1])
    if st.other is not None:
        h = st.height(st.other)
        other = st.pose(st.other, st.cx, hero=False, face="scared")
        other.hip = (0.0, 0.2)
        other.rot = -90.0
        other.y = top - 0.12 * h + 0.2 * h
        other.x = st.cx + st.f * 0.16 * h
        other.shadow = None
        other.lean = 0.0
        other.feet = [(0.10, 0.2 - 0.33), (0.02 + 0.03 * heave, 0.2 - 0.34)]
        other.hands = [(-0.24, 0.20 + 0.04 * heave), (0.24, 0.16)]
        st.figure(st.agent, pose, "b")
        st.figure(st.other, other)
        st.figure(st.agent, pose, "fn")
    else:
        st.figure(st.agent, pose, "b")
        st.thing((st.cx, top - st.prop_size * 0.42), shadow=False)
        st.figure(st.agent, pose, "fn")
    for k in (-1, 1):
        ax = st.cx + k * 0.44 * pose.h
        y = st.ground - 0.55 * pose.h - 6 * (st.p * 3 % 1)
        effects.arrow(st.canvas, (ax, y + 20), (ax, y - 20), 9)
    st.mark_at = (st.cx + st.f * 66, top - (74 if st.other is not None else 24))


def drop(st: Stage) -> None:
    pose = st.pose(st.agent, st.cx - st.f * 28, lean=4.0, head=16.0, face="open", bias=0.6)
    pose.hands = [(0.31, -0.02), (0.34, 0.07)]
    pose.open_hands, pose.elbow = True, (-1, -1)
    st.figure(st.agent, pose)
    hand = pose.hand(0)
    px = hand[0] + st.f * 12
    q = (st.p * 1.4 * st.tempo) % 1.0
    high = hand[1] + 16 + st.prop_size * 0.5
    y = min(st.rest(), high + (st.rest() - high) * q * q)
    effects.streaks(
        st.canvas, [((px + d, y - st.prop_size * 0.5 - 24), (px + d, y - st.prop_size * 0.5 - 6)) for d in (-16, 0, 16)]
    )
    st.thing((px, y), turn=st.f * 16 * (0.4 + q))


def carry(st: Stage) -> None:
    a = st.cycle(2)
    pose = st.pose(st.agent, st.travel(), lean=-7.0, bias=0.5)
    walk_legs(pose, a, stride_length(st), arms=False)
    if st.other is not None:
        pose.lean += 22
        pose.head = 6.0 + (16 if st.manner == "slowly" else 0)
        h = st.height(st.other)
        seat = pose.world((-0.21, 0.50))
        other = st.pose(st.other, seat[0], hero=False, face="eager")
        other.hip = (0.0, 0.3)
        other.y = seat[1] + 0.3 * h
        other.x = seat[0] - st.f * 0.03 * h
        other.shadow = None
        other.lean, other.head = 8.0, 4.0
        other.feet = [(0.20, 0.16), (0.22, 0.18)]
        neck = pose.world(pose.along(0.27))
        other.reach((neck[0] + st.f * 12, neck[1] + 6), (neck[0] + st.f * 14, neck[1] + 4))
        pose.reach(other.world((0.08, 0.22)), other.world((0.08, 0.24)))
        st.figure(st.agent, pose, "f")
        st.figure(st.other, other, "fb")
        st.figure(st.agent, pose, "bn")
        leg = [other.world(p) for p in other.joints()["leg0"]]
        st.canvas.limb(leg[:2], st.other.legs, st.other.build.limb * h * 1.1, (38, 30, 42))
        st.figure(st.other, other, "n")
        st.figure(st.agent, pose, "n")
        head = pose.world(pose.head_centre())
        st.mark_at = (head[0] + st.f * 40, head[1] - 50)
        return
    st.figure(st.agent, pose, "f")
    st.figure(st.agent, pose, "b")
    s = pose.along(0.13)
    at = pose.world((s[0] + 0.12 + 0.4 * st.prop_size / pose.h, s[1] + 0.02))
    pose.reach((at[0] + st.f * 6, at[1] + st.prop_size * 0.36), (at[0] + st.f * st.prop_size * 0.45, at[1] - 4))
    st.thing(at, turn=3 * sin(a), shadow=False)
    st.figure(st.agent, pose, "n")


def catch(st: Stage) -> None:
    pose = st.pose(st.agent, st.cx - st.f * 62, lean=-3.0, head=-16.0, face="open", bias=0.4)
    pose.hip = (0.0, HIP - 0.04)
    pose.feet = [(-0.17, 0.02), (0.17, 0.02)]
    pose.hands = [(0.31, 0.12), (0.27, 0.20)]
    pose.open_hands, pose.elbow = True, (-1, 1)
    hand = pose.hand(0)
    q = 1 - (0.12 + 0.76 * st.p)
    s = st.prop_size

    def path(u: float) -> tuple[float, float]:
        return hand[0] + st.f * (s * 0.5 + 108 * u), hand[1] - 8 - 96 * u * (1.15 - u)

    trail = [path(q + s / 230 + (0.05 + 0.42) * k / 7) for k in range(8)]
    effects.streaks(st.canvas, list(zip(trail[0:7:2], trail[1:8:2], strict=True)), 3.2)
    st.figure(st.agent, pose)
    st.thing(path(q), turn=-st.f * 160 * st.p, size=s * 0.94)


def put(st: Stage) -> None:
    pose = st.pose(st.agent, st.cx - st.f * 34, face="strain", bias=0.15)
    pose.lean, pose.head = 66.0, 50.0
    pose.hip, pose.feet = (-0.10, 0.29), [(-0.10, 0.02), (0.05, 0.02)]
    px = pose.x + st.f * (0.30 * pose.h + st.prop_size * 0.3)
    py = st.rest() - 12 * max(0.0, 1 - 1.4 * st.p * st.tempo)
    half = st.prop_size * 0.42
    pose.reach((px - st.f * half, py - 4), (px + st.f * half * 0.5, py - half))
    st.figure(st.agent, pose, "fb")
    st.thing((px, py))
    st.figure(st.agent, pose, "n")
    y = st.ground - 52 + 5 * (st.p * 3 % 1)
    effects.arrow(st.canvas, (px + st.f * 56, y - 20), (px + st.f * 56, y + 20), 9)
