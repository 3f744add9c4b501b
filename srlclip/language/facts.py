"""Facts of an event and of a query, in six slots, and whether they agree: verb, agent, patient, direction, manner, scene.

An event's facts are its labels; `query_facts` reads those of a free text. What a slot does not say is "".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from srlclip.language.english import DETERMINERS, PREPOSITIONS, clean_filler, head_noun, words_of
from srlclip.language.near_verbs import senses
from srlclip.situations import Event

SLOTS = ("verb", "agent", "patient", "direction", "manner", "scene")
#: Role keys of each slot but the verb; the first that an event has counts ("talk" has a hearer, Arg2, and no Arg1).
ROLES = {
    "agent": ("Arg0",),
    "patient": ("Arg1", "Arg2"),
    "direction": ("ADir",),
    "manner": ("AMnr",),
    "scene": ("AScn", "ALoc"),
}
_SMALL = DETERMINERS | PREPOSITIONS | {"and"}


@dataclass(frozen=True)
class Facts:
    """What happens, slot by slot; "" where it is not known. verb: a lemma, or a gloss of one."""

    verb: str = ""
    agent: str = ""
    patient: str = ""
    direction: str = ""
    manner: str = ""
    scene: str = ""

    def said(self) -> tuple[str, ...]:
        """The slots that are known, in the order of SLOTS."""
        return tuple(slot for slot in SLOTS if getattr(self, slot))

    def items(self) -> tuple[tuple[str, str], ...]:
        """(slot, words) of those."""
        return tuple((slot, getattr(self, slot)) for slot in self.said())


@lru_cache(maxsize=16384)  # a search asks for the same events slot by slot
def event_facts(event: Event) -> Facts:
    """The facts of a labelled event; roles that are not visible are not known."""
    fillers = {role.key: text for role in reversed(event.visible_roles) if (text := clean_filler(role.filler))}
    known = {slot: next((fillers[key] for key in keys if key in fillers), "") for slot, keys in ROLES.items()}
    return Facts(verb=event.lemma.lower(), **known)


def agrees(slot: str, asked: str, event: Event) -> bool | None:
    """Whether an event is what a slot of a query asks for; None where the label does not say.

    Verb: the same lemma, or one that its gloss names. Fillers: the label has the head noun and every other word that is
    asked for ("man" is right of "man in red"). A label that only says less ("man", asked for "man in red") tells neither.
    """
    if slot == "verb":
        known = senses(event.verb) | {event.lemma.lower()}
        return asked.lower() in known if event.lemma else None
    shown = getattr(event_facts(event), slot)
    if not shown:
        return None
    wanted, there = content_words(asked), content_words(shown)
    if not wanted or not there:
        return None
    if wanted <= there:
        return slot not in ("agent", "patient") or head_noun(shown) in wanted
    return None if there < wanted else False


@lru_cache(maxsize=16384)
def content_words(text: str) -> frozenset[str]:
    """The words of a filler in lower case, without articles and prepositions, unless it has no others ("up")."""
    words = frozenset(word.lower() for word in words_of(text))
    return words - _SMALL or words


def judged(slot: str, asked: str, annotations: Iterable[Event]) -> bool | None:
    """`agrees` over several annotators of one event: right if one of them says so, wrong if some do and none agrees."""
    answers = {agrees(slot, asked, event) for event in annotations}
    return True if True in answers else False if False in answers else None
