"""The rows of an event's SRL table: verb and roles as both models read them, beside the reference where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .english import clean_filler, normalise, strip_article
from .lexicon import Lexicon
from .readings import Reading
from .results import MODELS, Slot
from .situations import ROLE_KEYS, Event

#: Verb, visible fillers and scene are compared so with the reference.
MATCH_RULE = "same words as any annotator wrote, ignoring case and articles"


def lemma(lexicon: Lexicon, verb_id: str) -> str:
    """The verb as a reader knows it: "talk.01" -> "talk"."""
    return Event(lexicon.verb(verb_id), verb_id).lemma


def table_rows(readings: Mapping[str, Reading], truths: Sequence[Event], lexicon: Lexicon) -> tuple[Slot, ...]:
    """Verb first, then the reference's roles; without a reference, all roles that either model's verb has.

    readings: per model. truths: every annotator's labels of the event, the first one shown; empty if there are none.
    """
    said = {m: readings[m].verbs[0] for m in MODELS}
    truth = truths[0] if truths else None
    verbs = [lemma(lexicon, said[m][0]) for m in MODELS]
    right = [verb == truth.lemma if truth else None for verb in verbs]
    slots = [Slot("Verb", "verb", truth.lemma if truth else None, *verbs, *(said[m][1] for m in MODELS), *right)]
    if truth:
        rows = [(r.key, r.name, r.filler if r.visible else "-") for r in truth.roles]
    else:
        names = {k: n for m in reversed(MODELS) for k, n in lexicon.roles(said[m][0])}
        rows = [(k, names[k], None) for k in sorted(names, key=ROLE_KEYS.index)]
    for key, name, reference in rows:
        guesses = [readings[m].fillers.get(key) for m in MODELS]
        words = {_plain(r.filler) for t in truths for r in t.roles if r.key == key and r.visible}
        judged = reference not in (None, "-")
        matches = [(g is not None and _plain(g.text) in words) if judged else None for g in guesses]
        texts = [g.text if g else "" for g in guesses]
        shares = [g.confidence if g else 0.0 for g in guesses]
        slots.append(Slot(key, name, reference, *texts, *shares, *matches))
    return tuple(slots)


def _plain(text: str) -> str:
    return normalise(strip_article(clean_filler(text)))
