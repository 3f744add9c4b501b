"""A folder of exported features: one array per video, model and level, as .npy, .safetensors or collected in .h5 files.

    manifest.json     what all arrays share: models, settings, preprocessing, layout
    index.jsonl       one line per video, appended when its files are whole; the last line of a video counts
    durations.json    {key: {"duration", "timestamps", "sentences"}}, the annotation form of PDVC and ActivityNet Captions
    base/frames/{key}.npy (or .safetensors), or base_frames.h5 with one data set per key

A file appears by one rename and its video's line after it, so that a killed export loses at most the video it was at.
HDF5 files cannot be appended to safely: their arrays wait in .parts/ and are put into a copy that replaces the file.
"""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from srlclip.config import flat
from srlclip.files import remove_drafts, replacing, text_digest, write_json
from srlclip.situations import DataError

FORMATS = ("npy", "h5", "safetensors")
MANIFEST, INDEX, DURATIONS, _PARTS = "manifest.json", "index.jsonl", "durations.json", ".parts"
# Dense storage, which HDF5 has had since 1.8: the time stamps of a long video are more than an old attribute may hold.
_HDF5_VERSIONS = ("v108", "v110")
_MOST_BYTES = 150


class FeatureFolder:
    """An export's folder, opened to be added to. identity: what must be equal for arrays to belong together.

    index: the last line of every video, by clip id. Raises DataError for a folder of another export, naming what differs.
    """

    def __init__(
        self,
        folder: str | Path,
        arrays: Sequence[tuple[str, str]],
        format: str,
        identity: Mapping[str, Any],
        about: Mapping[str, Any],
        rank: int = 0,
    ):
        """arrays: the (model, level) pairs. about: what the manifest says besides. rank: of this process among those that
        write into the folder together; each but the first writes its lines beside the index."""
        if format not in FORMATS:
            raise ValueError(f"format is {format!r}; allowed: {', '.join(FORMATS)}")
        self.folder, self.arrays, self.format = Path(folder), tuple(arrays), format
        self.folder.mkdir(parents=True, exist_ok=True)
        identity = json.loads(json.dumps(identity))
        self._check(identity)
        layout = {f"{model} {level}": self._place(model, level, "{key}") for model, level in self.arrays}
        write_json(self.folder / MANIFEST, {**identity, **about, "index": INDEX, "layout": layout}, indent=1)
        self._own = self.folder / (f"{_PARTS}/index.{rank}.jsonl" if rank else INDEX)
        self.index: dict[str, dict[str, Any]] = {}
        self._taken: dict[str, str] = {}
        self._gap = ""  # what ends the half line that a killed run left
        self._read_index()
        self._collected = {pair: self._datasets(*pair) for pair in self.arrays} if format == "h5" else {}

    def key(self, clip_id: str) -> str:
        """The name of a clip's files: its id made safe for file systems, the same at every call and in later exports."""
        if clip_id in self.index:
            return self.index[clip_id]["key"]
        key = file_key(clip_id)
        if self._taken.setdefault(_same(key), clip_id) != clip_id:
            key = f"{key}-{text_digest(clip_id, 8)}"
            self._taken.setdefault(_same(key), clip_id)
        return key

    def holds(self, clip_id: str, source: str | None) -> bool:
        """Whether all arrays of this clip are here, made from this source (clip_key: the same file and range; None: any)."""
        line = self.index.get(clip_id, {})
        if "source" not in line or source not in (None, line["source"]):
            return False
        key = line["key"]
        return all(key in self._collected.get(pair, ()) or self._file(*pair, key).is_file() for pair in self.arrays)

    def write(self, line: Mapping[str, Any], arrays: Mapping[tuple[str, str], np.ndarray]) -> None:
        """All arrays of a video, each (rows, D), then its line of the index."""
        for (model, level), array in arrays.items():
            path = self._file(model, level, line["key"])
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as draft:
                if path.suffix == ".safetensors":
                    from safetensors.numpy import save_file

                    save_file({"features": array, "timestamps": _stamps(line, level)}, str(draft))
                else:
                    with draft.open("wb") as file:
                        np.save(file, array)
        self.record(line)

    def leave_out(self, line: Mapping[str, Any]) -> None:
        """Note why a video has no features; those of its file's earlier state go."""
        for pair in self.arrays:
            self._file(*pair, line["key"]).unlink(missing_ok=True)
        self.record(line)

    def record(self, line: Mapping[str, Any]) -> None:
        """Append a line to the index, unless it says nothing new."""
        if self.index.get(line["id"]) == line:
            return
        self._own.parent.mkdir(exist_ok=True)
        with self._own.open("a", encoding="utf-8") as file:
            file.write(self._gap + json.dumps(line) + "\n")
        self._gap = ""
        self.index[line["id"]] = dict(line)

    def take_over(self) -> None:
        """Put the other processes' lines into the index, once they have ended: of this run or of one that was killed."""
        mine = dict(self.index)
        self._read_index()
        lines, self.index = self.index, mine
        for line in lines.values():
            self.record(line)
        for path in self._others():
            path.unlink()

    def finish(self) -> None:
        """Collect what waits for the .h5 files and write durations.json from the index."""
        lines = {line["key"]: line for line in self.index.values() if "source" in line}
        if self.format == "h5":
            for model, level in self.arrays:
                self._collect(model, level, lines)
        shutil.rmtree(self.folder / _PARTS, ignore_errors=True)
        write_json(self.folder / DURATIONS, {key: _annotation(line) for key, line in lines.items()}, indent=None)

    # -- parts --------------------------------------------------------------------------------------------------------

    def _place(self, model: str, level: str, key: str) -> str:
        return f"{model}_{level}.h5" if self.format == "h5" else f"{model}/{level}/{key}.{self.format}"

    def _file(self, model: str, level: str, key: str) -> Path:
        """Where a video's array is written; for h5 only until it is collected."""
        if self.format == "h5":
            return self.folder / _PARTS / model / level / f"{key}.npy"
        return self.folder / self._place(model, level, key)

    def _check(self, identity: Mapping[str, Any]) -> None:
        path = self.folder / MANIFEST
        if not path.is_file():
            if (self.folder / INDEX).exists():
                raise DataError("the manifest of this export is gone; choose another folder", file=path)
            return
        try:
            manifest = json.loads(path.read_text("utf-8"))
            old, new = flat({name: manifest.get(name) for name in identity}), flat(identity)
        except (ValueError, AttributeError) as error:
            raise DataError(f"not the manifest of an export ({error}); choose another folder", file=path) from error
        differ = [
            f"{n} is {old.get(n)!r} there, {new.get(n)!r} here" for n in {**old, **new} if old.get(n) != new.get(n)
        ]
        if differ:
            raise DataError(
                f"this folder holds an export with other settings: {'; '.join(differ)}; choose another folder, or the "
                "same settings to go on",
                file=path,
            )

    def _others(self) -> list[Path]:
        return sorted((self.folder / _PARTS).glob("index.*.jsonl"))

    def _read_index(self) -> None:
        for path in (self.folder / INDEX, *self._others()):
            content = path.read_bytes() if path.is_file() else b""
            # A run that was killed while it wrote leaves half a line: its video is exported again.
            if path == self._own:
                self._gap = "\n" if content and not content.endswith(b"\n") else ""
            for raw in content.split(b"\n"):
                try:
                    line = json.loads(raw)
                    self.index[line["id"]] = line
                    self._taken[_same(line["key"])] = line["id"]
                except (ValueError, KeyError, TypeError):
                    continue

    def _datasets(self, model: str, level: str) -> frozenset[str]:
        import h5py

        path = self.folder / self._place(model, level, "")
        if not path.is_file():
            return frozenset()
        try:
            with h5py.File(path, "r") as file:
                return frozenset(file)
        except OSError as error:
            raise DataError(f"not a complete HDF5 file ({error}); delete it and start again", file=path) from error

    def _collect(self, model: str, level: str, lines: Mapping[str, Mapping[str, Any]]) -> None:
        import h5py

        waiting = [key for key in lines if self._file(model, level, key).is_file()]
        stale = self._collected[model, level] - set(lines)
        if not waiting and not stale:
            return
        path = self.folder / self._place(model, level, "")
        remove_drafts(self.folder, older=0)  # of a run that was killed here: as large as the file itself
        with replacing(path) as draft:
            if path.is_file():
                shutil.copyfile(path, draft)
            with h5py.File(draft, "a", libver=_HDF5_VERSIONS) as file:
                for key in stale.union(waiting):
                    if key in file:
                        del file[key]
                for key in waiting:
                    data = file.create_dataset(key, data=np.load(self._file(model, level, key)))
                    data.attrs["timestamps"] = _stamps(lines[key], level)
                    data.attrs["duration"] = lines[key]["duration"]


