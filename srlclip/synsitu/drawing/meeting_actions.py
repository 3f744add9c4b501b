"""More verbs between two: talk, look, follow, shout, punch, help. Who acts on whom shows in any single frame."""

from __future__ import annotations

from math import sin

from srlclip.synsitu.drawing import effects
from srlclip.synsitu.drawing.figures import HIP
from srlclip.synsitu.drawing.gait import stride_length, walk_legs
from srlclip.synsitu.drawing.stage import Stage


def talk(st: Stage) -> None:
    a = sin(st.cycle(2))
    pose = st.pose(st.agent, st.cx - st.f * 64, lean=6.0, face="open", bias=0.7)
    pose.head = pose.head_angle() + 4 * a
    pose.hands = [(0.25, -0.05 + 0.05 * a), (-0.03, -0.33)]
    pose.open_hands = True
    other = st.pose(st.other, st.cx + st.f * 66, f=-st.f, hero=False, lean=0.0)
    other.hands = [(0.04, -0.30), (0.08, -0.28)]
    st.figure(st.other, other)
    st.figure(st.agent, pose)
    head = pose.world(pose.head_centre())
    mouth = (head[0] + st.f * 0.14 * pose.h, head[1] + 0.03 * pose.h)
    effects.speech(st.canvas, (st.cx + st.f * 24, max(26.0, head[1] - 40)), mouth)


def look(st: Stage) -> None:
    bob = sin(st.cycle(1.5))
    pose = st.pose(st.agent, st.cx - st.f * 68, lean=10.0 + bob, face="calm", bias=0.6)
    pose.hands = [(0.19, 0.185), (-0.08, -0.30)]
    pose.elbow = (-1, -1)
    if st.other is not None:
        other = st.pose(st.other, st.cx + st.f * 68, f=-st.f, hero=False)
        target = other.world((0.10, 0.72))
        st.figure(st.other, other)
    else:
        target = (st.cx + st.f * (68 - st.prop_size * 0.5), st.rest() - 6)
        st.thing((st.cx + st.f * 68, st.rest()))
    st.figure(st.agent, pose)
    head = pose.world(pose.head_centre())
    eye = (head[0] + st.f * (st.agent.build.head * pose.h + 9), head[1] - 2)
    dx, dy = target[0] - eye[0], target[1] - eye[1]
    shift = (st.p * 3 * st.tempo) % 1
    for k in range(5):
        a, b = (k + shift) / 5.6, (k + shift + 0.5) / 5.6
        ends = [(eye[0] + dx * a, eye[1] + dy * a), (eye[0] + dx * b, eye[1] + dy * b)]
        st.canvas.line(ends, (60, 50, 40), 7.0)
        st.canvas.line(ends, (255, 232, 80), 4.0)
    effects.eye(st.canvas, (st.cx + st.f * 10, max(24.0, head[1] - 34)), 20)


def follow(st: Stage) -> None:
    a = st.cycle(2)
    pose = st.pose(st.agent, st.travel(-60, 0.9), lean=7.0, face="calm")
    walk_legs(pose, a, stride_length(st))
    other = st.pose(st.other, st.travel(62, 0.9), lean=2.0, hero=False)
    walk_legs(other, a + 0.9, stride_length(st))
    for k in range(4):
        x = other.x - st.f * (26 + 17 * k)
        y = st.ground + (7 if k % 2 else -1)
        st.canvas.ellipse((x, y), (6.5, 3.2), (250, 246, 236), (50, 40, 40), 1.6)
        st.canvas.disc((x + st.f * 8, y), 2.0, (50, 40, 40))
    st.figure(st.other, other)
    st.figure(st.agent, pose)


def shout(st: Stage) -> None:
    a = sin(st.cycle(3))
    pose = st.pose(st.agent, st.cx - st.f * 66, lean=18.0, head=0.0, face="fierce", bias=0.4)
    pose.face = "fierce"
    pose.hands = [(0.20, 0.05), (0.17, 0.20)]
    pose.elbow = (-1, 1)
    other = st.pose(st.other, st.cx + st.f * 72, f=-st.f, hero=False, lean=-16.0, head=-8.0, face="scared")
    other.hands = [(0.05, 0.18), (0.02, 0.18)]
    other.spread, other.elbow = 0.12, (1, -1)
    st.figure(st.other, other)
    st.figure(st.agent, pose)
    head = pose.world(pose.head_centre())
    mouth = (head[0] + st.f * 0.10 * pose.h, head[1] + 0.05 * pose.h)
    mid = 0 if st.f > 0 else 180
    for k in range(3):
        r = 24 + 15 * k + 4 * a
        st.canvas.ellipse(mouth, (r, r), None, (90, 10, 10), 7.5, mid, -32, 32)
        st.canvas.ellipse(mouth, (r, r), None, (255, 80, 40), 4.0, mid, -32, 32)


def punch(st: Stage) -> None:
    snap = 0.75 + 0.25 * sin(st.cycle(1.5))
    x = st.cx - st.f * 44
    pose = st.pose(st.agent, x, lean=20.0, head=2.0, face="strain", bias=0.3)
    pose.hip, pose.feet = (0.02, 0.33), [(-0.24, 0.02), (0.19, 0.02)]
    pose.hands = [(0.36, 0.08), (-0.12, -0.06)]
    other = st.pose(
        st.other, x + st.f * 0.56 * pose.h, f=-st.f, hero=False, lean=-26.0 * snap, head=-34.0, face="scared"
    )
    other.hands = [(-0.10, 0.30), (0.30, 0.12)]
    other.open_hands = True
    other.feet = [(-0.05, 0.02), (0.18, 0.08)]
    chin = other.world(other.head_centre())
    chin = (chin[0] - st.f * st.other.build.head * other.h * 0.9, chin[1] + 4)
    pose.reach(chin)
    st.figure(st.other, other)
    st.figure(st.agent, pose)
    hand = pose.hand(0)
    effects.impact(st.canvas, (hand[0] + st.f * 8, hand[1]), 20)
    back = [(hand[0] - st.f * d, hand[1] - 14 + e) for d, e in ((18, 0), (18, 28))]
    effects.streaks(st.canvas, [(p, (p[0] - st.f * 22, p[1])) for p in back], 2.6)


def help_up(st: Stage) -> None:
    pull = sin(st.cycle(1))
    other = st.pose(st.other, st.cx + st.f * 58, f=-st.f, hero=False, lean=-10.0 - 3 * pull, head=-14.0, face="open")
    other.hip, other.knee = (0.0, 0.10), (1, 1)
    other.feet = [(0.30, 0.045), (0.34, 0.06)]
    pose = st.pose(st.agent, st.cx - st.f * 62, lean=34.0 - 3 * pull, head=20.0, face="eager", bias=0.3)
    pose.hip, pose.feet = (-0.06, HIP - 0.03), [(-0.14, 0.02), (0.12, 0.02)]
    sa, so = pose.world(pose.along(0.265)), other.world(other.along(0.265))
    joint = (0.55 * sa[0] + 0.45 * so[0], 0.5 * (sa[1] + so[1]) + 8)
    pose.reach(joint, None)
    other.reach(joint, None)
    pose.hands[1], other.hands[1] = (0.10, -0.28), (-0.16, -0.24)
    st.figure(st.other, other)
    st.figure(st.agent, pose)
    effects.cross(st.canvas, (st.cx + st.f * 56, st.ground - 0.68 * other.h - 14), 18)
