"""Decoded, resized uint8 frames of many clips, memory-mapped through `datasets`: decode once, train for forty epochs.

`frames/<sampling>/<shard>/` holds up to SHARD clips as an Arrow file and an index.json of their keys. A clip's key is a
hash of what its pixels depend on (clip_key), so a run finds the clips that any run decoded, in whatever subset and
order, and a changed file never gives old pixels. A shard appears by one rename, under a hash of its keys: a killed
build loses its unfinished shards only, and runs may share the folder. A clip that cannot be decoded is remembered by
its key and named, never replaced by black frames; a damaged shard is left alone and its clips are decoded again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

import numpy as np

from srlclip.files import draft_of, json_digest, remove_drafts, write_json
from srlclip.parallel import spawn_map
from srlclip.situations import DataError, Situation, VideoDecodeError
from srlclip.video.clips import clip_pixels
from srlclip.video.pixels import PreprocessSpec

SHARD = 32
#: Above this share of undecodable clips a run stops: something is wrong with the data, not with a clip.
MAX_SKIPPED = 0.01
#: Raise it when decode() gives other pixels for the same file and settings: nothing older is read then.
VERSION = 2
_ARROW = "data-00000-of-00001.arrow"  # what `datasets` calls the file of a data set saved in one piece


@dataclass(frozen=True)
class Sampling:
    """events, frames_per_event: P and T of the paper; spec: the model's preprocessing."""

    events: int
    frames_per_event: int
    spec: PreprocessSpec


@dataclass(frozen=True)
class FrameSource:
    """Where frames come from. Functions of a module, since workers are started with them.

    key: 32 hex digits of what a clip's pixels depend on beside the preprocessing and the frame count, None where there is
    nothing to read. pixels: uint8 (E, F, 3, S, S), or VideoDecodeError. work: what the progress bar calls it.
    """

    key: Callable[[Situation, Sampling], str | None]
    pixels: Callable[[Situation, Sampling], np.ndarray]
    work: str = "decode"


@dataclass(frozen=True)
class _Entry:
    """Where a key's frames (E events) are, or, with a reason, why there are none."""

    shard: Path
    row: int
    events: int
    reason: str = ""


class FrameCache:
    """Frames by clip id. ids: clips that decoded, in order. skipped: (clip id, reason) of the others.

    Shards are opened when one of their clips is first read. Pickles to the places on disk, not the pixels.
    """

    def __init__(self, clips: dict[str, tuple[str, _Entry]], skipped: Sequence[tuple[str, str]], side: int):
        self._clips, self.ids, self.skipped, self._side = clips, tuple(clips), tuple(skipped), side
        self._open: dict[Path, tuple[list[str], list[np.ndarray]]] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, clip_id: object) -> bool:
        return clip_id in self._clips

    def __getitem__(self, clip_id: str) -> np.ndarray:
        """uint8 (E, F, 3, S, S), read-only: a view of the file, not a copy."""
        key, entry = self._clips[clip_id]
        if entry.shard not in self._open:
            self._open[entry.shard] = _open_shard(entry.shard)
        keys, frames = self._open[entry.shard]
        if entry.row >= len(keys) or keys[entry.row] != key:
            raise DataError("not the clips that its index names; delete this folder and start again", file=entry.shard)
        return frames[entry.row].reshape(entry.events, -1, 3, self._side, self._side)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_open": {}}

    def key(self, clip_id: str) -> str:
        """What a clip's pixels depend on: the preprocessing and frame count, and the clip's own key."""
        key, entry = self._clips[clip_id]
        return f"{entry.shard.parent.name}/{key}"

    def fingerprint(self) -> str:
        """16 hex digits over the ordered clip ids and their keys: equal for the same clips from unchanged files."""
        return json_digest([(clip_id, key) for clip_id, (key, _) in self._clips.items()], 16)


