"""Winoground's and Vinoground's files in miniature."""

import json

import pytest

from srlclip.evaluation.benchmarks.readers.pairs import vinoground, winoground
from srlclip.situations import DataError


def example(number, **other):
    return {"id": number, "image_0": f"ex_{number}_img_0", "image_1": f"ex_{number}_img_1", "caption_0": "a dog, \"old\"",
            "caption_1": "old, a dog", "tag": "Adjective", "secondary_tag": "", "num_main_preds": 1, "collapsed_tag": "Object",
            **other}  # fmt: skip


def written(tmp_path, rows, end="\r\n"):
    (tmp_path / "images").mkdir(exist_ok=True)
    for name in ("ex_0_img_0.png", "ex_0_img_1.png"):
        (tmp_path / "images" / name).write_bytes(b"0")
    (tmp_path / "examples.jsonl").write_bytes(b"\xef\xbb\xbf" + end.join(json.dumps(row) for row in rows).encode())
    return tmp_path


def test_winoground_names_stills_without_their_ending(tmp_path):
    rows = [example(0, secondary_tag="Pragmatics"), example(12, collapsed_tag="Both", num_main_preds=2)]
    task = winoground(written(tmp_path, rows), "examples.jsonl", "images")
    assert [case.id for case in task.cases] == ["0", "12"]
    assert [medium.path is not None for medium in task.media] == [True, True, False, False] and task.media[0].still
    assert task.cases[0].groups == ("Object", "main predicates: 1", "Pragmatics")
    assert task.cases[1].groups == ("Both", "main predicates: 2") and task.shown == "image"
    assert task.counts() == {"cases": 2, "media": 4}


def test_images_as_objects_of_the_hub_are_read_by_their_path(tmp_path):
    row = example(0, image_0={"bytes": None, "path": "ex_0_img_0.png"})
    assert winoground(written(tmp_path, [row]), "examples.jsonl", "images").media[0].path.name == "ex_0_img_0.png"


def test_a_row_without_a_caption_is_named(tmp_path):
    root = written(tmp_path, [example(0), example(1, caption_1=None)])
    with pytest.raises(DataError, match="examples.jsonl.*line 2.*caption_1 must be text"):
        winoground(root, "examples.jsonl", "images")


CSV = (
    "index,major,minor,pos_cap,neg_cap\r\n"
    '0,object,interaction;contextual;,"the cup breaks, then falls","the cup ""falls"", then breaks"\r\n'
    "1,viewpoint,,zooms in,zooms out\r\n"
)


def test_vinoground_rows_belong_to_numbered_clips(tmp_path):
    (tmp_path / "clips").mkdir()
    for name in ("0_pos.mp4", "0_neg.mp4", "1_pos.mp4"):
        (tmp_path / "clips" / name).write_bytes(b"0")
    (tmp_path / "v.csv").write_bytes(b"\xef\xbb\xbf" + CSV.encode())
    task = vinoground(tmp_path, "v.csv", "clips")
    assert [medium.id for medium in task.media] == ["0_pos", "0_neg", "1_pos", "1_neg"] and task.media[3].path is None
    assert task.cases[0].captions == ("the cup breaks, then falls", 'the cup "falls", then breaks')
    assert task.cases[0].groups == ("object", "interaction", "contextual") and task.cases[1].groups == ("viewpoint",)
    assert task.shown == "video"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("index,major,minor,pos_cap,neg_cap\n0,a,b,c\n", "line 2.*4 columns, the header has 5"),
        ("pos_cap,neg_cap\na,b\n", "2 columns; needed"),
        ("index,major,minor,pos,neg\n0,a,b,c,d\n", "pos_cap must be text"),
        ('index,major,minor,pos_cap,neg_cap\n0,a,b,"c,d\n', "not CSV"),
    ],
)
def test_a_csv_that_does_not_fit_is_named(tmp_path, text, problem):
    (tmp_path / "v.csv").write_text(text)
    with pytest.raises(DataError, match=problem):
        vinoground(tmp_path, "v.csv", "clips")
