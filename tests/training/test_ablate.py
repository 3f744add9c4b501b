"""Studies: well-formed arms, runs that are shared, skipped and named when they fail, honest intervals and tables."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_models import save_tiny_clip, tiny_config

from srlclip.config import load_json, with_overrides
from srlclip.evaluation.metrics.bootstrap import bootstrap, paired_difference
from srlclip.plots.studies import StudyPoint, save_svg, study_figure
from srlclip.situations import DataError
from srlclip.synsitu.writer import write_split
from training import ablate
from training.captioning.settings import CaptionerTraining
from training.recipe.texts import STYLES
from training.settings import TrainSettings
from training.studies import runs as study_runs
from training.studies import tables as study_tables
from training.studies.cells import arm_cell
from training.studies.definitions import STUDIES, Arm, Study, chosen
from training.studies.heads import HeadRun
from training.studies.pool import run_all
from training.studies.runs import Measure, Run, is_done, read_observations, run_key
from training.studies.statistics import Bootstrap, ClipSums

COMMON = load_json(TrainSettings, ablate.CONFIG)


@pytest.mark.parametrize("study", STUDIES.values(), ids=lambda s: s.name)
def test_every_arm_is_valid_and_the_reference_is_the_common_configuration(study):
    for arm in study.arms:
        settings = with_overrides(COMMON, arm.overrides or ())
        assert settings.data.caption_style in STYLES and (arm.label and arm.name)
        assert arm.overrides is None or arm.name == study.reference or settings != COMMON, arm.name
    assert with_overrides(COMMON, study.arm(study.reference).overrides) == COMMON
    assert sum(arm.overrides is None for arm in study.arms) == 1


def test_unknown_studies_and_ill_formed_ones_are_refused():
    assert [s.name for s in chosen(["all"])] == list(STUDIES) and len(chosen(["rank", "rank"])) == 1
    with pytest.raises(ValueError, match="unknown study 'ranks'; allowed: captions"):
        chosen(["ranks"])
    with pytest.raises(ValueError, match="must differ in name"):
        Study("x", "?", (Arm("a", "a"), Arm("a", "b")), "a")


def test_studies_share_runs_and_other_paths_change_nothing():
    cells = ablate.plan(chosen(["all"]), COMMON, Measure(), "runs", seeds=2, bases=["mini-base"])
    folders = {(c.study, c.arm, c.seed): c.run.folder for c in cells}
    assert len({folders[s.name, s.reference, 0] for s in STUDIES.values()}) == 1
    assert folders["captions", "srl", 0] != folders["captions", "srl", 1] != folders["captions", "bag", 1]
    assert folders["captions", "srl_no_negatives", 1] == folders["negatives", "0", 1]
    assert folders["rank", "base", 0] == folders["data_share", "0", 0]
    assert len(ablate.distinct(cells)) == len(set(folders.values()))
    moved = with_overrides(COMMON, ["out=x", "trackers=tensorboard", "data.root=x", "data.cache=x", "data.workers=7"])
    assert run_key(moved) == run_key(COMMON)
    # what PropBank's classes do is nothing without its frames
    classes, frames = "data.propbank_classes=true", "data.propbank=frames"
    assert run_key(with_overrides(COMMON, [classes])) == run_key(COMMON)
    assert run_key(with_overrides(COMMON, [frames, classes])) != run_key(with_overrides(COMMON, [frames]))
    for change in ("seed=1", "lora.rank=8", "data.clips=499", "loss.video=0.5"):
        assert run_key(with_overrides(COMMON, [change])) != run_key(COMMON)


def test_a_base_is_known_by_its_weights_not_by_its_place(tiny_clip, tmp_path):
    keys = [
        run_key(replace(COMMON, base=str(folder)))
        for folder in (tiny_clip, save_tiny_clip(tmp_path / "same"), save_tiny_clip(tmp_path / "other", seed=1))
    ]
    assert keys[0] == keys[1] != keys[2]
    with pytest.raises(ValueError, match="one name in the tables"):
        bases = [str(save_tiny_clip(tmp_path / side / "clip")) for side in ("left", "right")]
        ablate.plan(chosen(["rank"]), COMMON, Measure(), "runs", bases=bases)


def test_a_second_base_that_is_not_there_yet_says_how_it_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="pretrain.py --config training/configs/pretrain_second.json"):
        ablate.plan(chosen(["captions"]), COMMON, Measure(), "runs")


def test_other_data_than_synsitu_is_refused():
    with pytest.raises(ValueError, match="data.source is 'jsonl'"):
        ablate.plan(chosen(["rank"]), with_overrides(COMMON, ["data.source=jsonl"]), Measure(), "runs")


def test_a_failing_job_and_a_dying_worker_stop_no_other():
    jobs = ["1.5", "__import__('os')._exit(3)", "1/0", "2.5"]
    found = {job: (seconds, error) for job, seconds, error in run_all(eval, jobs, 2, [""])}
    assert found["1.5"] == (1.5, "") and found["2.5"] == (2.5, "")
    assert found["1/0"][1] == "ZeroDivisionError: division by zero"
    assert found[jobs[1]][1].startswith("BrokenProcessPool")


# ---------------------------------------------------------------------------------------------- statistics


def observations(seeds, clips=12, per_clip=3, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 2, clips * per_clip) for _ in range(seeds)], np.repeat(np.arange(clips), per_clip)


def test_one_seed_is_the_plain_clip_bootstrap_to_the_last_digit():
    (a, b), clip = observations(2)
    clip, keep = clip[:-1], slice(0, -1)  # clips of unequal size
    boot = Bootstrap(500, seed=3)
    sums = [ClipSums.of([v[keep]], clip) for v in (a, b)]
    mine, theirs = boot.interval(sums[0]), bootstrap(a[keep], clip.tolist(), n=500, seed=3)
    assert (mine.mean, mine.low, mine.high) == pytest.approx((theirs.mean, theirs.low, theirs.high), abs=1e-12)
    mine = boot.difference(*sums)
    theirs = paired_difference(a[keep], b[keep], clip.tolist(), n=500, seed=3)
    assert (mine.mean, mine.low, mine.high) == pytest.approx((theirs.mean, theirs.low, theirs.high), abs=1e-12)


def test_seeds_and_clips_both_widen_the_interval():
    clip = np.arange(8)
    same, spread = [np.ones(8), np.ones(8)], [np.zeros(8), np.ones(8)]
    boot = Bootstrap(4000)
    found = boot.interval(ClipSums.of(same, clip))
    assert (found.mean, found.low, found.high) == (1, 1, 1)
    found = boot.interval(ClipSums.of(spread, clip))  # two seeds that disagree wholly: 0, 1/2 or 1
    assert (found.mean, found.low, found.high) == (0.5, 0, 1)
    half = np.repeat([0.0, 1.0], 4)
    found = boot.interval(ClipSums.of([half, half], clip))  # a share of 8 fair draws, whatever the seeds
    assert found.mean == 0.5 and found.low == 0.125 and found.high == 0.875


def test_a_constant_difference_is_certain_because_clips_and_seeds_are_drawn_together():
    seeds, clip = observations(3)
    a, b = ClipSums.of(seeds, clip), ClipSums.of([v + 0.25 for v in seeds], clip)
    found = Bootstrap(200).difference(a, b)
    assert (found.mean, found.low, found.high) == pytest.approx((0.25, 0.25, 0.25))
    assert Bootstrap(200).interval(b).low < Bootstrap(200).interval(b).high


def test_the_untrained_base_stands_against_every_seed():
    seeds, clip = observations(3)
    base, arm = ClipSums.of(seeds[:1], clip), ClipSums.of(seeds, clip)
    thrice = ClipSums.of(seeds[:1] * 3, clip)
    boot = Bootstrap(300)
    assert boot.difference(base, arm) == boot.difference(thrice, arm)
    assert boot.difference(arm, base).mean == -boot.difference(base, arm).mean
    with pytest.raises(ValueError, match="share their seeds"):
        boot.difference(ClipSums.of(seeds[:2], clip), arm)
    with pytest.raises(ValueError, match="observed the same"):
        ClipSums.of([seeds[0], seeds[1][:-1]], clip)


def test_a_reference_that_is_not_trained_stands_against_every_seed_of_an_arm():
    study = Study("s", "?", (Arm("base", "base", None), Arm("a", "a")), "base", seeds=3)
    (base, *of), clip = observations(4)
    sums = {"base": [base], "a": of}
    cell = arm_cell(
        study,
        "a",
        {"base": [0], "a": [0, 1, 2]},
        lambda arm, s: ClipSums.of([sums[arm][i] for i in s], clip),
        Bootstrap(100),
    )
    assert cell["difference"]["seeds"] == [0, 1, 2]
    assert cell["difference"]["mean"] == pytest.approx(np.mean(of) - np.mean(base), abs=0.006)


# ---------------------------------------------------------------------------------------------- end to end

TINY = Study(
    "tiny",
    "Does anything happen?",
    (Arm("base", "base", None), Arm("srl", "SRL prompts", (), "52.36 / 76.24"), Arm("bag", "bag", ("data.caption_style=bag",)),
     Arm("bad", "broken arm", ("data.caption_style=poem",))),
    "srl",
    seeds=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def tiny_study(tiny_clip, world, tmp_path_factory):
    """Arguments of a study whose third trained arm fails, its exit code and its folder, after one go."""
    folder = tmp_path_factory.mktemp("study")
    config = tiny_config(folder, tiny_clip, world, folder / "unused", trackers="", optim={"epochs": 1})
    args = ["tiny", "--config", str(config), "--base", str(tiny_clip), "--data", str(world), "--workers", "1",
            "--devices", "cpu", "--cache", str(folder / "cache"), "--runs", str(folder / "runs"), "--split", "valid=3",
            "--out", str(folder / "results"), "--resamples", "50"]  # fmt: skip
    STUDIES["tiny"] = TINY
    try:
        yield args, ablate.main(args), folder
    finally:
        del STUDIES["tiny"]


def test_a_failed_arm_is_named_and_the_others_are_measured(tiny_study, tiny_clip):
    _, code, folder = tiny_study
    assert code == 1
    found = json.loads((folder / "results" / "tiny.json").read_text())
    assert found["planned_runs"] == 4 and [run["arm"] for run in found["runs"]] == ["base", "srl", "bag"]
    table = found["tables"][tiny_clip.name]["valid"]
    assert "negatives: verb_role 1 of 5" in table and "event MdR" not in table
    row = table["event R@1"]
    assert row["bad"]["missing"].startswith("failed: ValueError: data.caption_style is 'poem'")
    assert row["srl"]["n"] == 15 and row["srl"]["clips"] == 3 and len(row["srl"]["per_seed"]) == 1
    assert row["bag"]["difference"]["mean"] == pytest.approx(row["bag"]["mean"] - row["srl"]["mean"], abs=0.02)
    text = (folder / "results" / "tiny.md").read_text()
    assert "1 of 4 runs are missing" in text and "| **SRL prompts** | 52.36 / 76.24 | 1 |" in text
    assert "another data set, model and measure" in text and "| broken arm | - | 0 of 1 | missing |" in text
    assert ET.parse(folder / "results" / "tiny.svg").getroot().tag.endswith("svg")
    assert str(folder) not in text + (folder / "results" / "tiny.json").read_text()


def test_what_is_done_is_skipped_and_what_is_half_done_is_finished(tiny_study, monkeypatch, capsys):
    args, _, folder = tiny_study
    trained = []
    monkeypatch.setattr(study_runs, "train", lambda settings: trained.append(settings) or 1 / 0)
    before = (folder / "results" / "tiny.json").read_text()
    assert ablate.main(args) == 1
    assert [s.data.caption_style for s in trained] == ["poem"]
    srl = next(c.run for c in _cells(args) if c.arm == "srl")
    (srl.folder / "observations.json").unlink()
    assert not is_done(srl)
    ablate.main([*args, "--tables-only"])
    assert json.loads((folder / "results" / "tiny.json").read_text())["runs"][1]["arm"] == "bag"
    assert ablate.main(args) == 1 and is_done(srl) and len(trained) == 2
    assert json.loads((folder / "results" / "tiny.json").read_text())["tables"] == _with_error(before)
    assert not is_done(replace(srl, measure=replace(srl.measure, frames_per_event=1)))
    capsys.readouterr()
    assert ablate.main([*args, "--dry-run"]) == 0
    assert "4 runs, 1 to do" in capsys.readouterr().out


def _cells(args):
    value = dict(zip(args[1::2], args[2::2], strict=True))
    common = load_json(TrainSettings, value["--config"])
    measure = Measure((("valid", 3),), 2, common.data.clips)
    return ablate.plan([TINY], common, measure, value["--runs"], bases=[value["--base"]])


def _with_error(before: str) -> dict:
    """The first go's tables as a second one has them, in which training itself was made to fail."""
    tables = json.loads(before)["tables"]
    for table in next(iter(tables.values())).values():
        for row in table.values():
            row["bad"]["missing"] = "failed: ZeroDivisionError: division by zero"
    return tables


