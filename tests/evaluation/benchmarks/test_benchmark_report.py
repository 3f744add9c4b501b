"""Tables, files and reports of results that are worked out by hand."""

import csv
import io
import json
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from srlclip.app.benchmark_report import report_html
from srlclip.evaluation.benchmarks import suite as suites
from srlclip.evaluation.benchmarks.listing import listed, listed_markdown
from srlclip.evaluation.benchmarks.outcome import Result
from srlclip.evaluation.benchmarks.report import Measured, cases_csv, document, printed, table_markdown, write
from srlclip.evaluation.benchmarks.rows import checks_of, columns_of, rows_of, value_cell, verdict
from srlclip.evaluation.benchmarks.run import RunSettings
from srlclip.evaluation.benchmarks.spec import Figure, spec_of, specs
from srlclip.evaluation.benchmarks.suite import Attempt, Suite, answer, report_markdown, suite_document
from srlclip.evaluation.benchmarks.tasks.retrieval import chance
from srlclip.evaluation.benchmarks.text_tables import aligned, markdown
from srlclip.processes import ALONE
from srlclip.results import PairInfo
from srlclip.situations import DataError

HOSTILE = "<img src=x onerror=alert(1)>|`*_${x}_*`\u202e\n=1+1"
INFO = PairInfo("openai/clip-vit-base-patch32", "runs/mine", "VidSitu", False, 512, 224, "cpu", "1.0")


def cell(mean, low, high, n=400):
    return {"mean": mean, "ci": [low, high], "n": n}


def row(base, adapted, difference):
    return {"base": base, "adapted": adapted, "adapted - base": difference}


TABLE = {
    "text to video R@1": row(cell(30.0, 25.0, 35.0), cell(40.0, 35.0, 45.0), cell(10.0, 4.0, 16.0)),
    "text to video R@10": row(cell(69.9, 65.0, 75.0), cell(68.0, 63.0, 73.0), cell(-1.9, -4.0, -0.1)),
    "text to video MdR": row(cell(3, 2, 4), cell(3, 2, 4), cell(0, -1, 1)),
}
RESULT = Result(
    "msrvtt-1ka", TABLE, 996, 1000, {"media": 1000, "captions": 1000}, 12,
    tuple((f"video{n}", "cut off") for n in range(3)), 2,
    ({"query": "=cmd()", "target": "video1", "base: rank": 3, "adapted: rank": 1},),
    percent=("text to video R@1", "text to video R@10"), chance={"text to video R@1": 0.1},
)  # fmt: skip
SPEC = spec_of("msrvtt-1ka")


def measured(result=RESULT, spec=SPEC, info=INFO):
    marks, made = {"base": "a" * 16, "adapted": "b" * 16}, {"commit": "0123456789ab", "date": "2026-11-30T00:00:00Z"}
    return Measured(spec, result, info, marks, RunSettings(seed=3), made)


def test_the_papers_figures_stand_beside_ours_and_other_models_apart():
    header, cells = columns_of(rows_of(SPEC, RESULT))
    assert header == ["metric", "paper", "Base CLIP", "SRL-CLIP", "difference", "chance", "other models"]
    by_metric = {line[0]: dict(zip(header, line, strict=True)) for line in cells}
    assert by_metric["text to video R@10"]["paper"] == (
        "CLIP ViT-L/14 69.6; SRL-CLIP ViT-L/14 73.6; SRL-CLIP ViT-L/14, contextualizer 43.5"
    )
    assert by_metric["text to video R@10"]["other models"] == "CLIP4Clip 66.9; Florence 72.6; VAST 73.9"
    assert by_metric["text to video R@1"]["difference"] == "+10.0 [4.0, 16.0]"
    assert by_metric["text to video MdR"]["Base CLIP"] == "3 [2, 4]" and by_metric["text to video MdR"]["chance"] == ""


def test_the_main_metric_comes_first_and_empty_columns_are_left_out():
    spec = replace(SPEC, main="text to video MdR", figures=())
    rows = rows_of(spec, replace(RESULT, chance={}))
    assert [r.metric for r in rows][0] == "text to video MdR"
    assert columns_of(rows)[0] == ["metric", "Base CLIP", "SRL-CLIP", "difference"]


