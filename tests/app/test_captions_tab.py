"""The SRL captions tab on a fake Comparison: which decoder made the captions, what a failed run leaves, long videos."""

import html
import re
from dataclasses import replace

import gradio as gr
import pytest
from fake_comparison import FakeComparison, write_clip
from fake_results import event, result

from srlclip.app.ui import build_demo
from srlclip.app.ui.parts.links import Link, from_params, to_query
from srlclip.app.ui.parts.picker import Picker
from srlclip.app.ui.results import roles
from srlclip.app.ui.tab import FREE
from srlclip.app.ui.tabs import captions
from srlclip.progress import part
from srlclip.situations import VideoDecodeError


def test_captions_name_decoder_and_rule_and_mark_mismatches(comparison, media):
    page = captions.caption_view(comparison, media, "clip_01")
    assert page.count("data-sc-event=") == 5 and page.count("data-sc-panel=") == 5 and page.count(" hidden>") == 4
    assert "on frozen features" in page and "equal words" in page and "≠" in page and 'kind="subtitles"' in page


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return FakeComparison(tmp_path_factory.mktemp("clips"), clips=3, long_clip=True)


def components(demo, name):
    return [block for block in demo.blocks.values() if isinstance(block, name)]


@pytest.mark.parametrize("kind, words", [("heads", "trained heads on frozen features"), ("zero_shot", "CLIP alone")])
def test_the_page_says_which_decoder_made_the_captions(comparison, media, kind, words):
    page = captions.caption_view(comparison, media, "clip_01", decoder=kind)
    made = comparison.caption("clip_01", decoder=kind)
    assert words in page.split("sc-split")[0], "before anything else"
    for told in (made.decoder, made.match_rule, made.confidence_rule):
        assert html.escape(told, quote=True) in page
    assert words in captions.caption_view(comparison, media, "long_00", decoder=kind)


def test_auto_is_the_pairs_best_and_unknown_decoders_are_refused(comparison):
    assert captions.checked_decoder(comparison, None) == captions.checked_decoder(comparison, "auto") == "heads"
    alone = FakeComparison(None, 1, kinds=("zero_shot",))
    assert captions.checked_decoder(alone, "auto") == "zero_shot"
    for wrong in ("heads", "<b>"):
        with pytest.raises(ValueError, match="allows: auto, zero_shot"):
            captions.checked_decoder(alone, wrong)


def test_a_choice_is_offered_only_where_there_is_one():
    for kinds, offered in ((("heads", "zero_shot"), True), (("zero_shot",), False)):
        demo = build_demo(FakeComparison(None, 2, kinds=kinds))
        radio = next(r for r in components(demo, gr.Radio) if r.label.startswith("Decoder"))
        assert radio.visible is offered and [value for _, value in radio.choices] == list(kinds)


def test_every_run_of_the_tab_clears_the_old_result_when_it_fails():
    demo = build_demo(FakeComparison(None, 2, failing="heads"))
    runs = {fn._id: fn for fn in demo.fns.values() if getattr(fn.fn, "__module__", "") == captions.__name__}
    clearing = [fn for fn in runs.values() if fn.trigger_only_on_failure]
    assert {fn.trigger_after for fn in clearing} == set(runs) - {fn._id for fn in clearing} and len(clearing) == 5
    page, shown = captions.cleared()
    assert "the last run failed" in page and shown == ""


def test_a_failing_decoder_is_a_sentence_and_the_other_one_works(media):
    fake = FakeComparison(None, 2, failing="heads")
    with pytest.raises(ValueError, match="heads decoder failed"):
        captions.caption_chosen(fake, media, "clip_01", None, "heads")
    assert captions.caption_chosen(fake, media, "clip_01", None, "zero_shot")[1] == "clip_01"


def test_an_unknown_decoder_is_refused_before_a_video_is_read(comparison, media, tmp_path):
    with pytest.raises(ValueError, match="decoder"):
        captions.caption_chosen(comparison, media, None, str(tmp_path / "none.mp4"), "nope")
    with pytest.raises(VideoDecodeError):
        captions.caption_chosen(comparison, media, None, str(tmp_path / "none.mp4"), "heads")
    with pytest.raises(ValueError, match="No clip"):
        captions.caption_chosen(comparison, media, None, None, "heads")


