"""Trackers beside log.jsonl: TensorBoard by default, any other by the name that Accelerate gives it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from accelerate import Accelerator
from accelerate.tracking import get_available_trackers
from accelerate.utils import LoggerType

from srlclip.config import flat

_INSTALL = {"tensorboard": "tensorboardX", "comet_ml": "comet-ml"}


def tracker_names(text: str) -> list[str]:
    """Names out of "tensorboard,wandb". ValueError for one that Accelerate does not know or that is not installed."""
    known = [str(name) for name in LoggerType.list() if str(name) != "all"]
    available = [str(name) for name in get_available_trackers()]
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise ValueError(f"trackers names {name!r}; allowed: {', '.join(known)}")
        if name not in available:
            raise ValueError(
                f"trackers names {name!r}, which is not installed; pip install {_INSTALL.get(name, name)}, or --set trackers="
            )
    return names


def start_trackers(accelerator: Accelerator, folder: Path, settings: dict[str, Any], step: int) -> None:
    """Open the trackers that the accelerator was made with; those that can, forget what a killed run had past `step`."""
    options = {"tensorboard": {"purge_step": step + 1}} if step else {}
    accelerator.init_trackers(folder.name, flat(settings), options)
