"""The pair that is compared: a base CLIP and its adapted copy, in one process and almost one model's memory.

The adapter is merged into copies of the layers it touches; every other weight, the whole text tower included, is the
base model's own. Nothing is toggled, so both models can be used from several threads.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch

from srlclip.files import files_digest
from srlclip.models.adapters import adapter_shapes, merge_weights
from srlclip.models.checkpoints import fetch_folder
from srlclip.models.contextualizer import VideoContextualizer
from srlclip.models.encoder import ClipEncoder
from srlclip.models.srlclip import (
    check_base,
    load_contextualizer,
    load_image_tower,
    read_model_card,
    read_tuning,
)
from srlclip.results import Both
from srlclip.situations import CheckpointError
from srlclip.speed import EXACT, FAST, precision_of


class ClipPair:
    """base and adapted encoders over the same tokenizer and preprocessing, both frozen and in eval mode.

    contextualizer: the adapted model's, or None without an adapter. fingerprints: 16 hex digits per model ("base",
    "adapted") that change with its weights, for result files and what was trained on them. precision: of the image towers'
    weights, fp32 or bf16. feature_cosine: the smallest one known between a frame's embedding and its exact one, under
    either model; 1 for exact weights, None where nobody has measured it.
    """

    def __init__(
        self,
        base: ClipEncoder,
        adapted: ClipEncoder,
        contextualizer: VideoContextualizer | None,
        fingerprints: dict[str, str],
    ):
        self.base, self.adapted, self.contextualizer = base, adapted, contextualizer
        self.encoders = Both(base, adapted)
        self.fingerprints, self.precision = fingerprints, EXACT
        self.feature_cosine: float | None = 1.0

    @property
    def marks(self) -> dict[str, str]:
        """What stored embeddings are known by, per model: the fingerprint, and the precision where it is not exact."""
        return {model: self.mark(fingerprint) for model, fingerprint in self.fingerprints.items()}

    def mark(self, fingerprint: str) -> str:
        """A fingerprint of weights, with the precision that they compute in where it is not exact."""
        return fingerprint if self.precision == EXACT else f"{fingerprint}-{self.precision}"

    @classmethod
    def load(
        cls,
        base: str | Path | None,
        adapter: str | Path | None,
        device: str | torch.device = "cpu",
        precision: str = EXACT,
        frames_only: bool = False,
    ) -> ClipPair:
        """base: bundled name, folder or Hub id, None for the one the adapter names. adapter: likewise a model folder
        written by SRLCLIP.save; None makes the adapted model the base itself.

        precision: of the image towers' weights, one of speed.PRECISIONS; embeddings are float32 always. frames_only: no text will
        be embedded, so the adapter may have changed the text tower too.
        Raises CheckpointError; ValueError when both are None.
        """
        precision = precision_of(precision, device)
        if adapter is None:
            if base is None:
                raise ValueError("base and adapter are both None; give at least one")
            encoder = ClipEncoder.load(base, device)
            pair = cls(encoder, encoder, None, dict.fromkeys(("base", "adapted"), encoder.fingerprint()))
        else:
            folder = fetch_folder(adapter)
            card = read_model_card(folder)
            encoder = ClipEncoder.load(base if base is not None else card["base"], device)
            fingerprint = check_base(card, encoder, folder)
            if not frames_only and read_tuning(card, folder).text != "frozen":
                raise CheckpointError(
                    f"{folder} also changes the text tower, which a compared pair shares; compare it with "
                    "training/evaluate.py, or train with tuning.text=frozen"
                )
            adapted = adapted_copy(encoder, folder)
            marks = {"base": fingerprint, "adapted": files_digest(*_weight_files(folder))[:16]}
            contextualizer = load_contextualizer(folder)
            pair = cls(encoder, adapted, contextualizer.to(device) if contextualizer is not None else None, marks)
        if precision == FAST:
            pair.use_bfloat16()
        return pair

    def use_bfloat16(self) -> None:
        """The fast mode: the image towers' weights in bfloat16. Texts stay exact: they take little time, and their rounding
        would move more ranks than that of the frames. There is no way back."""
        self.precision, self.feature_cosine = FAST, None
        # After merging, so that small deltas are added in float32. Parameters are changed in place: sharing stays.
        for encoder in (self.base, self.adapted):
            encoder.clip.vision_model.to(torch.bfloat16)
            encoder.clip.visual_projection.to(torch.bfloat16)
        # The others may lie in the file's memory map, which would stay whole, with the exact image tower in it.
        for weight in {*self.base.clip.parameters(), *self.adapted.clip.parameters()}:
            if weight.dtype != torch.bfloat16:
                weight.data = weight.data.clone()

    @property
    def embed_dim(self) -> int:
        return self.base.embed_dim

    @torch.inference_mode()
    def encode_frames(self, pixels: torch.Tensor, chunk: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
        """pixels: floats (..., 3, S, S) -> base and adapted embeddings, each (..., D), L2-normalised."""
        base = self.base.encode_frames(pixels, chunk)
        return base, base.clone() if self.adapted is self.base else self.adapted.encode_frames(pixels, chunk)

    @torch.inference_mode()
    def context_events(self, frames: torch.Tensor) -> torch.Tensor:
        """The contextualizer's event vectors: adapted frame embeddings (B, E, F, D) -> (B, E, D), L2-normalised.

        Raises CheckpointError if the adapted model has no contextualizer.
        """
        if self.contextualizer is None:
            raise CheckpointError("the adapted model has no contextualizer; use the frames' means as event vectors")
        return self.contextualizer(frames.float())[1]

    def feature_fingerprint(self, model: str, contextualized: bool = False) -> str:
        """16 hex digits over all weights that a model's frame embeddings come from, and with the contextualizer's."""
        if not contextualized or self.contextualizer is None:
            return self.fingerprints[model]
        digest = hashlib.sha256(self.fingerprints[model].encode())
        for name, weight in sorted(self.contextualizer.state_dict().items()):
            digest.update(name.encode() + weight.detach().cpu().float().contiguous().numpy().tobytes())
        return digest.hexdigest()[:16]

    @torch.inference_mode()
    def encode_texts(self, texts: Sequence[str], chunk: int = 64) -> torch.Tensor:
        """N texts -> (N, D), L2-normalised; the same for both models, whose text tower is one."""
        return self.base.encode_texts(texts, chunk)


def _weight_files(folder: Path) -> list[Path]:
    """The files whose weights make the adapted image tower."""
    files = (folder / "adapter" / "adapter_model.safetensors", folder / "image_tower.safetensors")
    return [path for path in files if path.is_file()]


def adapted_copy(base: ClipEncoder, folder: Path) -> ClipEncoder:
    """The encoder of a model folder, merged, sharing with `base` every weight that it does not change.

    `base` is left as it is. Raises CheckpointError for a folder that does not fit.
    """
    tuning = read_tuning(read_model_card(folder), folder)
    touched, adapter = set(), folder / "adapter"
    if "lora" in (tuning.image, tuning.text):
        touched |= {f"{name}.weight" for name in adapter_shapes(adapter)}
    if tuning.image == "full":
        touched |= set(base.image_tower())
    clip = base.clip
    # What the memo already holds, deepcopy takes as it is: here all tensors but the touched ones.
    memo: dict[int, object] = {id(weight): weight for name, weight in clip.named_parameters() if name not in touched}
    memo.update((id(buffer), buffer) for buffer in clip.buffers())
    if tuning.text == "frozen":
        memo[id(clip.text_model)] = clip.text_model
    adapted = ClipEncoder(copy.deepcopy(clip, memo), base.tokenizer, base.preprocess_spec, base.name)
    if "lora" in (tuning.image, tuning.text):
        merge_weights(adapter, adapted.clip)
    if tuning.image == "full":
        load_image_tower(adapted, folder)
    return adapted.eval()
