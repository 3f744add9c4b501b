"""Seconds to embed a 10 s clip under both models, against the fair naive pipeline run twice (benchmarks/naive_embed.py).

    OMP_NUM_THREADS=1 python benchmarks/embed.py           # ViT-B/32 with random weights, two picture sizes: minutes
    OMP_NUM_THREADS=1 python benchmarks/embed.py --quick   # the bundled pair, the smaller size: seconds
    OMP_NUM_THREADS=1 python benchmarks/embed.py --openvino    # also OpenVINO, where `pip install openvino` was done

Variants take turns in one process. Videos are drawn, square, with as many pixels as 320x240 and 1280x720, 20 frames of each
are embedded. Writes results/speed/embed.json and .md: whole clips, where the time goes, and how far the fast mode is from the exact one.
"""

from __future__ import annotations

import argparse
import copy
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.interleaved import FOLDER, against, load, table, take_turns, write
from benchmarks.naive_embed import NaiveModel
from benchmarks.random_pair import save_random_pair
from srlclip.comparison.comparison import Comparison
from srlclip.comparison.embedding import FRAMES_PER_EVENT, frame_embeddings
from srlclip.comparison.loading import load_pair
from srlclip.models.checkpoints import quiet_loading
from srlclip.models.pair import ClipPair
from srlclip.results import MODELS
from srlclip.situations import EVENTS_PER_CLIP, Situation
from srlclip.speed import use_threads
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.writer import write_clip
from srlclip.video.clips import clip_pixels

#: What a video has as many pixels as -> its edge, even as H.264 wants it.
SIZES = {"320x240": 276, "1280x720": 960}
FPS = 30
NAIVE = "naive, twice"


def whole_clips(pair: ClipPair, fast: ClipPair, path: Path, rounds: int) -> dict[str, Any]:
    """Medians of the variants on one file, and how equal their features are."""
    clip = Situation("clip", path, ())
    naive = [NaiveModel(encoder) for encoder in pair.encoders]
    last: dict[str, list[torch.Tensor]] = {}

    def ours(of: ClipPair) -> list[torch.Tensor]:
        frames = frame_embeddings(of, clip, EVENTS_PER_CLIP, FRAMES_PER_EVENT)
        return [torch.from_numpy(frames[m]).flatten(0, 1) for m in MODELS]

    def keep(name: str, embed: Callable[[], list[torch.Tensor]]) -> Callable[[], None]:
        return lambda: last.__setitem__(name, embed())

    variants = {
        NAIVE: keep("naive", lambda: [m.embed(path, EVENTS_PER_CLIP, FRAMES_PER_EVENT) for m in naive]),
        "fp32": keep("fp32", lambda: ours(pair)),
        "bf16": keep("bf16", lambda: ours(fast)),
    }
    rows = against(take_turns(variants, rounds), NAIVE)
    return {"variants": rows, "cosine_naive": _cosine(last, "naive"), "cosine_bf16": _cosine(last, "bf16")}


def _cosine(vectors: dict[str, list[torch.Tensor]], name: str) -> float:
    """The smallest cosine of a frame's features with the exact ones, under either model."""
    return min(float((a * b).sum(-1).min()) for a, b in zip(vectors["fp32"], vectors[name], strict=True))


@torch.inference_mode()
def parts(pair: ClipPair, fast: ClipPair, path: Path, rounds: int, openvino: bool) -> dict[str, Any]:
    """Where the time goes: one model's towers unless a name says both."""
    clip, spec = Situation("clip", path, ()), pair.base.preprocess_spec
    uint8 = clip_pixels(clip, EVENTS_PER_CLIP, FRAMES_PER_EVENT, spec).pixels
    pixels = spec.to_float(torch.from_numpy(uint8)).flatten(0, 1)
    variants: dict[str, Callable[[], Any]] = {
        "encode, fp32": lambda: pair.base.encode_frames(pixels),
        "encode, bf16": lambda: fast.base.encode_frames(pixels),
        "decode and resize, for both": lambda: clip_pixels(clip, EVENTS_PER_CLIP, FRAMES_PER_EVENT, spec),
        "patch embedding alone": lambda: pair.base.clip.vision_model.embeddings(pixels),
    }
    if openvino:
        from benchmarks.openvino_tower import compiled

        for precision in ("f32", "bf16"):
            tower = compiled(pair.base, precision, torch.get_num_threads(), pixels)
            variants[f"encode, OpenVINO {precision}"] = lambda tower=tower: tower(pixels)
    return against(take_turns(variants, rounds), "encode, fp32")