@pytest.fixture(scope="module")
def with_heads(tiny_study, tiny_clip, tmp_path_factory):
    """The same study's runs with a head each, and an arm whose text tower is tuned; its results and its folder."""
    args, _, folder = tiny_study
    world = tmp_path_factory.mktemp("heads") / "world"
    write_split(world, "train", 9)
    write_split(world, "valid", 3)
    head = {"trackers": "", "captioner": {"width": 8, "layers": 1, "heads": 2, "max_words": 4},
            "data": {"clips": 3, "valid_clips": 1}, "optim": {"epochs": 1, "batch_clips": 4, "patience": 0}}  # fmt: skip
    (folder / "head.json").write_text(json.dumps(head))
    arms = (*TINY.arms[:3], Arm("text", "tuned text", ("tuning.text=lora",)))
    STUDIES["tiny_heads"] = replace(TINY, name="tiny_heads", arms=arms)
    value = dict(zip(args[1::2], args[2::2], strict=True)) | {"--data": str(world)}
    call = ["tiny_heads", *(word for pair in value.items() for word in pair), "--heads", "--head-clips", "2"]
    call += ["--head-config", str(folder / "head.json")]
    try:
        yield call, ablate.main(call), folder
    finally:
        del STUDIES["tiny_heads"]


def test_heads_stand_in_the_papers_measure_beside_the_papers_numbers(with_heads, tiny_clip):
    _, code, folder = with_heads
    assert code == 0
    text = (folder / "results" / "tiny_heads.json").read_text()
    results = json.loads(text)
    block = results["heads"]
    assert block["scored_clips"] == 2 and [run["arm"] for run in block["runs"]] == ["base", "srl", "bag", "text"]
    assert {run["clips"] for run in block["runs"]} == {3} and block["settings"]["skip_clips"] == 6
    assert block["settings"]["data"]["frames_per_event"] == 2  # as the arms were trained
    for metric in ("Vb@1", "CIDEr"):
        row = block["tables"][tiny_clip.name][metric]
        assert set(row) == {"base", "srl", "bag", "text"} and all(cell["seeds"] == [0] for cell in row.values())
        assert row["bag"]["difference"]["mean"] == pytest.approx(row["bag"]["mean"] - row["srl"]["mean"], abs=0.02)
    lines = (folder / "results" / "tiny_heads.md").read_text().splitlines()
    (head,) = [line for line in lines if line.startswith("| arm | paper")]
    assert head.startswith("| arm | paper: Vb@1 / CIDEr | head Vb@1 | head CIDEr | seeds | event R@1 |")
    (row,) = [line for line in lines if line.startswith("| **SRL prompts**")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1] == "52.36 / 76.24" and cells[2].startswith(
        f"{block['tables'][tiny_clip.name]['Vb@1']['srl']['mean']:.1f} ["
    )
    assert len(cells) == head.count("|") - 1 and "Another data set and model" in "\n".join(lines)
    assert str(folder) not in text


