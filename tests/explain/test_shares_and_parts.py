"""Frame shares add up to the score; captions are cut into roles where labels made them, else into phrases by rule."""

import numpy as np
import pytest

from srlclip.explain.parts import chosen_part, phrase_parts, role_parts, verb_forms, word_parts
from srlclip.explain.shares import frame_shares
from srlclip.language import prompts
from srlclip.pooling import event_vectors, unit
from srlclip.situations import Caption, Event, Role

VERBS = verb_forms(["push", "run", "give", "look at"])
EVENT = Event("push (shove)", "push.01", (Role("Arg0", "pusher", "man in red"), Role("Arg1", "thing pushed", "woman"),
              Role("ADir", "direction", "left"), Role("AMnr", "manner", "-")))  # fmt: skip


def caption_of(event: Event) -> Caption:
    return prompts.fit(event, "natural", lambda text: len(text.split()), 77)


def test_shares_of_frames_add_up_to_the_cosine_with_their_normalised_mean():
    rng = np.random.default_rng(0)
    frames, text = unit(rng.normal(size=(3, 4, 16)).astype(np.float32)), unit(rng.normal(size=16).astype(np.float32))
    shares = frame_shares(frames, text)
    assert shares.shape == (3, 4)
    np.testing.assert_allclose(shares.sum(-1), event_vectors(frames) @ text, atol=1e-6)
    same = frame_shares(np.tile(frames[:1, :1], (1, 4, 1)), text)  # equal frames have equal shares
    np.testing.assert_allclose(same, np.full((1, 4), float(frames[0, 0] @ text) / 4), atol=1e-6)
    assert frame_shares(np.stack([text, -text * 0.5, text]), text)[1] < 0
    assert np.isfinite(frame_shares(np.stack([text, -text]), text)).all()  # frames that cancel out give no score


@pytest.mark.parametrize(("text", "phrases"), [
    ("a man in red pushes a woman to the left, quickly", ["a man", "in red", "pushes", "a woman", "to the left,", "quickly"]),
    ("running", ["running"]),
    ("The run is over", ["The run is", "over"]),
    ("", []),
])  # fmt: skip
def test_phrases_are_cut_by_rule(text, phrases):
    parts = phrase_parts(text, VERBS)
    assert [part.words for part in parts] == phrases
    assert " ".join(part.words for part in parts) == text
    assert all(part.key == "" and part.name == "phrase" for part in parts)


def test_a_role_is_left_out_of_the_caption_that_labels_made():
    parts = {part.key: part for part in role_parts(EVENT, caption_of(EVENT), caption_of)}
    assert set(parts) == {"Arg0", "Arg1", "ADir"}  # a filler that is not visible is no part
    assert parts["ADir"].words == "to the left" and parts["ADir"].without == "A man in red pushes a woman."
    assert parts["Arg1"].without == "A man in red pushes to the left."


def test_without_its_subject_a_caption_is_of_someone_and_not_of_its_object():
    parts = role_parts(EVENT, caption_of(EVENT), caption_of)
    assert (parts[0].words, parts[0].without) == ("A man in red", "Someone pushes a woman to the left.")
    thing = Event("roll", "roll.01", (Role("Arg1", "thing rolling", "ball"), Role("ADir", "direction", "left")))
    assert role_parts(thing, caption_of(thing), caption_of)[0].without == "Something rolls to the left."


def test_a_role_that_did_not_fit_does_not_come_back_when_another_leaves():
    def short(event: Event) -> Caption:
        return prompts.fit(event, "natural", lambda text: len(text.split()), 8)

    caption = short(EVENT)
    assert caption.dropped_roles == 1 and "left" not in caption.text
    parts = role_parts(EVENT, caption, short)
    assert {part.key for part in parts} == {"Arg0", "Arg1"} and not any("left" in part.without for part in parts)


def test_words_are_left_out_one_at_a_time():
    assert [part.without for part in word_parts("a man runs")] == ["man runs", "a runs", "a man"]
    assert word_parts("runs")[0].without == ""


def test_a_part_is_chosen_by_key_name_or_words():
    caption = caption_of(EVENT)
    parts = role_parts(EVENT, caption, caption_of)
    for wanted in ("Arg0", "arg0", "pusher", "A man in red"):
        assert chosen_part(parts, caption.text, wanted).key == "Arg0"
    assert chosen_part(parts, caption.text, "left").without == "A man in red pushes a woman to the"
    with pytest.raises(ValueError, match=r"no role 'Arg4' in the caption; allowed: Arg0 \(pusher\), Arg1"):
        chosen_part(parts, caption.text, "Arg4")
    with pytest.raises(ValueError, match="allowed: 'a man', 'in red'"):
        chosen_part(phrase_parts("a man in red", VERBS), "a man in red", "phrase")


def test_verbs_are_known_in_the_forms_that_captions_have():
    assert {"push", "pushes", "pushing", "gives", "giving", "running", "looks"} <= VERBS
