"""Whether the Hub answers at all, known within seconds: its client would wait for minutes at an address that is silent."""

from __future__ import annotations

import contextlib
import os
import queue
import ssl
import threading
import time
import urllib.error
import urllib.request

#: Seconds that the Hub has to answer, and seconds for which its silence is remembered.
PATIENCE, REMEMBERED = 2.5, 30.0
_silent_since: dict[str, float] = {}


def endpoint() -> str:
    """The Hub's address, as its client takes it: HF_ENDPOINT, or the public one."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def hub_silent() -> bool:
    """Whether the Hub did not answer a moment ago; asks nobody."""
    return time.monotonic() - _silent_since.get(endpoint(), -REMEMBERED) < REMEMBERED


def hub_answers() -> bool:
    """Whether the Hub gives any answer within PATIENCE, a refusal included; a silence is remembered for a while."""
    if hub_silent():
        return False
    address, answer = endpoint(), queue.SimpleQueue()
    # In a thread of its own, since looking up a name has no time limit; it ends by itself.
    threading.Thread(target=lambda: answer.put(_ask(address)), name="ask-hub", daemon=True).start()
    with contextlib.suppress(queue.Empty):
        if answer.get(timeout=PATIENCE):
            return True
    _silent_since[address] = time.monotonic()
    return False


def _ask(address: str) -> bool:
    request = urllib.request.Request(address, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE):
            return True
    except urllib.error.HTTPError:
        return True
    except urllib.error.URLError as error:
        return isinstance(error.reason, ssl.SSLError)  # somebody is there; the Hub's client has certificates of its own
    except (OSError, ValueError):
        return False