def test_the_progress_of_an_upload_never_goes_back(comparison, media, tmp_path):
    seen = []
    file = write_clip(tmp_path / "mine.mp4", frames=120)
    page, clip = captions.caption_chosen(
        comparison, media, "clip_00", str(file), "heads", lambda share, what: seen.append((share, what))
    )
    shares = [share for share, _ in seen]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1.0
    assert "frames 40 of 240" in {what for _, what in seen} and "event 6 of 6, model 2 of 2" in {w for _, w in seen}
    assert clip.startswith("upload-") and "sc-transcript" in page and part(None, 0, 1) is None


def test_empty_captions_are_dashes_and_no_events_are_a_sentence(media):
    page = roles.role_tables(result(event(base="", adapted=" ", text="")))
    assert page.count("—") >= 4

    class Silent(FakeComparison):
        def caption(self, clip_id, progress=None, decoder="auto"):
            return result(dense=True)

    fake = Silent(None, 1)
    page = captions.caption_view(fake, media, "clip_00")
    assert "No events were found" in page and "sc-transcript" not in page and "download=" not in page


def test_a_long_video_has_a_strip_and_a_transcript_that_seek(comparison, media):
    page = captions.caption_view(comparison, media, "long_00")
    assert page.count("sc-moment") == 25 == page.count("sc-time") == page.count("data-sc-panel=")
    assert 'class="sc-event"' not in page, "no wide buttons"
    assert page.count('aria-pressed="true"') == 3, "first event in strip and transcript, and the subtitles"
    assert page.count('data-sc-seek="48" data-sc-until="50"') == 2 and "25 events" in page
    assert page.count('tabindex="-1"') == 48, "one stop of the Tab key per list"
    assert all(e.sentence[m] in page for e in comparison.caption("long_00").events for m in ("base", "adapted"))


def test_clips_keep_the_wide_buttons(comparison, media):
    page = captions.caption_view(comparison, media, "clip_01")
    assert page.count('class="sc-event"') == 5 and "sc-moment" not in page and "sc-transcript" not in page


def test_links_carry_a_decoder_that_is_not_the_best(comparison, media):
    link = Link("captions", clip="clip_01", decoder="zero_shot")
    query = to_query(link)
    assert query == "tab=captions&clip=clip_01&decoder=zero_shot"
    assert from_params(dict(p.split("=") for p in query.split("&")), comparison.clip_ids(), ("captions",)) == link
    assert html.escape(query) in captions.caption_view(comparison, media, "clip_01", decoder="zero_shot")
    assert "decoder=" not in captions.caption_view(comparison, media, "clip_01", decoder="heads")
    assert from_params({"tab": "captions", "decoder": "<b>"}, (), ("captions",)).decoder == ""


def test_a_linked_decoder_is_chosen_and_falls_back(comparison, media):
    link = Link("captions", clip="clip_02", decoder="zero_shot")
    with gr.Blocks():
        picker = Picker(comparison, media, None, "Clip", FREE)
    clip, _, _, decoder, page, shown = captions.restored(comparison, media, picker, link)
    assert (clip, decoder, shown) == ("clip_02", "zero_shot", "clip_02") and "CLIP alone does not caption" in page
    alone = FakeComparison(None, 3, kinds=("zero_shot",))
    assert captions.restored(alone, media, picker, replace(link, decoder="heads"))[3] == "zero_shot"


def test_a_linked_event_is_open(comparison, media):
    """What the tour says is open: the event that was asked for, in the table, among the buttons and in the player."""
    shown = captions.caption_view(comparison, media, "clip_02", event=2)
    assert re.search(r'data-sc-event="2"[^>]*aria-pressed="true"', shown) and shown.count('aria-pressed="true"') == 2
    assert '<div data-sc-panel="2">' in shown and '<div data-sc-panel="0" hidden>' in shown
    assert "event=3" in shown  # its own address, from 1
    assert '<div data-sc-panel="0">' in captions.caption_view(comparison, media, "clip_02", event=99)
