"""Half-truths of any labelled folder: which part of a clip is asked about what, and a perfect, a blind and an unread model."""

import numpy as np
import pytest

from srlclip.data.jsonl import write_jsonl
from srlclip.evaluation.benchmarks.embedding import Embedded
from srlclip.evaluation.benchmarks.readers.half_truths import labelled
from srlclip.evaluation.benchmarks.run import RunSettings, read, result
from srlclip.evaluation.benchmarks.spec import spec_of
from srlclip.evaluation.benchmarks.tasks.half_truths import labels, observe
from srlclip.evaluation.half_truths import MEASURES
from srlclip.situations import DataError, Event, Role, Situation


def event(verb, who, what):
    return Event(verb, f"{verb}.01", (Role("Arg0", "agent", who), Role("Arg1", "patient", what)))


@pytest.fixture
def folder(tmp_path):
    clips = [
        Situation("a", None, (event("push", "man", "box"), event("pull", "woman", "barrel")), start=2.0, end=6.0),
        Situation("b", None, (event("push", "robot", "lamp"),), end=2.0),
        Situation("unlabelled", None, (Event("walk", "walk.01"),), end=2.0),
    ]
    write_jsonl(tmp_path / "labels.jsonl", clips)
    return tmp_path


def perfect(task):
    """An axis of its own per event (M, M), and texts whose coordinate grows by 0.2 with each right role and falls with a
    wrong one: what is right of one event is wrong of another, and the short caption of one role the right one of another."""
    texts = {}
    for each in task.asked:
        axis, short = task.place.index((each.clip, each.event)), 0.5 if each.half.name == "agent" else 0.7
        for caption, score in (
            (each.half.right, short + 0.2),
            (each.half.short, short),
            (each.half.wrong, short - 0.2),
        ):
            texts.setdefault(caption.text, np.zeros(len(task.media), np.float32))[axis] = score
    return np.eye(len(task.media), dtype=np.float32), texts


def test_an_event_is_a_part_of_its_clip_and_is_embedded_once(folder):
    task = labelled(folder)
    assert task.clips == ("a", "b")
    assert [(m.id, m.start, m.end) for m in task.media] == [
        ("a event 1", 2.0, 4.0), ("a event 2", 4.0, 6.0), ("b event 1", 0.0, 2.0)
    ]  # fmt: skip
    assert task.place == ((0, 0), (0, 1), (1, 0))
    assert task.counts() == {"questions": len(task.asked), "events": 3, "clips": 2}
    assert {row["role"] for row in labels(task)} == {"agent", "patient"}
    assert labels(task)[0]["clip"] == "a" and labels(task)[0]["event"] == "1"


def test_a_perfect_model_a_blind_one_and_one_that_could_read_nothing(folder):
    task = labelled(folder)
    vectors, texts = perfect(task)
    seen = observe(task, vectors, np.ones(3, bool), texts)
    assert list(seen.metrics) == list(MEASURES) and all(o.values.all() for o in seen.metrics.values())
    assert set(seen.tables) == {f"{measure}, by role" for measure in MEASURES}
    blind = observe(task, vectors, np.ones(3, bool), {text: np.ones(3, np.float32) for text in texts})
    assert not any(o.values.any() for o in blind.metrics.values())
    one = observe(task, vectors, np.array([True, False, True]), texts)
    assert one.cases["both"].tolist() == [(each.clip, each.event) != (0, 1) for each in task.asked]


def test_questions_depend_on_the_seed_that_the_run_has(folder):
    spec = spec_of("half-truths")
    asked = [read(spec, folder, partial=True, seed=seed).asked for seed in (0, 0, 1, 2, 3)]
    assert asked[0] == asked[1]
    assert any(other != asked[0] for other in asked[2:])


def test_a_result_has_a_row_a_question_and_tables_by_role(folder):
    task = labelled(folder)
    vectors, texts = perfect(task)
    embedded = Embedded({"base": vectors, "adapted": vectors}, np.ones(3, bool), texts)
    out = result(spec_of("half-truths"), task, embedded, 4, RunSettings(resamples=20))
    assert out.table["both"]["base"]["mean"] == 100 and len(out.rows) == len(task.asked)
    assert out.tables["both, by role"]["patient"]["adapted - base"]["mean"] == 0
    assert out.rows[0]["adapted: right raises"] is True


def test_vidsitu_files_are_read_as_well_and_labels_without_a_question_are_refused(world, tmp_path):
    task = labelled(world)
    assert task.media and all(medium.path and medium.end - medium.start == 2.0 for medium in task.media)
    write_jsonl(tmp_path / "labels.jsonl", [Situation("a", None, (event("push", "man", "box"),), end=2.0)])
    with pytest.raises(DataError, match="no half-truth"):
        labelled(tmp_path)


def test_a_clip_without_an_end_is_as_long_as_its_file(mp4, tmp_path):
    path = mp4("c.mp4", frames=60, fps=30)
    clip = Situation("c", path, (event("push", "man", "box"), event("pull", "woman", "lamp")))
    write_jsonl(tmp_path / "labels.jsonl", [clip])
    assert [(m.start, round(m.end, 2)) for m in labelled(tmp_path).media] == [(0.0, 1.0), (1.0, 2.0)]
