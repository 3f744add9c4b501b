"""SRL captions from a contrastive model alone: whole prompts are compared, nothing is generated.

CLIP does not caption. This decoder only asks it which prompt fits an event best, so what it can say is what the
lexicon holds. A trained captioner is another thing (see README). Prompts are always complete, because a verb alone or
a single role is not what either tower was trained on:

1. Verbs are ranked by prompt ensembles: the mean embedding of a verb's prompts with random fillers from the lexicon.
2. Every role starts with its most frequent filler; then each role in turn takes the filler that fits best inside the
   whole prompt, until nothing changes or SWEEPS are done.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import prompts
from .lexicon import Lexicon
from .situations import Event, Role

DECODER = (
    "zero-shot: verbs ranked by ensembles of prompts, then each role takes the filler of the vocabulary that fits best "
    "inside the whole prompt"
)
#: Candidates: the most frequent verbs, prompts in all for their ensembles, fillers per role, and how many of those are
#: looked at again after the first sweep.
VERBS, ENSEMBLE, FILLERS, SHORTLIST, SWEEPS = 300, 1200, 250, 24, 4
Embed = Callable[[list[str]], np.ndarray]


@dataclass(frozen=True)
class Guess:
    """A value and its softmax share over the candidates it was chosen from."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Reading:
    """One event as a model reads it. verbs: best first, (verb_id, share). fillers: role key -> Guess."""

    verbs: tuple[tuple[str, float], ...]
    fillers: dict[str, Guess]


def read_event(
    event: np.ndarray, lexicon: Lexicon, embed: Embed, scale: float, verb: str | None = None, keep: int = 5
) -> Reading:
    """event: (D,), L2-normalised. embed: texts -> (N, D). scale: CLIP's temperature as a factor on cosines.

    verb: a VerbID whose roles are read instead of the best verb's (the verbs are ranked all the same).
    """
    verb_ids = lexicon.verbs[:VERBS]
    size = max(1, min(32, ENSEMBLE // len(verb_ids)))
    cosines = np.array([prototype(v, lexicon, embed, size) @ event for v in verb_ids])
    shares = _softmax(scale * cosines)
    order = np.argsort(-shares, kind="stable")[:keep]
    verbs = tuple((verb_ids[int(i)], float(shares[i])) for i in order)
    return Reading(verbs, _read_roles(event, verb or verbs[0][0], lexicon, embed, scale))


def prototype(verb: str, lexicon: Lexicon, embed: Embed, prompts_per_verb: int) -> np.ndarray:
    """(D,), L2-normalised mean of the verb's prompts with random fillers; the same at every call."""
    rng = np.random.default_rng(zlib.crc32(verb.encode()))
    pools = [(k, n, lexicon.fillers(k, limit=FILLERS)) for k, n in lexicon.roles(verb)]
    texts = [
        _prompt(lexicon, verb, tuple(Role(k, n, f[int(rng.integers(len(f)))]) for k, n, f in pools if f))
        for _ in range(prompts_per_verb)
    ]
    mean = embed(texts).mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-12)


def _read_roles(event: np.ndarray, verb: str, lexicon: Lexicon, embed: Embed, scale: float) -> dict[str, Guess]:
    """The fillers of a verb's roles."""
    pools = {k: lexicon.fillers(k, limit=FILLERS) for k, _ in lexicon.roles(verb)}
    names = {k: n for k, n in lexicon.roles(verb) if pools[k]}
    chosen = {k: pools[k][0] for k in names}
    guesses: dict[str, Guess] = {}

    def compare(key: str, candidates: tuple[str, ...]) -> np.ndarray:
        texts = [
            _prompt(lexicon, verb, tuple(Role(k, n, c if k == key else chosen[k]) for k, n in names.items()))
            for c in candidates
        ]
        return embed(texts) @ event

    short: dict[str, tuple[str, ...]] = {}
    for sweep in range(SWEEPS):
        before = dict(chosen)
        for key in sorted(names, key=lambda k: len(pools[k])):  # surest first: few scenes, many people
            candidates = pools[key] if sweep == 0 else short[key]
            cosines = compare(key, candidates)
            order = np.argsort(-cosines, kind="stable")
            short[key] = tuple(candidates[int(i)] for i in order[:SHORTLIST])
            shares = _softmax(scale * cosines)
            chosen[key] = candidates[int(order[0])]
            guesses[key] = Guess(chosen[key], float(shares[order[0]]))
        if chosen == before:
            break
    return {k: guesses[k] for k in names}


def sentence(reading: Reading, lexicon: Lexicon) -> str:
    """The reading as one natural sentence: the best verb with what was read for those of its roles that were asked."""
    verb = reading.verbs[0][0]
    roles = tuple(Role(k, n, reading.fillers[k].text) for k, n in lexicon.roles(verb) if k in reading.fillers)
    return prompts.caption(Event(lexicon.verb(verb), verb, roles), "natural").text


def _prompt(lexicon: Lexicon, verb_id: str, roles: tuple[Role, ...]) -> str:
    return prompts.caption(Event(lexicon.verb(verb_id), verb_id, roles), "srl").text


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max())
    return shifted / shifted.sum()
