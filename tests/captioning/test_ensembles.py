"""Prompt ensembles: the same vectors as prompt by prompt, each made once; and zero-shot readings that share them."""

import numpy as np
import pytest

from srlclip.captioning import zero_shot
from srlclip.captioning.ensembles import Ensembles, prompt
from srlclip.language.lexicon import Lexicon, VerbEntry
from srlclip.pooling import pooled, unit
from srlclip.situations import Role

ENTRIES = (
    VerbEntry("push.01", "push (shove)", (("Arg0", "pusher"), ("Arg1", "thing pushed"), ("AMnr", "manner")), 5),
    VerbEntry("walk.01", "walk", (("Arg0", "walker"), ("AMnr", "manner")), 3),
)
FILLERS = {"Arg0": {"man": 4, "dog": 2, "king": 1}, "Arg1": {"box": 3, "cart": 1}, "AMnr": {"slowly": 2, "quickly": 1}}


class Embedder:
    """A vector of each text by its words, and every text that was asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, texts):
        self.asked += texts
        draws = [np.random.default_rng(sum(text.encode()) * 7 + len(text)) for text in texts]
        return unit(np.stack([rng.standard_normal(16) for rng in draws]).astype(np.float32))


@pytest.fixture
def lexicon():
    return Lexicon(ENTRIES, FILLERS)


def test_ensembles_are_the_means_of_their_prompts(lexicon):
    embed = Embedder()
    made = Ensembles(lexicon, embed)
    verbs = made.verbs(300, 4, 250)
    own = [t for t in embed.asked if "push" in t]
    assert verbs.shape == (2, 16) and len(own) == 4
    np.testing.assert_allclose(verbs[0], pooled(Embedder()(own)), atol=1e-6)
    embed.asked.clear()
    manners = made.fillers("walk.01", "AMnr", ("slowly", "quickly"), 3, 250)
    assert [sum(word in t for t in embed.asked) for word in ("slowly", "quickly")] == [3, 3]
    np.testing.assert_allclose(manners[1], pooled(Embedder()(embed.asked[3:])), atol=1e-6)


def test_an_ensemble_is_embedded_once(lexicon):
    embed = Embedder()
    made = Ensembles(lexicon, embed)
    event = unit(np.random.default_rng(0).standard_normal(16).astype(np.float32))
    first = zero_shot.read_event(event, made, 100.0)
    count = len(embed.asked)
    embed.asked.clear()
    assert (
        zero_shot.read_event(event, made, 100.0)
        == first
        == zero_shot.read_event(event, Ensembles(lexicon, Embedder()), 100.0)
    )
    assert not embed.asked and count  # every role of this small lexicon has few candidates
    assert set(first.fillers) == {key for key, _ in lexicon.roles(first.verbs[0][0])}


def test_other_constants_make_other_ensembles(lexicon):
    made = Ensembles(lexicon, Embedder())
    assert not np.allclose(made.verbs(300, 2, 250), made.verbs(300, 8, 250))
    assert made.verbs(1, 2, 250).shape == (1, 16)


def test_a_prompt_is_the_caption_that_training_uses(lexicon):
    roles = (Role("Arg0", "walker", "man"), Role("AMnr", "manner", "-"))
    assert prompt(lexicon, "walk.01", roles) == "In this photo, the action is walk where, the walker is man."
