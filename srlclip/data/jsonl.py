"""Clips in JSON Lines: one clip per line, any number of events. The format for people's own data.

    {"id": "kitchen-7", "video": "kitchen-7.mp4", "start": 0, "end": 10, "events": [
        {"verb": "open", "verb_id": "open.01", "roles": [
            {"key": "Arg0", "name": "opener", "text": "woman in red"},
            {"key": "AScn", "name": "scene of the event", "text": "kitchen"}]},
        {"verb": "walk", "roles": {"walker": "woman in red", "direction": "left"}}]}

(on one line in the file). `video` is a file or a folder of frames, relative to the `videos` folder; without it the clip
has no path. `start`, `end` are seconds inside the video, which the events share evenly; without `end` they share all of
it, so write it where the last event ends before the video does. `verb_id` defaults to "{lemma}.01". Roles may be an object
{name: text} or a list; a role without a key takes the modifier's key if its name is one (direction, manner, location,
goal, purpose, scene or a VidSitu role key such as "Arg0 (opener)"), else the next free Arg. `origin` of an event says where its
labels come from: "typed", "file" or "model: NAME" (a model's own words are no reference for that model). Blank lines are skipped, a
byte order mark and Windows line ends are allowed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from srlclip.data.problems import Problem, brief, refuse
from srlclip.data.roles import parse_role_key
from srlclip.data.test_only import REFUSAL, is_velociti
from srlclip.files import write_text
from srlclip.situations import (
    CORE_ROLES,
    FROM_FILE,
    FROM_MODEL,
    MODIFIER_NAMES,
    ROLE_KEYS,
    TYPED,
    DataError,
    Event,
    Role,
    Situation,
)

_MODIFIER_KEYS = {name: key for key, name in MODIFIER_NAMES.items()} | {"scene": "AScn"}
_CLIP_FIELDS = ("id", "video", "start", "end", "events")
_EVENT_FIELDS = ("verb", "verb_id", "roles", "relation", "origin")
_KNOWN_ORIGIN = re.compile(rf"({TYPED}|{FROM_FILE}|{FROM_MODEL}\S.*)?\Z")


class Line(NamedTuple):
    """A clip, the line it stands on (from 1), and the video the line names, whether or not it is there."""

    number: int
    situation: Situation
    video: Path | None


def read_jsonl(
    path: str | Path, videos: str | Path | None = None, problems: list[Problem] | None = None
) -> list[Situation]:
    """Situations in the file's order. videos: folder of the videos, the file's own folder if None or "".

    A video that is not there gives path None. A line that cannot be used raises DataError naming the file, the line and
    the clip; with a list of `problems` it is skipped and noted there.
    """
    return [line.situation for line in read_lines(path, videos, problems)]


def read_lines(
    path: str | Path, videos: str | Path | None = None, problems: list[Problem] | None = None
) -> Iterator[Line]:
    """read_jsonl with the place of every clip; one line in memory at a time."""
    path = Path(path)
    folder = Path(videos) if videos else path.parent
    if not path.is_file():
        raise DataError("file not found; give a .jsonl file, or a folder that holds it", file=path)
    with path.open("rb") as file:
        yield from _lines(file, path, folder, problems)


def read_text(text: str, name: str = "the text", problems: list[Problem] | None = None) -> list[Situation]:
    """Situations of JSON Lines that are at hand as text. The videos that it names are not looked for: paths are None.

    name: what errors call the text, otherwise as read_jsonl.
    """
    lines = text.encode("utf-8", "replace").split(b"\n")
    return [line.situation for line in _lines(lines, name, None, problems)]


def _lines(
    raws: Iterable[bytes], source: str | Path, folder: Path | None, problems: list[Problem] | None
) -> Iterator[Line]:
    """The clips of the lines of `source`. folder: of the videos; None: they are not looked for."""
    seen: dict[str, int] = {}
    for number, raw in enumerate(raws, 1):
        entry = None
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            if not text:
                continue
            values = json.loads(text, object_pairs_hook=_once)
            if isinstance(values, Mapping) and isinstance(values.get("id"), str):
                entry = values["id"].strip() or None
            if isinstance(values, Mapping) and is_velociti(values):
                raise ValueError(REFUSAL)
            _object(values, "a line", _CLIP_FIELDS)
            clip_id = _text(values.get("id"), "id")
            if clip_id in seen:
                raise ValueError(f"the id was already used on line {seen[clip_id]}")
            seen[clip_id] = number
            situation, video = _situation(values, clip_id, folder)
        except json.JSONDecodeError as error:
            problem = f"not JSON ({error.msg}, column {error.colno})"
        except UnicodeDecodeError as error:
            problem = f"not UTF-8 ({error.reason}, byte {error.start + 1} of the line)"
        except RecursionError:
            problem = "not a clip: lists or objects nested too deeply"
        except ValueError as error:
            problem = str(error)
        else:
            yield Line(number, situation, video)
            continue
        refuse(problems, DataError(problem, file=source, line=number, entry=entry))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON allows a name twice and keeps the last value; here a filler would vanish without a word."""
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"field {brief(twice)} stands twice in one object")
    return values


