"""Hard negatives: captions that fit the clip but not the event.

natural         the other events of the same clip (same people and scene)
verb_role       another verb with its role names around the same fillers (paper, Table 4)
probes          one binding or word changed: agent_patient, noun, attribute, direction, manner (srlclip.language.probes)

Randomness is an argument; callers derive its seed from (seed, epoch, id). No function returns a caption that equals the
true one up to case and spaces, nor the same caption twice; where nothing can be changed they return fewer.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from srlclip.language import probes, prompts
from srlclip.language.english import clean_filler, head_noun, normalise, words_of
from srlclip.language.lexicon import Lexicon
from srlclip.situations import CORE_ROLES, Caption, Event, Role, Situation

KINDS = ("natural", "verb_role", *probes.KINDS)

#: How an event becomes a caption: prompts.caption, or prompts.fit with a tokenizer's limit bound to it.
Render = Callable[[Event, str], Caption]


def natural(situation: Situation, k: int, style: str = "srl", render: Render = prompts.caption) -> list[Caption]:
    """Captions of the other events of the clip, in order, against event number `k` (from 0)."""
    if not 0 <= k < len(situation.events):
        raise ValueError(f"event {k} of clip {situation.clip_id} with {len(situation.events)} events (counted from 0)")
    others = (event for i, event in enumerate(situation.events) if i != k)
    return _captions(others, situation.events[k], "natural", style, render, len(situation.events))


def verb_role(
    event: Event,
    lexicon: Lexicon,
    n: int,
    rng: np.random.Generator,
    style: str = "srl",
    render: Render = prompts.caption,
    exclude: Collection[str] = (),
) -> list[Caption]:
    """Up to n captions with the verb and its role names replaced by those of n other verbs; fillers stay.

    Verbs are drawn without repetition in proportion to their frequency, so that a rare verb is no more often negative
    than positive; the paper does not say how it draws (our choice). Never drawn: the same lemma, VerbIDs in `exclude`
    (votes for the event), and verbs whose gloss says they are the same act, such as "talk (speak)" for "speak".
    """
    return _captions(verb_role_events(event, lexicon, rng, exclude), event, "verb_role", style, render, n)


def verb_role_events(
    event: Event, lexicon: Lexicon, rng: np.random.Generator, exclude: Collection[str] = ()
) -> Iterator[Event]:
    """The events behind verb_role, every allowed verb once, in random order by frequency."""
    if not len(lexicon):
        return
    # Efraimidis and Spirakis (2006): sorting by exponential / weight draws without replacement by weight
    order = np.argsort(rng.exponential(size=len(lexicon)) / lexicon.counts)
    own = _senses(event.verb)
    for at in order:
        entry = lexicon.entries[lexicon.verbs[at]]
        if entry.verb_id == event.verb_id or entry.verb_id in exclude or own & _senses(entry.verb):
            continue
        yield _with_verb(event, entry.verb, entry.verb_id, entry.roles)


@lru_cache(maxsize=8192)
def _senses(verb: str) -> frozenset[str]:
    """Lemma and short glosses of a verb string: "talk (to speak, chat)" -> {"talk", "speak", "chat"}."""
    lemma, _, gloss = verb.lower().partition(" (")
    parts = [re.sub(r"[()]", " ", part) for part in re.split(r"[,;/]|\bor\b", f"{lemma},{gloss}")]
    return frozenset(re.sub(r"^to ", "", " ".join(part.replace("_", " ").split())) for part in parts) - {""}


def _with_verb(event: Event, verb: str, verb_id: str, roles: Sequence[tuple[str, str]]) -> Event:
    """The event under another verb.

    Core fillers move over in order of Arg number: the agent slot to the agent slot even when it is not visible, the
    visible others to the next slots; fillers without a slot go. Modifiers stay as they are.
    """
    old = sorted((role for role in event.roles if role.key in CORE_ROLES), key=lambda role: role.key)
    new = sorted(pair for pair in roles if pair[0] in CORE_ROLES)
    fillers = [
        role.filler for i, role in enumerate(old) if clean_filler(role.filler) or (i == 0 and role.key == "Arg0")
    ]
    core = [Role(key, name, filler) for (key, name), filler in zip(new, fillers, strict=False)]
    modifiers = [role for role in event.roles if role.key not in CORE_ROLES]
    return replace(event, verb=verb, verb_id=verb_id, roles=(*core, *modifiers))


def probe(
    kind: str,
    event: Event,
    lexicon: Lexicon,
    n: int,
    rng: np.random.Generator,
    style: str = "srl",
    render: Render = prompts.caption,
) -> list[Caption]:
    """Up to n captions with one thing changed; kind: one of srlclip.language.probes.KINDS, ValueError for another."""
    return _captions(probes.variants(kind, event, lexicon, rng), event, kind, style, render, n)


def build(
    event: Event,
    situation: Situation | None,
    k: int,
    lexicon: Lexicon,
    kinds: Iterable[str] = KINDS,
    rng: np.random.Generator | None = None,
    style: str = "srl",
    per_kind: int | Mapping[str, int] | None = None,
    render: Render = prompts.caption,
) -> list[Caption]:
    """Up to k negatives of an event, taken from the kinds in turn (first of each kind, second of each, ...).

    situation: the event's clip, or None. Its annotators' captions of the event are all true and never returned, nor is
    a probe whose new filler another annotator wrote; verbs with two votes never replace the event's. per_kind: the
    most of one kind, a number or one per kind. rng: default_rng(0) if None. ValueError for an unknown kind.
    """
    kinds = tuple(dict.fromkeys(kinds))
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise ValueError(f"negative kind is {unknown[0]!r}; allowed: {', '.join(KINDS)}")
    rng = np.random.default_rng(0) if rng is None else rng
    places = [i for i, other in enumerate(situation.events) if other == event] if situation else []
    truths, votes = _truths(event, situation, places)
    groups = []
    for kind in kinds:
        cap = min(k, per_kind.get(kind, k) if isinstance(per_kind, Mapping) else k if per_kind is None else per_kind)
        if kind == "natural":
            events: Iterable[Event] = (
                (e for i, e in enumerate(situation.events) if i not in places) if situation else ()
            )
        elif kind == "verb_role":
            events = verb_role_events(event, lexicon, rng, votes)
        else:
            events = (v for v in probes.variants(kind, event, lexicon, rng) if not _agreed(v, event, truths, kind))
        groups.append(_captions(events, event, kind, style, render, cap, truths))
    out: list[Caption] = []
    seen: set[str] = set()
    for rank in range(max(map(len, groups), default=0)):
        for captions in groups:
            if rank < len(captions) and len(out) < k and normalise(captions[rank].text) not in seen:
                seen.add(normalise(captions[rank].text))
                out.append(captions[rank])
    return out


def _truths(event: Event, situation: Situation | None, places: Sequence[int]) -> tuple[list[Event], set[str]]:
    """Every annotator's version of the event, and the VerbIDs with two votes or more."""
    truths, votes = [event], {event.verb_id}
    for at in places:
        assert situation is not None
        truths += [events[at] for events in situation.annotations if at < len(events)]
        if at < len(situation.verb_votes):
            # one vote of ten may be a slip; two is what the official recall counts as an answer
            votes |= {verb for verb, n in Counter(situation.verb_votes[at]).items() if n > 1}
    return truths, votes | {truth.verb_id for truth in truths}


