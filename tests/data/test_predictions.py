"""Official prediction files: read as the official code writes them, written so that it reads them, and refused by name."""

import json

import pytest

from srlclip.data.predictions import (
    EventPrediction,
    VerbPrediction,
    prediction_kind,
    read_srl_predictions,
    read_verb_predictions,
    srl_entries,
    write_srl_predictions,
    write_verb_predictions,
)
from srlclip.situations import DataError

NOTHING = EventPrediction("")


@pytest.fixture
def file(tmp_path):
    def write(value):
        path = tmp_path / "predictions.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
        return path

    return write


def test_verbs_come_back_as_written(tmp_path):
    path = tmp_path / "new folder" / "verbs.json"
    given = {
        7: VerbPrediction((("talk.01", "speak.01"), ("no_such_verb.99",)), ((0.75, 0.25), (1.0,))),
        2: VerbPrediction(((), ("walk.01",))),
    }
    write_verb_predictions(path, given)
    assert read_verb_predictions(path) == given and prediction_kind(path) == "verbs"
    first, second = json.loads(path.read_text("utf-8"))
    assert first == {"ann_idx": 2, "pred_vbs_ev": [[], ["walk.01"]]}
    assert second["pred_scores_ev"] == [[0.75, 0.25], [1.0]]
    assert [p.name for p in path.parent.iterdir()] == ["verbs.json"]


def test_roles_come_back_letter_by_letter(tmp_path):
    path = tmp_path / "srl.json"
    texts = {"Arg0": ' Zoë, the "brave" one ', "Arg1": "", "AScn": "A\tB\n\u2028\ud83d", "AMnr": "-"}
    given = {0: (EventPrediction("talk.01", texts), NOTHING, EventPrediction("", {"Arg2": "x"}), NOTHING, NOTHING)}
    write_srl_predictions(path, given)
    assert read_srl_predictions(path) == given and prediction_kind(path) == "srl"
    output = json.loads(path.read_text("utf-8"))[0]["vb_output"]
    assert output["Ev2"] == {} and output["Ev3"] == {"vb_id": "", "Arg2": "x"}
    assert srl_entries(given)[0]["vb_output"] == output


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "verbs.json"
    write_verb_predictions(path, {0: VerbPrediction((("talk.01",),))})
    before = path.read_bytes()
    with pytest.raises(ValueError):
        write_verb_predictions(path, {0: VerbPrediction((("talk.01",),), ((float("nan"),),))})
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_what_official_code_writes_is_read(file):
    verbs = [
        {
            "ann_idx": ["12"],
            "pred_vbs_ev": [["a.01", "b.01"]],
            "pred_scores_ev": [[[0.5], 1]],
            "tgt_vbs_ev": [["a.01"]],
        },
        {"ann_idx": 3.0, "pred_vbs_ev": [["a.01"], []], "pred_scores_ev": None},
        {"ann_idx": 3, "pred_vbs_ev": [["a.01"], []]},  # a distributed sampler repeats clips to fill the last batch
    ]
    assert read_verb_predictions(file(verbs)) == {
        12: VerbPrediction((("a.01", "b.01"),), ((0.5, 1.0),)),
        3: VerbPrediction((("a.01",), ())),
    }
    srl = [
        {
            "ann_idx": "0",
            "seed": 1,
            "vb_output": {
                "Ev4": {"vb_id": "run.02", "Arg0": "x", "": "stray words", "logits": [1, 2], "Arg1": None},
                "Ev1": {},
                "Ev2": None,
                "note": "?",
            },
        },
        {"ann_idx": [[1]], "vb_output": {}},
    ]
    found = read_srl_predictions(file("\ufeff" + json.dumps(srl)))
    assert found[0] == (NOTHING, NOTHING, NOTHING, EventPrediction("run.02", {"Arg0": "x"}), NOTHING)
    assert found[1] == (NOTHING,) * 5


