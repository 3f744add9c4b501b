"""A visitor's file of query,target: measured under both models, refused in a sentence, gone with the session; its JSON twin."""

import csv
import io
import json
import re
from base64 import b64decode

import gradio as gr
import pytest
from fake_comparison import FakeComparison, write_clip

from srlclip.app.session.store import SessionStore
from srlclip.app.ui.api.queries import queries_endpoint
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results.queries import measured_json, queries_html
from srlclip.app.ui.tabs.your_clips import queries
from srlclip.app.ui.tabs.your_clips.handlers import Handlers
from srlclip.evaluation.queries import RankedQuery
from srlclip.evaluation.query_files import TargetQuery
from srlclip.results import MODELS, Both
from srlclip.situations import SrlClipError

HOSTILE = "<img src=x onerror=alert(1)> ${1+1} {{value}}"


@pytest.fixture(scope="module")
def comparison():
    return FakeComparison(None, clips=3)


@pytest.fixture
def handlers(comparison):
    media = Media(comparison.situation, comparison.clip_ids())
    return Handlers(comparison, media, SessionStore(deleted=media.forget))


@pytest.fixture
def token(handlers, tmp_path):
    paths = [str(write_clip(tmp_path / f"clip {number}.mp4", number, 100, (64, 48))) for number in range(2)]
    return handlers.upload(paths, "", "page")[0]


