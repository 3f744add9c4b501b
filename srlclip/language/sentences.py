"""One English sentence per event by rule: agent, verb, patient, recipient, direction, goal, manner, purpose, place.

    speak: talker = man in yellow sweatshirt, hearer = woman with scarf, manner = calmly, scene = an airplane
    -> "A man in yellow sweatshirt speaks to a woman with scarf calmly in an airplane."

The preposition of a core role comes from its name ("thing looked at" -> at, "hearer" -> to), that of a place from its
noun. Where verb and filler, or a filler alone, bring a small word twice, it is said once: "hold on" + "on an airplane" -> "holds
on an airplane".
"""

from __future__ import annotations

import re

from srlclip.language.english import (
    PREPOSITIONS,
    PRONOUNS,
    clean_filler,
    head_noun,
    indefinite,
    is_plural,
    third_person,
    with_article,
    word_set,
)
from srlclip.situations import CORE_ROLES, Event, Role

_NAME_PREPOSITIONS = word_set("at to from on of for with in into onto over off by about against around")
_BY_NAME = (
    (("hearer", "listener", "addressee", "audience", "recipient", "given to", "benefici", "receiver"), "to"),
    (("instrument", "tool", "implement", "means", "weapon"), "with"),
    (("humor", "laughed at"), "at"),
    (("start", "source", "origin"), "from"),
    (("end point", "endpoint", "destination", "goal", "end state"), "to"),
    (("topic", "subject of", "subject matter", "utterance", "message", "said"), "about"),
    (("beneficiary", "benefactive"), "for"),
    (("attribute", "predicate"), "as"),
    (("location", "place"), "in"),
)
_ON = word_set(
    "street beach road stage roof rooftop field farm boat ship bus train floor sidewalk balcony bridge hill "
    "mountain deck porch highway path bench bed couch sofa ground platform track island planet pavement runway "
    "driveway lawn dock court cliff playground horse motorcycle bike bicycle staircase stairs steps"
)
_AT = word_set("party wedding night funeral table desk door window station airport concert")
_ADVERBS_OF_PLACE = word_set(
    "here there outside inside outdoors indoors upstairs downstairs home away abroad somewhere everywhere"
)
_DIRECTIONS = word_set(
    "up down forward forwards backward backwards away out in inside outside around back ahead straight upstairs "
    "downstairs north south east west home together apart onward sideways clockwise here there closer further "
    "nearby everywhere"
)
_PLAIN_MANNERS = word_set("fast hard together alone well still aloud straight low high close twice again")
_CLAUSE = word_set("to so because in order while as by for since if when until that")
_SPEECH = word_set("talk speak chat converse argue lecture whisper yell shout laugh joke complain")
_QUOTES = frozenset('"“”')
#: "to to the door", "in the in the room", "the the dog": the first of two equal small words, and of "a an".
_TWICE = re.compile(
    rf"\b((?:{'|'.join(sorted(PREPOSITIONS))})(?:\s+(?:the|an?))?)\s+(?=\1\b)|\b(?:the\s+(?=the\s)|an?\s+(?=an?\s))",
    re.IGNORECASE,
)
_SUBJECT = {"him": "he", "her": "she", "them": "they"}
_OBJECT = {subject: form for form, subject in _SUBJECT.items()}


def sentence(event: Event) -> str:
    """The sentence of an event; fillers that are not visible are left out, a missing agent is "Someone"."""
    roles = [(role, _once(text)) for role in event.roles if (text := clean_filler(role.filler))]
    core = sorted((item for item in roles if item[0].key in CORE_ROLES), key=lambda item: item[0].key)
    has_agent_role = any(role.key == "Arg0" for role in event.roles)
    if core and (core[0][0].key == "Arg0" or not has_agent_role):
        subject, core = _noun(_SUBJECT.get(core[0][1].lower(), core[0][1])), core[1:]
    else:
        subject = "someone"
    lemma = re.split(r"[,/;]", event.lemma or "act", maxsplit=1)[0].strip() or "act"
    parts = [subject, third_person(lemma, plural=is_plural(subject))]
    direct = False
    for role, text in core:
        parts.append(_object(role, text, lemma, direct))
        direct = True
    modifiers = {role.key: text for role, text in roles if role.key not in CORE_ROLES}
    for key, say in _MODIFIERS.items():
        if key in modifiers:
            parts.append(say(modifiers[key]))
    text = re.sub(r"\s+,", ",", _joined(parts)).strip(" ,")
    return f"{text[0].upper()}{text[1:]}."


