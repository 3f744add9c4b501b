"""Labels that somebody writes for a clip: read from pasted text, from a model's captions, or verb by verb; checked.

An annotation is a tuple with one entry per event of the clip, None where nothing has been written yet.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from srlclip.data.jsonl import clip_line, read_text
from srlclip.data.vidsitu_element import read_element, segment_of
from srlclip.results import CaptionResult
from srlclip.situations import EDITED, FROM_FILE, FROM_MODEL, TYPED, DataError, Event, Role, Situation

#: What one clip's annotation may hold at most.
MAX_EVENTS, MAX_ROLES, MAX_FILLER, MAX_PASTED = 60, 30, 300, 500_000
PASTED = "the pasted text"
Slots = tuple[Event | None, ...]


def known_verb(text: str | None, verbs: Sequence[str]) -> str:
    """The VerbID that a typed verb means: itself, or the most frequent sense of a bare lemma ("push" -> "push.01").

    verbs: those that are known, the most frequent first. Raises ValueError that names the nearest ones.
    """
    typed = " ".join((text or "").split())
    if not typed:
        raise ValueError("No verb is written. Choose one of the list.")
    if typed in verbs:
        return typed
    plain = typed.lower().replace(" ", "_")
    by_lemma: dict[str, str] = {}
    for verb in verbs:
        by_lemma.setdefault(verb.rsplit(".", 1)[0].lower(), verb)
    if plain in by_lemma:
        return by_lemma[plain]
    if plain in (lower := {verb.lower(): verb for verb in verbs}):
        return lower[plain]
    near = difflib.get_close_matches(plain.rsplit(".", 1)[0], list(by_lemma), n=3, cutoff=0.4)
    hint = f"Nearest known: {', '.join(by_lemma[n] for n in near)}." if near else "Choose one of the list."
    raise ValueError(f"The verb {typed[:60]!r} is not known. {hint}")


def made_event(
    verb_id: str, verb: str, roles: Sequence[tuple[str, str]], fillers: Mapping[str, str], before: Event | None = None
) -> Event:
    """An event from a verb, its (key, name) roles and the fillers by key; roles without a filler stay empty.

    before: what it was until now. What a model said stays a model's, however much of it is edited.
    """
    kept = tuple(Role(key, name, " ".join(fillers.get(key, "").split())) for key, name in roles)
    made = checked((Event(verb, verb_id, kept),))[0]
    if before is not None and _content(made) == _content(before):
        return replace(made, origin=before.origin)
    if before is not None and before.from_model:
        return replace(made, origin=before.origin.removesuffix(EDITED) + EDITED)
    return replace(made, origin=TYPED)


def _content(event: Event) -> tuple:
    return event.verb_id, {(role.key, role.filler.strip()) for role in event.visible_roles}


def from_file(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events with where they come from: a file, unless that says more."""
    return tuple(replace(event, origin=event.origin or FROM_FILE) for event in events)


def checked(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events, if they are not too many nor too long. Raises ValueError."""
    if not 1 <= len(events) <= MAX_EVENTS:
        raise ValueError(f"The clip has {len(events)} events; allowed: 1 to {MAX_EVENTS}.")
    for number, event in enumerate(events, 1):
        if len(event.roles) > MAX_ROLES:
            raise ValueError(f"Event {number} has {len(event.roles)} roles; at most {MAX_ROLES} are allowed.")
        texts = (event.verb, event.verb_id, event.relation or "", *(t for r in event.roles for t in (r.name, r.filler)))
        if any(len(text) > MAX_FILLER for text in texts):
            raise ValueError(f"Event {number} has a text of more than {MAX_FILLER} characters. Shorten it.")
    return tuple(events)


def read_pasted(text: str | None, clip: str) -> tuple[Event, ...]:
    """The events of JSON Lines (data.jsonl) or VidSitu JSON (one element, or a list of them) for the clip of that name.

    A text of one clip is taken whatever its id. Raises DataError naming line and entry, ValueError for the limits.
    """
    text = (text or "").strip()
    if not text:
        raise ValueError("There is no text. Paste one line of JSON Lines, or VidSitu's JSON of the clip.")
    if len(text) > MAX_PASTED:
        raise ValueError(f"The text has {len(text):,} characters; at most {MAX_PASTED:,} are read.")
    whole = _whole(text)
    elements = whole if isinstance(whole, list) else [whole]
    if whole is not None and any(isinstance(each, dict) and "Ev1" in each for each in elements):
        return from_file(checked(_from_vidsitu(elements, clip)))
    if isinstance(whole, list):
        text = "\n".join(json.dumps(each, ensure_ascii=False) for each in whole)
    elif isinstance(whole, dict) and "\n" in text:
        text = json.dumps(whole, ensure_ascii=False)  # one clip over several lines
    situations = {s.clip_id: s.events for s in read_text(text, PASTED)}
    return from_file(checked(_the_one(situations, clip)))


def _whole(text: str) -> Any:
    """The text as one JSON value, None if it is not one (as several lines are not)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _from_vidsitu(elements: Sequence[Any], clip: str) -> tuple[Event, ...]:
    by_clip: dict[str, tuple[Event, ...]] = {}
    for number, element in enumerate(elements):
        segment = None
        try:
            segment = segment_of(element)
            events = read_element(element, "short")
        except (ValueError, RecursionError) as error:
            raise DataError(str(error), file=PASTED, entry=segment or f"#{number}") from None
        by_clip.setdefault(segment, events)  # of several annotators the first
    return _the_one(by_clip, clip)


def _the_one(by_clip: Mapping[str, tuple[Event, ...]], clip: str) -> tuple[Event, ...]:
    if len(by_clip) == 1:
        return next(iter(by_clip.values()))
    stem = clip.rsplit(".", 1)[0]
    for name in (clip, stem):
        if name in by_clip:
            return by_clip[name]
    some = ", ".join(name[:40] for name in list(by_clip)[:5])
    problem = f"it holds {len(by_clip)} clips ({some}); none is called {stem[:60]!r}: paste the one that is meant"
    raise DataError(problem, file=PASTED)


def as_line(clip: str, seconds: float, slots: Slots) -> str:
    """The annotation as one line of JSON Lines; "" as long as some events have none."""
    events = tuple(event for event in slots if event is not None)
    if len(events) < len(slots):
        return ""
    return clip_line(Situation(clip, None, events, end=seconds or None))


def from_captions(
    result: CaptionResult,
    model: str,
    roles_of: Callable[[str], Sequence[tuple[str, str]]],
    known: Sequence[str],
    name: str = "",
) -> tuple[Event, ...]:
    """What a model says in each event as labels to start from, which stay marked as its own.

    roles_of: (key, name) of a known VerbID. name: of the model, as its labels' origin tells it.
    """
    origin = f"{FROM_MODEL}{' '.join((name or model).split())[:100]}"
    events = []
    for caption in result.events:
        said = {
            s.key: (s.name, "" if s.filler[model].strip() == "-" else s.filler[model].strip()) for s in caption.slots
        }
        lemma = said.pop("Verb", ("", ""))[1] or "act"
        verb_id = next(iter(caption.verb_ids[model]), f"{lemma.replace(' ', '_')}.01")
        names = roles_of(verb_id) if verb_id in known else [(key, name) for key, (name, _) in said.items()]
        roles = tuple(Role(key, name, said.get(key, ("", ""))[1][:MAX_FILLER]) for key, name in names)
        events.append(Event(lemma, verb_id, roles, origin=origin))
    return checked(events)
