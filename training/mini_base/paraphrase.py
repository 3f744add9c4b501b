"""Text of SynSitu for the mini base's tokenizer and text tower: paraphrase pairs with near misses, and a probe of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from torch import Tensor

from srlclip.language import prompts
from srlclip.synsitu import texts
from srlclip.synsitu.labels import situation
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.world import OPPOSITE


def pairs(rng: np.random.Generator, clips: int, groups: int, variants: int) -> tuple[list[str], list[str]]:
    """Two wordings each of `groups` events of the pretraining split and of up to variants - 1 near misses of each."""
    first, second = [], []
    for _ in range(groups):
        script = sample_clip("pretrain", int(rng.integers(clips)))
        event = script.events[int(rng.integers(len(script.events)))]
        for variant, changed in texts.variants(script, event, variants, rng):
            first.append(texts.tell(variant, changed, rng))
            second.append(
                texts.tell(variant, changed, rng) if rng.random() < 0.5 else texts.listing(variant, changed, rng)
            )
    return first, second


def probe(embed: Callable[[list[str]], Tensor], clips: int = 150, rows: int = 150) -> dict[str, float]:
    """Unseen events: is a paraphrase nearer than the paraphrase of a minimally changed event (percent, chance 50)?

    order: agent and patient exchanged; template: the same, asked with a role-by-role listing. embed: texts -> (N, D).
    """
    rng = np.random.default_rng(5)
    asked: dict[str, list[tuple[str, str, str]]] = {"order": [], "direction": [], "manner": [], "template": []}

    def ask(name: str, first: str, right: str, wrong: str) -> None:
        if len(asked[name]) < rows:
            asked[name].append((first, right, wrong))

    for i in range(clips):
        script = sample_clip("valid", i)
        for event in script.events:
            a, b = texts.tell(script, event, rng), texts.tell(script, event, rng)
            if event.patient is not None:
                wrong = texts.tell(script, replace(event, agent=event.patient, patient=event.agent), rng)
                ask("order", a, b, wrong)
                ask("template", texts.listing(script, event, rng), b, wrong)
            if event.direction:
                ask("direction", a, b, texts.tell(script, replace(event, direction=OPPOSITE[event.direction]), rng))
            if event.manner:
                ask("manner", a, b, texts.tell(script, replace(event, manner=OPPOSITE[event.manner]), rng))
    out = {}
    for name, triples in asked.items():
        a, b, c = (embed([t[i] for t in triples]) for i in range(3))
        out[name] = 100 * float(((a * b).sum(-1) > (a * c).sum(-1)).float().mean())
    return out


def corpus(clips: int, seed: int) -> Iterator[str]:
    """Sentences of every kind that the models will read, the SRL template included, for the tokenizer's merges only."""
    rng = np.random.default_rng([seed, 1])
    for i in range(clips):
        script = sample_clip("pretrain", i)
        for k, event in enumerate(situation(script).events):
            yield texts.natural(script, k, rng)
            yield texts.sparse(script, k, rng, 0.5)
            yield texts.listing(script, script.events[k], rng)
            yield prompts.caption(event, "srl").text
