"""`python -m srlclip`: the same answers as the facade, JSON on request, one-line errors with exit code 2."""

import argparse
import json
import shutil

import pytest

from srlclip.cli.main import _parser, main
from srlclip.video import frames


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
    result = said(capsys)
    assert len(result["base"]) == len(result["adapted"]) == 3 and result["models"]["base_id"] == pair[1]
    clip = result["base"][0]["clip_id"]
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
    assert len(said(capsys)["events"]) == 1  # of 1.3 s
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


def test_a_base_without_an_adapter_is_not_called_srl_clip(pair, capsys):
    alone = [*pair[:2], *pair[4:]]
    assert main(["search", "a man", *alone]) == 0
    assert capsys.readouterr().out.splitlines()[0].split(maxsplit=2) == ["Base", "CLIP", "Base CLIP, no adapter"]
    for command in (["search", "a man"], ["evaluate", "--resamples", "5"]):
        assert main([*command, *alone]) == 0
        assert "SRL-CLIP" not in capsys.readouterr().out
        assert main([*command, *pair]) == 0
        out = capsys.readouterr().out
        assert "SRL-CLIP" in out and "no adapter" not in out


def test_index_names_each_video_that_it_leaves_out(pair, mp4, capsys, tmp_path, monkeypatch):
    """Also the second time, when the embeddings come from the cache; each is tried once in every run, and no other."""
    asked, opened = [], frames.open_video
    monkeypatch.setattr(frames, "open_video", lambda path, *rest: asked.append(path.name) or opened(path, *rest))
    videos = tmp_path / "videos"
    videos.mkdir()
    mp4("videos/good.mp4")
    (videos / "empty.mp4").write_bytes(b"")
    (videos / "text.mp4").write_text("no video", "utf-8")
    command = ["index", "--out", str(tmp_path / "index"), *pair[:4], "--gallery", str(videos)]
    for new in (["good.mp4"], []):
        assert main([*command, "--json"]) == 0
        out, err = capsys.readouterr()
        facts = json.loads(out)
        assert facts["clips"] == 1 and [clip_id for clip_id, _ in facts["left_out"]] == ["empty", "text"]
        lines = [line for line in err.splitlines() if line.startswith("left out: ")]
        assert asked == ["empty.mp4", *new, "text.mp4"] and facts["embedded"] == len(new)
        asked.clear()
        assert len(lines) == 2 and "left out: empty: cannot decode " in lines[0] and "0 bytes" in lines[0]
        assert "text, not video" in lines[1] and facts["left_out"][1][1] in lines[1]
    assert main(command) == 0
    assert "1 clips embedded under both models" in (out := capsys.readouterr().out) and "2 left out" in out


def test_verbs_that_the_lexicon_lacks_are_not_measurable(pair, world, tiny_run, capsys, tmp_path):
    """No verb of the gallery is one that the adapter knows: that is no accuracy of 0."""
    model = tmp_path / "model"
    shutil.copytree(tiny_run / "model", model)
    lexicon = json.loads((model / "lexicon.json").read_text("utf-8"))
    for verb in lexicon["verbs"]:
        verb[0] = f"foreign-{verb[0]}"
    (model / "lexicon.json").write_text(json.dumps(lexicon), "utf-8")
    command = ["evaluate", "--resamples", "5", *pair[:2], "--adapter", str(model), *pair[4:]]
    assert main([*command, "--json"]) == 0
    row = said(capsys)["table"]["verb accuracy"]
    assert row["base"] == row["adapted"] == row["adapted - base"] == {"mean": None, "ci": None, "n": 0}
    assert "not measurable" in row["reason"]
    assert main(command) == 0
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("verb accuracy"))
    assert "not measurable: the lexicon's " in line and "0.0" not in line


def test_every_option_says_what_it_is(capsys):
    for command in (
        "index",
        "search",
        "score",
        "caption",
        "explain",
        "evaluate",
        "features",
        "synsitu",
        "validate",
        "space",
    ):
        parser = next(
            action.choices[command] for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)
        )
        assert not [action.dest for action in parser._actions if not action.help], command


def test_synsitu_writes_labels_only_on_request(capsys, tmp_path):
    assert main(["synsitu", "--out", str(tmp_path), "--clips", "3", "--split", "hard", "--labels-only", "--json"]) == 0
    assert said(capsys)["events"] == 15 and not list((tmp_path / "videos").iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["search", " "], "query is empty"),
        (["search", "a man", "-k", "0"], "-k is 0"),
        (["search", "a man", "--target", "nobody"], "'nobody' is not in the gallery"),
        (["caption", "nobody"], "no video file 'nobody', and no clip of that name"),
        (["score", "nobody"], "no video file 'nobody'"),
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
