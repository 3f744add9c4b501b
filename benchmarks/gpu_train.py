"""Training on a GPU at the paper's batch: throughput, memory, share of the matmul rate, and how long 40 epochs take.

    python benchmarks/gpu_train.py --device cuda --json results/speed/gpu_train.json           # B/32, B/16, L/14
    python benchmarks/gpu_train.py --device cuda --models vit-b-32 --compile --json results/speed/gpu_train.json
    python benchmarks/gpu_train.py --device cpu --quick                                        # that it runs; seconds

Each model is measured as benchmarks/train_step.py does it, caches only, in bf16, without and with recomputed activations
(--checkpointing auto: L/14 only). The projection is arithmetic: steps of VidSitu's 23,626 training clips in 40 epochs.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import train_step
from benchmarks.random_clip import SIZES
from srlclip.files import write_json, write_text
from srlclip.provenance import provenance
from srlclip.situations import SrlClipError

#: Training clips of VidSitu and epochs of the paper.
CLIPS, EPOCHS = 23_626, 40


def settings_of(args: argparse.Namespace, model: str) -> argparse.Namespace:
    """What train_step.measure reads."""
    recompute = {"auto": model == "vit-l-14", "on": True, "off": False}[args.checkpointing]
    return argparse.Namespace(
        model=model,
        batch=args.batch,
        frames_per_event=args.frames_per_event,
        precision=args.precision,
        checkpoint_activations=recompute,
        compile=args.compile,
        device="cpu" if args.device == "cpu" else "auto",
        steps=args.steps,
        rounds=args.rounds,
        variants=["caches"],
        video_size=96 if args.quick else 320,
        workers=args.workers,
        matmul_side=64 if args.quick else 0,
    )


def measure(args: argparse.Namespace, model: str) -> dict[str, Any]:
    settings = settings_of(args, model)
    with tempfile.TemporaryDirectory() as folder:
        measured = train_step.measure(settings, Path(folder))
    row, memory = measured["variants"]["caches"], measured["peak_memory_bytes"]
    seconds = row["seconds_per_step"]["median"]
    return {
        "model": model,
        "batch": args.batch,
        "checkpoint_activations": settings.checkpoint_activations,
        "device": measured["device"],
        "seconds_per_step": row["seconds_per_step"],
        "frames_per_s": row["frames_per_s"],
        "flop_per_s": measured["flop_per_step"] / seconds,
        "matmul_flop_per_s": measured["matmul_flop_per_s"]["median"],
        "share_of_matmul_rate": row["share_of_matmul_rate"],
        "peak_memory_bytes": memory.get("caches", memory.get("process")),
        "projected_hours": math.ceil(CLIPS / args.batch) * EPOCHS * seconds / 3600,
    }


def markdown(result: dict[str, Any]) -> str:
    lines = [
        "# Training steps",
        "",
        "| model, clips a step | s per step | frames/s | TFLOP/s | of the matmul rate | peak memory, GiB | 40 epochs of VidSitu, h |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in result["rows"]:
        name = f"{r['model']}, {r['batch']}" + (", recomputed activations" if r["checkpoint_activations"] else "")
        lines.append(
            f"| {name} | {r['seconds_per_step']['median']:.3f} | {r['frames_per_s']:,.0f} | {r['flop_per_s'] / 1e12:.2f} "
            f"| {100 * r['share_of_matmul_rate']:.0f} % | {r['peak_memory_bytes'] / 2**30:.1f} | {r['projected_hours']:.1f} |"
        )
    p = result["provenance"]
    lines += ["", f"{result['rows'][0]['device']}; commit {p['commit']}, {p['date']}; random weights, seed 0."]
    return "\n".join(lines) + "\n"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure training steps of the published sizes on a GPU.")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--models", nargs="+", choices=(*SIZES, "mini"), default=list(SIZES))
    parser.add_argument("--batch", type=int, default=20, help="clips of a step (paper: 20)")
    parser.add_argument("--frames-per-event", type=int, default=4)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="bf16")
    parser.add_argument("--checkpointing", choices=("auto", "on", "off"), default="auto")
    parser.add_argument("--compile", action="store_true", help="the image tower by torch.compile")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=8, help="threads that read batches")
    parser.add_argument("--quick", action="store_true", help="the mini base, 1 clip of 5 frames, fp32: that it runs")
    parser.add_argument("--json", metavar="OUT", help="results file; a table of it lies beside as .md")
    args = parser.parse_args(argv)
    if args.quick:
        args.models, args.batch, args.frames_per_event, args.precision = ["mini"], 1, 1, "fp32"
        args.steps, args.rounds, args.workers = 2, 1, 1
    if min(args.batch, args.frames_per_event, args.steps, args.rounds, args.workers) < 1:
        parser.error("--batch, --frames-per-event, --steps, --rounds and --workers must be 1 or more")
    if args.device == "cuda" and not torch.cuda.is_available():
        print("error: no CUDA device is available; --device cpu --quick shows that it runs", file=sys.stderr)
        return 2
    try:
        rows = [measure(args, model) for model in args.models]
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    settings = {name: value for name, value in vars(args).items() if name != "json"}
    result = {"provenance": provenance(settings), "rows": rows}
    print(markdown(result))
    if args.json:
        write_json(args.json, result)
        write_text(Path(args.json).with_suffix(".md"), markdown(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
