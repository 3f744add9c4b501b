"""Only containers that hold their pictures themselves reach the decoder: a list of other files or addresses never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from srlclip.situations import VideoDecodeError
from srlclip.video.containers import ALLOWED, container
from srlclip.video.frames import probe, read_frames

FORMATS = [
    ("clip.mp4", "libx264", "mp4"), ("clip.mov", "libx264", "mp4"), ("clip.mkv", "libx264", "matroska"),
    ("clip.webm", "libvpx", "matroska"), ("clip.avi", "mpeg4", "avi"), ("clip.mpg", "mpeg2video", "mpeg-ps"),
    ("clip.ts", "libx264", "mpeg-ts"), ("clip.m2ts", "libx264", "mpeg-ts"), ("clip.flv", "libx264", "flv"),
    ("clip.wmv", "wmv2", "asf"), ("clip.mxf", "mpeg2video", "mxf"),
]  # fmt: skip
HLS = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\nclip.ts\n#EXT-X-ENDLIST\n"
CONCAT = b"ffconcat version 1.0\nfile 'clip.ts'\n"
DASH = (
    b'<?xml version="1.0"?><MPD type="static" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" '
    b'mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="0" '
    b'bandwidth="9"><BaseURL>clip.ts</BaseURL></Representation></AdaptationSet></Period></MPD>'
)
SDP = b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
SUBTITLES = b"WEBVTT\n\n00:00.000 --> 00:02.000\nclip.ts\n"
#: A tag of 10 bytes and 20 of padding, after which FFmpeg looks again what the file is: it then opened an HLS list's files.
ID3 = b"ID3\x03\x00\x00\x00\x00\x00\x14" + bytes(20)
LISTS = {"hls": HLS, "concat": CONCAT, "dash": DASH, "sdp": SDP, "subtitles": SUBTITLES}
FRONTS = {
    "alone": b"", "id3": ID3, "byte order mark": b"\xef\xbb\xbf", "low bytes": b"\x01\x02\x00\x08", "blank": b"\n \t",
    "png": b"\x89PNG\r\n\x1a\n\x00\x00",
}  # fmt: skip


@pytest.mark.parametrize(("name", "codec", "kind"), FORMATS)
def test_every_allowed_container_is_read(mp4, name: str, codec: str, kind: str) -> None:
    path = mp4(name, frames=30, codec=codec, options={"g": "10"})
    assert container(path.read_bytes()[:4096]) == kind
    assert read_frames(path, events=1, frames_per_event=1).shape == (1, 1, 48, 64, 3)


@pytest.mark.parametrize("suffix", [".mp4", ".m3u8", ".txt", ".mpd", ".sdp"])
@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
@pytest.mark.parametrize("listed", LISTS.values(), ids=LISTS)
def test_a_list_of_other_files_is_refused_whatever_stands_before_it(
    tmp_path: Path, listed: bytes, front: bytes, suffix: str
) -> None:
    path = tmp_path / f"list{suffix}"
    path.write_bytes(front + listed + bytes(300))
    with pytest.raises(VideoDecodeError, match="allowed: MP4, MOV, Matroska"):
        probe(path)


def test_lists_inside_the_first_bytes_of_a_container_are_refused(tmp_path: Path) -> None:
    """FFmpeg finds a DASH manifest and a session description anywhere in the text at the start of a file."""
    for front in (b"G" * 200, b"\x1aE\xdf\xa3\xa3B\x82\x84webm", b"RIFF\x11\x11\x11\x11AVI "):
        for listed in (DASH, b"\n" + SDP):
            head = bytearray(front + listed + b" " * 600)
            head[188] = head[376] = ord("G")
            assert container(bytes(head) + bytes(300)) is None


def test_a_name_that_stands_for_a_series_of_images_is_refused(mp4, tmp_path: Path) -> None:
    clip = mp4(frames=5)
    for name in ("frame%03d.png", "frame*.jpg", "a{1,2}.bmp"):
        path = tmp_path / name
        path.write_bytes(clip.read_bytes())
        with pytest.raises(VideoDecodeError, match="series of images; rename it"):
            probe(path)
    path = tmp_path / "100% {odd}*.mp4"
    path.write_bytes(clip.read_bytes())
    assert probe(path).frames == 5


def test_a_name_that_looks_like_an_address_is_a_file(mp4, tmp_path: Path, monkeypatch) -> None:
    mp4("clip.mp4", frames=5).rename(tmp_path / "concat:other.mp4")
    monkeypatch.chdir(tmp_path)
    assert probe("concat:other.mp4").frames == 5


def test_the_message_names_every_container_that_is_read() -> None:
    assert len(ALLOWED.replace(" and ", ", ").split(", ")) == 12
