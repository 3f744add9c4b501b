"""A clip's events as pixels: the one reading behind gallery clips, uploads and the frames that models are trained on.

The file is opened once, and a few frames at a time are held at full size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from srlclip.progress import Progress
from srlclip.situations import Situation, VideoDecodeError
from srlclip.video.frames import Limits, VideoInfo, event_moments, spans_in
from srlclip.video.pixels import PreprocessSpec
from srlclip.video.streaming import CHUNK, pixel_chunks


@dataclass(frozen=True)
class ClipPixels:
    """pixels: uint8 (E, F, 3, S, S). info: of the file that they come from."""

    pixels: np.ndarray
    info: VideoInfo


def clip_pixels(
    situation: Situation,
    events: int,
    per_event: int,
    spec: PreprocessSpec,
    limits: Limits | None = None,
    progress: Progress | None = None,
    chunk: int = CHUNK,
) -> ClipPixels:
    """Frames of `events` equal parts of a clip (spans_in), at the moments that sample_indices takes, preprocessed.

    progress: told the share that is read, 0 to 1, and a line of text. chunk: frames decoded at a time. Raises
    VideoDecodeError for a file that is missing, cannot be decoded, is outside the limits or does not cover the events.
    """
    path = situation.path
    if path is None:
        missing = f"{situation.clip_id}: no video file; put {situation.clip_id}.mp4 into the videos folder"
        raise VideoDecodeError(missing)
    opened: list[VideoInfo] = []

    def moments(info: VideoInfo) -> np.ndarray:
        opened.append(info)
        try:
            spans = spans_in(info, events, situation.start, situation.end)
        except ValueError as error:
            mend = "cut or download it again, or correct start and end of its label"
            raise VideoDecodeError(f"{path}: {error}; {mend}") from error
        return event_moments(spans, per_event).ravel()

    total, done = events * per_event, 0
    out = np.empty((total, 3, spec.crop, spec.crop), np.uint8)
    for pixels, times in pixel_chunks(path, moments, spec, limits, chunk):
        count = int(times.sum())
        out[done : done + count] = np.repeat(pixels, times, axis=0)
        done += count
        if progress:
            progress(done / total, f"decoding: {done} of {total} frames")
    return ClipPixels(out.reshape(events, per_event, *out.shape[1:]), opened[0])
