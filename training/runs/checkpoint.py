"""Checkpoints of a run: written atomically, the newest whole one is found, nothing but tensors and JSON inside.

One safetensors file per checkpoint holds the trained weights and the optimiser's state; what is not a tensor lies in the
file's header. Every step's randomness derives from (seed, step, rank), so no generator state has to be kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from srlclip.files import remove_drafts, replacing
from srlclip.situations import CheckpointError

KEEP = 2


class Checkpoints:
    """The checkpoints in a run's folder `checkpoints/`; the last KEEP stay."""

    def __init__(self, run: str | Path):
        self.folder = Path(run) / "checkpoints"

    def save(
        self, step: int, weights: Sequence[Tensor], optimiser: torch.optim.Optimizer, facts: dict[str, Any]
    ) -> None:
        """weights: the trained parameters in a fixed order. facts: JSON values; "step" is added."""
        tensors = {f"weight.{i}": w for i, w in enumerate(weights)}
        state = optimiser.state_dict()
        kept: dict[str, Any] = {"groups": state["param_groups"], "state": {}}
        for i, values in state["state"].items():
            kept["state"][str(i)] = {k: v for k, v in values.items() if not isinstance(v, Tensor)}
            tensors |= {f"optimiser.{i}.{k}": v for k, v in values.items() if isinstance(v, Tensor)}
        header = {"facts": json.dumps(facts | {"step": step}), "optimiser": json.dumps(kept)}
        self.folder.mkdir(parents=True, exist_ok=True)
        # durable: after a power cut the older one is the newest
        with replacing(self.folder / f"step-{step:08d}.safetensors", durable=True) as draft:
            save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, draft, metadata=header)
        for old in self._paths()[KEEP:]:
            old.unlink(missing_ok=True)

    def newest(self) -> tuple[Path, dict[str, Any]] | None:
        """Path and facts of the newest checkpoint that can be read, or None."""
        for path in self._paths():
            try:
                with safe_open(path, "pt") as file:
                    return path, json.loads((file.metadata() or {})["facts"])
            except (SafetensorError, OSError, KeyError, ValueError):
                continue  # cut off while it was copied, or foreign: an older one may be whole
        return None

    @staticmethod
    def restore(path: Path, weights: Sequence[Tensor], optimiser: torch.optim.Optimizer) -> None:
        """Put a checkpoint's content into the parameters and the optimiser. Raises CheckpointError if it does not fit."""
        try:
            with safe_open(path, "pt") as file:
                kept = json.loads(file.metadata()["optimiser"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
            state: dict[int, dict[str, Any]] = {int(i): dict(values) for i, values in kept["state"].items()}
            for name, value in tensors.items():
                if name.startswith("optimiser."):
                    _, i, key = name.split(".", 2)
                    state[int(i)][key] = value
            if sum(name.startswith("weight.") for name in tensors) != len(weights):
                raise ValueError("it holds other weights")
            with torch.no_grad():
                for i, weight in enumerate(weights):
                    if tensors[f"weight.{i}"].shape != weight.shape:
                        raise ValueError(f"weight {i} has another shape")
                    weight.copy_(tensors[f"weight.{i}"])
            for group, own in zip(kept["groups"], optimiser.param_groups, strict=True):
                group["fused"] = own.get("fused")  # the device's choice: a run may go on elsewhere
            optimiser.load_state_dict({"state": state, "param_groups": kept["groups"]})
        except (SafetensorError, KeyError, ValueError, TypeError) as error:
            raise CheckpointError(
                f"{path} does not fit this run: {error}; delete it to go on from an older one"
            ) from error

    def clear(self) -> None:
        """Remove all: the run is finished and its model saved."""
        for path in self._paths():
            path.unlink(missing_ok=True)
        remove_drafts(self.folder, older=0)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.safetensors"), reverse=True)
