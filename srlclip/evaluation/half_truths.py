"""How often a model tells a half-truth from the truth: one role more, right or wrong, added to a short true caption.

right above wrong     the right addition scores above the wrong one
wrong lowers          the short caption scores above the wrong addition
right raises          the right addition scores above the short caption
both                  right raises and wrong lowers, of the same event and role

Ties lose, so every rate of a model that says the same of all captions is 0. The second and third also measure what a model
makes of a longer caption, whatever it says: one that likes length passes the third and fails the second, and "both" asks
for sense. The first compares captions of like length. The captions: srlclip.language.half_truths.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from srlclip.evaluation.blind import Choice
from srlclip.evaluation.towers import Observations
from srlclip.language.half_truths import HalfTruth, half_truths
from srlclip.language.lexicon import Lexicon
from srlclip.situations import Situation

MEASURES = ("right above wrong", "wrong lowers", "right raises", "both")
#: The row of every role together.
ALL = "all roles"


@dataclass(frozen=True)
class Asked:
    """A half-truth of event `event` of the clip at position `clip`."""

    clip: int
    event: int
    half: HalfTruth


def ask(situations: Sequence[Situation], lexicon: Lexicon, seed: int = 0) -> list[Asked]:
    """Every half-truth of every event, depending on (seed, clip id) alone."""
    out = []
    for clip, situation in enumerate(situations):
        rng = np.random.default_rng([seed, zlib.crc32(situation.clip_id.encode())])
        for event in range(len(situation.events)):
            out += [Asked(clip, event, half) for half in half_truths(situation, event, lexicon, rng)]
    return out


def texts_of(asked: Sequence[Asked]) -> list[str]:
    """Every distinct caption, sorted."""
    return sorted({c.text for a in asked for c in (a.half.short, a.half.right, a.half.wrong)})


def by_role(asked: Sequence[Asked]) -> dict[str, list[Asked]]:
    """All of them, then role name -> those of that role, the most frequent first."""
    rows: dict[str, list[Asked]] = {}
    for each in asked:
        rows.setdefault(each.half.name, []).append(each)
    return {ALL: list(asked), **dict(sorted(rows.items(), key=lambda row: -len(row[1])))}


def observe(
    events: np.ndarray, asked: Sequence[Asked], texts: Mapping[str, np.ndarray]
) -> dict[str, dict[str, Observations]]:
    """Measure -> role -> observations. events: (G, E, D), texts: text -> (D,), all L2-normalised."""
    out: dict[str, dict[str, Observations]] = {measure: {} for measure in MEASURES}
    for role, rows in by_role(asked).items():
        clips = np.array([a.clip for a in rows], dtype=int)
        scores = np.array([_scores(events[a.clip, a.event], a.half, texts) for a in rows]).reshape(-1, 3)
        short, right, wrong = scores.T
        lowers, raises = short > wrong, right > short
        for measure, hits in zip(MEASURES, (right > wrong, lowers, raises, lowers & raises), strict=True):
            out[measure][role] = Observations(hits, clips)
    return out


def _scores(event: np.ndarray, half: HalfTruth, texts: Mapping[str, np.ndarray]) -> list[float]:
    """Cosines of an event with the short caption, the right and the wrong addition."""
    return [float(event @ texts[caption.text]) for caption in (half.short, half.right, half.wrong)]


def choices(asked: Sequence[Asked]) -> dict[str, list[Choice]]:
    """Role -> the right against the wrong addition, for a model that reads words alone (srlclip.evaluation.blind)."""
    return {
        role: [Choice(a.half.right.text, a.half.wrong.text, a.clip) for a in rows]
        for role, rows in by_role(asked).items()
    }
