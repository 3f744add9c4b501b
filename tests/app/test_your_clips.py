"""The your-clips tab: its handlers on a fake Comparison, two sessions apart, hostile names and texts as text only."""

import base64
import json
import re
from pathlib import Path

import gradio as gr
import pytest
from fake_comparison import FakeComparison, write_clip

from srlclip.app.session.report import newest
from srlclip.app.session.saved_file import dump, load
from srlclip.app.session.store import SessionStore
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.tab import PageContext
from srlclip.app.ui.tabs.your_clips import TAB, actions, panels
from srlclip.app.ui.tabs.your_clips.handlers import ROLE_BOXES, Handlers
from srlclip.app.ui.tabs.your_clips.queries import WAITING
from srlclip.app.ui.tabs.your_clips.tab import renewed
from srlclip.situations import SrlClipError

HOSTILE = "<img src=x onerror=alert(1)> ${1+1} {{value}} 😀 שלום"


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    paths = [write_clip(folder / f"clip {number}.mp4", number, 100, (64, 48)) for number in range(3)]
    (folder / "broken.mp4").write_bytes(b"not a video at all")
    return [str(path) for path in (*paths, folder / "broken.mp4")]


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return FakeComparison(tmp_path_factory.mktemp("gallery"), clips=3)


@pytest.fixture
def handlers(comparison):
    media = Media(comparison.situation, comparison.clip_ids())
    return Handlers(comparison, media, SessionStore(deleted=media.forget))


@pytest.fixture
def token(handlers, videos):
    return handlers.upload(videos[:2], "", "page")[0]


def test_a_corrupt_file_among_good_ones_is_named_and_the_others_go_on(handlers, videos):
    steps = []
    token, told, emptied = handlers.upload(
        [videos[0], videos[3], videos[1]], "", "page", lambda *step: steps.append(step)
    )
    assert "2 of 3 files read" in told and "✕" in told and "broken.mp4" in told and emptied is None
    assert "/" not in re.sub(r"<[^>]*>", "", told)
    assert [clip.name for clip in handlers.session(token).clips] == ["clip 0.mp4", "clip 1.mp4"]
    shares = [share for share, _ in steps]
    assert shares == sorted(shares) and any("file 3 of 3: clip 1.mp4" in what for _, what in steps)


def test_the_page_shows_clips_and_limits_and_what_can_be_labelled(handlers, token):
    status, shelf, clip, number, watch, table, verb, keys, *rest = handlers.refreshed(token, None, None)
    assert "sc-main" in watch and watch.count("data-sc-seek") == 5 and "▸ event 1" in watch  # beside the labels
    assert "2 of 12 clips" in status and "300 MB" in status and shelf.count("sc-card") == 2
    assert clip.value == "clip 0.mp4" and [value for _, value in number.choices] == [0, 1, 2, 3, 4]
    assert table.count("no labels yet") == 5 and verb.value is None and keys == []
    assert len(rest) == ROLE_BOXES + 3


def test_without_a_session_the_page_says_so_and_nothing_breaks(handlers):
    status, shelf, *_ = handlers.refreshed("", None, None)
    assert "0 of 12" in status and "Upload one or several" in shelf
    with pytest.raises(SrlClipError, match="no clips yet"):
        handlers.search("", "x", False)
    with pytest.raises(SrlClipError, match="no longer here"):
        handlers.search("0" * 32, "x", False)


