"""A model of a pair as a SentenceTransformer: `pip install .[sentence-transformers]`.

    from srlclip.interop.sentence_transformer import sentence_transformer
    model = sentence_transformer("adapted")
    model.similarity(model.encode(["a man runs"]), model.encode([{"video": "clip.mp4"}]))

A merged model (training/export.py --merged) needs none of this: SentenceTransformer("shared/NAME/merged") reads it, for texts
and pictures. This one takes videos besides, and either model without exporting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from srlclip.interop.embedder import FRAMES, Embedder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def sentence_transformer(
    model: str = "adapted",
    base: str | None = None,
    adapter: str | None = None,
    device: str = "cpu",
    frames: int = FRAMES,
) -> SentenceTransformer:
    """encode() takes texts, pictures (PIL, path, (H, W, 3) array) and videos (path, (T, H, W, 3) array), and what names
    its kind, {"video": ...}; one kind a call. Vectors are L2-normalised. Raises CheckpointError, ImportError."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(modules=[wrap(Embedder.load(model, base, adapter, device, frames))], device=device)


def wrap(embedder: Embedder) -> Any:
    """The module that a SentenceTransformer of this embedder consists of."""
    from sentence_transformers.base.modality import infer_modality
    from sentence_transformers.base.modules.input_module import InputModule

    kinds = {"text": embedder.texts, "image": embedder.images, "video": embedder.videos}

    class SrlClipModule(InputModule):
        """Keeps what came until `forward`, where the model is."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = embedder.encoder  # so that .to(device) moves it
            self.tokenizer = embedder.encoder.tokenizer

        @property
        def modalities(self) -> list[str]:
            return list(kinds)

        @property
        def max_seq_length(self) -> int:
            return embedder.encoder.max_tokens

        def get_embedding_dimension(self) -> int:
            return embedder.encoder.embed_dim

        def preprocess(self, inputs: list[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
            kind = infer_modality(inputs[0], list(kinds))  # one for all: SentenceTransformer refuses a mixture
            values = [_bare(value, kind) for value in inputs]
            return {"kind": kind, "inputs": [(prompt or "") + v for v in values] if kind == "text" else values}

        def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
            return features | {"sentence_embedding": kinds[features["kind"]](features["inputs"])}

        def save(self, output_path: str, *_: Any, **__: Any) -> None:
            raise ValueError(
                f"not saved to {output_path}: write a model that sentence-transformers reads by itself with "
                "training/export.py --merged"
            )

    return SrlClipModule()


def _bare(value: Any, kind: str) -> Any:
    """An input without what names its kind, and a video without what is told besides of it."""
    if isinstance(value, dict) and kind in value:
        value = value[kind]
    return value["array"] if isinstance(value, dict) else value
