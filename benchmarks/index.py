"""Clips per second into a gallery under both models: a naive serial loop against the index, and how it grows.

    python benchmarks/index.py                       # 96 clips of SynSitu, three rounds: under 4 minutes on two idle cores
    python benchmarks/index.py --quick               # 8 clips, one round, no second process: under 20 s
    python benchmarks/index.py --model vit-b-32 --clips 48 --rounds 2

Every round embeds the same clips by every variant, in turn, each into an empty cache. "naive" is what a script does: a clip
after the other, all of its frames decoded at full size, preprocessed by transformers' image processor, encoded by both
models under no_grad, everything saved at the end. (It decodes once for both models; a script for one model, run twice,
does twice.) "0", "1", "2 threads" are the index in one process with so many threads that read ahead; "2 processes" are
torchrun's, each with one such thread: the wall time of the slower one, without the start. The curve embeds more and more
clips with one thread. The opening of galleries of which everything is there already, as the app does it at its start, is
measured on links to the same files with vectors of random directions. Wall and processor seconds are medians.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch

from benchmarks.random_clip import SIZES, save_random_clip
from srlclip import ASSETS
from srlclip.comparison.embedding import FRAMES_PER_EVENT
from srlclip.comparison.gallery import Gallery, rectangular
from srlclip.comparison.indexing import GalleryVectors, embed_gallery
from srlclip.comparison.loading import DEFAULT_ADAPTER, DEFAULT_BASE
from srlclip.data.embedding_runs import SHARD, Effort
from srlclip.files import write_json, write_text
from srlclip.models.checkpoints import quiet_loading
from srlclip.models.pair import ClipPair
from srlclip.pooling import event_vectors, pooled, unit
from srlclip.provenance import provenance
from srlclip.results import MODELS, Both
from srlclip.situations import EVENTS_PER_CLIP, Situation, SrlClipError
from srlclip.video.frames import read_frames

OUT = Path("results/speed/index")
BUSY = " The machine was busy with other work: seconds are upper bounds, and only processor seconds compare."
QUICK = {"clips": 8, "rounds": 1, "processes": 0, "open": [200]}


def clips_of(folder: Path, count: int, link: bool = False) -> list[Situation]:
    """`count` files of their own, unlabelled, from the bundled clips of SynSitu (10 s, 320x320 or so)."""
    folder.mkdir(parents=True)
    drawn = sorted((ASSETS / "gallery").rglob("*.mp4"))
    for number, source in enumerate(islice(cycle(drawn), count)):
        target = folder / f"clip{number:06d}.mp4"
        os.symlink(source, target) if link else shutil.copyfile(source, target)
    return [Situation(path.stem, path, ()) for path in sorted(folder.iterdir())]


def load(model: str, folder: Path) -> tuple[ClipPair, tuple[str, str] | None]:
    """The bundled pair, or two encoders of a published size with random weights of their own; and what index takes as
    --base and --adapter, None for the latter."""
    if model == "mini":
        return ClipPair.load(DEFAULT_BASE, DEFAULT_ADAPTER), (DEFAULT_BASE, DEFAULT_ADAPTER)
    base = ClipPair.load(save_random_clip(folder, model, ["a man walks to the left"]), None).base
    return ClipPair(base, copy.deepcopy(base), None, {"base": "0" * 16, "adapted": "1" * 16}), None


def naive(pair: ClipPair, processor: Any, clips: list[Situation], out: Path) -> Gallery:
    """The serial loop."""
    events: dict[str, list[np.ndarray]] = {model: [] for model in MODELS}
    for clip in clips:
        frames = read_frames(clip.path, events=EVENTS_PER_CLIP, frames_per_event=FRAMES_PER_EVENT)
        pixels = processor(list(frames.reshape(-1, *frames.shape[2:])), return_tensors="pt")["pixel_values"]
        for model, encoder in zip(MODELS, pair.encoders, strict=True):
            with torch.no_grad():
                pooled_output = encoder.clip.vision_model(pixel_values=pixels).pooler_output
                vectors = unit(encoder.clip.visual_projection(pooled_output))
            shape = (EVENTS_PER_CLIP, FRAMES_PER_EVENT, -1)
            events[model].append(event_vectors(vectors.reshape(shape)).numpy())
    means = {model: np.stack([pooled(own) for own in rows]) for model, rows in events.items()}
    arrays = {model: rectangular(rows) for model, rows in events.items()}
    gallery = Gallery(tuple(clip.clip_id for clip in clips), arrays, means, pair.fingerprints)
    gallery.save(out)
    return gallery


@contextmanager
def cache(folder: Path) -> Iterator[Path]:
    """An empty cache folder for what is done meanwhile."""
    before = os.environ.get("SRLCLIP_CACHE")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        os.environ["SRLCLIP_CACHE"] = place
        try:
            yield Path(place)
        finally:
            os.environ.pop("SRLCLIP_CACHE") if before is None else os.environ.update(SRLCLIP_CACHE=before)


def timed(work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    wall, processor = time.perf_counter(), time.process_time()
    value = work()
    return {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - processor}, value


def two_processes(clips: Path, names: tuple[str, str], count: int) -> dict[str, float]:
    """As users start them; the seconds that the command gives, which are without loading the models."""
    launcher = ["-m", "torch.distributed.run", f"--nproc_per_node={count}", "--standalone", "-m", "srlclip"]
    words = ["index", str(clips), "--base", names[0], "--adapter", names[1], "--json"]
    root = str(Path(__file__).resolve().parents[1])
    before = os.times()
    done = subprocess.run(
        [sys.executable, *launcher, *words],
        env=os.environ | {"PYTHONPATH": root, "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"two processes ended: {done.stderr[-500:]}")
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return {"seconds": json.loads(done.stdout)["seconds"], "cpu_seconds_with_start": spent}


def rates(pair: ClipPair, names: tuple[str, str] | None, args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """name of a variant -> medians over the rounds; the vectors of each are compared with the naive loop's."""
    import transformers

    clips = clips_of(folder / "clips", args.clips)
    spec = pair.base.preprocess_spec.to_processor_config()
    by_pil = "CLIPImageProcessorPil"  # its name where the default needs torchvision
    kind = getattr(transformers, by_pil if hasattr(transformers, by_pil) else "CLIPImageProcessor")
    processor = kind(**{k: v for k, v in spec.items() if k != "image_processor_type"})
    rows: dict[str, list[dict[str, float]]] = {}
    cosine: dict[str, float] = {}
    for number in range(args.rounds + 1):
        every = clips if number else clips[: min(4, len(clips))]  # the first warms the files and is not counted
        row, reference = timed(lambda every=every: naive(pair, processor, every, folder / "naive"))
        measured_now = {"naive": row}
        for workers in (0, 1, 2):
            with cache(folder):
                name = f"{workers} thread{'' if workers == 1 else 's'}"
                measured_now[name], indexed = timed(
                    lambda every=every, n=workers: embed_gallery(pair, every, Effort(n))
                )
            cosine[name] = _cosine(reference, indexed.gallery)
        if args.processes and names and number:
            with cache(folder):
                measured_now[f"{args.processes} processes"] = two_processes(folder / "clips", names, args.processes)
        for name, row in measured_now.items() if number else ():
            rows.setdefault(name, []).append(row)
    out = {}
    for name, measured in rows.items():
        middle = {key: median(row[key] for row in measured) for key in measured[0]}
        ratio = median(n["seconds"] / row["seconds"] for n, row in zip(rows["naive"], measured, strict=True))
        spread = {
            "min_seconds": min(r["seconds"] for r in measured),
            "max_seconds": max(r["seconds"] for r in measured),
        }
        out[name] = {**middle, **spread, "clips_per_s": args.clips / middle["seconds"], "times_naive": ratio}
        if "cpu_seconds" in middle:
            both = zip(rows["naive"], measured, strict=True)
            out[name]["times_naive_by_cpu"] = median(n["cpu_seconds"] / row["cpu_seconds"] for n, row in both)
        if name in cosine:
            out[name]["least_cosine_with_naive"] = cosine[name]
    return out