def frame_cache(
    situations: Sequence[Situation],
    sampling: Sampling,
    folder: str | Path,
    workers: int = 1,
    progress: bool = True,
    max_skipped: float = MAX_SKIPPED,
    part: tuple[int, int] = (0, 1),
    wait: Callable[[], None] | None = None,
    source: FrameSource | None = None,
) -> FrameCache:
    """Open, and where needed build, the cache of these clips (clip ids must be unique). source: their video files if None.

    Each clip's event count is that of its labels (sampling.events if it has none). Raises DataError when more than
    `max_skipped` of the clips that have a video cannot be decoded, or when no clip is left.

    part: (rank, ranks) of a process that builds together with others, on one machine or several that share the folder;
    all give the same situations. wait: their barrier, called once by each, whatever happens. Rank r builds the missing
    ones of the clips r, r + ranks, ...: the share depends on the list alone, so it does not matter that ranks look at
    the folder at different times, while others already write into it. What is still missing after the barrier (a rank
    failed, or a network file system shows new files late) each rank decodes for itself.
    """
    rank, ranks = part
    if not 0 <= rank < ranks:
        raise ValueError(f"part is {part}; it must be (rank, ranks) with 0 <= rank < ranks")
    place = Path(folder) / "frames" / _sampling_fingerprint(sampling)
    source = source or FrameSource(clip_key, decode)
    try:
        place.mkdir(parents=True, exist_ok=True)
        keys = [source.key(situation, sampling) for situation in situations]
        there = [(s, key) for s, key in zip(situations, keys, strict=True) if key]
        share = [(s, key) for s, key in zip(situations[rank::ranks], keys[rank::ranks], strict=True) if key]
        index = _build_missing(share, sampling, place, source, workers, progress)
    finally:
        if wait is not None:
            wait()
    if ranks > 1:
        index = _build_missing(there, sampling, place, source, workers, progress)
    clips, skipped, corrupt = {}, [], []
    for situation, key in zip(situations, keys, strict=True):
        if key is None:
            skipped.append((situation.clip_id, _no_video(situation)))
            continue
        entry = index.get(key)
        if entry is None or entry.reason:
            changed = f"{situation.path} was changed or removed while it was read; start again"
            corrupt.append(entry.reason if entry else changed)
            skipped.append((situation.clip_id, corrupt[-1]))
        else:
            clips[situation.clip_id] = (key, entry)
    if not clips:
        first = f" (first reason: {skipped[0][1]})" if skipped else ""
        raise DataError(f"none of {len(situations)} clips could be decoded{first}; check the videos folder")
    if len(corrupt) > max(1, max_skipped * len(there)):
        raise DataError(
            f"{len(corrupt)} of {len(there)} clips with a video cannot be decoded, more than {100 * max_skipped:g} %; "
            f"the first: {corrupt[0]}"
        )
    return FrameCache(clips, skipped, sampling.spec.crop)


def decode(situation: Situation, sampling: Sampling) -> np.ndarray:
    """uint8 (E, F, 3, S, S) of one clip, as every model sees it (video.clips). Raises VideoDecodeError."""
    events = len(situation.events) or sampling.events
    return clip_pixels(situation, events, sampling.frames_per_event, sampling.spec).pixels


def clip_key(situation: Situation, sampling: Sampling) -> str | None:
    """32 hex digits over the clip's id, its file's name, size and time of change, start, end and event count.

    The folder is left out, so that moved data keep their cache; name, size and time (ns) tell files apart, and the id
    does where an archive gave all files one time. None: there is no video.
    """
    path = situation.path
    try:
        stamp = _stamp(Path(path)) if path is not None else None
    except OSError:
        stamp = None
    if stamp is None:
        return None
    events = len(situation.events) or sampling.events
    return json_digest([situation.clip_id, Path(path).name, stamp, situation.start, situation.end, events], 32)


