"""A mean (or product) of the accuracies of strata, with the bootstrap's intervals over clips.

ARO reports the macro average over relations, VELOCITI the mean of its tests, VideoComp the product of its three accuracies.
The draws are those of `bootstrap`. A stratum that a resample does not hold is left out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from srlclip.evaluation.metrics.bootstrap import Interval

#: Mean accuracies of the strata (K, S) that are there -> (K,).
Combine = Callable[[np.ndarray], np.ndarray]


def mean_of_strata(means: np.ndarray) -> np.ndarray:
    return means.mean(axis=1)


def product_of_strata(means: np.ndarray) -> np.ndarray:
    return means.prod(axis=1)


def combined(
    values: np.ndarray,
    groups: Sequence[object],
    strata: np.ndarray,
    combine: Combine = mean_of_strata,
    n: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[np.ndarray, np.ndarray]:
    """values: (K, N), K models on the same N cases. groups: (N,) the clip of each, strata: (N,) whole numbers of 0 or more.

    Returns the K statistics and (n, K) of the resamples. Raises ValueError without a value.
    """
    values, strata = np.atleast_2d(np.asarray(values, dtype=np.float64)), np.asarray(strata, dtype=int)
    if not values.size or values.shape[1] != len(strata) or len(groups) != len(strata):
        raise ValueError(
            f"{values.shape[-1]} values, {len(groups)} clips and {len(strata)} strata; need as many of each"
        )
    if n < 1 or not 0 < level < 1:
        raise ValueError(f"need n of 1 or more and a level between 0 and 1, got {n} and {level}")
    # Clips in order of first appearance, as `bootstrap` has them.
    place = {clip: i for i, clip in enumerate(dict.fromkeys(groups))}
    owner = np.array([place[clip] for clip in groups])
    size = int(strata.max()) + 1

    def statistic(weight: np.ndarray) -> np.ndarray:
        total = np.bincount(strata, weight, size)
        there = total > 0
        sums = np.stack([np.bincount(strata, weight * row, size) for row in values])
        return combine(sums[:, there] / total[there])

    draws = np.random.default_rng(seed).integers(len(place), size=(n, len(place)))
    resampled = [statistic(np.bincount(draw, minlength=len(place))[owner]) for draw in draws]
    return statistic(np.ones(len(strata))), np.stack(resampled)


def interval(
    values: np.ndarray,
    groups: Sequence[object],
    strata: np.ndarray,
    combine: Combine = mean_of_strata,
    n: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """values: (N,); otherwise as `combined`."""
    point, resampled = combined(values, groups, strata, combine, n, seed, level)
    return _percentiles(point[0], resampled[:, 0], level)


def difference(
    a: np.ndarray,
    b: np.ndarray,
    groups: Sequence[object],
    strata: np.ndarray,
    combine: Combine = mean_of_strata,
    n: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """The statistic of b less that of a, (N,) each, on the same resampled clips."""
    point, resampled = combined(np.stack([a, b]), groups, strata, combine, n, seed, level)
    return _percentiles(point[1] - point[0], resampled[:, 1] - resampled[:, 0], level)


def _percentiles(point: float, resampled: np.ndarray, level: float) -> Interval:
    low, high = np.quantile(resampled, ((1 - level) / 2, (1 + level) / 2))
    return Interval(float(point), float(low), float(high))
