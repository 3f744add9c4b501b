"""Direction and manner show by motion and pose, not by signs alone."""

import numpy as np
import pytest

from srlclip.synsitu.drawing import effects
from srlclip.synsitu.drawing.canvas import Canvas
from srlclip.synsitu.drawing.costume import make_costume
from srlclip.synsitu.drawing.stage import Stage
from srlclip.synsitu.render import render_frames
from srlclip.synsitu.world import MANNERS, VERBS, Character, ClipScript, EventScript

CAST = (Character("man", "red"), Character("panda", "blue"))
GOING = [v for v, spec in VERBS.items() if "left" in spec.directions]


def _event(verb_id: str, direction: str = "", manner: str = "") -> EventScript:
    spec = VERBS[verb_id]
    patient = 1 if spec.patient in ("character", "any") or spec.recipient else None
    return EventScript(verb_id, 0, patient, "box" if spec.patient == "prop" else None, direction, manner)


def _frames(event: EventScript, times: list[float], look: int = 3) -> np.ndarray:
    """Without the signs of manner."""
    return render_frames(ClipScript("clip", "snow", CAST, (event,), look), times, 96, plain=True).astype(int)


def _motion(event: EventScript, look: int) -> float:
    """The change from one moment to the next, a twelfth of a second apart, where the event is liveliest."""
    frames = _frames(event, [0.1 + k / 12 for k in range(22)], look)
    return float(np.sort(np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2, 3)))[-4:].mean())


def _place(event: EventScript, time: float, look: int) -> float:
    """Where across the frame the agent is: the centre of its red."""
    frame = _frames(event, [time], look)[0]
    red = (frame[..., 0] > 180) & (frame[..., 1] < 90) & (frame[..., 2] < 90)
    return float(np.nonzero(red)[1].mean())


@pytest.mark.parametrize("verb_id", list(VERBS))
def test_slowly_moves_less_than_quickly_without_any_sign(verb_id):
    direction = VERBS[verb_id].directions[0] if VERBS[verb_id].directions else ""
    slow, quick = (
        np.mean([_motion(_event(verb_id, direction, m), k) for k in range(3)]) for m in ("slowly", "quickly")
    )
    assert slow < 0.8 * quick


@pytest.mark.parametrize("verb_id", ["walk.01", "talk.01", "dance.01", "carry.01", "look.01", "follow.01"])
def test_each_manner_shows_in_the_pose_alone(verb_id):
    direction = VERBS[verb_id].directions[0] if VERBS[verb_id].directions else ""
    looks = [_frames(_event(verb_id, direction, m), [0.9])[0] for m in ("", *MANNERS)]
    for i, a in enumerate(looks):
        for b in looks[:i]:
            assert (np.abs(a - b).max(-1) > 24).mean() > 0.002


@pytest.mark.parametrize("verb_id", [v for v in GOING if v != "throw.01"])
@pytest.mark.parametrize("direction", ["left", "right"])
def test_who_goes_left_moves_left(verb_id, direction):
    """The agent, in red, is further on at the end of the event than at its start: of flee.01 too."""
    for look in range(3):
        event = _event(verb_id, direction)
        way = _place(event, 1.9, look) - _place(event, 0.1, look)
        assert way * (1 if direction == "right" else -1) > 4


def test_the_sign_for_quickly_points_nowhere():
    """Mirrored it is nearly the same picture, but for the hand of the watch; so it cannot be read as a direction."""
    for phase in (0.0, 0.3):
        image = np.zeros((160, 160, 3), np.uint8)
        effects.manner_mark(Canvas(image, 1.0), "quickly", (80, 80), 1, phase)
        there = image.any(-1)
        both = there & there[:, ::-1][:, [*range(1, 160), 0]]
        assert both.sum() > 0.93 * there.sum()
        facing = image.copy()
        facing[:] = 0
        effects.manner_mark(Canvas(facing, 1.0), "quickly", (80, 80), -1, phase)
        assert np.array_equal(image, facing)


def test_a_plain_picture_has_no_sign_of_manner():
    clip = ClipScript("clip", "snow", CAST, (_event("sit.01", manner="slowly"),), 3)
    plain, signed = (render_frames(clip, [0.5], 96, plain=p)[0] for p in (True, False))
    assert (np.abs(plain.astype(int) - signed).max(-1) > 24).mean() > 0.004


def test_a_stage_is_plain_only_when_asked():
    costumes = [make_costume(c, np.random.default_rng(0)) for c in CAST]
    assert not Stage(_event("walk.01", "left"), costumes, np.random.default_rng(0)).plain
