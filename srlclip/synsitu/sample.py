"""Random clip scripts, deterministic by (seed, split, index), with compositional hold-outs and hard groups.

A split is independent of every other one and of how many clips are asked for. Training-like splits ("pretrain",
"train", "alike", "valid", "test", "hard") never contain a held-out combination, bystanders included; "heldout" has one in
every event that allows it. In "hard", and in "alike" for training, each run of GROUP_SIZE clips shares scene, cast and look
and differs only in who does what to whom, how and where to.

Some scenes and kinds are reserved: a base sees them in "pretrain" and adaptation never does. "outside" shows a reserved scene
in every clip and lets a character of a reserved kind act in every event: what an adapted model may have forgotten.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

import numpy as np

from srlclip.situations import EVENTS_PER_CLIP
from srlclip.synsitu.shown import SHOWN, SPLITS, Shown, held_out, held_out_event
from srlclip.synsitu.verbs import draw_verb
from srlclip.synsitu.world import (
    ATTRIBUTES,
    COLOURS,
    MANNERS,
    NEVER_WEARS,
    OPPOSITE,
    PROPS,
    VERBS,
    Character,
    ClipScript,
    EventScript,
)

#: What the world and its files look like. Part of every clip id, since a script is drawn again from its id.
WORLD_VERSION = 2
_GROUPED = ("alike", "hard")
GROUP_SIZE = 5


def sample_clip(split: str, index: int, seed: int = 0) -> ClipScript:
    """The script of clip `index` of a split. Raises ValueError for an unknown split or a negative index."""
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}; allowed: {', '.join(SPLITS)}")
    if index < 0:
        raise ValueError(f"clip index is {index}; it must be 0 or more")
    if split in _GROUPED:
        group, member = divmod(index, GROUP_SIZE)
        return _group(split, group, seed)[member]
    rng = _rng(seed, split, index)
    while True:
        script = _clip(rng, clip_id(split, index, seed), SHOWN[split])
        if script is not None:
            return script


def clip_id(split: str, index: int, seed: int = 0) -> str:
    """A VidSitu-shaped segment id: v_{name}_seg_0_10. It names the version of the world: another one draws other scripts.

    The clips of a group of "alike" are segments of one film.
    """
    start = 0
    if split == "alike":
        index, member = divmod(index, GROUP_SIZE)
        start = 10 * member
    return f"v_syn{WORLD_VERSION}s{seed}-{split}-{index:05d}_seg_{start}_{start + 10}"


def script_of(name: str) -> ClipScript:
    """The script of a clip id that this version of the world wrote. Raises ValueError for any other id."""
    match = re.fullmatch(rf"v_syn{WORLD_VERSION}s(\d+)-([a-z]+)-(\d+)_seg_(\d*)0_\d+", name)
    if match is not None and match[2] in SPLITS:
        seed, split, index = int(match[1]), match[2], int(match[3])
        if split == "alike":
            index = index * GROUP_SIZE + int(match[4] or 0)
        if clip_id(split, index, seed) == name:
            return sample_clip(split, index, seed)
    raise ValueError(f"{name!r} is not the id of a clip of SynSitu {WORLD_VERSION}")


def mirror(event: EventScript, cast: tuple[Character, ...], rng: np.random.Generator) -> EventScript:
    """The same verb seen the other way round: agent and patient, direction, manner, agent or prop exchanged."""
    moves = ["manner", "agent"]
    if event.patient is not None:
        moves += ["swap"] * 3
    if event.direction:
        moves += ["direction"] * 2
    if event.prop is not None:
        moves += ["prop"]
    move = str(rng.choice(moves))
    if move == "swap":
        return replace(event, agent=event.patient, patient=event.agent)
    if move == "direction":
        return replace(event, direction=OPPOSITE[event.direction])
    if move == "manner":
        return replace(event, manner=_other(rng, MANNERS, event.manner))
    if move == "prop":
        return replace(event, prop=_other(rng, PROPS, event.prop))
    free = [i for i in range(len(cast)) if i not in (event.agent, event.patient)]
    if not free:
        return replace(event, manner=_other(rng, MANNERS, event.manner))
    return replace(event, agent=int(rng.choice(free)))


def _rng(seed: int, split: str, index: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(split.encode()), index])


def _other(rng: np.random.Generator, values: tuple[str, ...], current: str | None) -> str:
    return str(rng.choice([value for value in values if value != current]))


def _character(rng: np.random.Generator, kinds: tuple[str, ...], held: bool) -> Character:
    while True:
        kind, colour = str(rng.choice(kinds)), str(rng.choice(COLOURS))
        attribute = str(rng.choice(ATTRIBUTES)) if rng.random() < 0.6 else ""
        if attribute in NEVER_WEARS.get(kind, ()):
            attribute = ""
        character = Character(kind, colour, attribute)
        if held or not held_out(character):
            return character


def _cast(rng: np.random.Generator, shown: Shown) -> tuple[Character, ...]:
    """Two or three characters whom kind and colour tell apart; one time in four two of them are of one kind. The first may
    act."""
    size = 2 if rng.random() < 0.5 else 3
    cast = [_character(rng, shown.actors, shown.held)]
    while len(cast) < size:
        new = _character(rng, shown.kinds, shown.held)
        twins_allowed = rng.random() < 0.15
        if any(new.kind == c.kind and (new.colour == c.colour or not twins_allowed) for c in cast):
            continue
        cast.append(new)
    return tuple(cast)


def _event(rng: np.random.Generator, cast: tuple[Character, ...], verb_id: str, actors: tuple[str, ...]) -> EventScript:
    spec = VERBS[verb_id]
    may_act = [i for i, character in enumerate(cast) if character.kind in actors]
    agent = may_act[int(rng.integers(len(may_act)))]
    others = [i for i in range(len(cast)) if i != agent]
    patient = prop = None
    wants = spec.patient if spec.patient != "any" else ("character" if rng.random() < 0.6 else "prop")
    if wants == "character" or spec.recipient:
        patient = int(rng.choice(others))
    if wants == "prop":
        prop = str(rng.choice(PROPS))
    direction = str(rng.choice(spec.directions)) if spec.directions else ""
    manner = str(rng.choice(MANNERS)) if rng.random() < 0.5 else ""
    return EventScript(verb_id, agent, patient, prop, direction, manner)


def _acceptable(event: EventScript, cast: tuple[Character, ...], shown: Shown) -> bool:
    return cast[event.agent].kind in shown.actors and held_out_event(event, cast) == shown.held


def _clip(rng: np.random.Generator, name: str, shown: Shown) -> ClipScript | None:
    """One clip, or None if these dice cannot name everyone in five different events."""
    scene, cast = str(rng.choice(shown.scenes)), _cast(rng, shown)
    events: list[EventScript] = []
    for _ in range(200):
        if len(events) == EVENTS_PER_CLIP:
            break
        if events and rng.random() < 0.3:
            event = mirror(events[int(rng.integers(len(events)))], cast, rng)
        else:
            event = _event(rng, cast, draw_verb(rng), shown.actors)
        if event not in events and _acceptable(event, cast, shown):
            events.append(event)
    named = {i for e in events for i in (e.agent, e.patient) if i is not None}
    if len(events) < EVENTS_PER_CLIP or len(named) < len(cast):
        return None
    return ClipScript(name, scene, cast, tuple(events), look=int(rng.integers(2**31)))


def _group(split: str, group: int, seed: int) -> list[ClipScript]:
    """GROUP_SIZE clips of one scene, cast and look; no event occurs twice in the group."""
    rng = _rng(seed, split, group)
    while True:
        first = _clip(rng, clip_id(split, group * GROUP_SIZE, seed), SHOWN[split])
        if first is None:
            continue
        clips, seen = [first], set(first.events)
        for member in range(1, GROUP_SIZE):
            events: list[EventScript] = []
            for _ in range(300):
                if len(events) == EVENTS_PER_CLIP:
                    break
                event = mirror(first.events[int(rng.permutation(EVENTS_PER_CLIP)[0])], first.cast, rng)
                if rng.random() < 0.3:
                    event = mirror(event, first.cast, rng)
                if event not in seen and _acceptable(event, first.cast, SHOWN[split]):
                    events.append(event)
                    seen.add(event)
            if len(events) < EVENTS_PER_CLIP:
                break
            name = clip_id(split, group * GROUP_SIZE + member, seed)
            clips.append(replace(first, clip_id=name, events=tuple(events)))
        if len(clips) == GROUP_SIZE:
            return clips
