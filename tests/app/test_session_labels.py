"""Labels that people write: verbs as typed, pasted JSON of both formats, captions to start from."""

import json

import pytest
from fake_comparison import FakeComparison

from srlclip.app.session.labels import (
    MAX_EVENTS,
    as_line,
    checked,
    from_captions,
    known_verb,
    made_event,
    read_pasted,
)
from srlclip.data.jsonl import read_text
from srlclip.situations import DataError, Event, Role

VERBS = ("push.01", "pull.01", "push.02", "look_up.01", "Talk.01")


@pytest.mark.parametrize("typed, meant", [
    ("push.02", "push.02"), ("push", "push.01"), (" Push ", "push.01"), ("look up", "look_up.01"), ("talk", "Talk.01"),
    ("PULL.01", "pull.01"),
])  # fmt: skip
def test_a_typed_verb_is_a_verb_id_or_its_most_frequent_sense(typed, meant):
    assert known_verb(typed, VERBS) == meant


def test_an_unknown_verb_tells_the_nearest_known_ones():
    with pytest.raises(ValueError, match=r"'pusch' is not known. Nearest known: push.01"):
        known_verb("pusch", VERBS)
    with pytest.raises(ValueError, match="Choose one of the list"):
        known_verb("😀" * 100, VERBS)
    with pytest.raises(ValueError, match="No verb"):
        known_verb("  ", VERBS)


def line(clip="kitchen", verb="open", **more):
    return json.dumps(
        {"id": clip, "events": [{"verb": verb, "roles": {"opener": "woman", "direction": "left"}}], **more}
    )


def test_one_pasted_line_is_taken_whatever_its_id():
    (event,) = read_pasted(line(), "my clip.mp4")
    assert event.verb_id == "open.01" and [r.key for r in event.roles] == ["Arg0", "ADir"]


def test_of_several_lines_the_clips_own_is_taken():
    text = "\n".join([line("a"), "", line("b", "close")])
    assert read_pasted(text, "b.mp4")[0].verb == "close"
    with pytest.raises(DataError, match="holds 2 clips .a, b.; none is called 'c'"):
        read_pasted(text, "c.mp4")


def test_a_clip_over_several_lines_and_a_list_of_clips_are_read():
    pretty = json.dumps(json.loads(line()), indent=2)
    assert read_pasted(pretty, "x") == read_pasted(line(), "x")
    assert read_pasted(f"[{line('a')}, {line('b', 'close')}]", "b")[0].verb == "close"


def test_vidsitu_elements_are_read_and_of_several_annotators_the_first():
    def element(verb):
        one = {"vid_seg_int": "v_x_seg_0_10", "VerbID": verb, "Verb": "talk (speak)", "Args": {"Arg0 (talker)": "man"}}
        return {f"Ev{k}": one for k in range(1, 6)}

    events = read_pasted(json.dumps([element("talk.01"), element("walk.01")]), "clip.mp4")
    assert len(events) == 5 and events[0].verb_id == "talk.01" and events[0].roles[0].name == "talker"
    assert read_pasted(json.dumps(element("talk.01")), "clip") == events
    broken = element("talk.01")
    broken["Ev2"] = {**broken["Ev2"], "Args": {"Nonsense": "x"}}
    with pytest.raises(DataError, match="pasted text, entry 'v_x_seg_0_10': Ev2: role key 'Nonsense'"):
        read_pasted(json.dumps(broken), "clip")


@pytest.mark.parametrize("text, words", [
    ("", "no text"), ("hello", "line 1: not JSON"), (f"{line()}\n{{", "line 2: not JSON"),
    (line(verb=""), "line 1, entry 'kitchen': event 1: verb must be text"),
    ('{"id": "a"}', "line 1, entry 'a': events must be a list"), ("[" * 100_000, "nested too deeply|not JSON"),
    ("x" * 600_000, "at most 500,000"), ("[1, 2]", "line 1"), ('{"Ev1": 3}', "no Ev1"), ("null", "an object"),
    (json.dumps({"id": "a", "events": [{"verb": "x"}] * 61}), f"1 to {MAX_EVENTS}"),
    (line(verb="v" * 301), "more than 300"),
])  # fmt: skip
def test_bad_text_is_refused_with_line_and_entry(text, words):
    with pytest.raises((DataError, ValueError), match=words):
        read_pasted(text, "clip.mp4")


def test_pasted_text_never_touches_the_servers_files(tmp_path):
    there = tmp_path / "secret.mp4"
    there.write_bytes(b"x")
    (situation,) = read_text(line(video=str(there)))
    assert situation.path is None


def test_written_lines_are_read_back():
    events = (Event("push", "push.01", (Role("Arg0", "pusher", "<b>${x}</b> 😀 שלום"),)), Event("go", "go.01"))
    assert read_pasted(as_line("a.mp4", 4.0, events), "a.mp4") == events
    assert as_line("a.mp4", 4.0, (None, *events)) == ""


def test_captions_become_labels_with_the_verbs_roles():
    comparison = FakeComparison(None, 2)
    result = comparison.caption("clip_01")
    for model in ("base", "adapted"):
        events = from_captions(result, model, comparison.roles_of, comparison.verbs())
        assert len(events) == 5
        for event, caption in zip(events, result.events, strict=True):
            assert event.verb_id == caption.verb_ids[model][0] and event.lemma == caption.slots[0].filler[model]
            assert [(r.key, r.name) for r in event.roles] == list(comparison.roles_of(event.verb_id))


def test_an_edited_event_keeps_its_roles_in_order_and_blanks_out_the_rest():
    event = made_event("push.01", "push", (("Arg0", "pusher"), ("Arg1", "thing")), {"Arg1": "  a   box ", "Arg9": "x"})
    assert [r.filler for r in event.roles] == ["", "a box"]
    with pytest.raises(ValueError, match="more than 300"):
        checked((Event("push", "push.01", (Role("Arg0", "pusher", "x" * 10_000),)),))
