"""Decoding: the right frames, and an error that names the file, the problem and the mend for everything else."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from sound_file import write_sound

from srlclip.situations import VideoDecodeError
from srlclip.video.frames import (
    FOLDER_FPS,
    MISSING_SECONDS,
    Limits,
    event_moments,
    event_spans,
    poster,
    probe,
    read_frames,
    sample_indices,
)


def red(frames: np.ndarray) -> np.ndarray:
    """The mean red value per frame, which tells which frame of `mp4` it is (4 per frame)."""
    return frames[..., 0].mean(axis=(-1, -2)) / 4


def test_spans_are_equal_and_cover_the_range() -> None:
    assert event_spans(10.0) == ((0.0, 2.0), (2.0, 4.0), (4.0, 6.0), (6.0, 8.0), (8.0, 10.0))
    assert event_spans(10.0, 2, start=1.0, end=3.0) == ((1.0, 2.0), (2.0, 3.0))
    for bad in ({"events": 0}, {"start": 10.0}, {"start": 3.0, "end": 3.0}, {"start": -1.0}):
        with pytest.raises(ValueError):
            event_spans(10.0, **bad)


def test_events_stay_where_their_label_says_in_a_longer_and_a_slightly_shorter_file() -> None:
    nominal = event_spans(10.0, end=10.0)
    for duration in (9.75, 9.8, 9.97, 10.04, 13.0):
        assert event_spans(duration, end=10.0) == nominal
    last = event_moments(nominal)[-1, -1]
    assert last <= 10.0 - MISSING_SECONDS, "no moment of the usual four lies behind the file's end"
    with pytest.raises(ValueError, match=r"6.00 s long, but its events last until 10 s; at least 9.75 s are needed"):
        event_spans(6.0, end=10.0)


@pytest.mark.parametrize(
    ("rate", "suffix"), [("24000/1001", "mp4"), ("30000/1001", "mkv"), ("10", "mp4"), ("8", "avi")]
)
def test_ten_seconds_of_any_rate_count_as_ten(mp4, rate, suffix) -> None:
    """The whole frames that fit into ten seconds, and one fewer: what encoders and cuts leave."""
    rate = Fraction(rate)
    for frames in (int(10 * rate), int(10 * rate) - 1):
        path = mp4(f"{frames}.{suffix}", frames=frames, fps=rate, codec="libx264" if suffix != "avi" else "mpeg4")
        assert event_spans(probe(path).duration, end=10.0)[-1] == (8.0, 10.0)


def test_ten_seconds_give_velocitis_sampling() -> None:
    """20 frames of 10 s at 30 fps lie at 0.25 + 0.5 i seconds."""
    indices = sample_indices(np.arange(300) / 30, event_spans(10.0), 4)
    assert indices.shape == (5, 4)
    assert indices.ravel().tolist() == [int((0.25 + 0.5 * i) * 30) for i in range(20)]


def test_a_codec_that_the_decoder_does_not_know_is_named(tmp_path) -> None:
    path = tmp_path / "new.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libsvtav1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(10):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")))
        file.mux(stream.encode())
    with pytest.raises(VideoDecodeError, match="its pictures are in av1, .*re-encode with: ffmpeg"):
        probe(path)


def test_one_frame_repeats_and_moments_outside_are_clamped() -> None:
    assert sample_indices(np.zeros(1), event_spans(1.0), 4).tolist() == [[0] * 4] * 5
    assert sample_indices(np.array([0.5, 0.6]), ((0.0, 2.0),), 2).tolist() == [[0, 1]]


def test_reads_the_frames_at_the_middle_of_their_bins(mp4) -> None:
    path = mp4(frames=60)
    frames = read_frames(path, events=5, frames_per_event=4)
    assert frames.shape == (5, 4, 48, 64, 3) and frames.dtype == np.uint8
    expected = np.floor((np.arange(20) + 0.5) / 20 * 60)
    assert np.abs(red(frames).ravel() - expected).max() < 0.8
    assert np.abs(frames[..., 1].astype(int) - 128).max() < 6, "channels are RGB"
    assert np.abs(frames[..., 2].astype(int) - 40).max() < 6


def test_a_range_of_the_file(mp4) -> None:
    frames = read_frames(mp4(frames=60), events=1, frames_per_event=2, start=1.0, end=2.0)
    assert np.abs(red(frames).ravel() - [37, 52]).max() < 0.8


def test_variable_frame_rate_is_sampled_by_time(mp4) -> None:
    """Ten frames in the first third of a second, ten more at a third of that rate: half time is not half the frames."""
    path = mp4(frames=20, times=[*range(10), *range(10, 40, 3)])
    info = probe(path)
    assert info.frames == 20 and info.duration == pytest.approx(40 / 30, abs=0.08)
    assert np.abs(red(read_frames(path, events=1, frames_per_event=1)).ravel() - 13) < 1.2


@pytest.mark.parametrize("size", [(64, 48), (48, 64), (51, 33), (72, 40), (2, 2)])
def test_sizes(mp4, size: tuple[int, int]) -> None:
    """48, 72 and 2 px are widths at which decord miscounts the channels."""
    info = probe(mp4(frames=60, size=size))
    assert (info.width, info.height) == size
    frames = read_frames(info.path, events=2, frames_per_event=1)
    assert frames.shape == (2, 1, size[1], size[0], 3)
    assert np.abs(red(frames).ravel() - [15, 45]).max() < 1
    assert np.abs(frames.astype(int) - frames[:, :, :1, :1]).max() < 6 and abs(int(frames[0, 0, -1, -1, 2]) - 40) < 6


def test_one_frame_file(mp4) -> None:
    path = mp4(frames=1)
    assert probe(path).frames == 1
    frames = read_frames(path)
    assert frames.shape[:2] == (5, 4) and (frames == frames[0, 0]).all()


def test_poster(mp4) -> None:
    path = mp4(frames=60)
    assert poster(path, 1.0).shape == (48, 64, 3)
    assert abs(red(poster(path, 1.0)[None])[0] - 30) < 1
    for last in (2.0, 99.0):
        assert abs(red(poster(path, last)[None])[0] - 59) < 1


def test_folder_of_frames(tmp_path: Path) -> None:
    folder = tmp_path / "v_abc_seg_0_10"
    folder.mkdir()
    for index in range(1, 301):
        Image.new("RGB", (16, 12), (index % 256, index // 256 * 100, 9)).save(folder / f"{folder.name}_{index:06d}.png")
    info = probe(folder)
    assert (info.frames, info.fps, info.duration) == (300, FOLDER_FPS, 10.0)
    frames = read_frames(folder)
    assert frames.shape == (5, 4, 12, 16, 3)
    assert frames[0, :, 0, 0, 0].tolist() == [8, 23, 38, 53], "files are numbered from 1"
    assert poster(folder, 5.0).shape == (12, 16, 3)


def test_folder_faults(tmp_path: Path) -> None:
    with pytest.raises(VideoDecodeError, match="no jpg or png"):
        probe(tmp_path)
    Image.new("RGB", (16, 12)).save(tmp_path / "000001.jpg")
    Image.new("RGB", (12, 16)).save(tmp_path / "000002.jpg")
    with pytest.raises(VideoDecodeError, match=r"000002.jpg.*12x16 among frames of 16x12"):
        read_frames(tmp_path)
    (tmp_path / "000002.jpg").write_bytes((tmp_path / "000001.jpg").read_bytes()[:200])
    with pytest.raises(VideoDecodeError, match="000002.jpg"):
        read_frames(tmp_path)


def fail(path: Path, **limits: float) -> str:
    """The message of the error that reading `path` raises; it must name the file."""
    with pytest.raises(VideoDecodeError) as caught:
        read_frames(path, limits=Limits(**limits))
    assert str(path) in str(caught.value) and ";" in str(caught.value)
    return str(caught.value)


def test_files_that_are_no_video(tmp_path: Path) -> None:
    assert "no such file" in fail(tmp_path / "missing.mp4")
    path = tmp_path / "bad.mp4"
    for content, problem in (
        (b"", "empty"),
        (b"not a video\n" * 50, "is text"),
        (bytes(range(256)) * 40, "not a complete video"),
    ):
        path.write_bytes(content)
        assert problem in fail(path)


def test_truncated_and_damaged_files(mp4, tmp_path: Path) -> None:
    content = mp4(frames=200, size=(128, 96)).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(content[: len(content) // 2])
    message = fail(path)
    assert "not a complete video" in message and "ffmpeg -i" in message
    start = content.index(b"mdat") + 4
    path.write_bytes(content[:start] + bytes(len(content) // 2 - start) + content[len(content) // 2 :])
    assert "truncated or damaged" in fail(path)


def test_truncated_stream_keeps_what_is_there(mp4, tmp_path: Path) -> None:
    """Matroska can be cut anywhere: the frames that remain are read, none is made up."""
    content = mp4("clip.mkv", frames=60).read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(content[: len(content) // 2])
    info = probe(path)
    assert 0 < info.frames < 60
    assert np.diff(red(read_frames(path, events=4, frames_per_event=1)).ravel()).min() > 0


def test_joined_streams_with_repeated_time_stamps(mp4, tmp_path: Path) -> None:
    """Two transport streams in one file, the second larger: decord scales to the first size; the order stays."""
    path = tmp_path / "joined.ts"
    path.write_bytes(mp4("a.ts", frames=30).read_bytes() + mp4("b.ts", frames=30, size=(80, 60)).read_bytes())
    assert (probe(path).frames, probe(path).duration) == (60, pytest.approx(2.0))
    frames = read_frames(path, events=2, frames_per_event=1)
    assert frames.shape == (2, 1, 48, 64, 3)
    assert np.abs(red(frames).ravel() - 15).max() < 2


@pytest.mark.parametrize(("name", "codec"), [("clip.avi", "mpeg4"), ("clip.mpg", "mpeg2video")])
def test_files_without_time_stamps(mp4, name: str, codec: str) -> None:
    """B-frames in AVI and MPEG come without time stamps, and decord's seeking would be many frames off."""
    path = mp4(name, frames=60, codec=codec, options={"bf": "2"})
    assert probe(path).duration == pytest.approx(2.0)
    frames = read_frames(path, events=5, frames_per_event=4)
    assert np.abs(red(frames).ravel() - np.floor((np.arange(20) + 0.5) / 20 * 60)).max() < 3


def test_audio_only(tmp_path: Path) -> None:
    assert "no video stream" in fail(write_sound(tmp_path / "sound.mp4", 44100))


def test_limits(mp4) -> None:
    path = mp4(frames=60)
    assert "2 s long, allowed: 1 s" in fail(path, max_seconds=1.0)
    assert "64x48" in fail(path, max_pixels=64 * 47)
    assert "MB" in fail(path, max_bytes=100)


def test_default_limits_refuse_8k() -> None:
    assert 3840 * 2160 <= Limits().max_pixels < 7680 * 4320


def test_paths_are_quoted_in_the_mend(tmp_path: Path) -> None:
    path = tmp_path / "my {odd} clip.mp4"
    path.write_bytes(bytes(range(256)) * 40)
    assert f"'{path}'" in fail(path)


def test_importing_the_module_loads_no_decoder() -> None:
    code = "import sys, srlclip.video.frames; assert not {'decord', 'torch', 'PIL'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
