"""What a comparison returns: plain frozen values that the app, the CLI and the evaluation share.

Standard library only. "base" and "adapted" name the two models of the pair everywhere.
Scores are cosine similarities in [-1, 1]; ranks start at 1 and ties rank last.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import Field, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from srlclip.situations import Caption

MODELS = ("base", "adapted")
Value = TypeVar("Value")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Both(Generic[Value]):
    """The same sort of thing of both models: `both.base`, or `both[model]`; in the order of MODELS when unpacked."""

    base: Value
    adapted: Value

    @classmethod
    def of(cls, make: Callable[[str], Value]) -> Both[Value]:
        """Made for each model by its name."""
        return cls(*(make(model) for model in MODELS))

    def __getitem__(self, model: str) -> Value:
        if model not in MODELS:
            raise ValueError(f"model is {model!r}; allowed: {', '.join(MODELS)}")
        return getattr(self, model)

    def __iter__(self) -> Iterator[Value]:
        return iter((self.base, self.adapted))

    def map(self, change: Callable[[Value], Other]) -> Both[Other]:
        return Both(*(change(value) for value in self))


#: Marks the field of a class whose two values are "base" and "adapted" in JSON; those of other fields of the class are
#: "base_margin" and "adapted_margin", by the field's name.
_PLAIN_KEYS = {"plain_keys": True}


def json_keys(of: Field) -> Both[str]:
    """The two JSON keys that a field of type Both is written under."""
    return Both.of(lambda model: model if of.metadata.get("plain_keys") else f"{model}_{of.name}")


@dataclass(frozen=True)
class PairInfo:
    """What is being compared, for banners, downloads and result files.

    precision: of the weights, fp32 or bf16. feature_cosine: the smallest one measured between a frame's embedding and its
    exact one, under either model; 1 for fp32, None where it is not known.
    """

    base_id: str
    adapter_id: str
    trained_on: str
    is_synthetic: bool
    embed_dim: int
    image_size: int
    device: str
    version: str
    licence: str = "Apache-2.0"
    precision: str = "fp32"
    feature_cosine: float | None = 1.0


def model_id(name: str) -> str:
    """A model's name for others: of a path on this machine only its last two parts."""
    path = Path(name)
    return "/".join(path.parts[-2:]) if path.is_absolute() else name


@dataclass(frozen=True)
class Example:
    """A query that the app offers. target: the clip it describes; event_index: the event (0-based); None if unknown.

    complete: whether the query tells all that the event's labels tell, in whatever words.
    """

    query: str
    target: str | None = None
    event_index: int | None = None
    complete: bool = False


@dataclass(frozen=True)
class Story:
    """A query of the guided tour. outcome: what it was chosen as, "win", "tie" or "loss" of the bundled SRL-CLIP."""

    outcome: str
    query: str
    target: str
    event_index: int


@dataclass(frozen=True)
class Hit:
    """One clip in a ranking. rank_change: places gained against the base model (None for the base model itself).

    event_index: the event that the score comes from, the clip's best for the query.
    """

    clip_id: str
    rank: int
    score: float
    rank_change: int | None = None
    event_index: int = 0


class Ranking(Sequence[Hit]):
    """Hits of a gallery, best first, that are made when they are looked at. Equals a tuple of the same hits."""

    @abstractmethod
    def picked(self, clip_ids: Collection[str]) -> tuple[Hit, ...]:
        """See `picked`."""

    @abstractmethod
    def ranks_of(self, clip_ids: Sequence[str]) -> list[int | None]:
        """See `ranks_in`."""

    @abstractmethod
    def against(self, before: Sequence[Hit] | None) -> Ranking:
        """The same hits with rank_change told against another ranking (None: without)."""

    @property
    @abstractmethod
    def clip_ids(self) -> Sequence[str]:
        """The ranked clips, in any order."""

    @property
    def lowest(self) -> float:
        """The lowest score, for a scale of the scores."""
        return self[-1].score

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return self is other or len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]


def picked(hits: Sequence[Hit], clip_ids: Collection[str]) -> tuple[Hit, ...]:
    """The hits of these clips, in the ranking's order; a clip that is not ranked has none."""
    if isinstance(hits, Ranking):
        return hits.picked(clip_ids)
    wanted = set(clip_ids)
    return tuple(hit for hit in hits if hit.clip_id in wanted)


def ranks_in(hits: Sequence[Hit], clip_ids: Sequence[str]) -> list[int | None]:
    """The rank of each of these clips, None for one that is not ranked."""
    if isinstance(hits, Ranking):
        return hits.ranks_of(clip_ids)
    ranks = {hit.clip_id: hit.rank for hit in hits}
    return [ranks.get(clip) for clip in clip_ids]


def clips_of(hits: Sequence[Hit]) -> Sequence[str]:
    """The ranked clips, in any order."""
    return hits.clip_ids if isinstance(hits, Ranking) else [hit.clip_id for hit in hits]


def told_against(hits: Sequence[Hit], before: Sequence[Hit]) -> Sequence[Hit]:
    """The hits with rank_change told against another ranking of the same clips; None where that is empty."""
    if isinstance(hits, Ranking):
        return hits.against(before)
    old = ranks_in(before, [hit.clip_id for hit in hits])
    moves = ((hit, rank - hit.rank if rank is not None else None) for hit, rank in zip(hits, old, strict=True))
    return tuple(replace(hit, rank_change=moved) for hit, moved in moves)


def first_ranks(hits: Sequence[Hit], limit: int, target: str | None = None) -> list[Hit]:
    """The hits of the ranks up to `limit`, and the target if it stands further down."""
    head = [hit for hit in hits[:limit] if hit.rank <= limit]  # a rank is no smaller than its place
    late = picked(hits, [target]) if target is not None else ()
    return head + [hit for hit in late if hit.rank > limit]


