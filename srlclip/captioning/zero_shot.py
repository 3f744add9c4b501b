"""SRL captions from a contrastive model alone: whole prompts are compared, nothing is generated.

CLIP does not caption. This decoder only asks it which prompt fits an event best, so what it can say is what the
lexicon holds. A trained captioner is another thing (see README). Prompts are always complete, because a verb alone or
a single role is not what either tower was trained on:

1. Verbs, and roles with few candidates (direction, manner, scene in a small world), are ranked by prompt ensembles: the
   mean embedding of prompts that share the candidate and have random fillers elsewhere.
2. Every other role starts with its most frequent filler; then each in turn takes the filler that fits best inside the
   whole prompt, until nothing changes or SWEEPS are done.
"""

from __future__ import annotations

import numpy as np

from srlclip.captioning.ensembles import Ensembles, prompt
from srlclip.captioning.readings import Guess, Reading
from srlclip.situations import Role

DECODER = (
    "zero-shot: verbs (and roles with few candidates) ranked by ensembles of prompts, then each role takes the filler of "
    "the vocabulary that fits best inside the whole prompt"
)
CONFIDENCE = "softmax share over the candidates"
#: Candidates: the most frequent verbs and fillers per role; how many of those are looked at again after the first sweep.
VERBS, FILLERS, SHORTLIST, SWEEPS = 300, 250, 24, 4
#: Prompts in all for the ensembles of one choice, the most per candidate, and what counts as few candidates.
ENSEMBLE, MEMBERS, FEW = 1200, 32, 16


def constants() -> tuple[int, ...]:
    """What the decoder's readings depend on besides models and lexicon: for caches of readings."""
    return VERBS, FILLERS, SHORTLIST, SWEEPS, ENSEMBLE, MEMBERS, FEW


def read_event(
    event: np.ndarray, ensembles: Ensembles, scale: float, verb: str | None = None, keep: int = 5
) -> Reading:
    """event: (D,), L2-normalised. ensembles: of the lexicon and the text tower. scale: CLIP's temperature as a factor on
    cosines.

    verb: a VerbID whose roles are read instead of the best verb's (the verbs are ranked all the same).
    """
    verb_ids = ensembles.lexicon.verbs[:VERBS]
    size = max(1, min(MEMBERS, ENSEMBLE // len(verb_ids)))
    shares = _softmax(scale * (ensembles.verbs(VERBS, size, FILLERS) @ event))
    order = np.argsort(-shares, kind="stable")[:keep]
    verbs = tuple((verb_ids[int(i)], float(shares[i])) for i in order)
    return Reading(verbs, _read_roles(event, verb or verbs[0][0], ensembles, scale))


def _read_roles(event: np.ndarray, verb: str, ensembles: Ensembles, scale: float) -> dict[str, Guess]:
    """The fillers of a verb's roles."""
    lexicon = ensembles.lexicon
    pools = {k: f for k, _ in lexicon.roles(verb) if (f := lexicon.fillers(k, limit=FILLERS))}
    names = {k: n for k, n in lexicon.roles(verb) if k in pools}
    chosen = {k: pools[k][0] for k in names}
    guesses: dict[str, Guess] = {}

    def take(key: str, candidates: tuple[str, ...], vectors: np.ndarray) -> tuple[str, ...]:
        cosines = vectors @ event
        order = np.argsort(-cosines, kind="stable")
        chosen[key] = candidates[int(order[0])]
        guesses[key] = Guess(chosen[key], float(_softmax(scale * cosines)[order[0]]))
        return tuple(candidates[int(i)] for i in order[:SHORTLIST])

    few = [k for k in names if len(pools[k]) <= FEW]
    for key in few:
        take(key, pools[key], ensembles.fillers(verb, key, pools[key], MEMBERS // 2, FILLERS))
    many = sorted((k for k in names if k not in few), key=lambda k: len(pools[k]))
    for _ in range(SWEEPS):
        before = dict(chosen)
        for key in many:
            others = {k: Role(k, n, chosen[k]) for k, n in names.items()}
            texts = [
                prompt(lexicon, verb, tuple((others | {key: Role(key, names[key], c)}).values())) for c in pools[key]
            ]
            pools[key] = take(key, pools[key], ensembles.embed(texts))
        if chosen == before:
            break
    return {k: guesses[k] for k in names}


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max())
    return shifted / shifted.sum()
