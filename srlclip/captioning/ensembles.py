"""Prompt ensembles of a zero-shot captioner: mean embeddings of prompts that share a verb or a filler, each made once.

They depend on the lexicon and the text tower alone, never on a clip, so that the second event finds them in memory.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np

from srlclip.language import prompts
from srlclip.language.lexicon import Lexicon
from srlclip.pooling import pooled
from srlclip.situations import Event, Role

#: Texts -> (N, D), L2-normalised.
Embed = Callable[[list[str]], np.ndarray]


class Ensembles:
    """embed: texts -> (N, D), L2-normalised, always the same for a text. Safe for threads: what two make at once is equal."""

    def __init__(self, lexicon: Lexicon, embed: Embed):
        self.lexicon, self.embed = lexicon, embed
        self._made: dict[tuple, np.ndarray] = {}

    def verbs(self, count: int, members: int, fillers: int) -> np.ndarray:
        """(V, D), L2-normalised, of the `count` most frequent verbs. members: prompts each; fillers: how many of the most
        frequent of a role are drawn from."""
        key = ("verbs", count, members, fillers)
        if key not in self._made:
            verbs = self.lexicon.verbs[:count]
            texts = [text for verb in verbs for text in self._contexts(verb, members, fillers)]
            self._made[key] = pooled(self.embed(texts).reshape(len(verbs), members, -1))
        return self._made[key]

    def fillers(self, verb: str, role: str, candidates: Sequence[str], members: int, fillers: int) -> np.ndarray:
        """(C, D), L2-normalised, one for each candidate of a verb's role. members, fillers: as of verbs."""
        key = (verb, role, tuple(candidates), members, fillers)
        if key not in self._made:
            texts = [text for c in candidates for text in self._contexts(verb, members, fillers, role, c)]
            self._made[key] = pooled(self.embed(texts).reshape(len(candidates), members, -1))
        return self._made[key]

    def _contexts(self, verb: str, members: int, fillers: int, role: str = "", candidate: str = "") -> list[str]:
        """Prompts of a verb with random fillers, the same at every call; `role`, if given, always has the candidate."""
        rng = np.random.default_rng(zlib.crc32(verb.encode()))
        pools = [(k, n, f) for k, n in self.lexicon.roles(verb) if (f := self.lexicon.fillers(k, limit=fillers))]
        drawn = [[(k, n, f[int(rng.integers(len(f)))]) for k, n, f in pools] for _ in range(members)]
        return [
            prompt(self.lexicon, verb, tuple(Role(k, n, candidate if k == role else t) for k, n, t in row))
            for row in drawn
        ]


def prompt(lexicon: Lexicon, verb_id: str, roles: tuple[Role, ...]) -> str:
    """The caption, in the style that training uses, of a verb with filled roles."""
    return prompts.caption(Event(lexicon.verb(verb_id), verb_id, roles), "srl").text
