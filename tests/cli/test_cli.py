"""`python -m srlclip`: the same answers as the facade, JSON on request, one-line errors with exit code 2."""

import json

import pytest

from srlclip.cli.main import main


@pytest.fixture(scope="module")
def pair(tiny_clip, tiny_run, world):
    return ["--base", str(tiny_clip), "--adapter", str(tiny_run / "model"), "--gallery", str(world)]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path / "cache"))


def said(capsys):
    return json.loads(capsys.readouterr().out)


def test_search(pair, capsys):
    assert main(["search", "a man pushes a box", "-k", "3", "--json", *pair]) == 0
    found = said(capsys)
    assert len(found["base"]) == len(found["adapted"]) == 3 and found["models"]["base_id"] == pair[1]
    clip = found["base"][0]["clip_id"]
    assert main(["search", "a man", "--target", clip, *pair]) == 0
    assert f"target {clip}: rank" in capsys.readouterr().out


def test_caption_and_score_of_a_clip_and_of_a_file(pair, capsys, mp4):
    assert main(["search", "a man", "-k", "1", "--json", *pair]) == 0
    clip = said(capsys)["base"][0]["clip_id"]
    assert main(["score", clip, "--event", "2", "--kinds", "natural", "--json", *pair]) == 0
    assert len(said(capsys)["negatives"]) == 4
    assert main(["caption", clip, *pair]) == 0
    assert "reference" in capsys.readouterr().out
    path = str(mp4(frames=40))
    assert main(["caption", path, "--json", *pair]) == 0
    assert len(said(capsys)["events"]) == 5
    assert main(["score", path, "--true", "a man runs", "--negative", "a man sits", *pair]) == 0
    assert "0/1" in (out := capsys.readouterr().out) or "1/1" in out


def test_index_and_evaluate(pair, capsys, tmp_path):
    from srlclip.comparison.gallery import Gallery

    assert main(["index", "--out", str(tmp_path / "index"), *pair]) == 0
    assert len(Gallery.load(tmp_path / "index")) == 9
    capsys.readouterr()
    assert main(["evaluate", "--resamples", "20", "--json", *pair]) == 0
    table = said(capsys)["table"]
    assert {"event R@1", "clip R@10", "verb accuracy", "negatives: verb_role"} <= set(table)
    row = table["event R@5"]
    assert row["base"]["ci"][0] <= row["base"]["mean"] <= row["base"]["ci"][1] and "adapted - base" in row


def test_synsitu_writes_labels_only_on_request(capsys, tmp_path):
    assert main(["synsitu", "--out", str(tmp_path), "--clips", "3", "--split", "hard", "--labels-only", "--json"]) == 0
    assert said(capsys)["events"] == 15 and not list((tmp_path / "videos").iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["search", " "], "query is empty"),
        (["search", "a man", "-k", "0"], "-k is 0"),
        (["search", "a man", "--target", "nobody"], "'nobody' is not in the gallery"),
        (["caption", "nobody"], "no clip 'nobody'"),
        (["score", "nobody"], "no clip 'nobody'"),
        (["search", "a man", "--gallery", "/nowhere"], "no such folder"),
        (["synsitu", "--out", "x", "--split", "dev"], "unknown split 'dev'"),
        (["synsitu", "--out", "x", "--clips", "0"], "must be 1 or more"),
    ],
)
def test_bad_input_is_one_line(pair, capsys, arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = [] if arguments[0] == "synsitu" else [x for x in pair if "--gallery" not in arguments or x not in pair[4:]]
    assert main([*arguments, *given]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("error: ") and words in last
