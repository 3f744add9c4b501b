"""Retrieval readers on hand-written miniatures in the official formats, with what is ugly about the real files."""

import json

import pytest

from srlclip.evaluation.benchmarks.readers import grouping, paragraphs, retrieval
from srlclip.evaluation.benchmarks.run import read
from srlclip.evaluation.benchmarks.spec import spec_of, specs
from srlclip.situations import DataError


def media(root, *names):
    for name in names:
        path = root / "videos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def write(path, value):
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return path


def ids_of(task):
    return [medium.id for medium in task.media]


JSFUSION = (
    "\ufeffkey,vid_key,video_id,sentence\r\nret0,msr9770,video9770,a person\r\nret1,msr7020,video7020,a person\r\n"
)
MSRVTT = {
    "info": {},
    "videos": [
        {"id": 0, "video_id": "video0", "split": "train", "start time": 1.0},
        {"id": 1, "video_id": "video7010", "split": "test"},
    ],
    "sentences": [
        {"sen_id": 2, "video_id": "video7010", "caption": "a dog"},
        {"sen_id": 0, "video_id": "video0", "caption": "a cat"},
        {"sen_id": 1, "video_id": "video7010", "caption": "a dog runs"},
        {"sen_id": 3, "video_id": "video0", "caption": "a dog"},
    ],
}


def test_jsfusion_pairs_are_square_whatever_the_mark_line_ends_and_repeated_sentences(tmp_path):
    write(tmp_path / "a.csv", JSFUSION)
    media(tmp_path, "TestVideo/video9770.mp4")
    task = retrieval.msrvtt_csv(tmp_path, "a.csv", "videos")
    assert ids_of(task) == ["video9770", "video7020"] and task.captions == ("a person", "a person")
    assert task.owner == (0, 1) and task.texts() == ["a person"]
    assert task.media[0].path.name == "video9770.mp4" and task.media[1].path is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (JSFUSION.replace(",", ";"), "commas"),
        (JSFUSION.replace("a person\r\n", "a, b\r\n", 1), "line 2.*4 columns, has 5"),
        (JSFUSION.replace("a person", " "), "not empty"),
        ("", "commas"),
    ],
)
def test_another_jsfusion_file_is_refused(tmp_path, text, why):
    write(tmp_path / "a.csv", text)
    with pytest.raises(DataError, match=why):
        retrieval.msrvtt_csv(tmp_path, "a.csv", "videos")


def test_a_query_bank_has_the_training_captions_alone(tmp_path):
    write(tmp_path / "a.csv", JSFUSION.replace("a person", "a dog", 1))
    write(tmp_path / "data.json", MSRVTT)
    write(tmp_path / "train.csv", "video_id\nvideo0\n")
    task = retrieval.msrvtt_csv(tmp_path, "a.csv", "videos", "data.json", "train.csv")
    assert task.bank == ("a cat",)  # "a dog" of the training video is a query, too
    assert retrieval.msrvtt_csv(tmp_path, "a.csv", "videos", "data.json", "absent.csv").bank == ()


def test_a_large_bank_is_thinned_evenly(monkeypatch):
    monkeypatch.setattr(grouping, "BANK", 3)
    task = grouping.grouped([("v", "query")], lambda name: retrieval.Medium(name, None))
    rows = [("w", f"caption {i}") for i in range(9)] + [("v", "of a test video"), ("w", "query")]
    assert grouping.with_bank(task, rows).bank == ("caption 0", "caption 3", "caption 6")


def test_all_captions_of_the_test_split_of_msrvtt_are_queries(tmp_path):
    write(tmp_path / "data.json", MSRVTT)
    task = retrieval.msrvtt_json(tmp_path, "data.json", "videos", "test")
    assert ids_of(task) == ["video7010"] and task.captions == ("a dog", "a dog runs") and task.bank == ("a cat",)
    with pytest.raises(DataError, match="test, train"):
        retrieval.msrvtt_json(tmp_path, "data.json", "videos", "val")
    write(tmp_path / "data.json", {"annotations": []})
    with pytest.raises(DataError, match="videos and sentences"):
        retrieval.msrvtt_json(tmp_path, "data.json", "videos", "test")