def test_a_metric_without_an_observation_says_why():
    empty = {**row(*[{"mean": None, "ci": None, "n": 0}] * 3), "reason": "no verb is known"}
    header, cells = columns_of(rows_of(SPEC, replace(RESULT, table={"verbs": empty})))
    assert cells[0][header.index("note")] == "no verb is known" and cells[0][header.index("Base CLIP")] == ""


def test_values_have_true_minus_signs_and_ranks_no_decimals():
    assert value_cell(cell(-3.25, -4, -2.5), True, True) == "−3.2 [−4.0, −2.5]"
    assert value_cell(cell(0, -1, 1), True, True) == "0.0 [−1.0, 1.0]"
    assert value_cell(cell(12.5, 12, 13), False) == "12.5 [12, 13]" and value_cell(None, True) == ""


def test_who_is_better_is_said_by_the_interval():
    assert [verdict(r) for r in rows_of(SPEC, RESULT)] == ["better", "worse", "no clear difference"]


@pytest.mark.parametrize(
    ("base", "value", "expected"),
    [("openai/clip-vit-base-patch32", 30.4, "met (within"), ("openai/clip-vit-base-patch32", 31.0, "not met (within"),
     ("/models/openai/clip-vit-base-patch32", 30.0, "met (within"),
     ("openai/clip-vit-base-patch16", 30.0, "not checked, since the base is openai/clip-vit-base-patch16"),
     ("mini-base", 30.0, "not checked, since the base is mini-base")],
)  # fmt: skip
def test_a_regression_figure_counts_for_its_own_model_alone(base, value, expected):
    spec = replace(SPEC, figures=(Figure("OpenAI CLIP ViT-B/32", "text to video R@1", value, "a paper", True),))
    (check,) = checks_of(spec, RESULT, base)
    assert expected in check.sentence(base) and check.met == ("measured 30.0: met" in check.sentence(base))
    assert "paper" not in columns_of(rows_of(spec, RESULT))[0]  # a check is no figure of the table


def test_a_regression_figure_of_what_was_not_measured_is_not_met():
    spec = replace(SPEC, figures=(Figure("OpenAI CLIP ViT-B/32", "another", 30.0, "a paper", True),))
    (check,) = checks_of(spec, RESULT, INFO.base_id)
    assert not check.met and "was not measured" in check.sentence(INFO.base_id)


def test_a_terminal_shows_how_many_media_there_were_and_the_first_failures():
    many = replace(RESULT, present=990, failures=tuple((f"v{n}", "cut off") for n in range(7)))
    text = printed(measured(many))
    assert "990 of 1,000 media" in text and "Without a file: 3 of 1,000" in text and "Not readable: 7 of 1,000" in text
    assert "  v4: cut off" in text and "v5: cut off" not in text and "and 2 more" in text and "2 texts" in text


def test_the_control_has_a_column_and_a_sentence():
    text = printed(measured(replace(RESULT, control={"text to video R@1": cell(61.2, 58.0, 64.0)})))
    assert "words alone" in text and "61.2 [58.0, 64.0]" in text and "needs no sight" in text


def test_without_an_adapter_no_column_is_called_srl_clip():
    text = printed(measured(info=replace(INFO, adapter_id="none")))
    assert "Base CLIP, no adapter" in text and "SRL-CLIP  " not in text
    assert answer(Suite((measured(info=replace(INFO, adapter_id="none")),))).startswith("No adapter was given")


def test_further_tables_are_shown_in_part_and_kept_whole():
    classes = {f"class {n}": TABLE["text to video R@1"] for n in range(40)}
    full = measured(replace(RESULT, tables={"By class": classes}, numbers={"spread": {"base": 1.5, "adapted": 2.0}}))
    text = printed(full)
    assert "class 29" in text and "class 30" not in text and "first 30 of 40 rows" in text
    assert "spread: Base CLIP 1.5, SRL-CLIP 2" in text
    assert len(document(full)["tables"]["By class"]) == 40


