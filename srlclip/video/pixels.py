"""Frames to CLIP's pixels: resize the shorter edge, crop the centre, rescale, normalise.

Equal to transformers' PIL CLIPImageProcessor to one grey level (two in about one of 100,000 values, where a picture is
enlarged), several times faster on whole clips, and it keeps uint8 until the last step so that caches and transfers stay
small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional

from srlclip.situations import CheckpointError

# The statistics of the OpenAI models; a model folder's preprocessor_config.json overrides them.
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)

# preprocessor_config.json stores PIL's number of the filter.
_RESAMPLE = {2: "bilinear", 3: "bicubic"}


@dataclass(frozen=True)
class PreprocessSpec:
    """How a CLIP model wants its pixels.

    resize: length of the shorter edge in pixels; crop: side of the centre square. mean, std: per channel, on [0, 1].
    resample: "bicubic" or "bilinear". square: squeeze frames into resize x resize instead of keeping their proportions.
    """

    resize: int = 224
    crop: int = 224
    mean: tuple[float, float, float] = CLIP_MEAN
    std: tuple[float, float, float] = CLIP_STD
    resample: str = "bicubic"
    square: bool = False

    def __post_init__(self) -> None:
        if self.resize < 1 or self.crop < 1:
            raise ValueError(f"resize is {self.resize} and crop {self.crop}; both must be 1 or more")
        if self.resample not in _RESAMPLE.values():
            raise ValueError(f"resample is {self.resample!r}; allowed: {', '.join(_RESAMPLE.values())}")

    @classmethod
    def from_processor_config(cls, config: Mapping[str, Any]) -> PreprocessSpec:
        """From the content of a preprocessor_config.json, in any of the forms that transformers has written.

        Raises ValueError for steps that this class does not do (non-square sizes, another filter, a switched-off step).
        """
        for step in ("do_resize", "do_center_crop", "do_rescale", "do_normalize"):
            if config.get(step, True) is False:
                raise ValueError(f"{step} is false; only processors that resize, crop, rescale and normalise are known")
        factor = config.get("rescale_factor", 1 / 255)
        if abs(factor - 1 / 255) > 1e-6:
            raise ValueError(f"rescale_factor is {factor}; only 1/255 is known")
        resample = config.get("resample", 3)
        if resample not in _RESAMPLE:
            raise ValueError(f"resample is {resample}; known: {', '.join(f'{k} ({v})' for k, v in _RESAMPLE.items())}")
        mean, std = config.get("image_mean", CLIP_MEAN), config.get("image_std", CLIP_STD)
        if len(mean) != 3 or len(std) != 3:
            raise ValueError(f"image_mean and image_std need three values, got {mean} and {std}")
        crop = _edge(config.get("crop_size", 224), "crop_size")
        size = config.get("size", crop)
        return cls(
            resize=_edge(size, "size"),
            crop=crop,
            mean=(float(mean[0]), float(mean[1]), float(mean[2])),
            std=(float(std[0]), float(std[1]), float(std[2])),
            resample=_RESAMPLE[resample],
            # A bare number is the shorter edge (CLIP's older files), a height and a width are a square.
            square=not isinstance(size, int) and "shortest_edge" not in size,
        )

    @classmethod
    def from_folder(cls, folder: str | Path) -> PreprocessSpec:
        """From `folder`/preprocessor_config.json (or processor_config.json). Raises CheckpointError."""
        import json

        for name in ("preprocessor_config.json", "processor_config.json"):
            path = Path(folder) / name
            if not path.is_file():
                continue
            try:
                values = json.loads(path.read_text("utf-8"))
                return cls.from_processor_config(values.get("image_processor", values))
            except (ValueError, TypeError, AttributeError) as error:
                raise CheckpointError(f"{path}: {error}") from error
        raise CheckpointError(f"{folder} has no preprocessor_config.json; save the processor with the model")

    def to_processor_config(self) -> dict[str, Any]:
        """The content of a preprocessor_config.json that transformers' CLIPImageProcessor reads back."""
        return {
            "image_processor_type": "CLIPImageProcessor",
            "do_convert_rgb": True,
            "do_resize": True,
            "size": dict.fromkeys(("height", "width") if self.square else ("shortest_edge",), self.resize),
            "resample": next(number for number, name in _RESAMPLE.items() if name == self.resample),
            "do_center_crop": True,
            "crop_size": {"height": self.crop, "width": self.crop},
            "do_rescale": True,
            "rescale_factor": 1 / 255,
            "do_normalize": True,
            "image_mean": list(self.mean),
            "image_std": list(self.std),
        }

    def resized(self, height: int, width: int) -> tuple[int, int]:
        """(height, width) after resizing; the longer edge is rounded down, as transformers does."""
        if self.square:
            return self.resize, self.resize
        if width <= height:
            return int(self.resize * height / width), self.resize
        return self.resize, int(self.resize * width / height)

    def seen(self, height: int, width: int) -> tuple[float, float, float, float]:
        """Where the pixels lie in a frame: (left, top, width, height) as shares of it. Below 0 or above 1 where it is padded."""
        rows, columns = self.resized(height, width)
        left, top = (columns - self.crop) // 2 / columns, (rows - self.crop) // 2 / rows
        return left, top, self.crop / columns, self.crop / rows

    def to_uint8(self, frames: np.ndarray | torch.Tensor) -> torch.Tensor:
        """frames: uint8 (..., H, W, 3) -> uint8 (..., 3, S, S) with S = crop."""
        frames = torch.as_tensor(frames)
        if frames.dtype != torch.uint8 or frames.ndim < 3 or frames.shape[-1] != 3:
            raise ValueError(f"frames must be uint8 (..., H, W, 3), got {frames.dtype} {tuple(frames.shape)}")
        *lead, height, width, _ = frames.shape
        flat = frames.reshape(-1, height, width, 3).permute(0, 3, 1, 2)  # (N, 3, H, W)
        size = self.resized(height, width)
        if size != (height, width):
            # Channels-last memory (which the permuted view has) is the fast path of the uint8 kernel.
            flat = functional.interpolate(flat, size=size, mode=self.resample, antialias=True, align_corners=False)
        return _centre_crop(flat, self.crop).contiguous().reshape(*lead, 3, self.crop, self.crop)

    def to_float(self, pixels: torch.Tensor, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """pixels: uint8 (..., 3, S, S) -> normalised floats of the same shape, on the device of `pixels`."""
        if pixels.dtype != torch.uint8 or pixels.ndim < 3 or pixels.shape[-3] != 3:
            raise ValueError(f"pixels must be uint8 (..., 3, S, S), got {pixels.dtype} {tuple(pixels.shape)}")
        # (x / 255 - mean) / std as one multiply-add.
        scale = torch.tensor([1 / (255 * s) for s in self.std], device=pixels.device)[:, None, None]
        shift = torch.tensor([-m / s for m, s in zip(self.mean, self.std, strict=True)], device=pixels.device)
        return torch.addcmul(shift[:, None, None], pixels.to(torch.float32), scale).to(dtype)


def _edge(value: Any, name: str) -> int:
    """One edge length from {"shortest_edge": n}, {"height": n, "width": n}, [n, n] or n."""
    if isinstance(value, Mapping):
        if value.get("longest_edge"):
            raise ValueError(f"{name} is {value}; a limit on the longest edge is not known")
        value = value.get("shortest_edge") or (value.get("height"), value.get("width"))
    if isinstance(value, (list, tuple)):
        edges = set(value)
        if len(edges) != 1 or None in edges:
            raise ValueError(f"{name} is {value}; only one shortest edge or a square is known")
        value = edges.pop()
    return int(value)


def _centre_crop(images: torch.Tensor, side: int) -> torch.Tensor:
    """images: (N, 3, H, W) -> (N, 3, side, side); smaller images are padded with black (as transformers does)."""
    height, width = images.shape[-2:]
    # Rounded down when cropping, up when padding: (H - S) // 2 is negative then, and -(-x // 2) rounds up.
    top, left = (height - side) // 2, (width - side) // 2
    if top < 0 or left < 0:
        above, before = max(0, ceil((side - height) / 2)), max(0, ceil((side - width) / 2))
        below, after = max(0, side - height - above), max(0, side - width - before)
        images = functional.pad(images, (before, after, above, below))
        top, left = max(0, top), max(0, left)
    return images[..., top : top + side, left : left + side]
