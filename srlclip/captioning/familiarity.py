"""How far a clip is from what a pair's captioners were trained on: the cosine of its events with the nearest training events.

Kept beside the captioners as world.safetensors: a sample of the training events under the base model, and the nearness that
99 of 100 unseen clips of the same world reach. Numpy only; `python -m training.familiarity` writes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from srlclip.files import replacing
from srlclip.situations import CheckpointError

FILE = "world.safetensors"
FORMAT = 1
#: The share of unseen clips of the same world that may fall below the threshold.
MISSED = 0.01


@dataclass(frozen=True)
class World:
    """events: (R, D) float32, L2-normalised, of training clips under the base model. threshold: the nearness below which a
    clip is called far. clips, unseen: how many training clips the events come from, how many unseen ones set the threshold.
    fingerprint: of the base model's weights.
    """

    events: np.ndarray
    threshold: float
    clips: int
    unseen: int
    fingerprint: str

    def nearness(self, events: np.ndarray) -> float:
        """Mean over a clip's events (E, D), L2-normalised, of the cosine with the nearest training event: in [-1, 1]."""
        return float((events @ self.events.T).max(axis=1).mean())

    def remark(self, events: np.ndarray) -> str:
        """A sentence for a clip that is far from the training world, with how that is decided; "" for one that is not."""
        near = self.nearness(events)
        if near >= self.threshold:
            return ""
        return (
            f"This clip is unlike anything that the captioners were trained on. Its events have a mean cosine of {near:.2f} with "
            f"the nearest of {len(self.events):,} training events (under Base CLIP); {1 - MISSED:.0%} of {self.unseen} unseen clips of "
            f"that world have {self.threshold:.2f} or more. Expect both columns to be guesses."
        )


def threshold_of(nearness: np.ndarray) -> float:
    """The nearness (N,) of unseen clips of the world -> the threshold that MISSED of them fall below. ValueError for none."""
    if not len(nearness):
        raise ValueError("no unseen clips; the threshold needs some")
    return float(np.quantile(nearness, MISSED))


def save_world(folder: str | Path, world: World) -> None:
    """Write world.safetensors beside the captioners; the events as float16, a quarter of a percent of a cosine."""
    from safetensors.numpy import save_file

    about = {
        "format": FORMAT,
        "threshold": world.threshold,
        "clips": world.clips,
        "unseen": world.unseen,
        "fingerprint": world.fingerprint,
    }
    with replacing(Path(folder) / FILE) as draft:
        save_file({"events": world.events.astype(np.float16)}, str(draft), metadata={"world": json.dumps(about)})


def load_world(folder: str | Path, fingerprint: str) -> World | None:
    """The world beside captioners; None where there is none. CheckpointError for one that is broken or of another base."""
    from safetensors import SafetensorError, safe_open

    path = Path(folder) / FILE
    if not path.is_file():
        return None
    try:
        with safe_open(str(path), framework="np") as file:
            events, about = file.get_tensor("events").astype(np.float32), json.loads(file.metadata()["world"])
        if about["format"] != FORMAT or events.ndim != 2 or not len(events):
            raise ValueError(f"format {about['format']!r} with events {events.shape}")
        world = World(events, float(about["threshold"]), about["clips"], about["unseen"], about["fingerprint"])
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be used ({error}); run python -m training.familiarity") from error
    if world.fingerprint != fingerprint:
        raise CheckpointError(
            f"{path} is of another base ({world.fingerprint}, not {fingerprint}); run python -m training.familiarity"
        )
    return world
