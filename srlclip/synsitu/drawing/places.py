"""Where in a frame somebody or something is drawn: what an image tower may be told, and what a map of it is judged by."""

from __future__ import annotations

from dataclasses import dataclass

from srlclip.synsitu.drawing.canvas import Point
from srlclip.synsitu.drawing.costume import Costume
from srlclip.synsitu.drawing.figures import TRUNK, Pose


@dataclass(frozen=True)
class Place:
    """what: a kind of character or a prop. head, middle: points in world units (of a prop both are its centre)."""

    what: str
    head: Point
    middle: Point


def place_of(who: Costume, pose: Pose) -> Place:
    """The place of a figure in this pose."""
    return Place(who.character.kind, pose.world(pose.head_centre()), pose.world(pose.along(TRUNK / 2)))
