"""Progress of slow work: a call that takes the share that is done, 0 to 1, and a line of text; and parts of one."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], None]


def part(progress: Progress | None, low: float, high: float) -> Progress | None:
    """The progress of one of several steps: its shares 0 to 1 fill the stretch from `low` to `high` of the whole."""
    if progress is None:
        return None
    return lambda share, what: progress(low + (high - low) * min(max(float(share), 0.0), 1.0), what)