def test_a_visitor_without_videos_gets_two_labelled_clips_searched_at_once(handlers, comparison, tmp_path, videos):
    token, told, tab, query, html, _, kept, asked = handlers.sample("", "page")
    session = handlers.session(token)
    assert [clip.name for clip in session.clips] == ["example 1.mp4", "example 2.mp4"] and tab.selected == "search"
    assert all(len(clip.labelled) == len(clip.events) for clip in session.clips) and told.count("with its labels") == 2
    assert "example 1.mp4" in html and "Base CLIP" in html and "SRL-CLIP" in html and query == asked
    assert query == comparison.examples()[0].query and len(kept.choices) == 1
    handlers.unlabel(token, "example 2.mp4")
    labels = session.clip("example 2.mp4").events
    # labels that were edited and saved stay, when the sample brings the opened clip's video back
    other = handlers.begin("", "another page")
    handlers.session(other).open(comparison, *load(dump(session.clips, session.results)))
    handlers.sample(other, "another page")
    assert (
        handlers.session(other).has_video("example 2.mp4")
        and handlers.session(other).clip("example 2.mp4").events == labels
    )
    # once more searches again, and doubles nothing; what was deleted comes back; the gallery's files stay
    session.remove("example 1.mp4")
    assert handlers.sample(token, "page")[1].count("with its labels") == 1 and len(session.clips) == 2
    assert handlers.sample(token, "page")[1] == "" and session.clip("example 2.mp4").events == labels
    assert all(comparison.situation(clip_id).path.is_file() for clip_id in comparison.clip_ids())


def test_a_gallery_of_unlabelled_or_cut_clips_gives_no_examples(handlers, comparison, monkeypatch):
    monkeypatch.setattr(comparison, "examples", lambda: ())
    assert actions.samples(comparison) == []
    with pytest.raises(ValueError, match="Upload a video of yours"):
        handlers.sample("", "page")


def test_two_visitors_have_their_own_clips(handlers, token, videos):
    other, _, _ = handlers.upload([videos[2]], "", "another page")
    assert other != token and "clip 0" not in handlers.refreshed(other, None, None)[1]
    with pytest.raises(SrlClipError, match="no clip"):
        handlers.caption(other, "clip 0.mp4", "auto")
    result = handlers.search(other, "x", True)[0]
    assert "clip 2.mp4" in result and "clip 0.mp4" not in result


def test_labels_are_written_event_by_event_and_make_negatives(handlers, comparison, token):
    keys, *boxes = handlers.change_verb(token, "clip 0.mp4", 1, "push")
    assert keys == [key for key, _ in comparison.roles_of("push.01")]
    assert all(box.visible for box in boxes[: len(keys)]) and not boxes[-1].visible and boxes[0].choices
    with pytest.raises(ValueError, match="Nearest known: push.01"):
        handlers.change_verb(token, "clip 0.mp4", 1, "pusch")
    for index, verb in ((1, "push"), (2, "chase")):
        handlers.keep_event(token, "clip 0.mp4", index, verb, keys, "red robot", *[None] * (len(keys) - 2), "desert")
    *_, true, kinds, _ = handlers.refreshed(token, "clip 0.mp4", 1)
    assert true.startswith("push") and "desert" in true and "natural" in kinds.value
    html, kept = handlers.score(token, "clip 0.mp4", 1, true, kinds.value, "a man sleeps")
    assert "negatives beaten" in html and "a man sleeps" in html and "<svg" in html and len(kept.choices) == 1
    assert 'download="srlclip_negative_margins.csv"' in html
    # the same verb again keeps the fillers it has, another one takes over those of roles that it shares
    keys, first, *_ = handlers.change_verb(token, "clip 0.mp4", 1, "push.01")
    assert first.value == "red robot"


def test_unlabelled_events_ask_for_labels_or_captions(handlers, token):
    with pytest.raises(ValueError, match="Label the event"):
        handlers.score(token, "clip 0.mp4", 0, "a man walks", ["natural"], "")
    with pytest.raises(ValueError, match="true caption is empty"):
        handlers.score(token, "clip 0.mp4", 0, " ", [], "x")
    assert "negatives beaten" in handlers.score(token, "clip 0.mp4", 0, "a man walks", [], "a man runs")[0]


@pytest.mark.parametrize("model", ["base", "adapted"])
def test_labels_may_start_from_either_models_captions(handlers, token, model):
    handlers.start_from(token, "clip 1.mp4", model, "auto")
    clip = handlers.session(token).clip("clip 1.mp4")
    result = handlers.session(token).results[-1].value
    assert len(clip.labelled) == 5 and not result.has_reference
    assert [e.lemma for e in clip.events] == [e.slots[0].filler[model] for e in result.events]
    assert handlers.lines(token).count("\n") == 0 and json.loads(handlers.lines(token))["id"] == "clip 1.mp4"
    assert "Reference" in handlers.caption(token, "clip 1.mp4", "auto")[0]
    handlers.unlabel(token, "clip 1.mp4")
    assert handlers.lines(token) == ""


