"""Frame embeddings of media on disk: one per medium, model and number of frames, whatever benchmark asks for it.

`frames/<model and preprocessing>/<shard>.safetensors` holds the frames (F, D) of some media, float32, under the hash of
file (path, size, time), range, box and F. A shard appears by one rename: a killed run goes on where it was, and processes
write beside each other. One that is cut off is passed over, and its media are embedded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from srlclip.evaluation.benchmarks.pixels import unmoved
from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.files import json_digest, remove_drafts, replacing


def medium_key(medium: Medium, frames: int) -> str:
    """32 hex digits that change with the file, the range, the box and the number of frames. The file must be there."""
    assert medium.path is not None
    path = medium.path.resolve()
    stat = path.stat()
    what = {**asdict(unmoved(medium)), "path": str(path), "size": stat.st_size, "time": stat.st_mtime_ns}
    return json_digest({**what, "frames": 1 if medium.still else frames}, 32, sort_keys=True)


class FrameStore:
    """The shards of one model with one preprocessing. mark: says which."""

    def __init__(self, folder: str | Path, mark: str):
        self.folder = Path(folder) / "frames" / mark
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_drafts(self.folder)
        self._place: dict[str, Path] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read again which media the shards hold; others may have written some."""
        seen = set(self._place.values())
        for path in sorted(self.folder.glob("*.safetensors")):
            if path in seen:
                continue
            try:
                with safe_open(path, "numpy") as shard:  # checks the header against the file's size
                    for key in shard.keys():  # noqa: SIM118 (not a mapping)
                        self._place.setdefault(key, path)
            except (OSError, SafetensorError):
                continue

    def __contains__(self, key: str) -> bool:
        return key in self._place

    def add(self, frames: Mapping[str, np.ndarray]) -> None:
        """key -> (F, D): written as one shard."""
        path = self.folder / f"{json_digest(sorted(frames), 24)}.safetensors"
        with replacing(path) as draft:
            save_file({key: np.ascontiguousarray(value, np.float32) for key, value in frames.items()}, draft)
        self._place.update(dict.fromkeys(frames, path))

    def read(self, keys: Iterable[str]) -> dict[str, np.ndarray]:
        """key -> (F, D), of those that are there."""
        wanted: dict[Path, list[str]] = {}
        for key in keys:
            if key in self._place:
                wanted.setdefault(self._place[key], []).append(key)
        out = {}
        for path, names in wanted.items():
            with safe_open(path, "numpy") as shard:
                out.update({name: shard.get_tensor(name) for name in names})
        return out
