"""Frozen dataclasses <-> plain JSON types, strictly: what a stranger's file holds is checked against the type hints.

Covers what the domain and its results are made of: text, numbers, truth values, None, tuples and dataclasses.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Sequence
from typing import Any, TypeVar

from srlclip.results import Both, json_keys, to_json

Value = TypeVar("Value")
#: The most of anything in a file that is read: characters of one text, entries of one list.
MAX_TEXT, MAX_LIST = 4000, 2000
_MAX_NUMBER = 1e15


def plain(value: Any) -> Any:
    """A dataclass as dicts and lists that `json` writes; fields that have their default are kept too."""
    return to_json(value)


def parse(text: str, limit: int) -> Any:
    """JSON of at most `limit` characters. Raises ValueError with a sentence for anything else, however deep or odd."""
    if len(text) > limit:
        raise ValueError(f"it has {len(text):,} characters; at most {limit:,} are read")
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_int=_whole)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("lists or objects are nested too deeply") from None
    except UnicodeEncodeError:  # a page or a file of it could not be written
        raise ValueError("a text in it holds half of a surrogate pair, which is no character") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg}, line {error.lineno}, column {error.colno})") from None
    return value


def _whole(digits: str) -> int:
    if len(digits) > 400:  # Python refuses thousands of them, in words about itself
        raise ValueError(f"a number in it has {len(digits):,} digits")
    return int(digits)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number that a file may hold")


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def build(kind: type[Value], value: Any, where: str = "") -> Value:
    """A dataclass from what `json` read. Fields with a default may be missing; unknown ones are refused.

    Raises ValueError that says where what is wrong: "results[2].value.negatives[0].base must be a number, got ...".
    """
    if not isinstance(value, dict):
        raise _wrong(where, "an object", value)
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    pairs = {name: json_keys(field) for name, field in fields.items() if _is_both(_hints(kind)[name])}
    known = {key for name in fields for key in pairs.get(name, (name,))}
    unknown = [name for name in value if name not in known]
    if unknown:
        raise ValueError(f"{where or 'it'} has the unknown field {_brief(unknown[0])}")
    arguments = {}
    for name, field in fields.items():
        hint = _hints(kind)[name]
        optional = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        keys = tuple(pairs.get(name, (name,)))
        missing = [key for key in keys if key not in value]
        if len(missing) == len(keys) and optional:
            continue
        if missing:
            raise ValueError(f"{_at(where, missing[0])} is missing")
        if name in pairs:
            (inner,) = typing.get_args(hint)
            arguments[name] = Both(*(_convert(inner, value[key], _at(where, key)) for key in keys))
        else:
            arguments[name] = _convert(hint, value[name], _at(where, name))
    return kind(**arguments)


def _is_both(hint: Any) -> bool:
    return typing.get_origin(hint) is Both


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in inner:
            return None
        (only,) = (each for each in inner if each is not type(None))
        return _convert(only, value, where)
    if origin is Sequence:
        origin, inner = tuple, (*inner, Ellipsis)
    if origin is tuple:
        if not isinstance(value, list) or len(value) > MAX_LIST:
            raise _wrong(where, f"a list of at most {MAX_LIST}", value)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_convert(inner[0], each, f"{where}[{i}]") for i, each in enumerate(value))
        if len(value) != len(inner):
            raise _wrong(where, f"a list of {len(inner)}", value)
        return tuple(_convert(h, each, f"{where}[{i}]") for i, (h, each) in enumerate(zip(inner, value, strict=True)))
    if dataclasses.is_dataclass(hint):
        return build(typing.cast(type, hint), value, where)
    return _scalar(hint, value, where)


def _scalar(hint: Any, value: Any, where: str) -> Any:
    if hint is bool and isinstance(value, bool):
        return value
    if hint is str and isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise ValueError(f"{where} has {len(value):,} characters; at most {MAX_TEXT:,} are read")
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and not abs(value) <= _MAX_NUMBER:  # an endless number or none at all fails too
        raise ValueError(f"{where} is a number beyond {_MAX_NUMBER:g}")
    if hint is float and number:
        return float(value)
    if hint is int and number and isinstance(value, int):
        return value
    names = {bool: "true or false", str: "text", float: "a number", int: "a whole number"}
    raise _wrong(where, names.get(hint, str(hint)), value)


def _wrong(where: str, allowed: str, value: Any) -> ValueError:
    return ValueError(f"{where or 'it'} must be {allowed}, got {_brief(value)}")


def _brief(value: Any) -> str:
    """What came, in a few words; never a whole nested value."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object of {len(value)} fields"
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
