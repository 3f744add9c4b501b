"""The lexicon learnt from annotations: roles, frequencies, fillers, files, and errors that help."""

from pathlib import Path

import pytest

from srlclip.data.vidsitu import read_vidsitu
from srlclip.language.lexicon import Lexicon, VerbEntry
from srlclip.situations import DataError, Event, Role, Situation

MINI = Path(__file__).parents[1] / "fixtures" / "vidsitu_mini"


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon.from_situations(read_vidsitu(MINI, "train") + read_vidsitu(MINI, "valid"))


def test_roles_in_the_annotations_order(lexicon):
    assert lexicon.roles("speak.01") == (
        ("Arg0", "talker"), ("Arg2", "hearer"), ("AMnr", "manner"), ("AScn", "scene of the event"),
    )  # fmt: skip
    assert lexicon.verb("dive.02") == "dive (to drop (fast))"
    assert len(lexicon) == 15 and "speak.01" in lexicon and "fly.01" not in lexicon


def test_verbs_and_roles_go_by_frequency():
    def clip(k, verb, roles):
        return Situation(f"v_{k}_seg_0_10", None, (Event(verb, f"{verb}.01", tuple(Role(*r, "x") for r in roles)),))

    a, b = (("Arg0", "doer"),), (("Arg0", "doer"), ("Arg1", "done"))
    lex = Lexicon.from_situations([clip(0, "run", a), clip(1, "go", a), clip(2, "go", b), clip(3, "go", b)])
    assert lex.verbs == ("go.01", "run.01")
    assert lex.roles("go.01") == b and list(lex.counts) == [3.0, 1.0]


def test_fillers_by_count_without_invisible_ones(lexicon):
    scenes = lexicon.fillers("AScn")
    assert scenes[:2] == ("an airplane", "at the beach") and "-" not in scenes and "" not in scenes
    assert lexicon.fillers("AScn", limit=2) == scenes[:2]
    assert lexicon.fillers("AMnr", verb_id="smash.01") == ("angrily",)
    assert lexicon.fillers("Arg5") == () and lexicon.fillers("Arg5", verb_id="smash.01") == ()
    # cleaned as prompts use them
    assert 'Zoë, the "brave" one' in lexicon.fillers("Arg0")
    assert {"woman", "man", "dog"} <= set(lexicon.heads("Arg0"))


def test_unknown_verb_names_near_ones(lexicon):
    with pytest.raises(DataError, match=r"'lok.01' is not in the lexicon of 15 verbs; near: look.01"):
        lexicon.roles("lok.01")
    with pytest.raises(DataError, match="speek.01"):
        lexicon.fillers("Arg0", verb_id="speek.01")


def test_saved_and_loaded_is_the_same(lexicon, tmp_path):
    lexicon.to_json(tmp_path / "lexicon.json")
    again = Lexicon.from_json(tmp_path / "lexicon.json")
    assert again.entries == lexicon.entries and again.verbs == lexicon.verbs
    for key in ("Arg0", "AMnr", "AScn"):
        assert again.fillers(key) == lexicon.fillers(key)
    assert again.fillers("Arg0", "give.01") == lexicon.fillers("Arg0", "give.01")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"format": 2}', '{"format": 1, "verbs": [["a"]]}'])
def test_files_that_are_no_lexicon_are_refused(tmp_path, text):
    (tmp_path / "bad.json").write_text(text, "utf-8")
    with pytest.raises(DataError, match="bad.json"):
        Lexicon.from_json(tmp_path / "bad.json")
    with pytest.raises(DataError, match="none.json"):
        Lexicon.from_json(tmp_path / "none.json")


def test_lists_are_capped_and_empty_lexicons_work():
    clips = [
        Situation(f"v_{k}_seg_0_10", None, (Event("go", "go.01", (Role("Arg0", "goer", f"man {k}"),)),))
        for k in range(9)
    ]
    lex = Lexicon.from_situations(clips, max_fillers=4, per_verb=2)
    assert len(lex.fillers("Arg0")) == 4 and len(lex.fillers("Arg0", "go.01")) == 2
    empty = Lexicon.from_situations([])
    assert empty.verbs == () and len(empty) == 0 and empty.heads("Arg0") == ()
    assert Lexicon([VerbEntry("a.01", "a", (), 0)]).counts.tolist() == [1.0]
