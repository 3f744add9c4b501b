"""What the mini base is told in its sight phase: attribute -> share of the frames that carry its label.

CLIP is sure of places and things, binds colours badly and hardly knows who does what to whom. An attribute that is told
on few frames, or on none, leaves the base as unsure of it as CLIP is; with every share at 1 it is told all there is.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, fields

import numpy as np

from srlclip.config import check_range
from training.mini_base.frames import ATTRIBUTE_CLASSES, IGNORE, IGNORE_PLACE, FrameSet

#: Attribute -> the labels of ATTRIBUTE_CLASSES that tell it, of agent and patient those that belong to a role.
LABELS: dict[str, tuple[str, ...]] = {
    "scene": ("scene",),
    "verb": ("verb",),
    "prop": ("prop",),
    "direction": ("direction",),
    "manner": ("manner",),
    "kind": ("agent_kind", "patient_kind"),
    "colour": ("agent_colour", "patient_colour"),
    "attribute": ("agent_attribute", "patient_attribute"),
}


@dataclass(frozen=True)
class Knowledge:
    """Shares from 0 to 1, one an attribute. All frames of an event carry the same labels.

    roles: on which share it is told who acts and who is acted on. There kinds, colours and attributes are labelled by role;
    elsewhere they are told as the set of what agent and patient show, which says neither who acts nor who wears what.
    places: on which share it is told where kinds and props stand, patch by patch; off by default. Without it a small tower
    needs several times as many steps to know them.
    nothing: which share of the events without a prop, or without a manner, say so. Most events are such, and the fewer of
    them speak, the more of the lesson is about the things themselves.
    """

    scene: float = 1.0
    kind: float = 1.0
    prop: float = 1.0
    colour: float = 1.0
    attribute: float = 1.0
    verb: float = 1.0
    direction: float = 1.0
    manner: float = 1.0
    roles: float = 1.0
    nothing: float = 1.0
    places: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            check_range(f"knowledge.{field.name}", getattr(self, field.name), 0, 1)


@dataclass(frozen=True)
class Lesson:
    """The labels of N frames that the image tower learns from.

    labels: label -> classes (N,), int64, IGNORE where it is not told. sets: attribute -> (N, C) float32, the classes shown as
    shares that sum to 1, rows of zeros where it is not told as a set; only attributes that some frame tells so.
    places: what stands in which patch (N, P), int64, IGNORE where nothing does or it is not told.
    """

    labels: dict[str, np.ndarray]
    sets: dict[str, np.ndarray]
    places: np.ndarray

    @property
    def names(self) -> list[str]:
        """The labels and sets that some frame tells, and "places" where they are."""
        labels = [name for name in ATTRIBUTE_CLASSES if (self.labels[name] != IGNORE).any()]
        return labels + list(self.sets) + ["places"] * bool((self.places != IGNORE).any())


def lesson(data: FrameSet, knowledge: Knowledge, seed: int) -> Lesson:
    """What is told of `data`. Which events tell an attribute derives from (seed, attribute, event)."""
    event = data.clip * (int(data.event.max()) + 1) + data.event  # (N,)

    def drawn(name: str) -> np.ndarray:
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        return (rng.random(int(event.max()) + 1) < getattr(knowledge, name))[event]

    roles, nothing = drawn("roles"), drawn("nothing")
    labels, sets = {}, {}
    for name, targets in LABELS.items():
        known, by_role = drawn(name), len(targets) > 1
        for target in targets:
            keep = known & roles if by_role else known
            if ATTRIBUTE_CLASSES[target][0] == "none":
                keep = keep & (nothing | (data.labels[target] != 0))
            labels[target] = np.where(keep, data.labels[target], IGNORE)
        if by_role and (in_set := known & ~roles).any():
            sets[name] = np.where(in_set[:, None], _shown(data, name), np.float32(0))
    return Lesson(labels, sets, np.where(drawn("places")[:, None], _places(data), IGNORE))


def everything(data: FrameSet) -> Lesson:
    """All that is true of `data`, by role and as sets: what a lesson is examined by."""
    sets = {name: _shown(data, name) for name, targets in LABELS.items() if len(targets) > 1}
    return Lesson(data.labels, sets, _places(data))


def _places(data: FrameSet) -> np.ndarray:
    return np.where(data.places == IGNORE_PLACE, IGNORE, data.places.astype(np.int64))


def _shown(data: FrameSet, name: str) -> np.ndarray:
    """(N, C) float32: the classes of an attribute that agent and patient show, in equal shares."""
    targets = LABELS[name]
    classes = np.arange(len(ATTRIBUTE_CLASSES[targets[0]]))
    shown = np.any([data.labels[target][:, None] == classes for target in targets], axis=0)
    return (shown / shown.sum(1, keepdims=True)).astype(np.float32)
