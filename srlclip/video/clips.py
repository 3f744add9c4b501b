"""A clip's events as pixels: the one reading behind gallery clips, uploads and the frames that models are trained on.

The file is opened once, and a few frames at a time are held at full size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from srlclip.progress import Progress
from srlclip.situations import Situation, VideoDecodeError, event_count
from srlclip.video.frames import Limits, VideoInfo, event_moments, spans_in
from srlclip.video.pixels import PreprocessSpec
from srlclip.video.streaming import CHUNK, pixel_chunks


@dataclass(frozen=True)
class ClipPixels:
    """pixels: uint8 (E, F, 3, S, S). info: of the file that they come from."""

    pixels: np.ndarray
    info: VideoInfo


@dataclass(frozen=True)
class ClipChunk:
    """Some of a clip's frames, in order. pixels: distinct ones, uint8 (n, 3, S, S); times: how many of the clip's E F
    frames show each, int64 (n,). events: E. info: of the file."""

    pixels: np.ndarray
    times: np.ndarray
    events: int
    info: VideoInfo


def clip_chunks(
    situation: Situation,
    events: int | None,
    per_event: int,
    spec: PreprocessSpec,
    limits: Limits | None = None,
    chunk: int = CHUNK,
) -> Iterator[ClipChunk]:
    """Frames of `events` equal parts of a clip (spans_in), at the moments that sample_indices takes, preprocessed, a few
    at a time: however long a clip is, they need no more memory.

    events: None cuts the clip as event_count says, once its length is known. chunk: frames decoded at a time. Raises
    VideoDecodeError for a file that is missing, cannot be decoded, is outside the limits or does not cover the events.
    """
    path = situation.path
    if path is None:
        missing = f"{situation.clip_id}: no video file; put {situation.clip_id}.mp4 into the videos folder"
        raise VideoDecodeError(missing)
    opened: list[tuple[VideoInfo, int]] = []

    def moments(info: VideoInfo) -> np.ndarray:
        seconds = (info.duration if situation.end is None else situation.end) - situation.start
        opened.append((info, event_count(situation, seconds) if events is None else events))
        try:
            spans = spans_in(info, opened[0][1], situation.start, situation.end)
        except ValueError as error:
            mend = "cut or download it again, or correct start and end of its label"
            raise VideoDecodeError(f"{path}: {error}; {mend}") from error
        return event_moments(spans, per_event).ravel()

    try:
        for pixels, times in pixel_chunks(path, moments, spec, limits, chunk):
            info, cut = opened[0]
            yield ClipChunk(pixels, times, cut, info)
    except OSError as error:
        raise VideoDecodeError(f"cannot decode {path}: {error}; check the file") from error


def clip_pixels(
    situation: Situation,
    events: int | None,
    per_event: int,
    spec: PreprocessSpec,
    limits: Limits | None = None,
    progress: Progress | None = None,
    chunk: int = CHUNK,
) -> ClipPixels:
    """All of clip_chunks, each frame as often as the clip shows it. progress: told the share that is read, 0 to 1, and a
    line of text. Raises VideoDecodeError."""
    out, done = np.empty((0, 3, spec.crop, spec.crop), np.uint8), 0
    for part in clip_chunks(situation, events, per_event, spec, limits, chunk):
        total = part.events * per_event
        if not done:
            out = np.empty((total, *out.shape[1:]), np.uint8)
        count = int(part.times.sum())
        out[done : done + count] = np.repeat(part.pixels, part.times, axis=0)
        done += count
        if progress:
            progress(done / total, f"decoding: {done} of {total} frames")
    return ClipPixels(out.reshape(part.events, per_event, *out.shape[1:]), part.info)
