"""Accuracies from hand-made vectors: prompts are averaged, ties lose, classes and splits count alike."""

import numpy as np
import pytest

from srlclip.evaluation.benchmarks.embedding import Embedded
from srlclip.evaluation.benchmarks.prompts import PROMPTS, templates
from srlclip.evaluation.benchmarks.questions import Actions, Medium
from srlclip.evaluation.benchmarks.run import RunSettings, result
from srlclip.evaluation.benchmarks.spec import spec_of, with_options
from srlclip.evaluation.benchmarks.tasks.actions import BY_CLASS, accuracy, class_vectors, labels, observe

CLASSES = ("a", "b", "c")
TEXTS = {
    f"{shot} {name}": np.eye(3, dtype=np.float32)[i] for i, name in enumerate(CLASSES) for shot in ("photo", "video")
}


def task(marked: tuple[int, ...], splits=()) -> Actions:
    media = tuple(Medium(f"m{i}", None) for i in range(len(marked)))
    return Actions(media, marked, CLASSES, ("photo {}", "video {}"), splits)


def rates(observed):
    return {name: accuracy(o) for name, o in observed.metrics.items()}


def test_a_class_is_the_normalised_mean_of_its_prompts():
    texts = {**TEXTS, "photo a": np.array([0.6, 0.8, 0], np.float32)}
    vectors = class_vectors(task((0,)), texts)
    assert vectors[0] == pytest.approx(np.array([1.6, 0.8, 0]) / np.hypot(1.6, 0.8))
    assert vectors[1:].tolist() == [[0, 1, 0], [0, 0, 1]]


def test_top_1_mean_class_and_by_class_by_hand():
    vectors = np.array([[1, 0, 0], [1, 0, 0], [0.6, 0.8, 0], [0, 1, 0]], np.float32)
    seen = observe(task((0, 0, 0, 1)), vectors, np.ones(4, bool), TEXTS)
    assert seen.cases["rank"].tolist() == [1, 1, 2, 1] and seen.cases["predicted"].tolist() == ["a", "a", "b", "b"]
    assert rates(seen) == pytest.approx({"top-1": 0.75, "top-5": 1.0, "mean class accuracy": (2 / 3 + 1) / 2})
    assert {name: o.values.tolist() for name, o in seen.tables[BY_CLASS].items()} == {"a": [1, 1, 0], "b": [1]}
    assert seen.numbers == {}


def test_ties_and_clips_that_could_not_be_read_are_misses():
    vectors = np.array([[0.5, 0.5, 0.5], [0, 0, 0]], np.float32)
    seen = observe(task((0, 0)), vectors, np.array([True, False]), TEXTS)
    assert seen.cases["rank"].tolist() == [3, 6] and seen.cases["predicted"].tolist()[1] == ""
    assert rates(seen)["top-1"] == 0
    assert seen.metrics["top-5"].values.tolist() == [True, False]  # of three classes the third is among five


def test_splits_count_alike_whatever_their_size_and_tell_their_own_classes_apart():
    vectors = np.array([[0, 0.1, 1], [1, 0, 0], [0, 1, 0], [1, 0, 0]], np.float32)
    # Clip 0 shows b and looks like c: right where c is no choice, wrong where it is.
    splits = (("one", (0,), (0, 1)), ("two", (0, 1, 3), (0, 1, 2)))
    seen = observe(task((1, 0, 1, 0), splits), vectors, np.ones(4, bool), TEXTS)
    assert rates(seen)["one top-1"] == 1 and rates(seen)["two top-1"] == pytest.approx(2 / 3)
    assert rates(seen)["top-1"] == pytest.approx((1 + 2 / 3) / 2)
    assert rates(seen)["mean class accuracy"] == pytest.approx((1 + 1 + 0) / 3)  # b; a and b
    spread = seen.numbers["top-1, standard deviation over splits"]
    assert spread == pytest.approx(100 * np.std([1, 2 / 3], ddof=1))
    assert [row["split"] for row in labels(task((1, 0, 1, 0), splits))] == ["one", "two", "two", "two"]
    assert seen.metrics["top-1"].clip.tolist() == [0, 0, 1, 3]


def test_a_result_has_a_row_a_clip_a_table_by_class_and_intervals():
    vectors = {name: np.eye(3, dtype=np.float32) for name in ("base", "adapted")}
    embedded = Embedded(vectors, np.ones(3, bool), TEXTS)
    out = result(spec_of("kinetics400"), task((0, 1, 0)), embedded, 8, RunSettings(resamples=50))
    assert (
        out.table["top-1"]["base"]["mean"] == pytest.approx(66.667)
        and out.table["top-1"]["adapted - base"]["mean"] == 0
    )
    assert out.tables[BY_CLASS]["a"]["base"]["n"] == 2
    assert out.rows[2] == {
        "split": "", "clip": "m2", "class": "a", "base: rank": 3, "base: predicted": "c", "adapted: rank": 3,
        "adapted: predicted": "c",
    }  # fmt: skip


def test_a_perfect_model_has_no_interval_above_100():
    embedded = Embedded({"base": np.eye(3, dtype=np.float32)[[0, 0, 0, 1]]}, np.ones(4, bool), TEXTS)
    splits = (("one", (0, 1, 2), (0, 1, 2)), ("two", (3,), (0, 1, 2)))
    out = result(spec_of("kinetics600-zs"), task((0, 0, 0, 1), splits), embedded, 8, RunSettings(resamples=50))
    assert {tuple(row["base"]["ci"]) for row in out.table.values()} == {(100.0, 100.0)}


def test_published_prompt_ensembles():
    sizes = {path.stem: len(set(templates(path.stem))) for path in PROMPTS.glob("*.json")}
    assert sizes == {"clip-kinetics": 28, "clip-ucf101": 48, "actionclip": 16, "plain": 1}
    assert "a example of the person practicing {}." in templates("clip-ucf101")
    assert "a demonstration of {}." in templates("clip-kinetics")
    with pytest.raises(ValueError, match="allowed: actionclip, clip-kinetics"):
        templates("mine")


def test_a_template_without_a_place_for_the_class_is_refused(tmp_path):
    (tmp_path / "mine.json").write_text('{"source": "-", "templates": ["a photo"]}')
    with pytest.raises(ValueError, match="needs one {}"):
        templates("mine", tmp_path)


def test_reading_options_can_be_set_and_wrong_ones_name_the_allowed():
    spec = with_options(spec_of("ucf101"), ["split=all", "prompts=plain"])
    assert spec.options["split"] == "all" and spec.options["prompts"] == "plain"
    with pytest.raises(ValueError, match="allowed for ucf101 are .*split=1"):
        with_options(spec_of("ucf101"), ["fold=2"])
    with pytest.raises(ValueError, match="lists must be dict"):
        with_options(spec_of("kinetics600-zs"), ["lists=all"])