def test_a_study_is_asked_for_its_missing_heads_alone(with_heads, monkeypatch, capsys):
    call, _, folder = with_heads
    monkeypatch.setattr(study_runs, "train", lambda settings: 1 / 0)
    monkeypatch.setattr(study_runs, "measure", lambda run: 1 / 0)
    (scored,) = folder.glob("runs/base-*/head-*/scored.json")
    scored.unlink()
    assert ablate.main([*call, "--tables-only"]) == 0
    results = json.loads((folder / "results" / "tiny_heads.json").read_text())
    cell = next(iter(results["heads"]["tables"].values()))["CIDEr"]["base"]
    assert cell == {"missing": "not run"}
    assert (
        results["tables"]
        and "| base | - | missing | missing | - |" in (folder / "results" / "tiny_heads.md").read_text()
    )
    capsys.readouterr()
    assert ablate.main([*call, "--dry-run"]) == 0 and "4 runs, 1 to do" in capsys.readouterr().out
    assert ablate.main(call) == 0 and scored.is_file()


def test_outside_columns_say_each_arms_change_from_the_base_and_train_nothing(
    tiny_study, tiny_clip, monkeypatch, capsys
):
    args, _, folder = tiny_study
    STUDIES["tiny_outside"] = replace(TINY, name="tiny_outside", arms=TINY.arms[:3])
    call = ["tiny_outside", *args[1:], "--outside", "2"]
    monkeypatch.setattr(study_runs, "train", lambda settings: 1 / 0)
    monkeypatch.setattr(study_runs, "measure", lambda run: 1 / 0)
    try:
        assert ablate.main([*call, "--tables-only"]) == 0
        assert "| bag | missing | missing |" in (folder / "results" / "tiny_outside.md").read_text()
        assert ablate.main(call) == 0
        capsys.readouterr()
        assert ablate.main([*call, "--dry-run"]) == 0 and "3 runs, 0 to do" in capsys.readouterr().out
    finally:
        del STUDIES["tiny_outside"]
    block = json.loads((folder / "results" / "tiny_outside.json").read_text())["outside"]
    assert block["clips"] == 2 and [run["arm"] for run in block["runs"]] == ["base", "srl", "bag"]
    for place in ("outside", "inside"):
        row = block["tables"][tiny_clip.name][place]["pairs: kind"]
        assert row["bag"]["difference"]["mean"] == pytest.approx(row["bag"]["mean"] - row["base"]["mean"], abs=0.02)
        assert "difference" not in row["base"]
    text = (folder / "results" / "tiny_outside.md").read_text()
    assert "**Outside: scenes and kinds that the base saw and adaptation never shows** (2 clips" in text
    assert text.count("| arm | scene, zero-shot | scene, of 2 | kind, of 2 |") == 2
    assert str(folder) not in text


