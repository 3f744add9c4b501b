"""Does a map tell what a model's score stands on? Deletion and insertion (Petsiuk et al. 2018), and weights that know nothing
(Adebayo et al. 2018): a map that survives their shuffling shows the picture and not the model."""

from __future__ import annotations

import copy

import numpy as np
import torch

from srlclip.models.encoder import ClipEncoder
from srlclip.pooling import event_vectors

#: Shares of the patches that are taken away, or put back.
STEPS = np.linspace(0, 1, 6)


def shuffled_weights(encoder: ClipEncoder, seed: int) -> ClipEncoder:
    """A copy whose image tower has each of its weights' numbers in random order: as large as before, and meaningless."""
    memo: dict[int, object] = {id(weight): weight for weight in encoder.clip.text_model.parameters()}
    clip = copy.deepcopy(encoder.clip, memo)
    other = ClipEncoder(clip, encoder.tokenizer, encoder.preprocess_spec, f"{encoder.name}, weights shuffled")
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in other.image_tower().values():
            order = torch.randperm(weight.numel(), generator=generator).to(weight.device)
            weight.copy_(weight.flatten()[order].reshape(weight.shape))
    return other.eval()


def score_curves(encoder: ClipEncoder, pixels: np.ndarray, text: np.ndarray, order: np.ndarray) -> np.ndarray:
    """pixels: uint8 (F, 3, S, S), an event's frames. text: (D,). order: (F, P), each frame's patches, the most important
    first. Returns (2, S): the event's cosine when the first 0, 20, ..., 100 % of the patches are deleted, and when no others
    are shown. What is not shown has the mean colour that pixels are normalised by.
    """
    shown = encoder.preprocess_spec.to_float(torch.from_numpy(pixels)).to(encoder.device)
    frames, _, size, _ = shown.shape
    side = encoder.image_size // encoder.clip.config.vision_config.patch_size
    place = np.argsort(order, -1)  # (F, P), 0 is the most important
    counts = np.round(STEPS * order.shape[1]).astype(int)
    kept = np.stack([place >= counts[:, None, None], place < counts[:, None, None]])  # (2, S, F, P)
    masks = torch.from_numpy(kept.reshape(-1, 1, side, side)).to(shown)
    masks = torch.nn.functional.interpolate(masks, size=(size, size), mode="nearest").reshape(-1, frames, 1, size, size)
    with torch.inference_mode():
        vectors = encoder.encode_frames((shown * masks).flatten(0, 1), 128)
    events = event_vectors(vectors.reshape(-1, frames, vectors.shape[-1]))
    return (events.cpu().numpy() @ text).reshape(2, len(STEPS))
