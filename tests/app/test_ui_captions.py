"""The SRL captions tab: what is said about the decoder, confidences, subtitles, prediction files, long videos."""

import base64
import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import gradio as gr
import numpy as np
import pytest
from fake_comparison import FakeComparison, write_clip

from srlclip.app.ui import build_demo
from srlclip.app.ui.parts.links import Link, from_params, to_query
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results import caption_files, roles, transcript
from srlclip.app.ui.results.subtitles import webvtt
from srlclip.app.ui.tabs import captions
from srlclip.data.predictions import read_srl_predictions, read_verb_predictions
from srlclip.progress import part
from srlclip.results import CaptionResult, EventCaption, PairInfo, Slot
from srlclip.situations import VideoDecodeError

INFO = PairInfo("base-id", "adapter-id", "600 clips", True, 64, 32, "cpu", "0.1.0")
HOSTILE = [
    "<img src=x onerror=alert(1)>", "${alert(1)}", "{{value}}", '"><script>x</script>', "a --> b\n\n00:00 --> 00:01",
    "`x`", "\x00\x0b\u2028x", "</track></video>", "&lt;b&gt; & co", "שלום",
]  # fmt: skip


def grey(path, at):
    return np.full((36, 64, 3), 128, np.uint8)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return FakeComparison(tmp_path_factory.mktemp("clips"), clips=3, long_clip=True)


@pytest.fixture(scope="module")
def media(comparison):
    return Media(comparison.situation, comparison.clip_ids(), reader=grey)


def event(index=0, base="A man runs.", adapted="A man walks.", start=0.0, end=2.0, text="man", share=0.6, key="Arg0"):
    slots = (Slot("Verb", "verb", None, "run", "walk", 0.9, 0.2), Slot(key, "runner", None, text, text, share, share))
    verbs = (("run", 0.7), ("walk", 0.2))
    ids = ("run.02", "walk.01")
    return EventCaption(index, start, end, slots, base, adapted, verbs, verbs, ids, ids)


def result(*events, dense=False, clip="clip", kind="heads"):
    return CaptionResult(clip, events, "how it is made", "equal words", False, kind, "what it means", dense)


def files(page):
    """file name -> text of every download on the page."""
    found = re.findall(r'download="([^"]*)" href="data:[^;]*;base64,([^"]*)"', page)
    return {html.unescape(name): base64.b64decode(data).decode() for name, data in found}


def cues(text):
    """[(start, end, lines)] of a WebVTT text; asserts what the format demands."""
    head, *blocks = text.removesuffix("\n").split("\n\n")
    assert head == "WEBVTT" and text.endswith("\n")
    found = []
    for block in blocks:
        lines = block.split("\n")
        if lines[0].startswith("NOTE"):
            assert "-->" not in block
            continue
        timing = re.fullmatch(r"(\d{2,}):([0-5]\d):([0-5]\d\.\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d\.\d{3})", lines[0])
        assert timing, lines[0]
        h0, m0, s0, h1, m1, s1 = map(float, timing.groups())
        start, end = h0 * 3600 + m0 * 60 + s0, h1 * 3600 + m1 * 60 + s1
        assert start < end and lines[1:] and all(lines[1:])
        assert not any("-->" in line or re.search("[\x00-\x08\x0b-\x1f\u2028\u2029<>]", line) for line in lines[1:])
        found.append((start, end, [html.unescape(line) for line in lines[1:]]))
    return found


