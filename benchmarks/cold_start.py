"""Time and memory from starting the app to its first answer, as a visitor of a server that has just started has it.

    python benchmarks/cold_start.py --json results/cold_start.json               # writes a Space and starts it, 5 rounds
    python benchmarks/cold_start.py --app app.py --rounds 2                      # this checkout's app instead

Every round starts a new process with an empty home folder: no font, gallery or model cache of an earlier one. (The
operating system's file cache stays warm; the first round, which warms it, is not counted.) Measured are the seconds
until the page is served, until the first search is answered over the API, and until a second one is, and the processor
time and largest resident size of the process. "Served" is the page with its first example's result in it. On a machine
that does other work the seconds are upper bounds; the load before each round is written beside them.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.app.space import SpaceSettings, write_space
from srlclip.files import write_json
from srlclip.provenance import provenance
from srlclip.situations import SrlClipError

QUERIES = ("a man pushes a woman", "a robot runs away towards the left")
LIMIT = 300.0


def free_port() -> int:
    """One that no other program is given by chance while the app loads, as those above 32768 are."""
    while True:
        port = random.randrange(20000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def fetch(address: str, body: dict | None = None) -> str:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def search(url: str, query: str) -> None:
    """Ask for a ranking over the API. Raises RuntimeError for anything but two rankings."""
    event = json.loads(fetch(f"{url}/gradio_api/call/search", {"data": [query, 5]}))["event_id"]
    lines = fetch(f"{url}/gradio_api/call/search/{event}").splitlines()
    answer = json.loads(next((line for line in lines if line.startswith("data: ")), "data: null")[6:])
    if not answer or len(answer[0]["base"]) != 5 or len(answer[0]["adapted"]) != 5:
        raise RuntimeError(f"the search answered {str(answer)[:200]}")


def one_start(app: Path, home: Path, env: dict[str, str]) -> dict[str, float]:
    """Seconds since the process was started, and bytes. Raises RuntimeError if it does not come up."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    place = {"HOME": str(home), "GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    before = os.getloadavg()[0]
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, str(app)], env={**env, **place}, cwd=home, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                page = fetch(f"{url}/")
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - started > LIMIT:
                    raise RuntimeError(f"{app} did not serve within {LIMIT:.0f} s") from None
                time.sleep(0.05)
        served = time.perf_counter() - started
        if "SRL-CLIP" not in page:
            raise RuntimeError(f"{app} serves another page")
        search(url, QUERIES[0])
        first = time.perf_counter() - started
        search(url, QUERIES[1])
        second = time.perf_counter() - started - first
        if process.poll() is not None:
            raise RuntimeError(f"{app} has ended; something else answers on port {port}")
    finally:
        if process.returncode is None:  # it has not ended by itself
            process.send_signal(signal.SIGINT)
            last_resort = threading.Timer(30, process.kill)
            last_resort.start()
            _, _, usage = os.wait4(process.pid, 0)
            last_resort.cancel()
            process.returncode = 0  # it has been waited for
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {
        "served_s": served,
        "first_result_s": first,
        "second_search_s": second,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_rss_bytes": peak,
        "load_before": before,
    }


def measure(app: Path, rounds: int) -> dict[str, Any]:
    """Medians with the smallest and largest of the rounds; the first start is not counted."""
    keep = ("PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "OMP_NUM_THREADS", "TMPDIR", "SYSTEMROOT")
    env = {name: os.environ[name] for name in keep if name in os.environ}
    env |= {"HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    rows = []
    for number in range(rounds + 1):
        with tempfile.TemporaryDirectory() as home:
            row = one_start(app, Path(home), env)
        print(
            f"round {number}{'' if number else ' (not counted)'}: page after {row['served_s']:.1f} s, first result after "
            f"{row['first_result_s']:.1f} s, {row['cpu_s']:.1f} s of processor time, {row['peak_rss_bytes'] / 2**20:.0f} MiB, load {row['load_before']:.1f}",
            flush=True,
        )
        rows.append(row)
    counted = rows[1:]
    return {name: spread([row[name] for row in counted]) for name in counted[0]} | {"uncounted_first": rows[0]}


def spread(values: list[float]) -> dict[str, Any]:
    return {"median": median(values), "min": min(values), "max": max(values), "rounds": len(values)}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Time and memory of the app's cold start.")
    parser.add_argument("--app", help="an app.py to start (default: that of a Space written for this)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="FILE", help="write the measurement here")
    args = parser.parse_args(argv)
    if args.rounds < 1:
        parser.error("--rounds must be 1 or more")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the app inherits how it is stopped
    try:
        with tempfile.TemporaryDirectory() as folder:
            app = Path(args.app).resolve() if args.app else Path(folder) / "space" / "app.py"
            if not args.app:
                write_space(app.parent, SpaceSettings())
            measured = measure(app, args.rounds)
    except (SrlClipError, RuntimeError, OSError, http.client.HTTPException) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    what = "process start to page, to the first search's answer; an empty home folder each time; one machine, all cores"
    about = {"app": "this checkout's" if args.app else "a written Space", "rounds": args.rounds}
    if args.json:
        write_json(Path(args.json), {**provenance(about), "what": what, **measured})
    return 0


if __name__ == "__main__":
    sys.exit(main())
