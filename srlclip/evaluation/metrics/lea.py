"""LEA and its soft form: does a prediction call the same things by the same name, and different things differently?

Moosavi and Strube 2016 as VidSitu uses it: a mention is a role of an event, mentions with identical text are one
cluster, and a cluster resolves the share of its links (pairs of mentions) that lie inside one cluster of the other
side, weighted by its size. The link of a mention of its own is to itself: resolved if the other side leaves it alone
too. LEA-S multiplies each system cluster's part of the precision by its mentions' CIDEr (0 to 10), so it may pass 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Clusters = Sequence[Sequence[Hashable]]


def clusters(texts: Iterable[tuple[Hashable, str]]) -> list[list[Hashable]]:
    """Mentions with identical text together. texts: (mention, text)."""
    mentions: dict[str, list[Hashable]] = {}
    for mention, text in texts:
        mentions.setdefault(text, []).append(mention)
    return list(mentions.values())


def resolved(own: Clusters, other: Clusters, quality: Mapping[Hashable, float] | None = None) -> tuple[float, float]:
    """(numerator, denominator) of the share of own clusters that the other side resolves.

    quality: per mention, for LEA-S; a mention that it lacks counts 0.
    """
    place = {mention: number for number, cluster in enumerate(other) for mention in cluster}
    numerator = denominator = 0.0
    for cluster in own:
        size = len(cluster)
        if size == 1:
            share = float(cluster[0] in place and len(other[place[cluster[0]]]) == 1)
        else:
            # Mentions of this cluster by the other side's cluster: n of them hold n (n - 1) / 2 of the links.
            together = Counter(place[mention] for mention in cluster if mention in place).values()
            share = sum(n * (n - 1) for n in together) / (size * (size - 1))
        if quality is None:
            numerator += size * share
            denominator += size
        else:
            numerator += sum(quality.get(mention, 0.0) for mention in cluster) * size * share
            denominator += size * size
    return numerator, denominator


@dataclass(frozen=True)
class LinkCounts:
    """counts: (A, C, 4), per annotator and clip the numerators and denominators of precision, then of recall."""

    counts: np.ndarray

    @property
    def clips(self) -> int:
        return self.counts.shape[1]

    def __len__(self) -> int:
        return self.clips

    def official(self) -> float:
        """The F1 over all clips."""
        return float(self.average(np.ones((1, self.clips)))[0])

    def average(self, times: np.ndarray) -> np.ndarray:
        """(R,) F1 of the sums over clips, averaged over annotators; times: (R, C) how often each clip is taken.

        Precision, recall and F1 are 0 where their denominator is.
        """
        sums = np.einsum("rc,acx->rax", times, self.counts, optimize=True)
        precision, recall = (_ratio(sums[..., i], sums[..., i + 1]) for i in (0, 2))
        return _ratio(2 * precision * recall, precision + recall).mean(axis=1)


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.zeros_like(denominator), where=denominator > 0)
