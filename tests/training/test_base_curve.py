"""A study over bases that were told different things: which are missing, what each was told, its table and its curve."""

import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from srlclip.config import load_json, to_dict, with_overrides
from srlclip.evaluation.towers import Observations
from srlclip.situations import CheckpointError
from training import ablate, pretrain
from training.mini_base.model import PretrainSettings
from training.settings import TrainSettings
from training.studies import base_curve, tables
from training.studies.answers import write_answers
from training.studies.bases import COMMANDS, SECOND_BASE, VERB_BASES, knowledge_share, require_bases
from training.studies.definitions import STUDIES
from training.studies.runs import Measure

COMMON = load_json(TrainSettings, ablate.CONFIG)
STUDY, MEASURE, CLIPS = STUDIES["base_knowledge"], Measure((("test", 4),)), np.arange(4)
#: Base -> the share that it was told, and the hits of its arms per clip: the SRL prompts gain less the more a base was told.
MADE_UP = {
    "told-all": (1.0, {"base": (1, 1, 1, 0), "sparse": (1, 1, 1, 0), "srl": (1, 1, 1, 1)}),
    "told-none": (0, {"base": (0, 0, 0, 0), "sparse": (1, 0, 0, 0), "srl": (1, 1, 1, 1)}),
    "older": (None, {"base": (0, 0, 0, 0), "sparse": (0, 0, 0, 0), "srl": (1, 0, 0, 0)}),
    "told-some": (0.03, {"base": (1, 0, 0, 0), "sparse": (1, 1, 0, 0), "srl": (1, 1, 1, 1)}),
}


def make_base(folder: Path, share: float | None) -> str:
    """A folder with weights that nobody loads and what pretrain.py writes beside them; None: as it was before `knowledge`."""
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(folder.name.encode())
    settings = {"seed": 0} if share is None else {"seed": 0, "knowledge": {"verb": share}}
    (folder / "run.json").write_text(json.dumps({"settings": settings}))
    return str(folder)


@pytest.fixture
def planned(tmp_path):
    """The study's cells, one seed, on bases that are made up."""
    bases = [make_base(tmp_path / name, share) for name, (share, _) in MADE_UP.items()]
    return ablate.plan([STUDY], COMMON, MEASURE, tmp_path / "runs", seeds=1, bases=bases)


@pytest.fixture
def answered(planned):
    """The same, every run done: its arm's hits are its answers to whatever is asked."""
    about = {
        "measure": MEASURE.to_dict(),
        "questions": {"test": {"clips": 4, "events": 4, "digest": "0"}},
        "commit": "0",
    }
    for cell in planned:
        cell.run.folder.mkdir(parents=True)
        hits = Observations(np.array(MADE_UP[Path(cell.base).name][1][cell.arm], float), CLIPS)
        write_answers(cell.run.folder / "observations.npz", {"test": dict.fromkeys(base_curve.SHOWN, hits)})
        (cell.run.folder / "observations.json").write_text(json.dumps(about))
        (cell.run.folder / "run.json").write_text(json.dumps({"commit": "0", "steps": 5, "seconds": 1}))
    return planned


def test_every_missing_base_is_named_with_the_command_that_makes_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_base(Path("runs/mini-base-verbs10/model"), 0.1)
    Path("runs/mini-base-verbs100/model").mkdir(parents=True)  # pretraining that has not ended: a tokenizer and no more
    with pytest.raises(ValueError, match="first: .*give --base") as error:
        ablate.plan([STUDIES["captions"], STUDY], COMMON, MEASURE, "runs")
    for base in (SECOND_BASE, "runs/mini-base-verbs00/model", "runs/mini-base-verbs100/model"):
        assert f"{base} (`{COMMANDS[base]}`)" in str(error.value)
    assert "verbs10/model" not in str(error.value)
    assert ablate.plan([STUDY], COMMON, MEASURE, "runs", bases=["runs/mini-base-verbs10/model", "mini-base"])
    require_bases(["mini-base", "somebody/elses-base"])