def _once(text: str) -> str:
    """A filler without small words that its annotator wrote twice in a row; speech stays as it is."""
    return text if _QUOTES & set(text) else _TWICE.sub("", text)


def _joined(parts: list[str]) -> str:
    """The parts in one line; a preposition or direction that ends one and begins the next is said once."""
    words: list[str] = []
    for part in parts:
        after = part.split()
        if words and after and after[0].lower() == words[-1].lower() and after[0].lower() in PREPOSITIONS | _DIRECTIONS:
            after = after[1:]
        words += after
    return " ".join(words)


def _first(text: str) -> str:
    return text.split()[0].strip(",.;:\"'()").lower() if text.split() else ""


def _noun(text: str) -> str:
    return text if _first(text) in PRONOUNS else with_article(text)


def _object(role: Role, text: str, lemma: str, direct: bool) -> str:
    """A core role after the verb, with the preposition that its name asks for."""
    text = _OBJECT.get(text.lower(), text)
    if _first(text) in PREPOSITIONS or _first(text) in _CLAUSE:
        return text
    name = role.name.lower()
    if name.startswith("where"):
        return re.sub(r"^at ", "on ", _place(text))
    word = "about" if name in ("subject", "topic") and lemma in _SPEECH else _preposition(role, direct)
    # "pick up" + "thing picked up", "look at" + "thing looked at": the verb brought the word already
    return _noun(text) if not word or lemma.split()[-1] == word and len(lemma.split()) > 1 else f"{word} {_noun(text)}"


def _preposition(role: Role, direct: bool) -> str:
    name = re.split(r"\s+or\s+|[,(/;]", role.name.lower(), maxsplit=1)[0].strip()
    last = name.split()[-1] if name.split() else ""
    if last in _NAME_PREPOSITIONS and len(name.split()) > 1:
        return last
    for words, preposition in _BY_NAME:
        if any(word in name for word in words):
            return preposition
    return "" if role.key == "Arg1" or not direct else "with"


def _direction(text: str) -> str:
    first, words = _first(text), text.split()
    if first in ("left", "right") and len(words) == 1:
        return f"to the {text}"
    if first in _DIRECTIONS or first in PREPOSITIONS or first.endswith(("ward", "wards", "ly")):
        return text
    if words[-1].lower() in ("left", "right") and len(words) == 2:
        return f"to {text}"
    return f"towards {_noun(text)}"


def _manner(text: str) -> str:
    first, words = _first(text), text.split()
    if first in PREPOSITIONS or first in _CLAUSE or first in _PLAIN_MANNERS or first == "very":
        return text
    if any(word.lower().strip(",").endswith("ly") for word in words) and len(words) < 4:
        return text
    if len(words) == 1 and not first.endswith("ing"):
        return f"in {indefinite(text)} {text} way"
    return f", {text},"


def _goal(text: str) -> str:
    first = _first(text)
    if first in PREPOSITIONS or first in _CLAUSE:
        return text
    return f"for {text if first.endswith('ing') else _noun(text)}"


def _place(text: str) -> str:
    first, head = _first(text), head_noun(text)
    if first in PREPOSITIONS or first in _ADVERBS_OF_PLACE:
        return text
    preposition = "on" if head in _ON else "at" if head in _AT else "in"
    return f"{preposition} {_noun(text)}"


_MODIFIERS = {
    "ADir": _direction,
    "AGol": _goal,
    "AMnr": _manner,
    "APrp": _goal,
    "ALoc": _place,
    "AScn": _place,
}
