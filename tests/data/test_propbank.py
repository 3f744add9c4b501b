"""PropBank frame files -> entries for verbs without annotations, and what negatives make of those."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from srlclip.data.propbank import read_propbank
from srlclip.language.lexicon import Lexicon, VerbEntry
from srlclip.language.negatives import verb_role, verb_role_events
from srlclip.situations import DataError, Event, Role, Situation

DATA = Path(__file__).parents[1] / "fixtures"
MINI = DATA / "propbank_mini"


def by_id(entries):
    return {entry.verb_id: entry for entry in entries}


def test_rolesets_of_every_predicate_with_their_core_roles_in_order():
    entries = read_propbank(MINI, classes=True)
    assert [e.verb_id for e in entries] == ["drizzle.01", "drizzle.02", "grip.01", "grip.02"]
    assert entries == read_propbank(MINI / "frames", classes=True) and all(e.count == 0 for e in entries)
    found = by_id(entries)
    # the modifier (m) and the causer (a) are no core roles; nested parentheses over a line break go
    assert found["grip.01"] == VerbEntry(
        "grip.01",
        "grip (hold tight)",
        (("Arg0", "one who grips"), ("Arg1", "thing gripped"), ("Arg2", "instrument")),
        0,
        frozenset({"15.1"}),
    )
    assert found["grip.02"].verb == "grip_up (grip up: lift by hand)"
    assert found["grip.02"].roles == (("Arg0", "lifter"), ("Arg1", "patient"), ("Arg4", "place"))
    assert Event(found["grip.02"].verb, "grip.02").lemma == "grip up"
    assert found["drizzle.01"] == VerbEntry("drizzle.01", "drizzle", (), 0)


def test_raw_role_names_are_the_files_words():
    raw = by_id(read_propbank(MINI, "raw"))
    assert raw["grip.01"].roles[1] == ("Arg1", "thing gripped (rope, rail (or its end))")
    assert raw["drizzle.02"].roles[0] == ("Arg0", 'pourer, "drizzler"')
    with pytest.raises(ValueError, match="role-name style"):
        read_propbank(MINI, "long")


@pytest.mark.parametrize(
    ("roleset", "role", "classes"),
    [
        ("51.3.2", "51.3.2", {"51.3.2"}),
        ("37.11  37.5", "lecture-37.11-1", {"37.11", "37.5"}),
        ("-", "", set()),
        ("", "force-59-1", {"59"}),
        ("10.5, 15.1-1", "-", {"10.5", "15.1"}),
        ("get", "13.5.1-1-2", {"13.5.1"}),
    ],
)
def test_classes_are_numbers_without_subclasses(tmp_path, roleset, role, classes):
    text = (
        f'<frameset><predicate lemma="act"><roleset id="act.01" vncls="{roleset}"><roles><role n="0" descr="actor">'
        f'<vnrole vncls="{role}" vntheta="agent"/></role></roles></roleset></predicate></frameset>'
    )
    (tmp_path / "act-v.xml").write_text(text, "utf-8")
    assert read_propbank(tmp_path, classes=True)[0].classes == classes
    assert read_propbank(tmp_path)[0].classes == set()


def test_a_malformed_file_is_named_or_collected():
    with pytest.raises(DataError, match="slip-v.xml.*not a PropBank frame file"):
        read_propbank(DATA / "propbank_broken")
    problems = []
    entries = read_propbank(DATA / "propbank_broken", problems=problems)
    assert [e.verb_id for e in entries] == ["drizzle.01", "drizzle.02"]
    (problem,) = problems
    assert problem.file.endswith("slip-v.xml") and problem.level == "error"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE frameset [<!ENTITY a "b">]><frameset/>', "declares the entity 'a'"),
        ('<!DOCTYPE frameset [<!ENTITY a SYSTEM "file:///etc/passwd">]><frameset/>', "declares the entity 'a'"),
        ('<!DOCTYPE frameset [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd">%a;]><frameset/>', "declares the entity"),
        ("<lexicon/>", "root is <lexicon>"),
        ("<frameset><predicate><roleset id='a.01'/></predicate></frameset>", "no lemma"),
        ("<frameset><predicate lemma='a'><roleset/></predicate></frameset>", "no id"),
        ("", "not a PropBank frame file"),
        ("frames", "not a PropBank frame file"),
    ],
)
def test_files_that_are_no_frame_files_are_refused(tmp_path, text, words):
    for encoding in ("utf-8", "utf-16"):  # the guard reads what the parser reads, whatever the encoding
        (tmp_path / "a-v.xml").write_text(text, encoding)
        with pytest.raises(DataError, match="a-v.xml") as info:
            read_propbank(tmp_path)
        assert words in str(info.value)


def test_a_folder_without_frame_files_is_refused(tmp_path):
    with pytest.raises(DataError, match="v2.1.5"):
        read_propbank(tmp_path)
    with pytest.raises(DataError, match="nowhere"):
        read_propbank(tmp_path / "nowhere")


def clip(k, verb, *roles):
    return Situation(f"v_{k}_seg_0_10", None, (Event(verb, f"{verb}.01", tuple(Role(*role) for role in roles)),))


WALK = clip(
    0, "walk", ("Arg0", "walker", "woman"), ("ADir", "direction", "left"), ("AScn", "scene of the event", "park")
)
GRIP = clip(1, "grip", ("Arg0", "holder", "man"), ("AScn", "scene of the event", "farm"))
OWN = Lexicon.from_situations([WALK, GRIP, clip(2, "run"), clip(3, "sit")])


def test_annotated_entries_win_and_fillers_stay():
    entries = read_propbank(MINI, classes=True)
    more = OWN.with_verbs([*entries, VerbEntry("drizzle.02", "other", (), 0)])
    # but for the classes, which annotations do not name
    assert more.entry("grip.01") == replace(OWN.entry("grip.01"), classes=frozenset({"15.1"}))
    assert more.verb("drizzle.02") == "drizzle (pour in drops)"
    assert more.verbs[:4] == OWN.verbs and set(more.verbs[4:]) == {"drizzle.01", "drizzle.02", "grip.02"}
    assert more.annotated == OWN.verbs and len(OWN) == 4
    assert more.fillers("AScn") == OWN.fillers("AScn") and more.words == OWN.words
    assert more.fillers("Arg0", "drizzle.02") == ()


def test_a_lexicon_with_propbank_verbs_survives_its_file(tmp_path):
    more = OWN.with_verbs(read_propbank(MINI))
    more.to_json(tmp_path / "lexicon.json")
    again = Lexicon.from_json(tmp_path / "lexicon.json")
    assert again.entries == more.entries and again.fillers("Arg0", "walk.01") == ("woman",)


def test_verbs_without_annotation_are_negatives_only_when_the_others_are_used_up():
    many = OWN.with_verbs(VerbEntry(f"act{i}.01", f"act{i}", (("Arg0", "actor"),), 0) for i in range(7000))
    event = WALK.events[0]
    for seed in range(20):
        drawn = [e.verb_id for e in verb_role_events(event, many, np.random.default_rng(seed))][:5]
        alone = [e.verb_id for e in verb_role_events(event, OWN, np.random.default_rng(seed))]
        assert drawn[:3] == alone and all(v.startswith("act") for v in drawn[3:])
    # among themselves they come in random order, and a lexicon of them alone is drawn from evenly
    unseen = Lexicon(read_propbank(MINI))
    firsts = {next(verb_role_events(event, unseen, np.random.default_rng(s))).verb_id for s in range(40)}
    assert firsts == {"drizzle.01", "drizzle.02", "grip.01", "grip.02"}


def test_an_entry_without_modifiers_keeps_those_of_the_event():
    lexicon = Lexicon(read_propbank(MINI))
    made = [c.text for c in verb_role(WALK.events[0], lexicon, 4, np.random.default_rng(0))]
    ends = "the direction is left, the scene of the event is park."
    assert sorted(text.removeprefix("In this photo, the action is ") for text in made) == [
        f"drizzle where, {ends}",
        f"drizzle where, the pourer is woman, {ends}",
        f"grip up where, the lifter is woman, {ends}",
        f"grip where, the one who grips is woman, {ends}",
    ]
