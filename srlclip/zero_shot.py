"""SRL captions from a contrastive model alone: rank verbs by prompt, then each role's fillers from the vocabulary.

CLIP does not caption. This decoder only asks it which prompt fits an event best, so what it can say is what the
lexicon holds. A trained captioner is another thing (see README).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import prompts
from .lexicon import Lexicon
from .situations import Event, Role

DECODER = (
    "zero-shot: verbs ranked by their prompt, then for each role the best filler of the vocabulary, "
    "given the verb and the roles before it"
)
#: How many candidates are compared: the most frequent verbs and fillers, and how many fillers reach the second look.
VERBS, FILLERS, SHORTLIST = 300, 250, 16


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
    event: np.ndarray, lexicon: Lexicon, embed: Callable[[list[str]], np.ndarray], scale: float, keep: int = 5
) -> Reading:
    """event: (D,), L2-normalised. embed: texts -> (N, D). scale: CLIP's temperature as a factor on cosines."""
    verb_ids = lexicon.verbs[:VERBS]
    shares = _softmax(scale * embed([_prompt(lexicon, v, ()) for v in verb_ids]) @ event)
    best = np.argsort(-shares, kind="stable")[:keep]
    verb = verb_ids[int(best[0])]
    chosen: list[Role] = []
    fillers: dict[str, Guess] = {}
    for key, name in lexicon.roles(verb):
        candidates = lexicon.fillers(key, limit=FILLERS)
        if not candidates:
            continue
        alone = embed([_prompt(lexicon, verb, (Role(key, name, c),)) for c in candidates]) @ event
        short = np.argsort(-alone, kind="stable")[:SHORTLIST]
        # The second look tells who does what to whom: candidates are compared inside the caption read so far.
        texts = [_prompt(lexicon, verb, (*chosen, Role(key, name, candidates[int(i)]))) for i in short]
        together = _softmax(scale * embed(texts) @ event)
        top = int(np.argmax(together))
        text = candidates[int(short[top])]
        fillers[key] = Guess(text, float(together[top]))
        chosen.append(Role(key, name, text))
    return Reading(tuple((verb_ids[int(i)], float(shares[i])) for i in best), fillers)


def sentence(reading: Reading, lexicon: Lexicon) -> str:
    """The reading as one natural sentence."""
    verb = reading.verbs[0][0]
    roles = tuple(Role(k, n, reading.fillers[k].text) for k, n in lexicon.roles(verb) if k in reading.fillers)
    return prompts.caption(Event(lexicon.verb(verb), verb, roles), "natural").text


def _prompt(lexicon: Lexicon, verb_id: str, roles: tuple[Role, ...]) -> str:
    return prompts.caption(Event(lexicon.verb(verb_id), verb_id, roles), "srl").text


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max())
    return shifted / shifted.sum()
