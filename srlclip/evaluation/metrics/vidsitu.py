"""The official metrics of VidSitu's verbs and semantic roles, number by number (Sadhu et al. 2021, its evaluator).

Verbs. Acc@K: an event counts if any of its first 10 votes is among the first K verbs. Rec@5: each verb with two or more
of those votes appends a hit or a miss to its own list; lists of more than 9 entries are averaged, then their averages.
Ties are broken by the order in which the prediction names its verbs: scores are not consulted.

Roles. An item is a scored role of an event, in the order of the first annotator; its references are the first three
annotators' fillers, after a permutation of each clip's annotators that only matters when there are more. CIDEr and
ROUGE-L average over items; CIDEr-Verb and CIDEr-Arg score the items of every true verb, or role, on their own (document
frequencies included) and average over these groups, groups of one item (0) included. LEA and LEA-S: see lea.py.
The predicted verb plays no part. Strings are compared letter by letter.

A role that is not predicted is "" for CIDEr and ROUGE and no mention for LEA. Where the official code stops with an
error, this is what holds: a clip that is not predicted has none of its roles predicted (also if only Ev1 is missing,
where the official LEA leaves out the clip); an annotator who lacks an item's role gives no reference for it; a role
that only later annotators have is no item, but a mention in their LEA (of CIDEr 0 in LEA-S); where clips differ in
their number of annotators, LEA takes those of clips with fewer again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from srlclip.evaluation.metrics.caption_scores import cider, rouge_l
from srlclip.evaluation.metrics.lea import LinkCounts, clusters, resolved
from srlclip.situations import Event

SCORED_ROLES = ("Arg0", "Arg1", "Arg2", "ALoc", "AScn")
REFERENCES = 3
VOTES = 10
#: Rec@5 averages over verbs with at least so many entries.
LEAST_ENTRIES = 10

#: One clip's prediction: per event, short role key -> text.
Fillers = Sequence[Mapping[str, str]]
#: One clip's annotators, each with the clip's events.
Annotators = Sequence[Sequence[Event]]


@dataclass(frozen=True)
class Scores:
    """One value per observation, averaged as they are or, with groups, within each group first (macro).

    values: (N,). clip: (N,) from 0 to clips - 1. group: (N,) from 0, or None. least: smaller groups are left out.
    """

    values: np.ndarray
    clip: np.ndarray
    clips: int
    group: np.ndarray | None = None
    least: int = 1

    def __len__(self) -> int:
        """How many numbers the average is of: observations, or groups that count."""
        return len(self.values) if self.group is None else int((np.bincount(self.group) >= self.least).sum())

    def average(self, times: np.ndarray) -> np.ndarray:
        """(R,) the average when clip c is taken times[r, c] times; NaN where nothing is left. times: (R, C)."""
        group = np.zeros(len(self.values), dtype=int) if self.group is None else self.group
        shape = (self.clips, int(group.max(initial=0)) + 1)
        cell = np.ravel_multi_index((self.clip, group), shape)
        sums = times @ np.bincount(cell, self.values, np.prod(shape)).reshape(shape)
        sizes = times @ np.bincount(cell, minlength=np.prod(shape)).reshape(shape).astype(np.float64)
        counted = sizes >= self.least
        means = np.divide(sums, sizes, out=np.zeros_like(sums), where=counted)
        groups = counted.sum(axis=1)
        return np.divide(means.sum(axis=1), groups, out=np.full(len(times), np.nan), where=groups > 0)

    def official(self) -> float:
        """The average over all clips."""
        return float(self.average(np.ones((1, self.clips)))[0])


@dataclass(frozen=True)
class VerbEvent:
    """An event that was voted on. clip: its position. ranked: predicted VerbIDs, best first. votes: in file order."""

    clip: int
    ranked: Sequence[str]
    votes: Sequence[str]


def verb_accuracy(events: Sequence[VerbEvent], clips: int, k: int) -> Scores:
    """Acc@K, 0 to 1. clips: how many there are, with and without votes. ValueError for K below 1."""
    _check_cutoff(k)
    hits = [not set(event.ranked[:k]).isdisjoint(event.votes[:VOTES]) for event in events]
    return Scores(np.array(hits, dtype=np.float64), np.array([event.clip for event in events], dtype=int), clips)


def verb_recall(events: Sequence[VerbEvent], clips: int, k: int = 5) -> Scores:
    """Rec@K, macro over verbs with more than 9 entries, 0 to 1; NaN (the official code says 0) if there are none."""
    _check_cutoff(k)
    entries = [
        (verb, event.clip, verb in event.ranked[:k])
        for event in events
        for verb, count in Counter(event.votes[:VOTES]).items()
        if count >= 2
    ]
    group, clip, hits = _numbers([verb for verb, _, _ in entries]), [c for _, c, _ in entries], [h for *_, h in entries]
    return Scores(np.array(hits, dtype=np.float64), np.array(clip, dtype=int), clips, group, LEAST_ENTRIES)


def _check_cutoff(k: int) -> None:
    if k < 1:
        raise ValueError(f"K is {k}; it must be 1 or more")


def _numbers(names: Sequence[str]) -> np.ndarray:
    """(N,) the number of each name, by first appearance."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=int)


@dataclass(frozen=True)
class Item:
    """A scored role of an event: what three people call it, and what the prediction does ("" if nothing)."""

    clip: int
    event: int
    role: str
    verb_id: str
    references: tuple[str, ...]
    hypothesis: str


