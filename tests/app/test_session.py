"""A visitor's session: clips, limits, isolation, deletion, and the file that it is saved in."""

import json
import shlex
import time
from dataclasses import replace

import pytest
from fake_comparison import FakeComparison, write_clip

from srlclip.app.session import session as sessions
from srlclip.app.session.labels import made_event
from srlclip.app.session.saved_file import MAX_CHARS, dump, load
from srlclip.app.session.session import Session
from srlclip.app.session.store import SessionStore
from srlclip.app.session.values import MAX_CLIPS, OwnClip
from srlclip.situations import Caption, DataError, VideoDecodeError

HOSTILE = "<img src=x onerror=alert(1)> ${1+1} {{x}} 😀 שלום " + "x" * 10_000


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    return [write_clip(folder / f"v{number}.mp4", number, 100, (64, 48)) for number in range(4)]


@pytest.fixture
def comparison():
    return FakeComparison(None, 3)


@pytest.fixture
def session(tmp_path):
    folder = tmp_path / "session"
    folder.mkdir()
    return Session(folder)


def labelled(comparison, verb="push.01"):
    return made_event(verb, verb.split(".")[0], comparison.roles_of(verb), {"Arg0": "red robot", "AScn": "desert"})


def test_an_upload_is_copied_embedded_once_and_named_apart(session, comparison, videos):
    # no hexadecimal name: the stored files' names are hexadecimal chance, and could end in it
    first, again = session.add(comparison, videos[0], "trip.mp4")
    second, _ = session.add(comparison, videos[1], "trip.mp4")
    assert not again and (first.name, second.name) == ("trip.mp4", "trip (2).mp4")
    assert first.seconds == pytest.approx(10.0)
    session.search(comparison, "a red robot", False)
    session.search(comparison, "a blue robot", True)
    assert comparison.embedded == [("trip.mp4", 5), ("trip (2).mp4", 5)]
    assert all("trip" not in file.name for file in session.folder.iterdir())
    assert session.bytes_held == first.size + second.size


def test_names_never_meet_those_of_the_gallery_and_lose_what_cannot_be_printed(session, comparison, videos):
    assert session.add(comparison, videos[0], "clip_00")[0].name == "clip_00 (2)"
    clip, _ = session.add(comparison, videos[1], f"\x00\u202e{HOSTILE}.mp4")
    assert len(clip.name) <= 80 and clip.name.isprintable() and clip.name.endswith(".mp4")


def test_limits_are_kept_and_failures_leave_nothing_behind(session, comparison, videos, tmp_path, monkeypatch):
    text = tmp_path / "fake.mp4"
    text.write_text("no video")
    with pytest.raises(VideoDecodeError) as caught:
        session.add(comparison, text, "fake.mp4")
    assert "fake.mp4" in str(caught.value) and str(session.folder) not in str(caught.value)
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(VideoDecodeError, match="0 bytes"):
        session.add(comparison, tmp_path / "empty.mp4", "empty.mp4")
    with pytest.raises(VideoDecodeError, match="gone"):
        session.add(comparison, tmp_path / "never.mp4", "never.mp4")
    assert not list(session.folder.iterdir()) and not session.clips
    session.add(comparison, videos[0], "a.mp4")
    with pytest.raises(ValueError, match="here already, as a.mp4"):
        session.add(comparison, videos[0], "b.mp4")
    monkeypatch.setattr(sessions, "MAX_BYTES", videos[0].stat().st_size)
    with pytest.raises(ValueError, match="MB together"):
        session.add(comparison, videos[1], "b.mp4")
    monkeypatch.setattr(sessions, "MAX_CLIPS", 1)
    with pytest.raises(ValueError, match="remove one first"):
        session.add(comparison, videos[1], "b.mp4")
    assert MAX_CLIPS == 12


