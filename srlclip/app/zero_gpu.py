"""ZeroGPU, the shared GPUs of Hugging Face Spaces: what is heavy runs under `@spaces.GPU`. The only door to `spaces`.

Every call of a GPU waits for one and is taken from the visitor's daily minutes, so only what is slow on a CPU goes there:
frames (of uploads, and of a gallery clip that is captioned for the first time), the maps of an explanation and zero-shot
captions, which embed thousands of texts. Searching, scoring and the trained heads stay on the CPU and cost no visitor anything.

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

    from srlclip.comparison.comparison import Comparison

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


def named(comparison: Comparison) -> Comparison:
    """The comparison, which says on its pages and in its downloads that it computes here."""
    comparison.info = replace(comparison.info, device="cpu and ZeroGPU")
    return comparison


def attach(comparison: Comparison, device: str = "cuda") -> None:
    """Move the image towers of a loaded pair to `device`, and what is heavy under `@spaces.GPU`.

    Call it once, in the main thread, when everything that the page opens with has been computed, and before the app is
    launched: GPUs are lent to visitors of a launched app, and ZeroGPU takes over what the main thread has loaded before.
    Pairs that are loaded later compute on the CPU.
    """
    import spaces

    pair, reader = comparison.pair, comparison.reader
    clips = [encoder.clip for encoder in (pair.base, pair.adapted)]
    for clip in clips:
        clip.vision_model.to(device)
        clip.visual_projection.to(device)
    on_gpu = spaces.GPU(duration=SECONDS)
    pair.encode_frames = _frames_by_array(pair.encode_frames, on_gpu)
    comparison.image_maps = on_gpu(_maps(comparison.image_maps))
    towers = [part for clip in clips for part in (clip.text_model, clip.text_projection)]
    reader.caption = _zero_shot_elsewhere(reader.caption, on_gpu, towers, device)


def _frames_by_array(encode: Callable[..., Any], on_gpu: Callable[[Callable], Callable]) -> Callable[..., Any]:
    import torch

    def frames_on_gpu(pixels: np.ndarray, chunk: int) -> tuple[np.ndarray, ...]:
        return tuple(vectors.cpu().numpy() for vectors in encode(torch.from_numpy(pixels), chunk))

    remote = on_gpu(frames_on_gpu)

    def encode_frames(pixels: torch.Tensor, chunk: int = 64) -> tuple[torch.Tensor, ...]:
        return tuple(torch.from_numpy(vectors) for vectors in remote(pixels.cpu().numpy(), chunk))

    return encode_frames


def _maps(see: Callable[..., Any]) -> Callable[..., Any]:
    """Arrays in, arrays out already; a function of its own, which `spaces` can name."""

    def maps_on_gpu(pixels: np.ndarray, texts: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        return see(pixels, texts)

    return maps_on_gpu


def _zero_shot_elsewhere(
    read: Callable[..., Any], on_gpu: Callable[[Callable], Callable], towers: Sequence[Any], device: str
) -> Callable[..., Any]:
    """One call for all events: zero-shot reading embeds many small groups of texts, each of which would wait for a GPU.
    Progress stays behind, since a callback cannot be pickled."""

    from srlclip.captioning.reader import ZERO_SHOT  # brings torch, which must not come before `spaces`

    def captions_on_gpu(situation: Any, spans: Any, features: Any, decoder: str) -> Any:
        for tower in towers:  # of this process only: the app's own text tower stays where every search needs it
            tower.to(device)
        return read(situation, spans, features, decoder)

    remote = on_gpu(captions_on_gpu)

    def caption(situation: Any, spans: Any, features: Any, decoder: str, progress: Any = None) -> Any:
        if decoder != ZERO_SHOT:
            return read(situation, spans, features, decoder, progress)
        return remote(situation, spans, features, decoder)

    return caption
