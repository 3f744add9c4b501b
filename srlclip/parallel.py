"""The same function over many jobs: in this process, in freshly started ones, or in threads that read ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from queue import Full, Queue
from threading import Event
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def spawn_map(function: Callable[[Job], Result], jobs: Sequence[Job], workers: int, chunk: int = 1) -> Iterator[Result]:
    """Results in the order of the jobs. With one worker nothing is started.

    Processes are spawned, not forked: a video decoder inherited across fork() hangs.
    """
    if workers <= 1:
        yield from map(function, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(function, jobs, chunksize=chunk)


def read_ahead(
    read: Callable[[Job], Iterator[Result]], jobs: Sequence[Job], threads: int, depth: int = 2
) -> Iterator[tuple[Job, Iterator[Result]]]:
    """Each job with what `read` yields for it, in order, while threads go on reading the next `threads` jobs.

    Of each job at most `depth` results wait, so that memory stays bounded however much a job yields. An error of `read`
    is raised where its results are consumed. A job's results must be consumed (or have failed) before the next job is
    asked for. Without threads nothing is started and nothing is read ahead.
    """
    if threads < 1:
        yield from ((job, read(job)) for job in jobs)
        return
    stop = Event()
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[tuple[Job, Queue]] = deque()
        left = iter(jobs)

        def start() -> None:
            for job in left:
                waiting.append((job, Queue(depth)))
                pool.submit(_fill, read, *waiting[-1], stop)
                return

        try:
            for _ in range(threads):
                start()
            while waiting:
                job, results = waiting.popleft()
                yield job, _drain(results)
                start()
        finally:
            stop.set()


def _fill(read: Callable[[Any], Iterator[Any]], job: Any, results: Queue, stop: Event) -> None:
    def put(item: tuple[str, Any]) -> bool:
        while not stop.is_set():
            try:
                results.put(item, timeout=0.1)
                return True
            except Full:
                continue
        return False

    try:
        for value in read(job):
            if not put(("value", value)):
                return
        put(("end", None))
    except BaseException as error:  # whatever it is, it belongs to who consumes this job
        put(("error", error))


def _drain(results: Queue) -> Iterator[Any]:
    while True:
        kind, value = results.get()
        if kind == "error":
            raise value
        if kind == "end":
            return
        yield value