def _agreed(variant: Event, event: Event, truths: Iterable[Event], kind: str) -> bool:
    """Whether each filler that the probe changed is one that some annotator wrote for that role, or has its head."""
    if kind == "agent_patient":
        return False
    changed = [new for new, old in zip(variant.roles, event.roles, strict=True) if new.filler != old.filler]
    same = head_noun if kind == "noun" else normalise
    written = {(role.key, same(clean_filler(role.filler))) for truth in truths for role in truth.roles}
    return all((role.key, same(clean_filler(role.filler))) in written for role in changed)


def _captions(
    events: Iterable[Event],
    event: Event,
    kind: str,
    style: str,
    render: Render,
    limit: int,
    truths: Iterable[Event] = (),
) -> list[Caption]:
    """Captions of the events until there are `limit`, without those that are true or repeat."""
    true_text = render(event, style).text
    seen = {normalise(true_text)} | {normalise(render(truth, style).text) for truth in truths}
    out: list[Caption] = []
    for candidate in events:
        if len(out) >= limit:
            break
        made = render(candidate, style)
        if normalise(made.text) in seen:
            continue
        seen.add(normalise(made.text))
        removed, inserted = changes(true_text, made.text)
        out.append(replace(made, kind=kind, removed=removed, inserted=inserted))
    return out


def changes(true_text: str, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(words removed from the true caption, words inserted), in order, by difflib over words."""
    old, new = words_of(true_text), words_of(text)
    removed: list[str] = []
    inserted: list[str] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += old[a:b]
            inserted += new[c:d]
    return tuple(removed), tuple(inserted)
