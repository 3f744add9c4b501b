"""`python -m srlclip benchmark NAME` for retrieval: own files end to end, and clips that are missing or broken."""

import csv
import json
from pathlib import Path

import pytest

from srlclip.cli.main import main


@pytest.fixture
def own(mp4, tiny_clip, tmp_path):
    """Three clips with captions, one of them not a video, and options that measure a tiny model on them."""
    mp4("a.mp4", frames=10)
    mp4("b.c.mp4", frames=90)
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    captions = {"a.mp4": ["a man walks", "a man"], "b.c": "a woman runs " * 40, "broken.mp4": "a dog"}
    (tmp_path / "own.json").write_text(json.dumps(captions))
    options = ["--base", str(tiny_clip), "--cache", str(tmp_path / "cache"), "--frames", "2", "--resamples", "9"]
    options += ["--out", str(tmp_path / "out")]
    return [*options, "--annotations", str(tmp_path / "own.json")]


def cases(options):
    """cases.csv beside the results, a row a query."""
    with (Path(options[options.index("--out") + 1]) / "cases.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def run(capsys, *arguments):
    assert main(["benchmark", "video-captions", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_broken_clip_is_a_miss_and_long_captions_are_counted(own, capsys):
    result = run(capsys, *own)
    assert (result["present"], result["media"], result["truncated"]) == (2, 3, 1)
    assert [name for name, _ in result["failures"]] == ["broken.mp4"] and result["tables"] == {}
    ranks = {row["query"]: row["base: rank"] for row in cases(own)}
    assert ranks["a dog"] == "3" and result["table"]["text to video R@1"]["base"]["n"] == 4
    assert main(["benchmark", "video-captions", *own]) == 0
    assert "2 of 3 media" in (text := capsys.readouterr().out) and "Longer than the text tower reads: 1 texts" in text


@pytest.mark.parametrize(("kind", "said"), [("dsl", "dual softmax"), ("qb", "the test queries themselves")])
def test_other_scores_stand_in_a_table_of_their_own(own, capsys, kind, said):
    plain, more = run(capsys, *own), run(capsys, *own, "--normalise", kind)
    assert more["table"] == plain["table"]
    ((title, table),) = more["tables"].items()
    assert said in title and table.keys() == plain["table"].keys()


def test_missing_clips_are_named_with_their_folder(own, capsys, tmp_path):
    (tmp_path / "a.mp4").unlink()
    assert main(["benchmark", "video-captions", *own, "--media", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "1 of 3 media have no file (a.mp4)" in error and f"belong into {tmp_path}" in error and "--partial" in error
    assert main(["benchmark", "video-captions"]) == 2
    assert "--annotations FILE, or --data DIR" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["activitynet", "didemo", "lsmdc", "msrvtt-1ka", "msrvtt-full", "msvd", "vatex"])
def test_help_and_missing_files_say_what_belongs_where(name, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["benchmark", name, "--help"])
    assert ended.value.code == 0 and "videos/" in capsys.readouterr().out
    assert main(["benchmark", name, "--data", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert f"missing: {tmp_path / 'videos'}" in error and "from http" in error
