"""How sure a study's number is, when it comes from several training seeds measured on the same clips.

An arm is trained with S seeds; every trained model answers the same questions on the same G clips. The number is the
mean over seeds of each seed's mean over observations. Its 95 % interval is a percentile bootstrap on two crossed
levels: each resample draws G clips with replacement (all observations of a clip together, the same clips for every
seed), and S seeds with replacement. A difference of two arms sees the same draw of clips and of seeds in both, because
the arms share clips and seeds (a seed fixes the order of the clips and the initial weights). With one seed this is
srlclip.evaluation.metrics.bootstrap to the last digit, and says nothing about training noise; with few seeds the second level
is a lower bound on it (drawing S of S values understates their variance by the factor (S - 1) / S).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from srlclip.evaluation.metrics.bootstrap import Interval
from srlclip.evaluation.metrics.lea import LinkCounts
from srlclip.evaluation.metrics.vidsitu import Scores


@dataclass(frozen=True)
class ClipSums:
    """One arm and metric: sums (S, G) of the observations of each clip and seed, counts (G,), how many there are."""

    sums: np.ndarray
    counts: np.ndarray

    def __post_init__(self) -> None:
        if self.sums.ndim != 2 or self.counts.shape != self.sums.shape[1:] or not self.sums.size:
            raise ValueError(f"need sums (S, G) and counts (G,), got {self.sums.shape} and {self.counts.shape}")

    @classmethod
    def of(cls, seeds: list[np.ndarray], clip: np.ndarray) -> ClipSums:
        """seeds: S arrays (N,) of observations. clip: (N,), the clip of each; clips without any are left out."""
        if not seeds or any(values.shape != clip.shape for values in seeds):
            shapes = [values.shape for values in seeds]
            raise ValueError(f"seeds must have observed the same, {clip.shape[0]} values each; got {shapes}")
        _, group = np.unique(clip, return_inverse=True)
        sums = np.stack([np.bincount(group, weights=values.astype(np.float64)) for values in seeds])
        return cls(sums, np.bincount(group))

    @property
    def n(self) -> int:
        """How many observations each seed has."""
        return int(self.counts.sum())

    @property
    def clips(self) -> int:
        return self.sums.shape[1]

    @property
    def seeds(self) -> int:
        return len(self.sums)

    def per_seed(self) -> np.ndarray:
        """(S,): the mean over observations of each seed."""
        return self.sums.sum(1) / self.counts.sum()

    def resampled(self, times: np.ndarray) -> np.ndarray:
        """(n, S): the same where clip g is taken times[r, g] times; times: (n, G)."""
        return times @ self.sums.T / (times @ self.counts)[:, None]

    def paired_with(self, other: ClipSums) -> bool:
        """Whether both have observed the same: as many observations of each clip."""
        return np.array_equal(self.counts, other.counts)

    def repeated(self, seeds: int) -> ClipSums:
        """One seed as many equal ones."""
        return ClipSums(np.broadcast_to(self.sums, (seeds, self.clips)), self.counts)


@dataclass(frozen=True)
class SeedScores:
    """One arm and official metric of VidSitu: what S heads scored on the same clips, times 100 (srlclip.evaluation.vidsitu)."""

    scores: tuple[Scores | LinkCounts, ...]

    @property
    def n(self) -> int:
        """How many numbers each seed's value is of: events, items, verbs or clips."""
        return len(self.scores[0])

    @property
    def clips(self) -> int:
        return self.scores[0].clips

    @property
    def seeds(self) -> int:
        return len(self.scores)

    def per_seed(self) -> np.ndarray:
        """(S,): the official value of each seed."""
        return 100 * np.array([one.official() for one in self.scores])

    def resampled(self, times: np.ndarray) -> np.ndarray:
        """(n, S): the same where clip g is taken times[r, g] times; NaN where the metric is then not defined."""
        return 100 * np.stack([one.average(times) for one in self.scores], axis=1)

    def paired_with(self, other: SeedScores) -> bool:
        return (self.clips, self.n) == (other.clips, other.n)

    def repeated(self, seeds: int) -> SeedScores:
        """One seed as many equal ones."""
        return SeedScores(self.scores * seeds if self.seeds == 1 else self.scores)


Arm = TypeVar("Arm", ClipSums, SeedScores)


@dataclass
class Bootstrap:
    """n resamples, the same for everything it is asked about: arms and metrics over as many clips and seeds agree."""

    n: int = 2000
    seed: int = 0
    level: float = 0.95
    _weights: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.n < 1 or not 0 < self.level < 1:
            raise ValueError(f"need n of 1 or more and a level between 0 and 1; got {self.n}, {self.level}")

    def interval(self, arm: ClipSums | SeedScores) -> Interval:
        return self._interval(float(arm.per_seed().mean()), self._drawn(arm))

    def difference(self, a: Arm, b: Arm) -> Interval:
        """b - a. An arm that needs no training has one "seed", which then stands against each seed of the other."""
        if not a.paired_with(b):
            raise ValueError("paired arms must have the same observations of the same clips")
        seeds = max(a.seeds, b.seeds)
        if {a.seeds, b.seeds} - {1, seeds}:
            raise ValueError(f"paired arms must share their seeds; got {a.seeds} and {b.seeds}")
        a, b = a.repeated(seeds), b.repeated(seeds)
        mean = float(b.per_seed().mean() - a.per_seed().mean())
        return self._interval(mean, self._drawn(b) - self._drawn(a))

    def _interval(self, mean: float, drawn: np.ndarray) -> Interval:
        """Resamples that define no value (no verb left with enough entries) are passed over."""
        drawn = drawn[np.isfinite(drawn)] if np.isfinite(drawn).any() else np.array([mean])
        low, high = np.quantile(drawn, ((1 - self.level) / 2, (1 + self.level) / 2))
        return Interval(mean, float(low), float(high))

    def _drawn(self, arm: ClipSums | SeedScores) -> np.ndarray:
        """(n,): the arm's number in every resample."""
        means = arm.resampled(self._clip_weights(arm.clips))  # (n, S)
        seeds = means.shape[1]
        # A generator of its own: the clips drawn do not depend on the number of seeds, nor the seeds on that of clips.
        chosen = np.random.default_rng([self.seed, 1, seeds]).integers(seeds, size=(self.n, seeds))
        return np.take_along_axis(means, chosen, 1).mean(1)

    def _clip_weights(self, clips: int) -> np.ndarray:
        """(n, G): how often each clip was drawn; the draws are those of srlclip.evaluation.metrics.bootstrap."""
        if clips not in self._weights:
            draws = np.random.default_rng(self.seed).integers(clips, size=(self.n, clips))
            rows = np.repeat(np.arange(self.n), clips)
            flat = np.bincount(rows * clips + draws.ravel(), minlength=self.n * clips)
            self._weights[clips] = flat.reshape(self.n, clips).astype(np.float64)
        return self._weights[clips]
