"""Progress of a long command on stderr: a line that is redrawn, or where there is no terminal a line every half minute."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from srlclip.progress import Progress

#: Seconds between two lines where there is no terminal to redraw one on.
QUIET = 30.0


@contextmanager
def progress_line(rank: int = 0) -> Iterator[Progress | None]:
    """Nothing from other processes than the first. rank: of this one."""
    from tqdm import tqdm

    if rank:
        yield None
        return
    terminal, last = sys.stderr.isatty(), time.monotonic()
    with tqdm(total=100, bar_format="{desc} {percentage:3.0f}%") if terminal else nullcontext() as bar:

        def show(share: float, what: str) -> None:
            nonlocal last
            if bar is not None:
                bar.set_description(what, refresh=False)
                bar.update(int(100 * share) - bar.n)
            elif time.monotonic() - last >= QUIET:
                last = time.monotonic()
                print(f"{100 * share:.0f} %: {what}", file=sys.stderr, flush=True)

        yield show