class Markup(HTMLParser):
    """Every tag and attribute name of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.names = set(), set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("long", [False, True])
def test_hostile_fillers_and_sentences_are_shown_as_text(text, long):
    found = result(
        *(event(i, base=text, adapted=text, text=text, start=2.0 * i, end=2.0 * i + 2) for i in range(5)),
        dense=long, clip=text,
    )  # fmt: skip
    found = replace(found, decoder=text, match_rule=text, confidence_rule=text, has_reference=True)

    class Hostile(FakeComparison):
        def caption(self, clip_id, progress=None, decoder="auto"):
            return found

    fake = Hostile(None, 2)
    page = captions.caption_view(fake, Media(fake.situation, reader=grey), "clip_00")
    page += (
        caption_files.track_tags(found)
        + roles.role_tables(found)
        + transcript.transcript(found)
        + transcript.strip(found)
    )
    assert not [bad for bad in ("${", "{{", "`", "\x00") if bad in page]
    marked = Markup(page)
    assert not {"img", "script"} & marked.tags and "onerror" not in marked.names
    for name, saved in files(page).items():
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
        assert cues(saved) if name.endswith(".vtt") else json.loads(saved)


def test_vtt_escapes_keeps_words_and_stamps_hours():
    found = cues(webvtt([event(0, "Tom & <b>Jerry</b>", "x", 3661.5, 3663.0004)], ("base",)))
    assert found == [(3661.5, 3663.0, ["Tom & <b>Jerry</b>"])]
    assert "100:00:00.000" in webvtt([event(start=360_000, end=360_002)])


def test_vtt_leaves_out_what_nobody_said():
    events = [event(0, "", "said"), event(1, " ", ""), event(2, "a", "b", 4.0, 4.0), event(3, start=float("nan"))]
    found = cues(webvtt(events, note="models: a --> b"))
    assert [lines for _, _, lines in found] == [["◆ SRL-CLIP: said"], ["● Base CLIP: a", "◆ SRL-CLIP: b"]]
    assert cues(webvtt([])) == []


def test_the_player_offers_three_tracks_and_one_is_on(comparison, media):
    page = captions.caption_view(comparison, media, "clip_01")
    labels = re.findall(r'<track kind="subtitles" label="([^"]+)"', page)
    assert labels == ["Base CLIP", "SRL-CLIP", "Both"] and len(re.findall(r" default>", page)) == 1
    assert re.findall(r'data-sc-track="([^"]*)" aria-pressed="true"', page) == ["SRL-CLIP"]
    assert set(labels) == set(re.findall(r'data-sc-track="([^"]+)"', page)), "script and tracks share their names"


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


def components(demo, name):
    return [block for block in demo.blocks.values() if isinstance(block, name)]


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


def test_confidence_is_a_number_a_bar_and_a_word():
    cell = roles.cell(event(share=0.41).slots[1], "adapted", has_reference=False)
    assert "41%" in cell and 'class="sc-b-adapted" style="width:41%"' in cell and "confidence" in cell
    assert "sc-low" in cell and "sc-low" not in roles.cell(event(share=0.5).slots[1], "base", has_reference=False)


@pytest.mark.parametrize("share, shown", [(0.0, ""), (-1.0, ""), (float("nan"), ""), (1.7, "100%")])
def test_odd_confidences_do_not_break_the_bar(share, shown):
    told = roles.confidence(share, "base")
    assert (shown in told) if shown else told == ""


def test_empty_captions_are_dashes_and_no_events_are_a_sentence(media):
    page = roles.role_tables(result(event(base="", adapted=" ", text="")))
    assert page.count("—") >= 4

    class Silent(FakeComparison):
        def caption(self, clip_id, progress=None, decoder="auto"):
            return result(dense=True)

    fake = Silent(None, 1)
    page = captions.caption_view(fake, media, "clip_00")
    assert "No events were found" in page and "sc-transcript" not in page and "download=" not in page


def test_prediction_files_are_read_back_by_the_official_readers(comparison, media, tmp_path):
    page = captions.caption_view(comparison, media, "clip_01")
    made = comparison.caption("clip_01")
    saved = files(page)
    assert len(saved) == 8
    for model, short in (("base", "base"), ("adapted", "srl_clip")):
        for kind in ("srl", "verbs"):
            (tmp_path / kind).write_text(saved[f"srlclip_clip_01_{short}_vidsitu_{kind}.json"], "utf-8")
        events = read_srl_predictions(tmp_path / "srl")[0]
        ranked = read_verb_predictions(tmp_path / "verbs")[0]
        for caption, said, verbs, scores in zip(made.events, events, ranked.verbs, ranked.scores, strict=True):
            assert said.verb_id == caption.verb_ids(model)[0] and verbs == caption.verb_ids(model)
            assert said.roles == {s.key: s.value(model) for s in caption.slots if s.key != "Verb"}
            assert scores == tuple(share for _, share in caption.verbs(model))


def test_prediction_files_need_five_events_and_leave_out_empty_fillers():
    for count in (1, 4, 6, 25):
        page = caption_files.caption_downloads(INFO, result(*(event(i) for i in range(count)), dense=count > 5))
        assert "vidsitu" not in " ".join(files(page)) and f"hold 5 events; this video has {count}" in page
    said = caption_files.event_predictions(result(replace(event(text=" "), base_verb_ids=())), "base")
    assert said[0].verb_id == "" and said[0].roles == {}


def test_downloads_carry_the_models_and_equal_the_screen(comparison, media):
    saved = files(captions.caption_view(comparison, media, "long_00", decoder="zero_shot"))
    both = saved["srlclip_long_00_both.vtt"]
    assert "mini-base and mini-srlclip" in both and len(cues(both)) == 25
    data = json.loads(saved["srlclip_long_00_both.json"])
    assert (data["kind"], data["decoder_kind"]) == ("captions", "zero_shot")
    assert len(data["events"]) == 25 and data["dense"] and data["models"]["adapter"] == "mini-srlclip"


@pytest.mark.parametrize("clip, expected", [
    ("../../etc/passwd", "srlclip_etc_passwd"), ("<img src=x>", "srlclip_img_src_x"), ("", "srlclip"), ("日本", "srlclip"),
    ("v_a-b_seg_0_10", "srlclip_v_a-b_seg_0_10"), ("x" * 500, "srlclip_" + "x" * 60),
])  # fmt: skip
def test_file_names_are_plain(clip, expected):
    assert caption_files.stem(clip) == expected


def test_a_long_video_has_a_strip_and_a_transcript_that_seek(comparison, media):
    page = captions.caption_view(comparison, media, "long_00")
    assert page.count("sc-moment") == 25 == page.count("sc-time") == page.count("data-sc-panel=")
    assert 'class="sc-event"' not in page, "no wide buttons"
    assert page.count('aria-pressed="true"') == 3, "first event in strip and transcript, and the subtitles"
    assert page.count('data-sc-seek="48" data-sc-until="50"') == 2 and "25 events" in page
    assert page.count('tabindex="-1"') == 48, "one stop of the Tab key per list"
    assert all(e.sentence(m) in page for e in comparison.caption("long_00").events for m in ("base", "adapted"))


def test_clips_keep_the_wide_buttons(comparison, media):
    page = captions.caption_view(comparison, media, "clip_01")
    assert page.count('class="sc-event"') == 5 and "sc-moment" not in page and "sc-transcript" not in page


def test_times_read_like_a_players():
    told = [transcript.clock(s) for s in (0, 6.98, 59.4, 59.9, 62, 3603, -1)]
    assert told == ["0:00", "0:07", "0:59", "1:00", "1:02", "1:00:03", "0:00"]


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
    clip, decoder, page, shown = captions.restored(comparison, media, link)
    assert (clip, decoder, shown) == ("clip_02", "zero_shot", "clip_02") and "CLIP alone does not caption" in page
    alone = FakeComparison(None, 3, kinds=("zero_shot",))
    assert captions.restored(alone, media, replace(link, decoder="heads"))[1] == "zero_shot"


def test_what_a_model_cannot_see_is_said_in_words():
    slot = Slot("AMnr", "manner", "slowly", "-", "slowly", 0.9, 0.8, False, True)
    assert "not visible" in roles.cell(slot, "base", has_reference=True)
    assert "not visible" not in roles.cell(slot, "adapted", has_reference=True)
