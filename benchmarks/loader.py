"""Whether reading cached frames keeps ahead of a model: batches from the frame cache against a consumer that only waits.

    python benchmarks/loader.py --quick                       # seconds
    python benchmarks/loader.py --json results/speed/loader.json

Frames are uint8 224 x 224 in the frame cache's own files, random ones, read by the training's own `TrainingData.batches`:
20 clips of 20 frames a batch. The consumer takes `--rate` frames a second (a GPU's pace); `waited` is the share of the time in which it
had no batch. 0 workers: no reading ahead, each batch is read when it is asked for. Also without a pause: the most frames a
second. Worker counts take turns within each round; medians over rounds. The files are in the page cache of the system, as
they are from the second epoch on where memory suffices.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.data.frame_cache import FrameCache, FrameSource, Sampling, frame_cache
from srlclip.files import write_json, write_text
from srlclip.language.lexicon import Lexicon
from srlclip.provenance import provenance
from srlclip.situations import EVENTS_PER_CLIP, Situation
from srlclip.synsitu.labels import situation
from srlclip.synsitu.sample import sample_clip
from srlclip.video.pixels import PreprocessSpec
from training.recipe.data import Batch, TrainingData
from training.recipe.texts import ClipTexts

FRAMES_PER_EVENT, DIM = 4, 512


def random_pixels(clip: Situation, sampling: Sampling) -> np.ndarray:
    """uint8 (E, F, 3, S, S)."""
    rng = np.random.default_rng(int(clip.clip_id.split("-")[-1].split("_")[0]))
    side = sampling.spec.crop
    return rng.integers(0, 256, (sampling.events, sampling.frames_per_event, 3, side, side), np.uint8)


def clip_key(clip: Situation, sampling: Sampling) -> str:
    return f"{int(clip.clip_id.split('-')[-1].split('_')[0]):032x}"


def training_data(count: int, batch: int, side: int, folder: Path) -> TrainingData:
    """`count` clips with cached random frames and one caption table of random rows."""
    clips = [situation(sample_clip("train", i, 0), folder / "none.mp4", 1) for i in range(count)]
    sampling = Sampling(EVENTS_PER_CLIP, FRAMES_PER_EVENT, PreprocessSpec(resize=side, crop=side))
    source = FrameSource(clip_key, random_pixels, "draw")
    frames: FrameCache = frame_cache(clips, sampling, folder, 1, progress=False, source=source)
    words = [f"text {i}" for i in range(EVENTS_PER_CLIP * 5)]
    captions, wrong = tuple(words[:EVENTS_PER_CLIP]), tuple(tuple(words[5 + 4 * e : 9 + 4 * e]) for e in range(5))
    texts = {clip.clip_id: ClipTexts(captions, wrong, 0) for clip in clips}
    return TrainingData(clips, frames, texts, words, torch.randn(len(words), DIM), Lexicon([]), batch, 0)


def served(data: TrainingData, epoch: int, workers: int, pinned: bool) -> Iterator[Batch]:
    if workers:
        return data.batches(epoch, workers=workers, pinned=pinned)
    return (data.batch(ids) for ids in data.order(epoch))


def consume(batches: Iterator[Batch], rate: float) -> dict[str, float]:
    """Take batches at `rate` frames per second (0: without a pause). The first batch is not counted: nobody read ahead."""
    frames, waited = 0, 0.0
    next(batches)
    start, cpu = time.perf_counter(), time.process_time()
    while True:
        asked = time.perf_counter()
        batch = next(batches, None)
        if batch is None:
            break
        waited += time.perf_counter() - asked
        count = batch.pixels.shape[0] * batch.pixels.shape[1] * batch.pixels.shape[2]
        frames += count
        if rate:
            time.sleep(count / rate)
    seconds = time.perf_counter() - start
    return {
        "frames_per_s": frames / seconds,
        "waited": waited / seconds,
        "cpu_ms_per_frame": 1000 * (time.process_time() - cpu) / frames,
    }


def measure(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    data = training_data(args.clips, args.batch, args.side, folder)
    pinned = torch.cuda.is_available()
    seen: dict[tuple[int, float], list[dict[str, float]]] = {}
    for round_ in range(args.rounds + 1):
        for workers in args.workers:
            for rate in (0.0, args.rate):
                row = consume(served(data, round_, workers, pinned), rate)
                if round_:  # the first reads the files
                    seen.setdefault((workers, rate), []).append(row)
    rows = [
        {"workers": workers, "rate": rate, **{name: median(r[name] for r in rounds) for name in rounds[0]}}
        for (workers, rate), rounds in seen.items()
    ]
    return {"clips": args.clips, "pinned": pinned, "rows": rows}


def markdown(measured: dict[str, Any]) -> str:
    lines = [
        "# Reading cached frames",
        "",
        "| workers | consumer | frames/s | time without a batch | CPU ms per frame |",
        "|---|---|---|---|---|",
    ]
    for row in measured["rows"]:
        pace = f"{row['rate']:,.0f} frames/s" if row["rate"] else "takes all at once"
        lines.append(
            f"| {row['workers']} | {pace} | {row['frames_per_s']:,.0f} | {100 * row['waited']:.0f} % "
            f"| {row['cpu_ms_per_frame']:.3f} |"
        )
    p = measured["provenance"]
    lines += [
        "",
        f"{p['machine']}; commit {p['commit']}, {p['date']}; random frames, seed 0. {measured['note']}".strip(),
    ]
    return "\n".join(lines) + "\n"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure how fast cached frames are read.")
    parser.add_argument("--clips", type=int, default=400, help="clips of 20 frames; 3 MB each")
    parser.add_argument("--batch", type=int, default=20, help="clips of a batch")
    parser.add_argument("--side", type=int, default=224, help="edge of a frame in pixels")
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1, 2], help="threads that read; 0: none ahead")
    parser.add_argument("--rate", type=float, default=2000.0, help="frames per second that the consumer takes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="60 clips, 2 rounds")
    parser.add_argument("--note", default="", help="what else the machine did, for the results file")
    parser.add_argument("--json", metavar="OUT", help="results file; a table of it lies beside as .md")
    args = parser.parse_args(argv)
    if args.quick:
        args.clips, args.rounds = 60, 2
    if min(args.batch, args.side, args.rounds) < 1 or args.clips <= args.batch or min(args.workers) < 0:
        parser.error("--batch, --side and --rounds must be 1 or more, --workers 0 or more, --clips more than --batch")
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(args, Path(folder))
    settings = {name: value for name, value in vars(args).items() if name not in ("json", "note")}
    result = {"provenance": provenance(settings), "note": args.note, **measured}
    print(markdown(result))
    if args.json:
        write_json(args.json, result)
        write_text(Path(args.json).with_suffix(".md"), markdown(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
