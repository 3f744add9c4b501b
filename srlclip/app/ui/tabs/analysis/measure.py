"""A quick look at both models on the gallery: ranks of described clips, and margins of hard negatives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from srlclip.app.ui.parts.negative_kinds import KINDS
from srlclip.progress import Progress
from srlclip.results import MODELS

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison


@dataclass
class Tally:
    """Negatives that only SRL-CLIP beats (won), only Base beats (lost), both or neither (tied)."""

    won: int = 0
    tied: int = 0
    lost: int = 0

    def add(self, base: bool, adapted: bool) -> None:
        if base == adapted:
            self.tied += 1
        elif adapted:
            self.won += 1
        else:
            self.lost += 1


@dataclass(frozen=True)
class Asked:
    """One clip that was searched for by the caption of one of its events, and the rank that it got (base, adapted)."""

    clip_id: str
    event_index: int
    query: str
    ranks: tuple[int, int]

    @property
    def gain(self) -> int:
        """Places that SRL-CLIP puts it higher."""
        return self.ranks[0] - self.ranks[1]


@dataclass(frozen=True)
class Margin:
    """One negative's margins (base, adapted), with its kind and the verb of its event."""

    clip_id: str
    event_index: int
    kind: str
    verb: str
    text: str
    values: tuple[float, float]


@dataclass
class GalleryMeasure:
    """A quick measurement on gallery clips."""

    clips: int = 0
    gallery: int = 0
    asked: list[Asked] = field(default_factory=list)
    negatives: list[Margin] = field(default_factory=list)

    @property
    def ranks(self) -> list[tuple[int, int]]:
        return [row.ranks for row in self.asked]

    @property
    def margins(self) -> dict[str, list[float]]:
        return {m: [row.values[i] for row in self.negatives] for i, m in enumerate(MODELS)}

    def tallies(self, by: str) -> dict[str, Tally]:
        """by: "kind" or "verb" -> its value -> how often which model was right."""
        tallies: dict[str, Tally] = {}
        for row in self.negatives:
            tallies.setdefault(getattr(row, by), Tally()).add(*(value > 0 for value in row.values))
        return tallies

    def movers(self, limit: int = 5) -> tuple[list[Asked], list[Asked]]:
        """The clips that SRL-CLIP, and those that Base, puts higher: the largest change of rank first."""
        ordered = sorted(self.asked, key=lambda row: -abs(row.gain))
        return [r for r in ordered if r.gain > 0][:limit], [r for r in ordered if r.gain < 0][:limit]


def measure_gallery(comparison: Comparison, limit: int = 40, progress: Progress | None = None) -> GalleryMeasure:
    """Search with, and score, one event of every clip (at most `limit`, evenly spread; event i mod 5 of the i-th clip).

    The choice of events depends on nothing that was measured. Raises ValueError if no gallery clip is labelled.
    """
    everyone = comparison.clip_ids()
    labelled = [clip for clip in everyone if comparison.situation(clip).events]
    if not labelled:
        raise ValueError("No gallery clip has labels, so there is nothing to measure against. Open a labelled gallery.")
    count = min(limit, len(labelled))
    chosen = [labelled[i * len(labelled) // count] for i in range(count)]
    measure = GalleryMeasure(clips=count, gallery=len(everyone))
    for number, clip in enumerate(chosen):
        if progress is not None:
            progress(number / count, f"clip {number + 1} of {count}")
        events = comparison.situation(clip).events
        index = number % len(events)
        true = comparison.true_caption(clip, index, "natural").text
        result = comparison.search(true, clip)
        base, adapted = (result.target_rank(model) for model in MODELS)
        if base and adapted:
            measure.asked.append(Asked(clip, index, true, (base, adapted)))
        negatives = comparison.negatives(clip, index, KINDS)
        if not negatives:
            continue
        for scored in comparison.score(clip, index, true, negatives).negatives:
            values = tuple(margin or 0.0 for margin in scored.margin)
            caption = scored.caption
            measure.negatives.append(Margin(clip, index, caption.kind, events[index].lemma, caption.text, values))
    return measure
