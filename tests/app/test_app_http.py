"""The served app over HTTP: documented JSON endpoints, readable errors, nothing else public. No model, no browser."""

import json
import runpy
import urllib.error
import urllib.request
from pathlib import Path

import pytest

gradio_client = pytest.importorskip("gradio_client")

from fake_comparison import FakeComparison, write_clip  # noqa: E402

from srlclip.app.ui import build_demo, launch_settings  # noqa: E402

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    demo = build_demo(FakeComparison(tmp_path_factory.mktemp("clips"), clips=6))
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", **launch_settings())
    yield address
    demo.close(verbose=False)


@pytest.fixture(scope="module")
def client(url):
    return gradio_client.Client(url, verbose=False)


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.read()


def test_only_the_documented_endpoints_are_public(url):
    info = json.loads(get(url + "gradio_api/info"))
    assert set(info["named_endpoints"]) == {
        "/info", "/search", "/similar", "/frames", "/caption", "/score", "/embed", "/explain",
        "/swap", "/half_truths", "/disagreements", "/queries", "/benchmarks",
    }  # fmt: skip
    assert not info["unnamed_endpoints"]
    assert all(len(endpoint.get("description") or "") > 40 for endpoint in info["named_endpoints"].values())


def test_every_parameter_is_described_in_the_list_of_endpoints(url):
    listed = json.loads(get(url + "gradio_api/info"))["named_endpoints"]
    told = {
        n: {p["parameter_name"]: p["python_type"]["description"] for p in e["parameters"]} for n, e in listed.items()
    }
    assert told["/search"]["query"].startswith("what happens, for example") and "1 to 100" in told["/search"]["limit"]
    assert len(told) == 13 and all(len(text) > 15 for texts in told.values() for text in texts.values()), told


def test_every_endpoint_and_parameter_is_described_for_tools(url):
    """Gradio reads each parameter's text from one line of the docstring; a broken line would be lost."""
    from gradio.utils import get_function_description

    class Catcher:
        found: list = []

    from srlclip.app.ui.api import endpoints as api

    kept = api.gr.api
    api.gr.api = lambda endpoint, **_: Catcher.found.append(endpoint)
    try:
        api.add_endpoints(FakeComparison(None, 1))
    finally:
        api.gr.api = kept
    assert len(Catcher.found) == 13
    for endpoint in Catcher.found:
        described, parameters, returns = get_function_description(endpoint)
        assert len(described) > 40 and len(returns) == 1 and returns[0].startswith("JSON: ")
        assert all(len(told) > 15 for told in parameters.values()), (endpoint, parameters)


def test_search_returns_both_rankings(client):
    found = client.predict("a man pushes a box", 3, api_name="/search")
    assert len(found["base"]) == len(found["adapted"]) == 3 and found["target"] is None
    assert found["models"]["base"] == "mini-base"


def test_search_knows_the_target_of_an_example(client):
    example = FakeComparison(None, 6).examples()[0]
    found = client.predict(example.query, 2, api_name="/search")
    assert found["target"] == example.target and found["target_rank"]["base"] >= 1


def test_caption_and_score_return_json(client):
    captioned = client.predict("clip_01", api_name="/caption")
    assert len(captioned["events"]) == 5 and captioned["decoder"] and captioned["decoder_kind"] == "heads"
    assert client.predict("clip_01", "zero_shot", api_name="/caption")["decoder_kind"] == "zero_shot"
    scored = client.predict("clip_01", 2, "", "noun,agent_patient", "my own negative", api_name="/score")
    assert len(scored["negatives"]) == 3 and set(scored["beaten"]) == {"base", "adapted"}


def test_similar_and_frames_are_twins_of_the_page(url, client):
    found = client.predict(clip_id="clip_01", event_index=2, limit=3, api_name="/similar")
    assert len(found["base"]) == 3 and all(hit["clip_id"] != "clip_01" for hit in found["base"])
    assert set(found["base"][0]) >= {"event", "marks"}
    shares = client.predict(query="a man runs", clip_id="clip_01", api_name="/frames")
    for model in ("base", "adapted"):
        sums = [sum(row) for row in shares[model]]
        assert sums == pytest.approx(shares[f"{model}_scores"], abs=1e-5) and len(sums) == 5
    why = client.predict(query="zzz", limit=2, api_name="/search")
    assert why["asked"] == {} and why["first_right"] == []


