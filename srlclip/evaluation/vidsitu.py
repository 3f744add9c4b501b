"""Score predicted verbs and semantic roles by VidSitu's official metrics, with intervals, for any number of models.

Scale: everything is 100 times what the official evaluator returns, as papers print it. Verbs are then percentages. The
evaluator's CIDEr lies between 0 and 10, and a printed 76 is its 0.76: a filler of one word cannot pass 2.5 (printed
250), and people who describe the same thing share few words. ROUGE-L and LEA lie between 0 and 1 (printed 100); LEA-S
contains CIDEr and may pass that.

Intervals are the 2.5 and 97.5 percentiles over resampled clips, the same clips for all models. The scores of the items
are held as they are: CIDEr's document frequencies stay those of the whole set. Macro averages and Rec@5's choice of
verbs are made anew from each resample, LEA from its clips' counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from srlclip.data.predictions import EventPrediction, VerbPrediction
from srlclip.evaluation.metrics.bootstrap import resample_counts
from srlclip.evaluation.metrics.lea import LinkCounts
from srlclip.evaluation.metrics.vidsitu import (
    SCORED_ROLES,
    Annotators,
    Scores,
    SrlScores,
    VerbEvent,
    choose_references,
    srl_scores,
    verb_accuracy,
    verb_recall,
)
from srlclip.situations import Situation

#: The official evaluator's name of each metric.
OFFICIAL_NAMES = {
    "Vb@1": "Per_Ev_Top_1",
    "Vb@5": "Per_Ev_Top_5",
    "Rec@5": "recall_macro_1_th_9",
    "CIDEr": "cider",
    "CIDEr-Verb": "MacroVb_cider",
    "CIDEr-Arg": "MacroArg_cider",
    "ROUGE-L": "rouge",
    "ROUGE-L-Verb": "MacroVb_rouge",
    "ROUGE-L-Arg": "MacroArg_rouge",
    "LEA": "lea",
    "LEA-S": "lea_soft",
    **{f"CIDEr {role}": f"{role}_cider" for role in SCORED_ROLES},
    **{f"ROUGE-L {role}": f"{role}_rouge" for role in SCORED_ROLES},
}
#: The rows of a table; the others are in its per-role part.
METRICS = ("Vb@1", "Vb@5", "Rec@5", "CIDEr", "CIDEr-Verb", "CIDEr-Arg", "ROUGE-L", "LEA", "LEA-S")


@dataclass(frozen=True)
class Predictions:
    """One model's predictions by position in the split; None where it has none of a kind."""

    verbs: Mapping[int, VerbPrediction] | None = None
    srl: Mapping[int, tuple[EventPrediction, ...]] | None = None


@dataclass(frozen=True)
class Covered:
    """Clips of a split. voted, annotated: can be scored. verbs, srl: of those, predicted (None: no predictions)."""

    segments: int
    voted: int
    annotated: int
    verbs: int | None
    srl: int | None


@dataclass(frozen=True)
class Scored:
    """One model's metrics, by the names in OFFICIAL_NAMES, what they are made of, and how much was predicted.

    A metric that the data does not define is absent: those of verbs without votes, Rec@5 without a verb of more than 9
    entries (the official evaluator says 0). items: the SRL scores one by one, None without SRL.
    """

    metrics: Mapping[str, Scores | LinkCounts]
    covered: Covered
    items: SrlScores | None = None

    def official(self) -> dict[str, float]:
        """What the official evaluator prints, by its own names and on its own scale."""
        return {OFFICIAL_NAMES[name]: metric.official() for name, metric in self.metrics.items()}


