"""The plain values of a visitor's session: clips with labels of their own, results, the models behind them; the limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from srlclip.results import Both, CaptionResult, PairInfo, ScoreResult, SearchResult, model_id
from srlclip.situations import EVENTS_PER_CLIP, Event, unlabelled_events

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: What one session may hold; the page says so.
MAX_CLIPS, MAX_BYTES, MAX_RESULTS = 12, 300 * 2**20, 20
#: Of a ranking that is kept, at most so many places per model; clips of the session are kept wherever they stand.
LISTED = 100
MAX_NAME = 80
Value = SearchResult | CaptionResult | ScoreResult
KINDS: dict[str, type] = {"search": SearchResult, "captions": CaptionResult, "negatives": ScoreResult}


@dataclass(frozen=True)
class OwnClip:
    """A clip of the session. name: unique, and its clip id. size: bytes. sha256: of the file. seconds: its length.

    events: one entry per event, None where no label has been written.
    """

    name: str
    size: int
    sha256: str
    seconds: float
    events: tuple[Event | None, ...] = (None,) * EVENTS_PER_CLIP

    @property
    def unlabelled(self) -> tuple[None, ...]:
        """Its events without any label: about two seconds each."""
        return (None,) * unlabelled_events(self.seconds)

    @property
    def labelled(self) -> tuple[Event, ...]:
        return tuple(event for event in self.events if event is not None)


@dataclass(frozen=True)
class QueryFile:
    """A file of queries that was brought. name: as the visitor calls it. text: as it was, read anew whenever it is measured."""

    name: str
    text: str


@dataclass(frozen=True)
class Models:
    """Which pair made a result: what it is, without paths of this machine, and the fingerprints of its weights."""

    info: PairInfo
    fingerprint: Both[str]

    def same_as(self, other: Models) -> bool:
        return self.fingerprint == other.fingerprint


@dataclass(frozen=True)
class Result:
    """Something that both models said. kind: one of KINDS. when: UTC, ISO 8601. value: of that kind's class."""

    kind: str
    when: str
    models: Models
    value: Value

    @property
    def when_shown(self) -> str:
        """When, for a reader: to the minute, in UTC."""
        return f"{datetime.fromisoformat(self.when).astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"

    @property
    def title(self) -> str:
        """What it is of, in a line."""
        value = self.value
        if isinstance(value, SearchResult):
            return f"Search: {value.query}"
        if isinstance(value, CaptionResult):
            return f"Captions of {value.clip_id}"
        return f"Hard negatives of {value.clip_id}, event {value.event_index + 1}"

    def renamed(self, names: Mapping[str, str]) -> Result:
        """The same of clips that are called otherwise now. names: old -> new."""

        def new(name: str) -> str:
            return names.get(name, name)

        value = self.value
        if isinstance(value, SearchResult):
            hits = value.hits.map(lambda own: tuple(replace(h, clip_id=new(h.clip_id)) for h in own))
            target = new(value.target) if value.target is not None else None
            return replace(self, value=replace(value, hits=hits, target=target))
        return replace(self, value=replace(value, clip_id=new(value.clip_id)))


def models_of(comparison: Comparison) -> Models:
    """The pair behind a comparison."""
    info, prints = comparison.info, comparison.gallery.fingerprints
    info = replace(info, base_id=model_id(info.base_id), adapter_id=model_id(info.adapter_id))
    return Models(info, Both.of(prints.__getitem__))
