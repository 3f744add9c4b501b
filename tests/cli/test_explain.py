"""`python -m srlclip explain`: the facade's answer as text and JSON, a sheet of both models, errors in one line."""

import json

import pytest
from PIL import Image

from srlclip.cli.main import main


@pytest.fixture(scope="module")
def pair(tiny_clip, tiny_run, world):
    return ["--base", str(tiny_clip), "--adapter", str(tiny_run / "model"), "--gallery", str(world)]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path / "cache"))


def test_a_clip_is_explained_as_json_and_drawn(pair, capsys, tmp_path):
    assert main(["search", "a man", "-k", "1", "--json", *pair]) == 0
    clip = json.loads(capsys.readouterr().out)["base"][0]["clip_id"]
    sheet = tmp_path / "sheet.png"
    assert main(["explain", clip, "--event", "2", "--role", "Arg0", "--json", "--out", str(sheet), *pair]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["clip_id"] == clip and result["role"] == "Arg0" and result["models"]["base_id"] == pair[1]
    assert sum(result["adapted_frames"]) == pytest.approx(result["adapted_score"])
    width, height = Image.open(sheet).size
    assert width > 700 and height > 350
    assert main(["explain", clip, *pair]) == 0
    text = capsys.readouterr().out
    assert "score, the sum of its frames' shares" in text and "(scene of the event)" in text


def test_a_video_file_is_explained_and_drawn_as_svg(pair, capsys, mp4, tmp_path):
    sheet = tmp_path / "sheet.svg"
    command = ["explain", str(mp4(frames=40)), "--text", "a <man> runs for $5", "--out", str(sheet), *pair]
    assert main(command) == 0
    svg = sheet.read_text("utf-8")
    assert "<man>" not in svg and "&lt;man&gt; runs for $5" in svg and "Base CLIP" in svg and "SRL-CLIP" in svg
    assert f"maps drawn in {sheet}" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "words"), [
    (["nobody"], "no video file 'nobody'"),
    (["nobody", "--out", "sheet.gif"], "--out is 'sheet.gif'; allowed: a file that ends in .png or .svg"),
    (["CLIP", "--event", "7"], "event 7 of"),
    (["CLIP", "--role", "Arg9"], "there is no role 'Arg9' in the caption; allowed: Arg0 ("),
    (["FILE"], "has no labels; type a text"),
])  # fmt: skip
def test_bad_input_is_one_line(pair, capsys, mp4, arguments, words):
    assert main(["search", "a man", "-k", "1", "--json", *pair]) == 0
    named = {"CLIP": json.loads(capsys.readouterr().out)["base"][0]["clip_id"], "FILE": str(mp4(frames=40))}
    assert main(["explain", *(named.get(a, a) for a in arguments), *pair]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("error: ") and words in last
