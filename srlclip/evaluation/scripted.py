"""What a tower knows of clips of SynSitu whose scripts are at hand: facts by pairs of sentences, scenes, retrieval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from srlclip.evaluation.metrics.ranking import ranks
from srlclip.evaluation.towers import Observations
from srlclip.synsitu import texts
from srlclip.synsitu.minimal_pairs import MinimalPair, minimal_pairs
from srlclip.synsitu.world import SCENES, ClipScript

#: What a base like CLIP knows of a picture, and adaptation may spoil.
THINGS = ("scene", "kind", "colour", "prop")


def of_two(
    pairs: Sequence[MinimalPair], fact: str, events: np.ndarray, vectors: Mapping[str, np.ndarray]
) -> Observations:
    """Whether the true sentence of each of the fact's pairs is the nearer one; ties lose.

    events: (G, E, D); vectors: sentence -> (D,), both L2-normalised.
    """
    asked = [pair for pair in pairs if pair.fact == fact]
    shown = np.array([events[pair.clip, pair.event] for pair in asked]).reshape(len(asked), events.shape[-1])
    true, false = (
        (shown * np.array([vectors[s] for s in side]).reshape(shown.shape)).sum(-1)
        for side in ([pair.true for pair in asked], [pair.false for pair in asked])
    )
    reason = "" if asked else "none of the clips has a pair"
    return Observations(true > false, np.array([pair.clip for pair in asked], int), reason=reason)


@dataclass(frozen=True)
class ScriptQuestions:
    """What is asked of G scripts. events: per clip a sentence per event. clips: per clip a text that tells two or three of its
    events. scenes: (G,) places in SCENES."""

    pairs: tuple[MinimalPair, ...]
    events: tuple[tuple[str, ...], ...]
    clips: tuple[str, ...]
    scenes: np.ndarray

    @classmethod
    def of(cls, scripts: Sequence[ClipScript]) -> ScriptQuestions:
        """Depends on the scripts alone: which words are said derives from each one's look."""
        dice = [np.random.default_rng([script.look, 23]) for script in scripts]
        events = [
            tuple(texts.natural(s, k, rng) for k in range(len(s.events))) for s, rng in zip(scripts, dice, strict=True)
        ]
        clips = [texts.clip_query(script, rng)[0] for script, rng in zip(scripts, dice, strict=True)]
        pairs = tuple(pair for pair in minimal_pairs(scripts) if pair.fact in THINGS)
        return cls(pairs, tuple(events), tuple(clips), np.array([SCENES.index(script.scene) for script in scripts]))

    def texts(self) -> list[str]:
        """Every distinct text, sorted."""
        of_pairs = {sentence for pair in self.pairs for sentence in (pair.true, pair.false)}
        return sorted({*of_pairs, *self.clips, *texts.scene_labels(), *(t for row in self.events for t in row)})

    def observe(
        self, events: np.ndarray, clips: np.ndarray, vectors: Mapping[str, np.ndarray]
    ) -> dict[str, Observations]:
        """events: (G, E, D); clips: (G, D); vectors: text -> (D,), all L2-normalised. Ties lose in all but the scene."""
        count, per_clip, dim = events.shape
        flat, owner = events.reshape(-1, dim), np.repeat(np.arange(count), per_clip)
        named = (flat @ np.stack([vectors[text] for text in texts.scene_labels()]).T).argmax(-1)
        sentences = np.stack([vectors[text] for row in self.events for text in row])
        stories = np.stack([vectors[text] for text in self.clips])
        return {
            "scene, zero-shot": Observations(named == self.scenes[owner], owner),
            **{f"pairs: {fact}": of_two(self.pairs, fact, events, vectors) for fact in THINGS},
            "event R@1": Observations(ranks(sentences @ flat.T) == 1, owner),
            "clip R@1": Observations(ranks(stories @ clips.T) == 1, np.arange(count)),
        }
