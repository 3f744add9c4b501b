"""Clips in JSON Lines: one clip per line, any number of events. The format for people's own data.

    {"id": "kitchen-7", "video": "kitchen-7.mp4", "start": 0, "end": 10, "events": [
        {"verb": "open", "verb_id": "open.01", "roles": [
            {"key": "Arg0", "name": "opener", "text": "woman in red"},
            {"key": "AScn", "name": "scene of the event", "text": "kitchen"}]},
        {"verb": "walk", "roles": {"walker": "woman in red", "direction": "left"}}]}

(on one line in the file). `video` is a file or a folder of frames, relative to the `videos` folder; without it the clip
has no path. `start`, `end` are seconds inside the video. `verb_id` defaults to "{lemma}.01". Roles may be an object
{name: text} or a list; a role without a key takes the modifier's key if its name is one (direction, manner, location,
goal, purpose, scene or a VidSitu role key such as "Arg0 (opener)"), else the next free Arg. Blank lines are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from srlclip.data.roles import parse_role_key
from srlclip.situations import CORE_ROLES, MODIFIER_NAMES, ROLE_KEYS, DataError, Event, Role, Situation

_MODIFIER_KEYS = {name: key for key, name in MODIFIER_NAMES.items()} | {"scene": "AScn"}
_CLIP_FIELDS = ("id", "video", "start", "end", "events")
_EVENT_FIELDS = ("verb", "verb_id", "roles", "relation")


def read_jsonl(path: str | Path, videos: str | Path | None = None) -> list[Situation]:
    """Situations in the file's order. videos: folder of the videos, the file's own folder if None or "".

    A video that is not there gives path None. DataError names the file, the line and the clip.
    """
    path = Path(path)
    folder = Path(videos) if videos else path.parent
    try:
        lines = path.read_text("utf-8").split("\n")
    except FileNotFoundError:
        raise DataError("file not found", file=path) from None
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8 ({error})", file=path) from None
    out: list[Situation] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        entry = None
        try:
            values = _object(json.loads(line), "a line", _CLIP_FIELDS)
            entry = _text(values.get("id"), "id")
            if entry in seen:
                raise ValueError(f"the id was already used on line {seen[entry]}")
            seen[entry] = number
            out.append(_situation(values, entry, folder))
        except json.JSONDecodeError as error:
            raise DataError(f"not JSON ({error.msg}, column {error.colno})", file=path, line=number) from None
        except ValueError as error:
            raise DataError(str(error), file=path, line=number, entry=entry) from None
    return out


def write_jsonl(path: str | Path, situations: Iterable[Situation], videos: str | Path | None = None) -> None:
    """Write the first annotator's events of each clip; read_jsonl gives them back.

    Videos are written relative to `videos` (the file's folder if None) where they lie inside it, else as they are.
    """
    path = Path(path)
    folder = Path(videos) if videos else path.parent
    lines = []
    for situation in situations:
        values: dict[str, Any] = {"id": situation.clip_id}
        if situation.path is not None:
            inside = situation.path.is_relative_to(folder)
            values["video"] = (situation.path.relative_to(folder) if inside else situation.path).as_posix()
        if situation.start:
            values["start"] = situation.start
        if situation.end is not None:
            values["end"] = situation.end
        values["events"] = [_event_out(event) for event in situation.events]
        lines.append(json.dumps(values, ensure_ascii=False) + "\n")
    path.write_text("".join(lines), "utf-8")


def _situation(values: Mapping[str, Any], clip_id: str, folder: Path) -> Situation:
    events = values.get("events")
    if not isinstance(events, list) or not events:
        raise ValueError(f"events must be a list of at least one event, got {events!r}")
    start = _seconds(values.get("start", 0.0), "start")
    end = None if values.get("end") is None else _seconds(values["end"], "end")
    if end is not None and end <= start:
        raise ValueError(f"end is {end:g} s, which is not after start ({start:g} s)")
    video = None
    if values.get("video") is not None:
        video = folder / _text(values["video"], "video")
    return Situation(
        clip_id=clip_id,
        path=video if video is not None and video.exists() else None,
        events=tuple(_event(event, k) for k, event in enumerate(events, 1)),
        start=start,
        end=end,
    )


def _event(raw: Any, number: int) -> Event:
    try:
        values = _object(raw, "an event", _EVENT_FIELDS)
        verb = _text(values.get("verb"), "verb")
        lemma = verb.split(" (")[0].strip().replace(" ", "_")
        verb_id = _text(values.get("verb_id", f"{lemma}.01"), "verb_id")
        relation = values.get("relation")
        if relation is not None:
            relation = _text(relation, "relation")
        return Event(verb=verb, verb_id=verb_id, roles=_roles(values.get("roles", [])), relation=relation)
    except ValueError as error:
        raise ValueError(f"event {number}: {error}") from None


def _roles(raw: Any) -> tuple[Role, ...]:
    if isinstance(raw, Mapping):
        raw = [{"name": name, "text": text} for name, text in raw.items()]
    if not isinstance(raw, list):
        raise ValueError(f"roles must be a list or an object, got {raw!r}")
    items = [_object(role, "a role", ("key", "name", "text")) for role in raw]
    taken = {role.get("key") for role in items}
    out = []
    for role in items:
        name = _text(role.get("name"), "a role's name")
        text = role.get("text")
        if not isinstance(text, str):
            raise ValueError(f"the text of role {name!r} must be text, got {text!r}")
        key = role.get("key")
        if key is None:
            key, name = _guess(name, taken)
            taken.add(key)
        elif key not in ROLE_KEYS:
            raise ValueError(f"role key is {key!r}; allowed: {', '.join(ROLE_KEYS)}")
        out.append(Role(key=key, name=name, filler=text))
    return tuple(out)


def _guess(name: str, taken: set[Any]) -> tuple[str, str]:
    """(key, name) of a role given by name only."""
    if name.lower() in _MODIFIER_KEYS:
        key = _MODIFIER_KEYS[name.lower()]
        return key, MODIFIER_NAMES[key]
    try:
        return parse_role_key(name)
    except ValueError:
        free = [key for key in CORE_ROLES if key not in taken]
    if not free:
        raise ValueError(f"more than {len(CORE_ROLES)} core roles; role {name!r} has no Arg left") from None
    return free[0], name


def _event_out(event: Event) -> dict[str, Any]:
    out: dict[str, Any] = {"verb": event.verb, "verb_id": event.verb_id}
    if event.relation is not None:
        out["relation"] = event.relation
    out["roles"] = [{"key": role.key, "name": role.name, "text": role.filler} for role in event.roles]
    return out


def _object(value: Any, what: str, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{what} must be an object, got {value!r}")
    unknown = sorted(set(value) - set(allowed))
    if unknown:
        raise ValueError(f"{what} has unknown field {unknown[0]!r}; allowed: {', '.join(allowed)}")
    return value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be text that is not empty, got {value!r}")
    return value.strip()


def _seconds(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"{name} must be seconds, 0 or more, got {value!r}")
    return float(value)
