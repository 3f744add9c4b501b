"""Minimal pairs and half-truths of a visitor's own clip, from the visitor's own labels."""

import pytest
from fake_comparison import FakeComparison, write_clip

from srlclip.app.session.saved_file import dump
from srlclip.app.session.store import SessionStore
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.tabs.your_clips import pairs
from srlclip.app.ui.tabs.your_clips.handlers import Handlers
from srlclip.situations import SrlClipError


@pytest.fixture(scope="module")
def comparison():
    return FakeComparison(None, clips=6)


@pytest.fixture
def handlers(comparison):
    media = Media(comparison.situation, comparison.clip_ids())
    return Handlers(comparison, media, SessionStore(deleted=media.forget))


@pytest.fixture
def token(handlers, tmp_path):
    token = handlers.upload([str(write_clip(tmp_path / "mine.mp4", 3, 100, (64, 48)))], "", "page")[0]
    handlers.keep_event(token, "mine.mp4", 2, "push.01", ["Arg0", "Arg1"], "red robot <b>", "blue cat")
    return token


def test_one_labelled_event_of_several_is_enough(handlers, token):
    pair, halves = pairs.both_views(handlers, token, "mine.mp4", 2)
    assert "Minimal pair" in pair and "push red robot" in pair and pair.count("sc-answer") == 2
    assert "Half-truths" in halves and "<b>" not in (pair + halves).replace("<b>Half-truths", "")
    assert pairs.both_views(handlers, token, "mine.mp4", 0) == (pairs.notice(pairs.UNLABELLED), "")
    assert pairs.both_views(handlers, token, "gone.mp4", 0) == pairs.both_views(handlers, "", "mine.mp4", 0) == ("", "")


def test_a_pressed_slot_swaps_that_alone(handlers, token):
    html = pairs.swapped(handlers, token, "mine.mp4", 2, "who:0")
    assert 'data-sc-swap="who:' in html and "Swapped: Who" in html
    for clip, index, slot, words in (("mine.mp4", 2, "manner:0", "no manner is labelled"), ("mine.mp4", 2, "who", "no swap"), ("mine.mp4", 0, "who:0", "no event|has none")):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            pairs.swapped(handlers, token, clip, index, slot)
    with pytest.raises(SrlClipError, match="no clip"):
        pairs.swapped(handlers, token, "clip_00", 0, "who:0")


def test_a_caption_that_a_model_wrote_is_not_called_true(handlers, token):
    assert "True caption" in pairs.both_views(handlers, token, "mine.mp4", 2)[0]
    handlers.start_from(token, "mine.mp4", "base", "auto")
    pair, _ = pairs.both_views(handlers, token, "mine.mp4", 1)
    assert "not a reference" in pair and "Caption started from a model" in pair and "True caption<" not in pair


def test_without_the_video_a_sentence_stands_there(handlers, token, tmp_path):
    session = handlers.session(token)
    saved = tmp_path / "saved.json"
    saved.write_text(dump(session.clips, session.results), "utf-8")
    other, *_ = handlers.open_file(str(saved), "", "another page")
    assert pairs.both_views(handlers, other, "mine.mp4", 2) == (pairs.notice(pairs.NO_VIDEO), "")
