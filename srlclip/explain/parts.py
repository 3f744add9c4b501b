"""The parts of a caption, one of which is left out at a time: roles where labels made it, else phrases cut by rule."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from srlclip.language import prompts
from srlclip.language.english import DETERMINERS, PREPOSITIONS, normalise, third_person
from srlclip.language.negatives import changes
from srlclip.situations import CORE_ROLES, Caption, Event

#: What a part that is no role is called.
PHRASE = "phrase"


@dataclass(frozen=True)
class Part:
    """key, name: of the role ("Arg0", "pusher"), or "" and PHRASE. words: as the caption has them. without: the caption
    without them; "" if nothing is left."""

    key: str
    name: str
    words: str
    without: str


def role_parts(event: Event, caption: Caption, caption_of: Callable[[Event], Caption]) -> tuple[Part, ...]:
    """A part per role of the event that its caption tells. caption_of: made `caption`, and makes it again without a role.

    A caption without its subject is one of "someone" (or "something"): else its object would become its subject. A role that
    the caption lost at its end, to fit the text tower, stays out of all of them.
    """
    event = prompts.shortened(event, caption.dropped_roles)
    subject = min((role.key for role in event.roles if role.key in CORE_ROLES), default="")
    parts = []
    for at, role in enumerate(event.roles):
        unnamed = replace(role, filler="someone" if role.key == "Arg0" else "something")
        instead = (unnamed,) if role.key == subject else ()
        without = caption_of(replace(event, roles=(*event.roles[:at], *instead, *event.roles[at + 1 :]))).text
        removed = " ".join(changes(caption.text, without)[0])
        if removed:
            parts.append(Part(role.key, role.name, removed, without))
    return tuple(parts)


def phrase_parts(text: str, verbs: Container[str]) -> tuple[Part, ...]:
    """Phrases of any text: a new one begins at a preposition, a verb, an article that no preposition leads, and after a
    comma. verbs: forms that count as verbs, in lower case."""
    words = text.split()
    starts = [i for i in range(len(words)) if i == 0 or _begins(words[i - 1], words[i], verbs)]
    spans = pairwise([*starts, len(words)])
    return tuple(_words_part(words, start, stop) for start, stop in spans)


def word_parts(text: str) -> tuple[Part, ...]:
    """Each word of a text by itself, in order."""
    words = text.split()
    return tuple(_words_part(words, i, i + 1) for i in range(len(words)))


def chosen_part(parts: Iterable[Part], text: str, role: str) -> Part:
    """The part with that role key, role name or words (small and capital letters alike), else those words wherever the text
    has them. Raises ValueError that names what may be chosen."""
    parts, wanted = tuple(parts), normalise(role)
    for part in parts:
        if wanted in (normalise(part.key), normalise(part.words)) or part.key and wanted == normalise(part.name):
            return part
    words, size = text.split(), len(wanted.split())
    for at in range(len(words) - size + 1):
        if [_bare(word) for word in words[at : at + size]] == [_bare(word) for word in wanted.split()]:
            return _words_part(words, at, at + size)
    allowed = ", ".join(f"{part.key} ({part.name})" if part.key else repr(part.words) for part in parts)
    raise ValueError(f"there is no role {role[:80]!r} in the caption; allowed: {allowed}, or any of its words in a row")


def verb_forms(lemmas: Iterable[str]) -> frozenset[str]:
    """How verbs show in captions, by their first word in lower case: "push" -> push, pushes, pushing."""
    firsts = {lemma.split()[0].lower() for lemma in lemmas if lemma.split()}
    thirds = {third_person(first).split()[-1] for first in firsts}
    gerunds = {(first[:-1] if first.endswith("e") and not first.endswith("ee") else first) + "ing" for first in firsts}
    doubled = {f"{first}{first[-1]}ing" for first in firsts}  # "running"; forms that no text has do no harm
    return frozenset(firsts | thirds | gerunds | doubled)


def _words_part(words: list[str], start: int, stop: int) -> Part:
    return Part("", PHRASE, " ".join(words[start:stop]), " ".join(words[:start] + words[stop:]))


def _begins(before: str, word: str, verbs: Container[str]) -> bool:
    bare, led = _bare(word), _bare(before) in PREPOSITIONS
    if bare in PREPOSITIONS or before.endswith((",", ";", ":", ".")):
        return True
    determined = _bare(before) in DETERMINERS
    return (bare in DETERMINERS and not led) or (bare in verbs and not led and not determined)


def _bare(word: str) -> str:
    return word.strip(".,;:!?\"'()").lower()
