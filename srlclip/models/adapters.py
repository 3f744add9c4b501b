"""What a peft adapter folder holds, read from its headers before any of it is put on a model.

adapter_config.json may come from a stranger, and peft does what it says: a pattern for layers may be a regular expression
that never ends, a rank may be any number, a field may name a module to import. So each field is one of few allowed values,
layers are named literally, and peft is given a configuration made of what was checked, never the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, combinations
from pathlib import Path
from typing import Any

from srlclip.config import LORA_TARGETS
from srlclip.models.checkpoints import read_json
from srlclip.situations import CheckpointError

#: Where the blocks of either tower lie inside transformers' CLIPModel, as a regular expression.
LAYER = {tower: rf"{tower}_model\.encoder\.layers\.\d+\." for tower in ("vision", "text")}


_NAME = re.compile(r"[A-Za-z]\w*(\.\w+)*")
#: A field may always be unset: null, false or empty. What else some fields may hold; any other value is refused.
_ALLOWED: dict[str, tuple[Any, ...]] = {
    "peft_type": ("LORA",),
    "auto_mapping": (
        {"base_model_class": "CLIPModel", "parent_library": "transformers.models.clip.modeling_clip"},
    ),
    "bias": ("none",),
    "megatron_core": ("megatron.core",),
    "qalora_group_size": (16,),
    "inference_mode": (True,),
    "init_lora_weights": (True,),
    "use_rslora": (True,),
}  # fmt: skip
#: Fields that say nothing which is used: any text.
_NOTES = ("base_model_name_or_path", "revision", "peft_version")
_NUMBERS = ("r", "lora_alpha", "lora_dropout")


def _own_patterns() -> frozenset[str]:
    """The expressions that this project wrote before it named layers literally: of one tower or both, with or without
    brackets around the tower."""
    patterns = set()
    for targets in LORA_TARGETS.values():
        layers = "|".join(re.escape(target) for target in targets)
        for towers in chain.from_iterable(combinations(("vision", "text"), n) for n in (1, 2)):
            for order in (towers, towers[::-1]):
                blocks = "|".join(LAYER[tower] for tower in order)
                patterns |= {f"({blocks})({layers})", f"{blocks}({layers})"}
    return frozenset(patterns)


@dataclass(frozen=True)
class AdapterConfig:
    """The part of adapter_config.json that is used. rank: r. alpha: scale of the deltas, over rank or, with rank_root, its
    root. dropout: share. targets: literal names, the ends of paths of layers, or one of this project's own patterns."""

    rank: int
    alpha: float
    dropout: float
    rank_root: bool
    targets: tuple[str, ...] | str

    def reaches(self, path: str) -> bool:
        """Whether the layer at this path inside CLIPModel is one of the targets: it ends with whole parts of a name."""
        if isinstance(self.targets, str):
            return re.fullmatch(self.targets, path) is not None
        parts = path.split(".")
        return any(".".join(parts[at:]) in self.targets for at in range(len(parts)))


def read_adapter_config(folder: str | Path) -> AdapterConfig:
    """The checked adapter_config.json of a peft folder. Raises CheckpointError that names the field and what is allowed."""
    file = Path(folder) / "adapter_config.json"
    config = read_json(file)
    for field, value in config.items():
        if field in (*_NUMBERS, "target_modules") or _unset(value):
            continue
        allowed = _ALLOWED.get(field, ())
        if field in _NOTES and isinstance(value, str) or any(type(value) is type(a) and value == a for a in allowed):
            continue
        what = " or ".join(repr(a) for a in allowed) or "nothing (null)"
        raise _refused(file, field, value, f"{what}: only plain LoRA is read")
    if config.get("peft_type") != "LORA":
        raise _refused(file, "peft_type", config.get("peft_type"), "'LORA'")
    rank, alpha, dropout = (config.get(field, default) for field, default in zip(_NUMBERS, (8, 8, 0.0), strict=True))
    if type(rank) is not int or rank < 1:
        raise _refused(file, "r", rank, "a whole number of 1 or more, the rank of the weights")
    if type(alpha) not in (int, float) or not 0 < alpha <= 1e6:
        raise _refused(file, "lora_alpha", alpha, "a number above 0, up to a million")
    if type(dropout) not in (int, float) or not 0 <= dropout < 1:
        raise _refused(file, "lora_dropout", dropout, "a number from 0 to less than 1")
    targets = _targets(file, config.get("target_modules"))
    return AdapterConfig(rank, float(alpha), float(dropout), config.get("use_rslora") is True, targets)


