"""The legs of walking and running, shared by all verbs that go on foot."""

from __future__ import annotations

from math import cos, pi, sin

from srlclip.synsitu.drawing.figures import Pose
from srlclip.synsitu.drawing.stage import Stage


def walk_legs(pose: Pose, a: float, stride: float = 0.15, arms: bool = True) -> None:
    """Set legs, and arms if asked, at angle a of a calm stride. stride: half-length, in heights of the figure."""
    pose.feet = [(-stride * cos(a + k), 0.02 + 0.06 * max(0.0, sin(a + k))) for k in (0.0, pi)]
    pose.hip = (pose.hip[0], pose.hip[1] - 0.016 * abs(cos(a)))
    if arms:
        pose.hands = [(0.05 + 0.17 * cos(a + k), pose.hands[0][1] + 0.04) for k in (0.0, pi)]


def run_legs(pose: Pose, a: float, arms: bool = True) -> None:
    """Set legs, and arms if asked, at angle a of a run."""
    feet = []
    for k in (0.0, pi):
        s, u = -cos(a + k), sin(a + k)
        # In the air the knee comes up in front; on the way back the heel kicks up behind.
        x = 0.30 * s if u < 0 else 0.26 * s + 0.05
        feet.append((x, 0.03 + (0.20 * u if u > 0 else 0.0) + 0.13 * max(0.0, -s - 0.35)))
    pose.feet = feet
    pose.hip = (pose.hip[0], pose.hip[1] + 0.015 + 0.02 * abs(sin(a)))
    if arms:
        pose.hands = [(0.04 + 0.20 * cos(a + k), -0.13 + 0.07 * cos(a + k)) for k in (0.0, pi)]


def stride_length(st: Stage) -> float:
    """How far the agent steps, by its manner."""
    return {"slowly": 0.07, "quickly": 0.21}.get(st.manner, 0.15)
