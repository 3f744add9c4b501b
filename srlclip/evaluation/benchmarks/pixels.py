"""A medium's pixels: frames at the middles of equal bins of a video, or a still, cut out of its box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np

from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.files import json_digest
from srlclip.situations import VideoDecodeError
from srlclip.video.frames import Limits, VideoInfo
from srlclip.video.pixels import PreprocessSpec
from srlclip.video.streaming import equal_moments, pixel_chunks

#: Benchmarks hold whole films' scenes and ten-minute home videos.
LIMITS = Limits().longer(3600.0)


def medium_pixels(medium: Medium, frames: int, spec: PreprocessSpec, limits: Limits = LIMITS) -> np.ndarray:
    """uint8 (F, 3, S, S), in order of time also for one that runs backwards; F is 1 for a still.

    Raises VideoDecodeError for what cannot be read, or whose range does not lie in the file.
    """
    if medium.path is None:
        raise VideoDecodeError(f"{medium.id}: no file")
    if medium.still:
        return _still(medium, spec, limits)

    def moments(info: VideoInfo) -> np.ndarray:
        end = info.duration if medium.end is None else min(medium.end, info.duration)
        if not 0 <= medium.start < end:
            raise VideoDecodeError(
                f"{medium.path}: {medium.start:g} to {medium.end} s does not lie in a video of {info.duration:.2f} s"
            )
        return equal_moments(frames, end - medium.start, medium.start)

    parts = [np.repeat(pixels, times, axis=0) for pixels, times in pixel_chunks(medium.path, moments, spec, limits)]
    return np.concatenate(parts)


def read_pixels(medium: Medium, frames: int, spec: PreprocessSpec) -> Iterator[np.ndarray]:
    """medium_pixels as the one result of a job of srlclip.parallel.read_ahead."""
    yield medium_pixels(medium, frames, spec)


def medium_key(medium: Medium, frames: int) -> str:
    """32 hex digits that change with the file, the range, the box and the number of frames. The file must be there."""
    assert medium.path is not None
    path = medium.path.resolve()
    stat = path.stat()
    what = {**asdict(_unmoved(medium)), "path": str(path), "size": stat.st_size, "time": stat.st_mtime_ns}
    return json_digest({**what, "frames": 1 if medium.still else frames}, 32, sort_keys=True)


def _still(medium: Medium, spec: PreprocessSpec, limits: Limits) -> np.ndarray:
    from PIL import Image

    try:
        with Image.open(medium.path) as image:  # reads the header only
            width, height = image.size
            if width * height > limits.max_pixels:
                raise VideoDecodeError(
                    f"{medium.path}: {width}x{height} pixels, allowed: {limits.max_pixels / 1e6:.1f} megapixels"
                )
            picture = image.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise VideoDecodeError(f"{medium.path}: not a complete image ({error})") from error
    if medium.box is not None:
        x, y, w, h = medium.box
        left, top, right, bottom = max(0, x), max(0, y), min(width, x + w), min(height, y + h)
        if right <= left or bottom <= top:
            raise VideoDecodeError(f"{medium.path}: the box {medium.box} does not lie in {width}x{height} pixels")
        picture = picture.crop((left, top, right, bottom))
    return spec.to_uint8(np.array(picture)[None]).numpy()


def _unmoved(medium: Medium) -> Medium:
    """The medium without what does not change its pixels, to tell equal ones."""
    return replace(medium, id="", backwards=False)
