"""How many samples an MP4 or MOV file says it holds, read before any decoder sees it. Pure Python, no dependency.

The tables of such a file may claim billions of samples in a few bytes, and a decoder makes room for what is claimed:
decord 0.6.0 and decord2 3.4.0 abort the process. The tables are searched for by their names wherever they stand outside
the media data, not only where the standard puts them, since decoders read them in odd places too.

Source: ISO/IEC 14496-12, boxes hdlr, stts, stsz, stz2, stsc, stco, co64, elst and trun.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

#: The most that a header may take: a day of video at 60 frames a second needs about 120 MB.
MAX_HEADER_BYTES = 2**28
#: Some 10,000 hours of one-second fragments.
_MAX_BOXES = 2**20
#: Decoders keep uncompressed sound in pieces of this many samples or more.
_SOUND_PIECE = 160


@dataclass(frozen=True)
class IndexClaims:
    """What the tables claim. pictures: the most samples of one video track. entries: samples of all tracks with repeats
    by edit lists and those of fragments, which is what a decoder keeps. fragmented: whether some are in fragments."""

    pictures: int
    entries: int
    fragmented: bool


class BadIndex(ValueError):
    """The header cannot be one of a whole file; the message is a part of a sentence."""


def read_claims(path: Path) -> IndexClaims:
    """The claims of a file that begins as MP4 or MOV. Raises BadIndex and OSError."""
    header = _header(path)
    if b"cmov" in header:
        raise BadIndex("its header is compressed, which is not read")
    edges = [*_places(header, b"trak"), len(header)]
    pictures = entries = 0
    for start, end in zip(edges[:-1], edges[1:], strict=True):
        track = header[start:end]
        video = any(track[at + 12 : at + 16] == b"vide" for at in _places(track, b"hdlr"))
        samples = max(_sizes(track), _times(track))
        kept = samples if video else min(samples, _sound_pieces(track, samples))
        edits = max((_number(track, at + 8) for at in _places(track, b"elst")), default=0)
        entries += max(kept, _chunked(track), kept * edits)
        pictures = max(pictures, samples if video else 0)
    runs = [_number(header, at + 8) for at in _places(header, b"trun")]
    return IndexClaims(pictures, entries + sum(runs), bool(runs))


def _header(path: Path) -> bytes:
    """All bytes of the file outside its media data, joined."""
    parts, total = [], 0
    with path.open("rb") as file:
        for number, (kind, start, end) in enumerate(_boxes(file, path.stat().st_size)):
            if number >= _MAX_BOXES:
                raise BadIndex(f"its header is in more than {_MAX_BOXES:,} pieces")
            if kind == b"mdat":
                continue
            total += end - start
            if total > MAX_HEADER_BYTES:
                raise BadIndex(f"its header takes more than {MAX_HEADER_BYTES / 1e6:.0f} MB")
            file.seek(start)
            parts.append(file.read(end - start))
    return b"".join(parts)


def _boxes(file, size: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start, end) of the boxes at the top; what no longer reads as a box is one piece to the end."""
    at = 0
    while at < size:
        file.seek(at)
        lead = file.read(16)
        length = _number(lead, 0)
        if length == 1:
            length = int.from_bytes(lead[8:16], "big")
        elif length == 0 and len(lead) >= 8:
            length = size - at
        end = at + length if length >= 8 else size
        yield lead[4:8], at, min(end, size)
        at = end


def _places(data: bytes, kind: bytes) -> Iterator[int]:
    """Where a box's name stands. By chance the same four bytes stand in a cover picture, once in some thousand files; a
    box has a length that fits into the data or, in front of its tables, a version and flags that exist."""
    at = data.find(kind)
    while at >= 0:
        length = _number(data, at - 4) if at >= 4 else 0
        if 8 <= length <= len(data) - at + 4 or kind == b"trak" or _number(data, at + 4) == 0:
            yield at
        at = data.find(kind, at + 4)


def _number(data: bytes, at: int) -> int:
    """The 32-bit number at a place, as much of it as there is."""
    return int.from_bytes(data[at : at + 4], "big")


def _sizes(track: bytes) -> int:
    """Samples by the tables of their sizes."""
    return max((_number(track, at + 12) for kind in (b"stsz", b"stz2") for at in _places(track, kind)), default=0)


def _times(track: bytes) -> int:
    """Samples by the tables of their durations: runs of (count, ticks)."""
    return max((int(_runs(track, at)[:, 0].sum()) for at in _places(track, b"stts")), default=0)


def _runs(track: bytes, at: int, columns: int = 2) -> np.ndarray:
    """The table of a box whose name stands at `at`, as much of it as there is: int64 (N, columns)."""
    start = at + 12
    count = min(_number(track, at + 8), max(0, len(track) - start) // (4 * columns))
    return np.frombuffer(track, ">u4", count * columns, min(start, len(track))).reshape(-1, columns).astype(np.int64)


def _sound_pieces(track: bytes, samples: int) -> int:
    """How many pieces uncompressed sound makes, whose samples last one tick each; any other track: all its samples."""
    tables = [_runs(track, at) for at in _places(track, b"stts")]
    ticks = all(len(runs) == 1 and runs[0, 1] == 1 for runs in tables)
    return -(-samples // _SOUND_PIECE) if tables and ticks else samples


def _chunked(track: bytes) -> int:
    """Pieces by the table of chunks, where each chunk may claim any number of samples; the media's pieces of sound."""
    chunks = max((_number(track, at + 8) for kind in (b"stco", b"co64") for at in _places(track, kind)), default=0)
    chunks = min(chunks, len(track) // 4)
    largest = max((int(_runs(track, at, 3)[:, 1].max(initial=0)) for at in _places(track, b"stsc")), default=0)
    return chunks * -(-largest // _SOUND_PIECE)
