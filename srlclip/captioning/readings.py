"""What a decoder reads in an event: ranked verbs and a filler per role, each with a confidence; and the rows of its table,
both models beside the reference where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from srlclip.language import prompts
from srlclip.language.english import clean_filler, normalise, strip_article
from srlclip.language.lexicon import Lexicon
from srlclip.results import Both, Slot
from srlclip.situations import ROLE_KEYS, Event, Role

#: Verb, visible fillers and scene are compared so with the reference.
MATCH_RULE = "same words as any annotator wrote, ignoring case and articles"


@dataclass(frozen=True)
class Guess:
    """A filler and how sure the decoder is of it, in [0, 1]; the decoder says what that number is."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Reading:
    """One event as a model reads it. verbs: best first, (verb_id, share). fillers: role key -> Guess."""

    verbs: tuple[tuple[str, float], ...]
    fillers: dict[str, Guess]


def sentence(reading: Reading, lexicon: Lexicon) -> str:
    """The reading as one natural sentence: the best verb with what was read for those of its roles that were asked."""
    verb = reading.verbs[0][0]
    roles = tuple(Role(k, n, reading.fillers[k].text) for k, n in lexicon.roles(verb) if k in reading.fillers)
    return prompts.caption(Event(lexicon.verb(verb), verb, roles), "natural").text


def lemma(lexicon: Lexicon, verb_id: str) -> str:
    """The verb as a reader knows it: "talk.01" -> "talk"."""
    return Event(lexicon.verb(verb_id), verb_id).lemma


def table_rows(readings: Mapping[str, Reading], truths: Sequence[Event], lexicon: Lexicon) -> tuple[Slot, ...]:
    """Verb first, then the reference's roles; without a reference, all roles that either model's verb has.

    readings: per model. truths: every annotator's labels of the event, the first one shown; empty if there are none.
    """
    best = Both.of(lambda m: readings[m].verbs[0])
    truth = truths[0] if truths else None
    verbs = best.map(lambda verb: lemma(lexicon, verb[0]))
    right = verbs.map(lambda verb: verb == truth.lemma if truth else None)
    slots = [Slot("Verb", "verb", truth.lemma if truth else None, verbs, best.map(lambda verb: verb[1]), right)]
    if truth:
        rows = [(r.key, r.name, r.filler if r.visible else "-") for r in truth.roles]
    else:
        names = {k: n for verb_id, _ in reversed(tuple(best)) for k, n in lexicon.roles(verb_id)}
        rows = [(k, names[k], None) for k in sorted(names, key=ROLE_KEYS.index)]
    for key, name, reference in rows:
        words = {_plain(r.filler) for t in truths for r in t.roles if r.key == key and r.visible}
        slots.append(_slot(key, name, reference, Both.of(lambda m, k=key: readings[m].fillers.get(k)), words))
    return tuple(slots)


def _slot(key: str, name: str, reference: str | None, guesses: Both[Guess | None], words: set[str]) -> Slot:
    """words: what any annotator wrote there; a role that none could see is not judged."""
    judged = reference not in (None, "-")
    return Slot(
        key,
        name,
        reference,
        guesses.map(lambda guess: guess.text if guess else ""),
        guesses.map(lambda guess: guess.confidence if guess else 0.0),
        guesses.map(lambda guess: (guess is not None and _plain(guess.text) in words) if judged else None),
    )


def _plain(text: str) -> str:
    return normalise(strip_article(clean_filler(text)))
