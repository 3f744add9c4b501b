"""Minimal pairs: the two sentences share every word but those of one fact, and neither is of a held-out combination."""

from collections import Counter

from srlclip.synsitu import texts, words
from srlclip.synsitu.minimal_pairs import FACTS, minimal_pairs
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.world import COLOURS, VERBS

SCRIPTS = [sample_clip("valid", i) for i in range(60)]
PAIRS = minimal_pairs(SCRIPTS)


def of(fact):
    return [p for p in PAIRS if p.fact == fact]


def changed(pair):
    """The words of each sentence that the other does not have, articles aside."""
    a, b = (Counter(w for w in s.replace(",", "").split() if w not in ("a", "an")) for s in (pair.true, pair.false))
    return a - b, b - a


def words_of(phrases):
    return {word for group in phrases for phrase in group for word in phrase.split()}


def test_every_fact_is_asked_and_no_pair_says_the_same_twice():
    assert {p.fact for p in PAIRS} == set(FACTS) and all(len(of(fact)) > 15 for fact in FACTS)
    assert all(p.true != p.false for p in PAIRS)


def test_only_words_of_the_fact_differ():
    allowed = {
        "scene": words_of(words.SCENE_PHRASES.values()),
        "kind": words_of(words.KIND_WORDS.values()),
        "colour": set(COLOURS),
        "verb": words_of(form for forms in words.FORMS.values() for form in forms),
        "direction": words_of(words.DIRECTION_PHRASES.values()),
        "manner": words_of(words.MANNER_PHRASES.values()),
    }
    for fact, its_words in allowed.items():
        for pair in of(fact):
            more, less = changed(pair)
            assert more and less and set(more) | set(less) <= its_words, pair
    for fact in ("prop", "attribute"):
        assert all(sum(part.values()) == 1 for pair in of(fact) for part in changed(pair))


def test_exchanges_keep_every_word():
    for fact in ("binding", "agent_patient"):
        for pair in of(fact):
            assert changed(pair) == (Counter(), Counter()), pair


def test_pairs_depend_on_seed_clip_and_event_alone():
    alone = [(p.fact, p.event, p.true, p.false) for p in minimal_pairs(SCRIPTS[4:5])]
    assert alone == [(p.fact, p.event, p.true, p.false) for p in PAIRS if p.clip == 4]
    assert minimal_pairs(SCRIPTS) == PAIRS != minimal_pairs(SCRIPTS, seed=1)


def test_zero_shot_labels_are_in_the_order_of_the_verbs():
    labels = texts.verb_labels()
    assert len(set(labels)) == len(VERBS) and labels[0] == "a photo of someone walking"