def test_explain_returns_maps_of_both_models_and_shares_that_add_up(client):
    told = client.predict("clip_01", 2, "a man pushes a box", "a box", api_name="/explain")
    assert told["text"] == "a man pushes a box" and told["role"] == "a box" and "one scale" in told["scale"]
    for model in ("base", "adapted"):
        assert sum(told[f"{model}_frames"]) == pytest.approx(told[f"{model}_score"])
        assert len(told[f"{model}_maps"]) == len(told["times"])
    assert [word["word"] for word in told["words"]] == told["text"].split() and told["parts"][0]["base_change"] < 0


@pytest.mark.parametrize("arguments, endpoint, words", [
    (("", 5), "/search", "empty"),
    (("/etc/passwd",), "/caption", "no clip"),
    (("clip_01", "nope"), "/caption", "allows: auto, heads, zero_shot"),
    (("clip_01", 9, "", "", ""), "/score", "allowed"),
    (("clip_01", 9), "/explain", "event_index is '9'; allowed: a whole number from 0 to 4"),
    (("clip_01", 0, "word " * 500), "/explain", "query has 2499 characters; at most 2000"),
])  # fmt: skip
def test_user_errors_are_sentences_and_the_next_call_works(client, arguments, endpoint, words):
    with pytest.raises(Exception, match=words):
        client.predict(*arguments, api_name=endpoint)
    assert client.predict("next", 1, api_name="/search")["base"]


def test_the_page_opens_with_real_ranks_and_no_foreign_address(url):
    config = json.loads(get(url + "config"))
    text = json.dumps(config["components"])
    assert "Target clip" in text and "synthetic world" in text
    page = get(url).decode()
    assert "fonts.googleapis" not in page


def test_info_lists_models_clips_labels_and_limits(client):
    told = client.predict(limit=2, offset=1, api_name="/info")
    assert told["gallery_size"] == 6 and [c["clip_id"] for c in told["clips"]] == ["clip_01", "clip_02"]
    assert set(told["clips"][0]["events"][0]) == {"verb", "roles"}
    assert told["models"]["fingerprints"]["base"] and told["decoders"] == ["heads", "zero_shot"]
    assert told["limits"]["texts"] == 64 and told["limits"]["upload_seconds"] == 120
    assert client.predict(limit=0, api_name="/info")["clips"] == []


def test_disagreements_come_in_both_directions_with_their_counts(client):
    told = client.predict(level="clips", limit=1, api_name="/disagreements")
    assert sum(told["counts"].values()) == told["asked"] == told["among"] and told["neighbours"]["of"] == 5
    for row in told["base_higher"] + told["srl_clip_higher"]:
        assert row["places_gained"] == row["base_rank"] - row["adapted_rank"]
    assert len(told["base_higher"]) <= 1 and len(told["srl_clip_higher"]) <= 1


def test_embed_gives_unit_vectors_of_texts_and_clips_under_both_models(client):
    found = client.predict(texts=["a man runs", "word " * 90], clip_id="clip_01", api_name="/embed")
    assert found["text"]["truncated"] == [1] and found["embed_dim"] == 128
    for model in ("base", "adapted"):
        vectors = [*found["text"][model], found["video"][model]["clip"], *found["video"][model]["events"]]
        assert len(vectors) == 8 and {len(v) for v in vectors} == {128}
        assert all(abs(sum(x * x for x in v) - 1) < 1e-5 for v in vectors)
    assert len(found["video"]["spans"]) == 5
    assert client.predict(texts=["a man runs"], api_name="/embed")["video"] is None


def test_an_uploaded_video_is_captioned_scored_and_embedded_and_known_by_its_id(client, tmp_path):
    video = gradio_client.handle_file(str(write_clip(tmp_path / "mine.mp4", 3)))
    told = client.predict(video=video, api_name="/caption")
    assert told["clip_id"].startswith("upload-") and len(told["events"]) == 5
    again = client.predict(clip_id=told["clip_id"], true_caption="a", own="b\nc", api_name="/score")
    assert [n["caption"]["text"] for n in again["negatives"]] == ["b", "c"]
    assert client.predict(video=video, api_name="/embed")["video"]["base"]["events"]