def test_files_say_what_was_measured_with_what(tmp_path):
    write(tmp_path / "new" / "folder", measured(), {"differences.svg": "<svg/>"})
    folder = tmp_path / "new" / "folder"
    assert sorted(p.name for p in folder.iterdir()) == ["cases.csv", "differences.svg", "results.json", "table.md"]
    kept = json.loads((folder / "results.json").read_text("utf-8"))
    assert kept["n"] == {"read": 996, "of": 1000, "without a file": 1} and kept["seed"] == 3
    assert kept["models"]["base"] == {"id": "openai/clip-vit-base-patch32", "fingerprint": "a" * 16}
    assert kept["spec"]["protocol"] == SPEC.protocol and kept["provenance"]["commit"] == "0123456789ab"
    assert len(kept["failures"]) == 3 and "rows" not in kept
    assert "![MSR-VTT 1k-A: differences](differences.svg)" in (folder / "table.md").read_text("utf-8")


def test_cases_are_no_formulas():
    (line,) = csv.DictReader(io.StringIO(cases_csv(RESULT)))
    assert line == {"query": "'=cmd()", "target": "video1", "base: rank": "3", "adapted: rank": "1"}


def test_tables_are_aligned_whatever_is_in_a_cell():
    lines = aligned(("a", "b"), [("long cell", "1"), ("中文", "2"), ("x\ny", "3")])
    assert lines == ["a          b", "long cell  1", "中文       2", "x y        3"]
    assert markdown(("a",), [("x|y <b>",)], bold_first=True) == ["| a |", "| --- |", r"| **x\|y &lt;b&gt;** |"]


def hostile_suite():
    spec = replace(SPEC, title=HOSTILE, protocol=HOSTILE, licence=HOSTILE)
    result = replace(
        RESULT, failures=((HOSTILE, HOSTILE),), table={HOSTILE: TABLE["text to video R@1"]}, percent=(HOSTILE,)
    )
    info = replace(INFO, base_id=HOSTILE, adapter_id=HOSTILE, trained_on=HOSTILE)
    attempt = Attempt(spec, problem=HOSTILE)
    return Suite((measured(result, spec, info),), (attempt,), (attempt,))


def test_nothing_from_outside_becomes_a_tag_or_a_script():
    page = report_html(hostile_suite())
    assert "<img" not in page and "${" not in page and "<script" not in page and "onerror=alert(1)&gt;" in page
    ElementTree.fromstring(page[page.index("<main>") : page.index("</main>") + len("</main>")])
    assert "http://" not in page.replace("http://www.w3.org", "")
    text = report_markdown(hostile_suite(), {})
    assert "<img" not in text and all(not line.startswith("=") for line in text.splitlines())


def test_one_report_begins_with_the_answer_and_holds_wins_and_losses():
    other = replace(SPEC, name="other", title="Other", main="text to video R@10")
    unclear = replace(SPEC, name="third", title="Third", main="text to video MdR")
    suite = Suite(
        tuple(measured(spec=spec) for spec in (SPEC, other, unclear)), (), (Attempt(SPEC, problem="no folder"),)
    )
    assert answer(suite) == (
        "By their main metrics SRL-CLIP is better than its base on 1 of 3 benchmarks, worse on 1, and on 1 the interval of "
        "the difference holds 0."
    )
    page = report_html(suite)
    assert page.index("better than its base on 1 of 3") < page.index("<table") and page.count("<svg") == 6
    assert page.index("Base CLIP</span></th>") < page.index("SRL-CLIP</span></th>")
    text = report_markdown(suite, {"other": ("other/values.svg",)})
    assert "(other/values.svg)" in text and "## Not here" in text and "no folder" in text
    kept = suite_document(suite)
    assert list(kept["benchmarks"]) == ["msrvtt-1ka", "other", "third"]
    assert kept["benchmarks"]["other"]["table"]["text to video R@10"]["adapted - base"]["ci"] == [-4.0, -0.1]


