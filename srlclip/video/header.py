"""What a video file says of its pictures, read by PyAV before the decoder sees the file: size, codec and number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class UnreadableHeader(ValueError):
    """PyAV does not read the file."""


@dataclass(frozen=True)
class PictureStream:
    """width, height: pixels. codec: its name. claimed: pictures that the header claims, by number or by duration and
    rate, which is what decord makes room for. seconds: its duration, 0 if the header does not say."""

    width: int
    height: int
    codec: str
    claimed: int
    seconds: float


class Header:
    """An open file. streams: those of pictures; none: the file has only sound."""

    def __init__(self, container: Any):
        from av.stream import Disposition

        self._container = container
        every = list(container.streams.video)
        # Cover pictures count only where there is nothing else, as for the decoder.
        moving = [stream for stream in every if not stream.disposition & Disposition.attached_pic]
        self._streams = moving or every
        seconds = (container.duration or 0) / 1_000_000
        self.streams = tuple(_picture_stream(stream, seconds) for stream in self._streams)

    def count_pictures(self, most: int) -> int:
        """How many pictures the file really holds, those of all its streams; counting ends beyond `most`.

        Nothing is decoded: about 7 ms a thousand. Raises UnreadableHeader.
        """
        # PyAV ends each stream with one empty packet, which holds no picture.
        count = -len(self._streams)
        for _ in self._container.demux(self._streams):
            count += 1
            if count > most:
                break
        return max(count, 0)


@contextmanager
def open_header(path: Path) -> Iterator[Header]:
    """Raises UnreadableHeader, and ImportError where PyAV is not installed."""
    import av

    try:
        # A path from the root: "concat:b.mp4" would be taken for an address.
        with av.open(str(path.absolute())) as container:
            yield Header(container)
    except av.FFmpegError as error:
        raise UnreadableHeader(str(error)) from error


def _picture_stream(stream: Any, seconds: float) -> PictureStream:
    context = stream.codec_context
    rates = (stream.average_rate, stream.base_rate, stream.guessed_rate)
    return PictureStream(
        context.width,
        context.height,
        getattr(context.codec, "canonical_name", context.name),
        stream.frames or int(seconds * max((float(rate) for rate in rates if rate), default=0.0)),
        seconds,
    )
