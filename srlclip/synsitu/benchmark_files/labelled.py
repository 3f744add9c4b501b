"""Benchmarks of any labelled clips: SynSitu's own folder, in VidSitu's files."""

from __future__ import annotations

from srlclip.synsitu.benchmark_files.folder import Folder
from srlclip.synsitu.writer import write_split


def labelled(folder: Folder) -> None:
    """Whole clips of five events with the labels of three annotators."""
    write_split(folder.root, "test", folder.clips, folder.seed)
