"""SRL-CLIP: CLIP with LoRA on its image tower plus the Video Contextualizer; saved, loaded and paired with its base.

A model folder holds adapter/ (peft's own format), contextualizer.safetensors and srlclip.json; the base model is
named there, not stored.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as functional
from torch import nn

from ..config import ContextualizerSettings, LoraSettings, from_dict
from ..situations import CheckpointError
from .checkpoints import fetch_folder, read_json, resolve_bundled, write_json
from .contextualizer import VideoContextualizer
from .encoder import ClipEncoder

__all__ = ["SRLCLIP", "Features", "load_contextualizer", "read_model_card", "resolve_bundled"]

FORMAT = 1
CARD = "srlclip.json"
_CONTEXTUALIZER = "contextualizer.safetensors"


@dataclass(frozen=True)
class Features:
    """Embeddings of B clips of E events of F frames; every vector is L2-normalised.

    frames: (B, E, F, D). clip_events: (B, E, D), the mean of an event's frames, normalised again so that products are
    cosines. clip_video: (B, D), likewise over all frames. vc_events: (B, E, D) and vc_video: (B, D), contextualised.
    """

    frames: torch.Tensor
    clip_events: torch.Tensor
    vc_events: torch.Tensor
    clip_video: torch.Tensor
    vc_video: torch.Tensor


class SRLCLIP(nn.Module):
    """The model that is trained: an encoder that carries LoRA, and a contextualizer over its frame embeddings."""

    def __init__(self, encoder: ClipEncoder, contextualizer: VideoContextualizer, lora: LoraSettings):
        super().__init__()
        self.encoder, self.contextualizer, self.lora = encoder, contextualizer, lora

    @classmethod
    def create(
        cls,
        base: str | Path,
        lora: LoraSettings | None = None,
        contextualizer: ContextualizerSettings | None = None,
        device: str | torch.device = "cpu",
    ) -> SRLCLIP:
        """An untrained model on a base given as bundled name, folder or Hub id: its frame features are plain CLIP's.

        The contextualizer's random weights come from torch's global generator. Raises CheckpointError and ValueError.
        """
        encoder = ClipEncoder.load(base)
        lora = lora or LoraSettings()
        encoder.add_lora(lora)
        model = cls(encoder, VideoContextualizer(encoder.embed_dim, contextualizer or ContextualizerSettings()), lora)
        return model.to(device)

    def forward(self, pixels: torch.Tensor) -> Features:
        """pixels: floats (B, E, F, 3, S, S) -> Features."""
        if pixels.ndim != 6:
            raise ValueError(f"pixels must be (B, E, F, 3, S, S), got {tuple(pixels.shape)}")
        frames = self.encoder.encode_frames(pixels)
        vc_video, vc_events = self.contextualizer(frames)
        return Features(
            frames=frames,
            clip_events=functional.normalize(frames.mean(dim=2), dim=-1),
            vc_events=vc_events,
            clip_video=functional.normalize(frames.mean(dim=(1, 2)), dim=-1),
            vc_video=vc_video,
        )

    def trainable_parameters(self) -> list[nn.Parameter]:
        """The adapter's and the contextualizer's parameters, in a fixed order."""
        return [*self.encoder.lora_parameters(), *self.contextualizer.parameters()]

    def save(self, folder: str | Path, metadata: Mapping[str, Any] | None = None) -> None:
        """Write the model folder; metadata: JSON values about the run (data, steps, licence), kept as given."""
        from safetensors.torch import save_file

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        # The card is written last: a folder without one is an unfinished save, and `load` refuses it.
        (folder / CARD).unlink(missing_ok=True)
        self.encoder.save_adapter(folder / "adapter")
        weights = {name: value.detach().cpu().contiguous() for name, value in self.contextualizer.state_dict().items()}
        save_file(weights, str(folder / _CONTEXTUALIZER), metadata={"format": "pt"})
        card = {
            "format": FORMAT,
            "base": self.encoder.name,
            "base_fingerprint": self.encoder.fingerprint(),
            "embed_dim": self.encoder.embed_dim,
            "image_size": self.encoder.image_size,
            "lora": asdict(self.lora),
            "contextualizer": asdict(self.contextualizer.settings),
            "versions": _versions(),
            "metadata": dict(metadata or {}),
        }
        write_json(folder / CARD, card)

    @classmethod
    def load(
        cls,
        folder: str | Path,
        base: str | Path | None = None,
        device: str | torch.device = "cpu",
        trainable: bool = False,
    ) -> SRLCLIP:
        """A saved model in eval mode; folder: bundled name, local folder or Hub id, base: None for the one it names.

        trainable: whether the adapter and the contextualizer take gradients (to resume). Raises CheckpointError.
        """
        folder = fetch_folder(folder)
        card = read_model_card(folder)
        encoder = ClipEncoder.load(base if base is not None else card["base"])
        check_base(card, encoder, folder)
        encoder.load_adapter(folder / "adapter", trainable=trainable)
        contextualizer = load_contextualizer(folder).requires_grad_(trainable)
        try:
            lora = from_dict(LoraSettings, card["lora"])
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{folder / CARD}: lora: {error}") from error
        return cls(encoder, contextualizer, lora).eval().to(device)


def read_model_card(folder: Path) -> dict[str, Any]:
    """The content of srlclip.json in a model folder. Raises CheckpointError for another or an unknown format."""
    card = read_json(folder / CARD)
    if card.get("format") != FORMAT:
        raise CheckpointError(
            f"{folder / CARD} has format {card.get('format')!r}, this version reads {FORMAT}; install a newer version"
        )
    missing = [key for key in ("base", "base_fingerprint", "embed_dim", "contextualizer") if key not in card]
    if missing:
        raise CheckpointError(f"{folder / CARD} lacks {', '.join(missing)}; save the model again")
    return card


def check_base(card: Mapping[str, Any], encoder: ClipEncoder, folder: Path) -> None:
    """CheckpointError unless `encoder` is the base model that the card was written for."""
    if card["embed_dim"] != encoder.embed_dim:
        raise CheckpointError(
            f"{folder} was trained on {card['base']} with {card['embed_dim']}-d embeddings, "
            f"{encoder.name} has {encoder.embed_dim}; use {card['base']} as base"
        )
    if card["base_fingerprint"] != encoder.fingerprint():
        raise CheckpointError(
            f"{folder} was trained on {card['base']}, whose weights differ from those of {encoder.name}; "
            f"use {card['base']} as base"
        )


def load_contextualizer(folder: Path) -> VideoContextualizer:
    """The frozen contextualizer of a model folder, in eval mode on the CPU. Raises CheckpointError."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    card, path = read_model_card(folder), folder / _CONTEXTUALIZER
    if not path.is_file():
        raise CheckpointError(f"{folder} has no {_CONTEXTUALIZER}; it is not a complete model folder")
    try:
        model = VideoContextualizer(card["embed_dim"], from_dict(ContextualizerSettings, card["contextualizer"]))
        model.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path} does not fit {CARD}: {error}") from error
    return model.eval().requires_grad_(False)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ("srlclip", "torch", "transformers", "peft"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
