"""Small results for tests of the page: hits, captions of an event, and what a page offers for download."""

from __future__ import annotations

import base64
import html
import re

import numpy as np

from srlclip.results import Both, CaptionResult, EventCaption, Hit, Slot


def grey(path, at):
    return np.full((36, 64, 3), 128, np.uint8)


def event(index=0, base="A man runs.", adapted="A man walks.", start=0.0, end=2.0, text="man", share=0.6, key="Arg0"):
    slots = (
        Slot("Verb", "verb", None, Both("run", "walk"), Both(0.9, 0.2)),
        Slot(key, "runner", None, Both(text, text), Both(share, share)),
    )
    verbs = (("run", 0.7), ("walk", 0.2))
    ids = ("run.02", "walk.01")
    return EventCaption(index, start, end, slots, Both(base, adapted), Both(verbs, verbs), Both(ids, ids))


def result(*events, dense=False, clip="clip", kind="heads"):
    return CaptionResult(clip, events, "how it is made", "equal words", False, kind, "what it means", dense)


def hits(*ids: str, gains: bool = False) -> tuple[Hit, ...]:
    return tuple(Hit(c, i, 0.5 - i / 100, 0 if gains else None) for i, c in enumerate(ids, 1))


def files(page):
    """file name -> text of every download on the page."""
    found = re.findall(r'download="([^"]*)" href="data:[^;]*;base64,([^"]*)"', page)
    return {html.unescape(name): base64.b64decode(data).decode() for name, data in found}
