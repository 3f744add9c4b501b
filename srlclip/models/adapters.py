"""What a peft adapter folder holds, read from its headers before any of it is put on a model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from srlclip.models.checkpoints import read_json
from srlclip.situations import CheckpointError

#: Where the blocks of either tower lie inside transformers' CLIPModel, as a regular expression.
LAYER = {tower: rf"{tower}_model\.encoder\.layers\.\d+\." for tower in ("vision", "text")}


def adapter_shapes(folder: str | Path) -> dict[str, tuple[int, int, int]]:
    """Layer path inside CLIPModel -> (outputs, rank, inputs) of each LoRA pair in a peft folder.

    Reads the header of adapter_model.safetensors only. Raises CheckpointError for a folder that is not a plain LoRA
    adapter of CLIP's towers.
    """
    from safetensors import SafetensorError, safe_open

    folder = Path(folder)
    config = read_json(folder / "adapter_config.json")
    if config.get("peft_type") != "LORA":
        raise CheckpointError(f"{folder} holds a {config.get('peft_type')} adapter; allowed: LORA")
    if not isinstance(config.get("init_lora_weights", True), bool):
        # PiSSA and its like also change the base weights when they are put on, and the pair shares those.
        raise CheckpointError(f"{folder} starts its LoRA from {config['init_lora_weights']}; allowed: plain LoRA")
    path = folder / "adapter_model.safetensors"
    if not path.is_file():
        raise CheckpointError(f"{folder} has no adapter_model.safetensors; other weight formats are not read")
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    layer = "|".join(LAYER.values())
    try:
        with safe_open(path, "pt") as file:
            for name in file.keys():  # noqa: SIM118 (not a dict)
                match = re.fullmatch(rf"base_model\.model\.((?:{layer})[\w.]+)\.lora_([AB])\.weight", name)
                if match is None:
                    raise CheckpointError(f"{path} holds {name!r}; only LoRA on the towers' layers is read")
                found.setdefault(match[1], {})[match[2]] = tuple(file.get_slice(name).get_shape())
    except SafetensorError as error:
        raise CheckpointError(
            f"{path} is not a complete safetensors file ({error}); save or download it again"
        ) from error
    shapes = {}
    for name, pair in found.items():
        if set(pair) != {"A", "B"} or pair["A"][0] != pair["B"][1]:
            raise CheckpointError(f"{path}: the LoRA pair of {name} is incomplete or does not match")
        shapes[name] = (pair["B"][0], pair["A"][0], pair["A"][1])
    if not shapes:
        raise CheckpointError(f"{path} holds no LoRA weights")
    return shapes


def check_adapter(folder: str | Path, clip: Any) -> None:
    """CheckpointError unless every LoRA pair of the folder fits a linear layer of `clip`."""
    for name, (outputs, _, inputs) in adapter_shapes(folder).items():
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
