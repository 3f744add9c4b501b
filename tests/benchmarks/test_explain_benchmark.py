"""The benchmark of explanations measures the pair that it is given and says where its numbers come from. No test asserts a time."""

import json

import pytest

from benchmarks import explain

pytestmark = pytest.mark.usefixtures("own_cache")


def test_the_first_clip_is_not_counted_and_times_are_of_the_wall_and_the_processor(
    tiny_clip, tiny_run, world, tmp_path, capsys
):
    out = tmp_path / "explain.json"
    pair = ["--base", str(tiny_clip), "--adapter", str(tiny_run / "model"), "--gallery", str(world)]
    assert explain.main([*pair, "--clips", "1", "--json", str(out)]) == 0
    found = json.loads(out.read_text("utf-8"))
    assert {"commit", "versions", "machine", "date"} <= set(found)
    for name in ("explain", "decode", "frames_of_a_clip"):
        for times in found[name].values():
            assert times["clips"] == 1 and 0 <= times["min"] == times["median"] == times["max"]
        assert found[name]["wall_s"]["min"] > 0
    assert "processor" in capsys.readouterr().out and str(tmp_path) not in out.read_text("utf-8")


def test_what_cannot_be_loaded_is_named(tmp_path, capsys):
    assert explain.main(["--gallery", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err
