"""Which text each event is trained on: the SRL prompts of the paper, or one of the controls, and their hard negatives."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from srlclip import negatives, prompts
from srlclip.config import LossSettings
from srlclip.lexicon import Lexicon
from srlclip.situations import Event, Situation

#: Controls that need more than one event or clip: captions moved to another clip; a clip's captions in another order;
#: alt text of the kind that the base model was trained on (SynSitu only).
CLIP_STYLES = ("shuffled_clips", "shuffled_events", "sparse")
STYLES = (*prompts.STYLES, *CLIP_STYLES)
#: Verb-role negatives are captions in the same style; they exist where verb and roles can be told.
NEGATIVE_STYLES = ("srl", "natural", "shuffled_clips", "shuffled_events")


@dataclass(frozen=True)
class ClipTexts:
    """One clip's training texts. captions: E texts. negatives: E tuples of up to N_vr texts. dropped: roles cut to fit."""

    captions: tuple[str, ...]
    negatives: tuple[tuple[str, ...], ...]
    dropped: int = 0


def clip_texts(
    situations: Sequence[Situation],
    style: str,
    lexicon: Lexicon,
    loss: LossSettings,
    count_tokens: Callable[[str], int],
    limit: int,
    seed: int,
) -> list[ClipTexts]:
    """Texts for every clip, depending on (seed, clip id) alone. Raises ValueError for an unknown style."""
    if style not in STYLES:
        raise ValueError(f"data.caption_style is {style!r}; allowed: {', '.join(STYLES)}")
    base = "srl" if style in CLIP_STYLES else style
    out = []
    for situation in situations:
        rng = np.random.default_rng([seed, zlib.crc32(situation.clip_id.encode())])
        if style == "sparse":
            out.append(ClipTexts(_sparse(situation, rng), tuple(() for _ in situation.events)))
            continue
        fitted = [prompts.fit(event, base, count_tokens, limit, rng) for event in situation.events]
        wrong = [
            _negatives(event, lexicon, loss, base, rng) if style in NEGATIVE_STYLES else ()
            for event in situation.events
        ]
        order = list(range(len(fitted)))
        if style == "shuffled_events":
            order = [int(i) for i in rng.permutation(len(fitted))]
        out.append(
            ClipTexts(
                tuple(fitted[i].text for i in order),
                tuple(wrong[i] for i in order),
                sum(c.dropped_roles for c in fitted),
            )
        )
    if style == "shuffled_clips":
        out = _derange(out, np.random.default_rng([seed, 17]))
    return out


def _negatives(
    event: Event, lexicon: Lexicon, loss: LossSettings, style: str, rng: np.random.Generator
) -> tuple[str, ...]:
    if not loss.verb_role_negatives:
        return ()
    return tuple(c.text for c in negatives.verb_role(event, lexicon, loss.verb_role_negatives, rng, style))


def _sparse(situation: Situation, rng: np.random.Generator) -> tuple[str, ...]:
    from srlclip.synsitu.sample import script_of
    from srlclip.synsitu.texts import sparse

    try:
        script = script_of(situation.clip_id)
    except ValueError as error:
        raise ValueError(f'data.caption_style "sparse" is alt text of SynSitu clips only: {error}') from None
    return tuple(sparse(script, k, rng, verb_share=0.1) for k in range(len(script.events)))


def _derange(texts: list[ClipTexts], rng: np.random.Generator) -> list[ClipTexts]:
    """Give every clip another clip's texts, among clips with as many events."""
    out = list(texts)
    for count in {len(t.captions) for t in texts}:
        index = [i for i, t in enumerate(texts) if len(t.captions) == count]
        mixed = rng.permutation(len(index))
        for a, b in zip(mixed, np.roll(mixed, 1), strict=True):
            out[index[a]] = texts[index[b]]
    return out
