"""Measure several image towers on the same questions: retrieval, verbs and hard negatives, with paired intervals.

Every metric is first an array of observations with the clip each belongs to; intervals and differences between models
resample whole clips, the same ones for both models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from srlclip.evaluation.metrics import strata
from srlclip.evaluation.metrics.bootstrap import Interval, bootstrap, paired_difference
from srlclip.evaluation.metrics.ranking import CUTOFFS, ranks
from srlclip.evaluation.questions import Questions
from srlclip.situations import Situation


@dataclass(frozen=True)
class Observations:
    """values: (N,). clip: (N,) position of the clip each belongs to. percent: whether values are hits (0 or 1).

    statistic: "mean", "median", or of hits "macro" (the mean of the strata's means) and "product" (of the strata's means).
    strata: (N,) number of the stratum of each, for the last two. reason: why nothing could be observed, where N is 0.
    """

    values: np.ndarray
    clip: np.ndarray
    percent: bool = True
    statistic: str = "mean"
    reason: str = ""
    strata: np.ndarray | None = None


def observe(
    events: np.ndarray,
    clips: np.ndarray,
    situations: Sequence[Situation],
    asked: Questions,
    texts: Mapping[str, np.ndarray],
) -> dict[str, Observations]:
    """All metrics of one model. events: (G, E, D), clips: (G, D), texts: text -> (D,), all L2-normalised.

    Retrieval: R@K, MdR and MnR of each event among all events, of the right event among its clip's own, and of each
    clip among all clips. Verbs: the right VerbID first; none is observed where the lexicon has no verb of the clips. Negatives: per kind, the share beaten (ties lose); verb_role_1of5:
    the true sentence beats all of the event's verb-role negatives.
    """
    count, per_clip, dim = events.shape
    flat = events.reshape(-1, dim)
    owner = np.repeat(np.arange(count), per_clip)
    out: dict[str, Observations] = {}
    queries = np.stack([texts[t] for row in asked.events for t in row])
    similarity = queries @ flat.T
    out |= _ranking("event", ranks(similarity), owner)
    own = np.einsum("ged,gfd->gef", queries.reshape(events.shape), events)
    within = (own >= np.diagonal(own, axis1=1, axis2=2)[..., None]).sum(-1)
    out["event in its clip"] = Observations((within == 1).ravel(), owner)
    stories = np.stack([texts[t] for t in asked.clips])
    out |= _ranking("clip", ranks(stories @ clips.T), np.arange(count))
    out["verb accuracy"] = _verbs(flat, owner, [e.verb_id for s in situations for e in s.events], asked, texts)
    return out | _choices(events, asked, texts)


def _verbs(
    flat: np.ndarray, owner: np.ndarray, true: list[str], asked: Questions, texts: Mapping[str, np.ndarray]
) -> Observations:
    verb_ids = np.array([v for v, _ in asked.verbs])
    if not set(true) & set(verb_ids.tolist()):
        some = ", ".join(sorted(set(true))[:3])
        reason = f"not measurable: the lexicon's {len(verb_ids)} verbs hold none of the clips', such as {some}"
        return Observations(np.zeros(0, bool), np.zeros(0, int), reason=reason)
    verbs = np.stack([texts[t] for _, t in asked.verbs])
    named = verb_ids[np.argmax(flat @ verbs.T, axis=1)]
    return Observations(named == np.array(true), owner)


def _ranking(name: str, rank: np.ndarray, clip: np.ndarray) -> dict[str, Observations]:
    out = {f"{name} R@{k}": Observations(rank <= k, clip) for k in CUTOFFS}
    out[f"{name} MdR"] = Observations(rank, clip, percent=False, statistic="median")
    out[f"{name} MnR"] = Observations(rank, clip, percent=False)
    return out


def _choices(events: np.ndarray, asked: Questions, texts: Mapping[str, np.ndarray]) -> dict[str, Observations]:
    hits: dict[str, list[bool]] = {}
    clips: dict[str, list[int]] = {}
    for g, (sentences, wrong) in enumerate(zip(asked.true, asked.negatives, strict=True)):
        for k, (sentence, captions) in enumerate(zip(sentences, wrong, strict=True)):
            true = float(events[g, k] @ texts[sentence])
            beaten = [(c.kind, true > float(events[g, k] @ texts[c.text])) for c in captions]
            against_verbs = [won for kind, won in beaten if kind == "verb_role"]
            if len(against_verbs) > 1:
                beaten.append(("verb_role 1 of 5", all(against_verbs)))
            for kind, won in beaten:
                hits.setdefault(f"negatives: {kind}", []).append(won)
                clips.setdefault(f"negatives: {kind}", []).append(g)
    return {name: Observations(np.array(values), np.array(clips[name])) for name, values in hits.items()}


_STATISTICS = {"mean": np.mean, "median": np.median}
#: Statistics over strata; in percent only once they are taken, since a product of percentages is none.
_OVER_STRATA = {"macro": strata.mean_of_strata, "product": strata.product_of_strata}


def summarise(
    models: Mapping[str, Mapping[str, Observations]], pairs: Sequence[tuple[str, str]], n: int = 2000
) -> dict[str, dict]:
    """metric -> model (or "b - a" for each pair) -> {"mean", "ci": [low, high], "n"}; 95 % intervals over clips.

    Hits are in percent, ranks are ranks. Without an observation mean and ci are None, n is 0, and the row has a "reason".
    """
    first = next(iter(models.values()))
    table: dict[str, dict] = {}
    for metric, one in first.items():
        if not len(one.values):
            names = (*models, *(f"{b} - {a}" for a, b in pairs))
            table[metric] = {name: {"mean": None, "ci": None, "n": 0} for name in names} | {"reason": one.reason}
            continue
        observed = {name: each[metric] for name, each in models.items()}
        row = {name: _cell(_interval(o, n), len(o.values)) for name, o in observed.items()}
        for a, b in pairs:
            row[f"{b} - {a}"] = _cell(_difference(observed[a], observed[b], n), len(one.values))
        table[metric] = row
    return table


def _interval(one: Observations, n: int) -> Interval:
    scale, clips = 100.0 if one.percent else 1.0, one.clip.tolist()
    if one.statistic in _OVER_STRATA:
        combine = _OVER_STRATA[one.statistic]
        return _scaled(strata.interval(one.values, clips, _strata_of(one), combine, n), scale)
    return bootstrap(scale * one.values, clips, _STATISTICS[one.statistic], n)


def _difference(a: Observations, b: Observations, n: int) -> Interval:
    scale, clips = 100.0 if a.percent else 1.0, a.clip.tolist()
    if a.statistic in _OVER_STRATA:
        combine = _OVER_STRATA[a.statistic]
        return _scaled(strata.difference(a.values, b.values, clips, _strata_of(a), combine, n), scale)
    return paired_difference(scale * a.values, scale * b.values, clips, _STATISTICS[a.statistic], n)


def _strata_of(one: Observations) -> np.ndarray:
    if one.strata is None:
        raise ValueError(f"a {one.statistic} needs the stratum of every observation")
    return one.strata


def _scaled(interval: Interval, scale: float) -> Interval:
    return Interval(scale * interval.mean, scale * interval.low, scale * interval.high)


def _cell(interval: Interval, count: int) -> dict:
    return {"mean": round(interval.mean, 3), "ci": [round(interval.low, 3), round(interval.high, 3)], "n": count}
