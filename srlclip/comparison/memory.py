"""Captions that were made before, by clip, labels and decoder: asked for again, they are not made again."""

from __future__ import annotations

import threading
from collections import OrderedDict

from srlclip.results import CaptionResult
from srlclip.situations import Situation

#: Of how many clips and decoders the captions are kept.
KEPT = 256


class CaptionMemory:
    """Of one pair of models, whose weights never change. Safe for threads."""

    def __init__(self, kept: int = KEPT):
        self._most = kept
        self._made: OrderedDict[tuple[Situation, str], CaptionResult] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, situation: Situation, decoder: str) -> CaptionResult | None:
        """What `keep` was given for this clip, labelled as it is now, and this decoder; None if it is not here any more."""
        key = (situation, decoder)
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)

    def keep(self, situation: Situation, decoder: str, result: CaptionResult) -> None:
        with self._lock:
            self._made[situation, decoder] = result
            while len(self._made) > self._most:
                self._made.popitem(last=False)
