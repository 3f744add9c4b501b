"""A gallery's embeddings in two dimensions under either model, and the numbers that such a picture cannot show.

numpy only. The picture is a principal component analysis per model; its axes mean nothing across models. Purity is
measured in all dimensions: how often the nearest neighbour from another clip carries the same label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from srlclip.results import Both
from srlclip.situations import Situation

LEVELS = ("events", "clips")
LABELS = ("verb", "scene")
#: More items than this are thinned out evenly: a picture shows no more, and neighbours are counted pair by pair.
MOST_ITEMS = 2500
#: Rows whose cosines with all others are held at a time.
_ROWS = 256


@dataclass(frozen=True)
class MapPoint:
    """One event (or clip: event_index None) on both maps. labels: "verb" and "scene" where they are known."""

    clip_id: str
    event_index: int | None
    labels: Mapping[str, str]
    at: Both[tuple[float, float]]


@dataclass(frozen=True)
class EmbeddingMap:
    """Both maps. variance: model -> shares of the variance that the two axes hold, in [0, 1].

    purity: label -> model -> share of labelled items whose nearest neighbour from another clip has the same label (equal
    neighbours: the first in gallery order). chance: label -> the share that a random item from another clip would give.
    total: items before thinning out.
    """

    level: str
    points: tuple[MapPoint, ...]
    variance: Mapping[str, tuple[float, float]]
    purity: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    chance: Mapping[str, float] = field(default_factory=dict)
    total: int = 0


def principal_plane(vectors: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """(N, D) -> coordinates (N, 2) on the two axes of largest variance, and the shares of variance that they hold.

    The sign of an axis is chosen so that its largest weight is positive: the same vectors give the same picture.
    """
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    values, axes = np.linalg.eigh(centred.T @ centred)  # ascending
    axes = axes[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    places = np.zeros((len(vectors), 2))
    places[:, : axes.shape[1]] = centred @ axes
    whole = float(values.clip(min=0).sum())
    shares = [float(max(v, 0.0)) / whole if whole > 0 else 0.0 for v in (*values[::-1][:2], 0.0)]
    return places, (shares[0], shares[1])


def aligned(reference: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, float]:
    """`other` (N, 2) turned, mirrored and shifted onto `reference` (N, 2) with the least squares, scaled to its spread, and
    how far they agree, in [0, 1]: the share of the spread of one that the other explains (Procrustes analysis, Gower 1975).

    Row i of both is the same item. Layouts without any spread are laid on the reference's mean, and explain nothing.
    """
    middle = reference.mean(axis=0)
    fixed, moved = reference - middle, other - other.mean(axis=0)
    left, sizes, right = np.linalg.svd(moved.T @ fixed)
    whole, spread = float((fixed**2).sum()), float((moved**2).sum())
    if whole <= 0 or spread <= 0:
        return np.tile(middle, (len(other), 1)), 0.0
    places = (whole / spread) ** 0.5 * moved @ left @ right + middle
    return places, float(min(sizes.sum() ** 2 / (whole * spread), 1.0))


def neighbour_purity(vectors: np.ndarray, labels: Sequence[str], groups: Sequence[str]) -> float | None:
    """Share of rows whose most similar row of another group has the same label; None if no row has such another.

    vectors: (N, D), L2-normalised. labels: "" rows neither ask nor answer. groups: rows of one group (a clip) are no
    neighbours of each other, since they share far more than the label.
    """
    known = np.flatnonzero([bool(label) for label in labels])
    if not len(known):
        return None
    rows = vectors[known]
    names, mine = (np.unique([each[i] for i in known], return_inverse=True)[1] for each in (groups, labels))
    asked = right = 0
    for first in range(0, len(rows), _ROWS):
        own = slice(first, first + _ROWS)
        similar = rows[own] @ rows.T
        similar[names[own, None] == names[None, :]] = -np.inf
        finite = np.isfinite(similar.max(axis=1))
        asked += int(finite.sum())
        right += int((mine[similar.argmax(axis=1)] == mine[own])[finite].sum())
    return right / asked if asked else None


def chance_purity(labels: Sequence[str], groups: Sequence[str]) -> float | None:
    """What neighbour_purity would be for neighbours drawn at random; None where it is None."""
    rows = [(label, group) for label, group in zip(labels, groups, strict=True) if label]
    by_label, by_group, by_both = Counter(r[0] for r in rows), Counter(r[1] for r in rows), Counter(rows)
    shares = [
        (by_label[label] - by_both[label, group]) / (len(rows) - by_group[group])
        for label, group in rows
        if len(rows) > by_group[group]
    ]
    return sum(shares) / len(shares) if shares else None


def scene_of(situation: Situation, event: int | None = None) -> str:
    """The labelled scene of an event, or the most frequent one of a clip; "" if there is none."""
    events = situation.events if event is None else situation.events[event : event + 1]
    scenes = Counter(r.filler.strip().lower() for e in events for r in e.visible_roles if r.key == "AScn")
    return scenes.most_common(1)[0][0] if scenes else ""


def embedding_map(
    ids: Sequence[str],
    events: Mapping[str, np.ndarray],
    clips: Mapping[str, np.ndarray],
    situation: Callable[[str], Situation],
    level: str = "events",
    counts: Sequence[int] | None = None,
) -> EmbeddingMap:
    """ids: of the gallery. events: model -> (G, E, D); clips: model -> (G, D); both L2-normalised.

    counts: (G,) events of each clip's own; None: as many as it has labels of, else E. Labels come from `situation`;
    events that only repeat a shorter clip's last one are left out. Raises ValueError for
    an unknown level or fewer than three items.
    """
    if level not in LEVELS:
        raise ValueError(f"level is {level!r}; allowed: {', '.join(LEVELS)}")
    rows: list[tuple[int, int | None]] = []
    most = next(iter(events.values())).shape[1]
    for g, clip in enumerate(ids):
        own = min(counts[g] if counts is not None else len(situation(clip).events) or most, most)
        rows += [(g, k) for k in range(own)] if level == "events" else [(g, None)]
    total = len(rows)
    if total < 3:
        raise ValueError(f"a map needs at least three {level}; this gallery has {total}")
    if total > MOST_ITEMS:
        rows = [rows[i * total // MOST_ITEMS] for i in range(MOST_ITEMS)]
    labels = [_labels(situation(ids[g]), k) for g, k in rows]
    groups = [ids[g] for g, _ in rows]
    vectors = {
        m: np.stack([events[m][g, k] if k is not None else clips[m][g] for g, k in rows]).astype(np.float32)
        for m in events
    }
    places, variance = {}, {}
    for model, matrix in vectors.items():
        places[model], variance[model] = principal_plane(matrix)
    purity, chance = {}, {}
    for label in LABELS:
        mine = [known[label] for known in labels]
        expected = chance_purity(mine, groups)
        if expected is None:
            continue
        chance[label] = expected
        purity[label] = {m: neighbour_purity(matrix, mine, groups) or 0.0 for m, matrix in vectors.items()}
    points = tuple(
        MapPoint(ids[g], k, known, Both.of(lambda m, i=i: tuple(places[m][i].tolist())))
        for i, ((g, k), known) in enumerate(zip(rows, labels, strict=True))
    )
    return EmbeddingMap(level, points, variance, purity, chance, total)


def _labels(situation: Situation, event: int | None) -> dict[str, str]:
    if event is None or event >= len(situation.events):
        return {"verb": "", "scene": scene_of(situation) if event is None else ""}
    return {"verb": situation.events[event].lemma, "scene": scene_of(situation, event)}