def score(situations: Sequence[Situation], predictions: Predictions, segments: Sequence[str] | None = None) -> Scored:
    """Score one model. segments: the clip ids of the whole split, in the order that positions count.

    None: `situations` are the whole split. Clips without prediction count as predicted wrongly; predictions for clips
    without annotation are passed over. ValueError for positions outside of the split.
    """
    segments = [s.clip_id for s in situations] if segments is None else segments
    place = {clip: position for position, clip in enumerate(segments)}
    if len(place) != len(segments):
        raise ValueError("the split lists a clip twice, so positions in it name no clip; list each once")
    if strangers := [s.clip_id for s in situations if s.clip_id not in place]:
        raise ValueError(f"clip {strangers[0]!r} is not in the split of {len(segments)} clips")
    for kind, given in (("verb", predictions.verbs), ("SRL", predictions.srl)):
        if outside := [p for p in given or () if not 0 <= p < len(segments)]:
            where = f"position {outside[0]}, but the split has {len(segments)} clips"
            raise ValueError(f"{kind} prediction for {where}; is it another split's?")
    ordered = sorted(situations, key=lambda s: place[s.clip_id])
    voted = [s for s in ordered if any(s.verb_votes)]
    annotated = [s for s in ordered if _annotators(s)]
    if not any(role.filler for s in annotated for events in _annotators(s) for e in events for role in e.roles):
        annotated = []  # test splits: the roles are there, what fills them is withheld
    metrics: dict[str, Scores | LinkCounts] = {}
    if predictions.verbs is not None and voted:
        metrics |= _verb_metrics(voted, [predictions.verbs.get(place[s.clip_id]) for s in voted])
    items = None
    if predictions.srl is not None and annotated:
        said = [[event.roles for event in predictions.srl.get(place[s.clip_id], ())] for s in annotated]
        items = srl_scores(choose_references([_annotators(s) for s in annotated]), said)
        metrics |= items.metrics()
    covered = Covered(
        segments=len(segments),
        voted=len(voted),
        annotated=len(annotated),
        verbs=_predicted(predictions.verbs, voted, place),
        srl=_predicted(predictions.srl, annotated, place),
    )
    return Scored(metrics, covered, items)


def _annotators(situation: Situation) -> Annotators:
    return [events for events in situation.annotations or (situation.events,) if events]


def _predicted(
    given: Mapping[int, object] | None, situations: Sequence[Situation], place: Mapping[str, int]
) -> int | None:
    return None if given is None else sum(place[s.clip_id] in given for s in situations)


def _verb_metrics(voted: Sequence[Situation], predicted: Sequence[VerbPrediction | None]) -> dict[str, Scores]:
    events = []
    for clip, (situation, prediction) in enumerate(zip(voted, predicted, strict=True)):
        ranked = prediction.verbs if prediction else ()
        for k, votes in enumerate(situation.verb_votes):
            if votes:
                events.append(VerbEvent(clip, ranked[k] if k < len(ranked) else (), votes))
    recall = verb_recall(events, len(voted))
    out = {f"Vb@{k}": verb_accuracy(events, len(voted), k) for k in (1, 5)}
    return out | ({"Rec@5": recall} if len(recall) else {})


def summarise(
    scored: Mapping[str, Scored],
    resamples: int = 1000,
    pairs: Sequence[tuple[str, str]] = (),
    names: Sequence[str] = METRICS,
) -> dict[str, dict]:
    """metric -> model (or "b - a" for each pair) -> {"mean", "ci": [low, high], "n", "official"}.

    scored: model -> its scores on the same clips. n: how many numbers the mean is of: events, items, verbs, roles, or
    clips (LEA). official: unrounded, on the official evaluator's scale (not for pairs). A metric that a model does not
    have is left out of its row. Raises ValueError for fewer than one resample or an unknown name in a pair.
    """
    if unknown := {name for pair in pairs for name in pair} - scored.keys():
        raise ValueError(f"pairs name {sorted(unknown)}; there are: {', '.join(scored)}")
    table: dict[str, dict] = {}
    for metric in names:
        row: dict[str, dict] = {}
        resampled: dict[str, np.ndarray] = {}
        for model, one in scored.items():
            if (scores := one.metrics.get(metric)) is None:
                continue
            resampled[model] = scores.average(resample_counts(scores.clips, resamples))
            official = scores.official()
            row[model] = _cell(official, resampled[model], len(scores)) | {"official": official}
        for a, b in pairs:
            if a in resampled and b in resampled:
                if (scored[a].metrics[metric].clips, row[a]["n"]) != (scored[b].metrics[metric].clips, row[b]["n"]):
                    raise ValueError(f"{metric}: {a} and {b} were not scored on the same clips")
                difference = row[b]["official"] - row[a]["official"]
                row[f"{b} - {a}"] = _cell(difference, resampled[b] - resampled[a], row[a]["n"])
        if row:
            table[metric] = row
    return table


def _cell(value: float, resampled: np.ndarray, count: int) -> dict:
    """Resamples that define no value (no verb left with enough entries) are passed over."""
    defined = resampled[np.isfinite(resampled)]
    ends = np.quantile(defined, (0.025, 0.975)) if len(defined) else (value, value)
    return {"mean": round(100 * value, 3), "ci": [round(100 * float(end), 3) for end in ends], "n": count}
