"""How many searches a second the app answers: 8 clients at once on /search over HTTP, of an app that this starts.

    python benchmarks/app_load.py --quick                          # seconds
    python benchmarks/app_load.py --json results/speed/app_load.json

Each client sends its own texts one after the other, and waits for each answer, as gradio_client does (one POST, one stream
of its result). "new" texts pass the text tower; "again" are those that were asked before. In between, the same search in the
process, without Gradio: `in process` is the work itself, the rest is how calls are queued and carried. CPU time is the
app's, or of the work in the process. Phases take turns within each round; medians over rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.comparison.comparison import Comparison
from srlclip.comparison.explained import to_json
from srlclip.files import write_json, write_text
from srlclip.provenance import provenance


def call(url: str, query: str, limit: int) -> dict[str, Any]:
    """One search over HTTP: the call, then the stream that brings its result."""
    body = json.dumps({"data": [query, limit, ""]}).encode()
    head = {"Content-Type": "application/json"}
    endpoint = f"{url}gradio_api/call/search"
    with urllib.request.urlopen(urllib.request.Request(endpoint, body, head), timeout=120) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{endpoint}/{event}", timeout=120) as stream:
        lines = stream.read().decode().splitlines()
    if "event: complete" not in lines:
        raise ValueError(f"/search answered {lines[:2]}; is another program on this port?")
    return json.loads(lines[lines.index("event: complete") + 1].removeprefix("data: "))[0]


def in_process(comparison: Comparison, query: str, limit: int) -> list[dict[str, Any]]:
    """The work of the endpoint: ranking, and what is right in the events of the hits that are listed."""
    result = comparison.search(query)
    why = comparison.explain_search(result)
    return [to_json(why, hit) for hits in result.hits for hit in hits[:limit]]


@contextlib.contextmanager
def served() -> Iterator[tuple[str, int]]:
    """(address, process id) of an app that is started, and stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        str(Path(__file__).resolve().parents[1] / "app.py"),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    app = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert app.stdout is not None
        if not any(line.startswith("Serving on") for line in app.stdout):
            raise ValueError(f"app.py ended with {app.wait()} before it served; start it by hand to see why")
        yield f"http://127.0.0.1:{port}/", app.pid
    finally:
        app.terminate()
        app.wait(30)


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far; Linux only, else 0."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.is_file():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(clients: int, each: int, ask: Callable[[int, int], Any], pid: int) -> dict[str, float]:
    """`each` calls by every client at once. ask: (client, number) -> an answer. pid: of the process whose
    CPU time is told. Raises what a client's call raised."""
    times: list[float] = []
    errors: list[Exception] = []

    def client(c: int) -> None:
        try:
            for i in range(each):
                start = time.perf_counter()
                ask(c, i)
                times.append(time.perf_counter() - start)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=client, args=(c,)) for c in range(clients)]
    start, cpu = time.perf_counter(), cpu_seconds(pid)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    seconds, count = time.perf_counter() - start, clients * each
    return {
        "searches_per_s": count / seconds,
        "median_s": median(times),
        "worst_s": max(times),
        "cpu_ms_per_search": 1000 * (cpu_seconds(pid) - cpu) / count,
    }


def measure(args: argparse.Namespace) -> dict[str, Any]:
    comparison = Comparison.load()
    known = [example.query for example in comparison.examples()]
    seen: dict[str, list[dict[str, float]]] = {}
    with served() as (url, app):
        size = len(json.dumps(call(url, known[0], args.limit)))
        for round_ in range(args.rounds + 1):

            def fresh(c: int, i: int, round_: int = round_) -> str:
                return f"{known[(c + i) % len(known)]}, take {round_} {c} {i}"

            def again(c: int, i: int) -> str:
                return known[(c + i) % len(known)]

            phases: dict[str, tuple[int, Callable[[int, int], Any]]] = {
                "8 clients, new": (args.clients, lambda c, i, q=fresh: call(url, q(c, i), args.limit)),
                "8 clients, again": (args.clients, lambda c, i, q=again: call(url, q(c, i), args.limit)),
                "1 client, again": (1, lambda c, i, q=again: call(url, q(c, i), args.limit)),
                "in process, again": (1, lambda c, i, q=again: in_process(comparison, q(c, i), args.limit)),
            }
            for name, (clients, ask) in phases.items():
                row = run(clients, args.each, ask, os.getpid() if name.startswith("in process") else app)
                if round_:
                    seen.setdefault(name.replace("8 clients", f"{args.clients} clients"), []).append(row)
    rows = [{"who": who, **{k: median(r[k] for r in rows) for k in rows[0]}} for who, rows in seen.items()]
    return {"gallery_clips": len(comparison.clip_ids()), "answer_bytes": size, "rows": rows}


def markdown(measured: dict[str, Any]) -> str:
    lines = [
        "# Searches of several people at once",
        "",
        "| who, texts | searches/s | median s | worst s | CPU ms per search |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['who']} | {r['searches_per_s']:.1f} | {r['median_s']:.3f} | {r['worst_s']:.3f} | {r['cpu_ms_per_search']:.1f} |"
        for r in measured["rows"]
    ]
    p = measured["provenance"]
    about = f"{measured['gallery_clips']} clips, answers of {measured['answer_bytes']:,} bytes, bundled pair"
    lines += ["", f"{about}; {p['machine']}; commit {p['commit']}, {p['date']}. {measured['note']}".strip()]
    return "\n".join(lines) + "\n"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure how many searches a second the app answers.")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--each", type=int, default=20, help="calls of each client in a round")
    parser.add_argument("--limit", type=int, default=10, help="places of each ranking in an answer")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="4 calls, 1 round")
    parser.add_argument("--note", default="", help="what else the machine did, for the results file")
    parser.add_argument("--json", metavar="OUT", help="results file; a table of it lies beside as .md")
    args = parser.parse_args(argv)
    if args.quick:
        args.each, args.rounds = 4, 1
    if min(args.clients, args.each, args.limit, args.rounds) < 1:
        parser.error("--clients, --each, --limit and --rounds must be 1 or more")
    settings = {name: value for name, value in vars(args).items() if name not in ("json", "note")}
    result = {"provenance": provenance(settings), "note": args.note, **measure(args)}
    print(markdown(result))
    if args.json:
        write_json(args.json, result)
        write_text(Path(args.json).with_suffix(".md"), markdown(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
