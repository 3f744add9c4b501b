"""Where training clips come from: one entry a kind of data, under the name that data.source gives it.

A new kind of data is a reader (see srlclip/data), an entry of SOURCES, and what cards say of it: the block `data.NAME` of
training/cards/exported.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from srlclip.data.jsonl import read_jsonl
from srlclip.data.problems import Coverage, coverage
from srlclip.data.vidsitu import read_vidsitu, split_segments
from srlclip.situations import DataError, Situation
from srlclip.synsitu.writer import progress_bar, write_split

if TYPE_CHECKING:
    from training.settings import DataSettings


@dataclass(frozen=True)
class Source:
    """A kind of training data.

    read: (settings, split, how many clips will be used, 0 = all) -> the clips of "train" or "valid", at least so many in
    their order, and how much of the whole split there is; raises DataError. title: its name in logs and cards, "" where that
    is the folder's. licence: the Hub's name for that of a model trained on it, "unknown" where nobody states one.
    synthetic: drawn by this repository. split_files: whether clips have positions in VidSitu's split files.
    """

    read: Callable[[DataSettings, str, int], tuple[list[Situation], Coverage]]
    title: str = ""
    licence: str = "unknown"
    synthetic: bool = False
    split_files: bool = False


def _synsitu(settings: DataSettings, split: str, clips: int) -> tuple[list[Situation], Coverage]:
    """Rendered into `root` where it is not there yet, as VidSitu's files."""
    with progress_bar(f"render SynSitu {split}", clips) as progress:
        write_split(settings.root, split, clips, workers=settings.workers, progress=progress)
    return _vidsitu(settings, split, clips)


def _vidsitu(settings: DataSettings, split: str, clips: int) -> tuple[list[Situation], Coverage]:
    situations = read_vidsitu(settings.root, split, settings.videos or None, settings.role_names)
    return situations, coverage(situations, split_segments(settings.root, split))


def _jsonl(settings: DataSettings, split: str, clips: int) -> tuple[list[Situation], Coverage]:
    """A folder has train.jsonl and valid.jsonl; of a single file every tenth clip is for validation."""
    path = Path(settings.root)
    situations = read_jsonl(path / f"{split}.jsonl" if path.is_dir() else path, settings.videos or None)
    if not path.is_dir():
        situations = [s for i, s in enumerate(situations) if (i % 10 == 9) == (split == "valid")]
    if not situations:
        raise DataError(
            f"no clip for {split}; a single file needs ten clips, of which every tenth validates", file=path
        )
    return situations, coverage(situations)


SOURCES: dict[str, Source] = {
    "synsitu": Source(_synsitu, "SynSitu (synthetic)", "apache-2.0", synthetic=True, split_files=True),
    "vidsitu": Source(_vidsitu, "VidSitu", split_files=True),
    "jsonl": Source(_jsonl),
}
