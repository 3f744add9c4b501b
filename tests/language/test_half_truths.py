"""Half-truths: what is added is right or wrong, in the words of the event, and a wrong one is never true."""

from dataclasses import replace

import numpy as np
import pytest

from srlclip.language.english import head_noun
from srlclip.language.half_truths import half_truths
from srlclip.language.lexicon import Lexicon, VerbEntry
from srlclip.situations import Event, Role, Situation
from srlclip.synsitu.labels import situation
from srlclip.synsitu.sample import sample_clip

PUSH = Event(
    "push (move)", "push.01",
    (Role("Arg0", "pusher", "man in red"), Role("Arg1", "thing pushed", "box"), Role("ADir", "direction", "left"),
     Role("AMnr", "manner", "slowly"), Role("AScn", "scene of the event", "park")),
)  # fmt: skip
KEYS = tuple((role.key, role.name) for role in PUSH.roles)


def lexicon(**fillers: dict[str, int]) -> Lexicon:
    given = {"Arg0": {"panda": 3}, "Arg1": {"barrel": 2, "package": 9, "box": 20}, "AScn": {"kitchen": 4}, **fillers}
    return Lexicon([VerbEntry("push.01", "push (move)", KEYS, 9)], given, {"push.01": given})


def made(event: Event = PUSH, words: Lexicon | None = None, **more) -> dict:
    clip = Situation("a", None, (event,), **more)
    return {h.key: h for h in half_truths(clip, 0, words or lexicon(), np.random.default_rng(0))}


def test_every_role_is_added_to_verb_and_subject_rightly_and_wrongly():
    halves = made()
    assert list(halves) == ["Arg0", "Arg1", "ADir", "AMnr", "AScn"]
    texts = {key: (h.short.text, h.right.text, h.wrong.text) for key, h in halves.items()}
    assert texts["Arg0"] == ("Someone pushes.", "A man in red pushes.", "A panda pushes.")
    assert texts["Arg1"] == ("A man in red pushes.", "A man in red pushes a box.", "A man in red pushes a barrel.")
    assert texts["ADir"][1:] == ("A man in red pushes to the left.", "A man in red pushes to the right.")
    assert texts["AMnr"][1:] == ("A man in red pushes slowly.", "A man in red pushes quickly.")
    assert texts["AScn"][2] == "A man in red pushes in a kitchen."
    assert halves["Arg1"].name == "patient" and halves["AScn"].name == "scene of the event"


def test_a_wrong_filler_is_not_another_word_for_the_same_nor_what_an_annotator_wrote():
    assert "package" not in made()["Arg1"].wrong.text  # it may be the box, however often it is said
    other = (replace(PUSH, roles=(PUSH.roles[0], Role("Arg1", "thing pushed", "heavy barrel"))),)
    assert "Arg1" not in made(annotations=((PUSH,), other))


def test_roles_without_a_wrong_filler_are_left_out():
    bare = lexicon(Arg1={"box": 3}, AScn={"park": 1})
    assert set(made(words=bare)) == {"Arg0", "ADir", "AMnr"}
    assert made(Event("act", "act.01")) == {}


def test_a_verb_without_an_agent_role_has_its_first_core_role_as_subject():
    fall = Event("fall", "fall.01", (Role("Arg1", "thing falling", "box"), Role("AScn", "scene of the event", "park")))
    halves = made(fall)
    assert halves["AScn"].short.text == "A box falls." and halves["Arg1"].wrong.text == "A barrel falls."


@pytest.mark.parametrize("split", ("train", "hard"))
def test_in_the_synthetic_world_the_same_at_every_call_and_never_true(split):
    clips = [situation(sample_clip(split, i), annotators=2) for i in range(12)]
    words = Lexicon.from_situations(clips)
    seen = 0
    for clip in clips:
        for k, event in enumerate(clip.events):
            once, twice = (half_truths(clip, k, words, np.random.default_rng(3)) for _ in range(2))
            assert once == twice
            for half in once:
                seen += 1
                assert half.right.kind == "right" and half.wrong.kind == "wrong"
                assert half.filler == event.role(half.key).filler and half.other != half.filler
                if half.key.startswith("Arg"):
                    assert head_noun(half.other) != head_noun(half.filler)
    assert seen > 100