def test_a_removed_clip_leaves_neither_file_nor_embedding(session, comparison, videos):
    session.add(comparison, videos[0], "a.mp4")
    session.search(comparison, "x", False)
    session.remove("a.mp4")
    assert not list(session.folder.iterdir()) and not session._features and not session.clips
    with pytest.raises(DataError, match="no clip"):
        session.situation("a.mp4")
    with pytest.raises(ValueError, match="No video of yours"):
        session.search(comparison, "x", False)


def test_a_search_has_no_target_and_may_include_the_gallery(session, comparison, videos):
    session.add(comparison, videos[0], "a.mp4")
    alone, both = (session.search(comparison, "x", with_gallery).value for with_gallery in (False, True))
    assert [h.clip_id for h in alone.hits.base] == ["a.mp4"] and alone.target is None
    assert {h.clip_id for h in both.hits.adapted} == {"a.mp4", *comparison.clip_ids()}


def test_negatives_come_from_the_labels_that_are_there(session, comparison, videos):
    session.add(comparison, videos[0], "a.mp4")
    push, pull = labelled(comparison), labelled(comparison, "pull.01")
    session.annotate("a.mp4", (None, push, None, pull, None))
    assert session.negatives(comparison, "a.mp4", 0, ("natural",)) == ()
    made = session.negatives(comparison, "a.mp4", 3, ("natural", "noun"))
    assert [n.kind for n in made] == ["natural", "noun"] and made[0].text == comparison.caption_of(push).text
    assert session.situation("a.mp4").events == ()  # a half labelled clip is no reference
    result = session.score(comparison, "a.mp4", 3, comparison.caption_of(pull).text, made).value
    assert len(result.negatives) == 2 and result.event_index == 3
    with pytest.raises(ValueError, match="event 9 is not one"):
        session.event("a.mp4", 8)


def test_other_numbers_of_events_cut_the_clip_anew(session, comparison, videos):
    session.add(comparison, videos[0], "a.mp4")
    session.annotate("a.mp4", (labelled(comparison),) * 3)
    session.score(comparison, "a.mp4", 2, "a", [Caption("b", "custom")])
    assert comparison.embedded == [("a.mp4", 5), ("a.mp4", 3)]
    with pytest.raises(ValueError, match="need a verb in each"):
        session.annotate("a.mp4", (None, labelled(comparison)))


def test_another_pair_embeds_anew_and_results_say_who_made_them(session, comparison, videos):
    session.add(comparison, videos[0], "a.mp4")
    first = session.search(comparison, "x", False)
    other = FakeComparison(None, 3)
    other.gallery.fingerprints = {"base": "2" * 16, "adapted": "3" * 16}
    second = session.search(other, "x", False)
    assert other.embedded and not first.models.same_as(second.models)
    clips, results = load(dump(session.clips, session.results))
    assert [r.models for r in results] == [first.models, second.models]


def test_paths_of_this_machine_never_reach_a_file(session, videos):
    comparison = FakeComparison(None, 2)
    comparison.info = replace(comparison.info, base_id="/home/somebody/models/big", adapter_id="/home/somebody/runs/x")
    session.add(comparison, videos[0], "a.mp4")
    session.search(comparison, "x", True)
    text = dump(session.clips, session.results)
    assert "/home" not in text and str(session.folder) not in text and '"models/big"' in text


@pytest.fixture
def full(session, comparison, videos):
    session.add(comparison, videos[0], "<b>${x}.mp4")
    session.add(comparison, videos[1], "b.mp4")
    session.annotate("b.mp4", (labelled(comparison),) * 5)
    session.search(comparison, HOSTILE[:1500], True)
    session.caption(comparison, "b.mp4")
    session.score(comparison, "b.mp4", 1, "true", [Caption("{{x}}", "custom", removed=("a",), inserted=("b",))])
    return session


def test_what_is_saved_is_what_is_opened(full):
    clips, results = load(dump(full.clips, full.results))
    assert clips == full.clips and results == full.results


