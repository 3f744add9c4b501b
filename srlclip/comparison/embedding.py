"""Embed a gallery of clips under both models of a pair, once: kept beside the package's clips or in the user's cache."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from srlclip.comparison.gallery import Gallery
from srlclip.data.frame_cache import Sampling, decode
from srlclip.files import json_digest
from srlclip.models.pair import ClipPair
from srlclip.progress import Progress
from srlclip.results import MODELS
from srlclip.situations import EVENTS_PER_CLIP, DataError, Situation, VideoDecodeError
from srlclip.video import frames as video
from srlclip.video.streaming import equal_moments, preprocessed

ASSETS = Path(__file__).resolve().parents[1] / "assets"
FRAMES_PER_EVENT = 4
#: Frames that are embedded between two reports of progress.
_BLOCK = 80
#: Frame embeddings that are kept for a while: (clip id, number of events) -> model -> (E, F, D).
Frames = OrderedDict[tuple[str, int], dict[str, np.ndarray]]


def sampling(pair: ClipPair) -> Sampling:
    return Sampling(EVENTS_PER_CLIP, FRAMES_PER_EVENT, pair.base.preprocess_spec)


def event_features(pair: ClipPair, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """pixels: uint8 (B, E, F, 3, S, S) -> model -> (B, E, D), L2-normalised."""
    frames = pair.encode_frames(pair.base.preprocess_spec.to_float(torch.from_numpy(pixels)))
    return {
        m: torch.nn.functional.normalize(f.mean(dim=2), dim=-1).cpu().numpy()
        for m, f in zip(MODELS, frames, strict=True)
    }


def frame_features(
    pair: ClipPair, situation: Situation, events: int, per_event: int, progress: Progress | None = None
) -> dict[str, np.ndarray]:
    """Frame embeddings of `events` equal parts of a clip: model -> (E, F, D), L2-normalised.

    The moments are those of data.frame_cache.decode, which the captioners were trained on. progress: told shares up to
    one half. A few frames at a time are held at full size. Raises VideoDecodeError.
    """

    def decoding(share: float, what: str) -> None:
        if progress:
            progress(0.25 * share, what)

    spec = pair.base.preprocess_spec
    if situation.path is None:
        raise VideoDecodeError(f"{situation.clip_id} has no video file")
    duration = video.probe(situation.path).duration
    try:
        spans = video.event_spans(duration, events, situation.start, situation.end)
    except ValueError as error:
        raise VideoDecodeError(f"{situation.path}: {error}") from error
    moments = np.concatenate([equal_moments(per_event, end - start, start) for start, end in spans])
    pixels = preprocessed(situation.path, moments, spec, progress=decoding)
    found: dict[str, list[np.ndarray]] = {m: [] for m in MODELS}
    for i in range(0, len(pixels), _BLOCK):
        both = pair.encode_frames(spec.to_float(torch.from_numpy(pixels[i : i + _BLOCK])))
        for model, vectors in zip(MODELS, both, strict=True):
            found[model].append(vectors.float().cpu().numpy())
        if progress:
            done = min(i + _BLOCK, len(pixels))
            progress(0.25 + 0.25 * done / len(pixels), f"both models: {done} of {len(pixels)} frames")
    return {m: np.concatenate(parts).reshape(events, per_event, -1) for m, parts in found.items()}


def clip_features(pair: ClipPair, situation: Situation, progress: Progress | None = None) -> dict[str, np.ndarray]:
    """Event embeddings of one clip, as many as it has labelled events, else five: model -> (E, D), L2-normalised.

    A few frames at a time are held at full size. progress: told shares up to one half. Raises VideoDecodeError.
    """
    count = len(situation.events) or EVENTS_PER_CLIP
    frames = frame_features(pair, situation, count, FRAMES_PER_EVENT, progress)
    return {model: np.stack([_unit(own.mean(axis=0)) for own in vectors]) for model, vectors in frames.items()}


def embed_gallery(
    pair: ClipPair, situations: Sequence[Situation], progress: Progress | None
) -> tuple[Gallery, list[Situation]]:
    """Embeddings of all clips under both models, from the bundled or the user's cache if they are there.

    Clips that cannot be decoded are left out (and told through `progress`); DataError if none is left.
    """
    key = pair.fingerprints
    name = gallery_name(pair, situations)
    folders = (ASSETS / "index" / name, cache_folder() / "galleries" / name)
    by_id = {s.clip_id: s for s in situations}
    for folder in folders:
        if (folder / "gallery.json").is_file():
            try:
                gallery = Gallery.load(folder, key)
            except DataError:
                continue
            return gallery, [by_id[i] for i in gallery.ids]
    kept, features = [], {m: [] for m in MODELS}
    for i, situation in enumerate(situations):
        if progress:
            progress(i / len(situations), f"embedding clip {i + 1} of {len(situations)}")
        try:
            pixels = decode(situation, sampling(pair))
        except VideoDecodeError as error:
            if progress:
                progress(i / len(situations), f"left out: {error}")
            continue
        for model, value in event_features(pair, pixels[None]).items():
            features[model].append(value[0])
        kept.append(situation)
    if not kept:
        raise DataError(f"none of the {len(situations)} videos could be decoded")
    clips = {m: np.stack([_unit(f.mean(axis=0)) for f in v]) for m, v in features.items()}
    events = {m: _rectangular(v) for m, v in features.items()}
    gallery = Gallery(tuple(s.clip_id for s in kept), events, clips, key)
    try:
        gallery.save(folders[-1])
    except OSError as error:  # a read-only home is no reason not to start
        if progress:
            progress(1.0, f"embeddings not kept for the next start: {error}")
    return gallery, kept


def gallery_name(pair: ClipPair, situations: Sequence[Situation]) -> str:
    """Under what name the embeddings of these clips by this pair are kept."""
    return json_digest([pair.fingerprints, [_stamp(s) for s in situations]], 24)


def _unit(vector: np.ndarray) -> np.ndarray:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def _rectangular(features: list[np.ndarray]) -> np.ndarray:
    """(E_i, D) per clip -> (G, E, D). Clips with fewer events repeat their last one, which no maximum over events sees."""
    most = max(len(f) for f in features)
    return np.stack([np.concatenate([f, np.repeat(f[-1:], most - len(f), axis=0)]) for f in features]).astype(
        np.float32
    )


def _stamp(situation: Situation) -> list:
    """What identifies a clip's pixels wherever the folder lies: its name, size and labelled range."""
    assert situation.path is not None
    size = situation.path.stat().st_size if situation.path.is_file() else 0
    return [situation.clip_id, size, situation.start, situation.end]


def cache_folder() -> Path:
    """SRLCLIP_CACHE, else the platform's usual place for a user's caches."""
    root = os.environ.get("SRLCLIP_CACHE")
    return Path(root) if root else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "srlclip"
