"""VidSitu's official prediction files, in and out: ranked verbs per event, and a filler per role and event.

    verbs   [{"ann_idx": 0, "pred_vbs_ev": [[5 VerbIDs, best first], ... per event], "pred_scores_ev": [[...], ...]}]
    SRL     [{"ann_idx": 0, "vb_output": {"Ev1": {"vb_id": "talk.01", "Arg0": "man in hat", "AScn": "bus"}, ...}}]

`ann_idx` is the position of the segment in the split file. Text is kept letter by letter, because the metrics compare
it so. What the official code writes is read: positions as text or in a list of one, numbers in lists of one, other
fields, empty and missing events, entries that a distributed run wrote twice. Everything else raises DataError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from srlclip.data.problems import brief
from srlclip.files import write_json
from srlclip.situations import EVENTS_PER_CLIP, ROLE_KEYS, DataError

#: kind -> the field that holds its predictions.
_FIELDS = {"verbs": "pred_vbs_ev", "srl": "vb_output"}
_EVENT = re.compile(r"Ev([1-9]\d?)")


@dataclass(frozen=True)
class VerbPrediction:
    """verbs: per event, VerbIDs best first (any number). scores: as verbs, or () for a file without scores."""

    verbs: tuple[tuple[str, ...], ...]
    scores: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class EventPrediction:
    """verb_id: "" if none was predicted. roles: short role key -> text; "" is a prediction, a missing key is none."""

    verb_id: str
    roles: Mapping[str, str] = field(default_factory=dict)


def prediction_kind(path: str | Path) -> str:
    """What a file holds, "verbs" or "srl", by the fields of its first entry. DataError for any other file."""
    return _kind(_read_list(Path(path)), Path(path))


def read_verb_predictions(path: str | Path) -> dict[int, VerbPrediction]:
    """ann_idx -> VerbPrediction, in the file's order. DataError naming the file and the entry."""
    return _read(Path(path), "verbs", _verb_prediction)


def read_srl_predictions(path: str | Path) -> dict[int, tuple[EventPrediction, ...]]:
    """ann_idx -> predictions of Ev1, Ev2, ... (five at least), in the file's order.

    An event that is empty, null or missing has verb_id "" and no roles; a role that is null is left out. DataError
    naming the file and the entry, also if there are fields but not one role key in the whole file.
    """
    predictions = _read(Path(path), "srl", _srl_prediction)
    if not any(event.roles for events in predictions.values() for event in events):
        _refuse_foreign_keys(Path(path))
    return predictions


def write_verb_predictions(path: str | Path, predictions: Mapping[int, VerbPrediction]) -> None:
    """Write the official file, whole or not at all. ValueError for scores that are not finite."""
    _write(Path(path), verb_entries(predictions))


def write_srl_predictions(path: str | Path, predictions: Mapping[int, Sequence[EventPrediction]]) -> None:
    """Write the official file, whole or not at all."""
    _write(Path(path), srl_entries(predictions))


def verb_entries(predictions: Mapping[int, VerbPrediction]) -> list[dict[str, Any]]:
    """The official file's entries by position; without scores they have no `pred_scores_ev`."""
    entries = []
    for position, prediction in sorted(predictions.items()):
        entry: dict[str, Any] = {"pred_vbs_ev": [list(verbs) for verbs in prediction.verbs]}
        if prediction.scores:
            entry["pred_scores_ev"] = [[float(score) for score in scores] for scores in prediction.scores]
        entries.append(entry | {"ann_idx": int(position)})
    return entries


def srl_entries(predictions: Mapping[int, Sequence[EventPrediction]]) -> list[dict[str, Any]]:
    """The official file's entries by position; an event without verb and roles is an empty object."""
    return [
        {
            "ann_idx": int(position),
            "vb_output": {
                f"Ev{k}": ({"vb_id": event.verb_id} if event.verb_id or event.roles else {}) | dict(event.roles)
                for k, event in enumerate(events, 1)
            },
        }
        for position, events in sorted(predictions.items())
    ]


def _read_list(path: Path) -> list[Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", file=path) from None
    if content[:1] == b"\x80" or path.suffix in (".pkl", ".pickle", ".pth", ".pt"):
        message = "a pickle can run any code, so none is read; convert it to JSON where it was made, with json.dump"
        raise DataError(message, file=path)
    try:
        entries = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"not JSON ({error})", file=path, line=getattr(error, "lineno", None)) from None
    if not isinstance(entries, list) or not entries:
        raise DataError(f"must hold a JSON list of predictions, got {brief(entries)}", file=path)
    return entries


def _kind(entries: list[Any], path: Path) -> str:
    first = entries[0]
    kinds = [kind for kind, name in _FIELDS.items() if isinstance(first, dict) and name in first]
    if len(kinds) != 1:
        held = (
            "both" if kinds else (", ".join(map(str, first)) or "nothing") if isinstance(first, dict) else brief(first)
        )
        message = f"must have either pred_vbs_ev (verbs) or vb_output (semantic roles), got {held}"
        raise DataError(message, file=path, entry="#0")
    return kinds[0]


