"""The fair naive way to embed a clip, fast but blind to the pair: full-size frames in one batch, PIL, transformers' own
CLIP processor, one batch through get_image_features without gradients. Two models: all of it twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from srlclip.models.encoder import ClipEncoder
from srlclip.pooling import unit
from srlclip.video.frames import read_frames


class NaiveModel:
    """One model with its processor, as a script loads them."""

    def __init__(self, encoder: ClipEncoder):
        from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

        self.clip = encoder.clip
        self.processor: Any = CLIPImageProcessorPil(**encoder.preprocess_spec.to_processor_config())

    @torch.no_grad()
    def embed(self, path: Path, events: int, per_event: int) -> torch.Tensor:
        """(E F, D), L2-normalised."""
        from PIL import Image

        frames = read_frames(path, events=events, frames_per_event=per_event)  # uint8 (E, F, H, W, 3)
        pictures = [Image.fromarray(frame) for event in frames for frame in event]
        features = self.clip.get_image_features(**self.processor(images=pictures, return_tensors="pt"))
        vectors = features if isinstance(features, torch.Tensor) else features.pooler_output
        return unit(vectors.float())