@dataclass(frozen=True)
class SearchResult:
    """A query's ranking of the whole gallery under both models (best first).

    hits: a tuple or a Ranking; empty for a model that failed, with the reason in `failures`.
    target: clip id that the query describes, or None for free text. tokens: of the whole query; truncated: whether that
    is more than token_limit, beyond which the text tower reads nothing.
    """

    query: str
    hits: Both[Sequence[Hit]] = field(metadata=_PLAIN_KEYS)
    target: str | None = None
    tokens: int = 0
    truncated: bool = False
    token_limit: int = 77
    failures: tuple[str, ...] = ()

    def target_rank(self, model: str) -> int | None:
        return ranks_in(self.hits[model], [self.target])[0] if self.target is not None else None

    def overlap(self, k: int = 5) -> int:
        """How many clips both models have among their first k."""
        return len(set.intersection(*({hit.clip_id for hit in hits[:k]} for hits in self.hits)))

    def biggest_mover(self, k: int = 5) -> Hit | None:
        """Among the adapted model's first k, the clip whose rank changed most (None if nothing moved)."""
        moved = [h for h in self.hits.adapted[:k] if h.rank_change]
        return max(moved, key=lambda h: abs(h.rank_change or 0), default=None)


@dataclass(frozen=True)
class Timeline:
    """Similarity of one text to each event of one clip under both models; spans are (start, end) in seconds."""

    clip_id: str
    query: str
    spans: tuple[tuple[float, float], ...]
    scores: Both[tuple[float, ...]] = field(metadata=_PLAIN_KEYS)

    def best(self, model: str) -> int | None:
        """0-based event that fits best, the first of equals; None if the model gave nothing."""
        scores = self.scores[model]
        return scores.index(max(scores)) if scores else None


@dataclass(frozen=True)
class ScoredCaption:
    """A caption with both models' cosine to the event, and the margin true - negative (None on the true caption)."""

    caption: Caption
    score: Both[float] = field(metadata=_PLAIN_KEYS)
    margin: Both[float | None] = Both(None, None)

    def fools(self, model: str) -> bool:
        """Whether the model fits this negative at least as well as the true caption."""
        return (self.margin[model] or 0.0) <= 0


@dataclass(frozen=True)
class ScoreResult:
    """A true caption against its hard negatives on one event of one clip. A tie counts as fooled.

    truncated: how many of the captions are longer than the text tower reads; it saw their beginning only.
    """

    clip_id: str
    event_index: int
    true: ScoredCaption
    negatives: tuple[ScoredCaption, ...]
    truncated: int = 0

    @property
    def shortened(self) -> int:
        """How many negatives lost roles at their end to fit the text tower's limit."""
        return sum(n.caption.dropped_roles > 0 for n in self.negatives)

    def length_note(self) -> str:
        """What was cut, in a sentence; "" if nothing was."""
        parts = []
        if self.truncated:
            parts.append(
                f"{self.truncated} captions are longer than the text tower reads: only their beginning counted."
            )
        if self.shortened:
            parts.append(f"{self.shortened} negatives lost roles at their end to fit the text tower.")
        return " ".join(parts)

    def beaten(self, model: str) -> int:
        return sum(not n.fools(model) for n in self.negatives)

    def mean_margin(self, model: str) -> float | None:
        margins = [n.margin[model] or 0.0 for n in self.negatives]
        return sum(margins) / len(margins) if margins else None


@dataclass(frozen=True)
class Slot:
    """One row of the SRL table: the verb (key "Verb") or a role, both models' filler, and the reference if known.

    A match of None means that there is no reference. Confidences are in [0, 1]; CaptionResult.confidence_rule says what
    they are.
    """

    key: str
    name: str
    reference: str | None
    filler: Both[str] = field(metadata=_PLAIN_KEYS)
    confidence: Both[float] = Both(0.0, 0.0)
    match: Both[bool | None] = Both(None, None)


@dataclass(frozen=True)
class EventCaption:
    """The SRL caption of one event: slots[0] is the verb. Sentences are the slots read as one line per model.

    verbs: (lemma, confidence), best first; verb_ids: the same as VerbIDs. reference_origin: of the labels that are the
    reference, as Event.origin.
    """

    index: int
    start: float
    end: float
    slots: tuple[Slot, ...]
    sentence: Both[str]
    verbs: Both[tuple[tuple[str, float], ...]] = Both((), ())
    verb_ids: Both[tuple[str, ...]] = Both((), ())
    reference_origin: str = ""


@dataclass(frozen=True)
class CaptionResult:
    """SRL captions of a whole clip under both models, and how they were made.

    decoder: in a sentence; kind: "heads" (trained captioners on frozen features) or "zero_shot" (CLIP alone).
    dense: whether the video is longer than a clip, so that its events were read through windows sliding over it.
    unfamiliar: a sentence if the clip is far from all that the captioners were trained on.
    """

    clip_id: str
    events: tuple[EventCaption, ...]
    decoder: str
    match_rule: str
    has_reference: bool
    kind: str = "zero_shot"
    confidence_rule: str = "softmax share over the candidates"
    dense: bool = False
    unfamiliar: str = ""


def to_json(result: Any) -> Any:
    """Any of the values above as plain JSON types; what is of both models stands under two keys (see json_keys)."""
    if isinstance(result, tuple | list | Ranking):
        return [to_json(each) for each in result]
    if not is_dataclass(result):
        return result
    out: dict[str, Any] = {}
    for each in fields(result):
        value = getattr(result, each.name)
        if isinstance(value, Both):
            out |= {key: to_json(own) for key, own in zip(json_keys(each), value, strict=True)}
        else:
            out[each.name] = to_json(value)
    return out