def _read(path: Path, kind: str, convert) -> dict[int, Any]:
    entries = _read_list(path)
    if (held := _kind(entries, path)) != kind:
        raise DataError(f"holds {held} predictions, {kind} predictions were asked for", file=path)
    out: dict[int, Any] = {}
    for number, entry in enumerate(entries):
        try:
            if not isinstance(entry, dict) or not {"ann_idx", _FIELDS[kind]} <= entry.keys():
                raise ValueError(f"must be an object with ann_idx and {_FIELDS[kind]}, got {brief(entry)}")
            position, prediction = _position(entry["ann_idx"]), convert(entry)
            if out.setdefault(position, prediction) != prediction:
                raise ValueError(f"a second, different prediction for ann_idx {position}")
        except (ValueError, OverflowError) as error:
            raise DataError(str(error), file=path, entry=f"#{number}") from None
    return out


def _single(value: Any) -> Any:
    """What is inside lists of one, as tensors of one number become."""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def _position(value: Any) -> int:
    single = _single(value)
    if isinstance(single, str) and re.fullmatch(r"[0-9]{1,9}", single):
        return int(single)
    if isinstance(single, float) and single.is_integer():
        single = int(single)
    if not isinstance(single, int) or isinstance(single, bool) or single < 0:
        raise ValueError(f"ann_idx must be a position in the split file, 0 or more, got {brief(value)}")
    return single


def _verb_prediction(entry: Mapping[str, Any]) -> VerbPrediction:
    ranked, scores = entry["pred_vbs_ev"], entry.get("pred_scores_ev")
    lists = isinstance(ranked, list) and all(isinstance(verbs, list) for verbs in ranked)
    if not lists or not all(isinstance(verb, str) for verbs in ranked for verb in verbs):
        raise ValueError(f"pred_vbs_ev must be a list of VerbIDs per event, got {brief(ranked)}")
    verbs = tuple(tuple(event) for event in ranked)
    if not scores:
        return VerbPrediction(verbs)
    if not isinstance(scores, list) or not all(isinstance(row, list) for row in scores):
        raise ValueError(f"pred_scores_ev must be a list of numbers per event, got {brief(scores)}")
    numbers = tuple(tuple(map(_number, row)) for row in scores)
    if [len(row) for row in numbers] != [len(row) for row in verbs]:
        raise ValueError("pred_scores_ev must have one number for each VerbID in pred_vbs_ev")
    return VerbPrediction(verbs, numbers)


def _number(value: Any) -> float:
    single = _single(value)
    if not isinstance(single, int | float) or isinstance(single, bool):
        raise ValueError(f"a score must be a number, got {brief(value)}")
    return float(single)


def _srl_prediction(entry: Mapping[str, Any]) -> tuple[EventPrediction, ...]:
    output = entry["vb_output"]
    if not isinstance(output, dict):
        raise ValueError(f"vb_output must map Ev1, Ev2, ... to objects, got {brief(output)}")
    numbers = dict(_event_numbers(output))
    if output and not numbers:
        raise ValueError(f"vb_output must map Ev1, Ev2, ... to objects, its keys are {brief(list(output))}")
    count = max(EVENTS_PER_CLIP, *numbers, 0)
    return tuple(_event_prediction(numbers.get(k), output.get(numbers.get(k))) for k in range(1, count + 1))


def _event_numbers(output: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """(1, "Ev1") for every key of that form. ValueError for Ev0: then all the others are shifted, too."""
    for key in output:
        if key == "Ev0":
            raise ValueError("vb_output has an Ev0; events are counted from Ev1")
        if match := _EVENT.fullmatch(key):
            yield int(match.group(1)), key


def _event_prediction(name: str | None, raw: Any) -> EventPrediction:
    if raw is None:
        return EventPrediction("")
    if not isinstance(raw, dict):
        raise ValueError(f"{name} must be an object, got {brief(raw)}")
    verb = raw.get("vb_id")
    roles = {key: raw[key] for key in raw if key in ROLE_KEYS and raw[key] is not None}
    for key, text in [("vb_id", "" if verb is None else verb), *roles.items()]:
        if not isinstance(text, str):
            raise ValueError(f"{name}: {key} must be text, got {brief(text)}")
    return EventPrediction(verb or "", roles)


def _refuse_foreign_keys(path: Path) -> None:
    """DataError if no event of a file has a role key but some have others: all would be scored as empty, unnoticed."""
    for number, entry in enumerate(_read_list(path)):
        for _, name in _event_numbers(entry["vb_output"]):
            event = entry["vb_output"][name]
            if foreign := [key for key in event or () if key != "vb_id" and key not in ROLE_KEYS]:
                message = f"{name} has the keys {brief(foreign)}, and no event of the file has a role; role keys are: "
                raise DataError(message + ", ".join(ROLE_KEYS), file=path, entry=f"#{number}")


def _write(path: Path, entries: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, entries, indent=None, end="", allow_nan=False)
