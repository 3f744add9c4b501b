"""Which text each event is trained on: the SRL prompts of the paper, or one of the controls, and their hard negatives."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from srlclip.language import negatives, prompts
from srlclip.language.lexicon import Lexicon
from srlclip.models.checkpoints import resolve_bundled
from srlclip.situations import Caption, Event, Situation
from training.settings import LossSettings

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
    shares: tuple[float, float] = (0.1, 0.3),
) -> list[ClipTexts]:
    """Texts for every clip, depending on (seed, clip id) alone. Raises ValueError for an unknown style.

    shares: how often sparse alt text names the action and a colour, see sparse_shares.
    """
    if style not in STYLES:
        raise ValueError(f"data.caption_style is {style!r}; allowed: {', '.join(STYLES)}")
    base = "srl" if style in CLIP_STYLES else style
    out = []
    for situation in situations:
        rng = np.random.default_rng([seed, zlib.crc32(situation.clip_id.encode())])
        if style == "sparse":
            out.append(ClipTexts(_sparse(situation, rng, shares), tuple(() for _ in situation.events)))
            continue
        fitted = [prompts.fit(event, base, count_tokens, limit, rng) for event in situation.events]

        def fit(event: Event, style: str) -> Caption:
            return prompts.fit(event, style, count_tokens, limit)

        wrong = [
            _negatives(event, lexicon, loss, base, rng, fit) if style in NEGATIVE_STYLES else ()
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
    event: Event,
    lexicon: Lexicon,
    loss: LossSettings,
    style: str,
    rng: np.random.Generator,
    fit: negatives.Render,
) -> tuple[str, ...]:
    """Cut to the text tower's limit as the true caption is: else the two would also differ in what the tower reads."""
    if not loss.verb_role_negatives:
        return ()
    return tuple(c.text for c in negatives.verb_role(event, lexicon, loss.verb_role_negatives, rng, style, fit))


def sparse_shares(base: str) -> tuple[float, float]:
    """How often the base's own alt text named the action and a colour: its run.json says so, else the mini base's.

    The control for mere extra training has to look like what the base was trained on.
    """
    folder = resolve_bundled(base) or Path(base)
    try:
        settings = json.loads((folder / "run.json").read_text("utf-8"))["settings"]
        return float(settings["verb_share"]), float(settings["colour_share"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0.1, 0.3


def _sparse(situation: Situation, rng: np.random.Generator, shares: tuple[float, float]) -> tuple[str, ...]:
    from srlclip.synsitu.sample import script_of
    from srlclip.synsitu.texts import sparse

    try:
        script = script_of(situation.clip_id)
    except ValueError as error:
        raise ValueError(f'data.caption_style "sparse" is alt text of SynSitu clips only: {error}') from None
    return tuple(sparse(script, k, rng, *shares) for k in range(len(script.events)))


def _derange(texts: list[ClipTexts], rng: np.random.Generator) -> list[ClipTexts]:
    """Give every clip another clip's texts, among clips with as many events."""
    out = list(texts)
    for count in {len(t.captions) for t in texts}:
        index = [i for i, t in enumerate(texts) if len(t.captions) == count]
        mixed = rng.permutation(len(index))
        for a, b in zip(mixed, np.roll(mixed, 1), strict=True):
            out[index[a]] = texts[index[b]]
    return out
