"""Captions of an Event by rule.

srl             the paper's template (Table 4): role names bound to fillers
natural         one English sentence (srlclip.language.sentences)
minimal         control: "a video of a man", the agent's head noun alone
verb_only       control: "In this photo, the action is walk."
bag             control: the words of verb and fillers in random order, no role names, no template
shuffled_roles  control: the srl template with the fillers moved to other roles of the same event
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from srlclip.language.english import clean_filler, head_noun, strip_article, with_article
from srlclip.language.sentences import sentence
from srlclip.situations import CORE_ROLES, Caption, Event, Role

STYLES = ("srl", "natural", "minimal", "verb_only", "bag", "shuffled_roles")

_PERSON = {"he": "a man", "him": "a man", "she": "a woman", "her": "a woman", "they": "people", "them": "people"}


def caption(event: Event, style: str = "srl", rng: np.random.Generator | None = None) -> Caption:
    """The true caption of an event in one of STYLES; ValueError for another style.

    The verb is the annotation's lemma as it is: the paper prints both "speaking" and "turn". Roles keep the
    annotation's order; fillers that are "-", empty or mere punctuation never appear. rng: order of `bag` and
    `shuffled_roles`; None means sorted words and fillers moved on by one role.
    """
    roles = _filled(event)
    lemma = event.lemma or "act"
    if style == "srl":
        text = _template(lemma, roles)
    elif style == "natural":
        text = sentence(event)
    elif style == "verb_only":
        text = _template(lemma, ())
    elif style == "minimal":
        text = _minimal(event)
    elif style == "bag":
        text = _bag(lemma, roles, rng)
    elif style == "shuffled_roles":
        text = _template(lemma, _moved(roles, rng))
    else:
        raise ValueError(f"caption style is {style!r}; allowed: {', '.join(STYLES)}")
    return Caption(text=text, style=style)


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


def _filled(event: Event) -> tuple[Role, ...]:
    cleaned = (replace(role, filler=clean_filler(role.filler)) for role in event.roles)
    return tuple(role for role in cleaned if role.filler)


def _template(lemma: str, roles: tuple[Role, ...]) -> str:
    if not roles:
        return f"In this photo, the action is {lemma}."
    said = ", ".join(f"the {strip_article(role.name).strip() or role.key} is {role.filler}" for role in roles)
    return f"In this photo, the action is {lemma} where, {said}."


def _minimal(event: Event) -> str:
    """The agent is Arg0, or the first core role of a verb without one ("thing sitting")."""
    agent = min((role for role in event.roles if role.key in CORE_ROLES), key=lambda role: role.key, default=None)
    noun = head_noun(clean_filler(agent.filler)) if agent else ""
    if not noun:
        return "a video"
    return f"a video of {_PERSON.get(noun) or with_article(noun)}"


def _bag(lemma: str, roles: tuple[Role, ...], rng: np.random.Generator | None) -> str:
    words = sorted(word.strip(",;") for text in (lemma, *(role.filler for role in roles)) for word in text.split())
    words = [word for word in words if word]
    return " ".join(words if rng is None else [words[i] for i in rng.permutation(len(words))])


def _moved(roles: tuple[Role, ...], rng: np.random.Generator | None) -> tuple[Role, ...]:
    """Fillers turned by 1..n-1 places among the roles, so that none keeps its own."""
    if len(roles) < 2:
        return roles
    step = 1 if rng is None else int(rng.integers(1, len(roles)))
    fillers = [role.filler for role in roles]
    return tuple(
        replace(role, filler=filler) for role, filler in zip(roles, fillers[step:] + fillers[:step], strict=True)
    )


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