@pytest.mark.parametrize(
    "entries, message",
    [
        ([], "list of predictions, got \\[\\]"),
        ({"0": {}}, "list of predictions"),
        ("[{", "not JSON"),
        ([3], "entry '#0': must have either"),
        ([{"ann_idx": 0, "caption": "x"}], "either pred_vbs_ev .* got ann_idx, caption"),
        ([{"ann_idx": 0, "vb_output": {}, "pred_vbs_ev": []}], "got both"),
        ([{"pred_vbs_ev": []}], "entry '#0': must be an object with ann_idx"),
        ([{"ann_idx": 0, "pred_vbs_ev": []}, {"ann_idx": 1}], "entry '#1': must be an object with ann_idx and pred"),
        ([{"ann_idx": -1, "pred_vbs_ev": []}], "ann_idx must be a position"),
        ([{"ann_idx": True, "pred_vbs_ev": []}], "ann_idx must be a position"),
        ([{"ann_idx": 0.5, "pred_vbs_ev": []}], "ann_idx must be a position"),
        ([{"ann_idx": [0, 1], "pred_vbs_ev": []}], "ann_idx must be a position"),
        ([{"ann_idx": "v_a_seg_0_10", "pred_vbs_ev": []}], "ann_idx must be a position"),
        (
            [{"ann_idx": 4, "pred_vbs_ev": [["a"]]}, {"ann_idx": "4", "pred_vbs_ev": [["b"]]}],
            "'#1': a second, diff.* 4",
        ),
        ([{"ann_idx": 0, "pred_vbs_ev": ["talk.01"]}], "list of VerbIDs per event"),
        ([{"ann_idx": 0, "pred_vbs_ev": [[12]]}], "list of VerbIDs per event"),
        ([{"ann_idx": 0, "pred_vbs_ev": [["a"]], "pred_scores_ev": [["high"]]}], "score must be a number"),
        ([{"ann_idx": 0, "pred_vbs_ev": [["a"]], "pred_scores_ev": [[10**400]]}], "too large"),
        ([{"ann_idx": 0, "pred_vbs_ev": [["a", "b"]], "pred_scores_ev": [[1]]}], "one number for each VerbID"),
    ],
)
def test_other_verb_files_are_refused_with_file_and_entry(file, entries, message):
    path = file(entries)
    with pytest.raises(DataError, match=message) as caught:
        read_verb_predictions(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "output, message",
    [
        ([], "must map Ev1"),
        ({"ev1": {}}, "its keys are"),
        ({"Ev0": {}, "Ev1": {}}, "counted from Ev1"),
        ({"Ev1": "talk.01"}, "Ev1 must be an object"),
        ({"Ev2": {"vb_id": 3}}, "Ev2: vb_id must be text"),
        ({"Ev1": {"vb_id": "a.01", "Arg0": ["man"]}}, "Ev1: Arg0 must be text"),
        (
            {"Ev1": {"vb_id": "a.01", "Args": {"Arg0 (talker)": "man"}}},
            "no event of the file has a role; role keys are",
        ),
    ],
)
def test_other_role_files_are_refused_with_file_and_entry(file, output, message):
    path = file([{"ann_idx": 0, "vb_output": output}])
    with pytest.raises(DataError, match=message) as caught:
        read_srl_predictions(path)
    assert str(path) in str(caught.value) and "'#0'" in str(caught.value)


def test_pickles_missing_files_and_the_other_kind_are_refused(tmp_path, file):
    for name, content in (("valid_0.pkl", b"junk"), ("renamed.json", b"\x80\x04]q\x00.")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match="convert it to JSON"):
            prediction_kind(tmp_path / name)
    with pytest.raises(DataError, match="cannot be read"):
        prediction_kind(tmp_path / "gone.json")
    with pytest.raises(DataError, match="holds verbs predictions, srl predictions were asked for"):
        read_srl_predictions(file([{"ann_idx": 0, "pred_vbs_ev": []}]))
