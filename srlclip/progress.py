"""Progress of slow work: a call that takes the share that is done, 0 to 1, and a line of text; parts of one; its pace."""

from __future__ import annotations

import time
from collections.abc import Callable

Progress = Callable[[float, str], None]


def part(progress: Progress | None, low: float, high: float) -> Progress | None:
    """The progress of one of several steps: its shares 0 to 1 fill the stretch from `low` to `high` of the whole."""
    if progress is None:
        return None
    return lambda share, what: progress(low + (high - low) * min(max(float(share), 0.0), 1.0), what)


class Pace:
    """How fast many equal steps go, in words: ", 3.2 clips a second, 1 min 20 s left". clock: seconds, ever growing."""

    def __init__(self, total: int, unit: str, clock: Callable[[], float] = time.monotonic):
        self._total, self._unit, self._clock = total, unit, clock
        self._start = clock()

    def left(self, done: int) -> str:
        """What is known after `done` steps; "" before the first, and within the first half second, which says little."""
        spent = self._clock() - self._start
        if done < 1 or spent < 0.5:
            return ""
        rate = done / spent
        shown = (
            f"{rate:.1f} {self._unit} a second" if rate >= 1 else f"{1 / rate:.1f} s per {self._unit.removesuffix('s')}"
        )
        return f", {shown}, {duration((self._total - done) / rate)} left"


def duration(seconds: float) -> str:
    """Seconds for a reader: "8 s", "2 min 5 s", "1 h 3 min"."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