def _stamp(path: Path) -> list[object]:
    """Size and time of a file. Of a folder of frames: its own time, how many files, and the first, middle and last
    one's stamp; asking for all 300 of each clip would take hours on a network drive, so a single frame that is
    overwritten in place may go unnoticed."""
    stat = path.stat()
    if not path.is_dir():
        return [stat.st_size, stat.st_mtime_ns]
    names = sorted(os.listdir(path))
    some = {names[i] for i in (0, len(names) // 2, -1)} if names else set()
    return [stat.st_mtime_ns, len(names), [[name, _stamp(path / name)] for name in sorted(some)]]


def _no_video(situation: Situation) -> str:
    if situation.path is None:
        return f"{situation.clip_id}: no video file; put {situation.clip_id}.mp4 into the videos folder"
    return f"{situation.clip_id}: no video file at {situation.path}; check the path"


def _sampling_fingerprint(sampling: Sampling) -> str:
    # The event count is in each clip's key, and mean and std do not touch the uint8 pixels.
    spec = {name: value for name, value in asdict(sampling.spec).items() if name not in ("mean", "std")}
    return json_digest([VERSION, sampling.frames_per_event, spec], 24, sort_keys=True)


# -- shards ------------------------------------------------------------------------------------------------------------


def _build_missing(
    clips: Sequence[tuple[Situation, str]],
    sampling: Sampling,
    place: Path,
    source: FrameSource,
    workers: int,
    progress: bool,
) -> dict[str, _Entry]:
    """Read those of the clips that no shard has. Returns the index of all shards by key."""
    index = _read_index(place)
    missing = [(situation, key) for situation, key in clips if key not in index]
    if not missing:
        return index
    from tqdm import tqdm

    remove_drafts(place)
    jobs = [(missing[i : i + SHARD], sampling, place, source) for i in range(0, len(missing), SHARD)]
    built = spawn_map(_build, jobs, min(workers, len(jobs)))
    for _ in tqdm(built, total=len(jobs), desc=source.work, unit="shard", disable=not progress):
        pass
    return _read_index(place)


def _build(job: tuple[Sequence[tuple[Situation, str]], Sampling, Path, FrameSource]) -> None:
    """Read one shard into a draft and move it into place."""
    from datasets import Dataset, Features, Value, disable_progress_bars

    disable_progress_bars()
    clips, sampling, place, source = job
    rows: dict[str, list] = {"clip_id": [], "key": [], "events": [], "frames": []}
    skipped = []
    for situation, key in clips:
        try:
            frames = source.pixels(situation, sampling)
        except VideoDecodeError as error:
            if isinstance(error.__cause__, ImportError):
                raise  # no decoder is installed: nothing to remember a clip by
            if source.key(situation, sampling) == key:
                skipped.append((situation.clip_id, key, str(error)))
            continue
        if source.key(situation, sampling) == key:  # else it was written to meanwhile
            for name, value in zip(rows, (situation.clip_id, key, len(frames), frames.tobytes()), strict=True):
                rows[name].append(value)
    kept = list(zip(rows["clip_id"], rows["key"], rows["events"], strict=True))
    if not kept and not skipped:
        return
    name = json_digest([key for _, key in clips], 24)
    draft = draft_of(place / name)
    try:
        draft.mkdir()
        if kept:
            kinds = Features(
                {n: Value(k) for n, k in zip(rows, ("string", "string", "int32", "large_binary"), strict=True)}
            )
            Dataset.from_dict(rows, features=kinds).save_to_disk(str(draft), num_shards=1)
        size = (draft / _ARROW).stat().st_size if kept else 0
        index = {"sampling": place.name, "bytes": size, "clips": kept, "skipped": skipped}
        write_json(draft / "index.json", index, indent=None, end="")
        _publish(draft, name)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _publish(draft: Path, name: str) -> None:
    """Rename the draft to `name`; where a whole shard is already (another run's), drop it; where a damaged one is, take
    the next free name."""
    for number in count():
        path = draft.with_name(f"{name}-{number}" if number else name)
        try:
            os.rename(draft, path)
            return
        except OSError:
            if not path.exists():
                raise
            if _read_shard(path) is not None:
                shutil.rmtree(draft, ignore_errors=True)
                return


def _read_index(place: Path) -> dict[str, _Entry]:
    """All whole shards' clips by key. Of two entries the one with frames counts, then the shard that sorts first."""
    index: dict[str, _Entry] = {}
    for name in sorted(os.listdir(place)):
        entries = None if name.startswith(".") else _read_shard(place / name)
        for key, entry in (entries or {}).items():
            if key not in index or (index[key].reason and not entry.reason):
                index[key] = entry
    return index


def _read_shard(path: Path) -> dict[str, _Entry] | None:
    """A shard's entries by key; None unless it is whole and of this sampling."""
    try:
        index = json.loads((path / "index.json").read_text("utf-8"))
        if index["sampling"] != path.parent.name:
            return None
        if index["clips"] and (path / _ARROW).stat().st_size != index["bytes"]:
            return None
        entries = {key: _Entry(path, 0, 0, str(reason)) for _, key, reason in index["skipped"]}
        return entries | {key: _Entry(path, row, events) for row, (_, key, events) in enumerate(index["clips"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _open_shard(path: Path) -> tuple[list[str], list[np.ndarray]]:
    """The keys and the frames, flat, of a shard's rows, as views of the memory-mapped file. Raises DataError."""
    from datasets import Dataset

    try:
        table = Dataset.from_file(str(path / _ARROW)).with_format("arrow")[:]
        keys, frames = table.column("key").to_pylist(), []
        for chunk in table.column("frames").chunks:
            # Not chunk[i].as_buffer(): that copies the clip.
            _, ends, pixels = chunk.buffers()
            ends = np.frombuffer(ends, np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
            flat = np.frombuffer(pixels, np.uint8)
            frames += [flat[a:b] for a, b in zip(ends[:-1], ends[1:], strict=True)]
        return keys, frames
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"cannot read it ({error}); delete this folder and start again", file=path) from error
