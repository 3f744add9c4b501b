"""The analysis' view of benchmarks on a fake comparison: its sentence, tables, files, drawn data, and odd results files."""

import base64
import csv
import io
import json
import re

import pytest
from fake_benchmarks import MARK, cell, fake_results, results_file
from fake_comparison import FakeComparison

from srlclip.app.ui.api.benchmarks import endpoint
from srlclip.app.ui.results.benchmarks import answer, command, stored_benchmarks
from srlclip.app.ui.tabs.analysis.benchmark_view import choices, chosen_html, first_look
from srlclip.app.ui.tabs.analysis.benchmarks import overview_html
from srlclip.evaluation.benchmarks.rows import DRAWN
from srlclip.evaluation.benchmarks.spec import spec_of
from srlclip.results import PairInfo
from srlclip.situations import DataError

HOSTILE = "<img src=x onerror=alert(1)>${7*7}{{value}}"
MAIN = spec_of("msrvtt-1ka").main


@pytest.fixture
def comparison():
    return FakeComparison(None, clips=2)


def with_results(**results):
    out = FakeComparison(None, clips=2)
    out.benchmarks = {name.replace("_", "-"): values for name, values in results.items()}
    return out


def files(html):
    links = re.findall(r'download="([^"]+)" href="data:[^;]+;base64,([^"]*)"', html)
    return {name: base64.b64decode(data).decode("utf-8", "replace") for name, data in links}


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.S))


def test_the_first_sentence_counts_wins_losses_and_draws_by_name(comparison):
    said = answer(stored_benchmarks(comparison))
    assert "better than Base CLIP on 1 (MSR-VTT 1k-A) of 3 benchmarks, worse on 1 (UCF101" in said
    assert "on 1 the 95 % interval of the difference holds 0" in said and "1 is drawn from SynSitu" in said
    assert "All are drawn" in answer(stored_benchmarks(with_results(msrvtt_1ka=results_file(synthetic=MARK))))
    assert "drawn" not in answer(stored_benchmarks(with_results(msrvtt_1ka=results_file())))


def test_many_wins_are_named_by_the_first_three():
    names = ("msrvtt-1ka", "msvd", "lsmdc", "vatex", "didemo")
    said = answer(stored_benchmarks(with_results(**{name: results_file(name) for name in names})))
    assert "better than Base CLIP on 5 (" in said and said.count(" and others)") == 1 and "worse on 0, and on 0" in said


def test_without_an_adapter_nothing_is_called_better():
    info = PairInfo("mini-base", "none", "no adapter", True, 128, 96, "cpu", "0.1.0")
    stored = stored_benchmarks(with_results(msrvtt_1ka=results_file(info=info)))
    assert "no adapter was given" in answer(stored) and "better" not in answer(stored)
    assert "Base CLIP, no adapter" in overview_html(info, stored)


def test_a_result_stands_beside_the_papers_figures_with_chance_media_protocol_and_licence(comparison):
    html = chosen_html(comparison, "msrvtt-1ka")
    text = text_of(html)
    spec = spec_of("msrvtt-1ka")
    for words in ("retrieval · 38 of 40 media · 12 frames", spec.protocol, spec.licence, "paper (real data)", "chance"):
        assert words in text, words
    assert (
        "30.0 [26.0, 34.0]" in text
        and "+10.0 [6.0, 14.0]" in text
        and "3 [1.5, 4.5]" in text
        and "python -m srlclip benchmark NAME --data drawn" in text
    )
    assert "abc1234" in text and "2026-01-04" in text and "seed 3" in text and "video7: cut off" in text
    heads = [h for h in ("paper (real data)", "Base CLIP", "SRL-CLIP", "difference") if h in text]
    assert [text.index(h) for h in heads] == sorted(text.index(h) for h in heads) and len(heads) == 4
    assert html.count("<svg") == 2 and DRAWN not in text


def test_drawn_data_and_words_alone_are_labelled(comparison):
    text = text_of(chosen_html(comparison, "aro-relation"))
    assert DRAWN in text and "Drawn data:" in text and "words alone" in text and "48.0 [44.0, 52.0]" in text
    overview = text_of(first_look(comparison)[0])
    assert overview.count(DRAWN) == 1


def test_further_tables_are_folded(comparison):
    html = chosen_html(comparison, "ucf101")
    assert "<details><summary><bdi>by class" in html and "class 2" in html
    assert "−12.0 [−16.0, −8.0]" in text_of(html)


def test_downloads_hold_every_number_and_say_whose(comparison):
    kept = files(first_look(comparison)[0]) | files(chosen_html(comparison, "ucf101"))
    body = json.loads(kept["srlclip_benchmark_results.json"])
    assert set(body["benchmarks"]) == set(fake_results()) and body["models"]["adapter"] == "mini-srlclip"
    assert body["benchmarks"]["aro-relation"]["synthetic"] == MARK
    for name in ("srlclip_benchmark_numbers.csv", "srlclip_benchmark_ucf101.csv", "srlclip_benchmarks.csv"):
        head, *rows = csv.reader(io.StringIO(kept[name]))
        assert (
            head[:7] == ["benchmark", "drawn", "table", "metric", "column", "value", "low"] and "mini-base" in rows[0]
        )
    values = [row[4:8] for row in csv.reader(io.StringIO(kept["srlclip_benchmark_ucf101.csv"])) if row[2] == "by class"]
    assert ["SRL-CLIP", "11.0", "7.0", "15.0"] in values and len(values) == 9
    assert len({*kept}) == len(kept)


