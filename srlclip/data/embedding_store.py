"""Embeddings on disk, by key: what galleries and benchmarks embed is written in shards as it comes, and found again.

`<folder>/<shard>.safetensors` holds arrays of some clips, float32, under keys that change with the file, its range and how
it is sampled, with a checksum of each. A folder is of one model with one preprocessing. A shard appears by one rename: a
killed run goes on where it was, and processes write beside each other. What is cut off, or differs from its checksum by
one bit, is passed over, and its clips are embedded again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from srlclip.files import json_digest, remove_drafts, replacing
from srlclip.situations import DataError

#: Clips whose embeddings are in memory at once while they are checked.
CHECKED = 256


@contextmanager
def written_to(folder: str | Path, mend: str) -> Iterator[None]:
    """Whatever keeps embeddings from being written there (a full disk, no permission, a file in the way) is a DataError.

    mend: what to do, for its message.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"embeddings cannot be kept here ({reason}); {mend}", file=folder) from error


class EmbeddingStore:
    """The shards of one model with one preprocessing. mend: what to do where nothing can be written.

    Raises DataError for a folder that cannot be made.
    """

    def __init__(self, folder: str | Path, mend: str):
        self.folder, self._mend = Path(folder), mend
        with written_to(folder, mend):
            self.folder.mkdir(parents=True, exist_ok=True)
        remove_drafts(self.folder)
        self._places: dict[str, list[Path]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read anew which keys the shards hold; others may have written some."""
        self._places = {}
        for path in sorted(self.folder.glob("*.safetensors")):
            try:
                with safe_open(path, "numpy") as shard:  # checks the header against the file's size
                    for key in shard.keys():  # noqa: SIM118 (not a mapping)
                        self._places.setdefault(key, []).append(path)
            except (OSError, SafetensorError):
                continue

    def missing(self, keys: Iterable[str]) -> set[str]:
        """Those of which no shard holds a whole array."""
        wanted = list(keys)
        return set(wanted).difference(*(part for part in self.parts(wanted)))

    def parts(self, keys: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
        """read, of CHECKED keys at a time."""
        yield from (self.read(keys[at : at + CHECKED]) for at in range(0, len(keys), CHECKED))

    def add(self, arrays: Mapping[str, np.ndarray]) -> None:
        """key -> array: written as one shard. Raises DataError where that cannot be."""
        values = {key: np.ascontiguousarray(value, np.float32) for key, value in arrays.items()}
        path = self.folder / f"{json_digest(sorted(values), 24)}.safetensors"
        with written_to(self.folder, self._mend), replacing(path) as draft:
            save_file(values, draft, {key: _checksum(value) for key, value in values.items()})
        for key in values:
            self._places.setdefault(key, []).append(path)

    def read(self, keys: Iterable[str]) -> dict[str, np.ndarray]:
        """key -> array, of those that are there, whole: of several copies any that is."""
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
