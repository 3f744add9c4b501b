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
class LoraSettings:
    """Low-rank adaptation of the image tower. targets: "qkv" (paper), "qkvo", "qkvo+fc" or "qkvo+fc+proj"."""

    rank: int = 64
    alpha: float = 64.0
    dropout: float = 0.0
    targets: str = "qkv"

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ValueError(f"lora.rank is {self.rank}; it must be 1 or more")
        if self.targets not in LORA_TARGETS:
            raise ValueError(f"lora.targets is {self.targets!r}; allowed: {', '.join(LORA_TARGETS)}")


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
    """Video Contextualizer: a Transformer encoder over [video] ([event] frames) x events. 6 layers in the paper.

    heads and the width of the feed-forward layers (a multiple of the embedding) are not in the paper.
    """

    layers: int = 6
    heads: int = 8
    feedforward: float = 4.0
    dropout: float = 0.1
    max_events: int = 16
    max_frames: int = 32


@dataclass(frozen=True)
class LossSettings:
    """total = clip_event * CLIP-Event + vc_event * VC-Event + video * (clip_video * CLIP-Video + vc_video * VC-Video)."""

    clip_event: float = 1.0
    vc_event: float = 1.0
    clip_video: float = 1.0
    vc_video: float = 1.0
    video: float = 0.25
    verb_role_negatives: int = 4
    natural_negatives: bool = True


@dataclass(frozen=True)
class DataSettings:
    """Where the training clips come from and how they are read.

    source: "synsitu" (rendered on demand into `root` if it is not there), "vidsitu" (official files) or "jsonl".
    videos: folder of mp4 files or frame folders; "" means next to the annotations.
    clips, valid_clips: how many to use (0 = all). caption_style: see srlclip.prompts.STYLES.
    """

    source: str = "synsitu"
    root: str = "data/synsitu"
    videos: str = ""
    clips: int = 1000
    valid_clips: int = 200
    events: int = 5
    frames_per_event: int = 4
    caption_style: str = "srl"
    role_names: str = "short"
    cache: str = "cache"
    workers: int = 2

    def __post_init__(self) -> None:
        if self.source not in ("synsitu", "vidsitu", "jsonl"):
            raise ValueError(f"data.source is {self.source!r}; allowed: synsitu, vidsitu, jsonl")
        if self.role_names not in ("short", "raw"):
            raise ValueError(f"data.role_names is {self.role_names!r}; allowed: short, raw")


@dataclass(frozen=True)
class OptimSettings:
    """AdamW, learning rate 1e-6, 20 clips a batch, 40 epochs (paper). schedule and warm-up are our choice."""

    learning_rate: float = 1e-6
    weight_decay: float = 0.01
    batch_clips: int = 20
    epochs: int = 40
    warmup_steps: int = 0
    schedule: str = "constant"
    clip_norm: float = 1.0
    precision: str = "no"

    def __post_init__(self) -> None:
        if self.schedule not in ("constant", "cosine", "linear"):
            raise ValueError(f"optim.schedule is {self.schedule!r}; allowed: constant, cosine, linear")
        if self.precision not in ("no", "bf16", "fp16"):
            raise ValueError(f"optim.precision is {self.precision!r}; allowed: no, bf16, fp16")


@dataclass(frozen=True)
class TrainSettings:
    """Everything one adaptation run depends on. base: bundled name, local folder or Hub id."""

    base: str = "openai/clip-vit-base-patch32"
    out: str = "runs/srlclip"
    seed: int = 0
    lora: LoraSettings = field(default_factory=LoraSettings)
    contextualizer: ContextualizerSettings = field(default_factory=ContextualizerSettings)
    loss: LossSettings = field(default_factory=LossSettings)
    data: DataSettings = field(default_factory=DataSettings)
    optim: OptimSettings = field(default_factory=OptimSettings)


def to_dict(settings: Any) -> dict[str, Any]:
    return asdict(settings)


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
