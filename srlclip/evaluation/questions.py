"""What is asked of a set of labelled clips: queries per event and clip, and hard negatives by kind. Text only.

Nothing here is in the training template: sentences are natural (SynSitu's own grammars, or the rule-made sentence).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from srlclip.language import negatives, prompts
from srlclip.language.english import third_person
from srlclip.language.lexicon import Lexicon
from srlclip.situations import Caption, Event, Situation

#: Verb-role negatives per event in the one-of-five choice, and probes per kind and event.
CHOICES, PROBES = 4, 2


@dataclass(frozen=True)
class Questions:
    """G clips. events: per clip a sentence per event. clips: per clip one text that tells two or three of its events.

    true: per clip and event the sentence that the negatives change. negatives: per clip and event, tagged by kind.
    verbs: VerbIDs and the sentence that stands for each (zero-shot verb classification).
    """

    events: tuple[tuple[str, ...], ...]
    clips: tuple[str, ...]
    true: tuple[tuple[str, ...], ...]
    negatives: tuple[tuple[tuple[Caption, ...], ...], ...]
    verbs: tuple[tuple[str, str], ...]

    def texts(self) -> list[str]:
        """Every distinct text, sorted."""
        every = {t for row in (*self.events, *self.true) for t in row} | set(self.clips) | {t for _, t in self.verbs}
        every |= {c.text for clip in self.negatives for event in clip for c in event}
        return sorted(every)


def ask(
    situations: Sequence[Situation], lexicon: Lexicon, seed: int = 0, kinds: Sequence[str] = negatives.KINDS
) -> Questions:
    """Questions for labelled clips, depending on (seed, clip id) alone."""
    rows = [_one(s, lexicon, np.random.default_rng([seed, zlib.crc32(s.clip_id.encode())]), kinds) for s in situations]
    verbs = tuple((v, _verb_sentence(lexicon.verb(v), v)) for v in lexicon.annotated or lexicon.verbs)
    events, clips, true, wrong = (tuple(column) for column in zip(*rows, strict=True))
    return Questions(events=events, clips=clips, true=true, negatives=wrong, verbs=verbs)


def _one(s: Situation, lexicon: Lexicon, rng: np.random.Generator, kinds: Sequence[str]):
    sentence, story = _speaker(s)
    # A verb-role negative may read like another event of the clip and is then dropped: some more are drawn than needed.
    most = {kind: {"natural": len(s.events), "verb_role": 2 * CHOICES}.get(kind, PROBES) for kind in kinds}
    wrong = tuple(_chosen(negatives.build(event, s, 100, lexicon, kinds, rng, "natural", most)) for event in s.events)
    true = tuple(prompts.caption(event, "natural").text for event in s.events)
    return tuple(sentence(k, rng) for k in range(len(s.events))), story(rng), true, wrong


def _chosen(captions: Sequence[Caption]) -> tuple[Caption, ...]:
    """All of them but verb-role negatives after the first CHOICES."""
    verbs = [c for c in captions if c.kind == "verb_role"][:CHOICES]
    return tuple(c for c in captions if c.kind != "verb_role" or any(c is v for v in verbs))


def _speaker(s: Situation) -> tuple[Callable[[int, np.random.Generator], str], Callable[[np.random.Generator], str]]:
    """How a clip's events are put into queries: by SynSitu's own grammars if it is one of its clips, else by rule."""
    from srlclip.synsitu import texts
    from srlclip.synsitu.sample import script_of

    try:
        script = script_of(s.clip_id)
    except ValueError:
        plain = [prompts.caption(event, "natural").text for event in s.events]

        def story(rng: np.random.Generator) -> str:
            count = min(len(plain), int(rng.integers(2, 4)))
            return " ".join(plain[i] for i in sorted(rng.choice(len(plain), size=count, replace=False)))

        return lambda k, rng: plain[k], story
    return lambda k, rng: texts.natural(script, k, rng), lambda rng: texts.clip_query(script, rng)[0]


def _verb_sentence(verb: str, verb_id: str) -> str:
    return f"someone {third_person(Event(verb, verb_id).lemma)}"
