"""Adapt CLIP with SRL captions: the paper's recipe, on SynSitu out of the box.

    accelerate launch training/train.py                                       # SynSitu, bundled mini base; CPU or GPU
    accelerate launch training/train.py --config training/configs/vidsitu.json --set data.root=PATH --set data.videos=PATH
    python training/train.py --set data.clips=40 --set data.valid_clips=20 --set optim.epochs=1 --set out=runs/try   # CPU, a minute

Needs labels and videos (see docs/data.md); writes a run folder with model/, config.json, run.json, log.jsonl and
metrics.json. Started again with the same settings, a stopped run goes on from its newest checkpoint to the same
parameters, and a finished one returns at once. Frames are decoded once and captions embedded once; both caches may be
shared between runs.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import InitProcessGroupKwargs, ProjectConfiguration, set_seed
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.config import check_one_of, load_json, to_dict, with_overrides
from srlclip.models.srlclip import SRLCLIP
from srlclip.situations import CheckpointError, SrlClipError
from training.recipe.data import Batch, Processes, TrainingData, draw_share, load_split
from training.recipe.no_effect import check_used
from training.recipe.objective import batch_loss
from training.recipe.sources import SOURCES
from training.recipe.texts import STYLES
from training.recipe.validation import sentences, validate
from training.runs.checkpoint import Checkpoints
from training.runs.run_folder import RunFolder
from training.runs.trackers import start_trackers, tracker_names
from training.settings import OptimSettings, TrainSettings

CONFIG = Path(__file__).parent / "configs" / "synsitu.json"
#: On a GPU, steps between two looks at the loss.
READ_EVERY = 20


def train(settings: TrainSettings) -> dict[str, float]:
    """Run the adaptation; returns the last validation's metrics. Raises SrlClipError or ValueError with the reason."""
    o, out = settings.optim, Path(settings.out)
    check_one_of("data.caption_style", settings.data.caption_style, tuple(STYLES))  # before hours of decoding
    AcceleratorState._reset_state()  # an earlier run of this process may have had another precision
    accelerator = Accelerator(
        # torchrun on a machine without GPU: without a word each process would take itself for the only one.
        cpu=several_processes() and not torch.accelerator.is_available(),
        mixed_precision="no" if o.precision == "fp32" else o.precision,
        log_with=tracker_names(settings.trackers) or None,
        project_config=ProjectConfiguration(str(out), str(out / "trackers")),
        # The first start decodes every clip, which takes longer than processes otherwise wait for each other.
        kwargs_handlers=[InitProcessGroupKwargs(timeout=timedelta(days=2))],
    )
    if o.precision == "fp16" and accelerator.device.type == "cpu":
        raise ValueError("optim.precision=fp16 needs a GPU; on a CPU use bf16 or fp32")
    run = RunFolder(out, settings, accelerator.is_main_process)
    accelerator.wait_for_everyone()
    if run.finished is not None:
        accelerator.print(f"{out} holds this run, finished; delete it or choose another --set out=... to run it again")
        return run.finished
    set_seed(settings.seed)
    model = create_model(settings).to(accelerator.device)
    data, valid = load_data(settings, model, accelerator)
    optimiser = create_optimiser(model, o)
    wrapped, optimiser = accelerator.prepare(model, optimiser)
    trainer = Trainer(settings, accelerator, model, wrapped, optimiser, data)

    checkpoints = Checkpoints(out)
    step, metrics = trainer.resume(checkpoints)
    run.rewind(step if metrics else None)
    start_trackers(accelerator, out, to_dict(settings), step)

    def log(epoch: int, at: int, **values: float) -> None:
        run.log(epoch=epoch, step=at, **values)
        accelerator.log(values, step=at)

    if not metrics:
        metrics = validate(model, valid, settings, accelerator)
        log(0, trainer.step, **metrics)
    for epoch in range(step // max(1, trainer.per_epoch) + 1, o.epochs + 1):
        for finished in trainer.epoch(epoch):
            for taken in finished:
                log(epoch, taken.step, learning_rate=taken.learning_rate, **taken.terms())
            if finished and trainer.step % settings.checkpoint_every == 0 and trainer.step % trainer.per_epoch:
                trainer.save(checkpoints, metrics)
        metrics = validate(model, valid, settings, accelerator)
        log(epoch, trainer.step, **metrics)
        trainer.save(checkpoints, metrics)
        accelerator.print("  ".join(f"{name} {value:.2f}" for name, value in metrics.items()))
    if accelerator.is_main_process:
        steps = {"steps": trainer.step, "seed": settings.seed}
        model.save(out / "model", {"trained_on": describe_data(settings, data), **steps})
        data.lexicon.to_json(out / "model" / "lexicon.json")
        run.finish(metrics, steps | {"processes": accelerator.num_processes} | data.facts(), settings)
        checkpoints.clear()
        accelerator.print(f"saved {out / 'model'}")
    accelerator.wait_for_everyone()
    accelerator.end_training()
    return metrics


def several_processes() -> bool:
    """Whether a launcher started this process as one of several."""
    return os.environ.get("WORLD_SIZE", "1") != "1"


def create_model(settings: TrainSettings) -> SRLCLIP:
    """The untrained model; without a contextualizer where no loss asks for one."""
    context = settings.contextualizer if settings.contextualized else replace(settings.contextualizer, layers=0)
    model = SRLCLIP.create(settings.base, settings.lora, context, tuning=settings.tuning)
    if not model.trainable_parameters():
        raise ValueError("nothing is left to train: tuning.image and tuning.text are frozen, the contextualizer is off")
    if settings.optim.checkpoint_activations:
        model.encoder.use_gradient_checkpointing()
    if settings.optim.compile:
        model.encoder.clip.vision_model.compile()
    return model


def create_optimiser(model: SRLCLIP, settings: OptimSettings) -> torch.optim.AdamW:
    """AdamW over the tuned weights; the contextualizer's are a group of their own where their rate is another.

    rate: what a group's learning rate is multiplied by, 1 where the group does not say.
    """
    weights: list = model.trainable_parameters()
    if settings.contextualizer_rate != 1 and model.contextualizer is not None:
        own = list(model.contextualizer.parameters())  # the last of them all
        weights = [{"params": weights[: -len(own)]}, {"params": own, "rate": settings.contextualizer_rate}]
        weights = [group for group in weights if group["params"]]
    # One kernel instead of a few for each of hundreds of tensors; on a CPU the usual one stays, bit for bit.
    fused = True if model.encoder.device.type == "cuda" else None
    return torch.optim.AdamW(weights, lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=fused)


def load_data(settings: TrainSettings, model: SRLCLIP, accelerator: Accelerator) -> tuple[TrainingData, TrainingData]:
    """Training and validation data; every process prepares a part of what is not cached yet."""
    d, main = settings.data, accelerator.is_main_process
    with accelerator.local_main_process_first():
        (clips, covered), (held, _) = load_split(d, "train", d.clips), load_split(d, "valid", d.valid_clips)
    accelerator.print(f"training data: {covered}")
    clips = draw_share(clips, d.share, settings.seed)
    processes = Processes(accelerator.process_index, accelerator.num_processes, accelerator.wait_for_everyone)
    data = TrainingData.prepare(settings, model.encoder, clips, progress=main, processes=processes, coverage=covered)
    valid = TrainingData.prepare(settings, model.encoder, held, data.lexicon, main, processes, sentences)
    for name, prepared in (("training", data), ("validation", valid)):
        accelerator.print(
            f"{len(prepared)} {name} clips ({len(prepared.skipped)} more without usable video, "
            f"{prepared.truncated} with captions shortened to fit)"
        )
    accelerator.print(f"{sum(p.numel() for p in model.trainable_parameters()):,} parameters to train")
    return data, valid


@dataclass(frozen=True)
class Step:
    """An optimiser step that was taken. step: its number, from 1. values: (T,), the terms of the loss, still on the device."""

    step: int
    learning_rate: float
    names: tuple[str, ...]
    values: torch.Tensor

    def terms(self) -> dict[str, float]:
        """The loss terms by name; waits for the device. Raises ValueError for a loss that is no number."""
        shown = dict(zip(self.names, self.values.tolist(), strict=True))
        if not math.isfinite(shown["total"]):
            raise ValueError(
                f"the loss is {shown['total']} at step {self.step}; lower optim.learning_rate, or use another optim.precision"
            )
        return shown


class Trainer:
    """Steps through the epochs, and where it stands. step: optimiser steps taken; per_epoch: those of an epoch."""

    def __init__(self, settings: TrainSettings, accelerator: Accelerator, model: SRLCLIP, wrapped: torch.nn.Module,
                 optimiser: torch.optim.Optimizer, data: TrainingData):  # fmt: skip
        self.settings, self.accelerator, self.data = settings, accelerator, data
        self.model, self.wrapped, self.optimiser = model, wrapped, optimiser
        self.step = 0
        self.per_epoch = math.ceil(data.steps() / settings.optim.accumulate)
        self.learning_rate = 0.0

    def epoch(self, epoch: int) -> Iterator[list[Step]]:
        """Take the epoch's remaining steps, and after each give those whose terms are to be read now.

        On a GPU these come READ_EVERY steps at a time: reading waits for the device, which then has nothing to do. All are
        there at the end of the epoch and where a checkpoint is due.
        """
        a, s = self.accelerator, self.settings
        accumulate, on_gpu = s.optim.accumulate, a.device.type == "cuda"
        every = read_every(a.device)
        first = self.step - (epoch - 1) * self.per_epoch
        place = (a.process_index, a.num_processes, first * accumulate)
        batches = self.data.batches(epoch, *place, workers=s.data.workers if on_gpu else 1, pinned=on_gpu)
        self.wrapped.train()
        name = f"epoch {epoch}/{self.settings.optim.epochs}"
        with tqdm(initial=first, total=self.per_epoch, desc=name, disable=not a.is_main_process) as bar:
            taken: list[Step] = []
            while window := list(islice(batches, accumulate)):
                taken.append(self._take_step(window))
                due = any(self.step % each == 0 for each in (every, s.checkpoint_every, self.per_epoch))
                if due:
                    shown = taken[-1].terms()
                    bar.set_postfix({name: f"{value:.3f}" for name, value in shown.items()}, refresh=False)
                bar.update()
                yield taken if due else []
                taken = [] if due else taken

    def _take_step(self, window: list[Batch]) -> Step:
        """One optimiser step on the mean loss of the window's batches."""
        a, s = self.accelerator, self.settings
        steps = self.per_epoch * s.optim.epochs
        self.learning_rate = s.optim.learning_rate * rate(self.step, steps, s)
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate * group.get("rate", 1.0)
        seen = []
        for i, batch in enumerate(window):
            # Dropout depends on where the run stands, not on how it got there: a resumed run draws the same.
            draws = np.random.SeedSequence([s.seed, 7, self.step, i, a.process_index]).generate_state(1)
            torch.manual_seed(int(draws[0]))
            with nullcontext() if i == len(window) - 1 else a.no_sync(self.wrapped):
                terms = batch_loss(self.wrapped, self.model, batch.to(a.device), self.data.words, s.loss, a)
                a.backward(terms["total"] / len(window))
            seen.append(torch.stack([value.detach() for value in terms.values()]))
        if s.optim.clip_norm:
            a.clip_grad_norm_(self.model.trainable_parameters(), s.optim.clip_norm)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.step += 1
        return Step(self.step, self.learning_rate, tuple(terms), torch.stack(seen).mean(0))

    def save(self, checkpoints: Checkpoints, metrics: dict[str, float]) -> None:
        """Write a checkpoint; every process calls it."""
        if self.accelerator.is_main_process:
            scaler = self.accelerator.scaler.state_dict() if self.accelerator.scaler is not None else None
            facts = {"metrics": metrics, "data": self.data.fingerprint, "clips": len(self.data), "scaler": scaler}
            checkpoints.save(self.step, self.model.trainable_parameters(), self.optimiser, facts)
        self.accelerator.wait_for_everyone()

    def resume(self, checkpoints: Checkpoints) -> tuple[int, dict[str, float]]:
        """Go back to the newest whole checkpoint: its step and the last validation; (0, {}) if there is none."""
        newest = checkpoints.newest()
        self.accelerator.wait_for_everyone()
        if newest is None:
            return 0, {}
        path, facts = newest
        if facts["data"] != self.data.fingerprint:
            raise CheckpointError(
                f"{path} was trained on other data ({facts['clips']} clips, now {len(self.data)}): clips or captions "
                "changed; bring them back, choose another --set out=... or delete the run folder"
            )
        checkpoints.restore(path, self.model.trainable_parameters(), self.optimiser)
        if facts["scaler"] is not None and self.accelerator.scaler is not None:
            self.accelerator.scaler.load_state_dict(facts["scaler"])
        self.step = facts["step"]
        self.accelerator.print(f"resumed at step {self.step} from {path}")
        return self.step, facts["metrics"]


def read_every(device: torch.device) -> int:
    """Steps between two looks at the loss."""
    return READ_EVERY if device.type == "cuda" else 1


def rate(step: int, steps: int, settings: TrainSettings) -> float:
    """Share of the learning rate at a step: linear warm-up, then constant, linear or cosine to zero."""
    o = settings.optim
    if step < o.warmup_steps:
        return (step + 1) / o.warmup_steps
    done = (step - o.warmup_steps) / max(1, steps - o.warmup_steps)
    if o.schedule == "linear":
        return 1 - done
    return 0.5 * (1 + math.cos(math.pi * min(1.0, done))) if o.schedule == "cosine" else 1.0


def describe_data(settings: TrainSettings, data: TrainingData) -> str:
    name = SOURCES[settings.data.source].title or Path(settings.data.root).name
    return f"{name}, {len(data)} clips, {settings.data.caption_style} captions"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Adapt CLIP with captions made from semantic role labels.")
    parser.add_argument("--config", default=str(CONFIG), help="JSON file of settings (see training/settings.py)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="override one setting, e.g. loss.video=0"
    )
    args = parser.parse_args(argv)
    try:
        settings = with_overrides(load_json(TrainSettings, args.config), args.set)
        check_used(settings, args.set)
        train(settings)
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    code = main()
    if several_processes():
        # gloo sometimes aborts while the interpreter takes its threads down, which would make a good run look failed.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    raise SystemExit(code)
