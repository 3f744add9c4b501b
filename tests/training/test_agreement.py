"""The sentence that says where a study agrees with the paper follows from signs and intervals alone."""

import pytest

from training.studies.agreement import compare, sentence
from training.studies.definitions import Arm, Study

ARMS = (Arm("base", "base", None, "40 / 60"), Arm("a", "arm a", (), "50 / 70"), Arm("b", "arm b", (), "54 / 66"),
        Arm("own", "ours alone", ()), Arm("default", "default", (), "52 / 70"))  # fmt: skip
STUDY = Study("s", "?", ARMS, "default")


def results(**by_arm):
    """(low, high) per arm: of its Vb@1's difference from the reference, the same for its CIDEr's."""
    row = {arm: {"mean": 1.0, "difference": {"mean": sum(ci) / 2, "ci": list(ci)}} for arm, ci in by_arm.items()}
    return {"heads": {"tables": {"mini-base": {"Vb@1": row, "CIDEr": row}}}}


def test_signs_and_intervals_decide():
    found = compare(STUDY, results(base=(-9, -3), a=(1, 4), b=(-1, 3), own=(1, 2)), "mini-base")
    assert found["Vb@1"] == {"agrees": ["base"], "disagrees": ["arm a"], "open": ["arm b"]}


def test_an_equal_number_in_the_paper_is_no_agreement():
    found = compare(STUDY, results(a=(1, 4)), "mini-base")
    assert found["CIDEr"] == {"agrees": [], "disagrees": ["arm a"], "open": []}


@pytest.mark.parametrize("arms_minus_reference", [True, False])
def test_the_papers_numbers_turn_with_the_studys_differences(arms_minus_reference):
    study = Study("s", "?", ARMS, "default", arms_minus_reference=arms_minus_reference)
    ci = (-9, -3) if arms_minus_reference else (3, 9)
    assert compare(study, results(base=ci), "mini-base")["Vb@1"]["agrees"] == ["base"]


def test_it_reads_as_one_line_and_is_silent_without_heads_or_numbers_of_the_paper():
    said = sentence(STUDY, results(base=(-9, -3), a=(1, 4)), "mini-base")
    assert said.startswith(
        "**Against the paper** (each arm against `default`, by sign): Vb@1 agrees in `base`; disagrees in `arm a`."
    )
    assert sentence(STUDY, {}, "mini-base") == ""
    bare = Study("s", "?", (Arm("x", "x"), Arm("default", "d")), "default")
    assert sentence(bare, results(x=(1, 2)), "mini-base") == ""
