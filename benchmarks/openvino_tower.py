"""An image tower in OpenVINO, to be measured against torch where `pip install openvino` was done; no part of the library."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from srlclip.models.encoder import ClipEncoder
from srlclip.pooling import unit


class _Tower(nn.Module):
    def __init__(self, encoder: ClipEncoder):
        super().__init__()
        self.clip = encoder.clip

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.clip.visual_projection(self.clip.vision_model(pixel_values=pixels).pooler_output)


def compiled(encoder: ClipEncoder, precision: str, threads: int, example: torch.Tensor) -> Callable[..., torch.Tensor]:
    """pixels (N, 3, S, S) -> (N, D), L2-normalised. precision: f32 or bf16. Raises ImportError without OpenVINO."""
    import openvino

    with torch.no_grad():
        model = openvino.convert_model(_Tower(encoder), example_input=example)
    model.reshape([-1, *example.shape[1:]])
    settings = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1}
    run = openvino.Core().compile_model(model, "CPU", settings)
    return lambda pixels: unit(torch.from_numpy(run(pixels.numpy())[0]))