def test_pasted_text_becomes_labels_and_errors_name_the_line(handlers, token):
    handlers.start_from(token, "clip 1.mp4", "base", "auto")
    handlers.paste(token, "clip 0.mp4", handlers.lines(token))
    assert handlers.session(token).clip("clip 0.mp4").events == handlers.session(token).clip("clip 1.mp4").events
    with pytest.raises(SrlClipError, match="line 3: not JSON"):
        handlers.paste(token, "clip 0.mp4", handlers.lines(token) + "\n{oops")


def test_a_search_of_ones_own_names_no_winner(handlers, token):
    html, closer, kept, query = handlers.search(token, "  a red   robot ", True)
    assert "Top-5 overlap" in html and "✓ target" not in html and query == "a red robot"
    assert html.index("Base CLIP") < html.index("SRL-CLIP") and "clip_00" in html and closer == ""
    assert 'download="srlclip_rank_change.png"' in html
    assert "Best event for the query" in handlers.closer(token, query, "clip 0.mp4")
    assert "Best event for the query" in handlers.closer(token, query, "clip_01")
    assert len(kept.choices) == 1
    for bad in ("", " ", "x" * 10_000):
        with pytest.raises(ValueError, match="query"):
            handlers.search(token, bad, False)


def links(html):
    found = re.findall(r'download="([^"]+)" href="data:[^;]+;base64,([^"]+)"', html)
    return {name: base64.b64decode(data).decode() for name, data in found}


def test_saved_files_hold_everything_and_open_again(handlers, token, videos, tmp_path):
    handlers.start_from(token, "clip 1.mp4", "adapted", "auto")
    handlers.search(token, "a red robot", False)
    files = links(handlers.files(token))
    assert set(files) == {"srlclip_comparison.json", "srlclip_report.html", "srlclip_labels.jsonl"}
    clips, results = load(files["srlclip_comparison.json"])
    assert (clips, results) == (handlers.session(token).clips, handlers.session(token).results)
    assert "data:image/jpeg;base64," in files["srlclip_report.html"]
    saved = tmp_path / "mine.json"
    saved.write_text(files["srlclip_comparison.json"], "utf-8")
    other, told, _, _ = handlers.open_file(str(saved), "", "another page")
    assert "upload its video" in told and "2 clips and 2 results" in told
    assert "rank" in handlers.kept(other, 1).lower() and "clip 0.mp4" in handlers.kept(other, 1)
    assert "video not here" in handlers.refreshed(other, None, None)[1]
    _, told, _ = handlers.upload([videos[1]], other, "another page")
    assert "reconnected with its labels" in told
    assert "Reference" in handlers.caption(other, "clip 1.mp4", "auto")[0]


