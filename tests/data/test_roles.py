"""Role keys and the names they give in prompts: one cleaning rule, one golden file."""

import json
import re
from pathlib import Path

import pytest

from srlclip.data.roles import parse_role_key, raw_role_key, short_name

#: Descriptions as in VidSitu's and PropBank's files -> the name in prompts.
GOLDEN_NAMES = json.loads((Path(__file__).parents[1] / "fixtures" / "role_names_golden.json").read_text("utf-8"))


@pytest.mark.parametrize(("description", "name"), GOLDEN_NAMES.items())
def test_short_role_names(description, name):
    assert short_name(description) == name
    assert short_name(name) == name  # cleaning twice changes nothing
    assert not re.search(r"^(the|an?) |[,;:()/\"]|  | (of|in|the|a|and|or)$", name)


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
