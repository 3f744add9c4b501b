"""Half-truths as a measure: hand-made cosines with ties, roles, clips, and the choices of the text-only control."""

import numpy as np
import pytest

from srlclip.evaluation.half_truths import ALL, MEASURES, Asked, ask, by_role, choices, observe, texts_of
from srlclip.language.half_truths import HalfTruth
from srlclip.language.lexicon import Lexicon
from srlclip.situations import Caption
from srlclip.synsitu.labels import situation
from srlclip.synsitu.sample import sample_clip

#: (cosine of the short caption, of the right addition, of the wrong one) per row, and which measures it passes.
ROWS = {
    "manner": [((0.5, 0.6, 0.4), (1, 1, 1, 1)), ((0.5, 0.4, 0.3), (1, 1, 0, 0))],
    "patient": [((0.5, 0.7, 0.6), (1, 0, 1, 0)), ((0.5, 0.5, 0.5), (0, 0, 0, 0)), ((0.5, 0.4, 0.6), (0, 0, 0, 0))],
}


def halves() -> tuple[list[Asked], dict[str, np.ndarray], np.ndarray]:
    """Rows of two clips of two events; a text's vector has its cosine with the one event direction that there is."""
    asked, texts = [], {}
    for role, rows in ROWS.items():
        for number, (scores, _) in enumerate(rows):
            captions = [Caption(f"{role} {number} {what}") for what in ("short", "right", "wrong")]
            texts |= {c.text: np.array([s, 0.0]) for c, s in zip(captions, scores, strict=True)}
            asked.append(Asked(number % 2, 1, HalfTruth("key", role, "a", "b", *captions)))
    return asked, texts, np.array([[[0.0, 1.0], [1.0, 0.0]]] * 2)


def test_the_four_rates_by_hand_and_ties_lose():
    asked, texts, events = halves()
    measured = observe(events, asked, texts)
    assert list(measured) == list(MEASURES)
    for at, measure in enumerate(MEASURES):
        for role, rows in ROWS.items():
            assert measured[measure][role].values.tolist() == [bool(passed[at]) for _, passed in rows], (measure, role)
        assert len(measured[measure][ALL].values) == 5
    assert measured["both"]["patient"].clip.tolist() == [0, 1, 0]
    assert list(measured["both"]) == [ALL, "patient", "manner"]  # the most frequent role first


def test_the_event_that_is_asked_about_is_the_one_that_is_scored():
    asked, texts, events = halves()
    blank = observe(events[:, ::-1], asked, texts)  # the other event is orthogonal to every text
    assert not any(row.values.any() for rows in blank.values() for row in rows.values())


def test_the_text_only_control_reads_both_additions():
    asked, _, _ = halves()
    pairs = choices(asked)
    assert [(p.true, p.false, p.clip) for p in pairs["manner"]] == [
        ("manner 0 right", "manner 0 wrong", 0),
        ("manner 1 right", "manner 1 wrong", 1),
    ]
    assert len(pairs[ALL]) == 5


def test_questions_depend_on_seed_and_clip_alone():
    clips = [situation(sample_clip("test", i)) for i in range(4)]
    lexicon = Lexicon.from_situations(clips)
    whole = ask(clips, lexicon, 1)
    alone = ask(clips[2:3], lexicon, 1)
    assert [a.half for a in whole if a.clip == 2] == [a.half for a in alone]
    assert [a.half for a in ask(clips, lexicon, 2)] != [a.half for a in whole]
    assert set(by_role(whole)) >= {ALL, "agent", "scene of the event"}
    assert texts_of(alone) == sorted({c.text for a in alone for c in (a.half.short, a.half.right, a.half.wrong)})


@pytest.mark.parametrize("right", (0.9, 0.1))
def test_a_model_that_knows_every_role_is_always_right_and_its_opposite_never(right):
    asked, texts, events = halves()
    for each in asked:
        texts |= {each.half.right.text: np.array([right, 0.0]), each.half.wrong.text: np.array([1 - right, 0.0])}
    rates = {m: rows[ALL].values.mean() for m, rows in observe(events, asked, texts).items()}
    assert set(rates.values()) == {1.0 if right > 0.5 else 0.0}
