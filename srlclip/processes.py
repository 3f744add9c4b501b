"""Several processes that embed together, as accelerate launch or torchrun start them; without a launcher, this one alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from srlclip.situations import DataError

Value = TypeVar("Value")
#: How long one process waits for the others: a share of long videos may take hours more than another.
PATIENCE = timedelta(days=2)


@dataclass(frozen=True)
class Processes:
    """This process among those that embed together; the first one alone prints and writes results.

    device: of this one. wait: their barrier. gather: a value of each -> all of them, in order of rank, in every process.
    """

    rank: int = 0
    ranks: int = 1
    device: str = "cpu"
    wait: Callable[[], None] = lambda: None
    gather: Callable[[Any], list[Any]] = lambda value: [value]


#: No other process.
ALONE = Processes()


@contextmanager
def launched(device: str) -> Iterator[Processes]:
    """The processes that a launcher started, else this one alone. device: "cuda" gives every process a GPU of its own."""
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield Processes(device=device)
        return
    from accelerate import PartialState
    from accelerate.utils import gather_object

    state = PartialState(cpu=device == "cpu", timeout=PATIENCE)
    own = str(state.device) if device == "cuda" else device
    yield Processes(
        state.process_index, state.num_processes, own, state.wait_for_everyone, lambda value: gather_object([value])
    )
    state.wait_for_everyone()  # one that leaves early takes the others' connections with it
    state.destroy_process_group()


def together(processes: Processes, work: Callable[[], Value]) -> list[Value]:
    """What `work` returns in each process, in order of rank. One that fails ends all of them, each with its reason."""
    mine, error = None, None
    try:
        mine = work()
    except Exception as raised:  # the others wait for this one
        error = raised
    every = processes.gather((mine, str(error) if error else ""))
    if error:
        raise error
    for rank, (_, reason) in enumerate(every):
        if reason:
            raise DataError(f"process {rank + 1} of {processes.ranks} ended: {reason}")
    return [value for value, _ in every]
