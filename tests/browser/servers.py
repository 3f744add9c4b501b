"""Apps to test against: the real one in a process of its own, or one on the fake comparison; and what they use."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from chrome import SLACK

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Served:
    """A running app. seconds: until its first page was there."""

    url: str
    process: subprocess.Popen
    log: Path
    seconds: float

    def said(self) -> str:
        """All that it has printed."""
        return self.log.read_text("utf-8", "replace")

    def resident(self) -> float:
        """Its memory now, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def interrupt(self, seconds: float) -> float:
        """Press Ctrl+C; after how many seconds it was gone. AssertionError if it was not."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"still there {seconds:.0f} s after Ctrl+C") from None
        return time.monotonic() - started

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(*command: str) -> Served:
    """Run a Python program that serves on the port it is given as --port, and wait for its page."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    log = Path(tempfile.mkstemp(prefix="srlclip-app-", suffix=".log")[1])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))),
        "PYTHONUNBUFFERED": "1",
    }
    # A shell that runs this in the background has it ignore Ctrl+C, and the app would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started = time.monotonic()
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, *command, "--port", str(port)], cwd=ROOT, env=environment, stdout=sink, stderr=sink
        )
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30 * SLACK) as answer:
                answer.read()
            return Served(url, process, log, time.monotonic() - started)
        except OSError:
            if process.poll() is not None or time.monotonic() - started > 120 * SLACK:
                process.kill()
                raise AssertionError(f"the app did not start:\n{log.read_text()[-2000:]}") from None
            time.sleep(0.05)


def start_app(*flags: str) -> Served:
    """`python app.py`, as a user would."""
    return start(str(ROOT / "app.py"), *flags)


def start_fake(**settings: object) -> Served:
    """The page on tests/fake_comparison.py; settings: of FakeComparison."""
    return start(str(Path(__file__).with_name("fake_app.py")), "--settings", json.dumps(settings))
