"""The cold-start benchmark starts what it is told to, and says where its numbers come from. No test asserts a time."""

import json

import pytest

from benchmarks import cold_start

#: Serves a page and the search endpoint's two addresses as the app does.
STUB = """
import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer

class App(BaseHTTPRequestHandler):
    def answer(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())
    def do_GET(self):
        hits = [{"clip_id": str(i)} for i in range(HITS)]
        found = "event: complete\\ndata: " + json.dumps([{"base": hits, "adapted": hits}]) + "\\n\\n"
        self.answer(found if "/call/search/" in self.path else "SRL-CLIP")
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer('{"event_id": "1"}')
    def log_message(self, *args):
        pass

assert os.environ["HF_HUB_OFFLINE"] == "1" and not os.listdir(os.environ["HOME"]), "the home is empty"
try:
    HTTPServer((os.environ["GRADIO_SERVER_NAME"], int(os.environ["GRADIO_SERVER_PORT"])), App).serve_forever()
except KeyboardInterrupt:
    pass
"""


def test_rounds_after_the_first_are_counted_and_nobodys_folder_is_named(tmp_path, capsys):
    (tmp_path / "app.py").write_text(STUB.replace("HITS", "5"), "utf-8")
    out = tmp_path / "cold.json"
    assert cold_start.main(["--app", str(tmp_path / "app.py"), "--rounds", "2", "--json", str(out)]) == 0
    found = json.loads(out.read_text("utf-8"))
    assert {"commit", "versions", "machine", "date"} <= set(found)
    for name in ("served_s", "first_result_s", "second_search_s", "peak_rss_bytes", "load_before"):
        assert found[name]["rounds"] == 2 and found[name]["min"] <= found[name]["median"] <= found[name]["max"]
    assert 0 < found["served_s"]["min"] <= found["first_result_s"]["max"] and found["peak_rss_bytes"]["min"] > 2**20
    assert str(tmp_path) not in out.read_text("utf-8") and capsys.readouterr().out.count("round") == 3


@pytest.mark.parametrize("code, told", [
    (STUB.replace("HITS", "2"), "the search answered"), ("raise SystemExit(3)", "did not serve"),
])  # fmt: skip
def test_an_app_that_does_not_answer_ends_the_benchmark(tmp_path, capsys, code, told):
    (tmp_path / "app.py").write_text(code, "utf-8")
    assert cold_start.main(["--app", str(tmp_path / "app.py"), "--rounds", "1"]) == 2
    assert told in capsys.readouterr().err
