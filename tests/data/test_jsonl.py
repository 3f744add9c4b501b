"""JSON Lines: both forms of roles, round trips, and lines that no clip can be, by line and id."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from srlclip.data.jsonl import read_jsonl, write_jsonl
from srlclip.data.vidsitu import read_vidsitu
from srlclip.situations import DataError, Event

MINI = Path(__file__).parents[1] / "fixtures" / "vidsitu_mini"


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


def test_jsonl_allows_a_byte_order_mark_and_windows_line_ends(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"id": "a", "events": [{"verb": "go"}]}\r\n\r\n{"id": "b", "events": [{"verb": "go"}]}\r\n'
    )
    assert [c.clip_id for c in read_jsonl(path)] == ["a", "b"]
    path.write_bytes(b"")
    assert read_jsonl(path) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"id": "\xff"}', "not UTF-8 (invalid start byte, byte 9 of the line)"),
        (b'{"id": "b", "events": [{"verb": "go", "roles": {"x": "man", "x": "dog"}}]}', "field 'x' stands twice"),
        (b'{"id": "b", "events": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"id": "b", "start": ' + b"9" * 400 + b', "events": [{"verb": "go"}]}', "start must be seconds"),
        (b'{"id": "b", "events": "' + b"x" * 3_000_000 + b'"}', "events must be a list"),
        (
            b'{"id": "b", "events": [{"verb": "go", "roles": [{"key": ["A"], "name": "n", "text": ""}]}]}',
            "allowed: Arg0",
        ),
    ],
)
def test_lines_that_no_clip_can_be_are_refused_in_few_words(tmp_path, line, words):
    path = tmp_path / "a.jsonl"
    path.write_bytes(line + b'\n{"id": "ok", "events": [{"verb": "go"}]}')
    with pytest.raises(DataError, match="line 1") as info:
        read_jsonl(path)
    assert words in str(info.value) and len(str(info.value)) < 400
    problems = []
    assert [c.clip_id for c in read_jsonl(path, problems=problems)] == ["ok"]
    assert [p.line for p in problems] == [1]
