"""The head study: arms that learn from the same unseen clips, heads that are trained once, numbers that are the official ones."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from tiny_models import save_tiny_clip

from srlclip.config import load_json
from srlclip.evaluation.metrics.vidsitu import Scores
from srlclip.evaluation.vidsitu import Covered, Scored, summarise
from srlclip.plots.curves import CurvePoint, curves_figure
from srlclip.plots.studies import save_svg
from srlclip.situations import CheckpointError, DataError
from srlclip.synsitu.writer import write_split
from training import heads
from training.captioning.settings import CaptionerTraining
from training.recipe.data import draw_share, load_situations
from training.studies import heads as study_heads
from training.studies.head_study import PAIRS, arms_of, learnt_clips, plan
from training.studies.heads import HeadRun
from training.studies.statistics import Bootstrap, SeedScores

COMMON = load_json(CaptionerTraining, heads.CONFIG)


@pytest.fixture(scope="module")
def larger_world(tmp_path_factory):
    """Eleven training clips, of which the tiny adapter may have seen the first six, and four validation clips."""
    root = tmp_path_factory.mktemp("heads") / "world"
    write_split(root, "train", 11)
    write_split(root, "valid", 4)
    return root


@pytest.fixture(scope="module")
def study(tiny_run, larger_world, tmp_path_factory):
    """Arguments of a small study, its exit code and its folder, after one go."""
    folder = tmp_path_factory.mktemp("study")
    config = {
        "trackers": "", "skip_clips": 6, "captioner": {"width": 8, "layers": 1, "heads": 2, "max_words": 4},
        "data": {"valid_clips": 1, "workers": 1, "frames_per_event": 2}, "optim": {"epochs": 1, "batch_clips": 4},
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    args = ["--config", str(folder / "config.json"), "--adapter", str(tiny_run), "--sparse", str(tiny_run / "model"),
            "--sizes", "2", "5", "--seeds", "1", "--clips", "3", "--workers", "1", "--devices", "cpu", "--resamples", "50",
            "--runs", str(folder / "runs"), "--data", str(larger_world), "--cache", str(folder / "cache"),
            "--out", str(folder / "out" / "heads.json")]  # fmt: skip
    return args, heads.main(args), folder


def test_every_arm_and_size_is_scored_and_the_files_say_how(study):
    _, code, folder = study
    assert code == 0
    text = (folder / "out" / "heads.json").read_text()
    results = json.loads(text)
    arms = ["base", "sparse", "adapted", "adapted, no contextualizer"]
    assert [arm["name"] for arm in results["arms"]] == arms and results["sizes"] == [2, 5] and results["clips"] == 3
    assert [arm["adapter_clips"] for arm in results["arms"]] == [0, 6, 6, 6]
    assert len(results["runs"]) == results["planned_runs"] == 8 and {run["clips"] for run in results["runs"]} == {2, 5}
    assert {"commit", "argv", "settings", "date", "versions"} <= set(results)
    for metric in ("Vb@1", "CIDEr", "LEA"):
        for arm in arms:
            for size in ("2", "5"):
                cell = results["table"][metric][arm][size]
                assert cell["ci"][0] <= cell["mean"] <= cell["ci"][1] and cell["seeds"] == [0], (metric, arm, size)
        apart = results["differences"][metric]
        assert list(apart) == [f"{b} - {a}" for a, b in PAIRS]
        row = results["table"][metric]
        assert apart["adapted - base"]["5"]["mean"] == pytest.approx(
            row["adapted"]["5"]["mean"] - row["base"]["5"]["mean"], abs=0.02
        )
    page = (folder / "out" / "heads.md").read_text()
    assert "| Vb@1, labelled clips: | 2 | 5 |" in page and "| adapted − base |" in page and "One seed:" in page
    assert "missing" not in page and str(folder) not in page + text
    assert ET.parse(folder / "out" / "heads.svg").getroot().tag.endswith("svg")


def test_what_is_done_is_not_done_again_and_what_is_half_done_is_finished(study, monkeypatch, capsys):
    args, _, folder = study
    before = json.loads((folder / "out" / "heads.json").read_text())
    monkeypatch.setattr(study_heads, "read_data", lambda *_: 1 / 0)
    assert heads.main([*args, "--dry-run"]) == 0
    assert "8 heads, 0 to do" in capsys.readouterr().out
    assert heads.main(args) == 0
    halved = sorted(folder.glob("runs/base-5-*"))[0] / "scored.json"
    text = halved.read_text()
    halved.unlink()
    assert heads.main([*args, "--tables-only"]) == 0
    assert "**1 of 8 heads are missing.**" in (folder / "out" / "heads.md").read_text()
    assert heads.main(args) == 1  # the head is there and is only read, which fails here
    assert "ZeroDivisionError" in capsys.readouterr().err
    results = json.loads((folder / "out" / "heads.json").read_text())
    assert results["table"]["CIDEr"]["base"]["5"]["missing"].startswith("failed: ZeroDivisionError")
    monkeypatch.undo()
    monkeypatch.setattr("training.captioner.train_epoch", lambda *_: 1 / 0)
    assert heads.main(args) == 0 and json.loads(halved.read_text())["clip_ids"] == json.loads(text)["clip_ids"]
    assert json.loads((folder / "out" / "heads.json").read_text())["table"] == before["table"]


def test_heads_that_were_scored_on_different_clips_are_refused(study, capsys):
    args, _, folder = study
    scored = sorted(folder.glob("runs/adapted-2-*"))[0] / "scored.json"
    text = scored.read_text()
    try:
        scored.write_text(json.dumps(json.loads(text) | {"clip_ids": json.loads(text)["clip_ids"][:2]}))
        assert heads.main([*args, "--tables-only"]) == 2
        assert "were scored on different clips" in capsys.readouterr().err
    finally:
        scored.write_text(text)


def test_a_scored_clip_that_the_data_lack_is_named(larger_world, tmp_path):
    data = replace(COMMON.data, root=str(larger_world), valid_clips=1)
    (tmp_path / "scored.json").write_text(json.dumps({"clip_ids": ["elsewhere"]}))
    with pytest.raises(DataError, match="'elsewhere', which .* was scored on, is not in"):
        study_heads.scores(HeadRun(replace(COMMON, out=str(tmp_path), data=data), 3))


def test_heads_learn_only_from_clips_that_no_adapter_has_seen(study, tiny_run):
    assert learnt_clips(str(tiny_run)) == 6 and learnt_clips("mini-srlclip") == 3000
    with pytest.raises(ValueError, match=r"learnt from 6 clips and skip_clips is 5.*--set skip_clips=6"):
        plan(arms_of(str(tiny_run), ""), replace(COMMON, skip_clips=5), (2,), 1, 3, "runs")
    assert len(plan(arms_of(str(tiny_run), ""), COMMON, (2,), 1, 3, "runs")) == 3
    with pytest.raises(ValueError, match="must all be 1 or more"):
        plan(arms_of(str(tiny_run), ""), COMMON, (0,), 1, 3, "runs")


def test_a_seed_draws_the_same_nested_clips_for_every_arm(tiny_run, larger_world):
    cells = plan(arms_of(str(tiny_run), ""), COMMON, (2, 5), 3, 3, "runs")
    clips = load_situations(replace(COMMON.data, root=str(larger_world)), "train", 11)[6:]
    drawn = {}
    for cell in cells:
        s = cell.run.settings
        ids = {c.clip_id for c in draw_share(clips, s.data.share, s.seed)}
        assert len(ids) == cell.size and drawn.setdefault((cell.size, cell.seed), ids) == ids
    assert all(drawn[2, seed] < drawn[5, seed] for seed in range(3)) and drawn[2, 0] != drawn[2, 1]


def test_a_control_that_is_not_there_or_of_another_base_is_refused(tiny_run, tmp_path):
    with pytest.raises(CheckpointError, match="make the control with"):
        arms_of(str(tiny_run), str(tmp_path / "none"))
    card = json.loads((tiny_run / "model" / "srlclip.json").read_text())
    (tmp_path / "srlclip.json").write_text(json.dumps(card | {"base_fingerprint": "0" * 16}))
    with pytest.raises(ValueError, match="made from different bases"):
        arms_of(str(tiny_run), str(tmp_path))


def test_a_head_is_known_by_the_weights_that_it_reads(tiny_run, tiny_clip, tmp_path):
    def folder(base: str) -> str:
        (cell, *_) = plan(arms_of(str(tiny_run), "", base), COMMON, (2,), 1, 3, "runs")
        return cell.run.folder.name

    same, other = save_tiny_clip(tmp_path / "same"), save_tiny_clip(tmp_path / "other", seed=1)
    assert folder(str(tiny_clip)) == folder(str(same)) != folder(str(other))


# -- numbers


def official(seed: int, clips: int = 12) -> Scores:
    rng = np.random.default_rng(seed)
    clip = np.repeat(np.arange(clips), 3)
    return Scores(rng.random(3 * clips), clip, clips, rng.integers(0, 4, 3 * clips))


def test_one_seed_has_the_intervals_of_the_official_evaluation():
    a, b = official(0), official(1)
    b = replace(b, group=a.group)
    covered = Covered(12, 12, 12, 12, 12)
    table = summarise({"a": Scored({"CIDEr": a}, covered), "b": Scored({"CIDEr": b}, covered)}, 300, [("a", "b")])
    boot = Bootstrap(300)
    level, apart = boot.interval(SeedScores((a,))), boot.difference(SeedScores((a,)), SeedScores((b,)))
    row = table["CIDEr"]
    assert [level.mean, level.low, level.high] == pytest.approx([row["a"]["mean"], *row["a"]["ci"]], abs=1e-3)
    assert [apart.mean, apart.low, apart.high] == pytest.approx([row["b - a"]["mean"], *row["b - a"]["ci"]], abs=1e-3)


def test_seeds_that_disagree_widen_the_interval_and_one_seed_stands_against_each():
    a = official(0)
    low, high = replace(a, values=a.values * 0), replace(a, values=a.values * 0 + 1)
    boot = Bootstrap(2000)
    spread = boot.interval(SeedScores((low, high)))
    assert (spread.mean, spread.low, spread.high) == pytest.approx((50, 0, 100))
    once = boot.difference(SeedScores((low,)), SeedScores((low, high)))
    assert (once.mean, once.low, once.high) == pytest.approx((50, 0, 100))
    with pytest.raises(ValueError, match="share their seeds"):
        boot.difference(SeedScores((low, high)), SeedScores((low, high, high)))


def test_resamples_without_a_value_are_passed_over():
    rare = Scores(np.array([1.0, 0.0]), np.array([0, 1]), 2, np.array([0, 0]), least=2)
    found = Bootstrap(50).interval(SeedScores((rare,)))
    assert np.isfinite([found.mean, found.low, found.high]).all()


def test_curves_are_small_readable_and_the_same_every_time(tmp_path):
    points = [CurvePoint(f"arm {i} costs $5", size, 40 + i, 35, 50) for i in range(4) for size in (40, 100, 1000)]
    path = tmp_path / "curves.svg"
    save_svg(curves_figure("Why?", {f"metric {i}": points for i in range(4)}, {}), path)
    text = path.read_text()
    assert path.stat().st_size < 60_000
    assert "arm 3 costs $5" in text and "metric 3" in text and "1,000" in text and "labelled clips" in text
    save_svg(curves_figure("Why?", {f"metric {i}": points for i in range(4)}, {}), path)
    assert path.read_text() == text
    assert "#0072b2" not in text and "#d55e00" not in text  # those are the pair's own
    save_svg(curves_figure("Why?", {"metric": points}, {"arm 0 costs $5": "base", "arm 1 costs $5": "adapted"}), path)
    assert "#0072b2" in path.read_text() and "#d55e00" in path.read_text()
    save_svg(curves_figure("Nothing yet", {}, {}), path)
