"""SugarCrepe's and SugarCrepe++'s files in miniature: keys with gaps, a mark and Windows line ends, negatives that read like the caption."""

import json

import pytest

from srlclip.evaluation.benchmarks.readers.choices import sugarcrepe
from srlclip.evaluation.benchmarks.run import read
from srlclip.evaluation.benchmarks.spec import spec_of
from srlclip.situations import DataError

FILES = {"swap_obj": "data/swap_obj.json", "add_att": "data/add_att.json"}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "images" / "val2017").mkdir(parents=True)
    for name in ("000000222235.jpg", "000000480021.jpg"):
        (tmp_path / "images" / "val2017" / name).write_bytes(b"0")
    swapped = {
        "0": {
            "filename": "000000222235.jpg",
            "caption": 'A cat, "on" a plant. ',
            "negative_caption": "A plant on a cat.",
        },
        "245": {"filename": "000000222235.jpg", "caption": "Two people.", "negative_caption": "Two people."},
    }
    text = json.dumps(swapped, indent=1).replace("\n", "\r\n")
    (tmp_path / "data/swap_obj.json").write_bytes(b"\xef\xbb\xbf" + text.encode())
    added = {"7": {"filename": "000000480021.jpg", "caption": "A dog.", "negative_caption": "A red dog.", "id": 7}}
    (tmp_path / "data/add_att.json").write_text(json.dumps(added))
    return tmp_path


def test_keys_need_not_count_up_and_stills_are_shared(root):
    task = sugarcrepe(root, FILES, "images", ["mean of groups"])
    assert [case.id for case in task.cases] == ["swap_obj 0", "swap_obj 245", "add_att 7"]
    assert task.cases[0].positives == ('A cat, "on" a plant. ',) and task.cases[2].negatives == ("A red dog.",)
    assert [case.medium for case in task.cases] == [0, 0, 1] and task.media[0].still
    assert task.counts() == {"cases": 3, "swap_obj": 2, "add_att": 1}


def test_a_file_that_is_not_there_is_left_to_the_counts(root):
    (root / "data/add_att.json").unlink()
    assert sugarcrepe(root, FILES, "images").counts() == {"cases": 2, "swap_obj": 2}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"3": {"filename": "a.jpg", "caption": "x"}}', "entry '3': negative_caption must be text"),
        (
            '{"3": {"filename": "a.jpg", "caption": " ", "negative_caption": "y"}}',
            "caption must be text that is not empty",
        ),
        ('{"3": ["a.jpg"]}', "a row must be an object"),
        ('"text"', "a list or an object of rows"),
        ("{", "not JSON"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(root, content, problem):
    (root / "data/add_att.json").write_text(content)
    with pytest.raises(DataError, match="add_att.json") as error:
        sugarcrepe(root, FILES, "images")
    assert problem in str(error.value)


def test_both_captions_of_sugarcrepe_pp_are_positives(root):
    row = {
        "id": 2,
        "filename": "000000287347.jpg",
        "caption": "A eats.",
        "caption2": "B is eaten.",
        "negative_caption": "A eats.",
    }
    (root / "data/swap_obj.json").write_text(json.dumps([row]))
    task = sugarcrepe(root, {"swap_obj": FILES["swap_obj"]}, "images", positives=["caption", "caption2"])
    assert task.cases[0].positives == ("A eats.", "B is eaten.") and task.cases[0].negatives == ("A eats.",)
    assert task.media[0].path is None  # COCO's still is not there: a miss, not an error of the reader


def test_the_official_counts_are_pinned_per_file(root):
    for name in ("add_obj", "replace_att", "replace_obj", "replace_rel", "swap_att"):
        (root / f"data/{name}.json").write_text("{}")
    with pytest.raises(DataError, match="3 cases, the official files of SugarCrepe hold 7511"):
        read(spec_of("sugarcrepe"), root)
    assert len(read(spec_of("sugarcrepe"), root, partial=True).cases) == 3
    assert sum(v for k, v in spec_of("sugarcrepe").counts.items() if k != "cases") == 7511
    assert sum(v for k, v in spec_of("vitatecs").counts.items() if k != "cases") == spec_of("vitatecs").counts["cases"]