def test_heads_need_clips_that_no_arm_has_seen(tiny_clip, tmp_path):
    head = HeadRun(load_json(CaptionerTraining, ablate.HEAD_CONFIG))
    common = with_overrides(COMMON, ["data.clips=0"])
    with pytest.raises(ValueError, match="none is left for heads"):
        ablate.plan([TINY], common, Measure(), tmp_path, bases=[str(tiny_clip)], head=head)
    cells = ablate.plan([TINY], COMMON, Measure(), tmp_path, bases=[str(tiny_clip)], head=head)
    assert {c.run.head.settings.skip_clips for c in cells} == {COMMON.data.clips}
    plain = ablate.plan([TINY], COMMON, Measure(), tmp_path, bases=[str(tiny_clip)])
    assert [c.run.folder for c in plain] == [c.run.folder for c in cells] and all(c.run.head is None for c in plain)


@pytest.mark.parametrize("name", ["captions", "rank", "losses", "finetune"])
def test_results_without_heads_print_as_before(name):
    folder = Path(__file__).resolve().parents[2] / "results" / "ablations"
    text = study_tables.markdown(STUDIES[name], json.loads((folder / f"{name}.json").read_text("utf-8")))
    tables, committed = (
        [line for line in page.splitlines() if line.startswith("|")]
        for page in (text, (folder / f"{name}.md").read_text("utf-8"))
    )
    assert tables == committed