def test_a_file_of_other_models_is_flagged(handlers, token, comparison, tmp_path):
    handlers.search(token, "x", False)
    saved = links(handlers.files(token))["srlclip_comparison.json"].replace("1" * 16, "9" * 16)
    (tmp_path / "other.json").write_text(saved, "utf-8")
    other, *_ = handlers.open_file(str(tmp_path / "other.json"), "", None)
    assert "Made with other models" in handlers.kept(other, 0) and "Made with other models" not in handlers.kept(
        token, 0
    )


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"{}", b"[" * 100_000, b"<script>alert(1)</script>"])
def test_files_that_are_none_give_a_sentence_and_change_nothing(handlers, token, tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    before = handlers.session(token).clips
    with pytest.raises(SrlClipError, match=r"x.json: not a saved comparison"):
        handlers.open_file(str(tmp_path / "x.json"), token, None)
    assert handlers.session(token).clips == before and str(tmp_path) not in handlers.files(token)


def test_deleting_leaves_neither_video_nor_poster_anywhere(handlers, videos):
    token, *_ = handlers.upload(videos[:2], "", "page")
    handlers.refreshed(token, None, None)
    folder = handlers.session(token).folder
    published = {file.name for file in handlers.media.folder.iterdir()}
    assert len(published) == 5 and len(list(folder.iterdir())) == 2
    handlers.remove(token, "clip 0.mp4")
    assert len(list(handlers.media.folder.iterdir())) == 2
    handlers.store.drop(token)
    assert not folder.exists() and not list(handlers.media.folder.iterdir())
    assert all(Path(video).exists() for video in videos)  # what the visitor has is not ours


def no_markup(html):
    """No attribute or element of the text's own survives, nor anything that Gradio's templates evaluate."""
    assert (
        "<img src=x" not in html
        and "${" not in html
        and "{{" not in html
        and "onerror=alert" not in re.sub(r"&lt;img src=x onerror=alert", "", html)
    )


def test_hostile_names_and_texts_are_shown_as_text(handlers, comparison, tmp_path):
    session = handlers.session(handlers.store.open())
    token = next(iter(handlers.store._sessions))
    video = write_clip(tmp_path / "v.mp4", 5, 100, (64, 48))
    clip, _ = session.add(comparison, video, f"{HOSTILE}.mp4")
    keys, *_ = handlers.change_verb(token, clip.name, 0, "push")
    handlers.keep_event(token, clip.name, 0, "push", keys, HOSTILE, HOSTILE)
    pages = [
        *(x for x in handlers.refreshed(token, None, 0) if isinstance(x, str) and x.startswith("<")),
        handlers.search(token, HOSTILE, True)[0],
        handlers.score(token, clip.name, 0, HOSTILE, [], f"{HOSTILE} again")[0],
        handlers.caption(token, clip.name, "auto")[0],
        handlers.closer(token, HOSTILE, clip.name),
        panels.notices_html([(False, HOSTILE, HOSTILE * 100)]),
        handlers.files(token),
        *(handlers.kept(token, i) for i in range(3)),
        links(handlers.files(token))["srlclip_report.html"].split("<body>")[1],
    ]
    for html in pages:
        no_markup(html)


def test_another_pair_leaves_the_clips_and_clears_what_it_said(comparison):
    values = renewed(comparison)
    assert values[1:8] == [""] * 7 and values[8] == WAITING and len(values) == 10


def test_a_clip_that_is_nowhere_has_no_picture(handlers, token):
    shot = actions.finder(handlers.session(token), handlers.media)
    assert shot("of another gallery").poster == "" and shot("clip 0.mp4").poster and shot("clip_01", 2).video


def test_a_refused_comparison_file_leaves_its_field_free_for_the_next_one(comparison):
    with gr.Blocks() as demo, gr.Tab("x") as place:
        TAB.build(PageContext(comparison, Media(comparison.situation, comparison.clip_ids())), place)
    parts = {part["id"]: part["props"].get("label") or "" for part in demo.config["components"]}
    emptied = [
        [parts[output] for output in event["outputs"]]
        for event in demo.config["dependencies"]
        if event["trigger_only_on_failure"]
    ]
    assert any(len(names) == 1 and "saved comparison" in names[0] for names in emptied)


def test_kept_results_are_shown_where_they_are_listed(handlers, token):
    """The tab that lists them opens with one; it never says that there are none beside the list."""
    assert "No result is kept yet" in handlers.newest(token, None)
    handlers.search(token, "first", False)
    handlers.search(token, "second", False)
    assert "Search: second" in handlers.newest(token, None) and "Search: first" in handlers.newest(token, 0)
    assert "No result is kept yet" in handlers.newest("", None)


def test_a_question_asked_again_is_told_once_in_the_report(handlers, token):
    session = handlers.session(token)
    for words in ("first", "second", "first"):
        handlers.search(token, words, False)
    assert [result.value.query for result in newest(session.results)] == ["second", "first"]
