"""SRL-CLIP: CLIP with LoRA on its image tower plus the Video Contextualizer; saved and loaded.

A model folder holds adapter/ (peft's own format), contextualizer.safetensors and srlclip.json; the base model is
named there, not stored. The ablations differ: without a contextualizer its file is absent, and full fine-tuning stores
the whole image tower as image_tower.safetensors.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from torch import nn

from srlclip.config import ContextualizerSettings, LoraSettings, TuningSettings, from_dict
from srlclip.files import replacing, write_json
from srlclip.models.adapters import adapter_shapes
from srlclip.models.checkpoints import CARD, fetch_folder, read_json, resolve_bundled
from srlclip.models.contextualizer import VideoContextualizer
from srlclip.models.encoder import ClipEncoder
from srlclip.pooling import clip_vectors, event_vectors
from srlclip.situations import CheckpointError

__all__ = ["SRLCLIP", "Features", "load_contextualizer", "read_model_card", "resolve_bundled"]

FORMAT = 1
_CONTEXTUALIZER = "contextualizer.safetensors"
_IMAGE_TOWER = "image_tower.safetensors"


@dataclass(frozen=True)
class Features:
    """Embeddings of B clips of E events of F frames; every vector is L2-normalised.

    frames: (B, E, F, D). clip_events: (B, E, D), the mean of an event's frames, normalised again so that products are
    cosines. clip_video: (B, D), likewise over all frames. vc_events: (B, E, D) and vc_video: (B, D), contextualised; None
    for a model without contextualizer.
    """

    frames: torch.Tensor
    clip_events: torch.Tensor
    vc_events: torch.Tensor | None
    clip_video: torch.Tensor
    vc_video: torch.Tensor | None


class SRLCLIP(nn.Module):
    """The model that is trained: an encoder of which some weights are tuned, and a contextualizer over its frames."""

    def __init__(
        self,
        encoder: ClipEncoder,
        contextualizer: VideoContextualizer | None,
        lora: LoraSettings,
        tuning: TuningSettings | None = None,
        base_fingerprint: str | None = None,
    ):
        super().__init__()
        self.encoder, self.contextualizer, self.lora = encoder, contextualizer, lora
        self.tuning = tuning or TuningSettings()
        # Taken before training: full fine-tuning changes the weights that it is computed from.
        self.base_fingerprint = base_fingerprint or encoder.fingerprint()

    @classmethod
    def create(
        cls,
        base: str | Path,
        lora: LoraSettings | None = None,
        contextualizer: ContextualizerSettings | None = None,
        device: str | torch.device = "cpu",
        tuning: TuningSettings | None = None,
    ) -> SRLCLIP:
        """An untrained model on a base given as bundled name, folder or Hub id: its frame features are plain CLIP's.

        A contextualizer of 0 layers is none. Random weights come from torch's global generator. Raises CheckpointError
        and ValueError.
        """
        encoder, lora, tuning = ClipEncoder.load(base), lora or LoraSettings(), tuning or TuningSettings()
        settings = contextualizer or ContextualizerSettings()
        if towers := _lora_towers(tuning):
            encoder.add_lora(lora, towers)
        if tuning.image == "full":
            encoder.train_image_tower()
        context = VideoContextualizer(encoder.embed_dim, settings) if settings.layers else None
        return cls(encoder, context, lora, tuning).to(device)

    def forward(
        self, pixels: torch.Tensor, texts: Sequence[str] | None = None
    ) -> Features | tuple[Features, torch.Tensor]:
        """pixels: floats (B, E, F, 3, S, S) -> Features; with N texts also their embeddings (N, D), L2-normalised.

        Texts go through here while the text tower is tuned, so that data-parallel wrappers see its gradients.
        """
        if pixels.ndim != 6:
            raise ValueError(f"pixels must be (B, E, F, 3, S, S), got {tuple(pixels.shape)}")
        frames = self.encoder.encode_frames(pixels)
        vc_video, vc_events = self.contextualizer(frames) if self.contextualizer is not None else (None, None)
        features = Features(
            frames=frames,
            clip_events=event_vectors(frames),
            vc_events=vc_events,
            clip_video=clip_vectors(frames),
            vc_video=vc_video,
        )
        return features if texts is None else (features, self.encoder.encode_texts(texts))

    def trainable_parameters(self) -> list[nn.Parameter]:
        """The encoder's tuned weights and the contextualizer's, in a fixed order."""
        context = self.contextualizer.parameters() if self.contextualizer is not None else ()
        return [*self.encoder.trainable_parameters(), *context]

    def save(self, folder: str | Path, metadata: Mapping[str, Any] | None = None) -> None:
        """Write the model folder; metadata: JSON values about the run (data, steps, licence), kept as given."""
        from safetensors.torch import save_file

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        # The card is written last: a folder without one is an unfinished save, and `load` refuses it.
        (folder / CARD).unlink(missing_ok=True)
        parts: dict[str, dict[str, torch.Tensor]] = {}
        if self.encoder.has_lora:
            self.encoder.save_adapter(folder / "adapter")
        if self.tuning.image == "full":
            parts[_IMAGE_TOWER] = dict(self.encoder.image_tower())
        if self.contextualizer is not None:
            parts[_CONTEXTUALIZER] = self.contextualizer.state_dict()
        for name, weights in parts.items():
            weights = {key: value.detach().cpu().contiguous() for key, value in weights.items()}
            with replacing(folder / name) as draft:
                save_file(weights, str(draft), metadata={"format": "pt"})
        card = {
            "format": FORMAT,
            "base": self.encoder.name,
            "base_fingerprint": self.base_fingerprint,
            "embed_dim": self.encoder.embed_dim,
            "image_size": self.encoder.image_size,
            "tuning": asdict(self.tuning),
            "lora": asdict(self.lora),
            "contextualizer": asdict(self.contextualizer.settings) if self.contextualizer is not None else None,
            "versions": _versions(),
            "metadata": dict(metadata or {}),
        }
        write_json(folder / CARD, card, sort_keys=True)

    @classmethod
    def load(
        cls,
        folder: str | Path,
        base: str | Path | None = None,
        device: str | torch.device = "cpu",
        trainable: bool = False,
    ) -> SRLCLIP:
        """A saved model in eval mode; folder: bundled name, local folder or Hub id, base: None for the one it names.

        trainable: whether the tuned weights and the contextualizer take gradients. Raises CheckpointError.
        """
        folder = fetch_folder(folder)
        card = read_model_card(folder)
        encoder = ClipEncoder.load(base if base is not None else card["base"])
        check_base(card, encoder, folder)
        tuning = read_tuning(card, folder)
        if _lora_towers(tuning):
            encoder.load_adapter(folder / "adapter", trainable=trainable)
        if tuning.image == "full":
            load_image_tower(encoder, folder)
            if trainable:
                encoder.train_image_tower()
        contextualizer = load_contextualizer(folder)
        if contextualizer is not None:
            contextualizer.requires_grad_(trainable)
        try:
            lora = from_dict(LoraSettings, card["lora"])
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{folder / CARD}: lora: {error}") from error
        return cls(encoder, contextualizer, lora, tuning, card["base_fingerprint"]).eval().to(device)


def _lora_towers(tuning: TuningSettings) -> tuple[str, ...]:
    return ("vision",) * (tuning.image == "lora") + ("text",) * (tuning.text == "lora")


def read_tuning(card: Mapping[str, Any], folder: Path) -> TuningSettings:
    """Which weights the model folder brings: the paper's choice where an older card does not say. CheckpointError.

    An adapter that reaches other towers than the card says is refused: a pair shares the towers that are frozen.
    """
    try:
        tuning = from_dict(TuningSettings, card.get("tuning", {}))
    except (TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{folder / CARD}: {error}; save the model again") from error
    if wanted := _lora_towers(tuning):
        adapted = {name.split("_model.")[0] for name in adapter_shapes(folder / "adapter")}
        if adapted != set(wanted):
            raise CheckpointError(
                f"{folder}: the adapter is for {' and '.join(sorted(adapted))} tower, {CARD} says {' and '.join(wanted)}; "
                "save the model again"
            )
    return tuning


def load_image_tower(encoder: ClipEncoder, folder: Path) -> None:
    """Replace the image tower's weights, in place, by those of a fully fine-tuned model folder. CheckpointError."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = folder / _IMAGE_TOWER
    try:
        stored, own = load_file(path), encoder.image_tower()
    except (FileNotFoundError, SafetensorError) as error:
        raise CheckpointError(f"{path}: {error}; save or download the model again") from error
    if {k: v.shape for k, v in stored.items()} != {k: v.shape for k, v in own.items()}:
        raise CheckpointError(f"{path} does not fit the image tower of {encoder.name}; use its own base")
    with torch.no_grad():
        for name, weight in own.items():
            weight.copy_(stored[name])


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


