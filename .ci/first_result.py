"""Start `python app.py` as a user would, wait until it serves, and ask it for a search result over HTTP."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
url = f"http://127.0.0.1:{port}"
started = time.time()
# A shell that runs this in the background has it ignore Ctrl+C, and the app would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
app = subprocess.Popen([sys.executable, "app.py", "--port", str(port)])


def fetch(path: str, body: dict | None = None) -> str:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


try:
    while True:
        try:
            page = fetch("/")
            break
        except OSError:
            if app.poll() is not None or time.time() - started > 180:
                sys.exit("the app did not start")
            time.sleep(0.3)
    served = time.time() - started
    assert "SRL-CLIP" in page
    event = json.loads(fetch("/gradio_api/call/search", {"data": ["a man pushes a woman", 5]}))["event_id"]
    answer = fetch(f"/gradio_api/call/search/{event}")
    result = json.loads(next(line for line in answer.splitlines() if line.startswith("data: "))[len("data: ") :])[0]
    assert len(result["base"]) == len(result["adapted"]) == 5, result
    print(f"page after {served:.1f} s, first result after {time.time() - started:.1f} s")
finally:
    app.send_signal(signal.SIGINT)
    try:
        code = app.wait(10)
    except subprocess.TimeoutExpired:
        app.kill()
        sys.exit("the app did not stop within 10 s of Ctrl+C")
print(f"stopped with exit code {code}")
