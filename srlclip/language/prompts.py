"""Captions of an Event by rule.

srl             the paper's template (Table 4): role names bound to fillers
natural         one English sentence (srlclip.language.sentences)
minimal         control: "a video of a man", the agent's head noun alone
verb_only       control: "In this photo, the action is walk."
bag             control: the words of verb and fillers in random order, no role names, no template
shuffled_roles  control: the srl template with the fillers moved to other roles of the same event

A new style is a function and an entry of STYLES.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from srlclip.language.english import clean_filler, head_noun, strip_article, with_article
from srlclip.language.sentences import sentence
from srlclip.situations import CORE_ROLES, Caption, Event, Role

_PERSON = {"he": "a man", "him": "a man", "she": "a woman", "her": "a woman", "they": "people", "them": "people"}


def caption(event: Event, style: str = "srl", rng: np.random.Generator | None = None) -> Caption:
    """The true caption of an event in one of STYLES; ValueError for another style.

    The verb is the annotation's lemma as it is: the paper prints both "speaking" and "turn". Roles keep the
    annotation's order; fillers that are "-", empty or mere punctuation never appear. rng: order of `bag` and
    `shuffled_roles`; None means sorted words and fillers moved on by one role.
    """
    if style not in STYLES:
        raise ValueError(f"caption style is {style!r}; allowed: {', '.join(STYLES)}")
    return Caption(text=STYLES[style].write(event, rng), style=style)


def recognised(text: str, event: Event | None, render: Callable[[Event, str], Caption] = caption) -> Caption:
    """What a text is to an event's labels: their caption in the style that writes it so, else one of style "typed"."""
    # the page's captions are natural: where styles agree, that is the one that is meant
    for style in sorted(STYLES, key=lambda name: name != "natural") if event is not None else ():
        if STYLES[style].write(event, None) == text or render(event, style).text == text:
            return Caption(text, style=style, origin=event.origin)
    return Caption(text, style="typed", origin=event.origin if event is not None and event.from_model else "")


def fit(
    event: Event,
    style: str,
    count_tokens: Callable[[str], int],
    limit: int = 77,
    rng: np.random.Generator | None = None,
) -> Caption:
    """The caption with as many roles as fit into `limit` tokens as counted by count_tokens (specials included).

    Whole roles go from the end, modifiers before core roles. If the verb alone is too long, the text is cut at a word
    boundary (inside a word only if the first word is too long) and every role counts as dropped.
    """
    if limit < 1:
        raise ValueError(f"the token limit is {limit}; it must be 1 or more")
    visible = len(_filled(event))
    result = None
    for dropped, shorter in enumerate(_shorter(event)):
        result = caption(shorter, style, rng)
        if count_tokens(result.text) <= limit:
            return replace(result, dropped_roles=dropped)
    assert result is not None
    return replace(result, text=_truncate(result.text, count_tokens, limit), dropped_roles=visible)


def shortened(event: Event, dropped: int) -> Event:
    """The event with the roles that a caption of `fit` tells which dropped so many; fillers are cleaned."""
    return next(islice(_shorter(event), dropped, None))


def _srl(event: Event, rng: np.random.Generator | None) -> str:
    return _template(event, _filled(event))


def _natural(event: Event, rng: np.random.Generator | None) -> str:
    return sentence(event)


def _minimal(event: Event, rng: np.random.Generator | None) -> str:
    """The agent is Arg0, or the first core role of a verb without one ("thing sitting")."""
    core = (role for role in event.roles if role.key in CORE_ROLES)
    agent = min(core, key=lambda role: role.key, default=None)
    noun = head_noun(clean_filler(agent.filler)) if agent else ""
    if not noun:
        return "a video"
    return f"a video of {_PERSON.get(noun) or with_article(noun)}"


def _verb_only(event: Event, rng: np.random.Generator | None) -> str:
    return _template(event, ())


def _bag(event: Event, rng: np.random.Generator | None) -> str:
    texts = (_lemma(event), *(role.filler for role in _filled(event)))
    words = sorted(word.strip(",;") for text in texts for word in text.split())
    words = [word for word in words if word]
    return " ".join(words if rng is None else [words[i] for i in rng.permutation(len(words))])


def _shuffled_roles(event: Event, rng: np.random.Generator | None) -> str:
    """Fillers turned by 1..n-1 places among the roles, so that none keeps its own."""
    roles = _filled(event)
    if len(roles) > 1:
        step = 1 if rng is None else int(rng.integers(1, len(roles)))
        fillers = [role.filler for role in roles]
        moved = zip(roles, fillers[step:] + fillers[:step], strict=True)
        roles = tuple(replace(role, filler=filler) for role, filler in moved)
    return _template(event, roles)


@dataclass(frozen=True)
class Style:
    """A way to caption an event. write: (event, rng or None) -> text.

    verb_role_negatives: whether a caption with another verb and its role names can be told from the true one, so that
    training has verb-role negatives in this style.
    """

    write: Callable[[Event, np.random.Generator | None], str]
    verb_role_negatives: bool = False


STYLES: dict[str, Style] = {
    "srl": Style(_srl, verb_role_negatives=True),
    "natural": Style(_natural, verb_role_negatives=True),
    "minimal": Style(_minimal),
    "verb_only": Style(_verb_only),
    "bag": Style(_bag),
    "shuffled_roles": Style(_shuffled_roles),
}


def _filled(event: Event) -> tuple[Role, ...]:
    cleaned = (replace(role, filler=clean_filler(role.filler)) for role in event.roles)
    return tuple(role for role in cleaned if role.filler)


def _lemma(event: Event) -> str:
    return event.lemma or "act"


def _template(event: Event, roles: tuple[Role, ...]) -> str:
    if not roles:
        return f"In this photo, the action is {_lemma(event)}."
    said = ", ".join(f"the {strip_article(role.name).strip() or role.key} is {role.filler}" for role in roles)
    return f"In this photo, the action is {_lemma(event)} where, {said}."


def _shorter(event: Event) -> Iterator[Event]:
    """The event with 0, 1, 2, ... roles dropped: the last modifier first, core roles after all modifiers."""
    roles = list(_filled(event))
    yield replace(event, roles=tuple(roles))
    for core in (False, True):
        for at in range(len(roles) - 1, -1, -1):
            if (roles[at].key in CORE_ROLES) == core:
                del roles[at]
                yield replace(event, roles=tuple(roles))


def _truncate(text: str, count_tokens: Callable[[str], int], limit: int) -> str:
    words = text.split()
    for pieces, join in ((words, " "), (list(words[0]) if words else [], "")):
        low, high = 0, len(pieces)
        while low < high:
            middle = (low + high + 1) // 2
            if count_tokens(join.join(pieces[:middle])) <= limit:
                low = middle
            else:
                high = middle - 1
        if low:
            return join.join(pieces[:low])
    return ""
