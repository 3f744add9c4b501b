"""Embed a gallery of clips under both models of a pair, once: kept beside the package's clips or in the user's cache."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from srlclip import ASSETS
from srlclip.comparison.gallery import Gallery, rectangular
from srlclip.files import json_digest
from srlclip.models.pair import ClipPair
from srlclip.pooling import event_vectors, pooled
from srlclip.progress import Pace, Progress, part
from srlclip.results import MODELS
from srlclip.situations import SECONDS_PER_EVENT, DataError, Situation, VideoDecodeError
from srlclip.video.clips import clip_pixels
from srlclip.video.frames import UPLOAD_LIMITS, Limits, VideoInfo

FRAMES_PER_EVENT = 4
#: Where a gallery's embeddings come from: the package, the user's cache, or made just now (and cached, if that can be).
ORIGINS = ("bundled", "cached", "embedded")
#: Frames that are embedded between two reports of progress.
_BLOCK = 80
#: Frame embeddings that are kept for a while: (clip id, events E, frames per event F) -> model -> (E, F, D).
Frames = OrderedDict[tuple[str, int, int], dict[str, np.ndarray]]


def frame_embeddings(
    pair: ClipPair, situation: Situation, events: int | None, per_event: int, progress: Progress | None = None
) -> dict[str, np.ndarray]:
    """Of `events` equal parts of a clip: model -> (E, F, D), L2-normalised.

    progress: told shares up to one half. A few frames at a time are held at full size. Raises VideoDecodeError.
    """
    return {m: frames.numpy() for m, frames in _embedded(pair, situation, events, per_event, progress)[0].items()}


def event_embeddings(pair: ClipPair, situation: Situation, progress: Progress | None = None) -> dict[str, np.ndarray]:
    """Of the events that a clip is cut into (event_count): model -> (E, D), L2-normalised. Else as frame_embeddings."""
    frames, _ = _embedded(pair, situation, None, FRAMES_PER_EVENT, progress)
    return {m: event_vectors(vectors).numpy() for m, vectors in frames.items()}


def upload_embeddings(
    pair: ClipPair, situation: Situation, progress: Progress | None = None
) -> tuple[Situation, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """An upload with its end where its file's is, its event_embeddings and the frame_embeddings behind them. The file is
    opened once. Raises VideoDecodeError, also for a video outside UPLOAD_LIMITS.
    """
    frames, info = _embedded(pair, situation, None, FRAMES_PER_EVENT, progress, UPLOAD_LIMITS)
    events = {m: event_vectors(vectors).numpy() for m, vectors in frames.items()}
    return replace(situation, end=info.duration), events, {m: vectors.numpy() for m, vectors in frames.items()}


def _embedded(
    pair: ClipPair,
    situation: Situation,
    events: int | None,
    per_event: int,
    progress: Progress | None,
    limits: Limits | None = None,
) -> tuple[dict[str, torch.Tensor], VideoInfo]:
    """model -> frame embeddings (E, F, D) on the CPU, float32, and what the file holds."""
    spec = pair.base.preprocess_spec
    read = clip_pixels(situation, events, per_event, spec, limits, part(progress, 0.0, 0.25))
    pixels = read.pixels.reshape(-1, *read.pixels.shape[2:])  # (E F, 3, S, S)
    parts: dict[str, list[torch.Tensor]] = {m: [] for m in MODELS}
    for i in range(0, len(pixels), _BLOCK):
        both = pair.encode_frames(spec.to_float(torch.from_numpy(pixels[i : i + _BLOCK])))
        for model, vectors in zip(MODELS, both, strict=True):
            parts[model].append(vectors.float().cpu())
        if progress:
            done = min(i + _BLOCK, len(pixels))
            progress(0.25 + 0.25 * done / len(pixels), f"both models: {done} of {len(pixels)} frames")
    shape = (*read.pixels.shape[:2], -1)
    return {m: torch.cat(vectors).reshape(shape) for m, vectors in parts.items()}, read.info


def embed_gallery(
    pair: ClipPair, situations: Sequence[Situation], progress: Progress | None
) -> tuple[Gallery, list[Situation], str]:
    """Embeddings of all clips under both models, from the bundled or the user's cache if they are there; the clips that
    they are of, and which of ORIGINS they come from.

    Clips that cannot be decoded are left out (and told through `progress`); DataError if none is left.
    """
    key = pair.marks
    name = gallery_name(pair, situations)
    folders = dict(zip(ORIGINS, (ASSETS / "index" / name, cache_folder() / "galleries" / name), strict=False))
    by_id = {s.clip_id: s for s in situations}
    for origin, folder in folders.items():
        if (folder / "gallery.json").is_file():
            try:
                gallery = Gallery.load(folder, key)
            except DataError:
                continue
            clips = [by_id[i] for i in gallery.ids]
            return gallery.with_counts([len(clip.events) for clip in clips]), clips, origin
    kept, features, reasons = [], {m: [] for m in MODELS}, []
    pace = Pace(len(situations), "clips")
    for i, situation in enumerate(situations):
        if progress:
            progress(i / len(situations), f"embedding clip {i + 1} of {len(situations)}{pace.left(i)}")
        try:
            vectors = event_embeddings(pair, situation)
        except VideoDecodeError as error:
            reasons.append(str(error))
            if progress:
                progress(i / len(situations), f"left out: {error}")
            continue
        for model, value in vectors.items():
            features[model].append(value)
        kept.append(situation)
    if not kept:
        raise DataError(f"none of the {len(situations)} videos could be decoded; the first: {reasons[0]}")
    clips = {m: np.stack([pooled(f) for f in v]) for m, v in features.items()}
    events = {m: rectangular(v) for m, v in features.items()}
    counts = tuple(len(vectors) for vectors in features["base"])
    gallery = Gallery(tuple(s.clip_id for s in kept), events, clips, key, counts)
    try:
        gallery.save(folders["cached"])
    except OSError as error:  # a read-only home is no reason not to start
        if progress:
            progress(1.0, f"embeddings not kept for the next start: {error}")
    return gallery, kept, "embedded"


def gallery_name(pair: ClipPair, situations: Sequence[Situation]) -> str:
    """Under what name the embeddings of these clips by this pair are kept."""
    return json_digest([pair.marks, [_stamp(s) for s in situations]], 24)


def _stamp(situation: Situation) -> list:
    """What identifies a clip's pixels and its events wherever the folder lies: its name, size, labelled range and, without
    labels, the rule it is cut by (which older embeddings did not follow)."""
    assert situation.path is not None
    size = situation.path.stat().st_size if situation.path.is_file() else 0
    cut = [] if situation.events else [f"{SECONDS_PER_EVENT:g} s"]
    return [situation.clip_id, size, situation.start, situation.end, *cut]


def cache_folder() -> Path:
    """SRLCLIP_CACHE, else the platform's usual place for a user's caches."""
    root = os.environ.get("SRLCLIP_CACHE")
    return Path(root) if root else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "srlclip"
