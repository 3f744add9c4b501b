"""A folder of anyone's videos -> Situations, with labels if the folder has them.

Labels are found as VidSitu's own files (split_files/ and its neighbours), else as labels.jsonl, else there are none.
"""

from __future__ import annotations

from pathlib import Path

from ..situations import DataError, Situation
from .jsonl import read_jsonl
from .vidsitu import read_vidsitu

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg")


def read_folder(root: str | Path) -> list[Situation]:
    """Clips in name order (unlabelled) or in the order of their label file. Raises DataError for a folder without any."""
    root = Path(root)
    if not root.is_dir():
        raise DataError("no such folder; give a folder with video files", file=root)
    splits = sorted((root / "split_files").glob("vseg_split_*_lb.json"))
    if splits:
        names = [p.name.removeprefix("vseg_split_").removesuffix("_lb.json") for p in splits]
        found = [s for name in names for s in read_vidsitu(root, name)]
    elif (root / "labels.jsonl").is_file():
        found = read_jsonl(root / "labels.jsonl", root)
    else:
        files = sorted(
            p
            for p in root.rglob("*")
            if p.suffix.lower() in VIDEO_SUFFIXES and p.is_file() and not p.name.startswith(".")
        )
        found = [Situation(str(p.relative_to(root).with_suffix("")), p, ()) for p in files]
    found = [s for s in found if s.path is not None]
    if not found:
        raise DataError(f"no videos here; allowed: {', '.join(VIDEO_SUFFIXES)}", file=root)
    ids = [s.clip_id for s in found]
    twice = next((i for i in ids if ids.count(i) > 1), None) if len(set(ids)) < len(ids) else None
    if twice:
        raise DataError("two videos with this name; rename one", file=root, entry=twice)
    return found
