"""Where an event's agent, patient and prop stand in a frame, patch by patch: what maps of importance are judged by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from srlclip.synsitu.drawing.canvas import FRAME
from srlclip.synsitu.drawing.places import Place
from srlclip.synsitu.drawing.props import PROP_SIZE
from srlclip.synsitu.labels import describe
from srlclip.synsitu.world import PROPS, ClipScript

#: Points of a line that are tried, more than any grid has patches.
_POINTS = 33


def standing(script: ClipScript, k: int) -> dict[str, tuple[str, str]]:
    """Of event k: "agent", "patient", "prop" -> (what it is in a Place, its filler in the labels); those that can be told.

    A place says a character's kind alone: one of whose kind there are two in the clip is left out.
    """
    event, kinds = script.events[k], [character.kind for character in script.cast]
    out = {}
    for name, index in (("agent", event.agent), ("patient", event.patient)):
        if index is not None and kinds.count(kinds[index]) == 1:
            out[name] = (kinds[index], describe(script.cast[index]))
    if event.prop is not None:
        out["prop"] = (event.prop, event.prop)
    return out


def target_patches(places: Sequence[Place], what: str, side: int) -> np.ndarray | None:
    """places: of a frame, the hindmost first. Returns bool (side * side,): the patches that a figure's line from the middle of
    its head to that of its trunk runs through, or on which a prop's inner half lies; None where neither is in the picture.
    """
    place = next((p for p in reversed(places) if p.what == what), None)
    if place is None:
        return None
    points = np.linspace(place.head, place.middle, _POINTS)  # (points, 2)
    if what in PROPS:
        steps = np.linspace(-PROP_SIZE / 4, PROP_SIZE / 4, _POINTS)
        points = np.asarray(place.middle) + np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    cells = np.floor(points * side / FRAME).astype(int)
    cells = cells[((cells >= 0) & (cells < side)).all(-1)]
    out = np.zeros((side, side), bool)
    out[cells[:, 1], cells[:, 0]] = True
    return out.ravel() if out.any() else None
