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


@dataclass(frozen=True)
class FrameSet:
    """frames: (N, 3, S, S) uint8, memory-mapped. clip, event: (N,) indices of the split. labels: name -> (N,) int64."""

    split: str
    seed: int
    frames: np.ndarray
    clip: np.ndarray
    event: np.ndarray
    labels: dict[str, np.ndarray]


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


def _render(job: tuple[str, int, int, int, PreprocessSpec]) -> np.ndarray:
    """(E * per_event, 3, S, S) uint8 frames of one clip, at times drawn from the clip's own seed."""
    from srlclip.synsitu.render import render_frames

    split, index, seed, per_event, spec = job
    script = sample_clip(split, index, seed)
    rng = np.random.default_rng([script.look, 11])
    bins = (np.arange(per_event) + rng.random((len(script.events), per_event))) / per_event
    times = (np.arange(len(script.events))[:, None] + bins) * SECONDS_PER_EVENT
    frames = render_frames(script, [float(t) for t in times.ravel()])
    return spec.to_uint8(frames).numpy()


def frame_set(
    folder: str | Path, split: str, clips: int, per_event: int, spec: PreprocessSpec, seed: int = 0, workers: int = 1
) -> FrameSet:
    """The frames of `clips` clips of a split; rendered into `folder` if they are not there yet (resumable)."""
    scripts = [sample_clip(split, i, seed) for i in range(clips)]
    per_clip = len(scripts[0].events) * per_event
    shape = (clips * per_clip, 3, spec.crop, spec.crop)
    name = f"{split}-{WORLD_VERSION}-{seed}-{clips}x{per_event}-{spec.crop}"
    if (spec.resize, spec.resample, spec.square) != (spec.crop, "bicubic", False):  # not the mini base's own pixels
        name += f"-{spec.resize}-{spec.resample}" + "-square" * spec.square
    path, done_path = Path(folder) / f"{name}.u8", Path(folder) / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    done = json.loads(done_path.read_text())["clips"] if done_path.exists() else 0
    frames = np.memmap(path, np.uint8, mode="r+" if path.exists() else "w+", shape=shape)
    if done < clips:
        jobs = [(split, i, seed, per_event, spec) for i in range(done, clips)]
        results = tqdm(spawn_map(_render, jobs, workers, chunk=8), total=len(jobs), desc=f"render {split}", unit="clip")
        for i, out in enumerate(results, start=done):
            frames[i * per_clip : (i + 1) * per_clip] = out
            if (i + 1) % 200 == 0 or i + 1 == clips:
                frames.flush()
                write_json(done_path, {"clips": i + 1})
    index = np.arange(shape[0])
    clip, event = index // per_clip, index % per_clip // per_event
    labels = _labels(scripts, clip, event)
    return FrameSet(split, seed, np.memmap(path, np.uint8, mode="r", shape=shape), clip, event, labels)


def _labels(scripts: Sequence[ClipScript], clip: np.ndarray, event: np.ndarray) -> dict[str, np.ndarray]:
    table = [[attribute_labels(s, k) for k in range(len(s.events))] for s in scripts]
    return {
        name: np.array([table[c][e][name] for c, e in zip(clip, event, strict=True)], np.int64)
        for name in ATTRIBUTE_CLASSES
    }
