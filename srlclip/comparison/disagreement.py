"""Where two models disagree on a gallery: ranks of described events, clips and queries, and neighbourhoods of events.

numpy only. Ranks ask labelled clips: each event by its own caption. Neighbourhoods need no labels. Nothing here prefers a
model: rows are sorted by the size of the difference, and both directions are given alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from srlclip.comparison.embedding_map import EmbeddingMap, aligned
from srlclip.comparison.ranking import top
from srlclip.progress import Progress
from srlclip.results import MODELS, Both

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: What can be ranked: a caption's event among all events, a clip by the captions of its events, an example's clip.
RANKED = ("events", "clips", "queries")
#: More captions than this are thinned out evenly; more points would hide each other on the map.
MOST_ASKED, MOST_POINTS = 2000, 400
#: Nearest events from other clips that make a neighbourhood.
NEIGHBOURS = 5
#: How many cosines are held at a time: 64 MB of float32, however large the gallery.
_SCORES_AT_ONCE = 1 << 24


@dataclass(frozen=True)
class RankPair:
    """One thing asked for, and its rank under both models (1 is best, ties rank last; a clip's is a mean of ranks).

    query: "" for a clip, which was asked for by all its captions; event_index: then the one of its events whose caption
    the models disagree most about.
    """

    clip_id: str
    event_index: int
    query: str
    rank: Both[float]

    @property
    def gain(self) -> float:
        """Places that SRL-CLIP puts it higher; negative where Base CLIP does."""
        return self.rank.base - self.rank.adapted


@dataclass(frozen=True)
class Ranked:
    """All pairs of one of RANKED, in gallery order. among: how many items were ranked. total: before thinning out."""

    level: str
    pairs: tuple[RankPair, ...]
    among: int
    total: int

    def counts(self) -> tuple[int, int, int]:
        """How many SRL-CLIP ranks higher, both alike, Base CLIP higher."""
        higher, lower = (sum(sign * pair.gain > 0 for pair in self.pairs) for sign in (1, -1))
        return higher, len(self.pairs) - higher - lower, lower

    def largest(self, limit: int) -> Both[tuple[RankPair, ...]]:
        """The largest differences to either model's favour; as many as there are, up to the limit."""

        def favouring(sign: int) -> tuple[RankPair, ...]:
            mine = [pair for pair in self.pairs if sign * pair.gain > 0]
            return tuple(sorted(mine, key=lambda pair: -sign * pair.gain)[:limit])

        return Both(favouring(-1), favouring(1))

    def medians(self) -> Both[float] | None:
        """Median rank under both models; None without any pair."""
        return Both.of(lambda model: float(median(p.rank[model] for p in self.pairs))) if self.pairs else None


@dataclass(frozen=True)
class Neighbourhood:
    """An event on both maps and its nearest events of other clips, best first, as (clip id, event).

    at: places on the two axes of Base CLIP's map; SRL-CLIP's is turned, mirrored and scaled onto it (embedding_map.aligned).
    """

    clip_id: str
    event_index: int
    at: Both[tuple[float, float]]
    nearest: Both[tuple[tuple[str, int], ...]]

    @property
    def kept(self) -> int:
        """How many of the nearest both models share."""
        return len(set(self.nearest.base) & set(self.nearest.adapted))


@dataclass(frozen=True)
class Neighbourhoods:
    """Those of a gallery. agreement: of the two maps once they are laid onto each other, in [0, 1]. expected: what `kept` would be on average for neighbours drawn at random."""

    events: tuple[Neighbourhood, ...]
    agreement: float
    expected: float
    total: int

    @property
    def size(self) -> int:
        return max((len(event.nearest.base) for event in self.events), default=0)

    @property
    def mean_kept(self) -> float:
        return sum(event.kept for event in self.events) / len(self.events) if self.events else 0.0


def _captions(comparison: Comparison) -> list[tuple[str, int]]:
    return [(clip, k) for clip in comparison.clip_ids() for k in range(len(comparison.situation(clip).events))]


def _features(comparison: Comparison) -> tuple[Both[np.ndarray], np.ndarray, list[tuple[str, int]]]:
    """(model -> (N, D) of all events of the gallery, the clip number of each (N,), (clip id, event) of each)."""
    ids = comparison.clip_ids()
    clips = [comparison.embed_clip(clip) for clip in ids]
    lengths = [len(features["base"]) for features in clips]
    vectors = Both.of(lambda m: np.concatenate([features[m] for features in clips]).astype(np.float32))
    keys = [(clip, k) for clip, length in zip(ids, lengths, strict=True) for k in range(length)]
    return vectors, np.repeat(np.arange(len(ids)), lengths), keys


def rank_pairs(comparison: Comparison, progress: Progress | None = None) -> tuple[Ranked, Ranked, Ranked]:
    """The gallery's events, clips and example queries, ranked under both models, in the order of RANKED.

    An event is asked for by its natural caption among all events of the gallery. A clip's rank is the mean, over the
    captions of its events, of its rank among the clips, each by its best event. Unlabelled clips are ranked but not
    asked for; without labels there is no pair.
    """
    asked = _captions(comparison)
    total, clips = len(asked), len(comparison.clip_ids())
    if total > MOST_ASKED:
        asked = [asked[i * total // MOST_ASKED] for i in range(MOST_ASKED)]
    if not asked:
        return tuple(Ranked(level, (), 0, 0) for level in RANKED)  # type: ignore[return-value]
    vectors, clip_of, keys = _features(comparison)
    texts = [comparison.true_caption(clip, k, "natural").text for clip, k in asked]
    place = {key: i for i, key in enumerate(keys)}
    events = np.array([place[key] for key in asked])
    by_event, by_clip = {}, {}
    for number, model in enumerate(MODELS):
        if progress:
            progress(number / 2, f"{len(texts)} captions, model {number + 1} of 2")
        by_event[model], by_clip[model] = _ranks(comparison.embed_texts, texts, vectors[model], events, clip_of)
    pairs = tuple(
        RankPair(clip, k, text, Both.of(lambda m, i=i: int(by_event[m][i])))
        for i, ((clip, k), text) in enumerate(zip(asked, texts, strict=True))
    )
    means, rows_of = [], defaultdict(list)
    for i, (clip, _) in enumerate(asked):
        rows_of[clip].append(i)
    for clip, rows in rows_of.items():
        apart = np.abs(by_clip["base"][rows] - by_clip["adapted"][rows])
        most = asked[rows[int(apart.argmax())]][1]
        means.append(RankPair(clip, most, "", Both.of(lambda m, rows=rows: float(by_clip[m][rows].mean()))))
    queries = _example_pairs(comparison)
    return (
        Ranked("events", pairs, len(keys), total),
        Ranked("clips", tuple(means), clips, len({clip for clip, _ in _captions(comparison)})),
        Ranked("queries", queries, clips, len(queries)),
    )


def _ranks(
    embed: object, texts: Sequence[str], vectors: np.ndarray, targets: np.ndarray, clip_of: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Ranks of each text's event among all (N, D), and of that event's clip among the clips: ints (Q,), ties last."""
    starts = np.flatnonzero(np.r_[True, clip_of[1:] != clip_of[:-1]])
    events, clips = [], []
    step = max(1, min(256, _SCORES_AT_ONCE // len(vectors)))
    for first in range(0, len(texts), step):
        wanted = targets[first : first + step]
        scores = embed(list(texts[first : first + step])) @ vectors.T  # (Q, N)
        rows = np.arange(len(wanted))
        events.append((scores >= scores[rows, wanted][:, None]).sum(axis=1))
        best = np.maximum.reduceat(scores, starts, axis=1)  # (Q, G)
        clips.append((best >= best[rows, clip_of[wanted]][:, None]).sum(axis=1))
    return np.concatenate(events), np.concatenate(clips)


def _example_pairs(comparison: Comparison) -> tuple[RankPair, ...]:
    pairs = []
    for example in comparison.examples():
        if example.target is None:
            continue
        result = comparison.search(example.query, example.target)
        ranks = Both.of(result.target_rank)
        if all(ranks):
            pairs.append(RankPair(example.target, example.event_index or 0, example.query, ranks))
    return tuple(pairs)


def neighbourhoods(comparison: Comparison) -> Neighbourhoods:
    """Nearest events of other clips under both models, in all dimensions, and both maps laid onto each other.

    Raises ValueError for a gallery of fewer than three events.
    """
    drawn: EmbeddingMap = comparison.map("events")
    vectors, clip_of, keys = _features(comparison)
    place = {key: i for i, key in enumerate(keys)}
    points = [p for p in drawn.points if (p.clip_id, p.event_index) in place]
    turned, agreement = aligned(*(np.array([p.at[m] for p in points]) for m in MODELS))
    step = max(1, -(-len(points) // MOST_POINTS))
    chosen = range(0, len(points), step)
    asked = np.array([place[points[i].clip_id, points[i].event_index] for i in chosen])
    nearest = {m: _nearest(vectors[m], asked, clip_of) for m in MODELS}
    events = tuple(
        Neighbourhood(
            points[i].clip_id,
            int(points[i].event_index or 0),
            Both(points[i].at.base, tuple(turned[i].tolist())),
            Both.of(lambda m, row=row: tuple(keys[j] for j in nearest[m][row])),
        )
        for row, i in enumerate(chosen)
    )
    sizes = np.bincount(clip_of)
    others = len(keys) - sizes[clip_of[asked]]
    expected = float(np.mean([min(NEIGHBOURS, n) ** 2 / n if n else 0.0 for n in others]))
    return Neighbourhoods(events, agreement, expected, drawn.total)


def _nearest(vectors: np.ndarray, asked: np.ndarray, clip_of: np.ndarray) -> np.ndarray:
    """(N, D), rows asked for (Q,) -> numbers of the most similar rows of other clips (Q, K), best first, equal ones in
    gallery order. K is smaller in a gallery that has no more."""
    largest = int(np.bincount(clip_of)[clip_of[asked]].max())
    count, step = min(NEIGHBOURS, len(vectors) - largest), max(1, _SCORES_AT_ONCE // len(vectors))
    nearest = []
    for first in range(0, len(asked), step):
        rows = asked[first : first + step]
        similar = vectors[rows] @ vectors.T
        similar[clip_of[rows][:, None] == clip_of[None, :]] = -np.inf
        nearest += [top(scores, count)[0] for scores in similar]
    return np.array(nearest, dtype=np.int64)
