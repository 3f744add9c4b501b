"""Texts, pictures and videos in the forms that other tools hand over, without those tools."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_models import save_tiny_adapter

from srlclip.interop.embedder import Embedder
from srlclip.models.pair import ClipPair
from srlclip.situations import VideoDecodeError


@pytest.fixture(scope="module")
def pair(tiny_clip, tmp_path_factory):
    """The tiny CLIP and an adapted copy of it that differs."""
    return ClipPair.load(None, save_tiny_adapter(tmp_path_factory.mktemp("adapted"), tiny_clip))


class Decoder:
    """What torchcodec's VideoDecoder offers of a video: frames (T, 3, H, W) by their numbers."""

    def __init__(self, frames):
        self.metadata, self._frames = SimpleNamespace(num_frames=len(frames)), torch.from_numpy(frames)

    def get_frames_at(self, numbers):
        return SimpleNamespace(data=self._frames[numbers].permute(0, 3, 1, 2))


def test_both_models_share_texts_and_differ_on_pictures(pair):
    base, adapted = Embedder(pair, "base"), Embedder(pair, "adapted")
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 50, 3), np.uint8))
    assert torch.equal(base.texts(["the man"]), adapted.texts(["the man"]))
    assert not torch.allclose(base.images([picture]), adapted.images([picture]), atol=1e-3)
    assert base.images([picture]).norm(dim=-1).item() == pytest.approx(1, abs=1e-5)


def test_a_picture_is_the_same_in_every_form(pair, tmp_path):
    array = np.random.default_rng(1).integers(0, 255, (40, 50, 3), np.uint8)
    Image.fromarray(array).save(tmp_path / "p.png")
    forms = [array, array.transpose(2, 0, 1), Image.fromarray(array), tmp_path / "p.png", str(tmp_path / "p.png")]
    vectors = Embedder(pair).images(forms)
    assert all(torch.allclose(vectors[0], other, atol=1e-5) for other in vectors[1:])


def test_a_video_is_the_same_in_every_form_and_the_mean_of_its_frames(pair):
    frames = np.random.default_rng(2).integers(0, 255, (10, 40, 50, 3), np.uint8)
    embedder = Embedder(pair, frames=5)
    forms = [frames, frames.transpose(0, 3, 1, 2), torch.from_numpy(frames), list(frames), Decoder(frames)]
    vectors = embedder.videos(forms)
    assert all(torch.allclose(vectors[0], other, atol=1e-5) for other in vectors[1:])
    mean = embedder.images(list(frames[[1, 3, 5, 7, 9]])).mean(0)  # the middles of five bins of two
    assert torch.allclose(vectors[0], mean / mean.norm(), atol=1e-5)


def test_a_file_takes_the_frames_that_benchmarks_take(pair, mp4):
    path = mp4(frames=60)
    flat = np.array([[[[i * 4 % 256, 128, 40]]] for i in range(60)], np.uint8).repeat(48, 1).repeat(64, 2)
    embedder = Embedder(pair, frames=6)
    assert (embedder.videos([path]) @ embedder.videos([flat]).T).item() > 0.99


def test_what_is_no_picture_video_or_model_is_refused(pair, tmp_path):
    with pytest.raises(ValueError, match="float64 .*give uint8"):
        Embedder(pair).videos([np.zeros((4, 8, 8, 3))])
    with pytest.raises(ValueError, match="no frames"):
        Embedder(pair).videos([[]])
    with pytest.raises(VideoDecodeError):
        Embedder(pair).videos([tmp_path / "absent.mp4"])
    with pytest.raises(ValueError, match="allowed: base, adapted"):
        Embedder(pair, "other")
    with pytest.raises(ValueError, match="frames is 0"):
        Embedder(pair, frames=0)
