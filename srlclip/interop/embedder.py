"""One model of a pair as other tools ask for it: texts, pictures and videos in any of the forms they come in -> vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from srlclip.comparison.loading import load_pair
from srlclip.config import check_at_least, check_one_of
from srlclip.evaluation.benchmarks.pixels import medium_pixels
from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.models.pair import ClipPair
from srlclip.pooling import pooled
from srlclip.results import MODELS

#: Frames of a video, as most benchmarks here take them.
FRAMES = 12


class Embedder:
    """The base model or the adapted one. frames: of a video, at the middles of as many equal bins, pooled to one vector."""

    def __init__(self, pair: ClipPair, model: str = "adapted", frames: int = FRAMES):
        check_one_of("model", model, MODELS)
        check_at_least("frames", frames, 1)
        self.pair, self.model, self.frames = pair, model, frames
        self.encoder = pair.encoders[model]

    @classmethod
    def load(
        cls,
        model: str = "adapted",
        base: str | None = None,
        adapter: str | None = None,
        device: str = "cpu",
        frames: int = FRAMES,
    ) -> Embedder:
        """base, adapter: bundled name, folder or Hub id; without either the bundled mini pair. Raises CheckpointError."""
        return cls(load_pair(base, adapter, device)[0], model, frames)

    @torch.inference_mode()
    def texts(self, texts: Sequence[str]) -> torch.Tensor:
        """N texts -> (N, D), L2-normalised."""
        return self.encoder.encode_texts(list(texts))

    @torch.inference_mode()
    def images(self, images: Sequence[Any]) -> torch.Tensor:
        """N pictures -> (N, D), L2-normalised. A picture: PIL's, a path, or uint8 (H, W, 3) or (3, H, W)."""
        return torch.stack([self._frames(_picture(image)[None])[0] for image in images])

    @torch.inference_mode()
    def videos(self, videos: Sequence[Any]) -> torch.Tensor:
        """N videos -> (N, D), L2-normalised means of their frames.

        A video: a path (to a file or a folder of frames), pictures in a list, uint8 (T, H, W, 3) or (T, 3, H, W), or a
        decoder of torchcodec's kind. Raises VideoDecodeError, ValueError.
        """
        return torch.stack([pooled(self._video(video)) for video in videos])

    def _video(self, video: Any) -> torch.Tensor:
        """(F, D)."""
        if isinstance(video, (str, Path)):
            spec = self.encoder.preprocess_spec
            pixels = medium_pixels(Medium(str(video), Path(video)), self.frames, spec)
            return self._encode(torch.from_numpy(pixels))
        if hasattr(video, "get_frames_at"):
            at = _middles(int(video.metadata.num_frames), self.frames)
            return self._frames(_pictures(video.get_frames_at(at).data))
        if isinstance(video, (list, tuple)):
            shown = [_picture(video[i]) for i in _middles(len(video), self.frames)]
            return torch.cat([self._frames(frame[None]) for frame in shown])
        frames = _pictures(video)
        return self._frames(frames[_middles(len(frames), self.frames)])

    def _frames(self, frames: np.ndarray) -> torch.Tensor:
        """uint8 (F, H, W, 3) -> (F, D)."""
        return self._encode(self.encoder.preprocess_spec.to_uint8(np.array(frames)))

    def _encode(self, pixels: torch.Tensor) -> torch.Tensor:
        """uint8 (F, 3, S, S) -> (F, D)."""
        return self.encoder.encode_frames(self.encoder.preprocess_spec.to_float(pixels.to(self.encoder.device)))


def _middles(count: int, wanted: int) -> list[int]:
    """Which of `count` frames are at the middles of `wanted` equal bins; a frame may come more than once."""
    if count < 1:
        raise ValueError("a video has no frames; give one or more")
    return [int((i + 0.5) * count / wanted) for i in range(wanted)]


def _picture(image: Any) -> np.ndarray:
    """uint8 (H, W, 3)."""
    if isinstance(image, (str, Path)):
        with Image.open(image) as opened:
            return np.asarray(opened.convert("RGB"))
    if isinstance(image, Image.Image):
        return np.asarray(image.convert("RGB"))
    return _pictures(np.asarray(image)[None])[0]


def _pictures(frames: Any) -> np.ndarray:
    """(T, H, W, 3) or (T, 3, H, W), uint8 -> uint8 (T, H, W, 3)."""
    array = np.asarray(frames)
    if array.dtype != np.uint8 or array.ndim != 4 or 3 not in (array.shape[1], array.shape[3]):
        raise ValueError(
            f"frames are {array.dtype} {array.shape}; give uint8 (T, H, W, 3) or (T, 3, H, W), for a picture without the T"
        )
    return array if array.shape[3] == 3 else array.transpose(0, 2, 3, 1)
