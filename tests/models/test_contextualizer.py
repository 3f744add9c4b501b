"""The Video Contextualizer: shapes, token layout, limits."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from srlclip.config import ContextualizerSettings
from srlclip.models.contextualizer import VideoContextualizer
from srlclip.pooling import clip_vectors, event_vectors

SETTINGS = ContextualizerSettings(layers=2, heads=4, max_events=6, max_frames=5)


@pytest.fixture
def model() -> VideoContextualizer:
    torch.manual_seed(0)
    return VideoContextualizer(16, SETTINGS).eval()


def clips(*shape: int) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.randn(*shape, 16, generator=torch.Generator().manual_seed(3)), dim=-1)


@pytest.mark.parametrize("shape", [(3, 5, 4), (1, 1, 1), (2, 6, 5)])
def test_shapes_and_norms(model: VideoContextualizer, shape: tuple[int, int, int]) -> None:
    video, events = model(clips(*shape))
    assert video.shape == (shape[0], 16) and events.shape == (*shape[:2], 16)
    torch.testing.assert_close(video.norm(dim=-1), torch.ones(shape[0]))
    torch.testing.assert_close(events.norm(dim=-1), torch.ones(shape[:2]))


def test_token_layout(model: VideoContextualizer, monkeypatch: pytest.MonkeyPatch) -> None:
    """[video] ([event_k] frame_k1 ... frame_kF), with type, event-position and frame-position embeddings."""
    seen = []
    monkeypatch.setattr(model.encoder, "forward", lambda tokens: seen.append(tokens) or tokens)
    frames = clips(2, 5, 4)
    video, events = model(frames)
    tokens = seen[0]
    assert tokens.shape == (2, 26, 16)
    kind, event, frame = model.type_embedding, model.event_position, model.frame_position
    torch.testing.assert_close(tokens[1, 0], model.video_token + kind[0])
    torch.testing.assert_close(tokens[1, 1 + 3 * 5], model.event_token + kind[1] + event[3])
    torch.testing.assert_close(tokens[1, 1 + 3 * 5 + 1 + 2], frames[1, 3, 2] + kind[2] + event[3] + frame[2])
    torch.testing.assert_close(video, torch.nn.functional.normalize(tokens[:, 0], dim=-1))
    torch.testing.assert_close(events, torch.nn.functional.normalize(tokens[:, 1::5], dim=-1))


def test_batched_equals_one_by_one(model: VideoContextualizer) -> None:
    frames = clips(3, 5, 4)
    video, events = model(frames)
    for index in range(3):
        alone = model(frames[index : index + 1])
        torch.testing.assert_close((video[index], events[index]), (alone[0][0], alone[1][0]))


def test_order_of_events_matters_and_all_tokens_see_each_other(model: VideoContextualizer) -> None:
    frames = clips(1, 5, 4)
    video, events = model(frames)
    assert (model(frames.flip(1))[0] - video).abs().max() > 1e-4
    changed = frames.clone()
    changed[0, 4, 3] *= -1
    assert (model(changed)[1][0, 0] - events[0, 0]).abs().max() > 1e-5


def test_gradients_reach_every_parameter_in_use(model: VideoContextualizer) -> None:
    video, events = model(clips(2, 6, 5))
    (video.sum() + events[..., 0].sum()).backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in model.parameters())


def test_limits() -> None:
    with pytest.raises(ValueError, match="must divide"):
        VideoContextualizer(18, SETTINGS)
    model = VideoContextualizer(16, SETTINGS)
    for shape in ((1, 7, 4), (1, 5, 6), (1, 0, 4)):
        with pytest.raises(ValueError, match="allowed: 1 to 6 events of 1 to 5 frames"):
            model(clips(*shape))
    with pytest.raises(ValueError, match="frames must be"):
        model(torch.zeros(1, 5, 4, 8))


def test_with_a_small_residual_gain_it_starts_as_the_mean_of_its_frames() -> None:
    torch.manual_seed(0)
    model = VideoContextualizer(16, replace(SETTINGS, residual_gain=1e-4)).eval()
    frames = clips(2, 5, 4)
    video, events = model(frames)
    torch.testing.assert_close(events, event_vectors(frames), atol=5e-3, rtol=0)
    torch.testing.assert_close(video, clip_vectors(frames), atol=5e-3, rtol=0)
    torch.testing.assert_close(events.norm(dim=-1), torch.ones(2, 5))
    (video[:, 0].sum() + events[..., 0].sum()).backward()
    assert model.gain is not None and bool((model.gain.grad != 0).all())


def test_the_papers_contextualizer_has_no_gain_and_the_same_start(model: VideoContextualizer) -> None:
    torch.manual_seed(0)
    other = VideoContextualizer(16, replace(SETTINGS, residual_gain=0.02)).state_dict()
    own = model.state_dict()
    assert model.gain is None and set(other) - set(own) == {"gain"}
    assert all(torch.equal(own[name], other[name]) for name in own)
    with pytest.raises(ValueError, match="residual_gain is -1"):
        replace(SETTINGS, residual_gain=-1.0)
