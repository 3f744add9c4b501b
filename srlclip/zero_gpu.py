"""ZeroGPU, the shared GPUs of Hugging Face Spaces: what computes runs under `@spaces.GPU`. The only door to `spaces`.

A decorated function runs in a forked process: what it is given and returns is pickled, and nothing that it remembers
stays. So whole models are never passed: an encoder takes arrays and gives arrays, captions of a clip are one call.
Anywhere else than on ZeroGPU (`spaces` is not installed, or not active) nothing here changes anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

    from .compare import Comparison

#: What a call may take at most. ZeroGPU serves short calls first, and takes this from a visitor's quota beforehand.
SECONDS = 30


def active() -> bool:
    """Whether this is ZeroGPU hardware, with `spaces` there. Call it before anything imports torch: `spaces` asks so."""
    if os.environ.get("SPACES_ZERO_GPU", "").strip().lower() not in ("1", "t", "true"):
        return False
    try:
        import spaces  # noqa: F401
    except ImportError:
        return False
    return True


def attach(comparison: Comparison, device: str = "cuda") -> Comparison:
    """The comparison with its models on `device` and its computing under `@spaces.GPU`.

    Call it once, in the main thread, before the app is launched: only then does ZeroGPU take models over. Pairs that
    are loaded later compute on the CPU.
    """
    import spaces

    pair, reader = comparison.pair, comparison.reader
    models: list[Any] = [pair.base, pair.adapted, pair.contextualizer]
    models += [captioner for captioner, _ in reader.heads.heads.values()] if reader.heads is not None else []
    for model in models:
        if model is not None:
            model.to(device)
    on_gpu = spaces.GPU(duration=SECONDS)
    pair.encode_frames = _frames_by_array(pair.encode_frames, on_gpu)
    pair.encode_texts = _texts_by_array(pair.encode_texts, on_gpu)
    reader.caption = _caption_without_progress(reader.caption, on_gpu)
    comparison.info = replace(comparison.info, device="ZeroGPU")
    return comparison


def _frames_by_array(encode: Callable[..., Any], on_gpu: Callable[[Callable], Callable]) -> Callable[..., Any]:
    import torch

    def frames_on_gpu(pixels: np.ndarray, chunk: int) -> tuple[np.ndarray, ...]:
        return tuple(found.cpu().numpy() for found in encode(torch.from_numpy(pixels), chunk))

    remote = on_gpu(frames_on_gpu)

    def encode_frames(pixels: torch.Tensor, chunk: int = 64) -> tuple[torch.Tensor, ...]:
        return tuple(torch.from_numpy(found) for found in remote(pixels.cpu().numpy(), chunk))

    return encode_frames


def _texts_by_array(encode: Callable[..., Any], on_gpu: Callable[[Callable], Callable]) -> Callable[..., Any]:
    import torch

    def texts_on_gpu(texts: list[str], chunk: int) -> np.ndarray:
        return encode(texts, chunk).cpu().numpy()

    remote = on_gpu(texts_on_gpu)

    def encode_texts(texts: Sequence[str], chunk: int = 256) -> torch.Tensor:
        return torch.from_numpy(remote(list(texts), chunk))

    return encode_texts


def _caption_without_progress(read: Callable[..., Any], on_gpu: Callable[[Callable], Callable]) -> Callable[..., Any]:
    """One call for all events: zero-shot reading embeds many small groups of texts, each of which would wait for a GPU.
    Progress stays behind, since a callback cannot be pickled."""

    def captions_on_gpu(situation: Any, spans: Any, features: Any, decoder: str) -> Any:
        return read(situation, spans, features, decoder)

    remote = on_gpu(captions_on_gpu)

    def caption(situation: Any, spans: Any, features: Any, decoder: str, progress: Any = None) -> Any:
        return remote(situation, spans, features, decoder)

    return caption