def post(url: str, endpoint: str, data: list) -> str:
    """The event stream of a call without the Python client, which would upload files by itself."""
    body = json.dumps({"data": data}).encode()
    request = urllib.request.Request(f"{url}gradio_api/call/{endpoint}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        event = json.loads(answer.read())["event_id"]
    return get(f"{url}gradio_api/call/{endpoint}/{event}").decode()


def test_a_made_up_path_of_the_server_is_never_read(url, tmp_path):
    secret = write_clip(tmp_path / "secret.mp4", 4)
    for extra in ({}, {"meta": {"_type": "gradio.FileData"}}, {"url": str(secret)}):
        answer = post(url, "caption", ["", "auto", {"path": str(secret), **extra}])
        assert "event: error" in answer and "complete" not in answer
    assert "event: complete" in post(url, "search", ["next", 1])


@pytest.mark.parametrize("endpoint, data", [
    ("info", []), ("search", ["next"]), ("caption", ["clip_01"]), ("score", ["clip_01", 1]), ("embed", [["next"]]),
])  # fmt: skip
def test_over_plain_http_what_is_left_out_takes_its_default(url, endpoint, data):
    assert "event: complete" in post(url, endpoint, data)


@pytest.mark.parametrize("endpoint, data, words", [
    ("search", [], "query is missing; /search takes, in this order: query, limit, also."),
    ("search", ["next", 1, "", 2], "/search takes 3 values (query, limit, also); 4 are given."),
    ("search", ["\ud800", 1], "query holds half of a surrogate pair"),
    ("caption", [], "No clip is chosen"),
    ("caption", ["", "auto", {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}], "video is neither"),
    ("caption", ["", "auto", {"path": "http://127.0.0.1:9/a", "meta": {"_type": "gradio.FileData"}}], "video is neither"),
    ("embed", [["a", "\udc80"]], "texts[1] holds half"),
])  # fmt: skip
def test_what_cannot_be_read_is_a_sentence_and_no_traceback(url, capfd, endpoint, data, words):
    answer = post(url, endpoint, data)
    assert "event: error" in answer and words in json.loads(answer.partition("data: ")[2].splitlines()[0])["error"]
    assert "Traceback" not in capfd.readouterr().err and "event: complete" in post(url, "search", ["next", 1])


def test_a_call_of_no_endpoint_is_told_so(url, capfd):
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(url, "nosuch", [])
    assert caught.value.code == 404 and "no such endpoint" in json.loads(caught.value.read())["error"]
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("endpoint, arguments, words", [
    ("/search", {"query": "x", "limit": 0}, "whole number from 1 to 100"),
    ("/search", {"query": ["x"]}, "allowed: a text"),
    ("/caption", {}, "No clip is chosen"),
    ("/caption", {"clip_id": "it's <b>"}, "There is no clip \"it's <b>\""),
    ("/score", {"clip_id": "clip_01", "kinds": "nope"}, "allowed: natural"),
    ("/disagreements", {"level": "frames"}, "allowed: events, clips, queries"),
    ("/disagreements", {"limit": 0}, "from 1 to 100"),
    ("/embed", {}, "nothing to embed"),
    ("/embed", {"texts": ["x"] * 65}, "at most 64"),
    ("/embed", {"texts": ["x" * 2001]}, "at most 2000"),
    ("/embed", {"texts": [" "]}, r"texts\[0\] is empty"),
    ("/info", {"limit": 201}, "from 0 to 200"),
])  # fmt: skip
def test_errors_are_one_plain_sentence(client, endpoint, arguments, words):
    with pytest.raises(Exception, match=words) as error:
        client.predict(**arguments, api_name=endpoint)
    assert "\n" not in str(error.value) and "&#" not in str(error.value)


def test_both_a_clip_and_a_video_are_refused(client, tmp_path):
    video = gradio_client.handle_file(str(write_clip(tmp_path / "mine.mp4", 3)))
    with pytest.raises(Exception, match="give one of them"):
        client.predict(clip_id="clip_01", video=video, api_name="/caption")


def test_the_examples_of_the_api_run(url, client, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["api_client.py", url, str(write_clip(tmp_path / "mine.mp4", 3))])
    runpy.run_path(str(EXAMPLES / "api_client.py"), run_name="__main__")
    assert "cosine of the first text and event" in capsys.readouterr().out


def test_the_endpoints_are_tools_where_gradio_can_serve_mcp(url, monkeypatch, capsys):
    if not launch_settings()["mcp_server"]:
        pytest.skip("gradio[mcp] is not installed")
    monkeypatch.setattr("sys.argv", ["mcp_client.py", url])
    runpy.run_path(str(EXAMPLES / "mcp_client.py"), run_name="__main__")
    told = capsys.readouterr().out
    assert "embed: Embed texts" in told and "SRL-CLIP's first: clip_" in told
