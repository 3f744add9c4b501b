"""Whether a video file may reach the decoder, judged without it.

decord ends the whole process where a file claims more pictures than there is memory for, which takes a few bytes, and a
visitor's long video keeps everybody else waiting. So a file's container is one of an allow-list (containers), the tables of
an MP4 hold what they claim (mp4_index, before PyAV reads them too), and its header as PyAV reads it (header) keeps the
limits; where the header counts no pictures one by one, they are counted.
"""

from __future__ import annotations

from pathlib import Path

from srlclip.situations import VideoDecodeError
from srlclip.video.containers import ALLOWED, HEAD_BYTES, ISO, container, names_a_series
from srlclip.video.header import Header, PictureStream, UnreadableHeader, open_header
from srlclip.video.limits import SHRINK, Limits, VideoInfo, check_limits, decode_error
from srlclip.video.mp4_index import BadIndex, IndexClaims, read_claims

#: Samples a second that a decoder may keep of all tracks together: one for each sample of sound at 48 kHz, the most that
#: a real file makes it keep, and the pictures. Each takes some 24 bytes.
_SAMPLES_PER_SECOND = 65_536
#: The least that a sample takes of a file is half a byte, its size in a compact table (stz2), where it has no data.
_SAMPLES_PER_BYTE = 2


INCOMPLETE = "not a complete video file (truncated, damaged or of an unknown format)"


def admit(path: Path, limits: Limits) -> tuple[PictureStream, ...]:
    """What the file says of its pictures, one stream or more, within the limits. Raises VideoDecodeError."""
    size = path.stat().st_size
    if not size:
        raise decode_error(path, "the file is empty (0 bytes)", mend="copy or download it again")
    if size > limits.max_bytes:
        raise decode_error(path, f"{size / 1e6:.0f} MB, allowed: {limits.max_bytes / 1e6:.0f} MB", mend=SHRINK)
    kind = _container(path)
    samples = int(_SAMPLES_PER_SECOND * limits.max_seconds)
    tables = _checked_tables(path, size, samples) if kind == ISO else None
    try:
        with open_header(path) as header:
            _check_streams(path, header, tables, size, samples, limits)
            return header.streams
    except ImportError as error:
        # Nothing else reads the claims of other containers, and the decoder must not see what nobody has checked.
        raise VideoDecodeError("PyAV, which reads videos' headers, is not installed; pip install av") from error
    except UnreadableHeader as error:
        raise decode_error(path, INCOMPLETE) from error


def _container(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = container(head)
    if kind is None and b"\0" not in head:
        raise decode_error(path, f"the file is text, not video; allowed: {ALLOWED}", mend="give a video file")
    if kind is None:
        raise decode_error(path, f"not a complete video file of a kind that is read; allowed: {ALLOWED}")
    if names_a_series(path):
        raise decode_error(path, "the decoder takes its name for a series of images", mend="rename it to video.mp4")
    return kind


def _checked_tables(path: Path, size: int, samples: int) -> IndexClaims:
    try:
        claims = read_claims(path)
    except BadIndex as error:
        raise decode_error(path, str(error)) from error
    most = max(claims.pictures, claims.entries)
    if most > _SAMPLES_PER_BYTE * size:
        raise decode_error(path, _overclaimed(most, size))
    if most > samples:
        raise decode_error(path, f"an index of {most:,} samples, allowed: {samples:,}")
    return claims


def _check_streams(
    path: Path, header: Header, tables: IndexClaims | None, size: int, samples: int, limits: Limits
) -> None:
    if not header.streams:
        raise decode_error(path, "no video stream (audio only?)", mend="give a file with pictures")
    for stream in header.streams:
        if stream.claimed > samples:
            raise decode_error(path, _overclaimed(stream.claimed, size))
        # Large frames are refused before the pictures are counted, which reads the whole file.
        check_limits(VideoInfo(path, stream.width, stream.height, 0, 0.0, 0.0), limits)
    counted = None
    if tables is None or tables.fragmented:
        counted = header.count_pictures(limits.max_frames)
    for stream in header.streams:
        frames = max(stream.claimed, tables.pictures) if counted is None else counted
        # A file that is too long hears of its seconds first; the decoder's own say whether a shorter one is.
        seconds = stream.seconds if frames > limits.max_frames else 0.0
        check_limits(VideoInfo(path, stream.width, stream.height, frames, 0.0, seconds), limits)


def _overclaimed(count: int, size: int) -> str:
    return f"damaged: its header claims {count:,} samples in {size:,} bytes"
