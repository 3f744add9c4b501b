"""A start on a busy machine: the first page may be slow, and one that never comes is told in a sentence."""

import http.server
import threading
import time

import pytest

from srlclip.app import serve


@pytest.fixture
def slow():
    """An address whose first answer takes longer than Gradio's three seconds would allow, scaled down."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            time.sleep(0.4)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def test_a_slow_first_page_is_waited_for(slow):
    assert serve.answers(slow, 5.0)


def test_a_page_that_never_comes_ends_the_wait():
    started = time.monotonic()
    assert not serve.answers("http://127.0.0.1:9/", 0.6, 0.1)
    assert time.monotonic() - started < 5


def test_gradios_own_hurried_look_is_left_out_and_the_failure_is_a_sentence(monkeypatch):
    asked = {}

    class Demo:
        local_url = "http://127.0.0.1:1/"

        def launch(self, **settings):
            asked.update(settings)
            return None, self.local_url, None

        def close(self, verbose):
            asked["closed"] = True

    monkeypatch.setattr("srlclip.app.ui.build_demo", lambda *args, **more: Demo())
    monkeypatch.setattr(serve, "load_pairs", lambda *args: None)
    monkeypatch.setattr(serve, "answers", lambda url: False)
    args = serve.parser().parse_args([])
    with pytest.raises(ValueError, match="did not answer within 120 s; the machine is too busy"):
        serve._launch(args, "127.0.0.1", 1)
    assert asked["_frontend"] is False and asked["closed"]
