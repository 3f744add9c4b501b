"""Dense captioning from files in the official forms to tables, on miniatures whose scores are known."""

import json

import numpy as np
import pytest

from srlclip.cli.main import main
from srlclip.evaluation.benchmarks.readers.dense_captions import activitynet, read_predictions
from srlclip.evaluation.benchmarks.run import read, run
from srlclip.evaluation.benchmarks.spec import spec_of
from srlclip.evaluation.benchmarks.tasks.dense_captions import VARIANT, observe_all
from srlclip.situations import DataError

SPEC = spec_of("activitynet-dense")
FIRST = {
    "v_-1dash": {
        "duration": 20.0,
        "timestamps": [[10, 20], [0, 10]],  # not in order of their starts
        "sentences": ["Four other words here.", " a man runs fast\n"],
    },
    "v_b.c": {"duration": 8, "timestamps": [[0, 8]], "sentences": ['The "dog" sits café down.']},
}
SECOND = {"v_-1dash": {"duration": 20.0, "timestamps": [[0.0, 20.0]], "sentences": ["all of it"]}}
GOOD = {
    "v_-1dash": [
        {"sentence": "four other words here", "timestamp": [10.0, 20.0], "proposal_score": 0.5, "sentence_score": -3.1},
        {"sentence": "a man runs fast", "timestamp": [0, 10]},
    ],
    "v_b.c": [],
    "v_unknown": [{"sentence": "never read", "timestamp": [0, 1]}],
}


@pytest.fixture
def data(tmp_path):
    (tmp_path / "val_1.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(FIRST, indent=1).replace("\n", "\r\n").encode())
    (tmp_path / "val_2.json").write_text(json.dumps(SECOND), "utf-8")
    return tmp_path


def predictions_file(folder, results, name="p.json", **more):
    path = folder / name
    path.write_text(json.dumps({"results": results, "version": "VERSION 1.0", **more}), "utf-8")
    return path


def observe(data, results, java=False):
    task = activitynet(data, ("val_1.json", "val_2.json"))
    return observe_all(task, {"p": read_predictions(predictions_file(data, results))}, java)["p"]


def test_references_come_in_order_of_time_from_each_annotator(data):
    task = activitynet(data, ("val_1.json", "val_2.json"))
    assert task.videos == ("v_-1dash", "v_b.c")
    assert [each.sentences for each in task.of("v_-1dash")] == [
        (" a man runs fast\n", "Four other words here."),
        ("all of it",),
    ]
    assert task.of("v_b.c")[0].spans.tolist() == [[0, 8]]
    assert task.counts() == {"videos of val_1": 2, "videos of val_2": 1}


def test_predictions_keep_the_first_thousand_in_order_of_time(data):
    many = [{"sentence": str(i), "timestamp": [1000 - i, 2000]} for i in range(1001)]
    events = read_predictions(predictions_file(data, {"v_b.c": many}))["v_b.c"]
    assert len(events.sentences) == 1000 and events.sentences[0] == "999" and events.sentences[-1] == "0"


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([], '"results"'),
        ({"v_a": {"sentence": "x"}}, "a dict; it must be a list"),
        ({"v_a": [{"sentence": "x"}]}, "event 0"),
        ({"v_a": [{"sentence": "x", "timestamp": [1]}]}, "must be \\[start, end\\] in seconds"),
        ({"v_a": [{"sentence": "x", "timestamp": [0, float("nan")]}]}, "must be \\[start, end\\] in seconds"),
        ({"v_a": [{"sentence": None, "timestamp": [0, 1]}]}, "the sentence is missing"),
    ],
)
def test_a_wrong_prediction_file_is_refused_by_name(tmp_path, results, said):
    with pytest.raises(DataError, match=f"p.json.*{said}"):
        read_predictions(predictions_file(tmp_path, results))


def test_references_whose_lists_differ_in_length_are_refused_by_video(data):
    (data / "val_2.json").write_text(json.dumps({"v_x": {"timestamps": [[0, 1]], "sentences": []}}), "utf-8")
    with pytest.raises(DataError, match="val_2.json.*v_x.*one length"):
        activitynet(data, ("val_1.json", "val_2.json"))


