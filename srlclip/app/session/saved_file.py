"""A session as one JSON file, and back: clips without their videos, labels, results, and the models that made them.

    {"format": "srlclip-comparison", "version": 1, "saved": "2026-01-31T12:00:00+00:00", "srlclip": "0.1.0",
     "models": [{"info": {...}, "base_fingerprint": "...", "adapted_fingerprint": "..."}],
     "clips": [{"name", "size", "sha256", "seconds", "events": [{"verb", "verb_id", "roles": [...]}, null, ...]}],
     "results": [{"kind": "search", "when": "...", "models": 0, "value": {...}}]}

With blind votes it has version 2, and "votes": [{"models": 0, "vote": {...}}]; programs that know no votes say so.

A file comes from anywhere: every value is checked, nothing in it is a path, and nothing in it is executed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from srlclip import __version__
from srlclip.app.session.labels import checked
from srlclip.app.session.plain_json import build, parse, plain
from srlclip.app.session.values import KINDS, MAX_CLIPS, MAX_NAME, MAX_RESULTS, Models, OwnClip, Result
from srlclip.app.session.votes import MAX_VOTES, Cast, checked_numbers, read_vote, vote_json
from srlclip.results import CaptionResult, ScoreResult, SearchResult
from srlclip.situations import DataError, Event

FORMAT, VERSION = "srlclip-comparison", 2
#: Characters of a file that is read; a full session writes about a tenth of it.
MAX_CHARS = 16_000_000
#: Rows of one result: what a page can draw.
_MAX_ROWS = 300
_BLANK = Event("", "")
_FIELDS = ("format", "version", "saved", "srlclip", "models", "clips", "results", "votes")


def dump(clips: Sequence[OwnClip], results: Sequence[Result], votes: Sequence[Cast] = ()) -> str:
    """The file's text. `load` gives equal clips and results back, `load_votes` equal votes."""
    models = list(dict.fromkeys(made.models for made in (*results, *votes)))
    cast = {"votes": [{"models": models.index(v.models), "vote": vote_json(v.vote)} for v in votes]} if votes else {}
    return json.dumps(
        {
            "format": FORMAT,
            "version": VERSION if votes else 1,
            "saved": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "srlclip": __version__,
            "models": [plain(each) for each in models],
            "clips": [plain(clip) for clip in clips],
            "results": [
                {"kind": r.kind, "when": r.when, "models": models.index(r.models), "value": plain(r.value)}
                for r in results
            ],
            **cast,
        },
        ensure_ascii=False,
        indent=1,
    )


def load(text: str, name: str = "the file") -> tuple[tuple[OwnClip, ...], tuple[Result, ...]]:
    """Clips and results. Raises DataError with one sentence for a newer version, or anything that `dump` never wrote."""
    try:
        return _load(parse(text.removeprefix("\ufeff"), MAX_CHARS))
    except (ValueError, RecursionError) as error:
        raise DataError(f"not a saved comparison: {error}", file=name) from None


def load_votes(text: str, name: str = "the file") -> tuple[Cast, ...]:
    """The blind votes of a file that `load` has read; none in most. Raises DataError."""
    try:
        values = parse(text.removeprefix("\ufeff"), MAX_CHARS)
        if "votes" not in values:
            return ()
        models = _models(values)
        votes = [_cast(each, models, f"votes[{i}]") for i, each in enumerate(_list(values, "votes", MAX_VOTES))]
        return checked_numbers(votes)
    except (ValueError, RecursionError) as error:
        raise DataError(f"not a saved comparison: {error}", file=name) from None


def _cast(value: Any, models: Sequence[Models], where: str) -> Cast:
    if not isinstance(value, dict) or set(value) != {"models", "vote"}:
        raise ValueError(f"{where} must be an object of models and vote")
    return Cast(_model_at(value["models"], models, where), read_vote(value["vote"], f"{where}.vote"))


def _models(values: dict) -> list[Models]:
    return [
        build(Models, each, f"models[{i}]") for i, each in enumerate(_list(values, "models", MAX_RESULTS + MAX_VOTES))
    ]


