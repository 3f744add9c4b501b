"""data.drawn: SynSitu's frames without video files. What they equal, what the cache tells apart, and every command with them."""

import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_models import tiny_config

from srlclip.config import load_json, with_overrides
from srlclip.situations import DataError
from srlclip.synsitu.render import render_frames
from srlclip.synsitu.sample import script_of
from srlclip.video.pixels import PreprocessSpec
from training import ablate, captioner, evaluate, heads, predict, train
from training.recipe.data import cached_frames, draw_share, load_split
from training.recipe.drawn import DRAWN
from training.recipe.no_effect import check_used
from training.settings import DataSettings, TrainSettings
from training.studies.definitions import STUDIES, Arm, Study
from training.studies.runs import Measure, Run

SPEC = PreprocessSpec(resize=64, crop=64)
CAPTIONER = {
    "trackers": "", "adapter": "", "model": "base", "captioner": {"width": 8, "layers": 1, "heads": 2, "max_words": 4},
    "data": {"clips": 3, "valid_clips": 2, "workers": 1, "frames_per_event": 1}, "optim": {"epochs": 1, "batch_clips": 2},
}  # fmt: skip


def settings_in(folder, **more):
    values = {"root": str(folder / "world"), "cache": str(folder / "cache"), "workers": 1, "drawn": True}
    return DataSettings(**{**values, "clips": 3, "valid_clips": 2, "frames_per_event": 2, **more})


