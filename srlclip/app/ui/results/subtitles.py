"""Captions as WebVTT: one cue per event, for the player's tracks and as files. Pure functions."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from srlclip.app.ui.parts.format import GLYPHS, NAMES
from srlclip.results import MODELS, EventCaption

#: What the player offers: name of the track -> the models that it shows; and the one that is on from the start.
TRACKS: dict[str, tuple[str, ...]] = {NAMES["base"]: ("base",), NAMES["adapted"]: ("adapted",), "Both": MODELS}
SHOWN = NAMES["adapted"]


def webvtt(events: Sequence[EventCaption], models: Sequence[str] = MODELS, note: str = "") -> str:
    """WebVTT of some models' sentences, times as in the video file; two models get a line each, with their names.

    A model that says nothing in an event has no line there, and an event without lines no cue. note: a comment for
    the head of the file.
    """
    blocks = ["WEBVTT"]
    if note:
        blocks.append(f"NOTE {_cue_text(note)}")
    for event in events:
        if not (math.isfinite(event.start) and math.isfinite(event.end)):
            continue
        texts = [(m, _cue_text(event.sentence[m])) for m in models]
        lines = [f"{GLYPHS[m]} {NAMES[m]}: {text}" if len(models) > 1 else text for m, text in texts if text]
        if lines:
            start = _milliseconds(event.start)
            end = max(_milliseconds(event.end), start + 1)  # a cue must end after it begins
            blocks.append(f"{_stamp(start)} --> {_stamp(end)}\n" + "\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _milliseconds(seconds: float) -> int:
    return round(max(seconds, 0.0) * 1000)


def _stamp(milliseconds: int) -> str:
    whole, thousandths = divmod(milliseconds, 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{thousandths:03d}"


def _cue_text(text: str) -> str:
    """One line without control characters; a ">" is escaped too, so that no text can hold the arrow of a timing line."""
    flat = " ".join(text.split())
    flat = "".join(c for c in flat if unicodedata.category(c) not in ("Cc", "Cs"))
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
