"""Time and memory of one adaptation step at full size, against a loop that decodes video and embeds captions each step.

    python benchmarks/train_step.py --model vit-b-32 --precision bf16 --json results/train_step_gpu.json      # a GPU
    python benchmarks/train_step.py --model vit-b-32 --batch 1 --rounds 2 --steps 2 --json results/train_step_cpu.json  # CPU, minutes
    python benchmarks/train_step.py --model vit-l-14 --rounds 0                                  # costs by arithmetic only

Random weights of the published sizes ("mini": the bundled base), SynSitu's clips and captions, and the project's own
data, model, loss and training loop. Four variants take turns in one process on the same model, so that a busy or
throttled machine is the same for all: "caches" (frames memory-mapped, captions from the table), "captions" (captions and
negatives through the text tower each step, padded to the full length), "video" (decoded each step, one batch ahead, in
`--workers` threads) and "naive" (both). Times are medians over rounds, with the smallest and largest; ratios are taken
within a round. The first round warms up and is not counted.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import costs
from benchmarks.naive_loop import DecodingData, EachTimeDecoded, EmbeddingTrainer
from benchmarks.random_clip import SIZES, save_random_clip
from srlclip.data.frame_cache import Sampling
from srlclip.files import write_json
from srlclip.language import prompts
from srlclip.provenance import provenance
from srlclip.situations import EVENTS_PER_CLIP, Situation, SrlClipError
from srlclip.synsitu.labels import situation
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.writer import write_clip
from training.recipe.data import TrainingData
from training.settings import DataSettings, OptimSettings, TrainSettings
from training.train import Trainer, create_model, create_optimiser

#: variant -> (video decoded each step, captions embedded each step).
VARIANTS = {"caches": (False, False), "captions": (False, True), "video": (True, False), "naive": (True, True)}
#: Distinct video files; the clips share them, each with labels and a cache entry of its own.
FILES, FPS = 2, 30


def labelled_clips(count: int, folder: Path) -> list[Situation]:
    """SynSitu's labels for `count` clips, over FILES video files that write_videos makes."""
    files = [folder / f"{i}.mp4" for i in range(FILES)]
    return [situation(sample_clip("train", i, 0), files[i % FILES], 1) for i in range(count)]


def write_videos(clips: Sequence[Situation], size: int) -> None:
    """The clips' files: 10 s at FPS frames per second, `size` px square."""
    for i, path in enumerate(dict.fromkeys(clip.path for clip in clips)):
        write_clip(sample_clip("train", i, 0), path, size, FPS)


def matmul_rate(device: torch.device, dtype: torch.dtype, side: int = 0) -> float:
    """FLOP/s of a square matrix product: the best of five. side: 0 for one that fills the device."""
    side = side or (8192 if device.type == "cuda" else 2048)
    a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    torch.mm(a, b)
    return max(2.0 * side**3 / _timed(lambda: torch.mm(a, b), device) for _ in range(5))


def _timed(work: Any, device: torch.device) -> float:
    _wait(device)
    start = time.perf_counter()
    work()
    _wait(device)
    return time.perf_counter() - start


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def step_times(trainer: Trainer, epoch: int) -> list[float]:
    """Seconds between the ends of an epoch's steps: all but the first, which waits for the first batch."""
    ends = []
    for _ in trainer.epoch(epoch):
        _wait(trainer.accelerator.device)
        ends.append(time.perf_counter())
    return [b - a for a, b in zip(ends[:-1], ends[1:], strict=True)]


