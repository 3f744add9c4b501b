"""From a clip's script to its exact labels: a Situation in VidSitu's shape, with simulated further annotators."""

from __future__ import annotations

import numpy as np

from srlclip.data.roles import parse_role_key
from srlclip.situations import EVENTS_PER_CLIP, SECONDS_PER_EVENT, Event, Role, Situation
from srlclip.synsitu.world import VERBS, Character, ClipScript, EventScript

#: What other annotators call the same thing. The first annotator always uses the world's own word.
SYNONYMS = {
    "man": ("guy", "gentleman"),
    "woman": ("lady", "young woman"),
    "child": ("kid", "little kid"),
    "king": ("ruler", "king with a crown"),
    "robot": ("android", "metal robot"),
    "panda": ("panda bear", "bear"),
    "rabbit": ("bunny", "hare"),
    "wizard": ("magician", "sorcerer"),
    "fox": ("red fox", "furry fox"),
    "astronaut": ("spaceman", "space traveller"),
    "ladder": ("tall ladder", "wooden ladder"),
    "apple": ("red apple", "fruit"),
    "book": ("open book", "blue book"),
    "guitar": ("instrument", "wooden guitar"),
    "floor": ("ground", "room floor"),
    "ball": ("round ball", "toy ball"),
    "box": ("cardboard box", "package"),
    "chair": ("wooden chair", "seat"),
    "bag": ("handbag", "purse"),
    "barrel": ("keg", "wooden barrel"),
    "plant": ("potted plant", "flower pot"),
    "lamp": ("floor lamp", "light"),
    "umbrella": ("parasol", "open umbrella"),
    "slowly": ("in no hurry", "sluggishly"),
    "quickly": ("fast", "in a hurry"),
    "happily": ("joyfully", "cheerfully"),
    "angrily": ("furiously", "in anger"),
    "left": ("to the left", "leftwards"),
    "right": ("to the right", "rightwards"),
    "up": ("upwards", "to the top"),
    "down": ("downwards", "to the ground"),
    "street": ("in the street", "a city street"),
    "beach": ("at the beach", "a sandy beach"),
    "park": ("in a park", "a green park"),
    "snow": ("in the snow", "a snowy place"),
    "desert": ("in the desert", "a sandy desert"),
    "stage": ("on a stage", "a theatre stage"),
    "city at night": ("a city at night", "a night city"),
    "kitchen": ("in a kitchen", "a kitchen"),
    "office": ("in an office", "an office"),
    "farm": ("on a farm", "a farm yard"),
    "forest": ("in a forest", "the woods"),
    "cave": ("in a cave", "a dark cave"),
    "castle": ("at a castle", "a castle yard"),
    "harbour": ("at a harbour", "a port"),
    "bedroom": ("in a bedroom", "a bedroom"),
    "classroom": ("in a classroom", "a school room"),
    "supermarket": ("in a supermarket", "a food shop"),
    "train station": ("at a train station", "a railway station"),
}
#: Verbs that a voter may confuse with the true one; every voter's first choice is the true verb three times in four.
NEAR_VERBS = {
    "walk.01": "run.02", "run.02": "walk.01", "crawl.01": "kneel.01", "jump.03": "dance.01", "dance.01": "jump.03",
    "bow.01": "kneel.01", "sit.01": "kneel.01", "kneel.01": "sit.01", "fall.01": "sit.01", "climb.01": "jump.03",
    "wave.02": "point.01", "point.01": "wave.02", "push.01": "pull.01", "pull.01": "push.01", "kick.01": "push.01",
    "throw.01": "drop.01", "lift.01": "carry.01", "drop.01": "throw.01", "carry.01": "lift.01", "hug.01": "push.01",
    "chase.01": "follow.01", "flee.01": "run.02", "give.01": "take.01", "take.01": "give.01", "talk.01": "shout.01",
    "look.01": "point.01", "follow.01": "chase.01", "shout.01": "talk.01", "punch.01": "kick.01", "help.01": "lift.01",
    "catch.01": "throw.01", "put.01": "drop.01", "eat.01": "read.01", "read.01": "eat.01", "play.11": "dance.01",
    "sweep.01": "walk.01", "sleep.01": "fall.01", "cry.02": "bow.01", "clap.01": "wave.02",
}  # fmt: skip
VOTES = 10


def describe(character: Character, word: str | None = None) -> str:
    """A filler for a character: "man in red with hat"."""
    carried = f" with {character.attribute}" if character.attribute else ""
    return f"{word or character.kind} in {character.colour}{carried}"


def script_event(script: ClipScript, event: EventScript, k: int, rng: np.random.Generator | None = None) -> Event:
    """The labelled event. With `rng`, as another annotator would have written it: paraphrased, sometimes "-"."""
    spec = event.spec

    def say(word: str) -> str:
        if rng is None or word not in SYNONYMS or rng.random() < 0.4:
            return word
        return str(rng.choice(SYNONYMS[word]))

    def person(index: int) -> str:
        c = script.cast[index]
        if rng is not None and c.attribute and rng.random() < 0.5:
            c = Character(c.kind, c.colour)
        return describe(c, say(c.kind))

    core = [person(event.agent)]
    if spec.thing:
        core.append(say(spec.thing))
    elif event.prop is not None:
        core.append(say(event.prop))
    elif event.patient is not None:
        core.append(person(event.patient))
    if spec.recipient and event.patient is not None:
        core.append(person(event.patient))
    pairs = list(zip(spec.roles, core, strict=True))
    if spec.directions:
        pairs.append(("ArgM (direction)", say(event.direction)))
    manner = say(event.manner) if event.manner and not (rng is not None and rng.random() < 0.2) else "-"
    pairs.append(("ArgM (manner)", manner))
    pairs.append(("Scene of the Event", say(script.scene)))
    roles = tuple(Role(*parse_role_key(raw, "short"), text) for raw, text in pairs)
    relation = None if k == 2 else ("Enables" if k < 2 else "NoRel")
    return Event(f"{spec.lemma} ({spec.gloss})", spec.verb_id, roles, relation)


def situation(script: ClipScript, path: object = None, annotators: int = 1) -> Situation:
    """The clip's exact labels; annotators > 1 adds simulated ones (and verb votes), as VidSitu's valid and test have."""
    events = tuple(script_event(script, e, k) for k, e in enumerate(script.events))
    rng = np.random.default_rng([script.look, 7])
    more = [
        tuple(script_event(script, e, k, rng) for k, e in enumerate(script.events))
        for _ in range(max(0, annotators - 1))
    ]
    votes: tuple[tuple[str, ...], ...] = ()
    if annotators > 1:
        votes = tuple(
            tuple(
                e.verb_id if rng.random() < 0.75 else str(rng.choice([NEAR_VERBS[e.verb_id], *VERBS]))
                for _ in range(VOTES)
            )
            for e in script.events
        )
    assert len(events) == EVENTS_PER_CLIP
    return Situation(
        clip_id=script.clip_id,
        path=path,  # type: ignore[arg-type]
        events=events,
        annotations=(events, *more),
        verb_votes=votes,
        start=0.0,
        end=EVENTS_PER_CLIP * SECONDS_PER_EVENT,
    )
