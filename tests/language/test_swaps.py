"""Minimal pairs by slot: one thing changes, and a slot that the labels do not allow says why."""

from dataclasses import replace

import numpy as np

from srlclip.language.lexicon import Lexicon, VerbEntry
from srlclip.language.swaps import SLOTS, swaps
from srlclip.situations import Event, Role, Situation

TWO = (("Arg0", "agent"), ("Arg1", "patient"))
LEXICON = Lexicon(
    [VerbEntry("push.01", "push", TWO, 9), VerbEntry("hug.01", "hug", TWO, 5), VerbEntry("run.01", "run", TWO[:1], 50),
     VerbEntry("give.01", "give", (*TWO, ("Arg2", "entity given to")), 90)],
    {"ADir": {"left": 2}, "AMnr": {"slowly": 1}},
)  # fmt: skip
PUSH = Event(
    "push", "push.01",
    (Role("Arg0", "agent", "man in red"), Role("Arg1", "patient", "panda in blue"), Role("ADir", "direction", "left")),
)  # fmt: skip


def made(event: Event, *others: Event, limit: int = 3) -> dict:
    clip = Situation("a", None, (event, *others))
    return {s.slot: s for s in swaps(clip, 0, LEXICON, np.random.default_rng(0), limit)}


def test_each_slot_changes_one_thing():
    pairs = made(PUSH)
    assert list(pairs) == list(SLOTS)
    first = {slot: pair.captions[0].text for slot, pair in pairs.items() if pair.captions}
    assert first == {
        "verb": "A man in red hugs a panda in blue to the left.",
        "who": "A panda in blue pushes a man in red to the left.",
        "attribute": "A man in blue pushes a panda in red to the left.",
        "direction": "A man in red pushes a panda in blue to the right.",
    }
    assert all(c.kind == SLOTS[slot] for slot, pair in pairs.items() for c in pair.captions)
    assert pairs["verb"].captions[0].removed == ("pushes",) and pairs["verb"].captions[0].inserted == ("hugs",)


def test_a_verb_with_a_place_for_everybody_comes_first_and_one_without_never():
    texts = [c.text for c in made(PUSH)["verb"].captions]
    assert "gives" in texts[1] and not any("runs" in text for text in texts)


def test_no_verb_of_the_clip_is_said_to_be_wrong():
    texts = [c.text for c in made(PUSH, replace(PUSH, verb="hug", verb_id="hug.01"))["verb"].captions]
    assert texts and not any("hugs" in text for text in texts)


def test_slots_that_the_labels_do_not_allow_say_why():
    alone = made(Event("run", "run.01", (Role("Arg0", "agent", "man"),)))
    assert {slot: s.reason for slot, s in alone.items() if not s.captions} == {
        "who": "only one participant is labelled",
        "attribute": "no colour, size or garment is labelled",
        "direction": "no direction is labelled",
        "manner": "no manner is labelled",
    }
    thing = made(replace(PUSH, roles=(PUSH.roles[0], Role("Arg1", "patient", "box"))))
    assert thing["who"].reason == "the other participants cannot act" and not made(PUSH)["verb"].reason


def test_at_most_so_many_of_a_slot():
    assert len(made(PUSH, limit=1)["attribute"].captions) == 1
