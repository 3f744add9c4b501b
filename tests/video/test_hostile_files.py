"""Files that claim more than they hold, or more than anybody should wait for, are refused before a decoder sees them.

decord ends the process for such claims, so each file is opened in a process of its own, where a crash fails the test.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from srlclip.situations import VideoDecodeError
from srlclip.video.admission import admit
from srlclip.video.frames import UPLOAD_LIMITS, Limits, probe, read_frames
from srlclip.video.mp4_index import BadIndex, read_claims

ROOT = Path(__file__).resolve().parents[2]
MOST = 2**31 - 1
PROBE = """
import sys
from srlclip.situations import VideoDecodeError
from srlclip.video.frames import UPLOAD_LIMITS, probe
try:
    print(probe(sys.argv[1], UPLOAD_LIMITS))
except VideoDecodeError as error:
    print(error)
"""


def outcome(path: Path) -> str:
    """What opening the file says, in a process of its own that may take 4 GB."""
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({2**32}, {2**32}))\n{PROBE}"
    code = limited if sys.platform == "linux" else PROBE
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def box(kind: bytes, *parts: bytes | int) -> bytes:
    """An ISO box; a number is a 32-bit field."""
    body = b"".join(struct.pack(">I", part) if isinstance(part, int) else part for part in parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def patched(content: bytes, kind: bytes, offset: int, form: str, value: float) -> bytes:
    """The content with one number behind the first `kind` overwritten."""
    out = bytearray(content)
    struct.pack_into(form, out, content.index(kind) + offset, value)
    return bytes(out)


def inside(content: bytes, parent: bytes, child: bytes, grown: tuple[bytes, ...]) -> bytes:
    """The content with a box put in front of the others in `parent`; the boxes around it, `grown`, take their new size."""
    at = content.index(parent)
    out = bytearray(content[: at + 4] + child + content[at + 4 :])
    for kind in grown:
        start = content.index(kind) - 4
        struct.pack_into(">I", out, start, struct.unpack_from(">I", out, start)[0] + len(child))
    return bytes(out)


#: The table of durations: one run of MOST samples.
LONG_TIMES = box(b"stts", 0, 1, MOST, 512)
MP4 = {
    "durations": lambda c: patched(c, b"stts", 12, ">I", MOST),
    "durations in many runs": lambda c: inside(
        c, b"stbl", box(b"stts", 0, 64, struct.pack(">2I", 2**26, 1) * 64), (b"stbl", b"minf", b"mdia", b"trak", b"moov")
    ),
    "equal sizes": lambda c: patched(patched(c, b"stsz", 8, ">I", 1), b"stsz", 12, ">I", 170_000_000),
    "everything": lambda c: patched(patched(c, b"stts", 12, ">I", MOST), b"stsz", 12, ">I", MOST),
    "durations in an odd place": lambda c: inside(c, b"moov", box(b"udta", LONG_TIMES), (b"moov",)) + LONG_TIMES,
    "a fragment": lambda c: c + box(b"moof", box(b"traf", box(b"tfhd", 0, 1), box(b"trun", 0, MOST))),
    "edits": lambda c: inside(
        c, b"trak", box(b"edts", box(b"elst", 0, 200_000, struct.pack(">3I", 1, 0, 65536) * 200_000)), (b"trak", b"moov")
    ),
}  # fmt: skip


@pytest.mark.parametrize("claim", MP4.values(), ids=MP4)
def test_an_mp4_that_claims_more_samples_than_it_holds_is_refused(
    mp4, tmp_path: Path, claim: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "claims.mp4"
    path.write_bytes(claim(mp4("whole.mp4", frames=60).read_bytes()))
    message = outcome(path)
    assert f"cannot decode {path}" in message and ("damaged: its header claims" in message or "allowed" in message)
    assert "re-encode with: ffmpeg" in message


@pytest.mark.parametrize(
    ("name", "codec", "kind", "offset", "form", "value"),
    [
        ("clip.mkv", "libx264", b"\x44\x89", 3, ">d", 1e15),
        ("clip.mkv", "libx264", b"\x44\x89", 3, ">d", 1e12),
        ("clip.avi", "mpeg4", b"vids", 32, "<I", 2**32 - 2),
        ("clip.flv", "libx264", b"duration", 9, ">d", 1e9),
        ("clip.wmv", "wmv2", bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365"), 64, "<Q", 2**62),
    ],
)
def test_a_duration_that_no_file_holds_is_refused(
    mp4, tmp_path: Path, name: str, codec: str, kind: bytes, offset: int, form: str, value: float
) -> None:
    """decord makes room for as many frames as duration and rate say."""
    path = tmp_path / f"claims{Path(name).suffix}"
    path.write_bytes(patched(mp4(name, frames=60, codec=codec).read_bytes(), kind, offset, form, value))
    assert "damaged: its header claims" in outcome(path)


def test_uploads_have_a_tighter_budget_of_frames_and_pixels() -> None:
    assert UPLOAD_LIMITS.max_frames < Limits().max_frames
    assert UPLOAD_LIMITS.max_total_pixels < Limits().max_total_pixels
    # two minutes of 1080p at 30 frames a second pass, ten minutes of 4K at 60 on one's own disk do
    assert UPLOAD_LIMITS.max_total_pixels >= 120 * 30 * 1920 * 1080
    assert Limits().max_total_pixels >= 600 * 60 * 3840 * 2160


def test_many_large_frames_are_refused_unseen(tmp_path: Path) -> None:
    """2,400 frames of 4000 x 2300 kept everybody waiting for 33 s; here one picture that says it is so many."""
    path = tmp_path / "large.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 4000, 2300, "yuv420p"
        for _ in range(2):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((2300, 4000, 3), np.uint8), "rgb24")))
        file.mux(stream.encode())
    path.write_bytes(patched(path.read_bytes(), b"stts", 12, ">I", 2_400))
    with pytest.raises(
        VideoDecodeError, match="2,400 frames of 4000x2300, together 22.1 gigapixels, allowed: 8; re-enc"
    ):
        admit(path, UPLOAD_LIMITS)
    assert admit(path, Limits())[0].claimed == 2_400


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.ts"])
def test_the_budget_of_frames_says_limit_and_remedy(mp4, name: str) -> None:
    """An MP4 counts its pictures itself; those of other containers are counted, and counting ends at the limit."""
    path = mp4(name, frames=60)
    assert probe(path, Limits(max_frames=60)).frames == 60
    with pytest.raises(
        VideoDecodeError, match="more than 59 frames, allowed: 59; re-encode with: ffmpeg .* -t 60 -r 30"
    ):
        probe(path, Limits(max_frames=59))
    with pytest.raises(VideoDecodeError, match="60 frames of 64x48, together .*allowed"):
        probe(path, Limits(max_total_pixels=60 * 64 * 48 - 1))


def test_a_file_that_is_far_too_long_hears_of_its_seconds(mp4) -> None:
    with pytest.raises(VideoDecodeError, match="2 s long, allowed: 1 s"):
        probe(mp4(frames=60), Limits(max_seconds=1.0, max_frames=30))


def test_longer_limits_grow_in_all_but_the_size_of_a_frame() -> None:
    usual, longer = Limits(), Limits().longer(7200.0)
    assert (longer.max_seconds, longer.max_frames) == (7200.0, 12 * usual.max_frames)
    assert longer.max_bytes == 12 * usual.max_bytes and longer.max_pixels == usual.max_pixels
    assert Limits().longer(60.0).max_frames == usual.max_frames


def test_fragments_are_counted(tmp_path: Path, mp4) -> None:
    """A fragmented file counts nothing in its header; its pictures are those of its fragments."""
    whole, path = mp4(frames=60), tmp_path / "fragments.mp4"
    with (
        av.open(str(whole)) as source,
        av.open(str(path), "w", options={"movflags": "frag_keyframe+empty_moov"}) as out,
    ):
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    claims = read_claims(path)
    assert claims.fragmented and claims.pictures == 0 and claims.entries == 60
    assert probe(path).frames == 60 and read_frames(path, events=1).shape == (1, 4, 48, 64, 3)
    with pytest.raises(VideoDecodeError, match="allowed: 59"):
        probe(path, Limits(max_frames=59))


def test_claims_of_whole_files_are_their_numbers(mp4, tmp_path: Path) -> None:
    assert read_claims(mp4(frames=60)).pictures == 60
    assert read_claims(mp4("clip.mov", frames=7)).pictures == 7


def test_smallest_pictures_are_far_from_the_least_a_sample_takes(tmp_path: Path) -> None:
    """A still screen, coded as small as it goes, takes 20 times what a file must hold for what it claims."""
    path = tmp_path / "still.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "51", "g": "9999"}
        picture = np.zeros((240, 320, 3), np.uint8)
        for at in range(500):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts = at
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    claims = read_claims(path)
    assert claims.pictures == 500 and path.stat().st_size > 10 * claims.pictures
    assert probe(path).frames == 500


def test_sound_does_not_count_as_pictures(tmp_path: Path) -> None:
    """Uncompressed sound has a sample for each of its 48,000 values a second."""
    path = tmp_path / "sound.mov"
    with av.open(str(path), "w") as file:
        pictures, sound = file.add_stream("mpeg4", rate=10), file.add_stream("pcm_s16le", rate=48000)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        for _ in range(10):
            file.mux(pictures.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")))
        block = av.AudioFrame.from_ndarray(np.zeros((1, 2 * 48000), np.int16), "s16", "stereo")
        block.sample_rate, block.pts = 48000, 0
        file.mux(sound.encode(block))
        for stream in (pictures, sound):
            file.mux(stream.encode())
    claims = read_claims(path)
    assert claims.pictures == 10 and claims.entries < 1000
    assert probe(path, Limits(max_seconds=2.0)).frames == 10


def test_a_cover_picture_that_spells_the_name_of_a_table_is_no_table(mp4, tmp_path: Path) -> None:
    path = tmp_path / "cover.mp4"
    cover = box(b"udta", b"\xf3\xe1\x90\x11stts\x99\x88\x77\x66" + b"\xff" * 40)
    path.write_bytes(inside(mp4(frames=9).read_bytes(), b"moov", cover, (b"moov",)))
    assert read_claims(path).pictures == 9


def test_a_compressed_or_endless_header_is_refused(mp4, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "odd.mov"
    path.write_bytes(box(b"ftyp", b"qt  ") + box(b"moov", box(b"cmov", MOST)))
    with pytest.raises(BadIndex, match="compressed"):
        read_claims(path)
    path.write_bytes(box(b"ftyp", b"qt  ") + box(b"free") * 50)
    monkeypatch.setattr("srlclip.video.mp4_index._MAX_BOXES", 40)
    with pytest.raises(BadIndex, match="more than 40 pieces"):
        read_claims(path)
    monkeypatch.setattr("srlclip.video.mp4_index.MAX_HEADER_BYTES", 100)
    path.write_bytes(box(b"free", bytes(200)))
    with pytest.raises(VideoDecodeError, match="header takes more than 0 MB; re-encode"):
        probe(path)


def test_without_pyav_no_file_reaches_the_decoder(mp4, monkeypatch) -> None:
    path = mp4(frames=3)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(VideoDecodeError, match="pip install av"):
        probe(path)
