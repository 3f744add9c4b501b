"""Runs side by side: worker processes that each do many runs, one after the other. One failing run stops no other."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

Job = TypeVar("Job")
#: job, seconds, "" or why it failed
Outcome = tuple[Job, float, str]


def set_up(threads: int, device: str) -> None:
    """First thing in a worker: its share of the cores, its device and no other ("" hides every GPU)."""
    os.environ["CUDA_VISIBLE_DEVICES"] = device
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if "torch" in sys.modules:  # the program's own module was imported before this, and read the variable then
        sys.modules["torch"].set_num_threads(threads)


def device_list(kind: str) -> list[str]:
    """CUDA_VISIBLE_DEVICES of the workers: one per GPU, or [""] on the CPU. kind: "cpu", "cuda" or "" for what is there."""
    if kind == "cpu":
        return [""]
    import torch

    count = torch.cuda.device_count()
    if not count:
        if kind == "cuda":
            raise ValueError("--devices cuda, but torch sees no GPU; use --devices cpu")
        return [""]
    seen = os.environ.get("CUDA_VISIBLE_DEVICES")
    return seen.split(",") if seen else [str(i) for i in range(count)]


@contextmanager
def output_in(folder: Path) -> Iterator[None]:
    """What is printed inside goes to output.txt in the folder, which is made if need be.

    Whatever goes wrong is raised as a RuntimeError of one line, which crosses process borders as it is; the traceback
    stays in output.txt.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (
        (folder / "output.txt").open("a", encoding="utf-8") as out,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
    ):
        try:
            yield
        except Exception as error:
            traceback.print_exc()
            raise RuntimeError(f"{type(error).__name__}: {error}") from None


def run_all(
    execute: Callable[[Job], float], jobs: Sequence[Job], workers: int, devices: Sequence[str]
) -> Iterator[Outcome]:
    """Outcomes as the jobs end. execute: picklable, job -> seconds. devices: CUDA_VISIBLE_DEVICES of the workers in turn.

    One worker without a GPU is this very process. A worker that dies fails its job and is replaced.
    """
    if workers <= 1 and list(devices) == [""]:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        for job in jobs:
            yield _outcome(job, lambda job=job: execute(job))
        return
    todo: SimpleQueue[Job] = SimpleQueue()
    done: SimpleQueue[Outcome | None] = SimpleQueue()
    for job in jobs:
        todo.put(job)
    stop = threading.Event()
    threads = max(1, (os.cpu_count() or 1) // workers)

    def drive(device: str) -> None:
        # A pool of one process: when it dies, only its own job is lost.
        def start() -> ProcessPoolExecutor:
            return ProcessPoolExecutor(1, get_context("spawn"), initializer=set_up, initargs=(threads, device))

        pool = start()
        while not stop.is_set():
            try:
                job = todo.get_nowait()
            except Empty:
                break
            try:
                outcome = _outcome(job, lambda job=job, pool=pool: pool.submit(execute, job).result())
            except KeyboardInterrupt:  # the worker's: Ctrl-C reaches every process, and the main thread ends the study
                break
            done.put(outcome)
            if outcome[2].startswith("BrokenProcessPool"):
                pool.shutdown(wait=False)
                pool = start()
        pool.shutdown(wait=False, cancel_futures=True)
        done.put(None)

    for i in range(workers):
        threading.Thread(target=drive, args=(devices[i % len(devices)],), daemon=True).start()
    driving = workers
    try:
        while driving:
            outcome = done.get()
            if outcome is None:
                driving -= 1
            else:
                yield outcome
    finally:
        stop.set()


def _outcome(job: Job, call: Callable[[], float]) -> Outcome:
    try:
        return job, call(), ""
    except Exception as error:
        text = str(error) if type(error) is RuntimeError else f"{type(error).__name__}: {error}"
        return job, 0.0, " ".join(text.split())
