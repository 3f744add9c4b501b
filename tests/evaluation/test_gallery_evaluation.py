"""Questions and observations on hand-made embeddings whose right answers are known."""

from dataclasses import replace

import numpy as np
import pytest

from srlclip.evaluation.questions import CHOICES, PROBES, ask
from srlclip.evaluation.towers import observe, summarise
from srlclip.language.lexicon import Lexicon
from srlclip.synsitu.labels import situation
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.world import ClipScript


def scripts(split: str, clips: int) -> list[ClipScript]:
    return [sample_clip(split, i) for i in range(clips)]


@pytest.fixture(scope="module")
def asked():
    clips = [situation(s, annotators=3) for s in scripts("test", 8)]
    return clips, ask(clips, Lexicon.from_situations(situation(s) for s in scripts("train", 200)))


def test_questions_are_fixed_and_not_in_the_template(asked):
    clips, found = asked
    again = ask(clips, Lexicon.from_situations(situation(s) for s in scripts("train", 200)))
    assert found == again and ask(clips, Lexicon.from_situations(clips), seed=1).events != found.events
    assert not [t for t in found.texts() if t.startswith("In this photo, the action")]
    for g, clip in enumerate(clips):
        for k, event in enumerate(clip.events):
            kinds = [c.kind for c in found.negatives[g][k]]
            assert kinds.count("verb_role") == CHOICES and kinds.count("natural") in (3, 4)
            assert all(kinds.count(kind) <= PROBES for kind in set(kinds) - {"verb_role", "natural"})
            assert ("agent_patient" in kinds) <= (event.role("Arg1") is not None or event.role("Arg2") is not None)
            assert found.true[g][k] not in [c.text for c in found.negatives[g][k]]


def test_a_perfect_model_answers_everything_and_an_opposite_one_nothing(asked):
    clips, found = asked
    words = found.texts()
    rng = np.random.default_rng(0)
    dim = 2048
    unit = rng.normal(size=(len(clips), 5, dim))
    unit /= np.linalg.norm(unit, axis=-1, keepdims=True)
    texts = {t: v / np.linalg.norm(v) for t, v in zip(words, rng.normal(size=(len(words), dim)), strict=True)}
    named = dict(found.verbs)
    events = np.empty_like(unit)
    for g, clip in enumerate(clips):
        for k, event in enumerate(clip.events):
            e = (
                texts[found.events[g][k]]
                + texts[found.true[g][k]]
                + texts[named[event.verb_id]]
                + texts[found.clips[g]]
            )
            events[g, k] = e / np.linalg.norm(e)
    means = events.mean(1) / np.linalg.norm(events.mean(1), axis=-1, keepdims=True)
    good, bad = observe(events, means, clips, found, texts), observe(-events, -means, clips, found, texts)
    table = summarise({"good": good, "bad": bad}, [("bad", "good")], n=50)
    for metric, row in table.items():
        best = 1.0 if metric.endswith(("MdR", "MnR")) else 100.0
        assert row["good"]["mean"] == best, metric
        assert row["good"]["ci"] == [best, best]
        if metric.endswith("R@1") or metric.startswith("negatives"):
            assert row["bad"]["mean"] == 0.0 and row["good - bad"]["mean"] == 100.0, metric


def test_verb_accuracy_needs_one_verb_of_the_clips_in_the_lexicon(asked):
    clips, questions = asked
    texts = {t: np.ones(4) / 2 for t in questions.texts()}
    events = np.ones((len(clips), 5, 4)) / 2
    known = tuple(v for v in questions.verbs if v[0] in {e.verb_id for c in clips for e in c.events})
    for verbs, count in ((known[:1], 5 * len(clips)), ((("x.01", known[0][1]),), 0), ((), 0)):
        observed = observe(events, events[:, 0], clips, replace(questions, verbs=verbs), texts)
        table = summarise({"a": observed, "b": observed}, [("a", "b")], n=5)
        row = table["verb accuracy"]
        assert row["a"]["n"] == row["b - a"]["n"] == count
        assert ("reason" in row) == (row["a"]["mean"] is None) == (count == 0)