def _cosine(one: Gallery, other: Gallery) -> float:
    """The least between vectors of the same event."""
    return float(min((one.events[m] * other.events[m]).sum(-1).min() for m in MODELS))


def curve(pair: ClipPair, count: int, folder: Path) -> list[dict[str, float]]:
    """A quarter, a half and all of the clips with one thread, and each once more when everything is there."""
    clips = clips_of(folder / "curve", count)
    out = []
    for share in (4, 2, 1):
        some = clips[: max(1, count // share)]
        with cache(folder) as place:
            row, _ = timed(lambda some=some: embed_gallery(pair, some, Effort(1)))
            again, _ = timed(lambda some=some: embed_gallery(pair, some, Effort(1)))
            size = sum(path.stat().st_size for path in place.rglob("*.safetensors"))
        rate = {
            "clips": len(some),
            **row,
            "clips_per_s": len(some) / row["seconds"],
            "cpu_s_per_clip": row["cpu_seconds"] / len(some),
        }
        out.append({**rate, "again_seconds": again["seconds"], "cache_bytes": size, "peak_rss_bytes": peak_memory()})
    return out


def opening(pair: ClipPair, count: int, folder: Path) -> dict[str, float]:
    """A gallery of `count` clips of which everything is there: files looked at, vectors checked and put together."""
    clips, rng = clips_of(folder / f"open{count}", count, link=True), np.random.default_rng(0)
    with cache(folder):
        vectors = GalleryVectors(pair, must_keep=True)
        for at in range(0, count, SHARD):
            keys = [vectors.key(clip) for clip in clips[at : at + SHARD]]
            made = unit(rng.normal(size=(len(keys), EVENTS_PER_CLIP, pair.embed_dim)).astype(np.float32))
            vectors.keep({key: Both(own, own) for key, own in zip(keys, made, strict=True)})
        row, indexed = timed(lambda: embed_gallery(pair, clips))
    assert indexed.origin == "cached" and len(indexed.gallery) == count
    size = sum(a.nbytes for m in MODELS for a in (indexed.gallery.events[m], indexed.gallery.clips[m]))
    return {"clips": count, **row, "gallery_bytes": size, "peak_rss_bytes": peak_memory()}


def peak_memory() -> int:
    """The process's largest resident size so far, bytes."""
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def markdown(measured: dict[str, Any]) -> str:
    """Three tables and what they were measured with."""
    about = measured["provenance"]
    settings = about["settings"]
    lines = [
        f"{settings['clips']} clips, {settings['model']} pair, {settings['rounds']} rounds; {about['machine']}, load "
        f"{measured['load'][0]:.1f} before and {measured['load'][1]:.1f} after, commit {about['commit']}, {about['date']}."
        + BUSY
        * (max(measured["load"]) > (os.cpu_count() or 1)),
        "",
        "| variant | seconds | processor seconds | clips a second | times naive | by processor time |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in measured["variants"].items():
        cpu, by_cpu = (f"{row[k]:.2f}" if k in row else "" for k in ("cpu_seconds", "times_naive_by_cpu"))
        lines.append(
            f"| {name} | {row['seconds']:.2f} | {cpu} | {row['clips_per_s']:.1f} | {row['times_naive']:.2f} | {by_cpu} |"
        )
    lines += [
        "",
        "| clips | seconds | processor ms per clip | again, seconds | cache, MB | peak memory, MiB |",
        "|---|---|---|---|---|---|",
    ]
    for row in measured["curve"]:
        lines.append(
            f"| {row['clips']} | {row['seconds']:.2f} | {1000 * row['cpu_s_per_clip']:.1f} | {row['again_seconds']:.2f} | "
            f"{row['cache_bytes'] / 1e6:.2f} | {row['peak_rss_bytes'] / 2**20:.0f} |"
        )
    lines += ["", "| everything there: clips | seconds | processor seconds | vectors, MB |", "|---|---|---|---|"]
    for row in measured["open"]:
        lines.append(
            f"| {row['clips']:,} | {row['seconds']:.2f} | {row['cpu_seconds']:.2f} | {row['gallery_bytes'] / 1e6:.0f} |"
        )
    return "\n".join(lines) + "\n"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure the index against a naive serial loop.")
    parser.add_argument("--model", choices=("mini", *SIZES), default="mini")
    parser.add_argument("--clips", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2, help="of torchrun, mini pair only (0: leave them out)")
    parser.add_argument("--open", type=int, nargs="+", default=[1000, 10000], help="sizes of galleries to open")
    parser.add_argument("--quick", action="store_true", help="a small size")
    parser.add_argument(
        "--out", type=Path, default=OUT, help="results file without .json and .md (default: %(default)s)"
    )
    args = parser.parse_args(argv)
    if args.quick:
        vars(args).update(QUICK)
    if min(args.clips, args.rounds, *args.open) < 1 or args.processes < 0:
        parser.error("--clips, --rounds and --open must be 1 or more, --processes 0 or more")
    quiet_loading()
    torch.set_num_threads(1)  # as torchrun gives every process; more cores than models are for threads that read
    load_before = os.getloadavg()[0]
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            pair, names = load(args.model, folder / "model")
            variants = rates(pair, names, args, folder)
            grown = curve(pair, args.clips, folder)
            opened = [opening(pair, count, folder) for count in args.open]
    except (SrlClipError, ValueError, RuntimeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    settings = {key: value for key, value in vars(args).items() if key != "out"}
    measured = {
        "provenance": provenance(settings), "load": [load_before, os.getloadavg()[0]],
        "variants": variants, "curve": grown, "open": opened,
    }  # fmt: skip
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_json(args.out.with_suffix(".json"), measured)
    write_text(args.out.with_suffix(".md"), markdown(measured))
    print(markdown(measured))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
