"""Decoded, resized uint8 frames of many clips, memory-mapped through `datasets`: decode once, train for forty epochs.

A cache is made of shards of SHARD clips. A shard's name is a hash of everything its pixels depend on (files, times,
sampling, preprocessing), so a changed file or setting never reads old pixels, runs can share a folder, and a stopped
build goes on where it was. A clip that cannot be decoded is left out and named, never replaced by black frames.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..parallel import spawn_map
from ..preprocess import PreprocessSpec
from ..situations import DataError, Situation, VideoDecodeError
from ..video import read_frames

SHARD = 32
#: Above this share of undecodable clips a run stops: something is wrong with the data, not with a clip.
MAX_SKIPPED = 0.01


@dataclass(frozen=True)
class Sampling:
    """events, frames_per_event: P and T of the paper; spec: the model's preprocessing."""

    events: int
    frames_per_event: int
    spec: PreprocessSpec


class FrameCache:
    """Frames by clip id. ids: clips that decoded, in order. skipped: (clip id, reason) of the others."""

    def __init__(
        self, rows: dict[str, tuple[object, int]], ids: Sequence[str], skipped: Sequence[tuple[str, str]], s: Sampling
    ):
        self._rows, self.ids, self.skipped, self._sampling = rows, tuple(ids), tuple(skipped), s

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, clip_id: object) -> bool:
        return clip_id in self._rows

    def __getitem__(self, clip_id: str) -> np.ndarray:
        """uint8 (E, F, 3, S, S)."""
        dataset, row = self._rows[clip_id]
        item = dataset[row]  # type: ignore[index]
        side = self._sampling.spec.crop
        return np.frombuffer(item["frames"], np.uint8).reshape(item["events"], -1, 3, side, side)


def frame_cache(
    situations: Sequence[Situation],
    sampling: Sampling,
    folder: str | Path,
    workers: int = 1,
    progress: bool = True,
    max_skipped: float = MAX_SKIPPED,
) -> FrameCache:
    """Open, and where needed build, the cache of these clips.

    Each clip's event count is that of its labels (sampling.events if it has none). Raises DataError when more than
    `max_skipped` of the clips that have a video cannot be decoded, or when no clip is left.
    """
    from datasets import Dataset, disable_progress_bars

    disable_progress_bars()
    folder = Path(folder) / "frames"
    folder.mkdir(parents=True, exist_ok=True)
    shards = [situations[i : i + SHARD] for i in range(0, len(situations), SHARD)]
    paths = [folder / _fingerprint(shard, sampling) for shard in shards]
    todo = [(shard, sampling, path) for shard, path in zip(shards, paths, strict=True) if not path.exists()]
    if todo:
        from tqdm import tqdm

        built = spawn_map(_build, todo, workers)
        for _ in tqdm(built, total=len(todo), desc="decode", unit="shard", disable=not progress):
            pass
    rows, ids, skipped = {}, [], []
    for path in paths:
        for name, reason in json.loads((path / "skipped.json").read_text("utf-8")):
            skipped.append((name, reason))
        if not (path / "dataset_info.json").exists():
            continue  # not one clip of the shard could be decoded
        data = Dataset.load_from_disk(str(path))
        for row, name in enumerate(data["clip_id"]):
            rows[name] = (data, row)
            ids.append(name)
    if not ids:
        first = f" (first reason: {skipped[0][1]})" if skipped else ""
        raise DataError(f"none of {len(situations)} clips could be decoded{first}; check the videos folder")
    missing = {s.clip_id for s in situations if s.path is None}
    corrupt = [entry for entry in skipped if entry[0] not in missing]
    if len(corrupt) > max(1, max_skipped * len(situations)):
        raise DataError(
            f"{len(corrupt)} of {len(situations)} clips cannot be decoded, more than {100 * max_skipped:g} %; "
            f"the first: {corrupt[0][1]}"
        )
    return FrameCache(rows, ids, skipped, sampling)


def decode(situation: Situation, sampling: Sampling) -> np.ndarray:
    """uint8 (E, F, 3, S, S) of one clip. Raises VideoDecodeError (a missing path included)."""
    if situation.path is None:
        raise VideoDecodeError(
            f"{situation.clip_id}: no video file; put {situation.clip_id}.mp4 into the videos folder"
        )
    try:
        frames = read_frames(
            situation.path,
            events=len(situation.events) or sampling.events,
            frames_per_event=sampling.frames_per_event,
            start=situation.start,
            end=situation.end,
        )
    except ValueError as error:
        raise VideoDecodeError(f"{situation.path}: {error}") from error
    return sampling.spec.to_uint8(frames).numpy()


def _build(job: tuple[Sequence[Situation], Sampling, Path]) -> str:
    """Decode one shard into a folder of its own and move it into place; the first of two racing runs wins."""
    from datasets import Dataset, Features, Value, disable_progress_bars

    disable_progress_bars()
    shard, sampling, path = job
    ids, blobs, events, skipped = [], [], [], []
    for situation in shard:
        try:
            frames = decode(situation, sampling)
        except VideoDecodeError as error:
            skipped.append((situation.clip_id, str(error)))
            continue
        ids.append(situation.clip_id)
        blobs.append(frames.tobytes())
        events.append(len(frames))
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    shutil.rmtree(draft, ignore_errors=True)
    kinds = Features({"clip_id": Value("string"), "events": Value("int32"), "frames": Value("large_binary")})
    if ids:
        Dataset.from_dict({"clip_id": ids, "events": events, "frames": blobs}, features=kinds).save_to_disk(str(draft))
    draft.mkdir(parents=True, exist_ok=True)
    (draft / "skipped.json").write_text(json.dumps(skipped), "utf-8")
    try:
        os.rename(draft, path)
    except OSError:
        if not path.exists():
            raise
        shutil.rmtree(draft)
    return path.name


def _fingerprint(shard: Sequence[Situation], sampling: Sampling) -> str:
    rows = [
        (s.clip_id, len(s.events), str(s.path), _stamp(s.path), s.start, s.end) for s in shard
    ]  # fmt: skip
    key = json.dumps([asdict(sampling), rows], sort_keys=True)
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def _stamp(path: Path | None) -> tuple[int, int] | None:
    if path is None or not Path(path).exists():
        return None
    stat = Path(path).stat()
    return stat.st_size, stat.st_mtime_ns
