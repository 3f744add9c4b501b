"""Events of videos with a sentence each: what dense captioners write, and what annotators wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from srlclip.evaluation.benchmarks.questions import Medium


@dataclass(frozen=True)
class Described:
    """N events of one video in order of their starts. spans: (N, 2) seconds. sentences: (N,)."""

    spans: np.ndarray
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, spans: list[tuple[float, float]], sentences: list[str]) -> Described:
        """Events in any order; of equal starts the first that came stays first."""
        table = np.array(spans, np.float64).reshape(-1, 2)
        order = np.argsort(table[:, 0], kind="stable")
        return cls(table[order], tuple(sentences[i] for i in order))


@dataclass(frozen=True)
class DenseCaptions:
    """References of dense captioning: per annotator, video id -> events. names: of their files. It needs no media."""

    annotators: tuple[Mapping[str, Described], ...]
    names: tuple[str, ...]
    media: tuple[Medium, ...] = ()

    @property
    def videos(self) -> tuple[str, ...]:
        """Ids that any annotator described, sorted."""
        return tuple(sorted({video for one in self.annotators for video in one}))

    def of(self, video: str) -> list[Described]:
        """What each annotator who described a video saw there."""
        return [one[video] for one in self.annotators if video in one]

    def texts(self) -> list[str]:
        return sorted({text for one in self.annotators for video in one.values() for text in video.sentences})

    def counts(self) -> dict[str, int]:
        return {f"videos of {Path(name).stem}": len(one) for name, one in zip(self.names, self.annotators, strict=True)}
