"""The frames of media that no store holds yet, embedded under both models at once, a share of them in each process.

Media go in shards, in their order: what a killed run loses at most is a shard of each process. A shard's clips are batched
among themselves alone, so that a run that goes on makes the same bits as one that was never broken off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from srlclip.evaluation.benchmarks.pixels import read_pixels
from srlclip.evaluation.benchmarks.processes import Processes
from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.evaluation.benchmarks.store import FrameStore
from srlclip.parallel import read_ahead
from srlclip.progress import Pace, Progress
from srlclip.results import Both
from srlclip.situations import VideoDecodeError

if TYPE_CHECKING:
    from srlclip.models.pair import ClipPair

#: Media in a shard of the store, and frames that a GPU embeds in one forward unless the user says how many clips.
SHARD, GPU_FRAMES = 32, 64

Job = tuple[str, Medium]


def embed_frames(
    pair: ClipPair,
    jobs: Sequence[Job],
    stores: Both[FrameStore],
    frames: int,
    workers: int,
    batch: int | None,
    progress: Progress | None,
    processes: Processes,
) -> dict[str, str]:
    """jobs: (key, medium), each key once. batch: clips a forward; None: one on the CPU, more on a GPU. Returns key -> why
    it could not be read. This process takes every `ranks`-th job."""
    mine = jobs[processes.rank :: processes.ranks]
    lacking = set[str]().union(*(store.missing(key for key, _ in mine) for store in stores))
    shards = [[job for job in mine[at : at + SHARD] if job[0] in lacking] for at in range(0, len(mine), SHARD)]
    ends = {shard[-1][0] for shard in shards if shard}
    left, spec, failures = [job for shard in shards for job in shard], pair.base.preprocess_spec, {}
    batch = batch or (1 if str(pair.base.device) == "cpu" else max(1, GPU_FRAMES // frames))
    pace, among = Pace(len(left), "files"), f", process 1 of {processes.ranks}" if processes.ranks > 1 else ""

    def read(job: Job) -> Iterator[np.ndarray]:
        return read_pixels(job[1], frames, spec)

    waiting: dict[str, np.ndarray] = {}
    shard: dict[str, Both[np.ndarray]] = {}
    for done, ((key, medium), results) in enumerate(read_ahead(read, left, workers), 1):
        try:
            for pixels in results:
                waiting[key] = pixels
        except VideoDecodeError as error:
            if isinstance(error.__cause__, ImportError):
                raise  # no decoder is installed: no medium's fault
            failures[key] = str(error).replace(str(medium.path), medium.path.name if medium.path else "")
        if len(waiting) == batch or (waiting and key in ends):
            shard |= _forward(pair, waiting)
            waiting = {}
        if shard and key in ends:
            for model, store in zip(("base", "adapted"), stores, strict=True):
                store.add({name: both[model] for name, both in shard.items()})
            shard = {}
        if progress:
            progress(done / len(left), f"medium {done:,} of {len(left):,}{among}{pace.left(done)}")
    return failures


def _forward(pair: ClipPair, clips: dict[str, np.ndarray]) -> dict[str, Both[np.ndarray]]:
    """uint8 (F, 3, S, S) of each -> both models' (F, D), by one forward of each model over all of them."""
    lengths = [len(pixels) for pixels in clips.values()]
    pixels = torch.from_numpy(np.concatenate(list(clips.values()))).to(pair.base.device)
    both = Both(*pair.encode_frames(pair.base.preprocess_spec.to_float(pixels), sum(lengths)))
    parts = both.map(lambda out: out.float().cpu().split(lengths))
    return {key: parts.map(lambda part, i=i: part[i].numpy()) for i, key in enumerate(clips)}
