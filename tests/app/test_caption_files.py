"""Captions to take along: WebVTT, prediction files that the official readers read, plain file names, hostile texts."""

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from fake_comparison import FakeComparison
from fake_results import event, files, grey, result

from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results import caption_files, roles, transcript
from srlclip.app.ui.results.subtitles import webvtt
from srlclip.app.ui.tabs import captions
from srlclip.data.predictions import read_srl_predictions, read_verb_predictions
from srlclip.results import Both, PairInfo

INFO = PairInfo("base-id", "adapter-id", "600 clips", True, 64, 32, "cpu", "0.1.0")


HOSTILE = [
    "<img src=x onerror=alert(1)>", "${alert(1)}", "{{value}}", '"><script>x</script>', "a --> b\n\n00:00 --> 00:01",
    "`x`", "\x00\x0b\u2028x", "</track></video>", "&lt;b&gt; & co", "שלום",
]  # fmt: skip


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return FakeComparison(tmp_path_factory.mktemp("clips"), clips=3, long_clip=True)


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
            assert said.verb_id == caption.verb_ids[model][0] and verbs == caption.verb_ids[model]
            assert said.roles == {s.key: s.filler[model] for s in caption.slots if s.key != "Verb"}
            assert scores == tuple(share for _, share in caption.verbs[model])


def test_prediction_files_need_five_events_and_leave_out_empty_fillers():
    for count in (1, 4, 6, 25):
        page = caption_files.caption_downloads(INFO, result(*(event(i) for i in range(count)), dense=count > 5))
        assert "vidsitu" not in " ".join(files(page)) and f"hold 5 events; this video has {count}" in page
    said = caption_files.event_predictions(result(replace(event(text=" "), verb_ids=Both((), ("run.01",)))), "base")
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
