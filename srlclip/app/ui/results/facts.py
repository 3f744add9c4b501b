"""HTML of why a hit is right or wrong: what happens in its event, a mark for each fact that was asked for, first right ranks."""

from __future__ import annotations

from srlclip.app.ui.parts.format import esc, said
from srlclip.comparison.explained import ExplainedSearch, FirstRight, HitFacts
from srlclip.language.english import head_noun, third_person
from srlclip.language.facts import event_facts
from srlclip.language.known_words import QueryWords
from srlclip.results import MODELS, Example
from srlclip.situations import Event

#: Shape and word, never colour alone: right, wrong, not told by the label.
SIGNS = {True: ("✓", "yes", "right"), False: ("✗", "no", "wrong"), None: ("–", "open", "not labelled")}
#: Characters of an example chip that is cut from its query.
SHORT = 34
#: Words of a query that are named one by one.
NAMED = 8


def marks(facts: HitFacts) -> str:
    """A chip for each fact that the query names; what the label says there is its title."""
    chips = []
    for slot, right, label in facts.marks:
        sign, name, word = SIGNS[right]
        spoken = f"{slot} {word}" + (f": {label}" if label else "")
        chips.append(
            f'<span class="sc-fact sc-fact-{name}" role="img" aria-label="{esc(spoken)}" title="{esc(label)}">'
            f"<i>{sign}</i>{slot}</span>"
        )
    return f'<span class="sc-facts">{"".join(chips)}</span>' if chips else ""


def caption(facts: HitFacts) -> str:
    """What happens, without the full stop."""
    return said(facts.caption.rstrip("."), 140)


def first_right(explained: ExplainedSearch) -> str:
    """ "right verb first at rank 3 → 1; all 4 facts at 9 → 2", as HTML; why nothing is marked where nothing can be judged."""
    if not explained.labelled:
        return "no labels here, so hits are not marked"
    sentence = _words(explained.words)
    if not explained.asked.said():
        return f"{sentence or 'no fact can be read from it'}, so hits are not marked"
    return f"{_facts_first(explained)}{f'; {sentence}' if explained.words.unknown else ''}"


def _words(words: QueryWords) -> str:
    """Which words of a query the lexicon knows and which it does not, as HTML."""
    known, unknown = (
        ", ".join(parts[:NAMED]) + (" …" if len(parts) > NAMED else "")
        for parts in ([said(word, 40) for word in words.known], [_unknown(*pair) for pair in words.unknown])
    )
    if known and unknown:
        return f"known words: {known}; not in the lexicon: {unknown}"
    if unknown:
        return f"no word of it is in the lexicon: {unknown}"
    return f"known words: {known}, but no single verb to read them by" if known else ""


def _unknown(word: str, near: str) -> str:
    return said(word, 40) + (f" (did you mean {said(near, 40)}?)" if near else "")


def _facts_first(explained: ExplainedSearch) -> str:
    """Where the lead fact, and all of them, are first right."""
    lead = next((first for first in explained.first if first.slot != "all"), None)
    if lead is None:
        return f"no clip here has the {explained.asked.said()[0]} that is asked for"
    text = f"right {lead.slot} first at rank {_ranks(lead)}"
    everything = explained.first_of("all")
    if everything is not None:
        text += f"; all {len(explained.asked.said())} facts at {_ranks(everything)}"
    elif len(explained.asked.said()) > 1:
        text += f"; all {len(explained.asked.said())} facts nowhere"
    return text


def _ranks(first: FirstRight) -> str:
    base, adapted = (str(first.rank[model] or "none") for model in MODELS)
    return f'<span class="sc-t-base">{base}</span> → <span class="sc-t-adapted">{adapted}</span>'


def chip_label(example: Example, event: Event | None) -> str:
    """A few words for an example: who does what to whom by its label, else the beginning of its query."""
    if event is None or not event.role("Arg0"):
        return example.query if len(example.query) <= SHORT else f"{example.query[: SHORT - 1].rstrip()}…"
    facts = event_facts(event)
    words = [head_noun(facts.agent), third_person(facts.verb), head_noun(facts.patient)]
    if example.complete and not facts.patient:
        words.append(facts.manner or facts.direction)
    return " ".join(word for word in words if word)
