"""ARO's files in miniature: boxes, symmetric relations, rare pairs of attributes, and shuffles that a seed makes again."""

import json

import numpy as np
import pytest

from srlclip.evaluation.benchmarks.readers.aro import attribution, order, relation
from srlclip.evaluation.benchmarks.readers.shuffles import plain, shuffled, tags_of
from srlclip.evaluation.benchmarks.spec import spec_of
from srlclip.situations import DataError

BOX = {"bbox_x": 12, "bbox_y": 0, "bbox_w": 100.4, "bbox_h": 80}


def written(tmp_path, rows):
    (tmp_path / "images").mkdir(exist_ok=True)
    (tmp_path / "images" / "2345.jpg").write_bytes(b"0")
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    return tmp_path


def related(name, **other):
    return {"image_id": "2345", "image_path": "2345.jpg", **BOX, "relation_name": name,
            "true_caption": f"the dog is {name} the mat", "false_caption": f"the mat is {name} the dog", **other}  # fmt: skip


def test_a_still_is_cut_to_its_box_and_symmetric_relations_leave_the_macro_average(tmp_path):
    rows = [related("on"), related("near"), related("on", bbox_x=13)]
    task = relation(written(tmp_path, rows), "rows.json", "images", ["near"], ["macro average"])
    assert [case.stratum for case in task.cases] == ["on", "", "on"]
    assert task.media[0].box == (12, 0, 100, 80) and task.media[1].box == (13, 0, 100, 80)
    assert [case.medium for case in task.cases] == [0, 0, 1]  # one still, two boxes
    assert task.cases[0].positives == ("the dog is on the mat",) and task.cases[0].negatives == (
        "the mat is on the dog",
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [({"bbox_w": 0}, "0 by 80"), ({"bbox_x": "12"}, "must be a number"), ({"true_caption": None}, "true_caption")],
)
def test_a_row_without_a_box_or_caption_is_named(tmp_path, change, problem):
    with pytest.raises(DataError, match=f"entry '#1': .*{problem}"):
        relation(written(tmp_path, [related("on"), related("on", **change)]), "rows.json", "images", [])


def test_rare_pairs_of_attributes_leave_the_macro_average_alone(tmp_path):
    rows = [{**related("on"), "attributes": pair} for pair in [["red", "old"]] * 3 + [["old", "red"]]]
    task = attribution(written(tmp_path, rows), "rows.json", "images", 3, ["macro average"])
    assert [case.stratum for case in task.cases] == ["red_old"] * 3 + [""]
    with pytest.raises(DataError, match="must be two texts, got 1"):
        attribution(written(tmp_path, [{**related("on"), "attributes": ["red"]}]), "rows.json", "images", 3)


def test_the_official_thresholds_stand_in_the_specs():
    assert spec_of("aro-attribution").options["least"] == 25
    symmetric = spec_of("aro-relation").options["symmetric"]
    assert len(symmetric) == len(set(symmetric)) and {"near", "next to", "with"} <= set(symmetric)
    assert not {"on", "to the left of", "to the right of", "holding"} & set(symmetric)


def test_captions_are_written_as_aro_writes_them():
    assert plain('A "big" dog (brown), on: the mat.\n', 30) == "a big dog brown , on the mat"
    assert plain(" ".join(map(str, range(40))), 30).split()[-1] == "29"


def test_parts_of_speech_need_no_download():
    assert tags_of(["a", "man", "with", "a", "red", "helmet"]) == ["DT", "NN", "IN", "DT", "JJ", "NN"]
    odd = ["A", "well-lit", "dog's", ",", "``", "/", "3", "é"]
    assert len(tags_of(odd)) == len(odd)


CAPTION = "A man with a red helmet on a small bike rides along a dirt road"


def test_each_shuffle_moves_what_it_may_and_nothing_else():
    tokens, tags = CAPTION.split(), tags_of(CAPTION.split())
    named = [i for i, tag in enumerate(tags) if tag.startswith(("NN", "JJ"))]
    for seed in range(20):
        nouns, others, within, threes = (text.split() for text in shuffled(CAPTION, np.random.default_rng(seed)))
        assert all(sorted(order) == sorted(tokens) for order in (nouns, others, within, threes))
        assert [t for i, t in enumerate(nouns) if i not in named] == [t for i, t in enumerate(tokens) if i not in named]
        assert [others[i] for i in named] == [tokens[i] for i in named]
        kinds = [sorted(nouns[i] for i in named if tags[i].startswith(kind)) for kind in ("NN", "JJ")]
        assert kinds == [sorted(tokens[i] for i in named if tags[i].startswith(kind)) for kind in ("NN", "JJ")]
        assert all(sorted(within[i : i + 3]) == sorted(tokens[i : i + 3]) for i in range(0, len(tokens), 3))
        parts = [tokens[i : i + 3] for i in range(0, len(tokens), 3)]
        assert "|".join(threes) and all(" ".join(part) in " ".join(threes) for part in parts)


def test_negatives_depend_on_the_seed_and_the_caption_alone(tmp_path):
    rows = [{"image": "val2014/2345.jpg", "caption": [CAPTION, "Two dogs and a cat sit on the old mat."]},
            {"image": "val2014/9.jpg", "caption": [CAPTION]}]  # fmt: skip
    root = written(tmp_path, rows)
    task = order(root, "rows.json", "images", 0, 30)
    assert task.counts()["cases"] == 3 and task.media[0].path is not None
    assert task.cases[0].positives == (CAPTION.lower(),) and 1 <= len(task.cases[0].negatives) <= 4
    assert CAPTION.lower() not in task.cases[0].negatives
    again = order(written(tmp_path, rows[:1]), "rows.json", "images", 0, 30)
    assert again.cases[0].negatives == task.cases[0].negatives
    other = order(written(tmp_path, rows), "rows.json", "images", 1, 30)
    assert [c.negatives for c in other.cases] != [c.negatives for c in task.cases]


def test_a_caption_without_another_order_is_named(tmp_path):
    with pytest.raises(DataError, match="caption 1 has no other order"):
        order(written(tmp_path, [{"image": "2345.jpg", "caption": [CAPTION, "dogs."]}]), "rows.json", "images", 0, 30)
