"""Dataclasses from a stranger's JSON: equal when written by us, refused with the place of the mistake when not."""

import json
from dataclasses import dataclass

import pytest

from srlclip.app.session.plain_json import build, parse, plain


@dataclass(frozen=True)
class Inner:
    name: str
    pairs: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Outer:
    count: int
    share: float
    fine: bool
    inner: Inner | None
    many: tuple[Inner, ...] = ()
    note: str | None = None


GOOD = Outer(3, 0.5, True, Inner("a", (("x", 1.0),)), (Inner("b"), Inner("c")), None)


def test_written_values_are_read_back_equal():
    assert build(Outer, json.loads(json.dumps(plain(GOOD)))) == GOOD


def test_fields_with_a_default_may_be_missing_and_whole_numbers_are_numbers():
    assert build(Outer, {"count": 1, "share": 2, "fine": False, "inner": None}) == Outer(1, 2.0, False, None)


@pytest.mark.parametrize("change, words", [
    ({"count": 1.5}, "count must be a whole number, got 1.5"), ({"count": True}, "count must be a whole number"),
    ({"fine": 1}, "fine must be true or false"), ({"share": "1"}, "share must be a number"),
    ({"share": 1e16}, "beyond"), ({"count": 10**400}, "beyond"), ({"inner": 3}, "inner must be an object, got 3"),
    ({"many": {}}, "many must be a list"), ({"many": [{"name": 3}]}, r"many\[0\].name must be text"),
    ({"inner": {"name": "a", "pairs": [["x"]]}}, r"inner.pairs\[0\] must be a list of 2"), ({"more": 1}, "unknown field"),
    ({"note": "x" * 4001}, "4,001 characters"), ({"many": [{"name": "a"}] * 2001}, "at most 2000"),
])  # fmt: skip
def test_a_wrong_value_is_refused_with_its_place(change, words):
    with pytest.raises(ValueError, match=words) as caught:
        build(Outer, {**json.loads(json.dumps(plain(GOOD))), **change})
    assert len(str(caught.value)) < 200


def test_a_missing_field_is_named():
    with pytest.raises(ValueError, match="share is missing"):
        build(Outer, {"count": 1})


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "NaN", "[Infinity]", "x" * 101, "9" * 5000])
def test_text_that_is_no_plain_json_gives_one_sentence(text):
    with pytest.raises(ValueError) as caught:
        parse(text, 100 if text.startswith("x") else 10**6)
    assert len(str(caught.value)) < 120 and "sys." not in str(caught.value)


def test_half_a_character_which_no_page_could_show_is_refused_and_whole_ones_are_not():
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        parse(r'{"a": ["\ud83c"]}', 100)
    assert parse(r'["\ud83c\udfac", "\\ud83c"]', 100) == ["🎬", r"\ud83c"]