def test_damaged_observations_and_other_questions_are_refused(tiny_study, tmp_path):
    args, _, folder = tiny_study
    srl, bag = (next(c for c in _cells(args) if c.arm == arm) for arm in ("srl", "bag"))
    about = json.loads((srl.run.folder / "observations.json").read_text())
    about["questions"]["valid"]["digest"] = "0"
    with pytest.raises(DataError, match="asked other questions"):
        study_tables._same_questions({srl: about, bag: study_runs.about(bag.run)})
    copy = Run(replace(srl.run.settings, out=str(tmp_path)), srl.run.measure)
    (tmp_path / "observations.npz").write_bytes((srl.run.folder / "observations.npz").read_bytes()[:100])
    with pytest.raises(DataError, match="delete it and run the study again"):
        read_observations(copy)


def test_nothing_run_gives_a_table_that_says_so(tiny_clip, tmp_path):
    measure = Measure((("valid", 3),))
    cells = ablate.plan([TINY], COMMON, measure, tmp_path / "runs", bases=[str(tiny_clip)])
    paths = study_tables.write(TINY, cells, tmp_path, COMMON, measure, True, 50, {})
    text = paths[1].read_text()
    assert "4 of 4 runs are missing" in text and "quick: direction only" in text
    assert "| missing |" in text and "nan" not in text


def test_the_plot_is_small_readable_and_shows_the_base_as_a_line(tmp_path):
    arms = [f"arm {i} costs $5" for i in range(10)]
    points = [StudyPoint(arm, base, 50 + i, 45, 60) for i, arm in enumerate(arms) for base in ("a", "b")]
    panels = {f"metric {i}": [*points, StudyPoint("base", "a", 40, 39, 41, line=True)] for i in range(6)}
    path = tmp_path / "plot.svg"
    save_svg(study_figure("Why?", arms, panels, arms[0]), path)
    text = path.read_text()
    assert path.stat().st_size < 60_000
    assert "arm 9 costs $5" in text and "metric 5, %" in text and "a (line: not adapted)" in text
    before = text
    save_svg(study_figure("Why?", arms, panels, arms[0]), path)
    assert path.read_text() == before
