"""Why a clip stands where it does: what happens in the event that matched, and which of the asked facts are right there."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

from srlclip.language.facts import ROLES, Facts, event_facts, judged
from srlclip.language.known_words import NO_WORDS, QueryWords
from srlclip.results import Both, Hit, SearchResult, clips_of
from srlclip.situations import CORE_ROLES, Event, Situation

#: (slot, right, what the label says there) of every slot that a query names; right is None where the label does not tell.
Marks = tuple[tuple[str, bool | None, str], ...]


@dataclass(frozen=True)
class HitFacts:
    """The event behind a hit. caption: what happens, in brief, "" without labels."""

    caption: str = ""
    marks: Marks = ()


@dataclass(frozen=True)
class FirstRight:
    """The first rank under each model at which a slot is right; "all": every named slot at once. None: nowhere."""

    slot: str
    rank: Both[int | None]


@dataclass(frozen=True)
class ExplainedSearch:
    """asked: what the query says. labelled: whether any event of the gallery has labels. first: per named slot, then "all"
    where there are two or more; empty where nothing can be judged. words: those of a free query that the lexicon knows or not."""

    asked: Facts
    labelled: bool
    first: tuple[FirstRight, ...]
    of: Callable[[Hit], HitFacts]
    words: QueryWords = NO_WORDS

    def first_of(self, slot: str) -> FirstRight | None:
        return next((first for first in self.first if first.slot == slot), None)


def brief(event: Event, asked: Facts) -> Event:
    """An event with who does what to whom, where to, and whatever else the query names."""
    wanted = {*CORE_ROLES, "ADir", *(key for slot in asked.said() for key in ROLES.get(slot, ()))}
    return replace(event, roles=tuple(role for role in event.roles if role.key in wanted))


def explain_search(
    result: SearchResult,
    asked: Facts,
    situation: Callable[[str], Situation],
    caption: Callable[[Event], str],
    words: QueryWords = NO_WORDS,
) -> ExplainedSearch:
    """Every hit of a ranking against what its query asks for. caption: of a labelled event, in a sentence."""

    @functools.cache  # both models' hits are often the same events, and every slot asks for them
    def marks(clip_id: str, index: int) -> Marks:
        clip = situation(clip_id)
        if index >= len(clip.events):
            return tuple((slot, None, "") for slot in asked.said()) if clip.events else ()
        event = clip.events[index]
        labelled = [events[index] for events in clip.annotations if index < len(events)]
        shown = event_facts(event)
        return tuple(
            (slot, judged(slot, words, (event, *labelled)), getattr(shown, slot)) for slot, words in asked.items()
        )

    @functools.cache
    def facts(clip_id: str, index: int) -> HitFacts:
        events = situation(clip_id).events
        text = caption(brief(events[index], asked)) if index < len(events) else ""
        return HitFacts(text, marks(clip_id, index))

    labelled = any(situation(clip).events for hits in result.hits for clip in clips_of(hits))
    return ExplainedSearch(
        asked, labelled, _first(asked, result, marks), lambda hit: facts(hit.clip_id, hit.event_index), words
    )


def _first(asked: Facts, result: SearchResult, marks: Callable[[str, int], Marks]) -> tuple[FirstRight, ...]:
    """See ExplainedSearch.first. Equal scores share the last rank of their group, which is what a slot is said to reach."""

    def rank(model: str, slot: str) -> int | None:
        # no further down than the first right one: a gallery may be long
        for hit in result.hits[model]:
            answers = [right for name, right, _ in marks(hit.clip_id, hit.event_index) if slot in (name, "all")]
            if answers and all(answers):
                return hit.rank
        return None

    slots = (*asked.said(), *(("all",) if len(asked.said()) > 1 else ()))
    firsts = (FirstRight(slot, Both.of(lambda model, slot=slot: rank(model, slot))) for slot in slots)
    return tuple(first for first in firsts if any(first.rank))


def to_json(explained: ExplainedSearch, hit: Hit) -> dict:
    """A hit's facts as plain JSON types: {"event": caption, "marks": {"verb": {"right": true, "label": "push"}, ...}}."""
    facts = explained.of(hit)
    return {
        "event": facts.caption,
        "marks": {slot: {"right": right, "label": label} for slot, right, label in facts.marks},
    }