def write_jsonl(path: str | Path, situations: Iterable[Situation], videos: str | Path | None = None) -> None:
    """Write the first annotator's events of each clip; read_jsonl gives them back.

    Videos are written relative to `videos` (the file's folder if None) where they lie inside it, else as they are.
    """
    path = Path(path)
    folder = Path(videos) if videos else path.parent
    write_text(path, "".join(f"{clip_line(situation, folder)}\n" for situation in situations))


def clip_line(situation: Situation, folder: Path | None = None) -> str:
    """One clip as one line. folder: its video is named from there; None: no video is named."""
    values: dict[str, Any] = {"id": situation.clip_id}
    if situation.path is not None and folder is not None:
        inside = situation.path.is_relative_to(folder)
        values["video"] = (situation.path.relative_to(folder) if inside else situation.path).as_posix()
    if situation.start:
        values["start"] = situation.start
    if situation.end is not None:
        values["end"] = situation.end
    values["events"] = [_event_out(event) for event in situation.events]
    return json.dumps(values, ensure_ascii=False)


def _situation(values: Mapping[str, Any], clip_id: str, folder: Path | None) -> tuple[Situation, Path | None]:
    events = values.get("events")
    if not isinstance(events, list) or not events:
        raise ValueError(f"events must be a list of at least one event, got {brief(events)}")
    start = _seconds(values.get("start", 0.0), "start")
    end = None if values.get("end") is None else _seconds(values["end"], "end")
    if end is not None and end <= start:
        raise ValueError(f"end is {end:g} s, which is not after start ({start:g} s)")
    video = None
    if values.get("video") is not None:
        named = _text(values["video"], "video")
        video = folder / named if folder is not None else None
    situation = Situation(
        clip_id=clip_id,
        path=video if video is not None and video.exists() else None,
        events=tuple(_event(event, k) for k, event in enumerate(events, 1)),
        start=start,
        end=end,
    )
    return situation, video


def _event(raw: Any, number: int) -> Event:
    try:
        values = _object(raw, "an event", _EVENT_FIELDS)
        verb = _text(values.get("verb"), "verb")
        lemma = verb.split(" (")[0].strip().replace(" ", "_")
        verb_id = _text(values.get("verb_id", f"{lemma}.01"), "verb_id")
        relation = values.get("relation")
        if relation is not None:
            relation = _text(relation, "relation")
        return Event(verb, verb_id, _roles(values.get("roles", [])), relation, _origin(values.get("origin", "")))
    except ValueError as error:
        raise ValueError(f"event {number}: {error}") from None


def _origin(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200 or not _KNOWN_ORIGIN.match(value):
        raise ValueError(f"origin is {brief(value)}; allowed: {TYPED}, {FROM_FILE}, or {FROM_MODEL}NAME")
    return value


def _roles(raw: Any) -> tuple[Role, ...]:
    if isinstance(raw, Mapping):
        raw = [{"name": name, "text": text} for name, text in raw.items()]
    if not isinstance(raw, list):
        raise ValueError(f"roles must be a list or an object, got {brief(raw)}")
    items = [_object(role, "a role", ("key", "name", "text")) for role in raw]
    taken = {key for role in items if isinstance(key := role.get("key"), str)}
    out = []
    for role in items:
        name = _text(role.get("name"), "a role's name")
        text = role.get("text")
        if not isinstance(text, str):
            raise ValueError(f"the text of role {brief(name)} must be text, got {brief(text)}")
        key = role.get("key")
        if key is None:
            key, name = _guess(name, taken)
            taken.add(key)
        elif not isinstance(key, str) or key not in ROLE_KEYS:
            raise ValueError(f"role key is {brief(key)}; allowed: {', '.join(ROLE_KEYS)}")
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
        raise ValueError(f"more than {len(CORE_ROLES)} core roles; role {brief(name)} has no Arg left") from None
    return free[0], name


def _event_out(event: Event) -> dict[str, Any]:
    out: dict[str, Any] = {"verb": event.verb, "verb_id": event.verb_id}
    if event.relation is not None:
        out["relation"] = event.relation
    if event.origin:
        out["origin"] = event.origin
    out["roles"] = [{"key": role.key, "name": role.name, "text": role.filler} for role in event.roles]
    return out


def _object(value: Any, what: str, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{what} must be an object, got {brief(value)}")
    unknown = sorted(set(value) - set(allowed))
    if unknown:
        raise ValueError(f"{what} has unknown field {brief(unknown[0])}; allowed: {', '.join(allowed)}")
    return value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be text that is not empty, got {brief(value)}")
    return value.strip()


def _seconds(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ValueError(f"{name} must be seconds, 0 or more, got {brief(value)}")
    return float(value)