def test_msvd_ids_start_with_dashes_and_captions_may_be_tokens(tmp_path):
    captions = {
        "mv_0_5": ["a man"],
        "-4wsuPCjDBc_5_15": ["a squirrel", ["a", "nut", "is", "eaten"]],
        "x_1_2": ["not asked"],
    }
    write(tmp_path / "captions.json", captions)
    write(tmp_path / "test.txt", "-4wsuPCjDBc_5_15\r\nmv_0_5\r\n\r\n")
    write(tmp_path / "train.txt", "x_1_2\n")
    media(tmp_path, "-4wsuPCjDBc_5_15.avi", "mv_0_5.avi")
    task = retrieval.msvd(tmp_path, "captions.json", "test.txt", "videos", "train.txt")
    assert ids_of(task) == ["-4wsuPCjDBc_5_15", "mv_0_5"] and task.owner == (0, 0, 1)
    assert task.captions == ("a squirrel", "a nut is eaten", "a man") and task.bank == ("not asked",)
    assert all(medium.path for medium in task.media)
    write(tmp_path / "test.txt", "absent_1_2\n")
    with pytest.raises(DataError, match="absent_1_2.*has no caption"):
        retrieval.msvd(tmp_path, "captions.json", "test.txt", "videos")


def test_a_pickle_of_captions_is_refused(tmp_path):
    (tmp_path / "raw-captions.pkl").write_bytes(b"\x80\x04.")
    with pytest.raises(DataError, match="convert it to JSON"):
        retrieval.msvd(tmp_path, "raw-captions.pkl", "test.txt", "videos")


def test_lsmdc_has_no_header_and_quotation_marks_belong_to_the_text(tmp_path):
    clip = "3001_21_JUMP_STREET_00.03.13.271-00.03.16.551"
    times = "\t00.03.13\t00.03.16\t00.03.13\t00.03.16\t"
    write(
        tmp_path / "test.csv",
        f'{clip}{times}"SOMEONE, waits.\r\n0001_A_00.01.02.003-00.01.04.005{times}He\'s "in".\r\n',
    )
    media(tmp_path, f"3001_21_JUMP_STREET/{clip}.avi", "0001_A/0001_A_00.01.02.003-00.01.04.009.avi")
    task = retrieval.lsmdc(tmp_path, "test.csv", "videos", "absent.csv")
    assert task.captions == ('"SOMEONE, waits.', 'He\'s "in".') and task.bank == ()
    assert task.media[0].path.name == f"{clip}.avi" and task.media[1].path is None
    write(tmp_path / "test.csv", "clip\tsentence\n")
    with pytest.raises(DataError, match="line 1.*6 columns between tabs, has 2"):
        retrieval.lsmdc(tmp_path, "test.csv", "videos")


DIDEMO = [
    {"annotation_id": 1, "description": "the dog sits ", "video": "1@N0_2_c0ffee.mov", "times": [[0, 5]]},
    {"annotation_id": 2, "description": "rain", "video": "3@N0_4_beef."},
    {"annotation_id": 3, "description": "the dog barks", "video": "1@N0_2_c0ffee.mov"},
    {"annotation_id": 4, "description": "not asked", "video": "5@N0_6_dead.avi"},
]


def test_didemo_joins_descriptions_in_file_order_and_matches_names_with_a_bare_dot(tmp_path):
    write(tmp_path / "test.json", DIDEMO)
    media(tmp_path, "1@N0_2_c0ffee.mp4", "3@N0_4_beef.m2ts")
    write(tmp_path / "list.txt", "3@N0_4_beef\n1@N0_2_c0ffee.mp4\n")
    task = paragraphs.didemo(tmp_path, "test.json", "videos", "list.txt")
    assert task.captions == ("the dog sits the dog barks", "rain")
    assert [medium.path.name for medium in task.media] == ["1@N0_2_c0ffee.mp4", "3@N0_4_beef.m2ts"]
    assert len(paragraphs.didemo(tmp_path, "test.json", "videos", "absent.txt").media) == 3


