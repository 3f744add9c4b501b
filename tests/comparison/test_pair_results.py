"""Where a pair's results lie: the bundled pair's in results/, another's in its run's folder; broken files name themselves."""

import json
from dataclasses import replace

import pytest
from fake_benchmarks import INFO, results_file

from srlclip.comparison import published
from srlclip.comparison.comparison import Comparison
from srlclip.comparison.loading import load_pair, results_folder
from srlclip.evaluation.benchmarks.spec import specs
from srlclip.evaluation.benchmarks.stored import read_document
from srlclip.models.checkpoints import CARD
from srlclip.situations import DataError


def of(info):
    """A comparison without models that knows its pair."""
    comparison = object.__new__(Comparison)
    comparison.info = info
    return comparison


@pytest.fixture
def run(tmp_path):
    """A run folder with a model and three results: as a file, as `--out` writes it, and the report of all."""
    (tmp_path / "run" / "model").mkdir(parents=True)
    (tmp_path / "run" / "model" / CARD).write_text("{}")
    place = tmp_path / "run" / "benchmarks"
    (place / "ucf101").mkdir(parents=True)
    (place / "msrvtt-1ka.json").write_text(json.dumps(results_file()))
    (place / "ucf101" / "results.json").write_text(json.dumps(results_file("ucf101")))
    (place / "all.json").write_text("{}")
    (place / "table.md").write_text("")
    return tmp_path / "run"


@pytest.mark.parametrize("given", ["run", "run/model"])
def test_results_lie_beside_the_runs_model(run, given):
    comparison = of(replace(INFO, base_id="openai/clip", adapter_id=str(run.parent / given)))
    assert comparison.measurements() == ("benchmarks/msrvtt-1ka", "benchmarks/ucf101")
    assert comparison.measurement("benchmarks/ucf101")["benchmark"] == "ucf101" and comparison.results() is None
    for name in ("benchmarks/all", "benchmarks/../run", "mini_pair"):
        with pytest.raises(ValueError, match="no measurement"):
            comparison.measurement(name)


def test_a_base_alone_has_results_in_its_own_folder(run):
    assert results_folder(replace(INFO, base_id=str(run), adapter_id="none")) == run
    assert results_folder(replace(INFO, base_id="openai/clip", adapter_id="someone/on-the-hub")) is None
    assert of(replace(INFO, base_id="openai/clip", adapter_id="someone/on-the-hub")).measurements() == ()


@pytest.mark.parametrize("content", [b"{broken", b"[1]", b"\xff\xfe", b"", b"[" * 200_000])
def test_a_file_that_is_no_object_is_named(run, content):
    (run / "benchmarks" / "broken.json").write_bytes(content)
    with pytest.raises(DataError, match=r"broken\.json: (cannot be read|is not a JSON object)"):
        published.read("benchmarks/broken", run)


def test_the_committed_results_are_of_the_bundled_pairs_weights_and_say_that_they_are_drawn():
    names = published.benchmark_names(published.FOLDER)
    assert {name.split("/")[1] for name in names} == {name for name, spec in specs().items() if spec.needs_pair}
    prints = load_pair(None, None, "cpu")[0].fingerprints
    for name in names:
        measured = read_document(published.read(name), INFO, prints, name)
        assert measured.result.synthetic["benchmark"] == name.split("/")[1]
        assert measured.provenance["commit"] and "+changes" not in measured.provenance["commit"]
