"""From a clip, an event and a text to an Explanation. Comparison.explain is the facade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from srlclip.explain.parts import Part, chosen_part, phrase_parts, role_parts, verb_forms, word_parts
from srlclip.explain.results import Box, Explanation, Maps, PartChange, WordWeight
from srlclip.explain.shares import frame_shares
from srlclip.explain.words import word_maps
from srlclip.language.english import normalise
from srlclip.language.lexicon import Lexicon
from srlclip.models.pair import ClipPair
from srlclip.pooling import pooled
from srlclip.results import MODELS, Both
from srlclip.situations import Caption, DataError, Event, Situation
from srlclip.video.clips import ClipPixels, clip_pixels
from srlclip.video.frames import event_moments

#: Digits after the point of a map's and a weight's numbers.
_DIGITS = 6


class Explained(Protocol):
    """What is asked of a Comparison, which lies above this package."""

    pair: ClipPair
    lexicon: Lexicon
    image_maps: Any  # (pixels, texts) -> image_maps.pair_maps of this pair, wherever it computes

    def situation(self, clip_id: str) -> Situation: ...

    def spans(self, clip_id: str) -> tuple[tuple[float, float], ...]: ...

    def caption_of(self, event: Event) -> Caption: ...

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray: ...


def explain(comparison: Explained, clip_id: str, event_index: int, text: str, role: str, per_event: int) -> Explanation:
    """See Comparison.explain. per_event: frames, as many as the gallery's scores are made of."""
    spans = comparison.spans(clip_id)
    if not 0 <= event_index < len(spans):
        raise ValueError(f"event {event_index} of {clip_id}; allowed: 0 to {len(spans) - 1}")
    text, parts = _text_and_parts(comparison, clip_id, event_index, text)
    chosen = chosen_part(parts, text, role) if role.strip() else None
    vector = comparison.embed_texts([text])[0]
    read = _event_pixels(comparison, clip_id, spans[event_index], per_event)
    asked = chosen.words.strip(" .,;:") if chosen else text
    target = comparison.embed_texts([asked])[0]
    looked = comparison.image_maps(read.pixels[0], target[None])
    frames = Both.of(lambda model: looked[model][0])
    shares = frames.map(lambda vectors: frame_shares(vectors, vector))
    events = frames.map(pooled)
    maps = Both.of(lambda model: _as_shares(looked[model][1][0]))
    return Explanation(
        clip_id,
        event_index,
        text,
        (chosen.key or chosen.words) if chosen else "",
        asked,
        spans[event_index],
        _floats(event_moments((spans[event_index],), per_event)[0]),
        shares.map(lambda own: float(own.sum())),
        shares.map(_floats),
        maps.map(_grids),
        float(max(own.max() for own in maps)),
        Box(*comparison.pair.base.preprocess_spec.seen(read.info.height, read.info.width)),
        _words(comparison, text, vector, events),
        _part_changes(comparison, parts, vector, events),
        comparison.pair.base.count_tokens(text) > comparison.pair.base.max_tokens,
    )


def _text_and_parts(comparison: Explained, clip_id: str, event_index: int, text: str) -> tuple[str, tuple[Part, ...]]:
    """The text, by default the event's caption, and its parts: roles if it is that caption, else phrases."""
    labels, text = comparison.situation(clip_id).events, " ".join(text.split())
    if not labels and not text:
        raise DataError(f"clip {clip_id!r} has no labels; type a text to explain")
    if labels:
        caption = comparison.caption_of(labels[event_index])
        if not text or normalise(text) == normalise(caption.text):
            return caption.text, role_parts(labels[event_index], caption, comparison.caption_of)
    return text, phrase_parts(text, verb_forms(_lemmas(comparison.lexicon)))


def _lemmas(lexicon: Lexicon) -> list[str]:
    return [Event(lexicon.verb(verb_id), verb_id).lemma for verb_id in lexicon.verbs]


def _event_pixels(comparison: Explained, clip_id: str, span: tuple[float, float], per_event: int) -> ClipPixels:
    """The frames of one event, those that its embedding is made of: uint8 (1, F, 3, S, S)."""
    event = replace(comparison.situation(clip_id), start=span[0], end=span[1])
    return clip_pixels(event, 1, per_event, comparison.pair.base.preprocess_spec)


def _words(comparison: Explained, text: str, vector: np.ndarray, events: Both[np.ndarray]) -> tuple[WordWeight, ...]:
    weights = dict(
        zip(MODELS, map(_as_shares, word_maps(comparison.pair.base, text, np.stack([*events]))), strict=True)
    )
    parts = word_parts(text)[: len(weights["base"])]
    changes = _changes(comparison, parts, vector, events)
    return tuple(
        WordWeight(part.words, Both.of(lambda m, i=i: round(float(weights[m][i]), _DIGITS) + 0.0), change)
        for i, (part, change) in enumerate(zip(parts, changes, strict=True))
    )


def _part_changes(
    comparison: Explained, parts: Sequence[Part], vector: np.ndarray, events: Both[np.ndarray]
) -> tuple[PartChange, ...]:
    changes = _changes(comparison, parts, vector, events)
    return tuple(
        PartChange(part.key, part.name, part.words, part.without, change)
        for part, change in zip(parts, changes, strict=True)
    )


def _changes(
    comparison: Explained, parts: Sequence[Part], vector: np.ndarray, events: Both[np.ndarray]
) -> list[Both[float | None]]:
    """Of the cosine under either model when a part is left out."""
    texts = [part.without for part in parts if part.without]
    vectors = dict(zip(texts, comparison.embed_texts(texts), strict=True)) if texts else {}

    def change(part: Part) -> Both[float | None]:
        if not part.without:
            return Both(None, None)
        moved = vectors[part.without].astype(np.float64) - vector
        return events.map(lambda event: float(event @ moved))

    return [change(part) for part in parts]


def _as_shares(values: np.ndarray) -> np.ndarray:
    """Values of 0 or more as shares of their sum; all 0 where that is 0."""
    total = float(values.sum())
    return values / total if total > 0 else np.zeros_like(values)


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _grids(maps: np.ndarray) -> Maps:
    return tuple(tuple(tuple(round(float(x), _DIGITS) + 0.0 for x in row) for row in grid) for grid in maps)
