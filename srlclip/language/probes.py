"""Probes: an event with one thing changed, to see whether a model notices.

agent_patient   who does it to whom, swapped
noun            one head noun replaced by another filler's of the same role
attribute       a colour, size, age or piece of clothing swapped between two fillers, else replaced
direction       turned round (left, right), else another direction
manner          turned round (slowly, quickly), else another manner

Each generator yields changed events, the hardest first, and ends; texts are compared elsewhere (srlclip.language.negatives).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from srlclip.language.english import (
    ANIMATE,
    clean_filler,
    head_index,
    head_noun,
    is_animate,
    is_plural,
    normalise,
    replace_word,
    word_set,
)
from srlclip.language.lexicon import Lexicon
from srlclip.situations import CORE_ROLES, Event

KINDS = ("agent_patient", "noun", "attribute", "direction", "manner")

#: Nouns of one set can name the same being: no negative replaces one by another.
_SAME = (
    word_set("man guy male gentleman dude boy teenager he him himself"),
    word_set("woman lady female girl teenager she her herself"),
    word_set("boy girl kid child teenager teen baby"),
    word_set("men people guys group persons they them crowd others"),
    word_set("women people ladies girls group persons they them crowd others"),
    word_set("cop officer policeman police"),
    word_set("car vehicle taxi cab automobile"),
    word_set("gun weapon pistol rifle"),
    word_set("room bedroom hall interior"),
    word_set("room kitchen"),
    word_set("room office"),
    word_set("room house building interior"),
    word_set("wizard magician sorcerer"),
    word_set("king ruler"),
    word_set("robot android"),
    word_set("rabbit bunny hare"),
    word_set("panda bear"),
    word_set("box package"),
    word_set("bag handbag purse"),
    word_set("barrel keg"),
    word_set("lamp light"),
    word_set("street road alley city town"),
    word_set("body himself herself itself"),
)

#: A person may be any human being, so only these can replace one, or be replaced by one.
_ANYONE = word_set("person someone somebody human adult character stranger they them")
_NOT_HUMAN = word_set(
    "robot android panda rabbit bunny monster zombie alien creature animal dog cat horse bird lion tiger bear "
    "wolf monkey snake dinosaur elephant cow pig fish shark dogs horses"
)

#: Attribute words that exclude each other. A word is replaced only by one of its own class.
ATTRIBUTES: tuple[tuple[str, ...], ...] = (
    ("red", "orange", "yellow", "green", "blue", "purple", "white", "black", "brown", "pink", "gray", "tan"),
    ("big", "small"),
    ("large", "tiny"),
    ("tall", "short"),
    ("old", "young"),
    ("blonde", "brunette", "redheaded"),
    ("striped", "plaid", "checkered"),
    ("hat", "scarf", "backpack"),
    ("jacket", "coat", "sweater", "sweatshirt", "hoodie"),
    ("shirt", "dress", "suit", "robe", "uniform"),
)  # fmt: skip
_SPELLINGS = {"grey": "gray", "blond": "blonde"}
_CLASS = {word: group for group in ATTRIBUTES for word in group}

_DIRECTIONS = (
    ("in front of", "behind"),
    ("away from", "towards"), ("left", "right"), ("up", "down"), ("upwards", "downwards"), ("upward", "downward"),
    ("forward", "backward"), ("forwards", "backwards"), ("into", "out of"), ("inside", "outside"), ("in", "out"),
    ("inward", "outward"), ("inwards", "outwards"), ("upstairs", "downstairs"), ("above", "below"), ("over", "under"),
    ("onto", "off"), ("to", "away from"), ("toward", "away from"), ("away", "closer"), ("ahead", "back"),
)  # fmt: skip
_MANNERS = (
    ("slowly", "quickly"), ("slow", "fast"), ("happily", "angrily"), ("sadly", "happily"), ("quietly", "loudly"),
    ("calmly", "frantically"), ("gently", "roughly"), ("softly", "loudly"), ("carefully", "carelessly"),
    ("nervously", "confidently"), ("angrily", "happily"), ("rapidly", "slowly"), ("hurriedly", "slowly"),
    ("fast", "slowly"), ("happy", "sad"), ("angry", "happy"), ("seriously", "playfully"), ("casually", "urgently"),
    ("excitedly", "wearily"), ("aggressively", "gently"), ("intently", "absently"), ("smiling", "frowning"),
    ("loud", "quiet"), ("gracefully", "clumsily"), ("politely", "rudely"), ("firmly", "loosely"),
)  # fmt: skip


_WEAK = word_set("a an the of his her their in on at with and way manner")


def _opposites(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Both ways; where a word is in several pairs the first one counts."""
    out: dict[str, str] = {}
    for a, b in pairs:
        out.setdefault(a, b)
    for a, b in pairs:
        out.setdefault(b, a)
    return out


DIRECTION_OPPOSITES = _opposites(_DIRECTIONS)
MANNER_OPPOSITES = _opposites(_MANNERS)


def variants(kind: str, event: Event, lexicon: Lexicon, rng: np.random.Generator) -> Iterator[Event]:
    """Changed events of one of KINDS, none where there is nothing to change; ValueError for another kind."""
    if kind == "agent_patient":
        return _agent_patient(event)
    if kind == "noun":
        return _noun(event, lexicon, rng)
    if kind == "attribute":
        return _attribute(event, lexicon, rng)
    if kind == "direction":
        return _turned(event, "ADir", DIRECTION_OPPOSITES, lexicon, rng)
    if kind == "manner":
        return _turned(event, "AMnr", MANNER_OPPOSITES, lexicon, rng)
    raise ValueError(f"probe kind is {kind!r}; allowed: {', '.join(KINDS)}")


