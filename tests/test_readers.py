"""Readers and writers of annotations: role keys, VidSitu's files, JSON Lines."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from srlclip.data.jsonl import read_jsonl, write_jsonl
from srlclip.data.roles import parse_role_key, raw_role_key, short_name
from srlclip.data.vidsitu import parse_segment_id, read_vidsitu, write_vidsitu
from srlclip.situations import DataError, Event, Role, Situation

MINI = Path(__file__).parent / "data" / "vidsitu_mini"
TRAIN_1 = "v_aB-_seg_9x_seg_0_10"

GOLDEN_NAMES = {
    "lifter, raiser": "lifter",
    "agent, smasher": "smasher",
    "thing looked at or for or on": "thing looked at",
    "place or thing entered": "thing entered",
    "the turner": "turner",
    "the thing opening": "thing opening",
    "talker": "talker",
    "bowed to": "bowed to",
    "entity entering": "entity entering",
    "Theme (action or object being stopped)": "theme",
    "Agent": "agent",
    "Logical subject, patient, thing falling": "thing falling",
    "agent, hitter - animate only!": "hitter",
    "person or thing bowed to": "thing bowed to",
    "entity in motion / 'comer'": "entity in motion",
    "instrument, if separate from arg0": "instrument",
    "person/thing hit": "thing hit",
    '"jumper", agent': "jumper",
    "(the) thing": "thing",
    "(only this)": "only this",
    "thing (broken": "thing",
    "a": "a",
}


@pytest.mark.parametrize(("description", "name"), GOLDEN_NAMES.items())
def test_short_role_names(description, name):
    assert short_name(description) == name


@pytest.mark.parametrize(
    ("raw", "style", "expected"),
    [
        ("Arg0 (talker)", "short", ("Arg0", "talker")),
        ("Arg1 (Theme (action or object being stopped))", "raw", ("Arg1", "Theme (action or object being stopped)")),
        ("Arg1 (Theme (action or object being stopped))", "short", ("Arg1", "theme")),
        ("Arg0 (lifter, raiser)", "raw", ("Arg0", "lifter, raiser")),
        ("ArgM (direction)", "short", ("ADir", "direction")),
        ("ArgM (manner)", "short", ("AMnr", "manner")),
        ("ArgM (location)", "short", ("ALoc", "location")),
        ("ArgM (goal)", "short", ("AGol", "goal")),
        ("ArgM (purpose)", "short", ("APrp", "purpose")),
        ("Scene of the Event", "short", ("AScn", "scene of the event")),
        (" Arg5 ( end  point ) ", "short", ("Arg5", "end point")),
        ("Arg0 ()", "short", ("Arg0", "agent")),
    ],
)
def test_role_keys(raw, style, expected):
    assert parse_role_key(raw, style) == expected


@pytest.mark.parametrize("raw", ["Arg6 (x)", "ArgM (tempo)", "scene", "", "Arg0talker"])
def test_unknown_role_key_is_refused_with_what_is_allowed(raw):
    with pytest.raises(ValueError, match="allowed: Arg0"):
        parse_role_key(raw)


def test_raw_role_key_is_the_inverse():
    for raw in ("Arg1 (Theme (action or object being stopped))", "ArgM (goal)", "Scene of the Event"):
        assert raw_role_key(*parse_role_key(raw, "raw")) == raw
    with pytest.raises(ValueError, match="AMod"):
        raw_role_key("AMod", "x")


def test_segment_ids():
    assert parse_segment_id(TRAIN_1) == ("aB-_seg_9x", 0.0, 10.0)
    assert parse_segment_id("v__-Zq3_k1w4_seg_110_120") == ("_-Zq3_k1w4", 110.0, 120.0)
    for bad in ("aB_seg_0_10", "v_ab_0_10", "v_ab_seg_0", "v__seg_0_10"):
        with pytest.raises(ValueError, match="segment id"):
            parse_segment_id(bad)


def test_vidsitu_train(tmp_path):
    (tmp_path / f"{TRAIN_1}.mp4").touch()
    first, second = read_vidsitu(MINI, "train", videos=tmp_path)
    assert first.clip_id == TRAIN_1 and first.path == tmp_path / f"{TRAIN_1}.mp4"
    assert second.path is None and len(second.annotations) == 1
    # two annotators, grouped across the flat file, in its order; the first one's events are the clip's
    assert len(first.annotations) == 2 and first.annotations[0] == first.events
    assert first.annotations[1][0].role("Arg0").filler == "guy in yellow"
    # Arg_List orders the roles although Args lists the scene first
    assert [r.key for r in first.events[0].roles] == ["Arg0", "Arg2", "AMnr", "AScn"]
    assert [e.relation for e in first.events] == ["Causes", "NoRel", None, "Enables", "Reaction To"]
    assert [e.lemma for e in first.events] == ["speak", "turn", "dive", "stop", "reach"]
    # verbatim, trailing space included
    assert first.events[2].role("Arg0").filler == 'Zoë, the "brave" one '
    assert [r.key for r in first.events[2].visible_roles] == ["Arg0"]
    # without Arg_List the order is that of Args
    assert [r.name for r in first.events[3].roles] == ["agent", "theme", "manner", "scene of the event"]
    assert first.verb_votes == ()


def test_vidsitu_valid_has_three_annotators_votes_and_frames(tmp_path):
    (tmp_path / "v_Qw-8_e_seg_20_30").mkdir()
    (clip,) = read_vidsitu(MINI, "valid", videos=tmp_path, role_names="raw")
    assert clip.path == tmp_path / "v_Qw-8_e_seg_20_30"
    assert len(clip.annotations) == 3
    assert clip.verb_votes[0] == ("walk.01",) * 7 + ("run.02",) * 2 + ("carry.01",)
    assert clip.events[2].roles[1].name == "the thing opening"
    assert (clip.start, clip.end) == (0.0, None)


def test_vidsitu_folder_above_works_too(tmp_path):
    shutil.copytree(MINI, tmp_path / "vidsitu_annotations")
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / f"{TRAIN_1}.mp4").touch()
    assert read_vidsitu(tmp_path, "train")[0].path is not None


@pytest.mark.parametrize("split", ["train", "valid"])
def test_vidsitu_written_and_read_back_is_the_same(tmp_path, split):
    clips = read_vidsitu(MINI, split, role_names="raw")
    write_vidsitu(tmp_path, split, clips)
    assert read_vidsitu(tmp_path, split, role_names="raw") == clips


def test_writer_keeps_positions_as_strings_and_writes_votes(tmp_path):
    write_vidsitu(tmp_path, "valid", read_vidsitu(MINI, "valid"), verbs={"run.02": "run (move fast)"})
    (info,) = json.loads((tmp_path / "vinfo_files" / "vinfo_valid_lb.json").read_text("utf-8"))
    assert info["vb_lst"]["Ev1"][7:] == ["run (move fast)"] * 2 + ["carry (bear)"]
    assert info["vid_uid"] == "Qw-8_e"
    element = json.loads((tmp_path / "vseg_ann_files" / "vsann_valid_lb.json").read_text("utf-8"))[0]
    assert element["Ev1"]["Arg_List"]["Scene of the Event"] == "3"
    assert "EvRel" not in element["Ev3"]


def test_writer_refuses_what_the_format_cannot_hold(tmp_path):
    event = Event("walk", "walk.01", (Role("Arg0", "x", "a"), Role("Arg0", "x", "b")))
    with pytest.raises(ValueError, match="same role twice"):
        write_vidsitu(tmp_path, "train", [Situation("v_a_seg_0_10", None, (event,))])
    with pytest.raises(ValueError, match="segment id"):
        write_vidsitu(tmp_path, "train", [Situation("clip 1", None, ())])


def _break(tmp_path, file, change):
    root = tmp_path / "mini"
    shutil.copytree(MINI, root)
    path = root / file
    values = json.loads(path.read_text("utf-8"))
    values = change(values) or values
    path.write_text(json.dumps(values), "utf-8")
    return root


VINFO = "vinfo_files/vinfo_valid_lb.json"
ANN = "vseg_ann_files/vsann_train_lb.json"


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        (ANN, lambda v: v[0].pop("Ev1") and None, ["vsann_train", "#0", "Ev1"]),
        (ANN, lambda v: v[0].pop("Ev3") and None, [TRAIN_1, "Ev3 of 4"]),
        (ANN, lambda v: v[0]["Ev2"].pop("VerbID") and None, [TRAIN_1, "Ev2", "VerbID"]),
        (ANN, lambda v: v[0]["Ev2"]["Args"].update({"Arg9 (x)": "y"}), [TRAIN_1, "Arg9 (x)", "allowed"]),
        (ANN, lambda v: v[0]["Ev2"]["Args"].update({"Arg0 (the turner)": None}), [TRAIN_1, "must be text"]),
        (ANN, lambda v: v[0]["Ev2"]["Arg_List"].update({"ArgM (direction)": "two"}), [TRAIN_1, "whole numbers"]),
        (ANN, lambda v: v[0]["Ev2"].update(Args=[]), [TRAIN_1, "Args must be an object"]),
        (ANN, lambda v: {"a": 1}, ["vsann_train", "list"]),
        (ANN, lambda v: [v[1]], [TRAIN_1, "without annotation"]),
        ("split_files/vseg_split_train_lb.json", lambda v: v + ["oops"], ["vseg_split_train", "oops"]),
        ("split_files/vseg_split_train_lb.json", lambda v: v + v[:1], [TRAIN_1, "twice"]),
        (VINFO, lambda v: v[0].update(vbid_lst={"Ev1": "walk.01"}), ["vinfo_valid", "v_Qw-8_e", "vbid_lst"]),
        (VINFO, lambda v: v[0].update(vbid_lst={"Ev1": ["a.01"]}), ["vinfo_valid", "v_Qw-8_e", "1 events"]),
        (VINFO, lambda v: [3], ["vinfo_valid", "#0", "vid_seg_int"]),
    ],
)
def test_malformed_annotations_name_file_and_entry(tmp_path, file, change, words):
    with pytest.raises(DataError) as info:
        read_vidsitu(_break(tmp_path, file, change), "valid" if file == VINFO else "train")
    for word in words:
        assert word in str(info.value)


def test_missing_files_and_bad_arguments(tmp_path):
    with pytest.raises(DataError, match="split_files"):
        read_vidsitu(tmp_path, "train")
    with pytest.raises(DataError, match="vseg_split_test_lb.json"):
        read_vidsitu(MINI, "test")
    with pytest.raises(DataError, match="vseg_split_dev_lb.json: no such split file; this folder has: train, valid"):
        read_vidsitu(MINI, "dev")
    with pytest.raises(ValueError, match="split is '../x'"):
        read_vidsitu(MINI, "../x")
    with pytest.raises(ValueError, match="role-name style"):
        read_vidsitu(MINI, "train", role_names="long")


def test_jsonl_reads_both_forms_of_roles(tmp_path):
    (tmp_path / "a.mp4").touch()
    lines = [
        {
            "id": "one",
            "video": "a.mp4",
            "start": 1,
            "end": 4.5,
            "events": [
                {"verb": "open (unclose)", "roles": [{"key": "Arg0", "name": "opener", "text": "wömän"}]},
                {"verb": "pick up", "roles": {"picker": "man", "direction": "up", "Scene": "farm", "thing": "-"}},
                {"verb": "rain"},
            ],
        },
        {"id": "two", "video": "gone.mp4", "events": [{"verb": "be", "verb_id": "be.03", "relation": "Causes"}]},
    ]
    path = tmp_path / "clips.jsonl"
    path.write_text("\n\n".join(json.dumps(line) for line in lines), "utf-8")
    one, two = read_jsonl(path)
    assert one.path == tmp_path / "a.mp4" and two.path is None
    assert (one.start, one.end, two.start, two.end) == (1.0, 4.5, 0.0, None)
    assert [e.verb_id for e in one.events] == ["open.01", "pick_up.01", "rain.01"]
    assert [(r.key, r.name) for r in one.events[1].roles] == [
        ("Arg0", "picker"),
        ("ADir", "direction"),
        ("AScn", "scene of the event"),
        ("Arg1", "thing"),
    ]
    assert two.events == (Event("be", "be.03", (), "Causes"),)


def test_jsonl_written_and_read_back_is_the_same(tmp_path):
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / "x.mp4").touch()
    clips = [replace(clip, annotations=(), verb_votes=()) for clip in read_vidsitu(MINI, "train")]
    clips[0] = replace(clips[0], path=tmp_path / "v" / "x.mp4", start=2.0, end=3.0)
    write_jsonl(tmp_path / "c.jsonl", clips)
    assert '"v/x.mp4"' in (tmp_path / "c.jsonl").read_text("utf-8")
    assert read_jsonl(tmp_path / "c.jsonl") == clips


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", ["line 2", "not JSON"]),
        ("[]", ["line 2", "object"]),
        ('{"events": []}', ["line 2", "id"]),
        ('{"id": "ok", "events": [{"verb": "go"}]}', ["line 2", "'ok'", "line 1"]),
        ('{"id": "b", "events": []}', ["'b'", "at least one event"]),
        ('{"id": "b", "events": [{"verb": ""}]}', ["event 1", "verb"]),
        ('{"id": "b", "events": [{"verb": "go", "role": {}}]}', ["unknown field 'role'", "roles"]),
        ('{"id": "b", "events": [{"verb": "go", "roles": {"x": 3}}]}', ["'x'", "must be text"]),
        ('{"id": "b", "events": [{"verb": "go", "roles": [{"key": "A", "name": "n", "text": ""}]}]}', ["'A'", "Arg0"]),
        ('{"id": "b", "start": 3, "end": 2, "events": [{"verb": "go"}]}', ["not after start"]),
        ('{"id": "b", "start": "x", "events": [{"verb": "go"}]}', ["seconds"]),
        ('{"id": "b", "start": NaN, "events": [{"verb": "go"}]}', ["seconds"]),
    ],
)
def test_malformed_lines_name_file_line_and_clip(tmp_path, line, words):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "ok", "events": [{"verb": "go"}]}\n' + line, "utf-8")
    with pytest.raises(DataError) as info:
        read_jsonl(path)
    for word in ["bad.jsonl", *words]:
        assert word in str(info.value)


def test_jsonl_missing_file(tmp_path):
    with pytest.raises(DataError, match="not found"):
        read_jsonl(tmp_path / "none.jsonl")
