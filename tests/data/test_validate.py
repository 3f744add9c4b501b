"""`python -m srlclip validate`: every problem of a dataset in one pass, by file, line and id, and what is left."""

import json
import shutil
from pathlib import Path

import pytest

from srlclip.cli.main import main
from srlclip.data.validate import validate
from srlclip.situations import DataError

MINI = Path(__file__).parents[1] / "fixtures" / "vidsitu_mini"
FIRST, SECOND = "v_aB-_seg_9x_seg_0_10", "v__-Zq3_k1w4_seg_110_120"
ANN, SPLIT = "vseg_ann_files/vsann_train_lb.json", "split_files/vseg_split_train_lb.json"


def edit(path, change):
    values = json.loads(path.read_text("utf-8"))
    change(values)
    path.write_text(json.dumps(values), "utf-8")


@pytest.fixture
def root(tmp_path):
    """The miniature with videos that are files, but not videos."""
    shutil.copytree(MINI, tmp_path / "mini")
    (tmp_path / "mini" / "videos").mkdir()
    for name in (FIRST, SECOND, "v_Qw-8_e_seg_20_30"):
        (tmp_path / "mini" / "videos" / f"{name}.mp4").write_bytes(b"not a video")
    return tmp_path / "mini"


def found(report, level=None):
    return [(Path(p.file).name, p.entry, p.message) for p in report.problems if level in (None, p.level)]


def messages(report):
    return " | ".join(p.message for p in report.problems)


