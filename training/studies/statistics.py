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

import numpy as np

from srlclip.evaluation.metrics.bootstrap import Interval


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

    def per_seed(self) -> np.ndarray:
        """(S,): the mean over observations of each seed."""
        return self.sums.sum(1) / self.counts.sum()


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

    def interval(self, arm: ClipSums) -> Interval:
        return self._interval(float(arm.per_seed().mean()), self._drawn(arm))

    def difference(self, a: ClipSums, b: ClipSums) -> Interval:
        """b - a. An arm that needs no training has one "seed", which then stands against each seed of the other."""
        if not np.array_equal(a.counts, b.counts):
            raise ValueError("paired arms must have the same observations of the same clips")
        seeds = max(len(a.sums), len(b.sums))
        if {len(a.sums), len(b.sums)} - {1, seeds}:
            raise ValueError(f"paired arms must share their seeds; got {len(a.sums)} and {len(b.sums)}")
        a, b = (ClipSums(np.broadcast_to(x.sums, (seeds, x.sums.shape[1])), x.counts) for x in (a, b))
        mean = float(b.per_seed().mean() - a.per_seed().mean())
        return self._interval(mean, self._drawn(b) - self._drawn(a))

    def _interval(self, mean: float, drawn: np.ndarray) -> Interval:
        low, high = np.quantile(drawn, ((1 - self.level) / 2, (1 + self.level) / 2))
        return Interval(mean, float(low), float(high))

    def _drawn(self, arm: ClipSums) -> np.ndarray:
        """(n,): the arm's number in every resample."""
        weights = self._clip_weights(arm.sums.shape[1])  # (n, G)
        means = weights @ arm.sums.T / (weights @ arm.counts)[:, None]  # (n, S)
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
