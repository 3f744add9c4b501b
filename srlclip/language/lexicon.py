"""The lexicon: which roles a verb has and what fills them, learnt from annotations.

Verb-role negatives need the role names of verbs; probes need other fillers of the same role. Verbs that no annotation
has may be added from PropBank's frames (srlclip.data.propbank): they have roles, but a count of 0 and no fillers. The
frames also name the verbs' classes, which tell near-synonyms (srlclip.language.near_verbs).
"""

from __future__ import annotations

import difflib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from srlclip.files import write_json
from srlclip.language.english import clean_filler, head_noun, words_of
from srlclip.situations import DataError, Situation

_FORMAT = 1
#: Weight of a verb without events beside verbs with some: thousands of them together weigh less than one event.
_UNSEEN = 1e-9


@dataclass(frozen=True)
class VerbEntry:
    """verb: VidSitu's verb string. roles: (key, name) in the annotation's order.

    count: events with this verb, 0 for one that is known from PropBank only. classes: numbers of its VerbNet classes,
    "51.3.2"; empty where they are not known.
    """

    verb_id: str
    verb: str
    roles: tuple[tuple[str, str], ...]
    count: int
    classes: frozenset[str] = frozenset()


class Lexicon:
    """Verbs by VerbID with their roles, and fillers by role key with counts. Immutable after construction."""

    def __init__(
        self,
        entries: Iterable[VerbEntry],
        fillers: Mapping[str, Mapping[str, int]] | None = None,
        verb_fillers: Mapping[str, Mapping[str, Mapping[str, int]]] | None = None,
    ):
        """entries: in any order. fillers: role key -> filler -> count. verb_fillers: the same per VerbID."""
        ordered = sorted(entries, key=lambda entry: (-entry.count, entry.verb_id))
        self.entries: dict[str, VerbEntry] = {entry.verb_id: entry for entry in ordered}
        self._fillers = {key: _by_count(counts) for key, counts in (fillers or {}).items()}
        self._verb_fillers = {
            verb_id: {key: _by_count(counts) for key, counts in keys.items()}
            for verb_id, keys in (verb_fillers or {}).items()
        }
        self._heads: dict[str, tuple[str, ...]] = {}

    @classmethod
    def from_situations(cls, situations: Iterable[Situation], max_fillers: int = 2000, per_verb: int = 50) -> Lexicon:
        """Counts over clips: verbs and roles by the first annotator, fillers by all of them.

        A verb with several role lists or verb strings keeps its most frequent one. max_fillers, per_verb: how many
        fillers to keep per role, and per verb and role.
        """
        counts: Counter[str] = Counter()
        verbs: dict[str, Counter[str]] = defaultdict(Counter)
        roles: dict[str, Counter[tuple[tuple[str, str], ...]]] = defaultdict(Counter)
        fillers: dict[str, Counter[str]] = defaultdict(Counter)
        by_verb: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for situation in situations:
            for event in situation.events:
                counts[event.verb_id] += 1
                verbs[event.verb_id][event.verb] += 1
                roles[event.verb_id][tuple((role.key, role.name) for role in event.roles)] += 1
            for events in situation.annotations or (situation.events,):
                for event in events:
                    for role in event.roles:
                        if text := clean_filler(role.filler):
                            fillers[role.key][text] += 1
                            by_verb[event.verb_id][role.key][text] += 1
        entries = [
            VerbEntry(v, verbs[v].most_common(1)[0][0], roles[v].most_common(1)[0][0], counts[v]) for v in counts
        ]
        return cls(
            entries,
            {key: dict(_by_count(c)[:max_fillers]) for key, c in fillers.items()},
            {v: {key: dict(_by_count(c)[:per_verb]) for key, c in keys.items()} for v, keys in by_verb.items()},
        )

    def with_verbs(self, entries: Iterable[VerbEntry]) -> Lexicon:
        """This lexicon and the entries whose verb it does not have yet; its own entries and all fillers stay.

        entries: for instance read_propbank(folder). Of several entries for one verb the first counts. Own entries take
        over classes if they have none.
        """
        new = dict(self.entries)
        for entry in entries:
            own = new.setdefault(entry.verb_id, entry)
            if entry.classes and not own.classes:
                new[entry.verb_id] = replace(own, classes=entry.classes)
        made = Lexicon(new.values())
        made._fillers, made._verb_fillers = self._fillers, self._verb_fillers
        return made

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, verb_id: object) -> bool:
        return verb_id in self.entries

    @cached_property
    def verbs(self) -> tuple[str, ...]:
        """VerbIDs, the most frequent first, ties in alphabetical order."""
        return tuple(self.entries)

    @cached_property
    def counts(self) -> np.ndarray:
        """Events per verb, float64 (V,), in the order of `verbs`: the weights of verb-role negatives.

        A verb without events weighs next to nothing, so that it is drawn only when the others are used up: a verb that
        is never right would teach a model to distrust rare words. If no verb has events, each counts as one.
        """
        counts = np.asarray([entry.count for entry in self.entries.values()], dtype=np.float64)
        return np.where(counts > 0, counts, _UNSEEN if counts.any() else 1.0)

    @cached_property
    def annotated(self) -> tuple[str, ...]:
        """The VerbIDs with events, the most frequent first."""
        return tuple(verb_id for verb_id, entry in self.entries.items() if entry.count)

    def entry(self, verb_id: str) -> VerbEntry:
        """The entry of a verb. DataError naming the nearest known verbs if it is unknown."""
        try:
            return self.entries[verb_id]
        except KeyError:
            near = difflib.get_close_matches(str(verb_id), self.verbs, n=3, cutoff=0.5)
            hint = f"; near: {', '.join(near)}" if near else ""
            raise DataError(f"verb {verb_id!r} is not in the lexicon of {len(self)} verbs{hint}") from None

    def verb(self, verb_id: str) -> str:
        """The verb string of a VerbID, "talk (speak)". DataError as for `entry`."""
        return self.entry(verb_id).verb

    def roles(self, verb_id: str) -> tuple[tuple[str, str], ...]:
        """(key, name) of a verb's roles in order. DataError as for `entry`."""
        return self.entry(verb_id).roles

    def fillers(self, role_key: str, verb_id: str | None = None, limit: int | None = None) -> tuple[str, ...]:
        """Fillers of a role, the most frequent first: of all verbs, or of one. Empty if none was seen."""
        if verb_id is None:
            counted = self._fillers.get(role_key, ())
        else:
            self.entry(verb_id)
            counted = self._verb_fillers.get(verb_id, {}).get(role_key, ())
        return tuple(text for text, _ in counted[:limit])

    def draw(self, role_key: str, verb_id: str, rng: np.random.Generator, without: Collection[str] = ()) -> str:
        """A filler that the verb's events have in that role, drawn by its count; "" if none but `without` was seen."""
        counted = [pair for pair in self._verb_fillers.get(verb_id, {}).get(role_key, ()) if pair[0] not in without]
        if not counted:
            return ""
        weights = np.asarray([count for _, count in counted], dtype=np.float64)
        return counted[int(rng.choice(len(counted), p=weights / weights.sum()))][0]

    def usual_fillers(self, role_key: str, verb_id: str | None, limit: int) -> tuple[str, ...]:
        """What fills a role most often: with this verb if it is known, then with any verb."""
        own = self.fillers(role_key, verb_id, limit) if verb_id in self else ()
        return tuple(dict.fromkeys((*own, *self.fillers(role_key, None, limit))))[:limit]

    def heads(self, role_key: str) -> tuple[str, ...]:
        """Distinct head nouns of a role's fillers, the most frequent first, plain words only."""
        if role_key not in self._heads:
            counts: Counter[str] = Counter()
            for text, count in self._fillers.get(role_key, ()):
                counts[head_noun(text)] += count
            self._heads[role_key] = tuple(word for word, _ in _by_count(counts) if word.isalpha() and len(word) > 1)
        return self._heads[role_key]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the fillers, in lower case."""
        texts = (text for counted in self._fillers.values() for text, _ in counted)
        return frozenset(word.lower() for text in texts for word in words_of(text))

    def to_json(self, path: str | Path) -> None:
        """Write as one JSON file; from_json gives an equal lexicon back."""
        values = {
            "format": _FORMAT,
            "verbs": [[e.verb_id, e.verb, [list(r) for r in e.roles], e.count] for e in self.entries.values()],
            "fillers": {key: dict(c) for key, c in self._fillers.items()},
            "verb_fillers": {v: {key: dict(c) for key, c in keys.items()} for v, keys in self._verb_fillers.items()},
        }
        if classes := {e.verb_id: sorted(e.classes) for e in self.entries.values() if e.classes}:
            values["classes"] = classes
        write_json(path, values, indent=None, end="", ensure_ascii=False)

    @classmethod
    def from_json(cls, path: str | Path) -> Lexicon:
        """Read what to_json wrote. DataError naming the file if it is not that."""
        try:
            values = json.loads(Path(path).read_text("utf-8"))
            if values["format"] != _FORMAT:
                raise DataError(f"lexicon format {values['format']!r}; this version reads {_FORMAT}", file=path)
            classes = {verb_id: frozenset(numbers) for verb_id, numbers in values.get("classes", {}).items()}
            entries = [
                VerbEntry(
                    verb_id,
                    verb,
                    tuple((key, name) for key, name in roles),
                    int(count),
                    classes.get(verb_id, frozenset()),
                )
                for verb_id, verb, roles, count in values["verbs"]
            ]
            return cls(entries, values["fillers"], values["verb_fillers"])
        except FileNotFoundError:
            raise DataError("no lexicon file here; write one with Lexicon.to_json", file=path) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(f"not a lexicon written by Lexicon.to_json ({error})", file=path) from None


def _by_count(counts: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
