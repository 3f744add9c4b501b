"""Text-video retrieval files. Each function: folder of the data, and the spec's options -> Retrieval."""

from __future__ import annotations

import csv
from pathlib import Path

from srlclip.evaluation.benchmarks.media import MediaFolder
from srlclip.evaluation.benchmarks.questions import Medium, Retrieval
from srlclip.evaluation.benchmarks.readers.text import read_text
from srlclip.situations import DataError


def msrvtt_csv(root: Path, file: str, media: str) -> Retrieval:
    """JSFUSION's csv: key,vid_key,video_id,sentence; query i belongs to video i. Raises DataError."""
    path = root / file
    lines = read_text(path).splitlines()
    header = lines[0].split(",") if lines else []
    if header != ["key", "vid_key", "video_id", "sentence"]:
        raise DataError("the first line must be key,vid_key,video_id,sentence (commas)", file=path, line=1)
    rows = list(csv.DictReader(lines))
    folder = MediaFolder(root / media)
    return Retrieval(
        tuple(Medium(row["video_id"], folder.path(row["video_id"])) for row in rows),
        tuple(row["sentence"] for row in rows),
        tuple(range(len(rows))),
    )
