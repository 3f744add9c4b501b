"""Where labels come from is kept, written, read back and shown: a model's words never pass as the truth in silence."""

import json
from dataclasses import replace

import pytest
from fake_comparison import FakeComparison

from srlclip.app.origins import caption_warning, in_words, reference_warning
from srlclip.app.session.labels import as_line, from_captions, from_file, made_event, read_pasted
from srlclip.data.jsonl import read_jsonl, write_jsonl
from srlclip.language.prompts import recognised
from srlclip.results import Both, ScoredCaption, ScoreResult
from srlclip.situations import DataError, Event, Role, Situation

PUSH = Event("push", "push.01", (Role("Arg0", "pusher", "man"),))
COPIED = replace(PUSH, origin="model: SRL-CLIP, mini-srlclip")


def test_labels_taken_from_a_model_stay_marked_as_its_own_however_much_is_edited():
    comparison = FakeComparison(None, 2)
    events = from_captions(
        comparison.caption("clip_01"), "adapted", comparison.roles_of, comparison.verbs(), "SRL-CLIP, x"
    )
    assert {event.origin for event in events} == {"model: SRL-CLIP, x"} and all(event.from_model for event in events)
    roles = (("Arg0", "pusher"),)
    assert made_event("push.01", "push", roles, {"Arg0": "man"}, COPIED).origin == COPIED.origin
    edited = made_event("push.01", "push", roles, {"Arg0": "woman"}, COPIED)
    again = made_event("push.01", "push", roles, {"Arg0": "girl"}, edited)
    assert edited.origin == again.origin == f"{COPIED.origin}, edited" and again.from_model


def test_typed_and_pasted_labels_say_so():
    assert made_event("push.01", "push", (), {}).origin == "typed"
    assert (
        made_event("push.01", "push", (("Arg0", "x"),), {"Arg0": "y"}, replace(PUSH, origin="file")).origin == "typed"
    )
    assert read_pasted(as_line("a", 4.0, (PUSH,)), "a")[0].origin == "file"
    assert from_file((COPIED, PUSH))[0].origin == COPIED.origin


def test_the_origin_is_written_to_the_labels_file_and_read_back(tmp_path):
    events = (COPIED, replace(PUSH, origin="typed"), PUSH)
    write_jsonl(tmp_path / "labels.jsonl", [Situation("a", None, events)])
    (again,) = read_jsonl(tmp_path / "labels.jsonl")
    assert [event.origin for event in again.events] == [COPIED.origin, "typed", ""] and again.events == events
    assert read_pasted(as_line("a", 6.0, events), "a")[0].origin == COPIED.origin
    line = json.loads((tmp_path / "labels.jsonl").read_text())
    line["events"][0]["origin"] = "somewhere"
    (tmp_path / "labels.jsonl").write_text(json.dumps(line))
    with pytest.raises(DataError, match="origin is 'somewhere'; allowed: typed, file, or model: NAME"):
        read_jsonl(tmp_path / "labels.jsonl")


def test_a_true_caption_that_a_model_wrote_is_called_no_reference():
    for label, warned in ((COPIED, True), (replace(PUSH, origin="typed"), False), (None, False)):
        for text in ("a man pushes", "typed over"):
            caption = recognised(text, label)
            result = ScoreResult("a", 0, ScoredCaption(caption, Both(0.1, 0.2)), ())
            assert ("not a reference" in caption_warning(result)) is warned, (label, text)


def test_captions_judged_by_a_models_own_words_say_so():
    result = FakeComparison(None, 1).caption("clip_00")
    assert reference_warning(result) == ""
    copied = replace(result.events[0], reference_origin=COPIED.origin)
    assert "1 of 5 events is a model's own" in reference_warning(replace(result, events=(copied, *result.events[1:])))


def test_origins_are_shown_as_text():
    assert "<b>" not in in_words("model: <b>x</b>") and in_words("typed") == "typed by hand" and in_words("") == ""
