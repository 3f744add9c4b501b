"""From vectors to results: captions scored on one event, and the shares of a clip's frames. NumPy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from srlclip.explain.results import FrameShares
from srlclip.explain.shares import frame_shares
from srlclip.results import MODELS, Both, ScoredCaption, ScoreResult
from srlclip.situations import Caption
from srlclip.video.frames import event_moments


def scored(
    clip_id: str,
    event_index: int,
    true: Caption,
    negatives: Sequence[Caption],
    scores: Both[dict[str, float]],
    truncated: int,
) -> ScoreResult:
    """A true caption against its negatives. scores: per model, by text. truncated: how many texts are read in part."""

    def of(text: str) -> Both[float]:
        return scores.map(lambda own: own[text])

    def margin(text: str) -> Both[float | None]:
        return scores.map(lambda own: own[true.text] - own[text])

    wrong = tuple(ScoredCaption(n, of(n.text), margin(n.text)) for n in negatives)
    return ScoreResult(clip_id, event_index, ScoredCaption(true, of(true.text)), wrong, truncated)


def cosines(
    texts: Sequence[str], embed: Callable[[Sequence[str]], np.ndarray], event: Mapping[str, np.ndarray]
) -> Both[dict[str, float]]:
    """Of an event, model -> (D,), with texts, by text. Each text counts once: a product of many rows may differ in the last
    bit, and equal captions must tie."""
    distinct = list(dict.fromkeys(texts))
    vectors = embed(distinct)  # (N, D)
    return Both.of(lambda model: dict(zip(distinct, (vectors @ event[model]).tolist(), strict=True)))


def clip_shares(
    clip_id: str,
    query: str,
    spans: Sequence[tuple[float, float]],
    frames: dict[str, np.ndarray],
    vectors: Both[np.ndarray],
) -> FrameShares:
    """What each frame adds to the score of its event. frames: model -> (E, F, D). vectors: per model (D,), what is asked."""
    shares = {model: frame_shares(frames[model], vectors[model]) for model in MODELS}  # (E, F)
    moments = event_moments(spans, frames["base"].shape[1])
    rows = Both.of(lambda model: tuple(map(tuple, shares[model].tolist())))
    scores = Both.of(lambda model: tuple(shares[model].sum(-1).tolist()))
    return FrameShares(clip_id, query, tuple(map(tuple, moments.tolist())), rows, scores)
