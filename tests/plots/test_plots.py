"""Plots: they draw every kind of result, their SVG is safe inside a page, and it says in words what colour says."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from srlclip import plots
from srlclip.comparison.disagreement import Neighbourhood, Neighbourhoods
from srlclip.comparison.embedding_map import EmbeddingMap, MapPoint
from srlclip.comparison.search import HeatRow
from srlclip.plots.curves import CurvePoint, curve_figure
from srlclip.plots.studies import StudyPoint, metric_figure
from srlclip.results import Both, Hit, ScoredCaption, ScoreResult, SearchResult, Timeline
from srlclip.situations import Caption


def score(*margins: tuple[float, float]) -> ScoreResult:
    rows = [
        ScoredCaption(Caption(f"n{i}", "noun"), Both(0.3 - b, 0.3 - a), Both(b, a)) for i, (b, a) in enumerate(margins)
    ]
    return ScoreResult("clip", 0, ScoredCaption(Caption("true"), Both(0.3, 0.3)), tuple(rows))


def ranking(ids: str, target: str | None = None) -> SearchResult:
    base = tuple(Hit(c, i, 0.5 - i / 100) for i, c in enumerate(ids, 1))
    adapted = tuple(Hit(c, i, 0.5 - i / 100, ids.index(c) + 1 - i) for i, c in enumerate(reversed(ids), 1))
    return SearchResult("query", Both(base, adapted), target)


def some_map(count: int, label: str | None = None) -> EmbeddingMap:
    names = [f"verb {i}" if label is None else label for i in range(count)]
    points = tuple(MapPoint(f"c{i}", i, {"verb": n, "scene": n}, Both((i, 1.0), (1.0, i))) for i, n in enumerate(names))
    return EmbeddingMap("events", points, {"base": (0.5, 0.2), "adapted": (0.4, 0.1)})


def some_neighbours(count: int) -> Neighbourhoods:
    near = Both((("b", 0), ("c", 0)), (("c", 0), ("d", 1)))
    events = [Neighbourhood(f"<b>{i}", i, Both((i, 0.0), (0.0, i)), near) for i in range(count)]
    far = Both((("b", 0), ("c", 0)), (("e", 0), ("f", 1)))
    return Neighbourhoods((Neighbourhood("first", 0, Both((9, 9), (8, 8)), far), *events), 0.5, 0.1, count + 1)


FIGURES = {
    "slope": lambda: plots.rank_slope(ranking("abcdefghijklmnop", target="h"), 5),
    "slope of one model": lambda: plots.rank_slope(SearchResult("q", Both((Hit("a", 1, 0.1),), ()), "a")),
    "timeline": lambda: plots.timeline(Timeline("c", "q", ((0, 2), (2, 4)), Both((0.1, 0.2), (0.3, 0.3)))),
    "margins": lambda: plots.margins(score((0.1, -0.1), (0.0, 0.2))),
    "no margins": lambda: plots.margins(score()),
    "bars": lambda: plots.metric_bars([("R@1", {"base": (10, 8, 12), "adapted": (40, 36, 44)})]),
    "histogram": lambda: plots.margin_histogram({"base": [0.1, -0.1], "adapted": [0.2]}),
    "empty histogram": lambda: plots.margin_histogram({}),
    "scatter": lambda: plots.rank_scatter([(1, 1), (1, 1), (5, 2), (2, 9)], 40),
    "curves": lambda: plots.training_curves([{"step": 1, "loss": 4.6}, {"step": 2, "loss": 3.9, "lr": 1e-3}]),
    "heat strip": lambda: plots.heat_strip(Timeline("c", "q", ((0, 2), (2, 4)), Both((0.1, 0.2), (-0.3, -0.3)))),
    "gallery heat": lambda: plots.gallery_heat(
        [HeatRow("<b>${x}", Both((0.1, -0.2), (0.3,)), Both(1, 2))], (-0.2, 0.1), "base"
    ),
    "empty heat": lambda: plots.gallery_heat([], (0.0, 0.0), "adapted"),
    "map": lambda: plots.embedding_scatter(some_map(12), "base", "verb"),
    "map without labels": lambda: plots.embedding_scatter(some_map(3, label=""), "adapted", "scene"),
    "method": plots.method_figure,
    "study": lambda: metric_figure(
        "R@1", ["a", "b $x$"], [StudyPoint("a", "m", 1.0, 0.5, 2.0), StudyPoint("z", "m", 3, 3, 3, True)], "a"
    ),
    "learning curve": lambda: curve_figure(
        [CurvePoint(arm, size, 10.0, 8.0, 12.0) for arm in ("a $x$", "b") for size in (40, 100)], {"b": "adapted"}
    ),
    "no learning curve": lambda: curve_figure([], {}),
    "neighbours": lambda: plots.neighbour_map(some_neighbours(4)),
    "bars of three": lambda: plots.metric_bars(
        [("R@1", dict.fromkeys(("base", "sparse", "adapted"), (10.0, 8.0, 12.0)))],
        {"base": "Base CLIP", "sparse": "control", "adapted": "SRL-CLIP"},
    ),
    "no curves": lambda: plots.training_curves([]),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_plot_becomes_well_formed_svg_without_page_wide_style(name):
    svg = plots.to_svg(FIGURES[name]())
    ET.fromstring(svg)
    assert svg.startswith("<svg")
    assert "<style" not in svg and "<script" not in svg
    assert "#010203" not in svg.lower(), "ink must follow the page's text colour"
    assert "stroke: #000000" not in svg and "fill: #000000" not in svg


def test_text_stays_text_and_colours_follow_the_page():
    svg = plots.to_svg(FIGURES["margins"]())
    assert "fooled (hollow)" in svg
    assert "var(--sc-base, #0072B2)" in svg and "var(--sc-srl, #D55E00)" in svg


def test_hostile_names_are_shown_as_text():
    name = "<img src=x onerror=alert(1)>${7*7}$x^2$"
    svg = plots.to_svg(plots.rank_slope(ranking(["a", name])))
    assert "<img" not in svg and "${" not in svg
    ET.fromstring(svg)


def test_two_plots_on_one_page_share_no_ids():
    first, second = (plots.to_svg(FIGURES[name]()) for name in ("margins", "scatter"))
    ids = [{e.get("id") for e in ET.fromstring(svg).iter() if e.get("id")} for svg in (first, second)]
    assert not ids[0] & ids[1]


def test_a_tie_is_drawn_hollow():
    filled = plots.to_svg(plots.margins(score((0.1, 0.1))))
    tied = plots.to_svg(plots.margins(score((0.0, 0.0))))
    assert "var(--sc-paper" in tied and "var(--sc-paper" not in filled


def test_clip_names_keep_what_tells_them_apart():
    assert plots.short_name("v_abc-1_seg_30_40") == "abc-1 @30s"
    assert plots.short_name("clip_07") == "clip_07"
    long = [f"{'x' * 40}{number:02d}" for number in range(3)]
    svg = plots.to_svg(plots.rank_slope(ranking(long)))
    assert all(f"{number:02d}" in svg for number in range(3))


def test_pretraining_logs_give_a_curve_per_phase():
    rows = [
        {"phase": p, "step": i, "seconds": 1.0, "a": 2.0 - i, "b": 1.0} for p in ("sight", "text") for i in range(3)
    ]
    rows.append({"phase": "sight-valid", "step": 2, "verb": 95.0})
    axes = plots.training_curves(rows).axes[0]
    assert [line.get_label() for line in axes.lines] == ["sight_loss", "text_loss"]
    assert list(axes.lines[0].get_ydata()) == [1.5, 1.0, 0.5]


def test_files_of_a_figure_stand_alone_and_are_the_same_every_time():
    figure = FIGURES["margins"]()
    page, document = plots.to_svg(figure), plots.svg_file(figure)
    ET.fromstring(document.encode())
    assert "var(--" in page and "var(--" not in document and "fooled (hollow)" in document
    assert document == plots.svg_file(FIGURES["margins"]())
    image = plots.png_file(figure)
    assert image.startswith(b"\x89PNG") and len(image) < 40_000


def test_more_labels_than_marks_become_small_dots_that_say_how_many():
    svg = plots.to_svg(plots.embedding_scatter(some_map(12), "base", "verb"))
    assert "other (3)" in svg and svg.count("verb ") == 9


def test_the_curve_of_every_loss_term_is_drawn():
    from srlclip.losses import TERMS
    from srlclip.plots.measured import LOSS_TERMS

    assert LOSS_TERMS == TERMS


def test_a_curve_has_room_for_zero_beside_logarithmic_sizes():
    points = [CurvePoint(arm, size, 1.0, -2.0, 3.0) for arm in ("a", "b") for size in (0, 3, 10, 100)]
    axes = curve_figure(points, {}, "%").axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "3", "10", "100"]
    places = axes.transData.transform([(x, 0) for x in (0, 3, 10, 100)])[:, 0]
    assert all(right - left > 30 for left, right in pairwise(places))
    without = curve_figure([p for p in points if p.size], {}, "%").axes[0]
    assert without.get_xscale() == "log"


#: Width of a figure on a page in a window of 420 px, and the smallest text that may stand there.
NARROWEST, READABLE = 338, 12


@pytest.mark.parametrize("name", sorted(set(FIGURES) - {"method"}))
def test_text_is_readable_on_a_phone(name):
    svg = ET.fromstring(plots.to_svg(FIGURES[name]()))
    scale = NARROWEST / float(svg.get("viewBox").split()[2])
    for text in svg.iter("{http://www.w3.org/2000/svg}text"):
        size = re.search(r"(?:font:|font-size:)[^;]*?([\d.]+)px", text.get("style"))
        assert float(size[1]) * scale >= READABLE, (text.text, size[1])


def test_every_mark_of_the_neighbour_map_names_its_event():
    drawn = some_neighbours(4)
    svg = plots.with_points(plots.to_svg(plots.neighbour_map(drawn)), drawn, lambda i: f'data-number="{i}"')
    marks = [e for e in ET.fromstring(svg).iter() if e.get("data-number")]
    assert sorted(e.get("data-number") for e in marks) == sorted(3 * [str(i) for i in range(5)])
    lines = [e for e in marks if e.tag.endswith("path")]
    assert lines[-1].get("data-number") == "0", "the event without a shared neighbour lies on top"
    ends = {e.get("data-number"): e.get("x") for e in marks if e.tag.endswith("use") and "--sc-base" in e.get("style")}
    assert max(ends, key=lambda number: float(ends[number])) == "0", "the marks keep their order"


def test_a_control_has_a_mark_and_a_colour_of_its_own():
    looks = plots.looks(("base", "sparse", "other", "adapted"))
    assert len(set(looks.values())) == 4 and looks["base"] == ("o", plots.COLOURS["base"])
    svg = plots.to_svg(FIGURES["bars of three"]())
    assert "control" in svg and looks["sparse"][1].lower() in svg.lower()


def test_bases_of_a_study_do_not_look_like_the_models():
    points = [StudyPoint("a", f"base {i}", 1.0, 0.5, 2.0) for i in range(4)]
    svg = plots.to_svg(metric_figure("R@1", ["a"], points, "a"))
    assert "--sc-base" not in svg and "--sc-srl" not in svg
