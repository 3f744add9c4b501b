"""Natural sentences say no small word twice, wherever the annotator's filler begins with the verb's own preposition."""

from __future__ import annotations

import pytest

from srlclip.data.roles import parse_role_key
from srlclip.language import sentences
from srlclip.language.sentences import sentence
from srlclip.situations import Event, Role
from srlclip.synsitu.labels import situation
from srlclip.synsitu.sample import sample_clip

AGENT, SCENE = "Arg0 (agent)", "Scene of the Event"


def said(verb: str, **fillers: str) -> str:
    """The sentence of "man" and fillers; a key is Arg1_thing_held, direction, manner or scene."""
    names = {"direction": "ArgM (direction)", "manner": "ArgM (manner)", "scene": SCENE}
    roles = [(AGENT, "man")]
    for key, filler in fillers.items():
        number, _, name = key.partition("_")
        roles.append((names.get(key) or f"{number} ({name.replace('_', ' ')})", filler))
    return sentence(Event(verb, "x.01", tuple(Role(*parse_role_key(key), filler) for key, filler in roles)))


@pytest.mark.parametrize(
    ("verb", "fillers", "text"),
    [
        ("hold on (grip)", {"scene": "on an airplane"}, "A man holds on an airplane."),
        ("hold on (grip)", {"Arg1_thing_held": "a rope", "scene": "bus"}, "A man holds on a rope on a bus."),
        ("hold on (grip)", {"scene": "bus"}, "A man holds on a bus."),
        ("walk (to move)", {"direction": "to to the door"}, "A man walks to the door."),
        ("walk to", {"direction": "to the door"}, "A man walks to the door."),
        ("speak to", {"Arg2_hearer": "to the woman"}, "A man speaks to the woman."),
        ("look at", {"Arg1_thing_looked_at": "at the dog"}, "A man looks at the dog."),
        ("look up", {"direction": "up at the sky"}, "A man looks up at the sky."),
        ("sit down", {"direction": "down"}, "A man sits down."),
        ("stand", {"scene": "in in the room"}, "A man stands in the room."),
        ("stand", {"scene": "In in the in the room"}, "A man stands in the room."),
        ("stand in", {"scene": "room"}, "A man stands in a room."),
        (
            "put on",
            {"Arg1_thing_worn": "on his hat", "Arg2_where": "on his head"},
            "A man puts on his hat on his head.",
        ),
        ("see", {"Arg1_thing_seen": "the the dog"}, "A man sees the dog."),
        ("eat", {"Arg1_meal": "a an apple"}, "A man eats an apple."),
        ("turn around", {"manner": "around quickly"}, "A man turns around quickly."),
    ],
)
def test_a_small_word_is_said_once(verb: str, fillers: dict[str, str], text: str) -> None:
    assert said(verb, **fillers) == text


@pytest.mark.parametrize(
    ("verb", "fillers", "text"),
    [
        ("run", {"manner": "very very fast"}, "A man runs very very fast."),
        ("get", {"scene": "inside of a car"}, "A man gets inside of a car."),
        ("say", {"Arg1_utterance": '"in in"'}, 'A man says "in in".'),
        ("look", {"Arg1_thing_looked_at": "the theater"}, "A man looks at the theater."),
        ("go", {"direction": "on onto ice"}, "A man goes on onto ice."),
    ],
)
def test_words_that_only_look_alike_and_speech_stay(verb: str, fillers: dict[str, str], text: str) -> None:
    assert said(verb, **fillers) == text


def test_sentences_of_synsitu_stay_as_they_were(monkeypatch) -> None:
    events = [
        e for split in ("train", "hard", "heldout") for i in range(100) for e in situation(sample_clip(split, i)).events
    ]
    now = [sentence(event) for event in events]
    monkeypatch.setattr(sentences, "_once", lambda text: text)
    monkeypatch.setattr(sentences, "_joined", lambda parts: " ".join(part for part in parts if part))
    assert now == [sentence(event) for event in events]
