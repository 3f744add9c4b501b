"""A folder of anyone's videos -> Situations, with labels if the folder has them.

Labels are found as VidSitu's own files (split_files/ and its neighbours), else as labels.jsonl, else there are none.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from srlclip.data.jsonl import read_jsonl
from srlclip.data.test_only import refuse_test_only
from srlclip.data.vidsitu import read_vidsitu
from srlclip.situations import DataError, Situation
from srlclip.video.frames import FRAME_SUFFIXES

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg")
_LABELS = "labels.jsonl"


def read_folder(root: str | Path) -> list[Situation]:
    """Clips in name order (unlabelled) or in the order of their label file. Raises DataError for a folder without any."""
    return [s for s in _unique(root, _read(Path(root))) if s.path is not None]


def read_videos(path: str | Path) -> list[Situation]:
    """Clips of one video file, one folder of frames, or a folder of either with or without labels, in read_folder's order.

    Labelled clips without a video are among them, with path None. Where there are no labels, a folder that holds images
    and no videos is a clip. Raises DataError as read_folder does.
    """
    path = Path(path)
    lone = path.is_dir() and _is_frames(path) and not any(p.is_dir() or p.name == _LABELS for p in path.iterdir())
    if path.is_file() or lone:
        return [Situation(path.stem if path.is_file() else path.resolve().name, path, ())]
    return _unique(path, _read(path, frames=True))


def _read(root: Path, frames: bool = False) -> list[Situation]:
    if not root.is_dir():
        raise DataError("no such folder; give a folder with video files", file=root)
    refuse_test_only(root)
    splits = sorted((root / "split_files").glob("vseg_split_*_lb.json"))
    if splits:
        names = [p.name.removeprefix("vseg_split_").removesuffix("_lb.json") for p in splits]
        situations = [s for name in names for s in read_vidsitu(root, name)]
    elif (root / _LABELS).is_file():
        situations = read_jsonl(root / _LABELS, root)
    else:
        files = sorted(p for p in root.rglob("*") if _is_video(p) or (frames and p.is_dir() and _is_frames(p)))
        situations = [Situation(_name(p.relative_to(root)), p, ()) for p in files]
    return situations


def _unique(root: str | Path, situations: list[Situation]) -> list[Situation]:
    if not any(s.path is not None for s in situations):
        raise DataError(f"no videos here; allowed: {', '.join(VIDEO_SUFFIXES)}", file=root)
    twice = [
        clip_id for clip_id, count in Counter(s.clip_id for s in situations if s.path is not None).items() if count > 1
    ]
    if twice:
        raise DataError("two videos with this name; rename one", file=root, entry=twice[0])
    return situations


def _is_video(path: Path) -> bool:
    return path.suffix.lower() in VIDEO_SUFFIXES and path.is_file() and not path.name.startswith(".")


def _is_frames(folder: Path) -> bool:
    if folder.name.startswith("."):
        return False
    suffixes = {p.suffix.lower() for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")}
    return bool(suffixes & set(FRAME_SUFFIXES)) and not suffixes & set(VIDEO_SUFFIXES)


def _name(path: Path) -> str:
    """A file's name without its suffix, a folder's as it is, with the folders above."""
    return str(path.with_suffix("") if path.suffix.lower() in VIDEO_SUFFIXES else path)
