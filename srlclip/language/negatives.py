"""Hard negatives: captions that fit the clip but not the event.

natural         the other events of the same clip (same people and scene)
verb_role       another verb with its roles around the same fillers (paper, Table 4)
probes          one binding or word changed: agent_patient, noun, attribute, direction, manner (srlclip.language.probes)

Randomness is an argument; callers derive its seed from (seed, epoch, id). No function returns a caption that equals the
true one up to case and spaces, nor the same caption twice; where nothing can be changed they return fewer.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, zip_longest

import numpy as np

from srlclip.language import probes, prompts
from srlclip.language.english import clean_filler, head_noun, is_clause, normalise, words_of
from srlclip.language.lexicon import Lexicon, VerbEntry
from srlclip.language.near_verbs import is_near, near_verbs
from srlclip.situations import CORE_ROLES, Caption, Event, Role, Situation

KINDS = ("natural", "verb_role", *probes.KINDS)

#: How a verb-role negative gets its roles. "follow", as in the paper's Table 4: the other verb's own list; roles that it
#: lacks go, shared ones keep the true filler, roles that it adds take a filler of that verb's own events. "keep": fillers
#: move to its core roles in order, modifiers stay whether it has them or not (this project's first rule).
RULES = ("follow", "keep")

#: How an event becomes a caption: prompts.caption, or prompts.fit with a tokenizer's limit bound to it.
Render = Callable[[Event, str], Caption]


def verb_role(
    event: Event,
    lexicon: Lexicon,
    n: int,
    rng: np.random.Generator,
    style: str = "srl",
    render: Render = prompts.caption,
    exclude: Collection[str] = (),
    rule: str = "follow",
) -> list[Caption]:
    """Up to n captions with the verb and its role names replaced by those of n other verbs. rule: one of RULES.

    Verbs are drawn without repetition in proportion to their frequency, so that a rare verb is no more often negative
    than positive; the paper does not say how it draws (our choice). Never drawn: VerbIDs in `exclude` (accepted_verbs
    of the event), and near-synonyms of the event's verb (srlclip.language.near_verbs), such as "talk (speak)" for "speak".
    """
    return _captions(verb_role_events(event, lexicon, rng, exclude, rule), event, "verb_role", style, render, n)


def verb_role_events(
    event: Event, lexicon: Lexicon, rng: np.random.Generator, exclude: Collection[str] = (), rule: str = "follow"
) -> Iterator[Event]:
    """The events behind verb_role, every allowed verb once, in random order by frequency. ValueError for another rule."""
    if rule not in RULES:
        raise ValueError(f"the rule of verb-role negatives is {rule!r}; allowed: {', '.join(RULES)}")
    if not len(lexicon):
        return
    # Efraimidis and Spirakis (2006): sorting by exponential / weight draws without replacement by weight
    order = np.argsort(rng.exponential(size=len(lexicon)) / lexicon.counts)
    near = is_near(event.verb_id, event.verb, lexicon)
    for at in order:
        entry = lexicon.entries[lexicon.verbs[at]]
        if entry.verb_id in exclude or near(entry):
            continue
        if rule == "follow":
            yield _in_its_roles(event, entry, lexicon, rng)
        else:
            yield _with_verb(event, entry.verb, entry.verb_id, entry.roles)


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


def _in_its_roles(event: Event, entry: VerbEntry, lexicon: Lexicon, rng: np.random.Generator) -> Event:
    """The event under another verb, with exactly that verb's roles in their order. A verb without events of its own, known
    from PropBank's frames, has the event's modifiers besides: frames name core roles only.

    The subject (Arg0, else the first core role) stays the subject, even when it is not visible; the visible others fill
    the verb's other core roles in order, a clause ("to help him") only one that has clauses with this verb. Modifiers
    that both have keep the true filler; the place keeps it under either of its names, scene or location. What is still
    open takes a filler that the verb's own events have there, drawn by frequency, or stays invisible.
    """
    true = {role.key: role.filler for role in reversed(event.roles)}
    subject, *others = sorted(key for key in true if key in CORE_ROLES) or [None]
    own = {key for key, _ in entry.roles}
    new_subject, *slots = sorted(key for key in own if key in CORE_ROLES) or [None]
    fillers: dict[str, str] = {}
    if subject is not None and new_subject is not None:
        fillers[new_subject] = true[subject]
    moving = [true[key] for key in others if clean_filler(true[key])]
    for slot in slots:
        at = next(
            (i for i, text in enumerate(moving) if not is_clause(text) or _takes_clauses(entry, slot, lexicon)), None
        )
        if at is not None:
            fillers[slot] = moving.pop(at)
    for key in own - set(CORE_ROLES):
        names = _PLACES if key in _PLACES else (key,)
        if (kept := next((name for name in (key, *names) if name in true), None)) is not None:
            fillers[key] = true[kept]
    roles = []
    for key, name in entry.roles:
        if key not in fillers:
            fillers[key] = lexicon.draw(key, entry.verb_id, rng, without=set(fillers.values())) or "-"
        roles.append(Role(key, name, fillers[key]))
    if not entry.count:
        roles += [role for role in event.roles if role.key not in {*CORE_ROLES, *own}]
    return replace(event, verb=entry.verb, verb_id=entry.verb_id, roles=tuple(roles))


#: Two names of the same role: an annotation has one of them (VidSitu).
_PLACES = ("AScn", "ALoc")


def _takes_clauses(entry: VerbEntry, key: str, lexicon: Lexicon) -> bool:
    return any(is_clause(text) for text in lexicon.fillers(key, entry.verb_id, limit=20))


#: What `role_swap` exchanges, in turn.
SWAPS = ("agent_patient", "attribute", "direction", "manner")


def role_swap(
    event: Event,
    lexicon: Lexicon,
    n: int,
    rng: np.random.Generator,
    style: str = "srl",
    render: Render = prompts.caption,
) -> list[Caption]:
    """Up to n captions of the same words in other bindings: who does it to whom (only where both can act), who wears what,
    the direction and the manner turned round; the first of each kind, then the second.

    Of attributes and directions only exchanges and opposites come first (see srlclip.language.probes); where there is
    nothing to exchange there are fewer. Ours: the paper has no such negatives.
    """
    kinds = [list(islice(probes.variants(kind, event, lexicon, rng), n)) for kind in SWAPS]
    turns = (variant for row in zip_longest(*kinds) for variant in row if variant is not None)
    return _captions(turns, event, "role_swap", style, render, n)


def accepted_verbs(situation: Situation, k: int, lexicon: Lexicon) -> set[str]:
    """VerbIDs that may be true of event k or happen beside it: its annotators' verbs and those with two votes, the
    lexicon's near-synonyms of these (but of the event's own verb, which verb_role never draws), and the verbs of the
    clip's other events."""
    event = situation.events[k]
    return _accepted(_truths(event, situation, [k])[1], event, situation, lexicon)


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
    a probe whose new filler another annotator wrote; no verb of accepted_verbs replaces the event's, and one that does
    brings its own roles (RULES, "follow"). per_kind: the most of one kind, a number or one per kind. rng: default_rng(0) if None. ValueError for an
    unknown kind.
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
            events = verb_role_events(event, lexicon, rng, _accepted(votes, event, situation, lexicon))
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


def _accepted(votes: set[str], event: Event, situation: Situation | None, lexicon: Lexicon) -> set[str]:
    """The VerbIDs, near-synonyms of all but the event's own (verb_role_events leaves those out, and reads less for it),
    and the verbs of the clip's events."""
    beside = {other.verb_id for other in situation.events} if situation else set()
    return votes | near_verbs(votes - {event.verb_id}, lexicon) | beside


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
