"""VidSitu's files: every annotator, votes, frames; broken and missing entries named, counted and passed over."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from srlclip.data.jsonl import read_jsonl, write_jsonl
from srlclip.data.problems import Coverage, coverage
from srlclip.data.vidsitu import parse_segment_id, read_vidsitu, split_segments, splits, write_vidsitu
from srlclip.situations import DataError, Event, Role, Situation, VideoDecodeError
from srlclip.video.clips import clip_pixels
from srlclip.video.frames import read_frames
from srlclip.video.pixels import PreprocessSpec

MINI = Path(__file__).parents[1] / "fixtures" / "vidsitu_mini"
TRAIN_1 = "v_aB-_seg_9x_seg_0_10"


def test_segment_ids():
    assert parse_segment_id(TRAIN_1) == ("aB-_seg_9x", 0.0, 10.0)
    assert parse_segment_id("v__-Zq3_k1w4_seg_110_120") == ("_-Zq3_k1w4", 110.0, 120.0)
    for bad in ("aB_seg_0_10", "v_ab_0_10", "v_ab_seg_0", "v__seg_0_10"):
        with pytest.raises(ValueError, match="segment id"):
            parse_segment_id(bad)


def test_vidsitu_train(tmp_path):
    (tmp_path / f"{TRAIN_1}.mp4").touch()
    first, second = read_vidsitu(MINI, "train", videos=tmp_path)
    assert first.clip_id == TRAIN_1 and first.path == tmp_path / f"{TRAIN_1}.mp4"
    assert second.path is None and len(second.annotations) == 1
    # two annotators, grouped across the flat file, in its order; the first one's events are the clip's
    assert len(first.annotations) == 2 and first.annotations[0] == first.events
    assert first.annotations[1][0].role("Arg0").filler == "guy in yellow"
    # Arg_List orders the roles although Args lists the scene first
    assert [r.key for r in first.events[0].roles] == ["Arg0", "Arg2", "AMnr", "AScn"]
    assert [e.relation for e in first.events] == ["Causes", "NoRel", None, "Enables", "Reaction To"]
    assert [e.lemma for e in first.events] == ["speak", "turn", "dive", "stop", "reach"]
    # verbatim, trailing space included
    assert first.events[2].role("Arg0").filler == 'Zoë, the "brave" one '
    assert [r.key for r in first.events[2].visible_roles] == ["Arg0"]
    # without Arg_List the order is that of Args
    assert [r.name for r in first.events[3].roles] == ["agent", "theme", "manner", "scene of the event"]
    assert first.verb_votes == ()


def test_vidsitu_valid_has_three_annotators_votes_and_frames(tmp_path):
    (tmp_path / "v_Qw-8_e_seg_20_30").mkdir()
    (clip,) = read_vidsitu(MINI, "valid", videos=tmp_path, role_names="raw")
    assert clip.path == tmp_path / "v_Qw-8_e_seg_20_30"
    assert len(clip.annotations) == 3
    assert clip.verb_votes[0] == ("walk.01",) * 7 + ("run.02",) * 2 + ("carry.01",)
    assert clip.events[2].roles[1].name == "the thing opening"
    assert (clip.start, clip.end) == (0.0, 10.0)


def test_vidsitu_folder_above_works_too(tmp_path):
    shutil.copytree(MINI, tmp_path / "vidsitu_annotations")
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / f"{TRAIN_1}.mp4").touch()
    assert read_vidsitu(tmp_path, "train")[0].path is not None


@pytest.mark.parametrize("split", ["train", "valid"])
def test_vidsitu_written_and_read_back_is_the_same(tmp_path, split):
    clips = read_vidsitu(MINI, split, role_names="raw")
    write_vidsitu(tmp_path, split, clips)
    assert read_vidsitu(tmp_path, split, role_names="raw") == clips


def test_writer_keeps_positions_as_strings_and_writes_votes(tmp_path):
    write_vidsitu(tmp_path, "valid", read_vidsitu(MINI, "valid"), verbs={"run.02": "run (move fast)"})
    (info,) = json.loads((tmp_path / "vinfo_files" / "vinfo_valid_lb.json").read_text("utf-8"))
    assert info["vb_lst"]["Ev1"][7:] == ["run (move fast)"] * 2 + ["carry (bear)"]
    assert info["vid_uid"] == "Qw-8_e"
    element = json.loads((tmp_path / "vseg_ann_files" / "vsann_valid_lb.json").read_text("utf-8"))[0]
    assert element["Ev1"]["Arg_List"]["Scene of the Event"] == "3"
    assert "EvRel" not in element["Ev3"]


def test_writer_refuses_what_the_format_cannot_hold(tmp_path):
    event = Event("walk", "walk.01", (Role("Arg0", "x", "a"), Role("Arg0", "x", "b")))
    with pytest.raises(ValueError, match="same role twice"):
        write_vidsitu(tmp_path, "train", [Situation("v_a_seg_0_10", None, (event,))])
    with pytest.raises(ValueError, match="segment id"):
        write_vidsitu(tmp_path, "train", [Situation("clip 1", None, ())])


def _break(tmp_path, file, change):
    root = tmp_path / "mini"
    shutil.copytree(MINI, root)
    path = root / file
    values = json.loads(path.read_text("utf-8"))
    values = change(values) or values
    path.write_text(json.dumps(values), "utf-8")
    return root


VINFO = "vinfo_files/vinfo_valid_lb.json"
ANN = "vseg_ann_files/vsann_train_lb.json"


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        (ANN, lambda v: v[0].pop("Ev1") and None, ["vsann_train", "#0", "Ev1"]),
        (ANN, lambda v: v[0].pop("Ev3") and None, [TRAIN_1, "Ev3 of 4"]),
        (ANN, lambda v: v[0]["Ev2"].pop("VerbID") and None, [TRAIN_1, "Ev2", "VerbID"]),
        (ANN, lambda v: v[0]["Ev2"]["Args"].update({"Arg9 (x)": "y"}), [TRAIN_1, "Arg9 (x)", "allowed"]),
        (ANN, lambda v: v[0]["Ev2"]["Args"].update({"Arg0 (the turner)": None}), [TRAIN_1, "must be text"]),
        (ANN, lambda v: v[0]["Ev2"]["Arg_List"].update({"ArgM (direction)": "two"}), [TRAIN_1, "whole numbers"]),
        (ANN, lambda v: v[0]["Ev2"].update(Args=[]), [TRAIN_1, "Args must be an object"]),
        (ANN, lambda v: {"a": 1}, ["vsann_train", "list"]),
        (ANN, lambda v: v.clear(), ["vsann_train", "no annotation of any of the 2 segments"]),
        ("split_files/vseg_split_train_lb.json", lambda v: v + ["oops"], ["vseg_split_train", "oops"]),
        ("split_files/vseg_split_train_lb.json", lambda v: v + [7], ["vseg_split_train", "#2", "must be text"]),
        (VINFO, lambda v: v[0].update(vbid_lst={"Ev1": "walk.01"}), ["vinfo_valid", "v_Qw-8_e", "vbid_lst"]),
        (VINFO, lambda v: v[0].update(vbid_lst={"Ev1": ["a.01"]}), ["vinfo_valid", "v_Qw-8_e", "1 events"]),
        (VINFO, lambda v: [3], ["vinfo_valid", "#0", "vid_seg_int"]),
    ],
)
def test_malformed_annotations_name_file_and_entry(tmp_path, file, change, words):
    with pytest.raises(DataError) as info:
        read_vidsitu(_break(tmp_path, file, change), "valid" if file == VINFO else "train")
    for word in words:
        assert word in str(info.value)


def test_missing_files_and_bad_arguments(tmp_path):
    with pytest.raises(DataError, match="split_files"):
        read_vidsitu(tmp_path, "train")
    with pytest.raises(DataError, match="vseg_split_test_lb.json"):
        read_vidsitu(MINI, "test")
    with pytest.raises(DataError, match="vseg_split_dev_lb.json: no such split file; this folder has: train, valid"):
        read_vidsitu(MINI, "dev")
    with pytest.raises(ValueError, match="split is '../x'"):
        read_vidsitu(MINI, "../x")
    with pytest.raises(ValueError, match="role-name style"):
        read_vidsitu(MINI, "train", role_names="long")


def test_segments_without_annotation_or_video_are_left_out_and_counted(tmp_path):
    root = _break(tmp_path, ANN, lambda v: [v[1]])
    (tmp_path / f"{TRAIN_1}.mp4").touch()
    clips = read_vidsitu(root, "train", videos=tmp_path)
    listed = split_segments(root, "train")
    assert [c.clip_id for c in clips] == [listed[1]]
    found = coverage(clips, listed)
    assert found == Coverage(listed=2, usable=0, without_annotation=1, without_video=1)
    assert str(found) == "0 of 2 clips: 1 without annotation, 1 without video"
    assert str(Coverage(23626, 23100, 3, 523)) == "23,100 of 23,626 clips: 3 without annotation, 523 without video"
    assert str(coverage(read_vidsitu(MINI, "train", videos=tmp_path))) == "1 of 2 clips: 1 without video"


def test_a_segment_listed_twice_is_read_once(tmp_path):
    root = _break(tmp_path, "split_files/vseg_split_train_lb.json", lambda v: v + v[:1])
    assert read_vidsitu(root, "train") == read_vidsitu(MINI, "train")
    assert len(split_segments(root, "train")) == 2 and splits(root) == ["train", "valid"]


def test_broken_entries_are_collected_and_the_rest_is_read(tmp_path):
    root = _break(tmp_path, ANN, lambda v: v[0]["Ev2"].pop("VerbID") and None)
    problems = []
    first, second = read_vidsitu(root, "train", problems=problems)
    (problem,) = problems
    assert problem.entry == TRAIN_1 and problem.level == "error" and "element #0, Ev2: VerbID" in str(problem)
    # the second annotator's reading takes the place of the broken one
    assert first.events == read_vidsitu(MINI, "train")[0].annotations[1] and len(first.annotations) == 1
    assert second == read_vidsitu(MINI, "train")[1]


def _withheld(tmp_path, split, elements=None):
    root = tmp_path / "test"
    (root / "split_files").mkdir(parents=True)
    (root / "vseg_ann_files").mkdir()
    names = ["v_a_seg_0_10", "v_b_seg_0_10"]
    (root / f"split_files/vseg_split_{split}_lb.json").write_text(json.dumps(names))
    if elements is not None:
        (root / f"vseg_ann_files/vsann_{split}_noann_lb.json").write_text(json.dumps(elements))
    return root


def test_test_splits_keep_their_order_and_what_they_tell(tmp_path):
    told = {"vid_seg_int": "v_b_seg_0_10", "VerbID": "walk.01", "Verb": "walk (move)",
            "Arg_List": {"Scene of the Event": "1", "Arg0 (walker)": "0"}}  # fmt: skip
    root = _withheld(tmp_path, "testsrl", [{"Ev1": told, "Ev2": {**told, "Args": {}}, "Ev3": {**told, "Args": None}}])
    first, second = read_vidsitu(root, "testsrl")
    assert (first.clip_id, first.events, first.annotations) == ("v_a_seg_0_10", (), ())
    assert [[(r.key, r.filler) for r in e.roles] for e in second.events] == [[("Arg0", ""), ("AScn", "")]] * 3
    assert coverage([first, second]).without_annotation == 1


def test_test_splits_without_verbs_or_without_a_file_have_no_events(tmp_path):
    bare = [{f"Ev{k}": {"vid_seg_int": "v_b_seg_0_10"} for k in range(1, 6)}]
    root = _withheld(tmp_path, "testevrel", bare)
    assert [c.events for c in read_vidsitu(root, "testevrel")] == [(), ()]
    root = _withheld(tmp_path / "vb", "testvb")
    assert [c.events for c in read_vidsitu(root, "testvb")] == [(), ()]
    write_vidsitu(tmp_path / "out", "test", read_vidsitu(root, "testvb"))  # nothing is invented for them
    assert json.loads((tmp_path / "out/vseg_ann_files/vsann_test_lb.json").read_text()) == []
    # only testvb comes without a file; elsewhere a missing file is a mistake
    with pytest.raises(DataError, match="vsann_testsrl_lb.json: file not found"):
        read_vidsitu(_withheld(tmp_path / "x", "testsrl"), "testsrl")


@pytest.mark.parametrize("count", [1, 2, 7])
def test_clips_of_any_number_of_events(tmp_path, count):
    events = tuple(Event("walk", "walk.01", (Role("Arg0", "walker", f"man {k}"),)) for k in range(count))
    clip = Situation("v_a_seg_0_10", None, events, (events,), end=10.0)
    write_vidsitu(tmp_path, "train", [clip])
    assert read_vidsitu(tmp_path, "train") == [clip]
    write_jsonl(tmp_path / "a.jsonl", [clip])
    assert read_jsonl(tmp_path / "a.jsonl")[0].events == events


@pytest.mark.parametrize("seconds", [9.8, 10, 13])
def test_events_are_cut_by_the_clips_name_and_not_by_its_file(tmp_path, mp4, seconds):
    """Event k of a VidSitu clip is seconds [2k, 2k + 2), also in test splits without labels."""
    made = mp4("long.mp4", frames=int(seconds * 10), fps=10)
    (tmp_path / "videos").mkdir()
    made.rename(tmp_path / "videos" / f"{TRAIN_1}.mp4")
    (clip, _) = read_vidsitu(MINI, "train", videos=tmp_path / "videos")
    bare = replace(clip, events=(), annotations=())
    for situation in (clip, bare):
        pixels = clip_pixels(situation, 5, 1, PreprocessSpec(resize=32, crop=32)).pixels  # (5, 1, 3, 32, 32)
        shown = pixels[:, 0, 0].mean(axis=(-1, -2)) / 4  # the number of the frame, modulo 64
        np.testing.assert_allclose(shown, [(20 * k + 10) % 64 for k in range(5)], atol=1.2)


def test_a_clip_that_is_too_short_for_its_events_is_named(tmp_path, mp4):
    mp4(f"{TRAIN_1}.mp4", frames=60, fps=10)
    (clip, _) = read_vidsitu(MINI, "train", videos=tmp_path)
    with pytest.raises(VideoDecodeError, match=rf"{TRAIN_1}\.mp4: the video is 6\.00 s long.* at least 9\.75 s"):
        clip_pixels(clip, 5, 1, PreprocessSpec(resize=32, crop=32))


def test_lines_without_an_end_share_the_whole_video(tmp_path, mp4):
    """The format says so; VidSitu clips that are written as lines keep their seconds."""
    mp4("a.mp4", frames=60, fps=10)
    (tmp_path / "a.jsonl").write_text('{"id": "a", "video": "a.mp4", "events": [{"verb": "go"}, {"verb": "run"}]}')
    (clip,) = read_jsonl(tmp_path / "a.jsonl")
    shown = clip_pixels(clip, 2, 1, PreprocessSpec(resize=32, crop=32)).pixels[:, 0, 0].mean(axis=(-1, -2)) / 4
    np.testing.assert_allclose(shown, [15, 45], atol=1.2)
    (official, _) = read_vidsitu(MINI, "train", videos=tmp_path)
    write_jsonl(tmp_path / "b.jsonl", [official])
    assert read_jsonl(tmp_path / "b.jsonl")[0].end == 10.0


def _frames(folder, numbers, name="{}"):
    from PIL import Image

    folder.mkdir(parents=True)
    for n in numbers:
        Image.new("RGB", (8, 6), (n % 256, 0, 0)).save(folder / f"{name.format(n)}.png")


def test_extracted_frames_keep_their_times_when_some_are_missing(tmp_path):
    whole, holed = tmp_path / TRAIN_1, tmp_path / "holed"
    _frames(whole, range(1, 301), TRAIN_1 + "_{:06d}")
    _frames(holed, [n for n in range(1, 301) if not 60 < n <= 90 and n % 7], "x_{:06d}")
    (clip, _) = read_vidsitu(MINI, "train", videos=tmp_path)
    assert clip.path == whole
    seen = read_frames(whole, frames_per_event=2)[..., 0, 0, 0]
    assert seen.tolist() == [[(60 * k + s + 1) % 256 for s in (15, 45)] for k in range(5)]
    other = read_frames(holed, frames_per_event=2)[..., 0, 0, 0].astype(int)
    # second 2 to 3 is gone: its last frame before stays; elsewhere at most one frame earlier
    late = (seen.astype(int) - other) % 256
    assert late[1, 0] == 16 and np.delete(late.ravel(), 2).max() <= 1


@pytest.mark.parametrize("step", [10, 30])
def test_a_folder_that_keeps_few_frames_a_second_covers_its_clip(tmp_path, step):
    """The last frame stays on screen until the next one would have come."""
    _frames(tmp_path / TRAIN_1, range(1, 301, step), TRAIN_1 + "_{:06d}")
    (clip, _) = read_vidsitu(MINI, "train", videos=tmp_path)
    pixels = clip_pixels(clip, 5, 1, PreprocessSpec(resize=6, crop=6)).pixels
    seen = pixels[:, 0, 0].mean(axis=(-1, -2))
    np.testing.assert_allclose(seen, [(60 * k + 31) % 256 for k in range(5)], atol=1)
    for number in (241, 271):  # the last event is no longer seen
        (tmp_path / TRAIN_1 / f"{TRAIN_1}_{number:06d}.png").unlink()
    for number in range(242, 301):
        (tmp_path / TRAIN_1 / f"{TRAIN_1}_{number:06d}.png").unlink(missing_ok=True)
    with pytest.raises(VideoDecodeError, match="its events last until 10 s"):
        clip_pixels(clip, 5, 1, PreprocessSpec(resize=6, crop=6))


def test_frames_are_ordered_by_number_and_an_empty_folder_is_named(tmp_path):
    _frames(tmp_path / "plain", range(1, 13))  # 1, 10, 11, 12, 2 by name
    assert read_frames(tmp_path / "plain", events=12, frames_per_event=1)[:, 0, 0, 0, 0].tolist() == list(range(1, 13))
    (tmp_path / TRAIN_1).mkdir()
    (clip, _) = read_vidsitu(MINI, "train", videos=tmp_path)
    with pytest.raises(VideoDecodeError, match=f"{TRAIN_1}.*no jpg or png"):
        read_frames(clip.path)
