"""Uploaded videos: what is accepted, and how a file becomes a clip id; files of queries. Shared by the tabs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gradio.utils import get_upload_folder

from srlclip.app.ui.parts.style import MAX_UPLOAD_MB, MAX_UPLOAD_SECONDS
from srlclip.progress import Progress
from srlclip.situations import VideoDecodeError
from srlclip.video.limits import under_name

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

SUFFIXES = [".mp4", ".webm", ".mov", ".m4v", ".mkv", ".avi", ".ogv"]
QUERY_SUFFIXES = [".csv", ".tsv", ".jsonl", ".txt"]
UPLOAD_LABEL = f"or a video of yours (≤ {MAX_UPLOAD_SECONDS} s, ≤ {MAX_UPLOAD_MB} MB)"


def accept(comparison: Comparison, path: str, progress: Progress | None = None) -> str:
    """Decode and embed an uploaded file once; its clip id. VideoDecodeError if empty, too large or unreadable."""
    file = Path(path)
    try:
        size = file.stat().st_size
    except OSError as error:
        raise VideoDecodeError("The upload is gone. Upload the video again.") from error
    if size == 0:
        raise VideoDecodeError(f"{file.name}: the file is empty (0 bytes). Upload a video of at least one frame.")
    if size > MAX_UPLOAD_MB * 2**20:
        raise VideoDecodeError(
            f"{file.name}: {size / 2**20:.0f} MB; at most {MAX_UPLOAD_MB} MB are allowed. Cut or shrink it."
        )
    try:
        return comparison.add_video(path, progress=progress)
    except VideoDecodeError as error:
        # the visitor knows the file by its name; where the server keeps it is none of the visitor's business
        raise under_name(error, path, file.name) from error


def delete_upload(path: str) -> None:
    """Delete what an upload left on the server, once it is read. Anything else is left alone."""
    file = Path(path).resolve()
    if file.is_relative_to(Path(get_upload_folder()).resolve()):
        file.unlink(missing_ok=True)
