"""`python -m srlclip benchmark`: one benchmark, all of a folder, the list, and errors of one sentence."""

import json

import pytest
from many_stills import write_msrvtt

from srlclip.cli.main import main
from srlclip.evaluation.benchmarks.spec import specs


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder of benchmarks: msrvtt-1ka with seven readable stills of nine."""
    root = tmp_path_factory.mktemp("root")
    write_msrvtt(root / "msrvtt-1ka", 9, broken=(3,), absent=(5,))
    return root


def options(tiny_clip, tmp_path):
    return [
        "--base",
        str(tiny_clip),
        "--cache",
        str(tmp_path / "cache"),
        "--resamples",
        "20",
        "--out",
        str(tmp_path / "out"),
    ]


def test_one_benchmark_prints_its_table_and_writes_its_files(root, tiny_clip, tmp_path, capsys):
    data = str(root / "msrvtt-1ka")
    assert main(["benchmark", "msrvtt-1ka", "--data", data, "--partial", *options(tiny_clip, tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "7 of 9 media" in text and "video7023: " in text and "CLIP4Clip 66.9" in text and "chance" in text
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == ["cases.csv", "differences.svg", "results.json", "table.md", "values.svg"]
    kept = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert kept["models"]["base"]["id"].endswith("tiny-clip") and kept["provenance"]["settings"]["resamples"] == 20
    assert str(tmp_path) not in json.dumps(kept) and str(root) not in json.dumps(kept)
    assert len((tmp_path / "out" / "cases.csv").read_text("utf-8").splitlines()) == 10


def test_all_runs_what_is_there_and_writes_one_report(root, tiny_clip, tmp_path, capsys):
    assert main(["benchmark", "all", "--data", str(root), "--partial", *options(tiny_clip, tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "MSR-VTT 1k-A" in text and "7 of 9 media" in text
    out = tmp_path / "out"
    assert (out / "report.md").is_file() and "<svg" in (out / "report.html").read_text("utf-8")
    kept = json.loads((out / "all.json").read_text("utf-8"))
    assert list(kept["benchmarks"]) == ["msrvtt-1ka"] and len(kept["absent"]) == len(specs()) - 1
    assert "(msrvtt-1ka/differences.svg)" in (out / "report.md").read_text("utf-8")


def test_all_says_what_failed_and_that_something_did(root, tiny_clip, tmp_path, capsys):
    """Without --partial nine captions are too few."""
    assert main(["benchmark", "all", "--data", str(root), *options(tiny_clip, tmp_path)]) == 1
    assert "msrvtt-1ka FAILED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (["--frames", "0"], "--frames is 0; it must be 1 or more"),
        (["--batch", "0"], "--batch is 0; it must be 1 or more"),
        (["--resamples", "0"], "--resamples is 0; it must be 1 or more"),
        (["--workers", "-1"], "--workers is -1; it must be 0 or more"),
        (["--adapter", "nowhere"], "nowhere"),
        (["--cache", "FILE/cache"], "embeddings cannot be kept here"),
        (["--out", "FILE/out"], "results cannot be written here"),
        (["--data", "FILE"], "missing"),
    ],
)
def test_what_cannot_be_is_one_sentence(root, tiny_clip, tmp_path, capsys, bad, sentence):
    (tmp_path / "FILE").write_text("a file")
    bad = [word.replace("FILE", str(tmp_path / "FILE")) for word in bad]
    data = ["--data", str(root / "msrvtt-1ka"), "--partial"]
    assert main(["benchmark", "msrvtt-1ka", *data, *options(tiny_clip, tmp_path), *bad]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and sentence in error
    assert bad[0] == "--data" or len(error.splitlines()) == 1


def test_the_list_prints_a_table_json_or_markdown(capsys):
    assert main(["benchmark", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines if line and not line.startswith((" ", "miniature"))] == list(specs())
    assert main(["benchmark", "list", "--json"]) == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)] == list(specs())
    assert main(["benchmark", "list", "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("| name | benchmark |")


@pytest.mark.parametrize("name", ["all", "list", *specs()])
def test_every_help_constructs(name, capsys):
    with pytest.raises(SystemExit) as end:
        main(["benchmark", name, "--help"])
    assert end.value.code == 0 and "usage:" in capsys.readouterr().out
