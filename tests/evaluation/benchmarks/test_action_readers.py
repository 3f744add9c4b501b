"""Action recognition files in miniature, with what the official ones hold that is ugly."""

import json
from pathlib import Path

import pytest

from srlclip.evaluation.benchmarks.readers.actions import hmdb51, kinetics_csv, spaced, ssv2, ucf101, vifi_clip
from srlclip.evaluation.benchmarks.run import read
from srlclip.evaluation.benchmarks.spec import spec_of
from srlclip.situations import DataError


def put(path: Path, text: str = "", mark: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((b"\xef\xbb\xbf" if mark else b"") + text.encode())
    return path


def names(task):
    return [(medium.id, task.classes[label]) for medium, label in zip(task.media, task.labels, strict=True)]


def ucf(root: Path) -> dict[str, str]:
    put(root / "lists/classInd.txt", "1 ApplyEyeMakeup\r\n2 HandstandPushups\r\n3 YoYo\r\n", mark=True)
    put(root / "lists/testlist01.txt", "ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi\r\nYoYo/v_YoYo_g01_c01.avi\r\n")
    put(root / "lists/testlist02.txt", "HandstandPushups/v_HandStandPushups_g08_c01.avi 2\n")
    put(root / "lists/testlist03.txt", "YoYo/v_YoYo_g15_c01.avi\n\n")
    put(root / "videos/ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi")
    put(root / "videos/v_HandStandPushups_g08_c01.avi")  # unpacked without folders
    return {"lists": "lists", "media": "videos", "prompts": "clip-ucf101"}


@pytest.mark.parametrize(
    ("name", "words"),
    [("ApplyEyeMakeup", "Apply Eye Makeup"), ("YoYo", "Yo Yo"), ("Archery", "Archery"), ("TVNews", "TV News")],
)
def test_camel_case_is_spaced(name, words):
    assert spaced(name) == words


def test_ucf101_reads_one_split_or_all_and_keeps_classes_without_a_clip(tmp_path):
    options = ucf(tmp_path)
    one = ucf101(tmp_path, split="1", **options)
    assert names(one) == [
        ("ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi", "Apply Eye Makeup"),
        ("YoYo/v_YoYo_g01_c01.avi", "Yo Yo"),
    ]
    assert one.classes == ("Apply Eye Makeup", "Handstand Pushups", "Yo Yo")
    assert one.media[0].path.name == "v_ApplyEyeMakeup_g01_c01.avi" and one.media[1].path is None
    assert one.counts() == {"media": 2, "classes": 3, "split 1": 2, "split 1 classes": 3}
    every = ucf101(tmp_path, split="all", **options)
    assert [name for name, _, _ in every.splits] == ["split 1", "split 2", "split 3"] and len(every.media) == 4
    assert every.media[2].path == tmp_path / "videos/v_HandStandPushups_g08_c01.avi"
    with pytest.raises(ValueError, match="allowed: 1, 2, 3, all"):
        ucf101(tmp_path, split="4", **options)


def test_a_folder_that_is_no_class_names_its_line(tmp_path):
    options = ucf(tmp_path)
    put(tmp_path / "lists/testlist01.txt", "YoYo/v_YoYo_g01_c01.avi\nJuggling/v_Juggling_g01_c01.avi\n")
    with pytest.raises(DataError, match="line 2.*Juggling"):
        ucf101(tmp_path, split="1", **options)


def test_hmdb51_takes_test_clips_and_odd_names(tmp_path):
    odd = "Goalkeeper_Training_Day_#_2_[HD](1)!!_catch_f_cm_np1_ba_bad_3.avi"
    put(
        tmp_path / "lists/brush_hair_test_split1.txt",
        "a_brush_hair_1.avi 1 \r\nb.v2_brush_hair_2.avi 2 \r\nc.avi 0 \r\n",
    )
    put(tmp_path / "lists/catch_test_split1.txt", f"{odd} 2 \n")
    put(tmp_path / "lists/catch_test_split2.txt", f"{odd} 1 \n")
    put(tmp_path / f"videos/catch/{odd}")
    task = hmdb51(tmp_path, "lists", "videos", "1", "actionclip")
    assert names(task) == [("brush_hair/b.v2_brush_hair_2.avi", "brush hair"), (f"catch/{odd}", "catch")]
    assert task.media[1].path.name == odd and task.media[0].path is None
    assert "Human action of brush hair" in task.prompts("brush hair") and len(task.templates) == 16
    put(tmp_path / "lists/catch_test_split1.txt", f"{odd} 3 \n")
    with pytest.raises(DataError, match="line 1"):
        hmdb51(tmp_path, "lists", "videos", "1", "actionclip")
    with pytest.raises(DataError, match="CLASS_test_split3"):
        hmdb51(tmp_path, "lists", "videos", "3", "actionclip")


def test_kinetics_reads_quoted_labels_and_pads_seconds(tmp_path):
    rows = 'label,youtube_id,time_start,time_end,split,is_cc\r\n"tossing coin, heads",--07WQ2iBlw,1,11,validate,0\r\n'
    put(tmp_path / "validate.csv", rows + "pulling rope (game),-a_b-c,1084.0,1094.0,validate,1\r\n", mark=True)
    put(tmp_path / "videos/pulling_rope_(game)/-a_b-c_001084_001094.mp4")
    put(tmp_path / "videos/--07WQ2iBlw.mp4")
    task = kinetics_csv(tmp_path, "validate.csv", "videos", "clip-kinetics")
    assert names(task) == [
        ("--07WQ2iBlw_000001_000011.mp4", "tossing coin, heads"),
        ("-a_b-c_001084_001094.mp4", "pulling rope (game)"),
    ]
    assert all(medium.path for medium in task.media) and task.splits == () and len(task.templates) == 28
    assert "a video of a person doing pulling rope (game)." in task.texts()
    put(tmp_path / "validate.csv", "youtube_id,time_start,time_end,split\na,1,11,test\n")
    with pytest.raises(DataError, match="no column label"):
        kinetics_csv(tmp_path, "validate.csv", "videos", "plain")


def vifi(root: Path, second: str = "0,beta\n1,delta\n") -> dict[str, str]:
    put(root / "labels/a.csv", 'id,name\r\n0,alpha\r\n1,"beta, (twice)"\r\n', mark=True)
    put(root / "labels/b.csv", "id,name\n" + second)
    put(root / "lists/a.txt", "train/x-1_000001_000011.mp4 0\ntest/y.z.mp4 1\ntest/y.z.mp4 1\n")
    put(root / "lists/b.txt", "val/w_000002_000012.mp4 1")
    put(root / "videos/train/x-1_000001_000011.mp4")
    put(root / "videos/y.z.mp4")
    return {"labels/a.csv": "lists/a.txt", "labels/b.csv": "lists/b.txt"}


def test_vifi_clip_splits_have_classes_of_their_own(tmp_path):
    task = vifi_clip(tmp_path, vifi(tmp_path), "videos", "plain")
    assert task.classes == ("alpha", "beta", "beta, (twice)", "delta")
    assert task.splits == (("split 1", (0, 1), (0, 2)), ("split 2", (2,), (1, 3)))
    assert names(task)[1] == ("test/y.z.mp4", "beta, (twice)") and task.media[1].path and task.media[2].path is None
    assert task.texts() == sorted(task.classes)


def test_vifi_clip_refuses_ids_that_stand_twice_or_nowhere_and_clips_of_two_classes(tmp_path):
    lists = vifi(tmp_path, "0,beta\n0,delta\n")
    with pytest.raises(DataError, match="b.csv, line 3.*twice"):
        vifi_clip(tmp_path, lists, "videos", "plain")
    vifi(tmp_path)
    put(tmp_path / "lists/b.txt", "val/w.mp4 7\n")
    with pytest.raises(DataError, match="b.txt, line 1.*'7'"):
        vifi_clip(tmp_path, lists, "videos", "plain")
    put(tmp_path / "lists/b.txt", "test/y.z.mp4 1\n")
    with pytest.raises(DataError, match="both 'beta, .twice.' and 'delta'"):
        vifi_clip(tmp_path, lists, "videos", "plain")


def test_ssv2_finds_templates_without_brackets(tmp_path):
    put(
        tmp_path / "labels.json",
        json.dumps({"Moving something up": "45", "Poking something so that it falls over": "57"}),
    )
    rows = [
        {"id": "74225", "label": "poking cup", "template": "Poking [something] so that it falls over", "placeholders": ["cup"]},
        {"id": "1", "label": "moving pen up", "template": "Moving [something] up", "placeholders": ["pen"]},
    ]  # fmt: skip
    put(tmp_path / "validation.json", json.dumps(rows))
    put(tmp_path / "videos/74225.webm")
    task = ssv2(tmp_path, "labels.json", "validation.json", "videos", "plain")
    assert names(task) == [("74225.webm", "Poking something so that it falls over"), ("1.webm", "Moving something up")]
    assert task.media[0].path and task.media[1].path is None
    put(tmp_path / "validation.json", json.dumps([{"id": "9", "template": "Eating [something]"}]))
    with pytest.raises(DataError, match="Eating something"):
        ssv2(tmp_path, "labels.json", "validation.json", "videos", "plain")
    put(tmp_path / "validation.json", json.dumps([{"id": "9"}]))
    with pytest.raises(DataError, match="row 1.*test.json"):
        ssv2(tmp_path, "labels.json", "validation.json", "videos", "plain")


def test_a_wrong_number_of_test_clips_is_refused_unless_partial(tmp_path):
    put(tmp_path / "ucfTrainTestlist/classInd.txt", "1 YoYo\n")
    put(tmp_path / "ucfTrainTestlist/testlist01.txt", "YoYo/v_YoYo_g01_c01.avi\n")
    put(tmp_path / "UCF-101/YoYo/v_YoYo_g01_c01.avi")
    with pytest.raises(DataError, match="1 classes.*101"):
        read(spec_of("ucf101"), tmp_path)
    assert read(spec_of("ucf101"), tmp_path, partial=True).counts()["split 1"] == 1