def test_a_report_of_nothing_says_so():
    nothing = Suite((), (Attempt(SPEC, problem="it is not there"),))
    assert "No benchmark ran" in report_html(nothing) and "it is not there" in suites.printed(nothing)
    assert suite_document(nothing)["failed"] == {"msrvtt-1ka": "it is not there"}


def test_a_benchmark_that_fails_does_not_stop_the_others(monkeypatch, tmp_path):
    def run(spec, *rest):
        if spec.name != "fine":
            raise {"data": DataError("a wrong count"), "fault": KeyError("x")}[spec.name]
        return RESULT

    monkeypatch.setattr(suites, "run", run)
    three = [replace(SPEC, name=name) for name in ("data", "fault", "fine")]
    ended = list(suites.attempts(three, tmp_path, None, tmp_path, RunSettings(), None, ALONE))
    assert [each.problem for each in ended] == ["a wrong count", "KeyError: 'x'", ""] and ended[2].result is RESULT


def test_only_benchmarks_whose_folder_is_there_run(tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        suites.split(tmp_path / "nothing")
    with pytest.raises(DataError, match="holds the folder of no benchmark; the names are .*msrvtt-1ka"):
        suites.split(tmp_path)
    (tmp_path / "msrvtt-1ka").mkdir()
    here, others = suites.split(tmp_path)
    assert [spec.name for spec in here] == ["msrvtt-1ka"] and len(others) == len(specs()) - 1
    assert all(each.spec.name in each.problem for each in others)


def test_a_benchmark_of_predictions_is_left_out_of_all_and_says_why(tmp_path, monkeypatch):
    dense = replace(SPEC, name="dense", task="dense_captions")
    monkeypatch.setattr(
        suites, "specs", lambda: {SPEC.name: SPEC, "dense": dense, "own": replace(SPEC, name="own", files=())}
    )
    for name in (SPEC.name, "dense"):
        (tmp_path / name).mkdir()
    here, others = suites.split(tmp_path)
    assert [spec.name for spec in here] == [SPEC.name]
    assert "scores files of predictions" in others[0].problem and "media of your own" in others[1].problem


def test_the_list_has_every_benchmark_with_size_licence_protocol_and_state():
    terminal, page = listed(specs().values()), listed_markdown(specs().values())
    for spec in specs().values():
        for text in (terminal, page):
            assert spec.name in text and spec.state in text
        words = " ".join(terminal.split())
        assert " ".join(spec.protocol.split()) in words and " ".join(spec.licence.split()) in words
    assert max(map(len, terminal.splitlines())) <= 120
    assert len(page.splitlines()) == len(specs()) + 2


def test_chance_of_captions_and_videos_by_hand():
    """Video 0 has two of three captions, video 1 one: the first of a random order is its own with 2/3 and 1/3."""
    by_metric = chance(np.array([0, 0, 1]), 2)
    assert by_metric["text to video R@1"] == 50.0 and by_metric["video to text R@1"] == pytest.approx(50.0)
    assert by_metric["video to text R@5"] == 100.0


def test_markdown_names_the_commit_and_the_seed():
    assert "Commit 0123456789ab, 2026-11-30T00:00:00Z, seed 3." in table_markdown(measured())


def test_few_cases_decide_nothing():
    few = replace(
        RESULT, table={"text to video R@1": row(cell(0, 0, 0, 9), cell(100, 100, 100, 9), cell(100, 100, 100, 9))}
    )
    assert [verdict(r) for r in rows_of(SPEC, few)] == ["too few cases"]
    assert "1 have fewer than 30 cases, too few to tell." in answer(Suite((measured(few),)))


def test_drawn_instances_are_not_counted_and_stand_beside_nobodys_figures():
    drawn = replace(RESULT, synthetic={"clips": 6})
    assert answer(Suite((measured(drawn),))) == "1 drawn instance ran: they test the path and decide nothing."
    assert "better than its base on 1 of 1 benchmarks" in (said := answer(Suite((measured(), measured(drawn)))))
    assert said.endswith("1 drawn instance ran: they test the path and decide nothing.")
    header, _ = columns_of(rows_of(SPEC, drawn))
    assert "paper" not in header and "other models" not in header