def test_a_whole_dataset_is_clean(root, capsys):
    assert main(["validate", str(root), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["kind"] == "vidsitu" and said["problems"] == [] and said["errors"] == said["warnings"] == 0
    train, valid = said["splits"]
    assert train["coverage"] == {"listed": 2, "usable": 2, "without_annotation": 0, "without_video": 0}
    assert (train["events"], train["annotators"], valid["annotators"]) == (10, [1, 2], [3, 3])
    assert train["empty"] > 0 and train["dashes"] > 0


def test_all_problems_of_vidsitu_files_are_found_in_one_pass(root, capsys):
    def spoil(elements):
        elements[0]["Ev2"].pop("VerbID")  # the first annotator's; the second one's is still read
        elements[1]["Ev2"]["Args"]["Arg9 (x)"] = "y"
        elements.append({"Ev2": {}})

    edit(root / ANN, spoil)
    edit(root / SPLIT, lambda ids: ids.extend([FIRST, "v_gone_seg_0_10", "oops"]))
    edit(root / "vinfo_files/vinfo_valid_lb.json", lambda infos: infos[0].update(vbid_lst={"Ev1": ["walk.01"] * 10}))
    report = validate(root)
    errors = found(report, "error")
    assert [error[:2] for error in errors] == [
        ("vseg_split_train_lb.json", "oops"),
        ("vsann_train_lb.json", FIRST),
        ("vsann_train_lb.json", SECOND),
        ("vsann_train_lb.json", "#3"),
        ("vsann_train_lb.json", "v_gone_seg_0_10"),
        ("vinfo_valid_lb.json", "v_Qw-8_e_seg_20_30"),
    ]
    for (_, _, message), words in zip(
        errors,
        (
            "not of the form",
            "element #0, Ev2: VerbID",
            "Arg9 (x)",
            "no Ev1",
            "without annotation",
            "votes for 1 events",
        ),
        strict=True,
    ):
        assert words in message
    assert found(report, "warning") == [
        ("vseg_split_train_lb.json", FIRST, "listed again in the split; it is read once")
    ]
    assert str(report.splits[0].coverage) == "1 of 3 clips: 2 without annotation"
    assert main(["validate", str(root)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert len([line for line in out if line.startswith("error: ")]) == len(errors)
    assert out[-1].startswith(f"{len(errors)} errors, ") and "without annotation" in out[-3]
    assert main(["validate", str(root), "--limit", "1"]) == 1
    assert "more (--limit 0 prints all)" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["{", '{"a": 1}', None])
def test_a_file_that_cannot_be_read_is_one_error(root, text):
    (root / ANN).write_text(text, "utf-8") if text else (root / ANN).unlink()
    (error,) = found(validate(root), "error")
    assert error[0] == "vsann_train_lb.json"


def test_odd_labels_are_warnings(root, capsys):
    def spoil(elements):
        first = elements[0]["Ev1"]
        first["Args"]["ArgM (location)"] = "here"
        first["Args"]["ArgM (manner)"] = "word " * 17
        elements[0]["Ev5"]["Args"] = dict.fromkeys(elements[0]["Ev5"]["Args"], "-")
        elements[0]["Ev2"]["VerbID"] = "spin.01"
        elements[-1]["Ev1"]["VerbID"] = "speak.01"

    edit(root / ANN, spoil)
    edit(
        root / "vinfo_files/vinfo_valid_lb.json",
        lambda infos: infos[0]["vbid_lst"].update(Ev2=["give.01"] * 8),
    )
    report = validate(root)
    assert not report.errors and main(["validate", str(root)]) == 0
    text = capsys.readouterr().out
    for words in (
        "annotator 1, event 1 (speak.01): location and scene together",
        "the filler of AMnr (manner) has 17 words",
        "event 5",
        "empty, no role has a filler",
        "annotators 1 and 2 differ",
        "verb speak.01 has",
        "fewer than 9 verb votes: event 2 has 8",
        f"vsann_train_lb.json, entry '{FIRST}'",
    ):
        assert words in text, words


def test_a_clip_listed_in_two_splits_is_named(root):
    edit(root / "split_files/vseg_split_valid_lb.json", lambda ids: ids.append(SECOND))
    edit(root / "vseg_ann_files/vsann_valid_lb.json", lambda v: v.append(json.loads((root / ANN).read_text())[1]))
    assert ("vsann_valid_lb.json", SECOND, "also in train") in found(validate(root))


def test_missing_and_empty_videos(root):
    (root / "videos" / f"{FIRST}.mp4").unlink()
    (root / "videos" / f"{SECOND}.mp4").write_bytes(b"")
    report = validate(root)
    assert [(e, p) for _, e, p in found(report, "warning")] == [(FIRST, f"no video {root / 'videos' / FIRST}.mp4")]
    ((_, entry, message),) = found(report, "error")
    assert entry == SECOND and "0 bytes" in message
    assert str(report.splits[0].coverage) == "1 of 2 clips: 1 without video"
    assert validate(root, videos_check="none").problems == ()
    (root / "videos" / f"{SECOND}.mp4").unlink()
    (root / "videos" / SECOND).mkdir()
    assert "empty folder" in messages(validate(root))
    shutil.rmtree(root / "videos")
    (once, *more) = found(validate(root, splits=["train"]))
    assert "no folder" in once[2] and not more


def test_decoding_finds_corrupt_and_short_videos(root, mp4, tmp_path):
    mp4(f"mini/videos/{FIRST}.mp4", frames=130, fps=10)
    shutil.copy(mp4(frames=100, fps=10), root / "videos" / f"{SECOND}.mp4")
    report = validate(root, videos_check="decode")
    assert found(report, "warning") == [
        ("vsann_train_lb.json", FIRST,
         "the video is 13.00 s long, its name says 10 s; only its first 10 s are read"),
    ]  # fmt: skip
    ((_, entry, message),) = found(report, "error")
    assert entry == "v_Qw-8_e_seg_20_30" and "cannot decode" in message
    assert validate(root, videos_check="decode", workers=2) == report


def test_a_video_that_ends_before_its_events_is_an_error(root, mp4):
    path = mp4(f"mini/videos/{FIRST}.mp4", frames=60, fps=10)
    errors = {entry: message for _, entry, message in found(validate(root, videos_check="decode"), "error")}
    assert (
        errors[FIRST] == f"{path}: the video is 6.00 s long, but its events last until 10 s; at least 9.75 s are needed"
    )


def test_events_that_share_a_whole_file_for_want_of_an_end_are_noted(tmp_path, mp4):
    mp4("six.mp4", frames=60, fps=10)
    mp4("four.mp4", frames=40, fps=10)
    two = [{"verb": "walk"}, {"verb": "run"}]
    jsonl(
        tmp_path / "train.jsonl",
        {"id": "a", "video": "six.mp4", "events": two},
        {"id": "b", "video": "six.mp4", "end": 6, "events": two},
        {"id": "c", "video": "four.mp4", "events": two},
        {"id": "d", "video": "six.mp4", "events": two[:1]},
    )
    noted = [(entry, m) for _, entry, m in found(validate(tmp_path, videos_check="decode")) if "share" in m]
    assert noted == [
        ("a", "no end, so its 2 events share all of the video, 3.00 s each; write where the last one ends"),
    ]  # fmt: skip


def test_test_splits_without_labels_are_no_problem(root):
    (root / "split_files/vseg_split_testsrl_lb.json").write_text(json.dumps(["v_a_seg_0_10"]))
    (root / "vseg_ann_files/vsann_testsrl_noann_lb.json").write_text(
        json.dumps([{f"Ev{k}": {"vid_seg_int": "v_a_seg_0_10"} for k in range(1, 6)}])
    )
    report = validate(root, splits=["testsrl"], videos_check="none")
    assert report.problems == () and report.splits[0].unlabelled
    assert str(report.splits[0]) == "testsrl: 1 clips without labels, 0 with video"


def jsonl(path, *lines):
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")


def test_json_lines_are_named_by_line(tmp_path, capsys, mp4):
    mp4("a.mp4", frames=60)
    event = {"verb": "walk", "roles": {"walker": "man"}}
    jsonl(
        tmp_path / "train.jsonl",
        {"id": "a", "video": "a.mp4", "events": [event]},
        "{",
        {"id": "a", "events": [event]},
        {"id": "b", "video": "gone.mp4", "events": [event, {"verb": "walk", "roles": {"pacer": "-"}}]},
        {"id": "c", "video": "a.mp4", "end": 9, "events": [event]},
        {"id": "d", "video": "a.mp4", "start": 9, "events": [event]},
    )
    jsonl(tmp_path / "empty.jsonl")
    report = validate(tmp_path, videos_check="decode")
    assert [(Path(p.file).name, p.line, p.entry, p.level) for p in report.problems] == [
        ("empty.jsonl", None, None, "error"),
        ("train.jsonl", 2, None, "error"),
        ("train.jsonl", 3, "a", "error"),
        ("train.jsonl", 4, "b", "warning"),  # an empty event
        ("train.jsonl", 4, "b", "warning"),  # two names of Arg0
        ("train.jsonl", 4, "b", "warning"),  # no video
        ("train.jsonl", 5, "c", "error"),  # shorter than its end
        ("train.jsonl", 6, "d", "error"),  # starts after the end
    ]
    assert "names of one role: 4 x Arg0 walker; 1 x Arg0 pacer" in messages(report)
    assert str(report.splits[1].coverage) == "3 of 6 clips: 2 without annotation, 1 without video"
    assert main(["validate", str(tmp_path / "train.jsonl")]) == 1
    assert f"error: {tmp_path / 'train.jsonl'}, line 2: not JSON" in capsys.readouterr().out
    assert [s.name for s in validate(tmp_path, splits=["train"]).splits] == ["train.jsonl"]


def test_a_plain_folder_of_videos(tmp_path, mp4):
    mp4("a.mp4", frames=30)
    (tmp_path / "a.mov").write_bytes(b"x")
    (tmp_path / "b.mp4").write_bytes(b"text")
    report = validate(tmp_path, videos_check="decode")
    assert report.kind == "videos" and "a second video with this name" in messages(report)
    assert [(e, "cannot decode" in m) for _, e, m in found(report)] == [("a", False), ("a", True), ("b", True)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "no such folder"),
        (["."], "no dataset here"),
        (["mini", "--split", "dev"], "this folder has: train, valid"),
        (["mini", "--split", "../x"], "letters, digits and hyphens"),
        (["mini", "--videos", "nowhere"], "no such folder of videos"),
        (["mini", "--limit", "-1"], "--limit is -1"),
        (["lines", "--split", "dev"], "there is: train.jsonl"),
        (["clips", "--split", "train"], "has no splits"),
    ],
)
def test_what_cannot_be_checked_is_exit_code_2(tmp_path, monkeypatch, capsys, arguments, words):
    shutil.copytree(MINI, tmp_path / "data" / "mini")
    (tmp_path / "data" / "lines").mkdir()
    (tmp_path / "data" / "lines" / "train.jsonl").touch()
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty" if arguments == ["."] else tmp_path / "data")
    if arguments[0] == "clips":
        Path("clips").mkdir()
        Path("clips/a.mp4").touch()
    assert main(["validate", *arguments]) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("error: ") and words in error and "\n" not in error


def test_wrong_choices_are_refused(tmp_path):
    for flag in (["--role-names", "long"], ["--videos-check", "all"]):
        with pytest.raises(SystemExit) as info:
            main(["validate", str(MINI), *flag])
        assert info.value.code == 2
    with pytest.raises(ValueError, match="allowed: none, exists, decode"):
        validate(MINI, videos_check="all")
    with pytest.raises(DataError, match="no such folder"):
        validate(tmp_path / "none")
