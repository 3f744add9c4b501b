"""Frame features of a frozen model, computed once: shards of safetensors in the cache, shared by runs and ranks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file
from tqdm import tqdm

from srlclip.data.frame_cache import FrameCache
from srlclip.files import json_digest, replacing
from srlclip.models.pair import ClipPair
from training.recipe.data import Processes

SHARD = 128


def frozen_features(
    pair: ClipPair,
    model: str,
    frames: FrameCache,
    ids: Sequence[str],
    folder: str | Path,
    processes: Processes | None = None,
    progress: bool = True,
) -> dict[str, np.ndarray]:
    """clip id -> frame embeddings (E, F, D) by that model of the pair, L2-normalised float32.

    A shard is found by the model's weights and its clips' pixels (FrameCache.key). Each process computes a part of what
    is missing; what another did not leave behind, each computes for itself.
    """
    p = processes or Processes()
    place = Path(folder) / "features" / pair.feature_fingerprint(model)
    place.mkdir(parents=True, exist_ok=True)
    shards = [list(ids[i : i + SHARD]) for i in range(0, len(ids), SHARD)]
    paths = [place / f"{json_digest([(i, frames.key(i)) for i in shard], 24)}.safetensors" for shard in shards]
    encoder = pair.encoders[model]
    # The share depends on the list alone: processes look at the folder at different times.
    missing = [i for i in range(p.rank, len(shards), p.count) if not _is_whole(paths[i], shards[i])]

    def compute(number: int) -> None:
        features: dict[str, np.ndarray] = {}
        for clip in shards[number]:  # a clip is a batch of 20 frames or so
            pixels = torch.from_numpy(np.array(frames[clip]))
            with torch.inference_mode():
                values = encoder.encode_frames(encoder.preprocess_spec.to_float(pixels.to(encoder.device)))
            features[clip] = values.float().cpu().numpy()
        with replacing(paths[number]) as draft:
            save_file({k: np.ascontiguousarray(v) for k, v in features.items()}, draft)

    try:
        for number in tqdm(missing, desc=f"{model} features", unit="shard", disable=not progress):
            compute(number)
    finally:
        if p.wait is not None:
            p.wait()
    out: dict[str, np.ndarray] = {}
    for number, (path, clips) in enumerate(zip(paths, shards, strict=True)):
        if not _is_whole(path, clips):
            compute(number)
        out |= load_file(path)
    return out


def _is_whole(path: Path, clips: Sequence[str]) -> bool:
    """Whether a shard has all of these clips, by its header and length."""
    try:
        with safe_open(path, "np") as file:
            return set(file.keys()) == set(clips)
    except (OSError, SafetensorError):
        return False
