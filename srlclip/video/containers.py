"""Which kinds of file reach the decoder: an allow-list of video containers, recognised by their first bytes.

A decoder that may guess also takes play lists and numbered series of images, and opens whatever other files or addresses
they name. Each kind below holds its pictures itself.
"""

from __future__ import annotations

import re
from pathlib import Path

#: What is read, for messages.
ALLOWED = "MP4, MOV, Matroska, WebM, AVI, MPEG-PS, MPEG-TS, FLV, Ogg, ASF, WMV and MXF"
#: How much of a file tells its kind.
HEAD_BYTES = 4096
#: The one kind whose header counts its pictures one by one, see mp4_index.
ISO = "mp4"

#: The boxes that a file of the ISO kind may begin with: four bytes of size, then one of these.
_ISO_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof", b"sidx", b"uuid")
_PREFIXES = {
    "flv": b"FLV\x01",
    "ogg": b"OggS\x00",
    "asf": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
    "mxf": bytes.fromhex("060e2b34020501010d010201"),
    "mpeg-ps": b"\x00\x00\x01\xba",
}
#: Packets of a transport stream: (first sync byte, distance); the second is that of cameras and Blu-ray discs.
_PACKETS = ((0, 188), (4, 192))
#: Demuxers that look for their words anywhere in the text that a file begins with (DASH, session descriptions).
_WORDS_OF_LISTS = re.compile(rb"<mpd|c=in ip", re.IGNORECASE)
#: By its name alone, an image file whose name has one of these is taken for a series: clip%03d.png.
_SERIES = re.compile(r"[%*?{\[]")
_VIDEO_SUFFIXES = (
    ".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".vob", ".ts", ".m2ts", ".mts",
    ".flv", ".ogv", ".ogg", ".asf", ".wmv", ".mxf",
)  # fmt: skip


def container(head: bytes) -> str | None:
    """The kind of container that a file beginning with `head` (HEAD_BYTES or the whole file) is; None: not allowed."""
    # All of these have a zero byte soon; a file without one is text, whatever it begins with.
    text, zero, _ = head.partition(b"\0")
    if not zero or _WORDS_OF_LISTS.search(text):
        return None
    if head[4:8] in _ISO_BOXES and not head.startswith(b"ID3"):
        return ISO
    if head.startswith(b"\x1aE\xdf\xa3") and (b"webm" in head[:64] or b"matroska" in head[:64]):
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    for kind, prefix in _PREFIXES.items():
        if head.startswith(prefix):
            return kind
    for first, step in _PACKETS:
        marks = head[first : first + 3 * step : step]
        if len(head) > first + step and set(marks) == {0x47}:
            return "mpeg-ts"
    return None


def names_a_series(path: Path) -> bool:
    """Whether a decoder would take the file's name for a pattern and open other files that fit it."""
    return bool(_SERIES.search(path.name)) and path.suffix.lower() not in _VIDEO_SUFFIXES