def file_key(clip_id: str) -> str:
    """A clip id as a file name on any system: slashes become "__", forbidden and undecodable characters "_"."""
    name = clip_id.encode("utf-8", "replace").decode("utf-8")
    name = unicodedata.normalize("NFC", name).replace("/", "__").replace("\\", "__")
    name = re.sub(r'[<>:"|?*{}\x00-\x1f\x7f]', "_", name).strip(" ")
    name = re.sub(r"^[.]|[.]$", "_", name) or "_"
    if len(name.encode()) > _MOST_BYTES:
        name = f"{name.encode()[:_MOST_BYTES].decode('utf-8', 'ignore')}-{text_digest(clip_id, 8)}"
    return name


def _same(key: str) -> str:
    """Keys that some file system takes for one another give the same text."""
    return unicodedata.normalize("NFKC", key).casefold()


def _stamps(line: Mapping[str, Any], level: str) -> np.ndarray:
    """Seconds from the clip's start: of frames (T,), of events their start and end (E, 2), of the clip (1, 2)."""
    if level == "frames":
        return np.asarray(line["timestamps"], np.float64)
    return np.asarray([[0.0, line["duration"]]] if level == "clip" else line["events"], np.float64)


def _annotation(line: Mapping[str, Any]) -> dict[str, Any]:
    sentences = line["sentences"]
    return {
        "duration": line["duration"],
        "timestamps": line["events"] if sentences else [],
        "sentences": sentences,
    }
