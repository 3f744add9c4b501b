"""Run by test_gather.py in two processes: the global loss and gradients of a linear model, written by rank 0."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import torch
from accelerate import Accelerator
from safetensors.torch import save_file
from torch.nn.functional import normalize

from srlclip.losses import total_loss
from srlclip.models.srlclip import Features
from training.recipe.data import Batch
from training.recipe.gather import gather_batch, gather_features, gather_rows
from training.settings import LossSettings


class Toy(torch.nn.Module):
    """Stands in for SRLCLIP: any function of the pixels that has every field of Features."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.frame, self.context = torch.nn.Linear(6, 8), torch.nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> Features:
        frames = normalize(self.frame(x), dim=-1)  # (B, E, F, D)
        events, video = normalize(frames.mean(2), dim=-1), normalize(frames.mean((1, 2)), dim=-1)
        return Features(
            frames, events, normalize(self.context(events), dim=-1), video, normalize(self.context(video), dim=-1)
        )


def data() -> Batch:
    """Four clips of three events; the first two clips share a caption, the later ones have more negatives."""
    g = torch.Generator().manual_seed(1)
    text = normalize(torch.randn(4, 3, 8, generator=g), dim=-1)
    ids = torch.arange(12).reshape(4, 3)
    text[1, 0], ids[1, 0] = text[0, 0], ids[0, 0]
    mask = torch.ones(4, 3, 4, dtype=torch.bool)
    mask[:2, :, 2:] = False
    wrong = normalize(torch.randn(4, 3, 4, 8, generator=g), dim=-1)
    pixels = torch.randn(4, 3, 2, 6, generator=g)
    return Batch(pixels, text, wrong, mask, ids, torch.zeros(4, 3, 4, dtype=torch.long), ("a", "b", "c", "d"), (4,))


def share(batch: Batch, sizes: tuple[int, ...], rank: int) -> Batch:
    """The rank's clips; one without any gets the first as a stand-in. Ranks may differ in how many negatives they hold."""
    start = sum(sizes[:rank])
    part = slice(start, start + sizes[rank]) if sizes[rank] else slice(0, 1)
    width = 2 if sizes == (2, 2) and rank == 0 else 4
    return Batch(
        batch.pixels[part], batch.text[part], batch.negatives[part][:, :, :width], batch.negatives_mask[part][:, :, :width],
        batch.caption_ids[part], batch.negative_ids[part], batch.clip_ids[part], sizes,
    )  # fmt: skip


def main(out: str, *cases: str) -> None:
    """cases: "2,2" for two clips of each rank; the loss and gradients of each are written to out/2,2.safetensors."""
    accelerator = Accelerator(cpu=True)
    for case in cases:
        model = Toy()
        wrapped = accelerator.prepare(model)
        batch = share(data(), tuple(map(int, case.split(","))), accelerator.process_index)
        features = gather_features(wrapped(batch.pixels), batch.sizes, accelerator)
        batch = gather_batch(batch, accelerator)
        texts = (batch.text, batch.negatives, batch.negatives_mask, batch.caption_ids)
        loss = total_loss(features, *texts, torch.tensor(20.0), SimpleNamespace(**vars(LossSettings())))["total"]
        accelerator.backward(loss)
        if accelerator.is_main_process:
            grads = {n.removeprefix("module."): p.grad for n, p in wrapped.named_parameters()}
            ranks = torch.tensor(accelerator.num_processes)
            save_file({"loss": loss.detach(), "ranks": ranks, **grads}, f"{out}/{case}.safetensors")
    own = torch.full((1 + 2 * accelerator.process_index, 2), float(accelerator.process_index))
    rows = gather_rows(own, accelerator)
    assert rows[:, 0].tolist() == ([0.0] if accelerator.num_processes == 1 else [0.0, 1.0, 1.0, 1.0])
    accelerator.wait_for_everyone()  # a rank that leaves early takes the others' connections with it
    accelerator.end_training()


if __name__ == "__main__":
    main(*sys.argv[1:])
    # torch 2.13's gloo sometimes aborts while the interpreter takes its threads down; what is tested is written by now.
    os._exit(0)
