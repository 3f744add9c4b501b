"""The command that scores maps: a results file with every control, its curves, and errors in one line."""

import json

import numpy as np
import pytest

from training import attribution


def test_the_command_measures_models_beside_their_controls(tiny_clip, tiny_run, tmp_path, capsys):
    out = tmp_path / "results" / "attribution.json"
    flags = ["--model", f"adapted={tiny_run / 'model'}", "--clips", "3", "--frames", "2", "--resamples", "20"]
    assert attribution.main(["--base", str(tiny_clip), *flags, "--out", str(out)]) == 0
    assert "pointing: agent, words alone" in capsys.readouterr().out
    results = json.loads(out.read_text())
    assert str(tmp_path) not in out.read_text() and out.with_suffix(".svg").read_text().startswith("<?xml")
    maps = results["tables"]["maps"]
    assert {f"{what}: agent, {way}" for what in ("pointing", "mass") for way in attribution.ASKED} <= set(maps)
    row = maps["pointing: agent, words alone"]
    assert {"base", "adapted", "shuffled weights", "middle", "random", "adapted - base", "base - random"} <= set(row)
    # A patch at random hits as often as the target has patches, and so much of a map at random lies on it.
    assert row["random"] == maps["mass: agent, caption"]["random"] and 0 < row["random"]["mean"] < 50
    curves = results["curves"]
    assert set(curves) == {f"{m}, {o}" for m in ("base", "adapted") for o in attribution.ORDERS}
    for model in ("base", "adapted"):  # the whole picture and none are the same whatever the order
        for order in attribution.ORDERS:
            deletion, insertion = curves[f"{model}, {order}"]["deletion"], curves[f"{model}, {order}"]["insertion"]
            assert [deletion[0], deletion[-1]] == pytest.approx([insertion[-1], insertion[0]], abs=1e-5)
    table = results["tables"]["curves"]
    gain = table["deletion: random"]["base"]["mean"] - table["deletion: map"]["base"]["mean"]
    assert table["deletion: better than random"]["base"]["mean"] == pytest.approx(gain, abs=0.002)
    alike = results["tables"]["sanity"][
        "rank correlation with the base's map"
    ]  # 100 but where a frame's map says nothing
    assert alike["base"]["mean"] >= alike["adapted"]["mean"]


def test_the_middle_is_highest_in_the_middle():
    assert attribution.centre(5).argmax() == 12 and np.isclose(attribution.centre(4), attribution.centre(4).max()).sum() == 4  # fmt: skip


def test_too_few_clips_are_one_line(tiny_clip, capsys):
    assert attribution.main(["--base", str(tiny_clip), "--clips", "1"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: need two clips")
