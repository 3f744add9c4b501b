"""Where in an event's frames both models see what texts say. Arrays in, arrays out, so that it may run elsewhere."""

from __future__ import annotations

import numpy as np
import torch

from srlclip.explain.grad_eclip import gradients, trace_frames
from srlclip.models.encoder import ClipEncoder
from srlclip.models.pair import ClipPair
from srlclip.pooling import pooled
from srlclip.results import MODELS


def event_maps(encoder: ClipEncoder, pixels: np.ndarray, texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """pixels: uint8 (F, 3, S, S), an event's frames. texts: (T, D), directions whose product with the event is explained.

    Returns the frames' embeddings (F, D), L2-normalised, and maps (T, F, gh, gw), 0 or more: the gradient is that of the
    event's score, through mean and normalisation, so maps of its frames compare with each other.
    """
    with gradients():
        trace = trace_frames(encoder, encoder.preprocess_spec.to_float(torch.from_numpy(pixels)))
        event = pooled(trace.vectors)  # (D,)
        directions = torch.from_numpy(np.array(texts, np.float32)).to(event.device)
        maps = torch.stack([trace.map(event @ direction) for direction in directions])  # (T, F, P)
    side = encoder.image_size // encoder.clip.config.vision_config.patch_size
    vectors = trace.vectors.detach().cpu().numpy()
    return vectors, maps.reshape(*maps.shape[:2], side, side).cpu().numpy()


def pair_maps(pair: ClipPair, pixels: np.ndarray, texts: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """event_maps of either model, by its name."""
    return {model: event_maps(pair.encoders[model], pixels, texts) for model in MODELS}
