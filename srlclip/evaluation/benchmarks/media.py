"""The files of a folder of videos or stills by the names that annotations use for them."""

from __future__ import annotations

import os
from pathlib import Path

from srlclip.evaluation.benchmarks.questions import STILLS

#: What counts as a medium; annotation files and archives beside them do not.
VIDEOS = (
    ".mp4", ".avi", ".webm", ".mkv", ".mov", ".mpg", ".mpeg", ".m4v", ".wmv", ".3gp", ".3g2", ".mts", ".m2ts", ".flv", ".ts",
)  # fmt: skip


class MediaFolder:
    """Every video and still below a folder, whatever the subfolders.

    A file answers to its path from the folder, to its name, and to both without their last extension: names of clips hold
    dots, dashes and brackets, and some lists name no extension at all. Of two files with one name the one whose path sorts
    first is taken; `relative` paths tell them apart.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self._by_name: dict[str, Path] = {}
        for root, folders, files in os.walk(self.folder):
            folders.sort()
            for name in sorted(files):
                if name.startswith(".") or not name.lower().endswith((*VIDEOS, *STILLS)):
                    continue
                path = Path(root, name)
                relative = path.relative_to(self.folder).as_posix()
                for key in (relative, stem(relative), name, stem(name)):
                    self._by_name.setdefault(key, path)

    def path(self, *names: str) -> Path | None:
        """The file that answers to the first of the names that any answers to, whole or without its last extension."""
        for name in names:
            for key in (name, stem(name)):
                if key and key in self._by_name:
                    return self._by_name[key]
        return None


def stem(name: str) -> str:
    """Without the last extension; a dot at the very end is one, too."""
    head, dot, _ = name.rpartition(".")
    return head if dot and not head.endswith("/") else name
