"""Settings of a model and of its training: frozen dataclasses, JSON in and out, unknown names refused.

Defaults are the paper's where it gives them (see README); presets for SynSitu lie in training/configs/.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
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
        _one_of("tuning.image", self.image, ("lora", "full", "frozen"))
        _one_of("tuning.text", self.text, ("frozen", "lora"))


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
        _range("lora.dropout", self.dropout, 0, 0.99)
        _one_of("lora.targets", self.targets, tuple(LORA_TARGETS))


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

    heads and the width of the feed-forward layers (a multiple of the embedding) are not in the paper.
    """

    layers: int = 6
    heads: int = 8
    feedforward: float = 4.0
    dropout: float = 0.1
    max_events: int = 16
    max_frames: int = 32

    def __post_init__(self) -> None:
        if self.layers < 0:
            raise ValueError(f"contextualizer.layers is {self.layers}; it must be 0 (no contextualizer) or more")
        _range("contextualizer.dropout", self.dropout, 0, 0.99)


@dataclass(frozen=True)
class CaptionerSettings:
    """The situation-recognition head (VideoWhisperer): three Transformers of so many layers, heads and width.

    feedforward: a multiple of the width. max_words: of a filler; longer ones are cut. predict_roles: whether it also learns
    which roles an event has. contextualized: whether it reads the contextualizer's event outputs, where the model has some.
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

    def __post_init__(self) -> None:
        for name in ("width", "layers", "heads", "max_words", "max_events", "max_frames"):
            _at_least(f"captioner.{name}", getattr(self, name), 1)
        _range("captioner.dropout", self.dropout, 0, 0.99)


@dataclass(frozen=True)
class LossSettings:
    """total = clip_event * CLIP-Event + vc_event * VC-Event + video * (clip_video * CLIP-Video + vc_video * VC-Video).

    `video` is the paper's lambda. verb_role_negatives: N_vr, captions per event with another verb and its role names.
    natural_negatives: whether the other events of the same clip stand in an event's denominator.
    """

    clip_event: float = 1.0
    vc_event: float = 1.0
    clip_video: float = 1.0
    vc_video: float = 1.0
    video: float = 0.25
    verb_role_negatives: int = 4
    natural_negatives: bool = True

    def __post_init__(self) -> None:
        for name in ("clip_event", "vc_event", "clip_video", "vc_video", "video"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"loss.{name} is {getattr(self, name):g}; it must be 0 or more")
        if not 0 <= self.verb_role_negatives <= 8:
            raise ValueError(f"loss.verb_role_negatives is {self.verb_role_negatives}; allowed: 0 to 8")

    def weight(self, term: str) -> float:
        """What a term of srlclip.losses.TERMS counts for in the total, lambda included."""
        return getattr(self, term) * (self.video if term.endswith("_video") else 1.0)


@dataclass(frozen=True)
class DataSettings:
    """Where the training clips come from and how they are read.

    source: "synsitu" (rendered on demand into `root` if it is not there), "vidsitu" (official files) or "jsonl".
    videos: folder of mp4 files or frame folders; "" means next to the annotations.
    clips, valid_clips: how many to use (0 = all). share: part of the training clips that is trained on, drawn by the run's
    seed; smaller shares are subsets of larger ones. events, frames_per_event: P (0 = all that are labelled) and T of the
    paper. caption_style: see training.captions.STYLES. propbank: folder of PropBank frame files that give roles to verbs
    without annotations ("" = none).
    """

    source: str = "synsitu"
    root: str = "data/synsitu"
    videos: str = ""
    clips: int = 1000
    valid_clips: int = 200
    share: float = 1.0
    events: int = 0
    frames_per_event: int = 4
    caption_style: str = "srl"
    role_names: str = "short"
    propbank: str = ""
    cache: str = "cache"
    workers: int = 2

    def __post_init__(self) -> None:
        _one_of("data.source", self.source, ("synsitu", "vidsitu", "jsonl"))
        _one_of("data.role_names", self.role_names, ("short", "raw"))
        if not 0 < self.share <= 1:
            raise ValueError(f"data.share is {self.share:g}; it must be above 0 and at most 1")
        for name, least in (("clips", 0), ("valid_clips", 0), ("events", 0), ("frames_per_event", 1), ("workers", 1)):
            _at_least(f"data.{name}", getattr(self, name), least)


@dataclass(frozen=True)
class OptimSettings:
    """AdamW, learning rate 1e-6, 20 clips a batch, 40 epochs (paper). schedule and warm-up are our choice.

    batch_clips: clips of one step over all processes; contrastive negatives come from these. accumulate: steps whose
    gradients are averaged before the optimiser moves; negatives still come from one step. precision: "fp32", or mixed
    "bf16" or "fp16". checkpoint_activations: recompute activations in the backward pass, for memory. compile: the image
    tower by torch.compile.
    """

    learning_rate: float = 1e-6
    weight_decay: float = 0.01
    batch_clips: int = 20
    epochs: int = 40
    warmup_steps: int = 0
    schedule: str = "constant"
    clip_norm: float = 1.0
    precision: str = "fp32"
    accumulate: int = 1
    checkpoint_activations: bool = False
    compile: bool = False

    def __post_init__(self) -> None:
        _one_of("optim.schedule", self.schedule, ("constant", "cosine", "linear"))
        _one_of("optim.precision", self.precision, ("fp32", "bf16", "fp16"))
        for name, least in (("batch_clips", 1), ("epochs", 0), ("warmup_steps", 0), ("accumulate", 1)):
            _at_least(f"optim.{name}", getattr(self, name), least)
        for name in ("learning_rate", "weight_decay", "clip_norm"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"optim.{name} is {getattr(self, name)!r}; it must be 0 or more")


@dataclass(frozen=True)
class TrainSettings:
    """Everything one adaptation run depends on. base: bundled name, local folder or Hub id.

    trackers: comma-separated names that Accelerate knows ("tensorboard", "wandb", ...), besides log.jsonl; "" for none.
    checkpoint_every: optimiser steps between two checkpoints (one more is written after every epoch).
    """

    base: str = "openai/clip-vit-base-patch32"
    out: str = "runs/srlclip"
    seed: int = 0
    trackers: str = "tensorboard"
    checkpoint_every: int = 100
    tuning: TuningSettings = field(default_factory=TuningSettings)
    lora: LoraSettings = field(default_factory=LoraSettings)
    contextualizer: ContextualizerSettings = field(default_factory=ContextualizerSettings)
    loss: LossSettings = field(default_factory=LossSettings)
    data: DataSettings = field(default_factory=DataSettings)
    optim: OptimSettings = field(default_factory=OptimSettings)

    def __post_init__(self) -> None:
        _at_least("checkpoint_every", self.checkpoint_every, 1)
        if not any(self.loss.weight(term) for term in ("clip_event", "clip_video")) and not self.contextualized:
            raise ValueError("no loss is left: its weights under loss.* are 0, or need a contextualizer that is off")

    @property
    def contextualized(self) -> bool:
        """Whether a contextualizer is trained: it has layers, and a loss that asks for it."""
        return self.contextualizer.layers > 0 and bool(self.loss.weight("vc_event") or self.loss.weight("vc_video"))


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(allowed)}")


def _range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value:g}; allowed: {low:g} to {high:g}")


def _at_least(name: str, value: int, least: int) -> None:
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
