"""Choices by hand: strict, ties lose, unreadable media lose, means over groups and strata, the text-only task."""

import numpy as np
import pytest

from srlclip.evaluation.benchmarks.questions import Choice, Choices, Medium
from srlclip.evaluation.benchmarks.tasks.choices import chance, control, labels, observe
from srlclip.evaluation.towers import summarise

MEDIA = tuple(Medium(name, None) for name in "ab")
VECTORS = np.eye(2, 3, dtype=np.float32)  # medium a is (1, 0, 0), b is (0, 1, 0)
#: Cosine with a, with b.
TEXTS = {name: np.array([a, b, np.sqrt(1 - a * a - b * b)], np.float32)
         for name, a, b in [("high", 0.9, 0.1), ("mid", 0.5, 0.5), ("mid again", 0.5, 0.5), ("low", 0.1, 0.9)]}  # fmt: skip
BOTH = np.array([True, True])


def case(medium, positives, negatives, group="g", stratum=""):
    return Choice(f"{group} {positives}", medium, tuple(positives), tuple(negatives), group, stratum)


def means(task, read=BOTH):
    table = summarise({"m": observe(task, VECTORS, read, TEXTS).metrics}, [], 20)
    return {name: row["m"]["mean"] for name, row in table.items()}


def test_every_positive_must_beat_every_negative_and_ties_lose():
    cases = (
        case(0, ["high"], ["mid", "low"]),  # right
        case(0, ["high", "mid"], ["low"]),  # right: the worse positive is above, too
        case(0, ["high", "low"], ["mid"]),  # one positive below
        case(0, ["mid"], ["mid again"]),  # equal
        case(0, ["mid"], ["mid"]),  # the same words
        case(1, ["low"], ["high"]),  # right for b
    )
    seen = observe(Choices(MEDIA, cases), VECTORS, BOTH, TEXTS)
    assert seen.cases["right"].tolist() == [True, True, False, False, False, True]
    assert seen.cases["margin"][0] == pytest.approx(0.4) and seen.cases["margin"][4] == 0
    assert seen.metrics["accuracy"].values.mean() == pytest.approx(3 / 6)
    assert list(seen.metrics) == ["accuracy"]  # one group is no table


def test_a_medium_that_could_not_be_read_is_a_miss_without_a_margin():
    task = Choices(MEDIA, (case(0, ["high"], ["low"]), case(1, ["low"], ["high"])))
    seen = observe(task, VECTORS, np.array([False, True]), TEXTS)
    assert seen.cases["right"].tolist() == [False, True] and seen.cases["margin"][0] is None


def test_accuracy_is_over_cases_and_the_mean_over_groups_without_those_apart():
    right, wrong = (["high"], ["low"]), (["low"], ["high"])
    cases = (
        case(0, *right, "x"),
        case(0, *right, "x"),
        case(0, *wrong, "x"),
        case(0, *wrong, "y"),
        case(0, *right, "control"),
    )
    task = Choices(MEDIA, cases, apart=("control",), summaries=("mean of groups", "product of groups"))
    assert means(task) == pytest.approx(
        {"accuracy": 50, "mean of groups": 100 / 3, "product of groups": 0, "accuracy: x": 200 / 3, "accuracy: y": 0,
         "accuracy: control": 100}, abs=1e-3
    )  # fmt: skip


def test_the_macro_average_leaves_out_cases_without_a_stratum():
    right, wrong = (["high"], ["low"]), (["low"], ["high"])
    cases = [case(0, *right, stratum="on")] * 3 + [case(0, *wrong, stratum="in"), case(0, *wrong), case(0, *wrong)]
    assert means(Choices(MEDIA, tuple(cases), summaries=("macro average",))) == {"accuracy": 50, "macro average": 50}
    none = Choices(MEDIA, (case(0, *right),), summaries=("macro average",))
    row = summarise({"m": observe(none, VECTORS, BOTH, TEXTS).metrics}, [], 20)["macro average"]
    assert row["m"] == {"mean": None, "ci": None, "n": 0} and "no stratum" in row["reason"]


def test_the_text_only_task_asks_no_medium():
    cases = (
        case(0, ["mid", "mid again"], ["high"], "swap"),  # the positives are one text
        case(0, ["high", "low"], ["mid"], "swap"),  # the negative lies between them
        case(0, ["mid", "high"], ["mid again"], "replace"),  # the negative is a positive
    )
    task = Choices(MEDIA, cases, summaries=("text-only accuracy",))
    values = means(task, np.array([False, False]))
    assert values["accuracy"] == 0 and values["text-only accuracy"] == pytest.approx(33.333)
    assert values["text-only accuracy: swap"] == 50 and values["text-only accuracy: replace"] == 0
    assert chance(task)["text-only accuracy"] == pytest.approx(100 / 3)


def test_chance_is_that_of_a_random_order():
    cases = (
        case(0, ["a"], ["b"], "two"),
        case(0, ["a"], ["b", "c", "d", "e"], "five"),
        case(0, ["a", "b"], ["c"], "three"),
    )
    task = Choices(MEDIA, cases, summaries=("mean of groups", "product of groups"))
    expected = {"accuracy": (50 + 20 + 100 / 3) / 3, "mean of groups": (50 + 20 + 100 / 3) / 3,
                "product of groups": 100 / 30, "accuracy: two": 50, "accuracy: five": 20, "accuracy: three": 100 / 3}  # fmt: skip
    assert chance(task) == pytest.approx(expected)


def test_rows_say_what_was_asked():
    task = Choices(MEDIA, (case(1, ["mid", "high"], ["low"], "swap", "on"),))
    assert observe(task, VECTORS, BOTH, TEXTS).chance == {"accuracy": pytest.approx(100 / 3)}
    assert labels(task) == [
        {
            "case": "swap ['mid', 'high']",
            "group": "swap",
            "stratum": "on",
            "medium": "b",
            "true": "mid | high",
            "false": "low",
        }
    ]


def test_the_control_has_the_metrics_of_the_models():
    cases = tuple(case(i % 2, [f"a man {i}"], [f"a man {i} visibly"], "ab"[i % 3 == 0], "on") for i in range(12))
    task = Choices(MEDIA, cases, summaries=("mean of groups", "macro average"))
    asked = observe(task, VECTORS, BOTH, dict.fromkeys(task.texts(), VECTORS[0])).metrics
    words = control(task, 0)
    assert list(words) == list(asked)
    assert [len(one.values) for one in words.values()] == [len(one.values) for one in asked.values()]
