"""The time test: hand-made vectors, official miniatures, and reversed clips under the bundled pair."""

from pathlib import Path

import numpy as np
import pytest

from srlclip import ASSETS
from srlclip.data.jsonl import write_jsonl
from srlclip.data.vidsitu import read_vidsitu
from srlclip.evaluation.benchmarks.embedding import CONTEXT
from srlclip.evaluation.benchmarks.event_questions import Ordered, Orders
from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.evaluation.benchmarks.readers.labelled import labelled_clips
from srlclip.evaluation.benchmarks.readers.time import in_order, labelled, vinoground
from srlclip.evaluation.benchmarks.run import RunSettings, read, run
from srlclip.evaluation.benchmarks.spec import spec_of, with_options
from srlclip.evaluation.benchmarks.tasks.time import FOLLOWS, FORWARDS, LARGEST, MOVED, RIGHT, labels, observe
from srlclip.models.pair import ClipPair
from srlclip.situations import DataError, Event, Role, Situation

GALLERY = ASSETS / "gallery"
TEXTS = {"AB": np.array([1, 0], np.float32), "BA": np.array([0, 1], np.float32)}


def ask(rows, read=None, groups=("", "")):
    """rows: per case the clip's vector forwards and backwards, whose cosines with AB and BA are its coordinates."""
    media = tuple(Medium(f"{i}{way}", Path(f"{i}.mp4")) for i in range(len(rows)) for way in ("", " back"))
    cases = tuple(Ordered(f"{i}", 2 * i, 2 * i + 1, "AB", "BA", groups[i % len(groups)]) for i in range(len(rows)))
    vectors = np.array([vector for row in rows for vector in row], np.float32)
    there = np.ones(len(media), bool) if read is None else np.array(read)
    return Orders(media, cases), observe(Orders(media, cases), vectors, there, TEXTS)


def values(seen):
    return {name: o.values.tolist() for name, o in seen.metrics.items()}


def test_a_model_that_averages_is_moved_by_nothing_and_follows_nothing():
    _, seen = ask([((0.8, 0.6), (0.8, 0.6)), ((0.6, 0.8), (0.6, 0.8 + 1e-7)), ((0.5, 0.5), (0.5, 0.5))])
    assert values(seen)[RIGHT] == [True, False, False]  # a tie loses
    assert values(seen)[FOLLOWS] == values(seen)[FORWARDS] == [False] * 3
    assert max(values(seen)[MOVED]) < 1e-3 and seen.numbers[LARGEST] < 1e-6


def test_a_model_that_sees_order_and_its_opposite():
    _, seen = ask([((0.8, 0.6), (0.6, 0.8)), ((0.6, 0.8), (0.8, 0.6)), ((0.8, 0.6), (0.7, 0.6))])
    assert values(seen)[RIGHT] == [True, False, True]
    assert values(seen)[FOLLOWS] == [True, False, False]  # reversed, the third still reads as AB
    assert values(seen)[FORWARDS] == [True, False, True]
    assert values(seen)[MOVED] == pytest.approx([200, 200, 100], rel=1e-5)
    assert seen.numbers[LARGEST] == pytest.approx(0.2)


def test_a_clip_that_could_not_be_read_is_a_miss_and_moves_nothing():
    rows = [((0.8, 0.6), (0.6, 0.8)), ((0, 0), (0, 0))]
    _, seen = ask(rows, read=[True, True, False, False])
    assert values(seen)[RIGHT] == [True, False] and len(values(seen)[MOVED]) == 1
    _, none = ask(rows, read=[False] * 4)
    assert not none.metrics[MOVED].values.size and none.metrics[MOVED].reason


def test_cases_of_one_file_are_resampled_together_and_groups_have_a_table():
    task, seen = ask([((0.8, 0.6), (0.6, 0.8))] * 3, groups=("object", "action"))
    assert seen.metrics[RIGHT].clip.tolist() == [0, 1, 2]
    same = Orders(tuple(Medium(m.id, Path("one.mp4")) for m in task.media), task.cases)
    vectors = np.ones((6, 2), np.float32)
    assert observe(same, vectors, np.ones(6, bool), TEXTS).metrics[RIGHT].clip.tolist() == [0, 0, 0]
    rows = {group: o.values.tolist() for group, o in seen.tables[f"{RIGHT}, by category"].items()}
    assert rows == {"object": [True, True], "action": [True]}
    assert labels(task)[1]["category"] == "action"


def test_sentences_are_joined_in_order():
    assert in_order(["A man walks.", "A woman runs."]) == "A man walks, then a woman runs."
    assert in_order(["A.", "B.", "C."]) == "A, then b, then c."


def event(verb, who):
    return Event(verb, f"{verb}.01", (Role("Arg0", "agent", who),))


