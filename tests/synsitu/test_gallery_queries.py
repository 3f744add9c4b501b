"""Example queries of a gallery: events of look-alike clips, short ones that hold of one clip alone, by rule and dice."""

import numpy as np
import pytest

from srlclip.synsitu.gallery_queries import RIVALS, example_queries
from srlclip.synsitu.sample import GROUP_SIZE, sample_clip
from srlclip.synsitu.texts import BRIEF_PARTS, brief
from srlclip.synsitu.world import Character, ClipScript, EventScript

CAST = (Character("king", "red"), Character("robot", "blue"), Character("panda", "grey"))


@pytest.fixture(scope="module")
def gallery():
    return [sample_clip("hard", i, 7) for i in range(6 * GROUP_SIZE)] + [sample_clip("test", i, 7) for i in range(6)]


def test_queries_are_short_and_long_by_turns_and_each_is_of_another_clip(gallery):
    made = example_queries(gallery, 6, np.random.default_rng(3))
    assert made == example_queries(gallery, 6, np.random.default_rng(3)) and len(made) == 6
    assert len({example.target for example in made}) == 6
    short, long = made[::2], made[1::2]
    by_id = {script.clip_id: script for script in gallery}
    for example in short:
        event = by_id[example.target].events[example.event_index]
        assert example.query in [brief(by_id[example.target], event, parts) for parts in range(BRIEF_PARTS)]
    assert max(len(e.query.split()) for e in short) < max(len(e.query.split()) for e in long)


def test_a_short_query_holds_of_no_other_clip_of_the_gallery(gallery):
    for example in example_queries(gallery, 12, np.random.default_rng(0))[::2]:
        holds = {
            s.clip_id for s in gallery for e in s.events for n in range(BRIEF_PARTS) if brief(s, e, n) == example.query
        }
        assert holds == {example.target}


def test_what_is_asked_for_happens_otherwise_in_other_clips_of_the_group(gallery):
    by_id = {script.clip_id: script for script in gallery}
    for example in example_queries(gallery, 12, np.random.default_rng(1)):
        target = by_id[example.target]
        event = target.events[example.event_index]
        group = [s for s in gallery if (s.look, s.scene, s.cast) == (target.look, target.scene, target.cast)]
        assert "-hard-" in example.target
        assert sum(any(e.verb_id == event.verb_id for e in s.events) for s in group if s is not target) >= RIVALS


def test_a_gallery_without_look_alikes_has_no_such_queries():
    assert example_queries([sample_clip("test", i) for i in range(5)], 8, np.random.default_rng(0)) == ()


@pytest.mark.parametrize("event, texts", [
    (EventScript("kick.01", 2, 1), ("a panda kicks", "a panda kicks a robot", "a panda kicks a robot")),
    (EventScript("push.01", 0, 1, direction="left", manner="slowly"),
     ("a king pushes", "a king pushes a robot", "a king pushes a robot to the left")),
    (EventScript("look.01", 0, None, "box"), ("a king looks", "a king looks at a box", "a king looks at a box")),
    (EventScript("give.01", 1, 0, "ball"), ("a robot gives", "a robot gives a ball to a king", "a robot gives a ball to a king")),
    (EventScript("climb.01", 2, direction="up"), ("a panda climbs", "a panda climbs up a ladder", "a panda climbs up a ladder")),
    (EventScript("run.02", 2, direction="right"), ("a panda runs", "a panda runs", "a panda runs to the right")),
])  # fmt: skip
def test_brief_texts_grow_by_object_and_direction(event, texts):
    script = ClipScript("c", "park", CAST, (event,))
    assert tuple(brief(script, event, parts) for parts in range(BRIEF_PARTS)) == texts