def write(tmp_path, text, name="mine.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return str(path)


def files(html):
    return {
        name: b64decode(data).decode()
        for name, data in re.findall(r'download="([^"]+)" href="[^"]*base64,([^"]+)"', html)
    }


def shown(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_a_file_is_measured_under_both_models_with_every_rank_and_the_difference(handlers, token, tmp_path):
    path = write(tmp_path, "query,target\na man runs,clip 0.mp4\na dog sits,clip 1\n")
    assert queries.take(handlers, path, token, "page") == (token, "", None, True)
    told, html = queries.measure(handlers, token, False, True)
    text = shown(html)
    assert told == "" and "mine.csv : 2 queries over 2 clips of yours" in text
    assert all(
        word in text
        for word in ("Base CLIP", "SRL-CLIP", "R@1", "R@10", "Median rank", "Ties count against", "over queries")
    )
    assert "By chance: R@1 50.0, R@5 100.0" in text and "So few queries" in text
    rows = list(csv.DictReader(io.StringIO(files(html)["srlclip_queries.csv"])))
    told = json.loads(files(html)["srlclip_queries.json"])
    assert [row["query"] for row in rows] == ["a man runs", "a dog sits"] and rows[0]["gallery"] == "2"
    assert [(int(row["base_rank"]), int(row["srl_clip_rank"])) for row in rows] == [
        (q["base"], q["adapted"]) for q in told["queries"]
    ]
    for model in MODELS:
        first = 100 * sum(q[model] == 1 for q in told["queries"]) / 2
        assert told["table"]["R@1"][model]["mean"] == first and f"<b>{first:.1f}</b>" in html
    wide = queries.measure(handlers, token, True, True)[1]
    assert "2 clips of yours and the built-in gallery" in wide and "of 5 clips" in wide


@pytest.mark.parametrize("text, words", [
    ("query,target\na,boat.mp4\n", "line 2: target &#x27;boat.mp4&#x27; is no clip of the 2"), ("text,clip\na,b\n", "no column query and target"),
    ("", "empty; its first line must name query,target"), ("x" * 5 * 2**20, "5.0 MB; at most 1 MB"), (f"query,target\na,{HOSTILE}\n", "&lt;img"),
])  # fmt: skip
def test_a_bad_file_gets_a_sentence_and_what_was_there_stays(handlers, token, tmp_path, text, words):
    queries.take(handlers, write(tmp_path, "query,target\na,clip 0\n"), token, "page")
    _, told, emptied, kept = queries.take(handlers, write(tmp_path, text, "bad.csv"), token, "page")
    problem, html = queries.measure(handlers, token, False, kept)
    said = told or problem
    assert words in said and "✕" in said and "bad.csv" in said and str(tmp_path) not in said and "<img" not in said
    assert emptied is None and html == gr.skip() and len(handlers.session(token).clips) == 2
    if not kept:  # it could not even be read: the earlier file is still measured
        assert "mine.csv" in queries.measure(handlers, token, False, True)[1]


def test_another_encoding_is_named_with_its_line(handlers, tmp_path):
    token, told, _, kept = queries.take(
        handlers, write(tmp_path, "query,target\ncafé,a\n", encoding="latin-1"), "", "page"
    )
    assert not kept and "line 2: not UTF-8; save it in UTF-8" in told
    with pytest.raises(ValueError, match="No file"):
        queries.take(handlers, None, token, "page")
    assert "Upload one" in queries.measure(handlers, token, False, True)[0]


def test_a_refused_file_is_measured_once_its_clip_is_here(handlers, token, tmp_path):
    queries.take(handlers, write(tmp_path, "query,target\na,clip 7\n"), token, "page")
    assert "is no clip" in queries.measure(handlers, token, False, True)[0]
    handlers.upload([str(write_clip(tmp_path / "clip 7.mp4", 7, 100, (64, 48)))], token, "page")
    assert "3 clips of yours" in queries.measure(handlers, token, False, True)[1]


def test_the_labels_own_captions_are_queries_too(handlers, token):
    with pytest.raises(ValueError, match="No event of yours has labels"):
        queries.take_labels(handlers, token)
    handlers.keep_event(token, "clip 1.mp4", 0, "push.01", ["Arg0", "Arg1"], "=man, in red", "a box")
    assert queries.take_labels(handlers, token)
    html = queries.measure(handlers, token, False, True)[1]
    assert "=man, in red" in html and "'push =man" not in files(html)["srlclip_queries.csv"]


def test_the_file_goes_with_the_session(handlers, token, tmp_path):
    queries.take(handlers, write(tmp_path, "query,target\na,clip 0\n"), token, "page")
    session = handlers.session(token)
    handlers.store.drop(token)
    assert session.queries is None
    with pytest.raises(SrlClipError, match="no longer here"):
        queries.measure(handlers, token, False, True)


def test_what_an_upload_leaves_on_the_server_goes_at_once_and_nothing_else_does(handlers, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    (tmp_path / "uploads").mkdir()
    inside, outside = write(tmp_path / "uploads", "query,target\n"), write(tmp_path, "query,target\n")
    queries.take(handlers, inside, "", "page"), queries.take(handlers, outside, "", "page")
    assert [path.name for path in tmp_path.rglob("mine.csv")] == ["mine.csv"] and not list(
        (tmp_path / "uploads").iterdir()
    )


def test_a_difference_is_only_called_one_if_its_interval_does_not_hold_0(comparison):
    def drawn(pairs):
        ranked = [RankedQuery(TargetQuery(HOSTILE, "clip", i + 2), Both(*pair), 20) for i, pair in enumerate(pairs)]
        return queries_html(comparison.info, HOSTILE, ranked, "20 clips")

    same, better = drawn([(1, 1), (2, 3), (3, 2)] * 5), drawn([(5, 1)] * 250)
    assert "no difference is shown" in same and "higher for 5, lower for 5, the same for 5" in shown(same)
    assert "does not hold 0" in better and "The first 200 stand here; the files have all 250" in better
    assert better.count("line ") >= 200 and "<img" not in same + better and "${" not in same + better


def test_the_endpoint_measures_rows_on_the_gallery_and_says_what_is_wrong(comparison):
    endpoint = queries_endpoint(comparison)
    told = endpoint("query,target\na man runs,clip_00\nb,clip_01.mp4\n")
    assert told["gallery_size"] == 3 and told["interval_over"] == "queries" and told["models"]["base"]
    assert [q["line"] for q in told["queries"]] == [2, 3] and set(told["table"]) == {"R@1", "R@5", "R@10", "MdR"}
    ranked = [RankedQuery(TargetQuery("a", "b", 2), Both(1, 2), 3)]
    assert json.loads(json.dumps(measured_json(ranked)))["queries"][0]["adapted"] == 2
    for rows, file, words in (
        ("", "", "Give either rows"), ("a", {"path": "/etc/passwd"}, "file is not an uploaded file"),
        ("query,target\na,nowhere\n", "", "rows, line 2: target 'nowhere' is no clip"), (f"query,target\n{'x,' * 600_000}", "", "more than 1 MB"),
        ("query,target\n" + "a,clip_00\n" * 1001, "", "line 1002: more than 1,000 queries"),
    ):  # fmt: skip
        with pytest.raises(gr.Error, match=words):
            endpoint(rows, file)


def test_a_difference_of_nothing_has_no_sign(comparison):
    ranked = [RankedQuery(TargetQuery("a", "clip", 2), Both(1, 1), 3)]
    assert "Difference 0.0 [0.0, 0.0]" in shown(queries_html(comparison.info, "mine.csv", ranked, "3 clips"))


def test_the_result_says_by_what_a_clip_is_ranked(comparison):
    ranked = [RankedQuery(TargetQuery("a", "clip", 2), Both(1, 1), 3)]
    html = queries_html(comparison.info, "mine.csv", ranked, "3 clips")
    assert "ranked by its best event" in html and "video-captions" in html