def choose_references(annotations: Sequence[Annotators]) -> list[list[Sequence[Event]]]:
    """The three annotators of every clip that the metrics use, the first of them leading.

    annotations: all annotators of every annotated clip, in the order of the split file. numpy's legacy generator
    permutes each clip's annotators, so the order of the clips matters if some have more than three.
    """
    random = np.random.RandomState(5)
    return [[sets[i] for i in random.permutation(len(sets))[:REFERENCES]] for sets in annotations]


def srl_items(references: Sequence[Annotators], predictions: Sequence[Fillers]) -> list[Item]:
    """The items of all clips. predictions: per clip, () for one without."""
    items = []
    for clip, (annotators, fillers) in enumerate(zip(references, predictions, strict=True)):
        for k, event in enumerate(annotators[0]):
            others = [dict(_texts(events[k])) for events in annotators[1:] if k < len(events)]
            said = fillers[k] if k < len(fillers) else {}
            for name, text in _texts(event):
                texts = (text, *(other[name] for other in others if name in other))
                items.append(Item(clip, k, name[0], event.verb_id, texts, said.get(name[0], "")))
    return items


def _texts(event: Event) -> Iterator[tuple[tuple[str, int], str]]:
    """((scored role, how many of that key came before), filler), in the event's order."""
    seen: Counter[str] = Counter()
    for role in event.roles:
        if role.key in SCORED_ROLES:
            yield (role.key, seen[role.key]), role.filler
            seen[role.key] += 1


@dataclass(frozen=True)
class SrlScores:
    """Everything about one prediction's roles, item by item.

    cider: (N,) among all items; in_verb, in_role: (N,) among the items of the same verb, or role. rouge: (N,).
    """

    items: tuple[Item, ...]
    clips: int
    cider: np.ndarray
    in_verb: np.ndarray
    in_role: np.ndarray
    rouge: np.ndarray
    lea: LinkCounts
    lea_soft: LinkCounts

    def metrics(self) -> dict[str, Scores | LinkCounts]:
        """By the names of papers; `CIDEr Arg0` and so on are the items of one role."""
        verb, role = _numbers([i.verb_id for i in self.items]), _numbers([i.role for i in self.items])
        out: dict[str, Scores | LinkCounts] = {
            "CIDEr": self._scores(self.cider),
            "CIDEr-Verb": self._scores(self.in_verb, verb),
            "CIDEr-Arg": self._scores(self.in_role, role),
            "ROUGE-L": self._scores(self.rouge),
            "ROUGE-L-Verb": self._scores(self.rouge, verb),
            "ROUGE-L-Arg": self._scores(self.rouge, role),
            "LEA": self.lea,
            "LEA-S": self.lea_soft,
        }
        for key in SCORED_ROLES:
            rows = np.array([item.role == key for item in self.items])
            if rows.any():
                out[f"CIDEr {key}"] = self._scores(self.in_role, rows=rows)
                out[f"ROUGE-L {key}"] = self._scores(self.rouge, rows=rows)
        return out

    def _scores(
        self, values: np.ndarray, group: np.ndarray | None = None, rows: np.ndarray | slice = slice(None)
    ) -> Scores:
        clip = np.array([item.clip for item in self.items], dtype=int)
        return Scores(values[rows], clip[rows], self.clips, group)


def srl_scores(references: Sequence[Annotators], predictions: Sequence[Fillers]) -> SrlScores:
    """All scores of one prediction. references: from choose_references. ValueError if no scored role is annotated."""
    items = srl_items(references, predictions)
    if not items:
        raise ValueError(f"no annotated event has any of the scored roles ({', '.join(SCORED_ROLES)})")
    ciders = cider([i.references for i in items], [i.hypothesis for i in items])
    return SrlScores(
        items=tuple(items),
        clips=len(references),
        cider=ciders,
        in_verb=_cider_in_groups(items, [i.verb_id for i in items]),
        in_role=_cider_in_groups(items, [i.role for i in items]),
        rouge=rouge_l([i.references for i in items], [i.hypothesis for i in items]),
        **_link_counts(references, predictions, items, ciders),
    )


def _cider_in_groups(items: Sequence[Item], names: Sequence[str]) -> np.ndarray:
    out, group = np.zeros(len(items)), _numbers(names)
    for rows in np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1]):
        out[rows] = cider([items[i].references for i in rows], [items[i].hypothesis for i in rows])
    return out


def _link_counts(
    references: Sequence[Annotators], predictions: Sequence[Fillers], items: Sequence[Item], ciders: np.ndarray
) -> dict[str, LinkCounts]:
    """LEA's counts for every annotator and clip; the system's mentions are roles that the annotator has."""
    quality: list[dict[tuple[int, str], float]] = [{} for _ in references]
    for item, score in zip(items, ciders, strict=True):
        quality[item.clip][item.event, item.role] = float(score)
    rounds = max(map(len, references))
    plain, soft = np.zeros((2, rounds, len(references), 4))
    for clip, (annotators, fillers) in enumerate(zip(references, predictions, strict=True)):
        for number in range(rounds):
            said, true = [], []
            for k, event in enumerate(annotators[number % len(annotators)]):
                for (key, _), text in _texts(event):
                    true.append(((k, key), text))
                    if k < len(fillers) and key in fillers[k]:
                        said.append(((k, key), fillers[k][key]))
            system, key_side = clusters(said), clusters(true)
            recall = resolved(key_side, system)
            plain[number, clip] = (*resolved(system, key_side), *recall)
            soft[number, clip] = (*resolved(system, key_side, quality[clip]), *recall)
    return {"lea": LinkCounts(plain), "lea_soft": LinkCounts(soft)}
