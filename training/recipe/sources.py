"""Where training clips come from: one entry a kind of data, under the name that data.source gives it.

A new kind of data is a reader (see srlclip/data), an entry of SOURCES, and what cards say of it: the block `data.NAME` of
training/cards/exported.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from srlclip.data.jsonl import read_jsonl
from srlclip.data.problems import Coverage, coverage
from srlclip.data.test_only import refuse_test_only
from srlclip.data.vidsitu import read_vidsitu, split_segments
from srlclip.situations import DataError, Situation
from srlclip.synsitu.writer import progress_bar, write_split


@dataclass(frozen=True)
class Wanted:
    """What is asked of a source. split: "train", "valid" or "alike". clips: how many will be used, 0 = all. root, videos, role_names,
    workers, drawn: as in DataSettings, of which this is a part: settings know the sources, so that sources know no settings."""

    split: str
    clips: int
    root: str
    videos: str = ""
    role_names: str = "short"
    workers: int = 1
    drawn: bool = False


@dataclass(frozen=True)
class Source:
    """A kind of training data.

    read: the split's clips, at least as many as are wanted, in their order, and how much of the whole split there is;
    raises DataError. title: its name in logs and cards, "" where that
    is the folder's. licence: the Hub's name for that of a model trained on it, "unknown" where nobody states one.
    synthetic: drawn by this repository. split_files: whether clips have positions in VidSitu's split files. look_alikes:
    whether there is a split "alike" of further training clips, films of which several clips share scene and cast.
    """

    read: Callable[[Wanted], tuple[list[Situation], Coverage]]
    title: str = ""
    licence: str = "unknown"
    synthetic: bool = False
    split_files: bool = False
    look_alikes: bool = False


def _synsitu(wanted: Wanted) -> tuple[list[Situation], Coverage]:
    """Rendered into `root` where it is not there yet, as VidSitu's files; where clips are drawn, its labels alone."""
    if wanted.drawn:
        write_split(wanted.root, wanted.split, wanted.clips, videos=False)
        listed = read_vidsitu(wanted.root, wanted.split, role_names=wanted.role_names)
        # As if the videos were there: whoever counts or draws from the clips that have one takes the same ones.
        situations = [replace(s, path=Path(wanted.root) / "videos" / f"{s.clip_id}.mp4") for s in listed]
        return situations, coverage(situations, split_segments(wanted.root, wanted.split))
    with progress_bar(f"render SynSitu {wanted.split}", wanted.clips) as progress:
        write_split(wanted.root, wanted.split, wanted.clips, workers=wanted.workers, progress=progress)
    return _vidsitu(wanted)


def _vidsitu(wanted: Wanted) -> tuple[list[Situation], Coverage]:
    refuse_test_only(wanted.root)
    situations = read_vidsitu(wanted.root, wanted.split, wanted.videos or None, wanted.role_names)
    return situations, coverage(situations, split_segments(wanted.root, wanted.split))


def _jsonl(wanted: Wanted) -> tuple[list[Situation], Coverage]:
    """A folder has train.jsonl and valid.jsonl; of a single file every tenth clip is for validation."""
    refuse_test_only(wanted.root)
    path, split = Path(wanted.root), wanted.split
    situations = read_jsonl(path / f"{split}.jsonl" if path.is_dir() else path, wanted.videos or None)
    if not path.is_dir():
        situations = [s for i, s in enumerate(situations) if (i % 10 == 9) == (split == "valid")]
    if not situations:
        raise DataError(
            f"no clip for {split}; a single file needs ten clips, of which every tenth validates", file=path
        )
    return situations, coverage(situations)


SOURCES: dict[str, Source] = {
    "synsitu": Source(
        _synsitu, "SynSitu (synthetic)", "apache-2.0", synthetic=True, split_files=True, look_alikes=True
    ),
    "vidsitu": Source(_vidsitu, "VidSitu", split_files=True),
    "jsonl": Source(_jsonl),
}