def test_an_opened_session_shows_all_and_takes_its_videos_back_by_content(full, comparison, videos, tmp_path):
    text = dump(full.clips, full.results)
    (tmp_path / "new").mkdir()
    opened = Session(tmp_path / "new")
    opened.replace_all(*load(text))
    assert opened.results == full.results and not opened.has_video("b.mp4")
    with pytest.raises(ValueError, match="video of b.mp4 is not here"):
        opened.caption(comparison, "b.mp4")
    clip, known = opened.add(comparison, videos[1], "renamed.mp4")
    assert known and clip.name == "b.mp4" and clip.labelled
    assert opened.caption(comparison, "b.mp4").value == full.results[1].value
    # opening again keeps the video that belongs to it, and drops the others
    opened.replace_all([c for c in full.clips if c.name == "b.mp4"], ())
    assert opened.has_video("b.mp4") and len(list(opened.folder.iterdir())) == 1


def test_an_opened_clip_that_is_called_like_one_of_the_gallery_gets_another_name(full, comparison, videos, tmp_path):
    text = dump(full.clips, full.results).replace('"b.mp4"', '"clip_01"')
    (tmp_path / "new").mkdir()
    opened = Session(tmp_path / "new")
    assert opened.open(comparison, *load(text)) == {"clip_01": "clip_01 (2)"}
    assert "clip_01 (2)" in [clip.name for clip in opened.clips]
    assert [r.value.clip_id for r in opened.results if r.kind == "captions"] == ["clip_01 (2)"]
    found = next(r.value for r in opened.results if r.kind == "search")
    assert "clip_01 (2)" in [hit.clip_id for hit in found.hits.base]
    opened.add(comparison, videos[1], "any.mp4")
    assert {h.clip_id for h in opened.search(comparison, "a man", True).value.hits.base} >= {"clip_01", "clip_01 (2)"}


