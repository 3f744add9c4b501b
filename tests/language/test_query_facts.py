"""The facts of events and of free queries, and when they agree: by rule, from labels and a lexicon, never a guess."""

import pytest

from srlclip.language.facts import Facts, agrees, event_facts, judged
from srlclip.language.lexicon import Lexicon
from srlclip.language.query_facts import query_facts
from srlclip.situations import Event, Role, Situation


def event(verb, verb_id, **roles):
    return Event(verb, verb_id, tuple(Role(key, key, filler) for key, filler in roles.items()))


PUSH = event(
    "push (shove)", "push.01", Arg0="woman in blue", Arg1="robot in red", ADir="right", AMnr="-", AScn="castle"
)
OTHERS = (
    event("talk (speak)", "talk.01", Arg0="king in red", Arg2="wizard", AMnr="angrily", AScn="train station"),
    event("chase (pursue)", "chase.01", Arg0="dog", Arg1="a man", ADir="left", AMnr="slowly", AScn="park"),
    event("run (move fast)", "run.01", Arg0="man in red", ADir="up", AScn="a train station at night"),
    event("pick up (lift)", "pick_up.01", Arg0="man", Arg1="ball", AMnr="in no hurry"),
)
LEXICON = Lexicon.from_situations([Situation("clip", None, (PUSH, *OTHERS))])


def test_an_events_facts_are_its_labels_and_what_is_not_visible_is_none():
    assert event_facts(PUSH) == Facts("push", "woman in blue", "robot in red", "right", "", "castle")
    assert event_facts(OTHERS[0]).patient == "wizard", "a hearer takes the patient's slot where there is no Arg1"


@pytest.mark.parametrize(("query", "facts"), [
    ("a woman pushes a robot", {"verb": "push", "agent": "woman", "patient": "robot"}),
    ("A woman in blue is pushing the robot in red to the right.",
     {"verb": "push", "agent": "woman in blue", "patient": "robot in red", "direction": "right"}),
    ("a man is chased towards the left by a dog in the park",
     {"verb": "chase", "agent": "dog", "patient": "man", "direction": "left", "scene": "park"}),
    ("the king talked to a wizard angrily at a train station",
     {"verb": "talk", "agent": "king", "patient": "wizard", "manner": "angrily", "scene": "train station"}),
    ("a man in red ran rightwards", {"verb": "run", "agent": "man in red", "direction": "right"}),
    ("a man picks up a ball in no hurry", {"verb": "pick up", "agent": "man", "patient": "ball", "manner": "in no hurry"}),
    ("a woman shoves a robot", {"verb": "shove", "agent": "woman", "patient": "robot"}),
])  # fmt: skip
def test_inflected_verbs_passives_and_known_fillers_are_read(query, facts):
    assert dict(query_facts(query, LEXICON).items()) == facts


@pytest.mark.parametrize("query", [
    "", "😀", "שלום", "a zebra levitates", "the left hand of the right man", "a man runs and pushes", "up down",
    "<b>${x}</b>", "a run in the red", "(" * 500,
])  # fmt: skip
def test_what_cannot_be_read_is_not_claimed(query):
    facts = query_facts(query, LEXICON)
    assert not facts.verb and not facts.agent and not facts.direction


def test_an_unknown_word_leaves_its_slot_open_and_the_rest_is_read():
    assert dict(query_facts("a zebra pushes a robot", LEXICON).items()) == {"verb": "push", "patient": "robot"}


def test_facts_agree_where_the_label_has_all_that_is_asked_for():
    assert (
        agrees("agent", "woman", PUSH) and agrees("patient", "robot in red", PUSH) and agrees("scene", "castle", PUSH)
    )
    assert agrees("agent", "woman in red", PUSH) is False and agrees("direction", "left", PUSH) is False
    assert agrees("agent", "robot", PUSH) is False, "who does it to whom: the robot is pushed"
    assert agrees("manner", "slowly", PUSH) is None, "the label does not say how"
    assert agrees("agent", "man in red", OTHERS[3]) is None, "the label says less than is asked for"
    assert agrees("agent", "red", OTHERS[2]) is False, "an attribute is no agent"


def test_a_verb_agrees_by_its_lemma_or_by_a_gloss():
    assert agrees("verb", "push", PUSH) and agrees("verb", "shove", PUSH) and agrees("verb", "pull", PUSH) is False


def test_one_annotator_who_agrees_is_enough():
    other = event("walk (move)", "walk.01", Arg0="lady")
    assert judged("agent", "lady", (PUSH, other)) and judged("agent", "king", (PUSH, other)) is False
    assert judged("manner", "slowly", (PUSH, other)) is None
