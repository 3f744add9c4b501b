"""What is asked of the events of a clip: their order in time, and half-truths of each. Media and texts, no pixels."""

from __future__ import annotations

from dataclasses import dataclass

from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.evaluation.half_truths import Asked, texts_of


@dataclass(frozen=True)
class Ordered:
    """A clip that shows one thing after another. forwards, backwards: positions in media of the clip and of the same clip
    with its frames in reversed order. caption: true of it as it is; exchanged: of the same things in another order. group: a
    subset that it is counted in ("" for none)."""

    id: str
    forwards: int
    backwards: int
    caption: str
    exchanged: str
    group: str = ""


@dataclass(frozen=True)
class Orders:
    media: tuple[Medium, ...]
    cases: tuple[Ordered, ...]

    def texts(self) -> list[str]:
        return sorted({text for case in self.cases for text in (case.caption, case.exchanged)})

    def counts(self) -> dict[str, int]:
        return {"cases": len(self.cases), "media": len(self.media)}


@dataclass(frozen=True)
class HalfTruths:
    """clips: (G,) ids. media: the events that are asked about. place: (M,) clip and event of each. asked: as
    srlclip.evaluation.half_truths asks, by position of the clip and of the event."""

    clips: tuple[str, ...]
    media: tuple[Medium, ...]
    place: tuple[tuple[int, int], ...]
    asked: tuple[Asked, ...]

    def texts(self) -> list[str]:
        return texts_of(self.asked)

    def counts(self) -> dict[str, int]:
        return {"questions": len(self.asked), "events": len(self.media), "clips": len(self.clips)}