@pytest.mark.parametrize("base, share", VERB_BASES.items())
def test_the_commands_halve_the_steps_change_the_share_of_verbs_and_write_where_the_study_looks(base, share):
    words = shlex.split(COMMANDS[base])
    assert words[:2] == ["python", "training/pretrain.py"] and set(words[2::2]) == {"--set"}
    common = load_json(PretrainSettings, pretrain.CONFIG)
    settings = with_overrides(common, words[3::2])
    assert settings.knowledge.verb == share != common.knowledge.verb and Path(settings.out) / "model" == Path(base)
    assert (settings.sight_steps, settings.align_steps) == (common.sight_steps // 2, common.align_steps // 2)
    same = {
        "out": common.out,
        "knowledge": common.knowledge,
        "sight_steps": common.sight_steps,
        "align_steps": common.align_steps,
    }
    assert replace(settings, **same) == common
    assert replace(settings.knowledge, verb=common.knowledge.verb) == common.knowledge
    assert to_dict(settings)["knowledge"]["verb"] == share  # as run.json has it


def test_what_a_base_was_told_is_read_from_its_own_folder(tmp_path):
    assert knowledge_share(make_base(tmp_path / "a", 0.1), "verb") == 0.1
    assert knowledge_share(make_base(tmp_path / "b", 0), "verb") == 0
    assert knowledge_share(make_base(tmp_path / "c", None), "verb") is None
    (tmp_path / "c" / "run.json").unlink()
    assert knowledge_share(str(tmp_path / "c"), "verb") is None
    (tmp_path / "a" / "run.json").write_text("{")
    with pytest.raises(CheckpointError, match="run.json is not JSON"):
        knowledge_share(str(tmp_path / "a"), "verb")


def test_bases_stand_side_by_side_from_the_one_that_was_told_least(answered, tmp_path):
    paths = tables.write(STUDY, answered, tmp_path / "out", COMMON, MEASURE, False, 50, {})
    assert [path.name for path in paths] == [f"base_knowledge{end}" for end in (".json", ".md", ".svg", "_curve.svg")]
    shares = json.loads(paths[0].read_text())["bases"]["shares"]
    assert shares == {name: share for name, (share, _) in MADE_UP.items()}
    text = paths[1].read_text()
    assert "(base_knowledge_curve.svg)" in text and text.index("## By the share of verb labels") < text.index(
        "## Base "
    )
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| verb, of")
    ]
    assert [row[1:3] for row in rows] == [
        ["told-none", "0 %"],
        ["told-some", "3 %"],
        ["told-all", "100 %"],
        ["older", "not stated"],
    ]
    for _, base, _, *cells in rows:
        means = {arm: 100 * np.mean(hits) for arm, hits in MADE_UP[base][1].items()}
        levels, gains = [float(cell.strip("*").split()[0]) for cell in cells[:3]], cells[3:]
        assert levels == [means["base"], means["sparse"], means["srl"]]
        assert [float(gain.strip("*").split()[0]) for gain in gains] == [
            means["srl"] - means[a] for a in ("base", "sparse")
        ]
    assert "**+100.0 [100.0, 100.0]**" in text  # every clip of the base that was told nothing
    curve = paths[3].read_text()
    assert "verb, of all: gain, points" in curve and "% of verb labels told to the base" in curve
    assert "SRL prompts − base model, no adaptation" in curve


def test_heads_are_measures_too_and_a_base_that_does_not_say_has_no_point(answered):
    results = tables.result(STUDY, answered, COMMON, MEASURE, False, 50, {})
    zero_shot = base_curve.figure(STUDY, results)
    row = {
        arm: {"mean": 30.0, "ci": [20.0, 40.0], "difference": {"mean": 5.0, "ci": [-1.0, 11.0]}}
        for arm in ("base", "sparse")
    }
    row["srl"] = {"mean": 35.0, "ci": [30.0, 40.0]}
    results["heads"] = {"tables": {base: {"Vb@1": row, "CIDEr": row, "LEA": row} for base in MADE_UP}}
    text = "\n".join(base_curve.lines(STUDY, results))
    assert (
        "| head CIDEr | told-none | 0 % | 30.0 [20.0, 40.0] | 30.0 [20.0, 40.0] | 35.0 [30.0, 40.0] | +5.0 [-1.0, 11.0] |"
        in text
    )
    assert text.count("| head Vb@1 |") == 4 and "LEA" not in text
    panels = [axes for axes in base_curve.figure(STUDY, results).axes if axes.get_visible()]
    assert len(panels) == 5 and sum(axes.get_visible() for axes in zero_shot.axes) == 3
    for axes in panels:
        assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "3", "100"]


def test_what_was_not_run_is_missing_from_the_table_and_the_curve(planned, tmp_path):
    paths = tables.write(STUDY, planned, tmp_path / "out", COMMON, MEASURE, True, 50, {})
    text = paths[1].read_text()
    assert (
        "| event R@1 | told-none | 0 % | missing | missing | missing | missing | missing |" in text
        and "nan" not in text
    )
    assert "direction only" in paths[3].read_text() and "points" not in paths[3].read_text()