def test_neighbouring_events_with_different_sentences_are_asked(tmp_path):
    clips = [
        Situation("a", None, (event("walk", "man"), event("run", "woman"), event("run", "woman"), event("sit", "man")), end=8.0),
        Situation("b", None, (event("walk", "man"),), start=1.0, end=3.0),
    ]  # fmt: skip
    write_jsonl(tmp_path / "labels.jsonl", clips)
    task = labelled(tmp_path)
    assert [(case.caption, case.exchanged) for case in task.cases] == [
        ("A man walks, then a woman runs.", "A woman runs, then a man walks."),
        ("A woman runs, then a man sits.", "A man sits, then a woman runs."),
    ]
    forwards, backwards = task.media[2:]
    assert (forwards.id, forwards.start, forwards.end, forwards.backwards) == ("a event 3 to 4", 4.0, 8.0, False)
    assert (backwards.id, backwards.start, backwards.end, backwards.backwards) == ("a event 3 to 4, backwards", 4.0, 8.0, True)  # fmt: skip
    assert task.counts() == {"cases": 2, "media": 4}
    with pytest.raises(ValueError, match="2 or more"):
        labelled(tmp_path, events=1)
    with pytest.raises(DataError, match="3 neighbouring events"):
        labelled(tmp_path, events=3)
    with pytest.raises(DataError, match="no splits"):
        labelled(tmp_path, split="test")


def test_splits_that_models_were_trained_on_are_left_out_unless_named(world):
    asked, known = labelled_clips(world)
    assert {s.clip_id.split("-")[1] for s in known} > {s.clip_id.split("-")[1] for s in asked}
    assert not any("-train-" in s.clip_id for s in asked)
    assert all("-train-" in s.clip_id for s in labelled_clips(world, "train")[0])
    with pytest.raises(DataError, match="no split 'nope'; this folder has: train"):
        labelled_clips(world, "nope")


def test_a_folder_without_labels_says_how_to_get_one(tmp_path):
    with pytest.raises(DataError, match="python -m srlclip synsitu"):
        read(spec_of("synsitu-time"), tmp_path)


def test_vinoground_in_miniature(tmp_path):
    head = "index,major,minor,pos_cap,neg_cap\r\n"
    rows = (
        '0,object,interaction;,"a man eats, then walks",a man walks before he eats\r\n1,action,,"he said ""no""",b\r\n'
    )
    (tmp_path / "vinoground.csv").write_bytes(b"\xef\xbb\xbf" + (head + rows).encode())
    (tmp_path / "videos").mkdir()
    for name in ("0_pos.mp4", "0_neg.mp4", "1_pos.mp4"):
        (tmp_path / "videos" / name).touch()
    task = vinoground(tmp_path, "vinoground.csv", "videos")
    assert [(case.id, case.caption, case.exchanged, case.group) for case in task.cases[:2]] == [
        ("0_pos.mp4", "a man eats, then walks", "a man walks before he eats", "object"),
        ("0_neg.mp4", "a man walks before he eats", "a man eats, then walks", "object"),
    ]
    assert task.cases[2].caption == 'he said "no"' and task.cases[3].group == "action"
    assert [m.id for m in task.media if m.path is None] == ["1_neg.mp4", "1_neg.mp4, backwards"]
    assert [m.backwards for m in task.media] == [False, True] * 4
    (tmp_path / "vinoground.csv").write_text(head + "0,object,interaction,only four\n")
    with pytest.raises(DataError, match="line 2.*4 columns"):
        vinoground(tmp_path, "vinoground.csv", "videos")


@pytest.fixture(scope="module")
def reversed_clips(tmp_path_factory):
    """The result of one bundled clip under the bundled pair, two runs of three events."""
    folder = tmp_path_factory.mktemp("clips")
    write_jsonl(folder / "labels.jsonl", read_vidsitu(GALLERY, "test")[:1])
    spec = with_options(spec_of("synsitu-time"), ["events=4"])
    return run(
        spec, folder, ClipPair.load("mini-base", "mini-srlclip", "cpu"), folder / "cache", RunSettings(resamples=20)
    )


def test_models_that_average_score_a_reversed_clip_alike(reversed_clips):
    numbers = reversed_clips.numbers[LARGEST]
    assert numbers["base"] < 1e-6 and numbers["adapted"] < 1e-6
    for metric in (FOLLOWS, FORWARDS, MOVED):
        assert reversed_clips.table[metric]["base"]["mean"] == reversed_clips.table[metric]["adapted"]["mean"] == 0


def test_the_contextualizer_is_asked_without_a_flag_and_notices_the_reversal(reversed_clips):
    assert reversed_clips.numbers[LARGEST][CONTEXT] > 1e-4
    assert reversed_clips.table[MOVED][CONTEXT]["mean"] > 0.1
    assert f"{CONTEXT} - adapted" in reversed_clips.table[RIGHT]