def measure(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Everything about one model and batch size; see the module's docstring."""
    clips = labelled_clips(args.batch * (args.steps + 1), folder)
    base = "mini-base"
    if args.model != "mini":
        corpus = [prompts.caption(event, "srl").text for clip in clips for event in clip.events]
        base = str(save_random_clip(folder / args.model, args.model, corpus))
    settings = TrainSettings(
        base=base,
        out=str(folder / "run"),
        trackers="",
        data=DataSettings(frames_per_event=args.frames_per_event, cache=str(folder / "cache"), workers=args.workers),
        optim=OptimSettings(
            batch_clips=args.batch,
            epochs=args.rounds + 1,
            precision=args.precision,
            checkpoint_activations=args.checkpoint_activations,
            compile=args.compile,
        ),
    )
    AcceleratorState._reset_state(True)
    accelerator = Accelerator(cpu=args.device == "cpu", mixed_precision="no" if args.precision == "fp32" else "bf16")
    device, kind = accelerator.device, torch.float32 if args.precision == "fp32" else torch.bfloat16
    model = create_model(settings).to(device)
    measured = describe(model, settings, kind)
    if not args.rounds:
        return measured
    write_videos(clips, args.video_size)
    trainers = make_trainers(settings, accelerator, model, clips, args.variants)
    times: dict[str, list[float]] = {name: [] for name in trainers}
    memory: dict[str, int] = {}
    rates = []
    for round_ in range(args.rounds + 1):
        names = list(trainers)
        for name in names[round_ % len(names) :] + names[: round_ % len(names)]:
            if device.type == "cuda":
                torch.cuda.reset_peak_memory_stats(device)
            seconds = median(step_times(trainers[name], round_ + 1))
            if round_:
                times[name].append(seconds)
            memory[name] = peak_memory(device)
        rates.append(matmul_rate(device, kind, args.matmul_side))
    rate = median(rates)
    measured |= {"matmul_flop_per_s": _spread(rates), "device": device_name(device), "threads": torch.get_num_threads()}
    measured["peak_memory_bytes"] = memory if device.type == "cuda" else {"process": peak_memory(device)}
    frames = args.batch * EVENTS_PER_CLIP * args.frames_per_event
    measured["variants"] = {
        name: {
            "seconds_per_step": _spread(seconds),
            "clips_per_s": args.batch / median(seconds),
            "frames_per_s": frames / median(seconds),
            "times_caches": _spread([s / t for s, t in zip(seconds, times["caches"], strict=True)]),
            "share_of_matmul_rate": measured["flop_per_step"] / median(seconds) / rate,
        }
        for name, seconds in times.items()
    }
    return measured


def make_trainers(
    settings: TrainSettings, accelerator: Accelerator, model: Any, clips: Sequence[Situation], variants: Sequence[str]
) -> dict[str, Trainer]:
    """A trainer per variant, all of the same model and optimiser."""
    data = TrainingData.prepare(settings, model.encoder, clips, progress=False)
    wrapped, optimiser = accelerator.prepare(model, create_optimiser(model, settings.optim))
    sampling = Sampling(EVENTS_PER_CLIP, settings.data.frames_per_event, model.encoder.preprocess_spec)
    out = {}
    for name in variants:
        decodes, embeds = VARIANTS[name]
        own = data
        if decodes:
            frames = EachTimeDecoded(data.situations, sampling, settings.data.workers)
            parts = (data.texts, data.words, data.table, data.lexicon, data.batch_clips, data.seed)
            own = DecodingData(data.situations, frames, *parts)
        kind = EmbeddingTrainer if embeds else Trainer
        out[name] = kind(settings, accelerator, model, wrapped, optimiser, own)
    return out


def describe(model: Any, settings: TrainSettings, kind: torch.dtype) -> dict[str, Any]:
    """What is known without a clock: weights, FLOPs by formula, activation memory by formula and as saved."""
    encoder, s = model.encoder, settings
    vision, text = encoder.clip.config.vision_config, encoder.clip.config.text_config
    forward, backward = costs.frame_flops(vision, encoder.embed_dim, s.lora)
    context = costs.contextualizer_flops(s.contextualizer, encoder.embed_dim, EVENTS_PER_CLIP, s.data.frames_per_event)
    frames = EVENTS_PER_CLIP * s.data.frames_per_event
    texts = EVENTS_PER_CLIP * (1 + s.loss.verb_role_negatives)
    return {
        "lora_parameters": sum(p.numel() for p in encoder.trainable_parameters()),
        "trained_parameters": sum(p.numel() for p in model.trainable_parameters()),
        "all_parameters": sum(p.numel() for p in model.parameters()),
        "flop_per_frame": {"forward": forward, "backward": backward},
        "flop_per_step": s.optim.batch_clips * (frames * (forward + backward) + context),
        "flop_of_captions_per_step": s.optim.batch_clips * texts * costs.text_flops(text, encoder.max_tokens),
        "activation_bytes_per_frame": {
            "formula_fp32": costs.activation_bytes(vision, s.lora, s.optim.checkpoint_activations),
            "saved": costs.measured_activation_bytes(encoder, None if kind == torch.float32 else kind),
        },
    }


def peak_memory(device: torch.device) -> int:
    """Bytes: allocated on a GPU since the last reset; on a CPU the process's largest resident size so far."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def device_name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"


def _spread(values: Sequence[float]) -> dict[str, Any]:
    return {"median": median(values), "min": min(values), "max": max(values), "rounds": len(values)}


def report(measured: dict[str, Any]) -> str:
    """What is printed: a line per variant."""
    memory = measured["activation_bytes_per_frame"]
    lines = [
        f"{measured['trained_parameters']:,} parameters trained ({measured['lora_parameters']:,} LoRA); "
        f"{sum(measured['flop_per_frame'].values()) / 1e9:.1f} GFLOP per frame, {measured['flop_per_step'] / 1e12:.2f} TFLOP "
        f"per step; activations per frame {memory['saved'] / 2**20:.2f} MiB saved, "
        f"{memory['formula_fp32'] / 2**20:.2f} by the fp32 formula"
    ]
    for name, row in measured.get("variants", {}).items():
        t, r = row["seconds_per_step"], row["times_caches"]
        lines.append(
            f"{name:9} {t['median']:.4f} s per step ({t['min']:.4f} to {t['max']:.4f}), {row['clips_per_s']:.2f} clips/s, "
            f"{row['frames_per_s']:.1f} frames/s, {r['median']:.2f} x caches ({r['min']:.2f} to {r['max']:.2f}), "
            f"{100 * row['share_of_matmul_rate']:.0f} % of the matmul rate"
        )
    if "variants" in measured:
        peaks = ", ".join(f"{name} {value / 2**30:.2f} GiB" for name, value in measured["peak_memory_bytes"].items())
        lines.append(f"matmul {measured['matmul_flop_per_s']['median'] / 1e12:.2f} TFLOP/s; peak memory: {peaks}")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure one adaptation step against the naive loop.")
    parser.add_argument("--model", choices=(*SIZES, "mini"), default="vit-b-32")
    parser.add_argument("--batch", type=int, default=20, help="clips per step")
    parser.add_argument("--frames-per-event", type=int, default=4)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--checkpoint-activations", action="store_true", help="recompute activations, for memory")
    parser.add_argument("--compile", action="store_true", help="the image tower by torch.compile")
    parser.add_argument("--device", choices=("auto", "cpu"), default="auto")
    parser.add_argument("--steps", type=int, default=3, help="timed steps per variant and round")
    parser.add_argument("--rounds", type=int, default=5, help="0: no times, only what a step costs by arithmetic")
    parser.add_argument("--variants", nargs="+", choices=tuple(VARIANTS), default=list(VARIANTS))
    parser.add_argument("--video-size", type=int, default=320, help="edge of the videos that are decoded, in pixels")
    parser.add_argument("--workers", type=int, default=2, help="threads that decode")
    parser.add_argument("--matmul-side", type=int, default=0, help="edge of the matrices that give the matmul rate")
    parser.add_argument("--json", metavar="OUT", help="results file; runs of other settings in it are kept")
    args = parser.parse_args(argv)
    if min(args.batch, args.frames_per_event, args.steps, args.workers) < 1 or "caches" not in args.variants:
        parser.error("--batch, --frames-per-event, --steps and --workers must be 1 or more; --variants include caches")
    try:
        with tempfile.TemporaryDirectory() as folder:
            measured = measure(args, Path(folder))
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(report(measured))
    if args.json:
        settings = {name: value for name, value in vars(args).items() if name != "json"}
        out = Path(args.json)
        runs = json.loads(out.read_text("utf-8"))["runs"] if out.is_file() else []
        runs = [run for run in runs if run["provenance"]["settings"] != settings]
        write_json(out, {"runs": [*runs, {"provenance": provenance(settings), **measured}]})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
