"""What a training step costs by arithmetic: FLOPs and activation memory of CLIP with LoRA on a frozen image tower.

A multiplication with its addition counts as two FLOPs; normalisations, activations and softmax are left out. T tokens,
width d, feed-forward width m (4 d in CLIP), LoRA rank r. One layer forward, per image or text:

    linear layers  T (8 d d + 4 d m)     q, k, v, o and the two of the feed-forward part
    attention      4 T T d               scores and their sum over the values
    LoRA           2 r T (in + out)      for each adapted linear layer

Backward, frozen linear layers cost as much as forward (they need no gradient of their weights, only of their input),
attention and LoRA twice as much. (The first layer's input needs no gradient either: 1 % less, not counted.)
Recomputed activations are not counted: they are work, but not progress.
"""

from __future__ import annotations

from typing import Any

import torch

from srlclip.config import LORA_TARGETS, ContextualizerSettings, LoraSettings
from srlclip.models.encoder import ClipEncoder


def layer_flops(tokens: int, width: int, inner: int) -> tuple[float, float]:
    """(linear layers, attention) of one Transformer layer, forward."""
    return tokens * (8.0 * width * width + 4.0 * width * inner), 4.0 * tokens * tokens * width


def image_tokens(vision: Any) -> int:
    """Patches and the class token. vision: a CLIPVisionConfig."""
    return (vision.image_size // vision.patch_size) ** 2 + 1


def frame_flops(vision: Any, embed_dim: int, lora: LoraSettings) -> tuple[float, float]:
    """(forward, backward) of one frame through the image tower with LoRA on frozen weights."""
    tokens, width, layers = image_tokens(vision), vision.hidden_size, vision.num_hidden_layers
    linear, attention = layer_flops(tokens, width, vision.intermediate_size)
    adapted = layers * tokens * sum(2.0 * lora.rank * sum(_shape(vision, name)) for name in LORA_TARGETS[lora.targets])
    patches = 2.0 * (tokens - 1) * 3 * vision.patch_size**2 * width
    projection = 2.0 * width * embed_dim
    forward = patches + layers * (linear + attention) + adapted + projection
    return forward, layers * (linear + 2 * attention) + 2 * adapted + projection


def _shape(vision: Any, target: str) -> tuple[int, int]:
    d, m = vision.hidden_size, vision.intermediate_size
    return {"fc1": (d, m), "fc2": (m, d)}.get(target.rpartition(".")[2], (d, d))


def text_flops(text: Any, tokens: int) -> float:
    """Forward of one text of that many tokens, padding included. text: a CLIPTextConfig."""
    return text.num_hidden_layers * sum(layer_flops(tokens, text.hidden_size, text.intermediate_size))


def contextualizer_flops(settings: ContextualizerSettings, embed_dim: int, events: int, frames: int) -> float:
    """Forward and backward of one clip; its weights are trained, so backward costs twice as much as forward."""
    inner = int(settings.feedforward * embed_dim)
    return 3 * settings.layers * sum(layer_flops(1 + events * (1 + frames), embed_dim, inner))


def activation_bytes(vision: Any, lora: LoraSettings, checkpointing: bool = False) -> float:
    """Kept for the backward pass per frame, in float32 and with LoRA on q, k, v.

    Per token and layer: the inputs of the two normalisations (2 d), the first one's output, which LoRA reads (d), q, k,
    v and the attention's output (4 d), the feed-forward's inner values and their sigmoids (2 m), LoRA's inner values
    (3 r). Other frozen linear layers keep nothing. With checkpointing, each layer's input (d). Besides, the input of the
    normalisation after the last layer, with checkpointing also of that before the first.
    """
    d, m = vision.hidden_size, vision.intermediate_size
    layer, rest = (d, 2 * d) if checkpointing else (7 * d + 2 * m + 3 * lora.rank, d)
    return 4.0 * image_tokens(vision) * (vision.num_hidden_layers * layer + rest)


def measured_activation_bytes(encoder: ClipEncoder, autocast: torch.dtype | None = None, frames: int = 1) -> float:
    """What the image tower really keeps per frame: tensors saved for the backward pass, each storage once.

    The difference between `frames` and twice as many, so that weights and constants drop out. autocast: None for float32.
    """
    return (_saved(encoder, autocast, 2 * frames) - _saved(encoder, autocast, frames)) / frames


def _saved(encoder: ClipEncoder, autocast: torch.dtype | None, frames: int) -> int:
    storages: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storages[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage()
        return tensor

    training, device = encoder.training, encoder.device
    encoder.train()
    pixels = torch.randn(frames, 3, encoder.image_size, encoder.image_size, device=device)
    with (
        torch.autocast(device.type, autocast or torch.bfloat16, enabled=autocast is not None),
        torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor),
    ):
        encoder.encode_frames(pixels)
    encoder.train(training)
    return sum(storage.nbytes() for storage in storages.values())
