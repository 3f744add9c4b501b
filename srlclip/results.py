"""What a comparison returns: plain frozen values that the app, the CLI and the evaluation share.

Standard library only. "base" and "adapted" name the two models of the pair everywhere.
Scores are cosine similarities in [-1, 1]; ranks start at 1 and ties rank last.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from srlclip.situations import Caption

MODELS = ("base", "adapted")


@dataclass(frozen=True)
class PairInfo:
    """What is being compared, for banners, downloads and result files."""

    base_id: str
    adapter_id: str
    trained_on: str
    is_synthetic: bool
    embed_dim: int
    image_size: int
    device: str
    version: str
    licence: str = "Apache-2.0"


def model_id(name: str) -> str:
    """A model's name for others: of a path on this machine only its last two parts."""
    path = Path(name)
    return "/".join(path.parts[-2:]) if path.is_absolute() else name


@dataclass(frozen=True)
class Example:
    """A query that the app offers. target: the clip it describes; event_index: the event (0-based); None if unknown."""

    query: str
    target: str | None = None
    event_index: int | None = None


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


@dataclass(frozen=True)
class SearchResult:
    """A query's ranking of the whole gallery under both models (best first).

    base or adapted is empty if that model failed, with the reason in `failures`.
    target: clip id that the query describes, or None for free text. tokens: of the whole query; truncated: whether that
    is more than token_limit, beyond which the text tower reads nothing.
    """

    query: str
    base: tuple[Hit, ...]
    adapted: tuple[Hit, ...]
    target: str | None = None
    tokens: int = 0
    truncated: bool = False
    token_limit: int = 77
    failures: tuple[str, ...] = ()

    def hits(self, model: str) -> tuple[Hit, ...]:
        return self.base if model == "base" else self.adapted

    def target_rank(self, model: str) -> int | None:
        return next((hit.rank for hit in self.hits(model) if hit.clip_id == self.target), None)

    def overlap(self, k: int = 5) -> int:
        """How many clips both models have among their first k."""
        return len({h.clip_id for h in self.base[:k]} & {h.clip_id for h in self.adapted[:k]})

    def biggest_mover(self, k: int = 5) -> Hit | None:
        """Among the adapted model's first k, the clip whose rank changed most (None if nothing moved)."""
        moved = [h for h in self.adapted[:k] if h.rank_change]
        return max(moved, key=lambda h: abs(h.rank_change or 0), default=None)


@dataclass(frozen=True)
class Timeline:
    """Similarity of one text to each event of one clip under both models; spans are (start, end) in seconds."""

    clip_id: str
    query: str
    spans: tuple[tuple[float, float], ...]
    base: tuple[float, ...]
    adapted: tuple[float, ...]

    def values(self, model: str) -> tuple[float, ...]:
        return self.base if model == "base" else self.adapted

    def best(self, model: str) -> int | None:
        """0-based event that fits best, the first of equals; None if the model gave nothing."""
        values = self.values(model)
        return values.index(max(values)) if values else None


@dataclass(frozen=True)
class ScoredCaption:
    """A caption with both models' cosine to the event, and the margin true - negative (None on the true caption)."""

    caption: Caption
    base: float
    adapted: float
    base_margin: float | None = None
    adapted_margin: float | None = None

    def score(self, model: str) -> float:
        return self.base if model == "base" else self.adapted

    def margin(self, model: str) -> float | None:
        return self.base_margin if model == "base" else self.adapted_margin

    def fools(self, model: str) -> bool:
        """Whether the model fits this negative at least as well as the true caption."""
        return (self.margin(model) or 0.0) <= 0


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
        margins = [n.margin(model) or 0.0 for n in self.negatives]
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
    base: str
    adapted: str
    base_confidence: float = 0.0
    adapted_confidence: float = 0.0
    base_match: bool | None = None
    adapted_match: bool | None = None

    def value(self, model: str) -> str:
        return self.base if model == "base" else self.adapted

    def match(self, model: str) -> bool | None:
        return self.base_match if model == "base" else self.adapted_match


@dataclass(frozen=True)
class EventCaption:
    """The SRL caption of one event: slots[0] is the verb. Sentences are the slots read as one line per model.

    base_verbs, adapted_verbs: (lemma, confidence), best first; base_verb_ids, adapted_verb_ids: the same as VerbIDs.
    """

    index: int
    start: float
    end: float
    slots: tuple[Slot, ...]
    base_sentence: str
    adapted_sentence: str
    base_verbs: tuple[tuple[str, float], ...] = ()
    adapted_verbs: tuple[tuple[str, float], ...] = ()
    base_verb_ids: tuple[str, ...] = ()
    adapted_verb_ids: tuple[str, ...] = ()

    def sentence(self, model: str) -> str:
        return self.base_sentence if model == "base" else self.adapted_sentence

    def verbs(self, model: str) -> tuple[tuple[str, float], ...]:
        return self.base_verbs if model == "base" else self.adapted_verbs

    def verb_ids(self, model: str) -> tuple[str, ...]:
        return self.base_verb_ids if model == "base" else self.adapted_verb_ids


@dataclass(frozen=True)
class CaptionResult:
    """SRL captions of a whole clip under both models, and how they were made.

    decoder: in a sentence; kind: "heads" (trained captioners on frozen features) or "zero_shot" (CLIP alone).
    dense: whether the video is longer than a clip, so that its events were read through windows sliding over it.
    """

    clip_id: str
    events: tuple[EventCaption, ...]
    decoder: str
    match_rule: str
    has_reference: bool
    kind: str = "zero_shot"
    confidence_rule: str = "softmax share over the candidates"
    dense: bool = False


def to_json(result: object) -> dict:
    """Any of the values above as plain JSON types."""
    return asdict(result)  # type: ignore[call-overload]
