"""Where each model looks, on a fake Comparison: both models' overlays on one scale, parts to choose, exact changes beside them."""

import re
from dataclasses import replace

import numpy as np
import pytest
from fake_comparison import FakeComparison
from PIL import Image

from srlclip.app.ui.parts import media as media_files
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results.attribution import attribution_html, attribution_view, part_name, place
from srlclip.app.ui.results.chosen import NO_TEXT
from srlclip.app.ui.tabs import retrieval
from srlclip.app.ui.tabs.hard_negatives import looking, scoring
from srlclip.explain.results import Box, PartChange
from srlclip.plots.attribution import blended
from srlclip.results import MODELS, Both

TEXT = "a man pushes a box"


@pytest.fixture(scope="module")
def panel(comparison, media):
    return attribution_view(comparison, media, "clip_01", 3, TEXT)


def pictures(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<img src="gradio_api/file=([^"]+)" alt="([^"]+)"', html)


def test_a_row_of_every_frame_for_each_model_base_first(comparison, panel):
    shown, result = pictures(panel), comparison.explain("clip_01", 3, TEXT)
    assert len(shown) == 8 and [alt.split(",")[0] for _, alt in shown] == ["Base CLIP"] * 4 + ["SRL-CLIP"] * 4
    for at, (_, alt) in enumerate(shown):
        grid = np.array(result.maps[MODELS[at // 4]][at % 4])
        assert f"{result.times[at % 4]:.2f} s" in alt and f"largest patch {100 * grid.max():.1f} % at the" in alt
        assert place(grid) in alt and f"holds {100 * grid.sum():.0f} %" in alt


def test_overlays_are_small_files_and_are_made_once(comparison, media, panel):
    files = [media.folder.__class__(path) for path, _ in pictures(panel)]
    assert sum(file.stat().st_size for file in files) < 300_000 and len(set(files)) == 8
    assert "base64" not in panel and max(Image.open(files[0]).size) <= media_files.OVERLAY_WIDTH
    assert attribution_view(comparison, media, "clip_01", 3, TEXT) == panel


def test_the_scale_is_one_for_both_models_and_says_its_ends(comparison, panel):
    top = f"{100 * comparison.explain('clip_01', 3, TEXT).peak:.1f} %"
    assert panel.count("sc-scale") == 1 and f"<span>{top}</span>" in panel and "<span>0 %</span>" in panel
    assert "one scale for both models" in panel


def test_changes_of_left_out_parts_and_words_stand_under_both_models(comparison, panel):
    result = comparison.explain("clip_01", 3, TEXT)
    rows = re.findall(r'scope="row">without <bdi>([^<]+)</bdi></th><td[^>]*>([^<]+)</td><td[^>]*>([^<]+)', panel)
    assert [row[0] for row in rows] == [part.words for part in result.parts]
    assert all(row[1:] == ("−0.010", "−0.020") for row in rows)
    assert panel.count("20 %") >= 10 and panel.count("data-sc-part") == 1 + len(result.parts) + len(result.words)


def test_a_part_is_chosen_and_only_it_is_pressed(comparison, media, panel):
    chosen = attribution_view(comparison, media, "clip_01", 3, TEXT, "pushes")
    assert pictures(chosen) != pictures(panel)
    group = chosen.split('role="group"')[1].split("</div>")[0]
    assert re.findall(r'data-sc-part="([^"]*)" aria-pressed="true"', group) == ["pushes"]
    assert re.findall(r'data-sc-part="([^"]*)" aria-pressed="true"', panel.split("<table")[0]) == [""]


def test_roles_are_named_by_their_slot():
    assert part_name(PartChange("Arg0", "pusher", "A robot in red,", "", Both(0.0, 0.0))) == "agent: A robot in red"
    assert part_name(PartChange("Arg3", "giver", "a king", "", Both(0.0, 0.0))) == "giver: a king"
    assert part_name(PartChange("", "phrase", "to the left.", "", Both(0.0, 0.0))) == "to the left"


@pytest.mark.parametrize(
    ("at", "words"), [((0, 0), "upper left"), ((2, 2), "middle"), ((4, 1), "lower left"), ((2, 4), "right")]
)
def test_places_are_told_by_thirds(at, words):
    grid = np.zeros((5, 5))
    grid[at] = 1
    assert place(grid) == words


def test_an_empty_map_says_so_and_what_cannot_be_drawn_has_its_words(comparison):
    result = comparison.explain("clip_01", 3, TEXT)
    empty = replace(
        result, maps=result.maps.map(lambda m: tuple(tuple((0.0,) * 5 for _ in range(5)) for _ in m)), peak=0.0
    )
    html = attribution_html(empty, ())
    assert "no patch speaks for it" in html and html.count("no patch; the frame holds 0 %") == 8 and "<img" not in html


def test_everything_from_outside_is_escaped(comparison, media):
    html = attribution_view(comparison, media, "clip_01", 3, "<img src=x onerror=alert(1)> ${x} {{y}}", "<b>")
    assert "<img src=x" not in html and "${" not in html and "{{" not in html and "<b>a" not in html


def test_lightness_grows_with_the_map_on_any_picture():
    """So that it reads without colour."""
    grid = np.linspace(0, 1, 25).reshape(5, 5)
    for tone in (0, 90, 170, 255):
        drawn = blended(np.full((50, 50, 3), tone, np.uint8), grid, Box(0, 0, 1, 1), 1.0) @ [0.299, 0.587, 0.114]
        patches = drawn[5::10, 5::10].ravel()
        assert (np.diff(patches) > -2).all() and patches[-1] - patches[0] > 60


def test_what_the_models_do_not_see_is_dark():
    frame = np.full((40, 80, 3), 200, np.uint8)
    drawn = blended(frame, np.zeros((2, 2)), Box(0.25, 0, 0.5, 1), 0.0)
    assert drawn[:, :20].max() < drawn[:, 20:60].min() and drawn.shape == frame.shape


def test_old_overlays_and_those_of_a_forgotten_clip_go(comparison, monkeypatch):
    monkeypatch.setattr(media_files, "KEPT_OVERLAYS", 2)
    own = Media(comparison.situation, comparison.clip_ids())
    draw = lambda frames: [np.asarray(f) for f in frames]  # noqa: E731
    for shows in "abc":
        own.overlays("clip_02", (0.5, 1.0), shows, draw)
    assert len(list(own.folder.glob("*-0.jpg"))) == 2
    own.forget([comparison.situation("clip_02").path])
    assert not list(own.folder.glob("*.jpg"))


def test_a_clip_without_a_file_has_the_tables_all_the_same():
    bare = FakeComparison(None, clips=2)
    html = attribution_view(bare, Media(bare.situation, bare.clip_ids()), "clip_01", 0, TEXT)
    assert "<img" not in html and "largest patch" in html and "without <bdi>" in html


def test_the_retrieval_tab_shows_it_for_the_hit_in_the_player(comparison, media):
    view = retrieval.search_view(comparison, media, TEXT)
    assert view.look == "", "nothing before it is asked for"
    assert f"“<bdi>{TEXT}</bdi>” in event" in retrieval.look_view(comparison, media, view.chosen)
    like = retrieval.like_view(comparison, media, "clip_02", 4)
    assert NO_TEXT[:20] in retrieval.look_view(comparison, media, like.chosen)
    with pytest.raises(ValueError, match="No clip is chosen"):
        retrieval.look_view(comparison, media, None)


def test_an_unlabelled_clip_that_was_found_by_another_is_told_apart():
    bare = FakeComparison(None, clips=2, long_clip=True)
    chosen = retrieval.Chosen("long_00", 0, Link("retrieval", clip="clip_01", event=0))
    with pytest.raises(ValueError, match="no labels"):
        retrieval.look_view(bare, Media(bare.situation), chosen)
    assert "sc-look" in retrieval.look_view(bare, Media(bare.situation), chosen._replace(asked=Link("retrieval", TEXT)))


def test_every_scored_caption_can_be_looked_at(comparison, media):
    true = comparison.true_caption("clip_01", 2).text
    html = scoring.score_view(comparison, media, "clip_01", 2, true, ["noun", "attribute"], "a <dog>")
    assert html.count("data-sc-look=") == 4 and html.count('data-sc-look-event="2"') == 4
    asked = looking.pressed("clip_01", ["2", "a <dog>"])
    assert "a &lt;dog&gt;" in looking.look_view(comparison, media, asked)
    for wrong in ("x", ["a", "b"], None, ["1", " "]):
        with pytest.raises(ValueError, match="no caption of this page"):
            looking.pressed("clip_01", wrong)