def _model_at(place: Any, models: Sequence[Models], where: str) -> Models:
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < len(models):
        raise ValueError(f"{where}.models must be the place of one of the {len(models)} models, from 0")
    return models[place]


def _load(values: Any) -> tuple[tuple[OwnClip, ...], tuple[Result, ...]]:
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise ValueError(f"its format is not {FORMAT!r}; open a file that this page has saved")
    version = values.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise ValueError("its version is no whole number from 1")
    if version > VERSION:
        raise ValueError(f"it has version {min(version, 10**6)}, and this program reads up to {VERSION}; update it")
    unknown = [field for field in values if field not in _FIELDS]
    if unknown:
        raise ValueError(f"it has the unknown field {unknown[0][:40]!r}")
    models = _models(values)
    clips = [_clip(each, f"clips[{i}]") for i, each in enumerate(_list(values, "clips", MAX_CLIPS))]
    if len({clip.name for clip in clips}) < len(clips) or len({clip.sha256 for clip in clips}) < len(clips):
        raise ValueError("two of its clips have the same name or content")
    results = [_result(each, models, f"results[{i}]") for i, each in enumerate(_list(values, "results", MAX_RESULTS))]
    return tuple(clips), tuple(results)


def _list(values: dict, field: str, limit: int) -> list:
    entries = values.get(field)
    if not isinstance(entries, list) or len(entries) > limit:
        raise ValueError(f"{field} must be a list of at most {limit}")
    return entries


def _clip(value: Any, where: str) -> OwnClip:
    clip = build(OwnClip, value, where)
    if not 0 < len(clip.name.strip()) <= len(clip.name) <= MAX_NAME or not clip.name.isprintable():
        raise ValueError(f"{where}.name must be printable text of 1 to {MAX_NAME} characters")
    if not re.fullmatch(r"[0-9a-f]{64}", clip.sha256) or clip.size < 1 or clip.seconds <= 0:
        raise ValueError(f"{where} must have a sha256 of 64 hex digits, a size and a length")
    checked([event for event in clip.events if event is not None] or [_BLANK])
    if clip.events and not clip.labelled:  # older files cut every clip into five
        return replace(clip, events=clip.unlabelled)
    if not clip.events or None in clip.events and len(clip.events) != len(clip.unlabelled):
        cut = f"unlabelled, its {clip.seconds:.1f} s are {len(clip.unlabelled)} events of about two seconds"
        raise ValueError(
            f"{where} has no labels in some of its {len(clip.events)} events; {cut}: complete them, or none"
        )
    return clip


def _result(value: Any, models: Sequence[Models], where: str) -> Result:
    if not isinstance(value, dict) or set(value) != {"kind", "when", "models", "value"}:
        raise ValueError(f"{where} must be an object of kind, when, models and value")
    kind, when = value["kind"], value["when"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"{where}.kind must be one of {', '.join(KINDS)}")
    made_by = _model_at(value["models"], models, where)
    try:
        datetime.fromisoformat(when).astimezone(timezone.utc)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{where}.when must be a date and time, ISO 8601") from None
    result = build(KINDS[kind], value["value"], f"{where}.value")
    _check_rows(result, f"{where}.value")
    return Result(kind, when, made_by, result)


def _check_rows(value: Any, where: str) -> None:
    """What the type hints do not say: sizes that a page can draw, and numbers that count."""
    if isinstance(value, SearchResult):
        hits = (*value.hits.base, *value.hits.adapted)
        ranked = all(h.rank >= 1 and 0 <= h.event_index < _MAX_ROWS for h in hits)
        fine = len(hits) <= 2 * _MAX_ROWS and ranked and value.token_limit > 0
    elif isinstance(value, CaptionResult):
        slots = [slot for event in value.events for slot in event.slots]
        fine = len(value.events) <= _MAX_ROWS and len(slots) <= 20 * _MAX_ROWS
        fine = fine and all(0 <= e.index < _MAX_ROWS and 0 <= e.start <= e.end and e.slots for e in value.events)
    else:
        assert isinstance(value, ScoreResult)
        fine = len(value.negatives) <= _MAX_ROWS and 0 <= value.event_index < _MAX_ROWS
    if not fine:
        raise ValueError(f"{where} holds more than a page can show, or counts what cannot be")
