"""Single SynSitu frames with attribute labels, rendered once to a memory-mapped file: what the mini base learns from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from srlclip.files import write_json
from srlclip.parallel import spawn_map
from srlclip.situations import SECONDS_PER_EVENT
from srlclip.synsitu.drawing.canvas import FRAME
from srlclip.synsitu.drawing.places import Place
from srlclip.synsitu.sample import WORLD_VERSION, sample_clip
from srlclip.synsitu.world import (
    ATTRIBUTES,
    COLOURS,
    HORIZONTAL,
    KINDS,
    MANNERS,
    PROPS,
    SCENES,
    VERBS,
    VERTICAL,
    ClipScript,
)
from srlclip.video.pixels import PreprocessSpec

#: Attribute -> its classes. A label of -100 means "does not apply" and is not learned from.
ATTRIBUTE_CLASSES: dict[str, tuple[str, ...]] = {
    "scene": SCENES,
    "verb": tuple(VERBS),
    "agent_kind": KINDS,
    "agent_colour": COLOURS,
    "agent_attribute": ATTRIBUTES,
    "patient_kind": KINDS,
    "patient_colour": COLOURS,
    "patient_attribute": ATTRIBUTES,
    "prop": ("none", *PROPS),
    "direction": (*HORIZONTAL, *VERTICAL),
    "manner": ("none", *MANNERS),
}
IGNORE = -100
#: What is told of a place: the kind of a character, or a prop.
THINGS: tuple[str, ...] = (*KINDS, *PROPS)
IGNORE_PLACE = -1


@dataclass(frozen=True)
class FrameSet:
    """frames: (N, 3, S, S) uint8, memory-mapped. clip, event: (N,) indices of the split. labels: name -> (N,) int64.

    places: (N, grid * grid) int8, patch by patch the thing (of THINGS) whose head or middle lies there, IGNORE_PLACE for none;
    (N, 0) where no grid was asked for.
    """

    split: str
    seed: int
    frames: np.ndarray
    clip: np.ndarray
    event: np.ndarray
    labels: dict[str, np.ndarray]
    places: np.ndarray


def attribute_labels(script: ClipScript, k: int) -> dict[str, int]:
    """The exact attribute classes of event k."""
    event = script.events[k]
    agent = script.cast[event.agent]
    patient = script.cast[event.patient] if event.patient is not None else None
    values = {
        "scene": script.scene,
        "verb": event.verb_id,
        "agent_kind": agent.kind,
        "agent_colour": agent.colour,
        "agent_attribute": agent.attribute,
        "patient_kind": patient.kind if patient else None,
        "patient_colour": patient.colour if patient else None,
        "patient_attribute": patient.attribute if patient else None,
        "prop": event.prop or "none",
        "direction": event.direction or None,
        "manner": event.manner or "none",
    }
    return {n: IGNORE if v is None else ATTRIBUTE_CLASSES[n].index(v) for n, v in values.items()}


def place_grid(places: Sequence[Place], grid: int) -> np.ndarray:
    """(grid * grid,) int8: what stands in each patch of a frame; of two things in one patch the one in front."""
    out = np.full((grid, grid), IGNORE_PLACE, np.int8)
    for place in places:
        for x, y in (place.head, place.middle):
            column, row = int(x * grid / FRAME), int(y * grid / FRAME)
            if place.what in THINGS and 0 <= column < grid and 0 <= row < grid:
                out[row, column] = THINGS.index(place.what)
    return out.ravel()


def _render(job: tuple[str, int, int, int, PreprocessSpec, int]) -> tuple[np.ndarray, np.ndarray]:
    """(E * per_event, 3, S, S) uint8 frames of one clip, at times drawn from the clip's own seed, and their places."""
    from srlclip.synsitu.render import render

    split, index, seed, per_event, spec, grid = job
    script = sample_clip(split, index, seed)
    rng = np.random.default_rng([script.look, 11])
    bins = (np.arange(per_event) + rng.random((len(script.events), per_event))) / per_event
    times = (np.arange(len(script.events))[:, None] + bins) * SECONDS_PER_EVENT
    frames, places = render(script, [float(t) for t in times.ravel()])
    return spec.to_uint8(frames).numpy(), np.stack([place_grid(p, grid) for p in places])


def frame_set(
    folder: str | Path,
    split: str,
    clips: int,
    per_event: int,
    spec: PreprocessSpec,
    seed: int = 0,
    workers: int = 1,
    grid: int = 0,
) -> FrameSet:
    """The frames of `clips` clips of a split; rendered into `folder` if they are not there yet (resumable).

    grid: patches per side for which the places are kept; 0 for none.
    """
    scripts = [sample_clip(split, i, seed) for i in range(clips)]
    per_clip = len(scripts[0].events) * per_event
    shape = (clips * per_clip, 3, spec.crop, spec.crop)
    name = f"{split}-{WORLD_VERSION}-{seed}-{clips}x{per_event}-{spec.crop}" + (f"-g{grid}" if grid else "")
    if (spec.resize, spec.resample, spec.square) != (spec.crop, "bicubic", False):  # not the mini base's own pixels
        name += f"-{spec.resize}-{spec.resample}" + "-square" * spec.square
    path, done_path = Path(folder) / f"{name}.u8", Path(folder) / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    done = json.loads(done_path.read_text())["clips"] if done_path.exists() else 0
    frames = np.memmap(path, np.uint8, mode="r+" if path.exists() else "w+", shape=shape)
    places = _place_file(Path(folder) / f"{name}.places.i8", len(frames), grid)
    if done < clips:
        jobs = [(split, i, seed, per_event, spec, grid) for i in range(done, clips)]
        results = tqdm(spawn_map(_render, jobs, workers, chunk=8), total=len(jobs), desc=f"render {split}", unit="clip")
        for i, (drawn, where) in enumerate(results, start=done):
            rows = slice(i * per_clip, (i + 1) * per_clip)
            frames[rows], places[rows] = drawn, where
            if (i + 1) % 200 == 0 or i + 1 == clips:
                frames.flush()
                if isinstance(places, np.memmap):
                    places.flush()
                write_json(done_path, {"clips": i + 1})
    index = np.arange(shape[0])
    clip, event = index // per_clip, index % per_clip // per_event
    labels = _labels(scripts, clip, event)
    frames = np.memmap(path, np.uint8, mode="r", shape=shape)
    return FrameSet(split, seed, frames, clip, event, labels, np.array(places))


def _place_file(path: Path, rows: int, grid: int) -> np.ndarray:
    if not grid:  # numpy maps no empty file
        return np.empty((rows, 0), np.int8)
    return np.memmap(path, np.int8, mode="r+" if path.exists() else "w+", shape=(rows, grid * grid))


def _labels(scripts: Sequence[ClipScript], clip: np.ndarray, event: np.ndarray) -> dict[str, np.ndarray]:
    table = [[attribute_labels(s, k) for k in range(len(s.events))] for s in scripts]
    return {
        name: np.array([table[c][e][name] for c, e in zip(clip, event, strict=True)], np.int64)
        for name in ATTRIBUTE_CLASSES
    }
