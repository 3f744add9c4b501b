"""Videos from outside, and addresses of clips: bad files get a sentence, and nothing tells where the server keeps them."""

import pytest
from fake_comparison import write_clip

from srlclip.app.ui.api.inputs import checked_clip
from srlclip.app.ui.parts import uploads
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.tabs import captions
from srlclip.situations import Situation, VideoDecodeError
from srlclip.video import frames


@pytest.mark.parametrize("content, words", [(b"", "empty"), (b"hello", "no video stream")])
def test_bad_uploads_get_a_message_without_server_paths(comparison, tmp_path, content, words):
    file = tmp_path / "bad.mp4"
    file.write_bytes(content)
    with pytest.raises(VideoDecodeError, match=words) as caught:
        uploads.accept(comparison, str(file))
    assert str(tmp_path) not in str(caught.value)


def test_uploads_have_no_reference_column_and_no_link(comparison, media, tmp_path):
    clip = uploads.accept(comparison, str(write_clip(tmp_path / "mine.mp4", frames=3)))
    page = captions.caption_view(comparison, media, clip)
    assert "Reference" not in page and "Agreement of the two models" in page and "Copy link" not in page


def test_media_addresses_tell_nothing_about_the_server(comparison, media):
    shot = media.shot("clip_00")
    assert str(comparison.situation("clip_00").path) not in shot.video and "clip_00" not in shot.video
    assert media.shot("clip_00") is shot


def test_api_refuses_unknown_clips(comparison):
    assert checked_clip(comparison, "clip_00") == "clip_00"
    for clip in ("nope", "", 5, None):
        with pytest.raises(ValueError):
            checked_clip(comparison, clip)


def test_a_poster_opens_its_file_once(tmp_path, monkeypatch):
    clip, opened, open_video = Situation("x", write_clip(tmp_path / "x.mp4"), (), end=10.0), [], frames.open_video
    monkeypatch.setattr(frames, "open_video", lambda path, limits: opened.append(path) or open_video(path, limits))
    shots = Media(lambda clip_id: clip)
    assert all(shots.shot("x", event).poster for event in (None, 2)) and len(opened) == 2
