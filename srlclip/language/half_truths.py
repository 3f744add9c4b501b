"""Half-truths: a short true caption of an event, the same with one role more that is right, and with one that is wrong.

    push: agent = man in red, patient = box, direction = to the left
    short "A man in red pushes." + right "A man in red pushes a box." + wrong "A man in red pushes a barrel."

A model that reads events scores the right addition above the wrong one, and the wrong one below the short caption,
although both captions say one thing more. The short caption is the verb and its subject; what it is asked of the subject
itself is the verb alone ("Someone pushes."). Labels are all it takes: no language model writes the captions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from srlclip.language import probes, prompts
from srlclip.language.english import clean_filler, head_noun, normalise
from srlclip.language.lexicon import Lexicon
from srlclip.situations import CORE_ROLES, MODIFIER_NAMES, Caption, Event, Situation

#: What roles are called in results: core roles have another name with every verb.
ROLE_NAMES = {"Arg0": "agent", "Arg1": "patient", **{f"Arg{n}": f"further participant (Arg{n})" for n in range(2, 6)}}
ROLE_NAMES |= MODIFIER_NAMES
#: Roles whose wrong filler names another thing, told by its head noun.
_NAMED = (*CORE_ROLES, "ALoc", "AScn")
_TURNED = {"ADir": "direction", "AMnr": "manner"}


@dataclass(frozen=True)
class HalfTruth:
    """key, name: of the role that is added. short: the caption that both lengthen. filler: the role's, as labelled;
    other: the wrong one."""

    key: str
    name: str
    filler: str
    other: str
    short: Caption
    right: Caption
    wrong: Caption


def half_truths(
    situation: Situation,
    k: int,
    lexicon: Lexicon,
    rng: np.random.Generator,
    style: str = "natural",
    render: Callable[[Event, str], Caption] = prompts.caption,
) -> list[HalfTruth]:
    """One per visible role of event k for which a wrong filler is known; in the order of the labels.

    The wrong filler of a direction or manner is its opposite where it has one. Any other is drawn by how often the lexicon
    has it with this verb, else with any: a rare word would give it away. It never is what some annotator wrote, nor a word
    that may name the same (srlclip.language.probes), nor one that the event has in another role.
    """
    event = situation.events[k]
    subject = min((r.key for r in event.roles if r.key in CORE_ROLES and clean_filler(r.filler)), default=None)
    out = []
    for at, role in enumerate(event.roles):
        if not clean_filler(role.filler) or any(r.key == role.key for r in event.roles[:at]):
            continue
        other = next(_wrong(situation, k, at, lexicon, rng), None)
        if other is None:
            continue
        kept = {role.key} if role.key == subject else {role.key, subject}
        changed = replace(event, roles=tuple(replace(r, filler=other) if r is role else r for r in event.roles))
        short, right, wrong = (
            render(_only(e, keys), style) for e, keys in ((event, kept - {role.key}), (event, kept), (changed, kept))
        )
        texts = {normalise(caption.text) for caption in (short, right, wrong)}
        if len(texts) == 3:
            made = (short, replace(right, kind="right"), replace(wrong, kind="wrong"))
            out.append(
                HalfTruth(role.key, ROLE_NAMES.get(role.key, role.name), clean_filler(role.filler), other, *made)
            )
    return out


def _only(event: Event, keys: set[str | None]) -> Event:
    """The event with the fillers of these roles alone. The others stay as roles, since they say what the verb takes."""
    return replace(event, roles=tuple(r if r.key in keys else replace(r, filler="-") for r in event.roles))


def _wrong(situation: Situation, k: int, at: int, lexicon: Lexicon, rng: np.random.Generator) -> Iterator[str]:
    """Fillers that role `at` of event k does not have, the first choice first."""
    event = situation.events[k]
    role = event.roles[at]
    truths = [event, *(events[k] for events in situation.annotations if k < len(events))]
    known = [clean_filler(r.filler) for truth in truths for r in truth.roles if r.key == role.key]
    here = {normalise(clean_filler(r.filler)) for r in event.visible_roles}
    if role.key in _TURNED:
        candidates: Iterator[str] = (
            variant.roles[at].filler for variant in probes.variants(_TURNED[role.key], event, lexicon, rng)
        )
    else:
        candidates = _drawn(role.key, event.verb_id, lexicon, rng)
    for text in candidates:
        if normalise(text) not in here and all(_differs(role.key, text, true) for true in known if true):
            yield text


def _differs(key: str, new: str, true: str) -> bool:
    if key in _NAMED:
        return probes.other_noun(head_noun(true), head_noun(new))
    if key in _TURNED:
        return normalise(new) != normalise(true)
    return not probes.alike(true, new)


def _drawn(key: str, verb_id: str, lexicon: Lexicon, rng: np.random.Generator) -> Iterator[str]:
    """Fillers of the role, without repetition: this verb's by their counts, then those of any verb in random order."""
    seen: set[str] = set()
    while text := lexicon.draw(key, verb_id, rng, without=seen):
        seen.add(text)
        yield text
    others: Sequence[str] = lexicon.fillers(key, limit=200)
    yield from (others[i] for i in rng.permutation(len(others)) if others[i] not in seen)
