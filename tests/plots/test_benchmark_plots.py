"""Plots of a benchmark's table: whose mark a difference has, and what there is room for."""

from srlclip.evaluation.benchmarks.rows import Row
from srlclip.plots import COLOURS, to_svg
from srlclip.plots.benchmarks import ROOM, differences, figures_of


def row(metric, low, high, percent=True):
    cell = {"mean": (low + high) / 2, "ci": [low, high], "n": 9}
    value = {"mean": 50.0, "ci": [45.0, 55.0], "n": 9}
    return Row(metric, percent, {"base": value, "adapted": value}, {"adapted - base": cell})


def drawn(*rows):
    (axes,) = differences(rows).axes
    marks = [line for line in axes.lines if line.get_marker() in "oDs"]
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    return [(line.get_marker(), line.get_color()) for line in marks], legend


def test_a_difference_has_the_mark_of_the_better_model_or_neither():
    marks, legend = drawn(row("win", 1, 3), row("loss", -3, -1), row("unclear", -1, 2))
    assert marks[:2] == [("D", COLOURS["adapted"]), ("o", COLOURS["base"])] and marks[2][0] == "s"
    assert legend == ["SRL-CLIP better", "Base CLIP better", "interval holds 0"]


def test_an_interval_that_ends_at_zero_holds_it():
    marks, legend = drawn(row("edge", 0, 2), row("other edge", -2, 0))
    assert [mark for mark, _ in marks] == ["s", "s"] and legend == ["interval holds 0"]


def test_ranks_and_what_was_not_measured_are_not_drawn_as_percent():
    empty = Row("none", True, dict.fromkeys(("base", "adapted"), {"mean": None, "ci": None, "n": 0}), {})
    assert figures_of([row("MdR", -1, 1, percent=False), empty]) == {}
    figures = figures_of([row("R@1 of $cost$ <b>", 1, 2), row("MdR", -1, 1, percent=False), empty])
    assert list(figures) == ["differences", "values"]
    svg = to_svg(figures["differences"])
    assert "MdR" not in svg and "<b>" not in svg and "cost" in svg


def test_a_long_table_is_drawn_in_part():
    (axes,) = figures_of([row(f"metric {n}", 1, 2) for n in range(40)])["differences"].axes
    assert len(axes.get_yticklabels()) == ROOM
