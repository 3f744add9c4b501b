"""Working through clips: shares, shards, batches and failures, without a model or a video."""

from collections.abc import Iterator
from itertools import count

import pytest

from srlclip.data import embedding_runs
from srlclip.data.embedding_runs import Effort, Steps, work_through
from srlclip.processes import Processes, together
from srlclip.situations import DataError, VideoDecodeError

JOBS = [(f"k{i}", i) for i in range(10)]


def read(item: int) -> Iterator[int]:
    if item == 3:
        raise VideoDecodeError("3 is broken")
    yield item


def run(kept: list, rank=0, ranks=1, there=(), workers=1, size=4, **more):
    steps = Steps(read=read, take=lambda key, item, parts: sum(parts), keep=kept.append, **more)
    effort = Effort(workers, Processes(rank, ranks))
    return work_through(JOBS, lambda keys: set(keys) - set(there), steps, effort, "clip", "clips", size)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_shards_are_kept_as_they_come_and_what_cannot_be_read_is_named(workers):
    kept: list = []
    failures = run(kept, workers=workers)
    assert [list(shard) for shard in kept] == [["k0", "k1", "k2"], ["k4", "k5", "k6", "k7"], ["k8", "k9"]]
    assert {key: str(why) for key, why in failures.items()} == {"k3": "3 is broken"}


def test_what_is_there_is_not_read_and_does_not_move_the_shards():
    whole, again = [], []
    run(whole)
    run(again, there=[f"k{i}" for i in range(6)])
    assert [list(shard) for shard in again] == [["k6", "k7"], ["k8", "k9"]]
    assert {k: v for shard in again for k, v in shard.items()}.items() <= {
        k: v for s in whole for k, v in s.items()
    }.items()


def test_processes_share_the_list_by_its_order_alone():
    shares = []
    for rank in (0, 1):
        kept: list = []
        run(kept, rank, 2, there=["k0"] if rank else [])  # looked at different times
        shares.append([key for shard in kept for key in shard])
    assert shares == [["k0", "k2", "k4", "k6", "k8"], ["k1", "k5", "k7", "k9"]]


def test_batches_end_where_a_shard_ends():
    joined, kept = [], []

    def join(batch):
        joined.append(list(batch))
        return {key: -value for key, value in batch.items()}

    run(kept, join=join, batch=3)
    assert joined == [["k0", "k1", "k2"], ["k4", "k5", "k6"], ["k7"], ["k8", "k9"]]
    assert kept[1] == {"k4": -4, "k5": -5, "k6": -6, "k7": -7}


def test_slow_clips_are_kept_before_their_shard_is_full(monkeypatch):
    ticks = count(0, 20)  # every look at the clock is 20 s later
    monkeypatch.setattr(embedding_runs.time, "monotonic", lambda: next(ticks))
    kept: list = []
    run(kept, size=100)
    assert len(kept) > 3 and [key for shard in kept for key in shard] == [k for k, i in JOBS if i != 3]


def test_a_missing_decoder_ends_the_run():
    def without(item):
        raise VideoDecodeError("no decoder") from ImportError("decord")
        yield

    steps = Steps(read=without, take=lambda key, item, parts: sum(parts), keep=lambda shard: None)
    with pytest.raises(VideoDecodeError, match="no decoder"):
        work_through(JOBS, set, steps, Effort(), "clip", "clips")


def test_progress_counts_what_is_left_and_says_among_how_many_processes():
    said = []
    effort = Effort(0, Processes(0, 2), lambda share, what: said.append((share, what)))
    steps = Steps(read=read, take=lambda key, item, parts: sum(parts), keep=lambda shard: None)
    work_through(JOBS, lambda keys: {"k4", "k8"}, steps, effort, "clip", "clips")
    assert said == [(0.5, "clip 1 of 2, process 1 of 2"), (1.0, "clip 2 of 2, process 1 of 2")]


def test_fewer_threads_than_none_are_refused():
    with pytest.raises(ValueError, match="workers is -1"):
        Effort(-1)


def test_what_ends_one_process_ends_all_by_name():
    others = Processes(0, 2, gather=lambda mine: [mine, (None, "the disk is full")])
    with pytest.raises(DataError, match="process 2 of 2 ended: the disk is full"):
        together(others, lambda: 1)

    def fail():
        raise OSError("mine")

    with pytest.raises(OSError, match="mine"):
        together(others, fail)