def _unset(value: Any) -> bool:
    return value is None or value is False or value in ({}, [])


def _targets(file: Path, value: Any) -> tuple[str, ...] | str:
    if isinstance(value, str) and value in _own_patterns():
        return value
    if isinstance(value, list) and value and all(isinstance(name, str) and _NAME.fullmatch(name) for name in value):
        return tuple(dict.fromkeys(value))
    raise _refused(file, "target_modules", value, "a list of layers' names, no regular expression")


def _refused(file: Path, field: str, value: Any, allowed: str) -> CheckpointError:
    text = repr(value)
    return CheckpointError(f"{file}: {field} is {text if len(text) < 80 else text[:77] + '...'}; allowed: {allowed}")


def adapter_shapes(folder: str | Path) -> dict[str, tuple[int, int, int]]:
    """Layer path inside CLIPModel -> (outputs, rank, inputs) of each LoRA pair in a peft folder.

    Reads adapter_config.json and the header of adapter_model.safetensors only. Raises CheckpointError for a folder that is
    not a plain LoRA adapter of CLIP's towers.
    """
    from safetensors import SafetensorError, safe_open

    folder = Path(folder)
    config = read_adapter_config(folder)
    path = folder / "adapter_model.safetensors"
    if not path.is_file():
        raise CheckpointError(f"{folder} has no adapter_model.safetensors; other weight formats are not read")
    pairs: dict[str, dict[str, tuple[int, ...]]] = {}
    layer = "|".join(LAYER.values())
    try:
        with safe_open(path, "pt") as file:
            for name in file.keys():  # noqa: SIM118 (not a dict)
                match = re.fullmatch(rf"base_model\.model\.((?:{layer})[\w.]+)\.lora_([AB])\.weight", name)
                if match is None:
                    raise CheckpointError(f"{path} holds {name!r}; only LoRA on the towers' layers is read")
                pairs.setdefault(match[1], {})[match[2]] = tuple(file.get_slice(name).get_shape())
    except SafetensorError as error:
        raise CheckpointError(
            f"{path} is not a complete safetensors file ({error}); save or download it again"
        ) from error
    shapes = {}
    for name, pair in pairs.items():
        if set(pair) != {"A", "B"} or pair["A"][0] != pair["B"][1]:
            raise CheckpointError(f"{path}: the LoRA pair of {name} is incomplete or does not match")
        if pair["A"][0] != config.rank:
            raise _refused(folder / "adapter_config.json", "r", config.rank, f"{pair['A'][0]}, the rank of its weights")
        shapes[name] = (pair["B"][0], pair["A"][0], pair["A"][1])
    if not shapes:
        raise CheckpointError(f"{path} holds no LoRA weights")
    return shapes


def check_adapter(folder: str | Path, clip: Any) -> AdapterConfig:
    """The configuration of a folder whose LoRA pairs fit linear layers of `clip`, all of those that it names.

    Raises CheckpointError for any other.
    """
    config, shapes = read_adapter_config(folder), adapter_shapes(folder)
    for name, (outputs, _, inputs) in shapes.items():
        try:
            weight = clip.get_submodule(name).weight
        except AttributeError:
            raise CheckpointError(
                f"{folder} adapts {name}, which the base model does not have; use its own base"
            ) from None
        if tuple(weight.shape) != (outputs, inputs):
            raise CheckpointError(
                f"{folder} adapts {name} as {outputs} x {inputs}, the base model's is "
                f"{weight.shape[0]} x {weight.shape[1]}; use the base model that the adapter was trained on"
            )
    if {name for name, _ in clip.named_modules() if config.reaches(name)} != set(shapes):
        raise CheckpointError(f"{folder}: adapter_config.json and its weights name different layers; save it again")
    return config


def merge_weights(folder: str | Path, clip: Any) -> None:
    """Add the deltas of a peft folder to the weights of `clip`, in place, as peft's merge does; peft itself, a second of
    imports, stays away. Raises CheckpointError for a folder that does not fit.
    """
    import torch
    from safetensors.torch import load_file

    folder = Path(folder)
    config = check_adapter(folder, clip)
    scale = config.alpha / (config.rank**0.5 if config.rank_root else config.rank)
    stored = load_file(folder / "adapter_model.safetensors")
    with torch.no_grad():
        for name in adapter_shapes(folder):
            weight = clip.get_submodule(name).weight
            a, b = (stored[f"base_model.model.{name}.lora_{side}.weight"] for side in "AB")
            weight += ((b.float() @ a.float()) * scale).to(weight.device, weight.dtype)