def test_a_broken_or_foreign_file_is_a_sentence_and_the_others_stand(comparison, monkeypatch):
    other = results_file("msvd")
    other["models"]["base"]["fingerprint"] = "f" * 16
    comparison.benchmarks |= {"msvd": other, HOSTILE: {"study": "x"}}
    measurement = comparison.measurement

    def reading(name):
        if name == "benchmarks/ucf101":
            raise DataError("cannot be read (Expecting value)", file="/home/someone/results/ucf101.json")
        return measurement(name)

    monkeypatch.setattr(comparison, "measurement", reading)
    overview, choice, detail = first_look(comparison)
    assert "msvd: the results file was measured with other weights" in overview and "/home/someone" not in overview
    assert "ucf101: the results file cannot be read (Expecting value)." in overview and "of 2 benchmarks" in overview
    assert "<img src=x" not in overview and "${" not in overview and "&lt;img" in overview
    assert [name for _, name in choice.choices] == ["msrvtt-1ka", "aro-relation"] and "<svg" in detail


def test_hostile_words_in_a_results_file_stay_text():
    values = results_file(
        table={HOSTILE: results_file()["table"][MAIN]},
        percent=(HOSTILE,),
        tables={HOSTILE: {HOSTILE: results_file()["table"][MAIN]}},
    )
    values["spec"] |= dict.fromkeys(("title", "protocol", "licence", "main"), HOSTILE)
    values["spec"]["figures"] = [{"model": f"CLIP {HOSTILE}", "metric": HOSTILE, "value": 1.0, "source": "=cmd()"}]
    values["provenance"] = {"commit": HOSTILE, "date": HOSTILE, "argv": [HOSTILE]}
    comparison = with_results(msrvtt_1ka=values)
    overview, _, detail = first_look(comparison)
    for html in (overview, detail):
        assert "<img src=x" not in html and "${" not in html
        assert "{{" not in re.sub("<svg.*?</svg>", "", html, flags=re.S)
    assert "'=cmd()" in files(detail)["srlclip_benchmark_msrvtt-1ka.csv"]


def test_without_results_the_view_says_how_to_make_one():
    html, choice, detail = first_look(with_results())
    assert (
        "0 benchmarks" in html and "python -m srlclip benchmark NAME --data DIR --out results/benchmarks/NAME" in html
    )
    assert "benchmark list" in html and choice.visible is False and detail == ""


def test_the_command_names_the_pair_and_the_folder_where_results_are_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "my run" / "model").mkdir(parents=True)

    def of(base, adapter):
        return command(PairInfo(base, adapter, "x", False, 1, 1, "cpu", "1"))

    assert of("openai/clip-vit-base-patch32", "runs/my run/model") == (
        "python -m srlclip benchmark NAME --data DIR --base openai/clip-vit-base-patch32 "
        "--adapter 'runs/my run/model' --out 'runs/my run/benchmarks/NAME'"
    )
    assert of("runs/my run", "none").endswith("--base 'runs/my run' --out 'runs/my run/benchmarks/NAME'")
    assert of("openai/clip-vit-base-patch32", "someone/on-the-hub") == ""
    assert (
        "these models lie in no folder"
        in overview_html(
            PairInfo("openai/clip", "someone/on-the-hub", "x", False, 1, 1, "cpu", "1"),
            stored_benchmarks(with_results()),
        ).lower()
    )


def test_only_results_that_are_there_can_be_chosen(comparison):
    with pytest.raises(ValueError, match="no result of '../x' to show; choose one of: msrvtt-1ka, ucf101"):
        chosen_html(comparison, "../x")
    same = with_results(msrvtt_1ka=results_file(), other=results_file())
    assert [label for label, _ in choices(stored_benchmarks(same))] == [
        "MSR-VTT 1k-A (msrvtt-1ka)",
        "MSR-VTT 1k-A (other)",
    ]


def test_what_could_not_be_observed_has_its_reason():
    empty = {"mean": None, "ci": None, "n": 0}
    row = {**dict.fromkeys(("base", "adapted", "adapted - base"), empty), "reason": "no verb is known"}
    comparison = with_results(msrvtt_1ka=results_file(table={MAIN: row}))
    overview, _, detail = first_look(comparison)
    assert "1 could not be measured" in overview and "no verb is known" in detail and "<svg" not in overview + detail


def test_the_contextualizer_has_columns_of_its_own_in_its_benchmark_alone():
    table = {
        MAIN: {
            **results_file()["table"][MAIN],
            "adapted, contextualizer": cell(50),
            "adapted, contextualizer - base": cell(20),
        }
    }
    overview, _, detail = first_look(with_results(msrvtt_1ka=results_file(table=table), msvd=results_file("msvd")))
    assert "SRL-CLIP, contextualizer" in text_of(detail) and "contextualizer" not in text_of(overview)


def test_the_endpoint_is_the_views_twin(comparison):
    ask = endpoint(comparison)
    every = ask()
    assert every["answer"] == answer(stored_benchmarks(comparison)) and every["problems"] == []
    assert [b["name"] for b in every["benchmarks"]] == list(fake_results()) and json.dumps(every)
    one = ask("ucf101")["benchmarks"]
    assert len(one) == 1 and one[0]["verdict"] == "worse" and one[0]["rows"][0]["difference"]["mean"] == -12.0
    assert every["benchmarks"][0]["rows"][0]["chance"] == 2.5 and "benchmark NAME" in every["command"]
    import gradio as gr

    with pytest.raises(gr.Error, match="name is 'nope'; allowed: msrvtt-1ka, ucf101, aro-relation"):
        ask("nope")
    assert endpoint(with_results())()["benchmarks"] == [] and endpoint(with_results())()["answer"] == ""
