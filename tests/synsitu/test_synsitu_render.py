"""The SynSitu renderer: what it promises about determinism, shapes, errors, and that labels show in the pixels."""

import dataclasses

import numpy as np
import pytest

from srlclip.synsitu.render import render_frames
from srlclip.synsitu.world import COLOURS, KINDS, MANNERS, PROPS, SCENES, VERBS, Character, ClipScript, EventScript

CAST = (Character("man", "red", "hat"), Character("panda", "blue"), Character("wizard", "green", "scarf"))
SIZE = 96


def _events(verb_id: str, direction: str = "", manner: str = "") -> list[EventScript]:
    """Every way to fill the patient of a verb."""
    spec = VERBS[verb_id]
    fillers: list[tuple[int | None, str | None]] = {
        "": [(None, None)],
        "fixed": [(None, None)],
        "character": [(1, None)],
        "prop": [(1 if spec.recipient else None, "box")],
        "any": [(1, None), (None, "box")],
    }[spec.patient]
    return [EventScript(verb_id, 0, patient, prop, direction, manner) for patient, prop in fillers]


def _clip(*events: EventScript, look: int = 3, **changes) -> ClipScript:
    return dataclasses.replace(ClipScript("clip", "park", CAST, events, look), **changes)


def _one(event: EventScript, time: float = 0.9, **changes) -> np.ndarray:
    return render_frames(_clip(event, **changes), [time], SIZE)[0]


def _differ(a: np.ndarray, b: np.ndarray) -> float:
    """Share of pixels that clearly differ."""
    return float((np.abs(a.astype(int) - b).max(-1) > 24).mean())


ALL = [event for verb_id, spec in VERBS.items() for d in (spec.directions or ("",)) for event in _events(verb_id, d)]


def test_frames_are_square_uint8_rgb():
    frames = render_frames(_clip(*_events("walk.01", "left")), [0.0, 1.0, 1.99])
    assert frames.shape == (3, 320, 320, 3) and frames.dtype == np.uint8
    assert render_frames(_clip(*_events("walk.01")), [], SIZE).shape == (0, SIZE, SIZE, 3)


def test_a_frame_depends_on_script_and_time_alone():
    clip = _clip(
        *_events("push.01", "left"), *_events("dance.01", manner="happily"), *_events("give.01", manner="slowly")
    )
    times = [0.0, 0.31, 1.5, 2.0, 3.7, 4.2, 7.99]
    frames = render_frames(clip, times, SIZE)
    np.random.seed(1)  # global state must not matter
    np.testing.assert_array_equal(render_frames(clip, times[::-1], SIZE)[::-1], frames)
    for k in (6, 2, 4):
        np.testing.assert_array_equal(render_frames(clip, [times[k]], SIZE)[0], frames[k])


@pytest.mark.parametrize("event", ALL, ids=lambda e: f"{e.verb_id}-{e.direction}-{e.prop or ''}")
def test_every_verb_draws_and_moves(event):
    frames = render_frames(_clip(event), [0.05, 0.6, 1.9], SIZE)
    assert _differ(frames[0], frames[1]) > 0.0005 or _differ(frames[0], frames[2]) > 0.0005
    assert frames.std() > 20


@pytest.mark.parametrize("event", [e for e in ALL if e.patient is not None], ids=lambda e: f"{e.verb_id}-{e.direction}")
def test_agent_and_patient_can_be_told_apart(event):
    swapped = dataclasses.replace(event, agent=event.patient, patient=event.agent)
    assert _differ(_one(event), _one(swapped)) > 0.02


@pytest.mark.parametrize("verb_id", [v for v, spec in VERBS.items() if spec.directions])
def test_direction_shows(verb_id):
    for a, b in zip(*(_events(verb_id, d) for d in VERBS[verb_id].directions), strict=True):
        assert _differ(_one(a, 1.0), _one(b, 1.0)) > 0.02


@pytest.mark.parametrize("verb_id", list(VERBS))
def test_each_manner_shows(verb_id):
    looks = [_one(_events(verb_id, manner=m)[0]) for m in ("", *MANNERS)]
    for i, a in enumerate(looks):
        for b in looks[:i]:
            assert _differ(a, b) > 0.008


def test_kinds_scenes_props_and_looks_differ():
    walk = _events("walk.01", "right")[0]
    by_kind = [_one(walk, cast=(Character(k, "red"), CAST[1])) for k in KINDS]
    by_scene = [_one(walk, scene=s) for s in SCENES]
    by_prop = [_one(EventScript("carry.01", 0, prop=p, direction="left")) for p in PROPS]
    by_colour = [_one(walk, cast=(Character("man", c), CAST[1])) for c in COLOURS]
    by_look = [_one(walk, look=k) for k in (0, 1, 2**40, -5)]
    for group, least in ((by_kind, 0.02), (by_scene, 0.3), (by_prop, 0.004), (by_colour, 0.01), (by_look, 0.02)):
        for i, a in enumerate(group):
            for b in group[:i]:
                assert _differ(a, b) > least


def test_bystanders_are_on_screen():
    alone = _one(_events("sit.01")[0], cast=CAST[:1])
    assert _differ(alone, _one(_events("sit.01")[0], cast=CAST[:2])) > 0.02


@pytest.mark.parametrize("time", [-0.01, 2.0, 99.0, float("nan")])
def test_times_outside_of_the_clip_are_refused(time):
    with pytest.raises(ValueError, match="allowed: 0 <= time < 2"):
        render_frames(_clip(*_events("sit.01")), [time], SIZE)


@pytest.mark.parametrize(
    "clip",
    [
        _clip(EventScript("fly.01", 0)),
        _clip(EventScript("walk.01", 0, direction="up")),
        _clip(EventScript("walk.01", 0, manner="sadly")),
        _clip(EventScript("walk.01", 5)),
        _clip(EventScript("kick.01", 0, prop="piano")),
        _clip(EventScript("hug.01", 0)),
        _clip(EventScript("hug.01", 0, patient=0)),
        _clip(EventScript("give.01", 0, prop="box")),
        _clip(EventScript("push.01", 0, patient=1, prop="box")),
        _clip(*_events("sit.01"), scene="moon"),
        _clip(*_events("sit.01"), cast=(Character("dog", "red"),)),
        _clip(*_events("sit.01"), cast=(Character("man", "beige"),)),
        _clip(*_events("sit.01"), cast=(Character("man", "red", "sword"),)),
        _clip(),
    ],
)
def test_what_the_world_does_not_have_is_refused(clip):
    with pytest.raises(ValueError):
        render_frames(clip, [0.5], SIZE)
