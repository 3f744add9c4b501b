"""A results file is read back to the same table; another file, or one of other weights, is refused in one sentence."""

import json

import pytest
from fake_benchmarks import INFO, PRINTS, cell, fake_results, results_file

from srlclip.evaluation.benchmarks.report import document, printed
from srlclip.evaluation.benchmarks.rows import DIFFERENCE, columns_of, rows_of
from srlclip.evaluation.benchmarks.spec import spec_of
from srlclip.evaluation.benchmarks.stored import read_document
from srlclip.situations import DataError


def read(values):
    return read_document(values, INFO, PRINTS, "x.json")


@pytest.mark.parametrize("name", sorted(fake_results()))
def test_a_file_is_read_back_to_what_it_was_written_from(name):
    values = fake_results()[name]
    measured = read(values)
    assert measured.spec == spec_of(name) and measured.settings.seed == 3
    again = json.loads(json.dumps(document(measured)))
    assert again == {**values, "models": again["models"]} and again["models"]["base"] == values["models"]["base"]
    header, cells = columns_of(rows_of(measured.spec, measured.result))
    assert cells[0][0] == measured.spec.main and "difference" in header and "abc1234" not in printed(measured)


def test_the_files_models_are_named_not_those_that_are_shown():
    values = results_file()
    values["models"]["base"]["id"] = "the/same-weights-elsewhere"
    assert read(values).info.base_id == "the/same-weights-elsewhere"


def test_other_weights_are_refused_by_name():
    values = results_file()
    values["models"]["adapted"] |= {"id": "runs/other", "fingerprint": "f" * 16}
    with pytest.raises(DataError, match=r"x.json: was measured with other weights .*\(adapted runs/other\)"):
        read(values)


def test_scored_predictions_are_no_result_of_the_pair():
    with pytest.raises(DataError, match="files of predictions"):
        read({"benchmark": "activitynet-dense", "files": {"predictions": {}}, "table": {}})


def changed(path, value):
    values = results_file()
    *where, last = path
    place = values
    for key in where:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return values


MAIN = spec_of("msrvtt-1ka").main


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["spec"], None, "'spec' is missing"),
        (["spec", "title"], ["<b>"], "title is no text"),
        (["spec", "task"], "cooking", "task"),
        (["spec", "colour"], "red", "unknown field colour"),
        (["present"], -1, "present is no count"),
        (["media"], True, "media is no count"),
        (["table"], {}, "table is empty"),
        (["table", MAIN, "adapted"], None, "not both models"),
        (["table", MAIN, DIFFERENCE], {"mean": "ten", "ci": [1, 2]}, "'ten' is no number"),
        (["table", MAIN, "base", "mean"], float("nan"), "'nan' is no number"),
        (["table", MAIN, "base", "ci"], [1], "x.json"),
        (["table", MAIN, "base"], 3, "x.json"),
        (["table"], ["a"], "x.json"),
        (["tables"], {"by class": {"a": {"base": cell(1)}}}, "not both models"),
        (["chance"], {MAIN: [1]}, "is no number"),
        (["control"], {MAIN: {"ci": [1, 2]}}, "'mean' is missing"),
        (["numbers"], {"most": {"base": "much"}}, "is no number"),
        (["synthetic"], "yes", "synthetic is no object"),
        (["models"], [], "x.json"),
        (["models", "base", "fingerprint"], None, "'fingerprint' is missing"),
        (["provenance", "commit"], None, "'commit' is missing"),
        (["seed"], "one", "seed"),
        (["failures"], [["only one"]], "x.json"),
    ],
)
def test_a_broken_file_is_one_sentence(path, value, words):
    with pytest.raises(DataError) as caught:
        read(changed(path, value))
    assert words in str(caught.value) and str(caught.value).startswith("x.json: ") and "\n" not in str(caught.value)


@pytest.mark.parametrize("values", [{}, {"table": 1}, {"study": "losses", "tables": {}}])
def test_a_foreign_file_is_one_sentence(values):
    with pytest.raises(DataError, match="is no results file of a benchmark .*; measure again"):
        read(values)


def test_nothing_observed_stays_without_a_value():
    empty = {"mean": None, "ci": None, "n": 0}
    values = results_file(table={MAIN: {**dict.fromkeys(("base", "adapted", DIFFERENCE), empty), "reason": "no verb"}})
    row = rows_of(read(values).spec, read(values).result)[0]
    assert row.reason == "no verb" and row.values["base"]["mean"] is None