def _core(event: Event) -> list[int]:
    """Indices of visible core roles in order of Arg number."""
    places = [i for i, r in enumerate(event.roles) if r.key in CORE_ROLES and clean_filler(r.filler)]
    return sorted(places, key=lambda i: event.roles[i].key)


def _filled(event: Event, fillers: Mapping[int, str]) -> Event:
    return replace(event, roles=tuple(replace(r, filler=fillers.get(i, r.filler)) for i, r in enumerate(event.roles)))


def _agent_patient(event: Event) -> Iterator[Event]:
    """The first core filler changes places with each later one that can act."""
    places = _core(event)
    for other in places[1:]:
        a, b = event.roles[places[0]].filler, event.roles[other].filler
        if is_animate(clean_filler(b)) and normalise(clean_filler(a)) != normalise(clean_filler(b)):
            yield _filled(event, {places[0]: b, other: a})


def _noun(event: Event, lexicon: Lexicon, rng: np.random.Generator) -> Iterator[Event]:
    places = [i for i, r in enumerate(event.roles) if r.key in (*CORE_ROLES, "ALoc", "AScn") and clean_filler(r.filler)]
    options = []
    for i in places:
        text = clean_filler(event.roles[i].filler)
        old = head_noun(text)
        if not old.isalpha() or old in _CLASS:
            continue
        new = [word for word in lexicon.heads(event.roles[i].key)[:200] if other_noun(old, word)]
        options.append((i, text, [new[j] for j in rng.permutation(len(new))]))
    for rank in range(max((len(new) for _, _, new in options), default=0)):
        for at in rng.permutation(len(options)):
            i, text, new = options[at]
            if rank < len(new):
                yield _filled(event, {i: replace_word(text, head_index(text), new[rank])})


def other_noun(old: str, new: str) -> bool:
    """Same sort of thing (being or not, singular or plural), and not another word for the same."""
    if old == new or new in _CLASS or any(old in same and new in same for same in _SAME):
        return False
    for a, b in ((old, new), (new, old)):
        if a in _ANYONE and b not in _NOT_HUMAN:
            return False
    return (old in ANIMATE) == (new in ANIMATE) and is_plural(old) == is_plural(new)


def attributes_of(text: str) -> list[tuple[int, str]]:
    """(index, word as in ATTRIBUTES) of the attribute words of a filler."""
    out = []
    for i, token in enumerate(text.split()):
        word = token.strip(".,;:!?\"'()").lower()
        word = _SPELLINGS.get(word, word)
        if word in _CLASS:
            out.append((i, word))
    return out


def _attribute(event: Event, lexicon: Lexicon, rng: np.random.Generator) -> Iterator[Event]:
    texts = {i: clean_filler(event.roles[i].filler) for i in _core(event)}
    attributes = {i: attributes_of(text) for i, text in texts.items()}
    places = list(texts)
    for at, i in enumerate(places):
        for j in places[at + 1 :]:
            for x, a in attributes[i]:
                for y, b in attributes[j]:
                    if a != b and _CLASS[a] is _CLASS[b]:
                        yield _filled(event, {i: replace_word(texts[i], x, b), j: replace_word(texts[j], y, a)})
    for i in places:
        for x, word in attributes[i]:
            others = [other for other in _CLASS[word] if other != word]
            # a word that the data never uses would give the negative away
            others = [other for other in others if other in lexicon.words] or others
            for at in rng.permutation(len(others)):
                yield _filled(event, {i: replace_word(texts[i], x, others[at])})


def _turned(
    event: Event, key: str, opposites: Mapping[str, str], lexicon: Lexicon, rng: np.random.Generator
) -> Iterator[Event]:
    """The filler of role `key` with its first word of `opposites` turned round, else other fillers of that role."""
    at = next((i for i, r in enumerate(event.roles) if r.key == key and clean_filler(r.filler)), None)
    if at is None:
        return
    text = clean_filler(event.roles[at].filler)
    if (turned := turn_round(text, opposites)) is not None:
        yield _filled(event, {at: turned})
        return
    others = lexicon.fillers(key, limit=200)
    for i in rng.permutation(len(others)):
        if not alike(text, others[i]):
            yield _filled(event, {at: others[i]})


def alike(a: str, b: str) -> bool:
    """Whether a word of one begins a word of the other: often the same meaning ("nervous", "in a nervous way")."""
    first, second = (set(normalise(text).split()) - _WEAK for text in (a, b))
    return any(x.startswith(y[:5]) or y.startswith(x[:5]) for x in first for y in second)


#: "up and down" is its own opposite, "up the street" means "down the street".
_NO_TURN = re.compile(
    r"\b(?:up|down|in|out|left|right|back) (?:and|or) \w+|\b(?:up|down) (?:the |a )?(?:street|road|hall|hallway|path)"
)


@lru_cache(maxsize=8)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


def turn_round(text: str, opposites: Mapping[str, str]) -> str | None:
    """The text with its first phrase of `opposites` replaced, the longest at each place; None if it has none."""
    match = _pattern(tuple(opposites)).search(text)
    if match is None or _NO_TURN.search(text):
        return None
    new = opposites[match.group().lower()]
    if second := re.search(rf"\b{new}\b", text[match.end() :], re.IGNORECASE):
        between = text[match.end() :][: second.start()]
        after = text[match.end() :][second.end() :]
        return text[: match.start()] + new + between + match.group() + after
    # "to the left" turns on "left", not on "to"
    rest = re.search(r"\b(?:left|right|up|down|front)\b", text[match.end() :], re.IGNORECASE)
    if match.group().lower() in ("to", "towards", "toward", "in", "into") and rest:
        tail = turn_round(text[match.end() :], opposites)
        return None if tail is None else text[: match.end()] + tail
    return text[: match.start()] + new + text[match.end() :]