def videos_below(folder):
    return [path for path in Path(folder).rglob("*") if path.suffix == ".mp4"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """An empty folder for a drawn world, its cache and the runs on it; after the tests no video is in it."""
    folder = tmp_path_factory.mktemp("drawn")
    yield folder
    assert (folder / "world" / "synsitu.json").is_file() and not videos_below(folder)


@pytest.fixture(scope="module")
def run(tiny_clip, place):
    """A run folder: the tiny CLIP adapted by training/train.py on drawn clips, two steps."""
    data = {"drawn": True, "clips": 6}
    config = tiny_config(place, tiny_clip, place / "world", place / "run", data=data, optim={"epochs": 1}, trackers="")
    assert train.main(["--config", str(config)]) == 0
    return place / "run"


@pytest.mark.parametrize("frames_per_event", [1, 4])
def test_drawn_frames_are_the_rendering_through_the_models_preprocessing(tmp_path, frames_per_event):
    data = settings_in(tmp_path, frames_per_event=frames_per_event)
    spec = PreprocessSpec(resize=40, crop=32)
    clips, covered = load_split(data, "train", 3)
    assert (covered.listed, covered.usable) == (3, 3)
    frames = cached_frames(clips, data, spec, progress=False)
    assert frames.ids == tuple(c.clip_id for c in clips) and not frames.skipped
    for clip in clips:
        times = [2 * k + 2 * (j + 0.5) / frames_per_event for k in range(5) for j in range(frames_per_event)]
        drawing = spec.to_uint8(render_frames(script_of(clip.clip_id), times)).numpy()
        np.testing.assert_array_equal(frames[clip.clip_id], drawing.reshape(5, frames_per_event, 3, 32, 32))
    assert not videos_below(tmp_path)


def test_workers_are_started_with_the_source():
    assert pickle.loads(pickle.dumps(DRAWN)) == DRAWN


def test_drawn_and_decoded_frames_differ_little_and_never_stand_for_each_other(world, tmp_path):
    drawn = settings_in(tmp_path, root=str(world), frames_per_event=4)
    decoded = replace(drawn, drawn=False)
    pictures = {}
    for data in (decoded, drawn, decoded):
        clips, covered = load_split(data, "train", 6)
        assert covered.usable == 6
        frames = cached_frames(clips, data, SPEC, progress=False)
        assert pictures.setdefault(data.drawn, frames).fingerprint() == frames.fingerprint()
    a, b = pictures[True], pictures[False]
    assert a.ids == b.ids and a.fingerprint() != b.fingerprint()

    def apart(i, j):
        """Mean difference in grey levels of a drawn clip and a decoded one."""
        return np.abs(a[i].astype(int) - b[j].astype(int)).mean()

    assert all(0 < apart(i, i) < 5 for i in a.ids)
    assert min(apart(i, j) for i in a.ids for j in a.ids if i != j) > 20
    assert [a.key(i) == b.key(i) for i in a.ids] == [False] * 6


def test_a_key_names_the_moments_and_the_preprocessing(tmp_path):
    keys = set()
    for frames_per_event, side in ((1, 32), (2, 32), (2, 40)):
        data = settings_in(tmp_path, frames_per_event=frames_per_event)
        (clip,) = load_split(data, "train", 1)[0]
        for end in (10.0, 8.0):
            frames = cached_frames([replace(clip, end=end)], data, PreprocessSpec(resize=40, crop=side), progress=False)
            keys.add(frames.key(clip.clip_id))
    assert len(keys) == 6


def test_a_share_of_drawn_clips_is_that_of_decoded_ones(world, tmp_path):
    drawn = settings_in(tmp_path, root=str(world))
    shares = [draw_share(load_split(data, "train", 6)[0], 0.5, seed=3) for data in (drawn, replace(drawn, drawn=False))]
    assert [c.clip_id for c in shares[0]] == [c.clip_id for c in shares[1]] and len(shares[0]) == 3


def test_look_alikes_are_drawn_too(tmp_path):
    data = settings_in(tmp_path, clips=1, look_alikes=5)
    clips = load_split(data, "train", 1)[0]
    assert len(cached_frames(clips, data, PreprocessSpec(32, 32), progress=False)) == 6 and not videos_below(tmp_path)


def test_a_clip_that_is_not_synsitus_is_one_sentence(place, tiny_clip, tmp_path, capsys):
    data = settings_in(place)
    clip = replace(load_split(data, "train", 1)[0][0], clip_id="v_kitchen_seg_0_10")
    sentence = "only SynSitu's clips can be drawn, and 'v_kitchen_seg_0_10' is not the id of a clip of SynSitu"
    with pytest.raises(DataError, match=sentence):
        cached_frames([clip], data, SPEC, progress=False)
    fixtures = Path(__file__).parents[1] / "fixtures" / "vidsitu_mini"
    words = ["--base", str(tiny_clip), "--data", str(fixtures), "--split", "valid", "--cache", str(tmp_path)]
    assert evaluate.main([*words, "--drawn"]) == 2
    assert capsys.readouterr().err.strip().splitlines()[-1].startswith("error: only SynSitu's clips")


def test_what_the_setting_does_not_go_with_is_refused():
    for source in ("vidsitu", "jsonl"):  # in a file that runs share it says nothing; on the command line it is refused
        overrides = [f"data.source={source}", "data.drawn=true"]
        settings = with_overrides(TrainSettings(), overrides)
        assert not settings.data.draws
        with pytest.raises(
            ValueError, match=f"data.drawn has no effect: clips of data.source={source} are no drawings"
        ):
            check_used(settings, overrides)
    overrides = ["data.drawn=true", "data.videos=elsewhere"]
    with pytest.raises(ValueError, match="data.videos has no effect: data.drawn reads no videos"):
        check_used(with_overrides(TrainSettings(), overrides), overrides)


# -- every command -----------------------------------------------------------------------------------------------------


def test_a_run_trains_without_any_video(run):
    facts = json.loads((run / "run.json").read_text())
    assert facts["steps"] == 2 and facts["clips"] == 6 and facts["skipped"] == []
    assert facts["coverage"] == {"listed": 6, "usable": 6, "without_annotation": 0, "without_video": 0}
    assert load_json(TrainSettings, run / "config.json").data.drawn


def test_a_run_does_not_go_on_with_decoded_frames(run, capsys):
    assert train.main(["--config", str(run / "config.json"), "--set", "data.drawn=false"]) == 2
    assert "another data.drawn (True, now False)" in capsys.readouterr().err


def test_models_are_measured_on_drawn_clips(run, tiny_clip, place):
    out = place / "pair.json"
    words = ["--base", str(tiny_clip), "--model", f"adapted={run}", "--data", str(place / "world"), "--split", "test",
             "--split", "valid", "--clips", "3", "--frames", "1", "--workers", "1", "--resamples", "20"]  # fmt: skip
    assert evaluate.main([*words, "--drawn", "--cache", str(place / "cache"), "--out", str(out)]) == 0
    assert {s["clips"] for s in json.loads(out.read_text())["splits"].values()} == {3}


def test_a_captioner_learns_from_drawn_clips_and_reads_them(tiny_clip, place):
    (place / "captioner.json").write_text(json.dumps(CAPTIONER | {"base": str(tiny_clip)}))
    sets = [f"data.root={place / 'world'}", f"data.cache={place / 'cache'}", "data.drawn=true", f"out={place / 'head'}"]
    words = [word for value in sets for word in ("--set", value)]
    assert captioner.main(["--config", str(place / "captioner.json"), *words]) == 0
    assert json.loads((place / "head" / "run.json").read_text())["clips"] == 3
    assert predict.main(["--run", str(place / "head"), "--out", str(place / "predictions")]) == 0
    assert (place / "predictions" / "srl.json").is_file()


def test_the_head_study_runs_on_drawn_clips(run, place):
    config = CAPTIONER | {"skip_clips": 6, "model": "adapted", "adapter": str(run)}
    (place / "heads.json").write_text(json.dumps(config))
    words = ["--config", str(place / "heads.json"), "--adapter", str(run), "--sparse", "", "--sizes", "2", "--seeds", "1",
             "--clips", "2", "--workers", "1", "--devices", "cpu", "--resamples", "20", "--set", "data.drawn=true",
             "--data", str(place / "world"), "--cache", str(place / "cache"), "--runs", str(place / "heads")]  # fmt: skip
    assert heads.main([*words, "--out", str(place / "heads" / "out.json")]) == 0
    results = json.loads((place / "heads" / "out.json").read_text())
    assert len(results["runs"]) == results["planned_runs"] > 0


def test_an_ablation_with_heads_runs_on_drawn_clips(tiny_clip, place, monkeypatch):
    config = tiny_config(place, tiny_clip, place / "world", place / "study", optim={"epochs": 1}, trackers="")
    (place / "study_head.json").write_text(json.dumps(CAPTIONER))
    words = ["--config", str(config), "--head-config", str(place / "study_head.json"), "--base", str(tiny_clip), "--seeds", "1",
             "--workers", "1", "--devices", "cpu", "--resamples", "20", "--frames", "1", "--split", "test=3", "--heads",
             "--head-clips", "2", "--data", str(place / "world"), "--cache", str(place / "cache"), "--set", "data.drawn=true",
             "--runs", str(place / "arms"), "--out", str(place / "tables")]  # fmt: skip
    arms = (Arm("base", "base", None), Arm("srl", "SRL prompts"))
    monkeypatch.setitem(STUDIES, "two", Study("two", "Does it run?", arms, "srl", seeds=1))
    assert ablate.main(["two", *words]) == 0
    (base,) = (place / "arms").glob("base-*-drawn")
    assert (base / "observations.json").is_file() and list(base.glob("head-*/scored.json"))


def test_a_base_that_was_asked_about_decoded_frames_is_asked_again(tiny_clip):
    folders = {
        Run.plan(TrainSettings(str(tiny_clip), data=DataSettings(drawn=drawn)), Measure(), "runs", trained=False).folder
        for drawn in (False, True)
    }
    assert len(folders) == 2
