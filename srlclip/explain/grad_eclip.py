"""Grad-ECLIP (Zhao et al., ICML 2024): how much each patch of a frame, or word of a text, speaks for a score.

    map_i = ReLU(sum_d g_d v_id lambda_i)

g: gradient of the score at the CLS token's attention output in the last block, the heads side by side. v_i: value of token i.
lambda_i: cosine of the CLS query and key i, scaled from 0 (least of the frame) to 1 (most). A text's CLS is its end token.
Everything below the last block needs no gradient, and of that block only the CLS token does, so the backward pass is a
fraction of a forward one. No hook is set and no weight is touched: threads may share a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from srlclip.models.encoder import ClipEncoder
from srlclip.pooling import unit


@dataclass(frozen=True)
class Trace:
    """What one forward pass leaves for the maps of any number of scores.

    attended: (N, W), the CLS tokens' attention outputs, a leaf that takes gradients. values: (N, P, W) of the other tokens.
    likeness: (N, P), lambda. vectors: (N, D), L2-normalised float32, with their graph down to `attended`.
    """

    attended: torch.Tensor
    values: torch.Tensor
    likeness: torch.Tensor
    vectors: torch.Tensor

    def map(self, score: torch.Tensor) -> torch.Tensor:
        """score: scalar made of `vectors` -> (N, P) float32, 0 or more, in units of the score. May be asked again."""
        (gradient,) = torch.autograd.grad(score, self.attended, retain_graph=True)
        with torch.no_grad():
            spoken = (gradient.float()[:, None] * self.values.float()).sum(-1)  # (N, P)
            return torch.relu(spoken * self.likeness)


@contextmanager
def gradients():
    """Gradients here whatever the caller's mode is: torch keeps the mode per thread."""
    with torch.inference_mode(False), torch.enable_grad():
        yield


def trace_frames(encoder: ClipEncoder, pixels: torch.Tensor) -> Trace:
    """pixels: floats (N, 3, S, S) -> a trace of P = gh gw patches each, row by row. Call it inside `gradients`."""
    tower, head = encoder.clip.vision_model, encoder.clip.visual_projection
    with torch.no_grad():
        tokens = tower.embeddings(pixels.to(head.weight.device, head.weight.dtype))
        tokens = _through(tower.encoder.layers[:-1], tower.pre_layrnorm(tokens), causal=False)
    last = tower.encoder.layers[-1]
    cls, attended, values, likeness = _attend(last, tokens, at=0, others=slice(1, None))
    return Trace(attended, values, likeness, unit(head(tower.post_layernorm(_finish(last, cls, attended))).float()))


def trace_text(encoder: ClipEncoder, ids: Sequence[int]) -> Trace:
    """ids: tokens from the start to the end mark -> a trace, N = 1, of the P = len(ids) - 2 tokens between the two."""
    tower, head = encoder.clip.text_model, encoder.clip.text_projection
    with torch.no_grad():
        tokens = tower.embeddings(input_ids=torch.tensor([list(ids)], device=head.weight.device))
        tokens = _through(tower.encoder.layers[:-1], tokens, causal=True)
    last = tower.encoder.layers[-1]
    cls, attended, values, likeness = _attend(last, tokens, at=-1, others=slice(1, -1))
    return Trace(attended, values, likeness, unit(head(tower.final_layer_norm(_finish(last, cls, attended))).float()))


def _through(layers: nn.ModuleList, tokens: torch.Tensor, causal: bool) -> torch.Tensor:
    """(N, T, W) -> (N, T, W). Blocks by their parts, whose names have not changed, as their call did between versions."""
    for layer in layers:
        q, k, v = _heads(layer, tokens)
        attended = _joined(scaled_dot_product_attention(q, k, v, is_causal=causal))
        tokens = _finish(layer, tokens, attended)
    return tokens


def _attend(
    layer: nn.Module, tokens: torch.Tensor, at: int, others: slice
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """The block's attention seen from the token `at`, which sees all others: itself before the block (N, W), its attention
    output (N, W) as a leaf, and values and likeness of the others."""
    with torch.no_grad():
        q, k, v = _heads(layer, tokens)
        own = q[:, :, at].unsqueeze(2)  # (N, H, 1, W / H)
        attended = _joined(scaled_dot_product_attention(own, k, v))[:, 0]
        cosine = (unit(_joined(k)[:, others].float()) * unit(_joined(own).float())).sum(-1)  # (N, P)
        low, high = cosine.amin(-1, keepdim=True), cosine.amax(-1, keepdim=True)
        # Tokens that are all alike, or one alone, count fully.
        likeness = torch.where(high > low, (cosine - low) / (high - low).clamp_min(1e-12), torch.ones_like(cosine))
    return tokens[:, at], attended.clone().requires_grad_(), _joined(v)[:, others], likeness


def _heads(layer: nn.Module, tokens: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Queries, keys and values, each (N, H, T, W / H)."""
    attention, normed = layer.self_attn, layer.layer_norm1(tokens)
    split = (*tokens.shape[:2], attention.num_heads, -1)
    parts = (attention.q_proj, attention.k_proj, attention.v_proj)
    return tuple(project(normed).view(split).transpose(1, 2) for project in parts)


def _joined(heads: torch.Tensor) -> torch.Tensor:
    """(N, H, T, W / H) -> (N, T, W)."""
    return heads.transpose(1, 2).flatten(2)


def _finish(layer: nn.Module, tokens: torch.Tensor, attended: torch.Tensor) -> torch.Tensor:
    """The rest of a block, token by token: (..., W) before it and its attention output (..., W) -> (..., W)."""
    tokens = tokens + layer.self_attn.out_proj(attended)
    return tokens + layer.mlp(layer.layer_norm2(tokens))
