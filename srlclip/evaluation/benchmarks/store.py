"""Frame embeddings of media on disk: one per medium, model and number of frames, whatever benchmark asks for it.

`frames/<model and preprocessing>/<shard>.safetensors` holds the frames (F, D) of some media, float32, under the hash of
file (path, size, time), range, box and F, with a checksum of each. A shard appears by one rename: a killed run goes on
where it was, and processes write beside each other. What is cut off, or differs from its checksum by one bit, is passed
over, and its media are embedded again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from srlclip.evaluation.benchmarks.pixels import unmoved
from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.files import json_digest, remove_drafts, replacing
from srlclip.situations import DataError

#: Media whose embeddings are in memory at once while they are checked.
CHECKED = 256


def medium_key(medium: Medium, frames: int) -> str:
    """32 hex digits that change with the file, the range, the box and the number of frames. The file must be there."""
    assert medium.path is not None
    path = medium.path.resolve()
    stat = path.stat()
    what = {**asdict(unmoved(medium)), "path": str(path), "size": stat.st_size, "time": stat.st_mtime_ns}
    return json_digest({**what, "frames": 1 if medium.still else frames}, 32, sort_keys=True)


@contextmanager
def written_to(folder: str | Path) -> Iterator[None]:
    """Whatever keeps embeddings from being written there (a full disk, no permission, a file in the way) is a DataError."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(
            f"embeddings cannot be kept here ({reason}); make room, or name another folder by --cache", file=folder
        ) from error


class FrameStore:
    """The shards of one model with one preprocessing. mark: says which. Raises DataError for a folder that cannot be made."""

    def __init__(self, folder: str | Path, mark: str):
        self.folder = Path(folder) / "frames" / mark
        with written_to(folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        remove_drafts(self.folder)
        self._places: dict[str, list[Path]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read anew which media the shards hold; others may have written some."""
        self._places = {}
        for path in sorted(self.folder.glob("*.safetensors")):
            try:
                with safe_open(path, "numpy") as shard:  # checks the header against the file's size
                    for key in shard.keys():  # noqa: SIM118 (not a mapping)
                        self._places.setdefault(key, []).append(path)
            except (OSError, SafetensorError):
                continue

    def missing(self, keys: Iterable[str]) -> set[str]:
        """Those of which no shard holds whole frames."""
        wanted = list(keys)
        parts = (wanted[at : at + CHECKED] for at in range(0, len(wanted), CHECKED))
        return set(wanted).difference(*(self.read(part) for part in parts))

    def add(self, frames: Mapping[str, np.ndarray]) -> None:
        """key -> (F, D): written as one shard. Raises DataError where that cannot be."""
        arrays = {key: np.ascontiguousarray(value, np.float32) for key, value in frames.items()}
        path = self.folder / f"{json_digest(sorted(arrays), 24)}.safetensors"
        with written_to(self.folder), replacing(path) as draft:
            save_file(arrays, draft, {key: _checksum(value) for key, value in arrays.items()})
        for key in arrays:
            self._places.setdefault(key, []).append(path)

    def read(self, keys: Iterable[str]) -> dict[str, np.ndarray]:
        """key -> (F, D), of those that are there, whole: of several copies any that is."""
        out: dict[str, np.ndarray] = {}
        left = {key: list(self._places.get(key, ())) for key in keys}
        while left := {key: places for key, places in left.items() if places and key not in out}:
            by_shard: dict[Path, list[str]] = {}
            for key, places in left.items():
                by_shard.setdefault(places.pop(), []).append(key)
            for path, names in by_shard.items():
                out.update(_whole(path, names))
        return out


def _whole(path: Path, keys: list[str]) -> dict[str, np.ndarray]:
    """Of a shard those arrays that equal their checksums."""
    out = {}
    try:
        with safe_open(path, "numpy") as shard:
            checksums = shard.metadata() or {}
            for key in keys:
                value = shard.get_tensor(key)
                if checksums.get(key) == _checksum(value):
                    out[key] = value
    except (OSError, SafetensorError):
        pass  # cut off since its header was read: what came before is whole
    return out


def _checksum(value: np.ndarray) -> str:
    return f"{zlib.crc32(np.ascontiguousarray(value).tobytes()):08x}"
