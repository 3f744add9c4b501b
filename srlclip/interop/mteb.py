"""A model of a pair as mteb evaluates it: `pip install .[mteb]`.

    import mteb
    from srlclip.interop.mteb import mteb_encoder
    mteb.evaluate(mteb_encoder("adapted"), mteb.get_tasks(tasks=["MSRVTTT2V"]))

Its video tasks need torchcodec. They hold other subsets than the papers' tables and rank by nDCG@10: good to compare with
their leaderboard, no replication of a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from srlclip.interop.embedder import FRAMES, Embedder
from srlclip.pooling import unit

if TYPE_CHECKING:
    from mteb.models import ModelMeta


def mteb_encoder(
    model: str = "adapted",
    base: str | None = None,
    adapter: str | None = None,
    device: str = "cpu",
    frames: int = FRAMES,
    name: str | None = None,
) -> MtebEncoder:
    """name: "organisation/model" that results are filed under. Raises CheckpointError."""
    embedder = Embedder.load(model, base, adapter, device, frames)
    called = Path(embedder.encoder.name).name if model == "base" else Path(adapter or "mini-srlclip").name
    return MtebEncoder(embedder, name or f"srlclip/{called}")


class MtebEncoder:
    """mteb's EncoderProtocol over texts, pictures and videos; audio beside a video is not heard."""

    def __init__(self, embedder: Embedder, name: str):
        self.embedder, self.name = embedder, name

    def encode(
        self,
        inputs: Iterable[dict[str, Any]],
        *,
        task_metadata: Any = None,
        hf_split: str = "",
        hf_subset: str = "",
        prompt_type: Any = None,
        **_: Any,
    ) -> torch.Tensor:
        """Batches with "text", "image" or "video" -> (N, D) on the CPU, L2-normalised; what has several of them is the
        normalised sum of their vectors, as mteb's own CLIP has it. task_metadata to prompt_type are mteb's and change
        nothing: CLIP takes no instructions. Raises ValueError."""
        return torch.cat([self._batch(batch) for batch in inputs]).cpu()

    def _batch(self, batch: dict[str, Any]) -> torch.Tensor:
        ways = {"text": self.embedder.texts, "image": self.embedder.images, "video": self.embedder.videos}
        parts = [embed(batch[kind]) for kind, embed in ways.items() if kind in batch]
        if not parts:
            raise ValueError(f"a batch has {', '.join(batch)}; it needs text, image or video")
        return unit(torch.stack(parts).sum(0))

    def similarity(self, embeddings1: Any, embeddings2: Any) -> torch.Tensor:
        """(N, D) and (M, D) -> cosines (N, M)."""
        return unit(torch.as_tensor(embeddings1)) @ unit(torch.as_tensor(embeddings2)).T

    def similarity_pairwise(self, embeddings1: Any, embeddings2: Any) -> torch.Tensor:
        """(N, D) twice -> cosines (N,)."""
        return (unit(torch.as_tensor(embeddings1)) * unit(torch.as_tensor(embeddings2))).sum(-1)

    @property
    def mteb_model_meta(self) -> ModelMeta:
        """The revision is the fingerprint of the weights, so that results of two models are never mixed up."""
        from mteb.models import ModelMeta
        from mteb.models.model_meta import ScoringFunction

        encoder = self.embedder.encoder
        return ModelMeta(
            loader=None,
            name=self.name,
            revision=self.embedder.pair.fingerprints[self.embedder.model],
            release_date=None,
            languages=["eng-Latn"],
            n_parameters=sum(weight.numel() for weight in encoder.clip.parameters()),
            memory_usage_mb=None,
            max_tokens=encoder.max_tokens,
            embed_dim=encoder.embed_dim,
            license=None,
            open_weights=True,
            public_training_code=None,
            public_training_data=None,
            framework=["PyTorch", "Transformers"],
            similarity_fn_name=ScoringFunction.COSINE,
            use_instructions=False,
            training_datasets=None,
            modalities=["text", "image", "video"],
            experiment_kwargs={"video_num_frames": self.embedder.frames},
        )