def check_base(card: Mapping[str, Any], encoder: ClipEncoder, folder: Path) -> str:
    """The encoder's fingerprint. CheckpointError unless it is the base model that the card was written for."""
    if card["embed_dim"] != encoder.embed_dim:
        raise CheckpointError(
            f"{folder} was trained on {card['base']} with {card['embed_dim']}-d embeddings, "
            f"{encoder.name} has {encoder.embed_dim}; use {card['base']} as base"
        )
    fingerprint = encoder.fingerprint()
    if card["base_fingerprint"] == encoder.projections_fingerprint():
        raise CheckpointError(
            f"{folder} was saved when a base was known by its projections alone, which say nothing of its towers; if it "
            f"was trained on {encoder.name} as it is now, write {fingerprint} as base_fingerprint into {folder / CARD}"
        )
    if card["base_fingerprint"] != fingerprint:
        raise CheckpointError(
            f"{folder} was trained on {card['base']}, whose weights differ from those of {encoder.name}; "
            f"use {card['base']} as base"
        )
    return fingerprint


def load_contextualizer(folder: Path) -> VideoContextualizer | None:
    """The frozen contextualizer of a model folder, in eval mode on the CPU; None if it has none. CheckpointError."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    card, path = read_model_card(folder), folder / _CONTEXTUALIZER
    if card["contextualizer"] is None:
        return None
    if not path.is_file():
        raise CheckpointError(f"{folder} has no {_CONTEXTUALIZER}; it is not a complete model folder")
    try:
        model = VideoContextualizer(card["embed_dim"], from_dict(ContextualizerSettings, card["contextualizer"]))
        model.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path} does not fit {CARD}: {error}") from error
    return model.eval().requires_grad_(False)


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in ("srlclip", "torch", "transformers", "peft"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
