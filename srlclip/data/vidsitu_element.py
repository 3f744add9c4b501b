"""One element of VidSitu's annotation files <-> Events: strict, and the only place that knows the element's keys.

    {"Ev1": {"vid_uid", "vid_seg_int", "EvRel", "Args": {role key: text}, "Arg_List": {role key: "0"}, "Verb",
             "VerbID"},
     "Ev2": ...}

Everything here raises ValueError; the reader of the file adds the file and the segment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from srlclip.data.problems import brief
from srlclip.data.roles import parse_role_key, raw_role_key
from srlclip.situations import Event, Role


def segment_of(element: Any) -> str:
    """The segment that an element annotates."""
    first = element.get("Ev1") if isinstance(element, dict) else None
    segment = first.get("vid_seg_int") if isinstance(first, dict) else None
    if not isinstance(segment, str) or not segment:
        raise ValueError("no Ev1 with a vid_seg_int")
    return segment


def read_element(element: Mapping[str, Any], role_names: str, labelled: bool = True) -> tuple[Event, ...]:
    """One annotator's events, any number of them.

    labelled: False for test files whose labels are withheld; there an element without any VerbID gives no events, and
    roles that only Arg_List names have empty fillers.
    """
    count = sum(re.fullmatch(r"Ev\d+", key) is not None for key in element)
    raws = [element.get(f"Ev{k}") for k in range(1, count + 1)]
    for k, raw in enumerate(raws, 1):
        if not isinstance(raw, dict):
            raise ValueError(f"Ev{k} of {count} events is missing or no object")
    if not labelled and not any(raw.get("VerbID") for raw in raws):
        return ()
    events = []
    for k, raw in enumerate(raws, 1):
        try:
            events.append(_read_event(raw, role_names))
        except ValueError as error:
            raise ValueError(f"Ev{k}: {error}") from None
    return tuple(events)


def _read_event(raw: Mapping[str, Any], role_names: str) -> Event:
    verb_id, verb, relation = raw.get("VerbID"), raw.get("Verb"), raw.get("EvRel")
    if not isinstance(verb_id, str) or not verb_id.strip():
        raise ValueError(f"VerbID must be text such as 'talk.01', got {brief(verb_id)}")
    if verb is not None and not isinstance(verb, str):
        raise ValueError(f"Verb must be text, got {brief(verb)}")
    if relation is not None and not isinstance(relation, str):
        raise ValueError(f"EvRel must be text, got {brief(relation)}")
    fillers = {} if raw.get("Args") is None else raw["Args"]
    if not isinstance(fillers, dict):
        raise ValueError(f"Args must be an object, got {brief(fillers)}")
    roles = []
    for raw_key in _ordered_keys(fillers, raw.get("Arg_List")):
        filler = fillers.get(raw_key, "")
        if not isinstance(filler, str):
            raise ValueError(f"the filler of {raw_key!r} must be text, got {brief(filler)}")
        key, name = parse_role_key(raw_key, role_names)
        roles.append(Role(key=key, name=name, filler=filler))
    lemma = verb_id.strip().rsplit(".", 1)[0]
    return Event(
        verb=(verb or "").strip() or lemma, verb_id=verb_id.strip(), roles=tuple(roles), relation=relation or None
    )


def _ordered_keys(fillers: Mapping[str, Any], positions: Any) -> list[str]:
    """Role keys by Arg_List, whose positions are strings; keys that it does not list follow in Args order."""
    if positions is None:
        return list(fillers)
    if not isinstance(positions, dict):
        raise ValueError(f"Arg_List must be an object, got {brief(positions)}")
    try:
        listed = sorted(positions, key=lambda key: int(positions[key]))
    except (TypeError, ValueError):
        raise ValueError(f"Arg_List positions must be whole numbers as text, got {brief(positions)}") from None
    return listed + [key for key in fillers if key not in positions]


def read_votes(info: Any) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """(segment, VerbIDs voted for per event) of an element of a vinfo file; no votes for a segment without any."""
    segment = info.get("vid_seg_int") if isinstance(info, dict) else None
    if not isinstance(segment, str):
        raise ValueError("no vid_seg_int")
    votes = info.get("vbid_lst")
    if not votes:
        return segment, ()
    per_event = [votes.get(f"Ev{k}") for k in range(1, len(votes) + 1)] if isinstance(votes, dict) else [None]
    if not all(isinstance(v, list) and all(isinstance(x, str) for x in v) for v in per_event):
        raise ValueError(f"vbid_lst must map Ev1, Ev2, ... to lists of VerbIDs, got {brief(votes)}")
    return segment, tuple(tuple(v) for v in per_event)


def write_element(events: Sequence[Event], segment: str, video_id: str) -> dict[str, Any]:
    """The element of one annotator's events; ValueError for roles that the format cannot hold."""
    return {f"Ev{k}": _event_out(event, segment, video_id) for k, event in enumerate(events, 1)}


def _event_out(event: Event, segment: str, video_id: str) -> dict[str, Any]:
    keys = [raw_role_key(role.key, role.name) for role in event.roles]
    if len(set(keys)) != len(keys):
        raise ValueError(f"{segment}: {event.verb_id} has the same role twice ({keys}); VidSitu's files cannot hold it")
    out: dict[str, Any] = {"vid_uid": video_id, "vid_seg_int": segment}
    if event.relation is not None:
        out["EvRel"] = event.relation
    out["Args"] = {key: role.filler for key, role in zip(keys, event.roles, strict=True)}
    out["Arg_List"] = {key: str(position) for position, key in enumerate(keys)}
    out["Verb"], out["VerbID"] = event.verb, event.verb_id
    return out