def order() -> dict[str, Any]:
    """Of the bundled gallery's example queries: places among the first ten, and of the target, that bf16 moves."""
    exact, fast = Comparison.load(), Comparison.load(precision="bf16")
    out: dict[str, Any] = {"queries": len(exact.examples()), "feature_cosine": fast.info.feature_cosine}
    for model in MODELS:
        counts = {"first_changed": 0, "top10_moved": 0, "target_moved": 0}
        for example in exact.examples():
            a, b = (pair.search(example.query, example.target) for pair in (exact, fast))
            ids = [[hit.clip_id for hit in result.hits[model]] for result in (a, b)]
            counts["first_changed"] += ids[0][0] != ids[1][0]
            counts["top10_moved"] += sum(x != y for x, y in zip(ids[0][:10], ids[1][:10], strict=True))
            counts["target_moved"] += a.target_rank(model) != b.target_rank(model)
        out[model] = counts
    return out


def markdown(measured: dict[str, Any]) -> str:
    rows = [
        (size, name, row["cpu_s"], row["speed_up_cpu"], row["wall_s"], row["speed_up_wall"])
        for size, clip in measured["clips"].items()
        for name, row in clip["variants"].items()
    ]
    lines = [table(("video", "both models", "CPU s", "speed-up", "wall s", "speed-up (wall)"), rows), ""]
    some = [(name, row["cpu_s"], row["speed_up_cpu"]) for name, row in measured["parts"].items()]
    lines += [table(("20 frames, smaller video, one model", "CPU s", "times faster than encode, fp32"), some), ""]
    moved = measured["order"]
    for model in MODELS:
        own = moved[model]
        lines.append(
            f"bf16, bundled gallery, {model}: of {moved['queries']} example queries the first hit changes in "
            f"{own['first_changed']}, the target's rank in {own['target_moved']}; {own['top10_moved']} of "
            f"{10 * moved['queries']} places among the first ten."
        )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="A clip under both models, against the naive pipeline run twice.")
    parser.add_argument("--model", default="vit-b-32", help="a size of random_clip, or mini: the bundled pair")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, help="default: as the app chooses")
    parser.add_argument("--openvino", action="store_true", help="measure OpenVINO too (pip install openvino)")
    parser.add_argument("--quick", action="store_true", help="the bundled pair, the smaller video, one round")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR")
    args = parser.parse_args(argv)
    if args.quick:
        args.model, args.rounds = "mini", 1
    quiet_loading()
    busy, threads = load(), use_threads(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        models = (None, None) if args.model == "mini" else save_random_pair(Path(folder), args.model)
        pair, _ = load_pair(*(str(m) if m else None for m in models), "cpu")
        fast = copy.deepcopy(pair)
        fast.use_bfloat16()
        clips, files = {}, {}
        for name, edge in list(SIZES.items())[: 1 if args.quick else None]:
            files[name] = Path(folder) / f"{name}.mp4"
            write_clip(sample_clip("train", 0, 0), files[name], edge, FPS)
            clips[name] = whole_clips(pair, fast, files[name], args.rounds)
        split = parts(pair, fast, files["320x240"], args.rounds, args.openvino)
    measured = {"load_before": busy, "threads": threads, "clips": clips, "parts": split, "order": order()}
    about = {"model": args.model, "rounds": args.rounds, "seed": 0, "quick": args.quick}
    text = markdown(measured)
    write("embed_quick" if args.quick else "embed", about, measured, text, args.out)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
