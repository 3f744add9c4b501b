"""The served app over HTTP: documented JSON endpoints, readable errors, nothing else public. No model, no browser."""

import json
import urllib.request

import pytest

gradio_client = pytest.importorskip("gradio_client")

from fake_comparison import FakeComparison  # noqa: E402

from srlclip.ui import build_demo, launch_settings  # noqa: E402


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


def test_only_the_three_documented_endpoints_are_public(url):
    info = json.loads(get(url + "gradio_api/info"))
    assert set(info["named_endpoints"]) == {"/search", "/caption", "/score"}
    assert not info["unnamed_endpoints"]
    assert all(len(endpoint.get("description") or "") > 40 for endpoint in info["named_endpoints"].values())


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


@pytest.mark.parametrize("arguments, endpoint, words", [
    (("", 5), "/search", "empty"),
    (("/etc/passwd",), "/caption", "no clip"),
    (("clip_01", "nope"), "/caption", "allows: auto, heads, zero_shot"),
    (("clip_01", 9, "", "", ""), "/score", "allowed"),
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
