"""A Hub that does not answer: known within seconds, said in a sentence, remembered for a while."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from srlclip.models import checkpoints, hub_reach
from srlclip.models.encoder import ClipEncoder
from srlclip.situations import CheckpointError


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """Downloads are allowed, and nothing is remembered."""
    monkeypatch.setattr(hub_reach, "_silent_since", {})
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def silent(monkeypatch):
    """A socket that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(5)
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}/")
        yield


@pytest.mark.parametrize("load", [checkpoints.fetch_folder, ClipEncoder.load])
def test_a_model_of_a_silent_hub_fails_within_five_seconds_with_a_sentence(silent, load, monkeypatch):
    import transformers  # noqa: F401  what an app has imported long before
    from transformers import CLIPModel, CLIPTokenizer  # noqa: F401

    started = time.monotonic()
    with pytest.raises(
        CheckpointError, match=r"gives no answer within 2.5 s, and the local Hub cache does not hold it"
    ):
        load("someone/no-such-model")
    first = time.monotonic() - started
    assert first < 5
    started = time.monotonic()
    with pytest.raises(CheckpointError, match="no answer"):
        load("someone/another-model")
    assert time.monotonic() - started < 2.5, "the silence is remembered"


def test_a_refused_connection_is_known_at_once(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{taken.getsockname()[1]}")
        started = time.monotonic()
        assert not hub_reach.hub_answers() and time.monotonic() - started < 2 and hub_reach.hub_silent()


def test_any_answer_counts_even_a_refusal(monkeypatch):
    class Refusing(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_error(403)

        def log_message(self, *words):
            pass

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        assert hub_reach.hub_answers() and not hub_reach.hub_silent()
        server.shutdown()


def test_offline_the_hub_is_not_asked(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(checkpoints, "hub_answers", lambda: pytest.fail("asked"))
    assert checkpoints.local_only("a/b")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(checkpoints, "hub_answers", lambda: False)
    assert checkpoints.local_only("a/b")
