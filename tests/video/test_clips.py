"""A clip's pixels: those of the whole read at full size, however the file keeps its time, from a file opened once."""

from __future__ import annotations

import numpy as np
import pytest

from srlclip.data.frame_cache import Sampling, decode
from srlclip.data.vidsitu import read_vidsitu
from srlclip.situations import Situation, VideoDecodeError
from srlclip.video import frames as video
from srlclip.video.clips import clip_pixels
from srlclip.video.file import Limits
from srlclip.video.frames import read_frames
from srlclip.video.pixels import PreprocessSpec

SPEC = PreprocessSpec(resize=40, crop=32)
UNEVEN = [0, 1, 2, 3, 10, 11, 12, 30, 31, 40, 41, 42, 43, 44, 59]


@pytest.fixture
def opened(monkeypatch):
    """The paths that the door to the decoder is asked for."""
    paths, open_video = [], video.open_video
    monkeypatch.setattr(video, "open_video", lambda path, limits: paths.append(path) or open_video(path, limits))
    return paths


@pytest.mark.parametrize(("start", "end"), [(0.0, None), (0.25, 1.75)])
@pytest.mark.parametrize("kind", ["steady", "variable", "without stamps"])
def test_pixels_are_those_of_a_whole_read(mp4, kind, start, end):
    """A file with even and with uneven time stamps, and one without (read in order); 3 frames are read at a time."""
    path = {
        "steady": lambda: mp4("a.mp4"),
        "variable": lambda: mp4("b.mp4", times=UNEVEN),
        "without stamps": lambda: mp4("c.avi", codec="mpeg4", options={"bf": "2"}),
    }[kind]()
    clip = Situation("x", path, (), start=start, end=end)
    whole = SPEC.to_uint8(read_frames(path, events=5, frames_per_event=4, start=start, end=end)).numpy()
    read = clip_pixels(clip, 5, 4, SPEC, chunk=3)
    np.testing.assert_array_equal(read.pixels, whole)
    np.testing.assert_array_equal(decode(clip, Sampling(5, 4, SPEC)), whole)
    assert read.pixels.shape == (5, 4, 3, 32, 32) and read.info.path == path


def test_rendered_clips_are_read_alike_for_galleries_and_training(world):
    for clip in read_vidsitu(world, "valid"):
        whole = SPEC.to_uint8(read_frames(clip.path, events=5, frames_per_event=4)).numpy()
        np.testing.assert_array_equal(clip_pixels(clip, 5, 4, SPEC, chunk=7).pixels, whole)


def test_a_clip_is_opened_once_and_its_progress_is_told(mp4, opened, monkeypatch):
    path, shares = mp4(), []
    clip = Situation("x", path, ())
    clip_pixels(clip, 5, 4, SPEC, progress=lambda share, _: shares.append(share), chunk=3)
    assert opened == [path]
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) == 7
    monkeypatch.setattr("srlclip.video.frames._CHUNK_BYTES", 64 * 48 * 3 * 2)
    clip_pixels(clip, 5, 4, SPEC, progress=lambda share, _: shares.append(share))
    assert len(shares) == 17, "large frames are read fewer at a time"


def test_what_cannot_be_read_is_named(mp4, tmp_path):
    clip = Situation("x", mp4(), ())
    with pytest.raises(VideoDecodeError, match=r"x: no video file; put x\.mp4 into"):
        clip_pixels(Situation("x", None, ()), 5, 4, SPEC)
    with pytest.raises(VideoDecodeError, match="no such file"):
        clip_pixels(Situation("x", tmp_path / "none.mp4", ()), 5, 4, SPEC)
    with pytest.raises(VideoDecodeError, match="allowed: 1 s"):
        clip_pixels(clip, 5, 4, SPEC, Limits(max_seconds=1.0))
    with pytest.raises(VideoDecodeError, match=r"clip\.mp4: the range 20"):
        clip_pixels(Situation("x", clip.path, (), start=20.0, end=30.0), 5, 4, SPEC)
