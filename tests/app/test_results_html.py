"""A result is one piece of HTML, wherever it stands: on its own tab, or among a visitor's kept results."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_comparison import FakeComparison

from srlclip.app.session.values import Result, models_of
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Media, Shot
from srlclip.app.ui.results.captions import NO_EVENTS, captions_html
from srlclip.app.ui.results.negatives import negatives_html
from srlclip.app.ui.results.search import search_html
from srlclip.app.ui.tabs import captions, retrieval
from srlclip.app.ui.tabs.hard_negatives import scoring
from srlclip.app.ui.tabs.your_clips import actions, panels
from srlclip.results import CaptionResult

UI = Path(panels.__file__).parents[2]


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return FakeComparison(tmp_path_factory.mktemp("clips"), clips=3)


@pytest.fixture(scope="module")
def media(comparison):
    return Media(comparison.situation, comparison.clip_ids(), reader=lambda path, at: np.zeros((36, 64, 3), np.uint8))


def kept(comparison, media, kind, value):
    models = models_of(comparison)
    return panels.result_html(Result(kind, "2026-01-01T00:00:00+00:00", models, value), models, media.shot)


def cards(html):
    return re.findall(r'data-sc-clip="([^"]+)"', html)


def test_a_search_looks_the_same_on_its_tab_and_kept(comparison, media):
    value = comparison.search("a red robot")
    ranking, change, files = search_html(comparison.info, value, media.shot)
    view = retrieval.search_view(comparison, media, "a red robot")
    html = kept(comparison, media, "search", value)
    # the tab explains its hits besides
    assert cards(view.results) == cards(ranking) and ranking in html
    assert change.split("<figure")[0] in view.slope and change.split("<figure")[0] in html
    assert "Copy link" in view.files and "Copy link" not in html and files in html


def test_captions_look_the_same_on_their_tab_and_kept(comparison, media):
    value = comparison.caption("clip_01")
    shot = media.shot("clip_01")
    link = Link("captions", clip="clip_01")
    opened = replace(shot, poster=media.shot("clip_01", 0).poster)
    assert captions_html(comparison.info, value, opened, link) in captions.caption_view(comparison, media, "clip_01")
    assert captions_html(comparison.info, value, shot) in kept(comparison, media, "captions", value)


def test_scores_look_the_same_on_their_tab_and_kept(comparison, media):
    _, negatives = scoring.gathered(comparison, "clip_01", 0, "a man runs", ["noun"], "a man sleeps")
    value = comparison.score("clip_01", 0, "a man runs", negatives)
    pages = scoring.score_html(comparison, media, value), kept(comparison, media, "negatives", value)
    for part in negatives_html(comparison.info, value, media.shot("clip_01")).split('<div class="sc-panel">')[::3]:
        assert all(part in page for page in pages)
    assert [page.count("data-sc-seek") for page in pages] == [1, 0]


def test_each_result_is_put_together_in_one_file_only():
    marks = {"sc-decoder": "captions", "sc-divider": "search", "mean margin": "negatives"}
    for mark, name in marks.items():
        files = [path for path in UI.rglob("*.py") if mark in path.read_text("utf-8") and path.stem != "style"]
        assert [path.relative_to(UI).as_posix() for path in files] == [f"results/{name}.py"], mark


def test_a_video_that_is_not_here_is_said_of_ones_own_clips_only(comparison):
    value = comparison.caption("clip_01")
    assert "Upload it to see it again" in captions_html(comparison.info, value, Shot("mine.mp4"))
    assert "Upload it" not in captions_html(comparison.info, value, Shot("clip_01"), Link("captions", clip="clip_01"))


def test_captions_without_events_are_a_sentence_among_ones_own_clips_too(comparison):
    empty = CaptionResult("mine.mp4", (), "made so", "equal words", False, "heads", "meaning", False)
    html = captions_html(comparison.info, empty, Shot("mine.mp4"))
    assert NO_EVENTS in html and "sc-events" not in html and "download=" not in html


def test_the_true_caption_is_checked_with_the_same_sentences_everywhere(comparison):
    for true in (" ", "x" * 3000):
        messages = []
        for score in (
            lambda true: scoring.gathered(comparison, "clip_01", 0, true, [], "a man sleeps"),
            lambda true: actions.score(comparison, None, "clip", 0, true, [], "a man sleeps"),
        ):
            with pytest.raises(ValueError, match="true caption") as caught:
                score(true)
            messages.append(str(caught.value))
        assert len(set(messages)) == 1, messages
