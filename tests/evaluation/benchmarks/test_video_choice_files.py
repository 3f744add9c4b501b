"""VELOCITI's, VITATECS's and VideoComp's files in miniature: names with dots and dashes, times in millionths, missing media."""

import json

import pytest

from srlclip.evaluation.benchmarks.readers.video_choices import velociti, videocomp, vitatecs
from srlclip.situations import DataError


def written(tmp_path, name, rows, videos=()):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    lines = path.suffix == ".jsonl"
    path.write_text("\r\n".join(map(json.dumps, rows)) + "\r\n" if lines else json.dumps(rows))
    for video in videos:
        (tmp_path / "videos" / video).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "videos" / video).write_bytes(b"0")
    return tmp_path


def question(test="agent_bind", **other):
    return {
        "video_id": "v_-a_seg_0_10.mp4",
        "test_name": test,
        "event": "Ev1",
        "pos": "x",
        "neg": "y",
        "in_subset": True,
        **other,
    }


def test_velociti_groups_its_tests_and_cuts_ids_at_the_first_dot(tmp_path):
    rows = [question(), question("control", event="(Ev1, Ev3)"), question("chrono", video_id="v_b.seg.mp4")]
    root = written(tmp_path, "velociti.jsonl", rows, ["v_-a_seg_0_10.mp4"])
    task = velociti(root, "velociti.jsonl", "videos", ["control"], ["mean of groups"])
    assert [case.group for case in task.cases] == ["agent_bind", "control", "chrono"] and task.apart == ("control",)
    assert [medium.id for medium in task.media] == ["v_-a_seg_0_10", "v_b"]
    assert [medium.path is not None for medium in task.media] == [True, False]
    with pytest.raises(DataError, match="line 1.*'temporal'; allowed: control, agent_random"):
        velociti(written(tmp_path, "velociti.jsonl", [question("temporal")]), "velociti.jsonl", "videos", [])


def test_vitatecs_takes_each_source_from_its_folder_or_one_for_all(tmp_path):
    def row(source, video, aspect):
        return {"src_dataset": source, "video_name": video, "caption": "up", "counterfactual": "down", "aspect": aspect}

    written(tmp_path, "data/Direction.jsonl", [row("MSRVTT", "video9.mp4", "Direction"), row("VATEX", "_7-x_0_1.mp4", "Direction")],
            ["MSRVTT/video9.mp4", "_7-x_0_1.mp4"])  # fmt: skip
    root = written(tmp_path, "data/Type.jsonl", [row("VATEX", "-z.mp4", "Type")])
    task = vitatecs(root, ["data/Direction.jsonl", "data/Type.jsonl", "data/Sequence.jsonl"], "videos")
    assert task.counts() == {"cases": 3, "Direction": 2, "Type": 1}
    assert [medium.id for medium in task.media] == ["MSRVTT/video9.mp4", "VATEX/_7-x_0_1.mp4", "VATEX/-z.mp4"]
    assert task.media[0].path.parent.name == "MSRVTT" and task.media[1].path.name == "_7-x_0_1.mp4"
    assert task.media[2].path is None


def segment(unit=1, **other):
    return {"key": "k", "video_id": "-abc", "type": "temporal_reordering", "original_video/start_time": 1 * unit,
            "original_video/end_time": 250 * unit, "query_video/start_time": 2 * unit, "query_video/end_time": 9 * unit,
            "positive_text": "p", "negative_text": "n", "question": "?", "answer": "A", **other}  # fmt: skip


@pytest.mark.parametrize("unit", [1, 1.0, 1_000_000])
def test_videocomp_shows_the_query_part_in_seconds_or_millionths(tmp_path, unit):
    rows = [segment(unit), segment(unit, **{"query_video/start_time": None, "query_video/end_time": None})]
    task = videocomp(written(tmp_path, "v.json", rows, ["v_-abc.mp4"]), "v.json", "videos", ["product of groups"])
    spans = [(medium.start, medium.end) for medium in task.media]
    assert spans == [(pytest.approx(2), pytest.approx(9)), (pytest.approx(1), pytest.approx(250))]
    assert task.cases[0].group == "temporal reordering" and task.media[0].path is not None


def test_names_that_the_official_description_misspells_are_read(tmp_path):
    row = segment()
    row["query_videl/end_time"] = row.pop("query_video/end_time")
    assert videocomp(written(tmp_path, "v.json", [row]), "v.json", "videos").media[0].end == 9
    bare = {name: value for name, value in segment().items() if "time" not in name}
    whole = videocomp(written(tmp_path, "v.json", [bare]), "v.json", "videos").media[0]
    assert (whole.start, whole.end) == (0, None)


@pytest.mark.parametrize(
    ("change", "problem"), [({"query_video/end_time": 2}, "from 2 to 2"), ({"query_video/end_time": "9"}, "number")]
)
def test_times_that_do_not_fit_are_named(tmp_path, change, problem):
    with pytest.raises(DataError, match=problem):
        videocomp(written(tmp_path, "v.json", [segment(**change)]), "v.json", "videos")
