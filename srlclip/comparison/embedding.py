"""Embed clips under both models of a pair: decoded once, a few frames at a time; indexing.py embeds whole galleries."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from srlclip.files import json_digest
from srlclip.models.pair import ClipPair
from srlclip.pooling import event_vectors
from srlclip.progress import Progress
from srlclip.results import MODELS
from srlclip.situations import SECONDS_PER_EVENT, Situation
from srlclip.video.clips import ClipChunk, clip_chunks
from srlclip.video.frames import UPLOAD_LIMITS, Limits, VideoInfo

FRAMES_PER_EVENT = 4
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
    return embedded(
        pair, clip_chunks(situation, events, per_event, pair.base.preprocess_spec, limits), per_event, progress
    )


def embedded(
    pair: ClipPair, chunks: Iterable[ClipChunk], per_event: int, progress: Progress | None = None
) -> tuple[dict[str, torch.Tensor], VideoInfo]:
    """Of one clip's chunks, F = per_event: model -> frame embeddings (E, F, D) on the CPU, float32, and what its file
    holds. A frame that is shown several times is encoded once. Raises what reading the chunks raises."""
    parts: dict[str, list[torch.Tensor]] = {m: [] for m in MODELS}
    done = 0
    for chunk in chunks:
        total, count = chunk.events * per_event, int(chunk.times.sum())
        if progress:
            progress(0.5 * (done + count / 2) / total, f"decoding: {done + count} of {total} frames")
        both = pair.encode_frames(pair.base.preprocess_spec.to_float(torch.from_numpy(chunk.pixels)))
        times = torch.from_numpy(chunk.times)
        for model, vectors in zip(MODELS, both, strict=True):
            parts[model].append(vectors.float().cpu().repeat_interleave(times, dim=0))
        done += count
        if progress:
            progress(0.5 * done / total, f"both models: {done} of {total} frames")
    shape = (chunk.events, per_event, -1)
    return {m: torch.cat(vectors).reshape(shape) for m, vectors in parts.items()}, chunk.info


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
