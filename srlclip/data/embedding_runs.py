"""Thousands of clips worked through: galleries, exported features and benchmarks alike.

Threads read the next clips while one is embedded, each process takes its share, and what is made is kept in shards as it
comes. What a killed run loses at most is a shard of each process. A share, its shards and a shard's batches depend on the
list of clips alone, so a run that goes on makes the same bits as one that was never broken off.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from srlclip.parallel import read_ahead
from srlclip.processes import ALONE, Processes
from srlclip.progress import Pace, Progress
from srlclip.situations import VideoDecodeError

#: Clips in a shard, and seconds after which a shard of clips that are embedded one by one is kept although it is not full.
SHARD, SECONDS = 32, 30.0

Item = TypeVar("Item")
Taken = TypeVar("Taken")


@dataclass(frozen=True)
class Effort:
    """workers: threads that read the next clips meanwhile (0: none). processes: that work together on one list."""

    workers: int = 1
    processes: Processes = ALONE
    progress: Progress | None = None

    def __post_init__(self) -> None:
        if self.workers < 0:
            raise ValueError(f"workers is {self.workers}; it must be 0 or more threads")


#: This process alone, with one thread that reads ahead.
EFFORT = Effort()


@dataclass(frozen=True)
class Steps(Generic[Item, Taken]):
    """What happens to a clip. read: in a thread, its pixels in parts. take: of these parts, in order, one value; both may
    raise VideoDecodeError, which leaves the clip out. keep: writes key -> value of a shard, no process's but its own.

    batch: values that `join` turns into others together before they are kept; without it every value is kept as it is.
    """

    read: Callable[[Item], Iterator[Any]]
    take: Callable[[str, Item, Iterator[Any]], Taken]
    keep: Callable[[Mapping[str, Any]], None]
    join: Callable[[Mapping[str, Taken]], Mapping[str, Any]] | None = None
    batch: int = 1


def work_through(
    jobs: Sequence[tuple[str, Item]],
    lacking: Callable[[Sequence[str]], set[str]],
    steps: Steps[Item, Any],
    effort: Effort,
    what: str,
    unit: str,
    size: int = SHARD,
) -> dict[str, VideoDecodeError]:
    """jobs: (key, clip), each key once, the same in every process. lacking: those of the keys that nobody has kept yet.
    what: a job in the words of the progress, unit: several. size: clips in a shard. Returns key -> why it is left out, of
    this process's share. Raises what ends a run: a full disk, no decoder.
    """
    processes = effort.processes
    mine = jobs[processes.rank :: processes.ranks]
    todo = lacking([key for key, _ in mine])
    shards = [[job for job in mine[at : at + size] if job[0] in todo] for at in range(0, len(mine), size)]
    ends = {shard[-1][0] for shard in shards if shard}
    left, failures = [job for shard in shards for job in shard], {}
    pace, among = Pace(len(left), unit), f", process 1 of {processes.ranks}" if processes.ranks > 1 else ""
    waiting: dict[str, Any] = {}
    made: dict[str, Any] = {}
    kept = time.monotonic()
    for done, ((key, item), parts) in enumerate(read_ahead(lambda job: steps.read(job[1]), left, effort.workers), 1):
        try:
            waiting[key] = steps.take(key, item, parts)
        except VideoDecodeError as error:
            if isinstance(error.__cause__, ImportError):
                raise  # no decoder is installed: no clip's fault
            failures[key] = error
            if effort.progress:
                effort.progress((done - 1) / len(left), f"left out: {error}")
        if len(waiting) == steps.batch or (waiting and key in ends):
            made |= steps.join(waiting) if steps.join else waiting
            waiting = {}
        late = steps.join is None and time.monotonic() - kept > SECONDS
        if made and (key in ends or late):
            steps.keep(made)
            made, kept = {}, time.monotonic()
        if effort.progress:
            effort.progress(done / len(left), f"{what} {done:,} of {len(left):,}{among}{pace.left(done)}")
    return failures
