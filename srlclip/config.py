"""Settings of a model: frozen dataclasses, JSON in and out, unknown names refused. Defaults are the paper's where it
gives them (see README). Those of a training run are in training/settings.py.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class TuningSettings:
    """Which weights of CLIP are trained. image: "lora" (paper), "full" (the image tower with its projection) or "frozen".

    text: "frozen" (paper: every caption is embedded once) or "lora" (embedded anew at every step).
    """

    image: str = "lora"
    text: str = "frozen"

    def __post_init__(self) -> None:
        check_one_of("tuning.image", self.image, ("lora", "full", "frozen"))
        check_one_of("tuning.text", self.text, ("frozen", "lora"))


@dataclass(frozen=True)
class LoraSettings:
    """Low-rank adaptation of a tower. targets: "qkv" (paper), "qkvo", "qkvo+fc" or "qkvo+fc+proj"."""

    rank: int = 64
    alpha: float = 64.0
    dropout: float = 0.0
    targets: str = "qkv"

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ValueError(f"lora.rank is {self.rank}; it must be 1 or more")
        if self.alpha <= 0:
            raise ValueError(f"lora.alpha is {self.alpha:g}; it must be above 0")
        check_range("lora.dropout", self.dropout, 0, 0.99)
        check_one_of("lora.targets", self.targets, tuple(LORA_TARGETS))


#: Names of the linear layers inside one transformer block of the image tower, per setting (paper, Table 2).
LORA_TARGETS: dict[str, tuple[str, ...]] = {
    "qkv": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "qkvo": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"),
    "qkvo+fc": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "mlp.fc1"),
    "qkvo+fc+proj": (
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "mlp.fc1", "mlp.fc2",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class ContextualizerSettings:
    """Video Contextualizer: a Transformer encoder over [video] ([event] frames) x events. 6 layers in the paper, 0 = none.

    heads and the width of the feed-forward layers (a multiple of the embedding) are not in the paper. residual_gain: at 0 the
    outputs are the Transformer's own, as in the paper; above 0 they are the mean of the frames plus a learned gain, which
    starts here, times the Transformer's, so that training starts from the mean of the frames.
    """

    layers: int = 6
    heads: int = 8
    feedforward: float = 4.0
    dropout: float = 0.1
    max_events: int = 16
    max_frames: int = 32
    residual_gain: float = 0.0

    def __post_init__(self) -> None:
        if self.layers < 0:
            raise ValueError(f"contextualizer.layers is {self.layers}; it must be 0 (no contextualizer) or more")
        check_range("contextualizer.dropout", self.dropout, 0, 0.99)
        check_range("contextualizer.residual_gain", self.residual_gain, 0, 1)


@dataclass(frozen=True)
class CaptionerSettings:
    """The situation-recognition head (VideoWhisperer): three Transformers of so many layers, heads and width.

    feedforward: a multiple of the width. max_words: of a filler; longer ones are cut. predict_roles: whether it also learns
    which roles an event has. contextualized: whether it reads the contextualizer's event outputs, where the model has some.
    event_means: whether it reads the means of the events' frames beside them (captioners before this setting do not).
    """

    width: int = 512
    layers: int = 3
    heads: int = 8
    feedforward: float = 4.0
    dropout: float = 0.15
    max_words: int = 15
    max_events: int = 16
    max_frames: int = 32
    predict_roles: bool = True
    contextualized: bool = True
    event_means: bool = True

    def __post_init__(self) -> None:
        for name in ("width", "layers", "heads", "max_words", "max_events", "max_frames"):
            check_at_least(f"captioner.{name}", getattr(self, name), 1)
        check_range("captioner.dropout", self.dropout, 0, 0.99)


def check_one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(allowed)}")


def check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value:g}; allowed: {low:g} to {high:g}")


def check_at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ValueError(f"{name} is {value}; it must be {least} or more")


def to_dict(settings: Any) -> dict[str, Any]:
    return asdict(settings)


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings, as to_dict gives them, by their full names: {"lora.rank": 64, ...}."""
    out: dict[str, Any] = {}
    for name, value in values.items():
        out |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return out


def from_dict(kind: type, values: Mapping[str, Any], where: str = "") -> Any:
    """Settings of class `kind` from plain values; an unknown name or a wrong type is a ValueError that names it."""
    hints = typing.get_type_hints(kind)
    known = {f.name for f in fields(kind)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"unknown setting {where}{unknown[0]}; allowed: {', '.join(sorted(known))}")
    out = {}
    for name, value in values.items():
        hint = hints[name]
        if is_dataclass(hint):
            if not isinstance(value, Mapping):
                raise ValueError(f"{where}{name} must be an object with settings, got {value!r}")
            out[name] = from_dict(hint, value, f"{where}{name}.")
        else:
            out[name] = _checked(value, hint, f"{where}{name}")
    return kind(**out)


def _checked(value: Any, hint: type, name: str) -> Any:
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise ValueError(f"{name} must be {hint.__name__}, got {value!r}")
    return value


def load_json(kind: type, path: str | Path) -> Any:
    """Settings from a JSON file; names the file in every error."""
    try:
        values = json.loads(Path(path).read_text("utf-8"))
    except FileNotFoundError:
        raise ValueError(f"no settings file at {path}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}, line {error.lineno}: not JSON ({error.msg})") from None
    try:
        return from_dict(kind, values)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def with_overrides(settings: Any, overrides: Iterable[str]) -> Any:
    """A copy with `path.to.name=value` changes applied; values are read as JSON, else as text."""
    for override in overrides:
        path, mark, text = override.partition("=")
        if not mark:
            raise ValueError(f"--set needs name=value, got {override!r}")
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            value = text
        settings = _set(settings, path.split("."), value, path)
    return settings


def _set(settings: Any, path: list[str], value: Any, full: str) -> Any:
    names = {f.name for f in fields(settings)}
    if path[0] not in names:
        raise ValueError(f"unknown setting {full}; allowed here: {', '.join(sorted(names))}")
    current = getattr(settings, path[0])
    if len(path) > 1:
        if not is_dataclass(current):
            raise ValueError(f"unknown setting {full}: {path[0]} has no parts")
        return replace(settings, **{path[0]: _set(current, path[1:], value, full)})
    if is_dataclass(current):
        raise ValueError(f"{full} is a group; set one of {', '.join(f.name for f in fields(current))}")
    hint = typing.get_type_hints(type(settings))[path[0]]
    return replace(settings, **{path[0]: _checked(value, hint, full)})
