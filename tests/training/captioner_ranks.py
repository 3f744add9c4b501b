"""Run by test_captioner_training.py in one and in two processes: losses and gradients of every batch of an epoch."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from safetensors.torch import save_file

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from srlclip.captioning.captioner import Captioner
from srlclip.captioning.vocabulary import Vocabulary
from srlclip.config import CaptionerSettings
from srlclip.language.lexicon import VerbEntry
from srlclip.situations import Event, Role, Situation
from training.captioner import loss_terms
from training.captioning.data import CaptionerData, fillers

DIM = 8
VERBS = ("push.01", "sit.01")


def event(verb: str, *texts: str) -> Event:
    keys = ("Arg0", "Arg1", "AScn")
    return Event(verb.split(".")[0], verb, tuple(Role(k, k, t) for k, t in zip(keys, texts, strict=False)))


#: Fillers of unequal number and length, a verb that the captioner does not know, events and a whole clip without fillers.
CLIPS = (
    (event("push.01", "man", "a red box in a street"), event("sit.01")),
    (event("sit.01", "woman"), event("fly.01", "-", "box")),
    (event("push.01"), event("push.01", "man in shirt", "box", "street")),
    (event("sit.01"),),
    (event("push.01", "a", "b", "c"), event("sit.01", "red man")),
)


def data() -> CaptionerData:
    """Clips of two events in batches of three and one, and one clip of one event."""
    situations = [Situation(f"clip{i}", None, events) for i, events in enumerate(CLIPS)]
    random = np.random.default_rng(0)
    frames = {s.clip_id: random.standard_normal((len(s.events), 2, DIM)).astype(np.float32) for s in situations}
    return CaptionerData(situations, frames, None, [], "", 0, 3)


def captioner() -> Captioner:
    torch.manual_seed(0)
    settings = CaptionerSettings(
        width=16, layers=1, heads=2, feedforward=2.0, dropout=0.0, max_words=5, max_events=2, max_frames=2
    )
    words = Vocabulary.from_texts(text for events in CLIPS for e in events for text in fillers(e).values())
    return Captioner(DIM, settings, [VerbEntry(v, v, (), 1) for v in VERBS], words)


def main(out: str) -> None:
    AcceleratorState._reset_state()
    a, clips, head = Accelerator(cpu=True), data(), captioner()
    wrapped = a.prepare(head).train()
    found: dict[str, torch.Tensor] = {}
    for i, batch in enumerate(clips.batches(1, head, a.process_index, a.num_processes)):
        terms = loss_terms(head, wrapped, batch, a)
        a.backward(torch.stack(list(terms.values())).sum())
        found |= {f"{i}.loss.{k}": a.reduce(v.detach(), "mean") for k, v in terms.items()}
        found |= {f"{i}.grad.{n}": p.grad.clone() for n, p in head.named_parameters()}
        head.zero_grad()
    if a.is_main_process:
        save_file(found, f"{out}/{a.num_processes}.safetensors")
    a.wait_for_everyone()  # a rank that leaves early takes the others' connections with it
    a.end_training()


if __name__ == "__main__":
    main(*sys.argv[1:])
    # torch 2.13's gloo sometimes aborts while the interpreter takes its threads down; what is tested is written by now.
    os._exit(0)