def test_the_hint_for_a_broken_upload_can_be_pasted_into_a_shell(session, comparison, videos, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(videos[0].read_bytes()[:900])
    with pytest.raises(VideoDecodeError) as caught:
        session.add(comparison, broken, "it's $(x) cut.mp4")
    told = str(caught.value)
    assert str(session.folder) not in told and told.startswith("cannot decode it's $(x) cut.mp4: ")
    command = shlex.split(told.partition("re-encode with: ")[2])
    assert command[:3] == ["ffmpeg", "-i", "it's $(x) cut.mp4"] and command[-1] == "it's $(x) cut.mp4.fixed.mp4"


def good(full):
    return json.loads(dump(full.clips, full.results))


def changed(values, *path_and_value):
    *path, last, value = path_and_value
    place = values
    for step in path:
        place = place[step]
    place[last] = value
    return json.dumps(values)


@pytest.mark.parametrize("change, words", [
    (("version", 3), "reads up to 2; update"), (("version", True), "whole number"), (("format", "x"), "format"),
    (("more", 1), "unknown field 'more'"), (("clips", {}), "clips must be a list"),
    (("clips", 0, "name", 3), r"clips\[0\].name must be text"), (("clips", 0, "path", "/etc/passwd"), "unknown field"),
    (("clips", 0, "sha256", "../x"), "64 hex digits"), (("clips", 0, "name", "b.mp4"), "same name"),
    (("clips", 0, "name", "a\nb"), "printable"), (("clips", 0, "events", []), "no labels"),
    (("clips", 1, "events", 0, "roles", 0, "filler", "x" * 301), "more than 300"),
    (("results", 0, "kind", "pickle"), "kind must be one of"), (("results", 0, "models", 7), "models must be the place"),
    (("results", 0, "when", "yesterday"), "ISO 8601"), (("results", 0, "when", "0001-01-01T00:00:00+14:00"), "ISO 8601"), (("results", 0, "value", "base", 0, "score", "1"), "a number"),
    (("results", 0, "value", "base", 0, "rank", 0), "counts what cannot be"),
    (("results", 0, "value", "query", "x" * 5000), "at most 4,000"), (("results", 0, "value", "base", 3), "a list"),
    (("results", 1, "value", "events", 0, "start", 1e300), "beyond"),
    (("results", 2, "value", "negatives", [{}] * 2001), "at most 2000"), (("models", 0, "info", None), "an object"),
    (("results", 2, "value", "true", "caption", "text", None), "must be text"),
    (("clips", 0, "name", "  "), "must be printable text"), (("clips", 0, "name", "a\ud800"), "half of a surrogate pair"),
])  # fmt: skip
def test_a_file_that_was_never_saved_so_is_refused_in_one_sentence(full, change, words):
    with pytest.raises(DataError, match=words) as caught:
        load(changed(good(full), *change), "my.json")
    assert str(caught.value).startswith("my.json: not a saved comparison: ") and len(str(caught.value)) < 400


@pytest.mark.parametrize("text", [
    "", "hello", "[" * 200_000, '{"a":' * 200_000, "[]", "null", "NaN", '{"format": "srlclip-comparison", "version": NaN}',
    '{"format": "srlclip-comparison", "version": 1e999}', '{"format": "srlclip-comparison", "version": 1' + "0" * 5000 + "}",
    " " * (MAX_CHARS + 1), "\x80\x04K\x01.",
])  # fmt: skip
def test_hostile_files_give_one_sentence(text):
    with pytest.raises(DataError, match="not a saved comparison") as caught:
        load(text)
    assert len(str(caught.value)) < 400


def test_two_sessions_never_see_each_other(comparison, videos):
    store = SessionStore()
    one, two = (store.get(store.open()) for _ in range(2))
    one.add(comparison, videos[0], "a.mp4")
    assert not two.clips and one.folder != two.folder
    with pytest.raises(DataError, match="no clip"):
        two.caption(comparison, "a.mp4")
    for _ in range(MAX_CLIPS):  # a busy neighbour pushes nothing out
        store.get(store.open()).add(comparison, videos[1], "b.mp4")
    assert one.search(comparison, "x", False).value.hits.base[0].clip_id == "a.mp4"


def test_tokens_and_folders_are_chance_and_unknown_ones_find_nothing():
    store = SessionStore()
    tokens = {store.open() for _ in range(20)}
    assert len(tokens) == 20 and all(len(token) == 32 for token in tokens)
    assert store.get("") is None and store.get(None) is None and store.get("0" * 32) is None
    assert not {store.get(token).folder.name for token in tokens} & tokens


def test_a_full_server_refuses_and_forgets_nobody(comparison, videos):
    store = SessionStore(capacity=videos[0].stat().st_size + 10)
    one, two = (store.get(store.open()) for _ in range(2))
    one.add(comparison, videos[0], "a.mp4")
    with pytest.raises(ValueError, match="no room"):
        two.add(comparison, videos[1], "b.mp4")
    assert one.has_video("a.mp4")


def test_a_dropped_session_leaves_nothing_on_disk(comparison, videos):
    store = SessionStore()
    token = store.open("page")
    store.get(token).add(comparison, videos[0], "a.mp4")
    folder = store.get(token).folder
    store.drop(token)
    assert not folder.exists() and store.get(token) is None and len(store) == 0
    store.drop(token)
    store.left("page")


def test_a_page_that_leaves_takes_its_session_along_unless_it_comes_back():
    store = SessionStore(grace=0.05)
    gone, back, other = store.open("gone"), store.open("back"), store.open("other")
    store.left("gone")
    store.left("back")
    assert store.get(back) is not None
    deadline = time.time() + 10
    while len(store) > 2 and time.time() < deadline:
        time.sleep(0.01)
    assert store.get(gone) is None and store.get(back) is not None and store.get(other) is not None


def test_an_own_clip_without_labels_is_cut_in_five():
    assert OwnClip("a", 1, "0" * 64, 1.0).labelled == () and len(OwnClip("a", 1, "0" * 64, 1.0).events) == 5