def test_scores_worked_out_by_hand(data):
    """Two perfect sentences in two perfect spans. The second annotator's span, which holds both, overlaps each by
    a half, less the evaluator's 1e-8: enough at 0.3, not at 0.5."""
    seen = observe(data, GOOD)
    values = {name: each.values for name, each in seen.metrics.items()}
    # At 0.7 and 0.9 each prediction has one reference, its own: two documents without a common word, so every cosine is 1.
    assert values["CIDEr at 0.7"].tolist() == pytest.approx([10, 0])
    assert values["CIDEr at 0.9"].tolist() == pytest.approx([10, 0])
    assert values["CIDEr at 0.3"][0] < 10  # "all of it" is among its references
    assert values["precision"].tolist() == [1, 0]
    # The second annotator is covered at 0.3 alone; the first everywhere: the better one counts.
    assert values["recall"].tolist() == [1, 0]
    assert values["ROUGE-L"].tolist() == pytest.approx([(0.5 + 1 + 1 + 1) / 4, 0])
    assert values[VARIANT].tolist() == pytest.approx([1, 0], abs=1e-6)
    assert seen.cases["predictions"].tolist() == [2, 0]


def test_a_lone_pair_has_no_cider_as_in_the_challenge(data):
    """Document frequencies are those of the video's own pairs: with one pair no word is rare."""
    lone = {"v_b.c": [{"sentence": "the dog sits down", "timestamp": [0, 8]}]}
    assert observe(data, lone).metrics["CIDEr"].values.tolist() == [0, 0]


def test_a_prediction_without_reference_is_compared_with_nothing(data):
    seen = observe(
        data, {"v_b.c": [{"sentence": "the dog", "timestamp": [100, 101]}, {"sentence": "", "timestamp": [9, 1]}]}
    )
    assert all(np.all(seen.metrics[name].values == 0) for name in ("CIDEr", "ROUGE-L", "precision", "recall"))


def test_without_java_meteor_and_the_published_soda_have_a_reason_and_no_value(data):
    seen = observe(data, GOOD)
    for name in ("METEOR", "SODA_c"):
        assert not len(seen.metrics[name].values) and "--no-java" in seen.metrics[name].reason


def test_the_command_compares_two_files_over_the_same_videos(data, capsys):
    good, none = predictions_file(data, GOOD), predictions_file(data, {}, "none.json")
    command = [
        "benchmark",
        "activitynet-dense",
        "--data",
        str(data),
        "--predictions",
        str(none),
        "--compare",
        str(good),
    ]
    out = data / "out.json"
    assert main([*command, "--partial", "--no-java", "--resamples", "50", "--out", str(out), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["files"]["compare"] == {
        "videos": 1, "without a prediction": 1, "not among the references": 1, "events per video": 1.0,
    }  # fmt: skip
    row = facts["table"]["precision"]
    assert (row["predictions"]["mean"], row["compare"]["mean"]) == (0, 50)
    assert row["compare - predictions"] == {"mean": 50.0, "ci": [0.0, 100.0], "n": 2}
    assert "plain" in facts["tokeniser"] and facts["table"]["METEOR"]["reason"]
    written = json.loads(out.read_text("utf-8"))
    assert [r["video"] for r in written["rows"]] == ["v_-1dash", "v_b.c"]
    assert written["rows"][0]["compare: precision"] == 1 and len(written["provenance"]["settings"]["sha256"]) == 2
    assert main([*command, "--partial", "--no-java", "--resamples", "50"]) == 0
    text = capsys.readouterr().out
    assert "events in 1 of 2 videos" in text and "not measured: --no-java" in text


def test_wrong_counts_fail_and_models_are_not_run(data, capsys):
    command = ["benchmark", "activitynet-dense", "--data", str(data), "--predictions", "none.json"]
    assert main(command) == 2
    assert "2 videos of val_1" in capsys.readouterr().err
    with pytest.raises(DataError, match="4917"):
        read(SPEC, data)
    with pytest.raises(ValueError, match="scores files of predictions"):
        run(SPEC, data, None, data)
