"""Own (video, caption) files of every shape, and what is said about broken ones."""

import json

import pytest

from srlclip.evaluation.benchmarks.readers.captions import own_files
from srlclip.evaluation.benchmarks.run import read
from srlclip.evaluation.benchmarks.spec import spec_of, with_options
from srlclip.situations import DataError

SHAPES = {
    "a.json": json.dumps(
        [{"video": "a.b/1.mp4", "caption": ["one", "two"]}, {"image": "2.JPG", "caption": 'three, "3"'}]
    ),
    "b.json": json.dumps({"a.b/1.mp4": ["one", "two"], "2.JPG": 'three, "3"'}),
    "c.jsonl": '{"video": "a.b/1.mp4", "caption": "one"}\r\n\r\n{"video": "2.JPG", "caption": "three, \\"3\\""}\n'
    '{"video": "a.b/1.mp4", "caption": "two"}\n',
    "d.csv": '\ufeffcaption,id,video\r\none,1,a.b/1.mp4\r\n"three, ""3""",2,2.JPG\r\ntwo,1,a.b/1.mp4\r\n',
    "e.tsv": 'video\tcaption\na.b/1.mp4\tone\n2.JPG\tthree, "3"\na.b/1.mp4\ttwo\n',
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_says_the_same(tmp_path, name):
    (tmp_path / "a.b").mkdir()
    (tmp_path / "a.b" / "1.mp4").touch()
    (tmp_path / "2.JPG").touch()
    (tmp_path / name).write_text(SHAPES[name], "utf-8", newline="")
    task = own_files(tmp_path)
    assert [medium.id for medium in task.media] == ["a.b/1.mp4", "2.JPG"] and all(medium.path for medium in task.media)
    assert [medium.still for medium in task.media] == [False, True]
    assert sorted(zip(task.captions, task.owner, strict=True)) == [("one", 0), ('three, "3"', 1), ("two", 0)]


def test_columns_media_folder_separator_and_bank_are_stated(tmp_path):
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "v.x.avi").touch()
    (tmp_path / "own.csv").write_text("video_id,sentence\nv.x,one@two\n")
    (tmp_path / "train.csv").write_text("video_id,sentence\nother,three\nv.x,two\n")
    settings = [
        "annotations=own.csv",
        "media=clips",
        "video=video_id",
        "caption=sentence",
        "separator=@",
        "bank=train.csv",
    ]
    task = read(with_options(spec_of("video-captions"), settings), tmp_path)
    assert task.captions == ("one", "two") and task.bank == ("three",) and task.media[0].path.name == "v.x.avi"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.csv", "video,text\nv,one\n", "line 2.*needs 'caption'; has video, text"),
        ("a.csv", "video,caption\nv,one,two\n", "line 2.*3 cells, the header 2"),
        ("a.csv", 'video,caption\nv,"one\n', "not a table"),
        ("a.csv", "video,caption,caption\n", "two columns"),
        ("a.tsv", "name\tcaption\nv\tone\n", "needs 'video', the name of a file; has name, caption"),
        ("a.jsonl", '{"video": "v", "caption": "one"}\n{"video": "v"}\n', "line 2, entry 'v'"),
        ("a.jsonl", "[1]\n", "line 1.*must be an object"),
        ("a.json", "3", "must be a list of rows"),
        ("a.json", '{"v": []}', "entry 'v'.*empty list"),
        ("a.json", '{"v": [" "]}', "not empty"),
        ("a.json", '[{"video": 3, "caption": "one"}]', "needs 'video'"),
        ("a.csv", "video,caption\n", "holds no caption"),
    ],
)
def test_a_broken_file_is_refused_by_its_line(tmp_path, name, text, why):
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=why):
        own_files(tmp_path)


def test_the_annotation_file_must_be_the_only_one_or_be_named(tmp_path):
    with pytest.raises(DataError, match="holds: none"):
        own_files(tmp_path)
    for name in ("a.csv", "b.json"):
        (tmp_path / name).touch()
    with pytest.raises(DataError, match="holds: a.csv, b.json; name it"):
        own_files(tmp_path)
    (tmp_path / "c.txt").touch()
    with pytest.raises(DataError, match="unknown format .txt"):
        own_files(tmp_path, "c.txt")
