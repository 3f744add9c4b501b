"""Adapt CLIP with SRL captions: the paper's recipe, on SynSitu out of the box.

    accelerate launch training/train.py                                       # SynSitu, bundled mini base; CPU or GPU
    accelerate launch training/train.py --config training/configs/vidsitu.json --set data.root=PATH --set data.videos=PATH
    python training/train.py --set data.clips=40 --set data.valid_clips=20 --set optim.epochs=1 --set out=runs/try   # CPU, a minute

Needs labels and videos (see training/configs/); writes a run folder with model/, config.json, run.json, log.jsonl and
metrics.json. Frames are decoded once and captions embedded once; both caches may be shared between runs.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import Tensor
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.config import TrainSettings, load_json, with_overrides
from srlclip.models.srlclip import SRLCLIP, Features
from srlclip.situations import SrlClipError
from training.data import Batch, TrainingData, load_situations
from training.gather import gather_batch, gather_features
from training.objective import loss_terms
from training.run_folder import RunFolder
from training.validate import validate

CONFIG = Path(__file__).parent / "configs" / "synsitu.json"


def train(settings: TrainSettings) -> dict[str, float]:
    """Run the adaptation; returns the last validation's metrics. Raises SrlClipError or ValueError with the reason."""
    accelerator = Accelerator(mixed_precision=settings.optim.precision)
    run = RunFolder(settings.out, settings, accelerator.is_main_process)
    set_seed(settings.seed)
    model = SRLCLIP.create(settings.base, settings.lora, settings.contextualizer)
    model.encoder.to(accelerator.device)
    with accelerator.main_process_first():
        clips = load_situations(settings.data, "train", settings.data.clips)
        held = load_situations(settings.data, "valid", settings.data.valid_clips)
        data = TrainingData.prepare(settings, model.encoder, clips, progress=accelerator.is_main_process)
        valid = TrainingData.prepare(settings, model.encoder, held, data.lexicon, progress=accelerator.is_main_process)
    accelerator.print(
        f"{len(data)} training clips ({len(data.skipped)} without usable video), {data.truncated} clips with shortened "
        f"captions, {len(valid)} validation clips, {sum(p.numel() for p in model.trainable_parameters()):,} parameters to train"
    )
    optimiser = torch.optim.AdamW(
        model.trainable_parameters(), lr=settings.optim.learning_rate, weight_decay=settings.optim.weight_decay
    )
    steps = data.steps(accelerator.num_processes) * settings.optim.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda i: rate(i, steps, settings))
    wrapped, optimiser = accelerator.prepare(model, optimiser)

    metrics = validate(model, valid, settings)
    run.log(epoch=0, step=0, **metrics)
    step = 0
    for epoch in range(1, settings.optim.epochs + 1):
        wrapped.train()
        batches = data.batches(epoch, accelerator.process_index, accelerator.num_processes)
        bar = tqdm(
            batches,
            total=steps // settings.optim.epochs,
            desc=f"epoch {epoch}/{settings.optim.epochs}",
            disable=not accelerator.is_main_process,
        )
        for batch in bar:
            terms = batch_loss(wrapped, model, batch.to(accelerator.device), settings, accelerator)
            accelerator.backward(terms["total"])
            if settings.optim.clip_norm:
                accelerator.clip_grad_norm_(model.trainable_parameters(), settings.optim.clip_norm)
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            step += 1
            shown = {name: float(value.detach()) for name, value in terms.items()}
            bar.set_postfix({name: f"{value:.3f}" for name, value in shown.items()})
            run.log(epoch=epoch, step=step, learning_rate=schedule.get_last_lr()[0], **shown)
        metrics = validate(model, valid, settings)
        run.log(epoch=epoch, step=step, **metrics)
        accelerator.print("  ".join(f"{name} {value:.2f}" for name, value in metrics.items()))
    if accelerator.is_main_process:
        facts = {
            "clips": len(data),
            "skipped": [list(entry) for entry in data.skipped],
            "shortened_captions": data.truncated,
            "steps": step,
            "processes": accelerator.num_processes,
        }
        model.save(run.path / "model", {"trained_on": describe_data(settings), "steps": step, "seed": settings.seed})
        data.lexicon.to_json(run.path / "model" / "lexicon.json")
        run.finish(metrics, facts, settings)
        accelerator.print(f"saved {run.path / 'model'}")
    accelerator.wait_for_everyone()
    accelerator.end_training()
    return metrics


def batch_loss(
    wrapped: torch.nn.Module, model: SRLCLIP, batch: Batch, settings: TrainSettings, accelerator: Accelerator
) -> dict[str, Tensor]:
    """The four terms and their total on the global batch: features and texts of all ranks are gathered first."""
    pixels = model.encoder.preprocess_spec.to_float(batch.pixels)
    with accelerator.autocast():
        features: Features = wrapped(pixels)
    features, batch = gather_features(features, accelerator), gather_batch(batch, accelerator)
    return loss_terms(model, features, batch, settings.loss)


def rate(step: int, steps: int, settings: TrainSettings) -> float:
    """Share of the learning rate at a step: linear warm-up, then constant, linear or cosine to zero."""
    o = settings.optim
    if step < o.warmup_steps:
        return (step + 1) / o.warmup_steps
    done = (step - o.warmup_steps) / max(1, steps - o.warmup_steps)
    if o.schedule == "linear":
        return 1 - done
    return 0.5 * (1 + math.cos(math.pi * min(1.0, done))) if o.schedule == "cosine" else 1.0


def describe_data(settings: TrainSettings) -> str:
    names = {"synsitu": "SynSitu (synthetic)", "vidsitu": "VidSitu", "jsonl": Path(settings.data.root).name}
    return (
        f"{names[settings.data.source]}, {settings.data.clips or 'all'} clips, {settings.data.caption_style} captions"
    )


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Adapt CLIP with captions made from semantic role labels.")
    parser.add_argument("--config", default=str(CONFIG), help="JSON file of settings (see srlclip/config.py)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="override one setting, e.g. loss.video=0"
    )
    args = parser.parse_args(argv)
    try:
        train(with_overrides(load_json(TrainSettings, args.config), args.set))
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
