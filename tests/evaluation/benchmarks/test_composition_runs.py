"""Composition from files to a result under a tiny CLIP: stills, missing ones, the control, and what every spec asks for."""

import json

import numpy as np
import pytest
from PIL import Image

from srlclip.evaluation.benchmarks.run import RunSettings, questions_of, reader_of, run
from srlclip.evaluation.benchmarks.spec import spec_of, specs
from srlclip.models.pair import ClipPair

SETTINGS = RunSettings(partial=True, resamples=20)


@pytest.fixture(scope="module")
def pair(tiny_clip):
    return ClipPair.load(tiny_clip, None)


def save_stills(folder, names):
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in names:
        Image.fromarray(rng.integers(256, size=(40, 56, 3), dtype=np.uint8)).save(folder / name)


def test_sugarcrepe_from_files_to_a_table_with_its_control(pair, tmp_path):
    spec = spec_of("sugarcrepe")
    save_stills(tmp_path / "images", [f"{i}.jpg" for i in range(4)])
    (tmp_path / "data").mkdir()
    for file in spec.annotations:
        rows = {
            str(i): {"filename": f"{i}.jpg", "caption": f"a man {i}", "negative_caption": f"a red man {i}"}
            for i in range(5)
        }
        (tmp_path / file.path).write_text(json.dumps(rows if "add" in file.path else {}))
    result = run(spec, tmp_path, pair, tmp_path / "cache", SETTINGS)
    assert (result.present, result.media, result.counts["cases"]) == (4, 5, 10)  # 4.jpg is not there: two misses
    assert (
        set(result.table)
        == {"accuracy", "mean of groups", "accuracy: add_att", "accuracy: add_obj"}
        == set(result.control)
    )
    assert result.control["accuracy"]["mean"] == 100 and result.chance["accuracy"] == 50
    assert [row["base: right"] for row in result.rows if row["medium"] == "4.jpg"] == [False, False]
    assert result.table["accuracy"]["adapted - base"]["mean"] == 0  # no adapter: the base against itself


def test_aro_cuts_the_same_still_to_its_boxes(pair, tmp_path):
    save_stills(tmp_path / "images", ["1.jpg"])
    row = {"image_path": "1.jpg", "bbox_y": 0, "bbox_w": 20, "bbox_h": 20, "relation_name": "on",
           "true_caption": "a man", "false_caption": "a woman"}  # fmt: skip
    (tmp_path / "visual_genome_relation.json").write_text(json.dumps([{**row, "bbox_x": x} for x in (0, 20, 500)]))
    result = run(spec_of("aro-relation"), tmp_path, pair, tmp_path / "cache", SETTINGS)
    assert (result.present, result.media) == (2, 3) and "does not lie in" in result.failures[0][1]
    assert result.rows[0]["base: margin"] != result.rows[1]["base: margin"] and result.rows[2]["base: margin"] is None


def test_winoground_has_three_scores_and_no_control(pair, tmp_path):
    save_stills(tmp_path / "images", ["ex_0_img_0.png", "ex_0_img_1.png"])
    row = {"id": 0, "image_0": "ex_0_img_0", "image_1": "ex_0_img_1", "caption_0": "a man", "caption_1": "a woman"}
    (tmp_path / "examples.jsonl").write_text(json.dumps(row))
    result = run(spec_of("winoground"), tmp_path, pair, tmp_path / "cache", SETTINGS)
    assert list(result.table) == ["text score", "image score", "group score"] and not result.control


COMPOSITION = [name for name, spec in specs().items() if spec.task in ("choices", "pairs")]


@pytest.mark.parametrize("name", COMPOSITION)
def test_every_spec_names_a_reader_its_options_and_metrics_that_are_measured(name):
    import inspect

    spec = spec_of(name)
    inspect.signature(reader_of(spec)).bind("root", **spec.options)
    folders = [folder.path.rstrip("/") for folder in spec.media]
    assert spec.options["media"] in folders and spec.protocol.endswith(".") and spec.licence
    if spec.task == "choices":
        task = questions_of(spec)
        measured = {"accuracy", *(name for name in task.SUMMARIES if name in spec.options.get("summaries", ()))}
    else:
        measured = {"text score", "image score", "video score", "group score"}
    assert {spec.main, *(figure.metric for figure in spec.figures)} <= measured


def test_the_regression_figures_are_marked_as_such():
    checked = {name: [f.value for f in spec_of(name).figures if f.check] for name in COMPOSITION}
    assert {name: values for name, values in checked.items() if values} == {
        "sugarcrepe": [76.6], "aro-relation": [51.8], "aro-attribution": [61.4], "winoground": [31.25, 11.25, 9.0],
    }  # fmt: skip