def test_didemo_looks_at_the_first_thirty_seconds(tmp_path):
    write(tmp_path / "test_data.json", DIDEMO)
    media(tmp_path, "1@N0_2_c0ffee.mov")
    task = read(spec_of("didemo"), tmp_path, partial=True)
    assert [(medium.start, medium.end) for medium in task.media] == [(0.0, 30.0)] * 3


def test_activitynet_files_are_called_with_and_without_v(tmp_path):
    clips = {
        "v_v_x-_1": {"duration": 9.0, "timestamps": [[0, 1], [1, 2]], "sentences": [" One.", "Two. "]},
        "v_b": {"sentences": ["", "Three."]},
        "v_c": {"sentences": ["Four."]},
    }
    write(tmp_path / "val_1.json", clips)
    media(tmp_path, "v_x-_1.mkv", "v_b.mp4")
    task = paragraphs.activitynet(tmp_path, "val_1.json", "videos")
    assert task.captions == ("One. Two.", "Three.", "Four.") and task.owner == (0, 1, 2)
    assert [medium.path and medium.path.name for medium in task.media] == ["v_x-_1.mkv", "v_b.mp4", None]
    write(tmp_path / "val_1.json", {"v_c": {"sentences": "Four."}})
    with pytest.raises(DataError, match="v_c.*must be a list, got text"):
        paragraphs.activitynet(tmp_path, "val_1.json", "videos")


def test_vatex_ids_hold_underscores_and_a_whole_upload_is_cut(tmp_path):
    rows = [
        {"videoID": "a_b-_000011_000021", "enCap": ["one", "two"], "chCap": ["..."]},
        {"videoID": "not_asked_000000_000010", "enCap": ["three"]},
        {"videoID": "_c_000001_000011", "enCap": ["four"]},
    ]
    write(tmp_path / "val.json", rows)
    write(tmp_path / "ids.json", ["_c_000001_000011", "a_b-_000011_000021"])
    media(tmp_path, "_c_000001_000011.mp4", "a_b-.mp4")
    task = retrieval.vatex(tmp_path, "val.json", "ids.json", "videos")
    assert task.captions == ("four", "one", "two") and task.owner == (0, 1, 1)
    assert [(m.path.name, m.start, m.end) for m in task.media] == [
        ("_c_000001_000011.mp4", 0, None),
        ("a_b-.mp4", 11, 21),
    ]
    write(tmp_path / "ids.json", {"test": []})
    with pytest.raises(DataError, match="list of ids"):
        retrieval.vatex(tmp_path, "val.json", "ids.json", "videos")


def test_a_wrong_count_and_missing_media_fail_unless_partial(tmp_path):
    write(tmp_path / "MSRVTT_JSFUSION_test.csv", JSFUSION)
    media(tmp_path, "video9770.mp4")
    spec = spec_of("msrvtt-1ka")
    with pytest.raises(DataError, match="2 captions, the official files of MSR-VTT 1k-A hold 1000.*--partial"):
        read(spec, tmp_path)
    assert len(read(spec, tmp_path, partial=True).media) == 2
    with pytest.raises(DataError, match=r"(?s)missing: .*MSRVTT_data.json.*captions.*from https"):
        read(spec_of("msrvtt-full"), tmp_path)


def test_a_video_twice_among_square_pairs_is_a_wrong_count(tmp_path):
    write(tmp_path / "a.csv", JSFUSION.replace("video7020", "video9770"))
    assert retrieval.msrvtt_csv(tmp_path, "a.csv", "videos").counts() == {"media": 1, "captions": 2}


def test_figures_of_retrieval_name_metrics_of_its_table():
    for spec in specs().values():
        if spec.task == "retrieval":
            assert {figure.metric for figure in spec.figures} | {spec.main} <= {
                f"{direction} {metric}"
                for direction in ("text to video", "video to text")
                for metric in ("R@1", "R@5", "R@10", "MdR", "MnR")
            }
