"""CLIP as this project uses it: normalised embeddings of frames and texts, and LoRA on its towers.

Wraps transformers.CLIPModel (never copies it) and is the only door to peft.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from srlclip.config import LORA_TARGETS, LoraSettings
from srlclip.files import replacing, write_json
from srlclip.models.adapters import LAYER, adapter_shapes, check_adapter
from srlclip.models.checkpoints import local_only, missing_message, read_json, resolve_source
from srlclip.models.fingerprint import base_weights, weights_digest
from srlclip.pooling import unit
from srlclip.situations import CheckpointError
from srlclip.video.pixels import PreprocessSpec

if TYPE_CHECKING:
    from transformers import CLIPModel, CLIPTokenizer


class ClipEncoder(nn.Module):
    """Both towers of a CLIP model with its tokenizer and preprocessing.

    clip: the wrapped model; it may already carry LoRA layers. tokenizer, preprocess_spec: as the model was trained.
    name: what the model was loaded as (bundled name, folder or Hub id).
    """

    def __init__(self, clip: CLIPModel, tokenizer: CLIPTokenizer, preprocess_spec: PreprocessSpec, name: str):
        super().__init__()
        self.clip = clip
        self.tokenizer = tokenizer
        self.preprocess_spec = preprocess_spec
        self.name = name
        self.embed_dim: int = clip.config.projection_dim
        self.image_size: int = clip.config.vision_config.image_size
        self.max_tokens: int = clip.config.text_config.max_position_embeddings
        # peft's wrapper shares every module with `clip`; a list keeps it from being registered a second time.
        self._peft: list[nn.Module] = []
        self._check()

    def _check(self) -> None:
        if self.preprocess_spec.crop != self.image_size:
            raise CheckpointError(
                f"{self.name}: the processor crops to {self.preprocess_spec.crop} px but the model takes "
                f"{self.image_size}; use the preprocessor_config.json that belongs to the model"
            )
        text, end = self.clip.config.text_config, self.tokenizer.eos_token_id
        # CLIP pools at the end token. With another id it would silently pool the first token of every text alike;
        # id 2 stands for "the highest id", as in OpenAI's files.
        expected = text.vocab_size - 1 if text.eos_token_id == 2 else text.eos_token_id
        if end != expected:
            raise CheckpointError(
                f"{self.name}: the tokenizer ends texts with id {end} but the model expects {expected}; "
                "use the tokenizer files that belong to the model"
            )

    @classmethod
    def load(cls, source: str | Path, device: str | torch.device = "cpu") -> ClipEncoder:
        """A frozen float32 encoder in eval mode from a bundled name, a local folder or a Hub id.

        Reads safetensors weights only and runs no code from the model folder. Downloads nothing when HF_HUB_OFFLINE
        is set. Raises CheckpointError.
        """
        from transformers import CLIPModel, CLIPTokenizer

        resolved = resolve_source(source)
        if isinstance(resolved, Path):
            kind = read_json(resolved / "config.json").get("model_type")
            if kind != "clip":
                raise CheckpointError(
                    f"{source} holds a model of type {kind!r}; allowed: clip (transformers.CLIPModel)"
                )
        offline = local_only(resolved)
        try:
            # With the dtype named, torch's default, which other threads may be computing by, stays as it is.
            clip = CLIPModel.from_pretrained(
                str(resolved), dtype=torch.float32, use_safetensors=True, local_files_only=offline
            )
            tokenizer = CLIPTokenizer.from_pretrained(str(resolved), local_files_only=offline)
            if isinstance(resolved, Path):
                spec = PreprocessSpec.from_folder(resolved)
            else:
                from transformers.image_processing_utils import BaseImageProcessor

                config, _ = BaseImageProcessor.get_image_processor_dict(str(resolved), local_files_only=offline)
                spec = PreprocessSpec.from_processor_config(config)
        except CheckpointError:
            raise
        except Exception as error:
            raise CheckpointError(missing_message(source, error)) from error
        encoder = cls(clip.float(), tokenizer, spec, str(source))
        return encoder.eval().requires_grad_(False).to(device)

    def save(self, folder: str | Path) -> None:
        """Write a complete model folder (weights, tokenizer, processor) that `load` and transformers read."""
        if self._peft:
            raise CheckpointError("this encoder carries LoRA layers; save the adapter with save_adapter instead")
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.clip.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        write_json(folder / "preprocessor_config.json", self.preprocess_spec.to_processor_config(), sort_keys=True)

    @property
    def logit_scale(self) -> torch.Tensor:
        """CLIP's temperature as the factor on cosines: exp of the stored parameter, a float scalar."""
        return self.clip.logit_scale.float().exp()

    @property
    def device(self) -> torch.device:
        return self.clip.visual_projection.weight.device

    @property
    def has_lora(self) -> bool:
        return bool(self._peft)

    def fingerprint(self) -> str:
        """16 hex digits over all weights but those of LoRA layers: the same before and after LoRA is put on, another one
        once it is merged, or the towers are tuned."""
        return weights_digest(base_weights(self.clip))[:16]

    def projections_fingerprint(self) -> str:
        """16 hex digits over the projections and the temperature alone: how older files name a base. Models that share
        those may differ everywhere else, so this only serves to say what such a file is."""
        clip, digest = self.clip, hashlib.sha256()
        for weight in (clip.visual_projection.weight, clip.text_projection.weight, clip.logit_scale):
            digest.update(weight.detach().cpu().float().contiguous().numpy().tobytes())
        return digest.hexdigest()[:16]

    def encode_frames(self, pixels: torch.Tensor, chunk: int = 64) -> torch.Tensor:
        """pixels: floats (..., 3, S, S) from preprocess_spec.to_float -> (..., D), L2-normalised, float32.

        Without gradients, at most `chunk` images pass at a time, which bounds memory.
        """
        return self._by_chunks(lambda part: self.project(self._pool(part)), pixels, chunk)

    def pool_frames(self, pixels: torch.Tensor, chunk: int = 64) -> torch.Tensor:
        """As encode_frames, before the projection: (..., W), the image tower's own width, not normalised."""
        return self._by_chunks(self._pool, pixels, chunk)

    def _by_chunks(
        self, embed: Callable[[torch.Tensor], torch.Tensor], pixels: torch.Tensor, chunk: int
    ) -> torch.Tensor:
        size = self.image_size
        if not pixels.is_floating_point() or pixels.ndim < 3 or pixels.shape[-3:] != (3, size, size):
            raise ValueError(
                f"pixels must be floats (..., 3, {size}, {size}), got {pixels.dtype} {tuple(pixels.shape)}; "
                "use preprocess_spec.to_uint8 and to_float"
            )
        lead = pixels.shape[:-3]
        flat = pixels.reshape(-1, 3, size, size)
        parts = (flat,) if torch.is_grad_enabled() or len(flat) <= chunk else flat.split(chunk)
        vectors = torch.cat([embed(part) for part in parts])
        return vectors.reshape(*lead, vectors.shape[-1])

    def _pool(self, pixels: torch.Tensor) -> torch.Tensor:
        # The towers and projections are called directly: get_image_features returns a tensor or an output object,
        # depending on the version of transformers.
        weight = self.clip.visual_projection.weight
        return self.clip.vision_model(pixel_values=pixels.to(weight.device, weight.dtype)).pooler_output

    def project(self, pooled: torch.Tensor) -> torch.Tensor:
        """What pool_frames gives, (..., W) -> frame embeddings (..., D), L2-normalised, float32."""
        return unit(self.clip.visual_projection(pooled).float())

    def encode_texts(self, texts: Sequence[str], chunk: int = 64) -> torch.Tensor:
        """N texts -> (N, D), L2-normalised, float32. Texts beyond max_tokens are cut at the end.

        chunk: texts at a time; the activations of many more do not fit a CPU's cache, which costs a third of the speed."""
        if isinstance(texts, str):
            raise ValueError("texts must be a list of strings, got one string")
        if not len(texts):
            return torch.zeros(0, self.embed_dim, device=self._text_device)
        # Sorted by length, so that a chunk is padded to its own longest text and not to that of the whole list.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        parts = [self._texts([texts[i] for i in order[at : at + chunk]]) for at in range(0, len(order), chunk)]
        return torch.cat(parts)[torch.argsort(torch.tensor(order, device=self._text_device))]

    @property
    def _text_device(self) -> torch.device:
        """The text tower may stay on the CPU while the image tower is elsewhere (see zero_gpu)."""
        return self.clip.text_projection.weight.device

    def _texts(self, texts: list[str]) -> torch.Tensor:
        tokens = self.tokenizer(
            texts, padding="longest", truncation=True, max_length=self.max_tokens, return_tensors="pt"
        ).to(self._text_device)
        pooled = self.clip.text_model(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        ).pooler_output
        return unit(self.clip.text_projection(pooled).float())

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` with the start and end marks, before truncation (the limit is max_tokens)."""
        return len(self.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def count_truncated(self, texts: Sequence[str]) -> int:
        """How many of the texts are longer than max_tokens."""
        return sum(self.count_tokens(text) > self.max_tokens for text in texts)

    def use_gradient_checkpointing(self, on: bool = True) -> None:
        """Recompute activations in the backward pass: an order less memory at about 1.3 times the time.

        Only takes effect in training mode.
        """
        # transformers 5 calls it activation checkpointing and warns about the older name.
        new = hasattr(self.clip, "activation_checkpointing_enable")
        kind = "activation" if new else "gradient"
        if on:
            settings = {f"{kind}_checkpointing_kwargs": {"use_reentrant": False}}
            getattr(self.clip, f"{kind}_checkpointing_enable")(**settings)
        else:
            getattr(self.clip, f"{kind}_checkpointing_disable")()

    def add_lora(self, settings: LoraSettings, towers: Sequence[str] = ("vision",)) -> None:
        """Freeze everything and put trainable LoRA layers, zero at the start, on the towers ("vision", "text").

        Raises ValueError.
        """
        from peft import LoraConfig, get_peft_model

        if self._peft:
            raise ValueError("this encoder already carries LoRA layers; load a fresh one")
        # A full path by regular expression: both towers call their projections q_proj, k_proj and v_proj.
        layers = "|".join(re.escape(target) for target in LORA_TARGETS[settings.targets])
        blocks = "|".join(LAYER[tower] for tower in towers)
        config = LoraConfig(
            r=settings.rank,
            lora_alpha=settings.alpha,
            lora_dropout=settings.dropout,
            target_modules=f"({blocks})({layers})",
            bias="none",
        )
        self.requires_grad_(False)
        with _quiet():
            self._peft = [get_peft_model(self.clip, config)]
        # peft records the local path of the base model, which means nothing elsewhere.
        self._peft[0].peft_config["default"].base_model_name_or_path = self.name
        reached = len(self.adapted_modules())
        depth = sum(getattr(self.clip.config, f"{tower}_config").num_hidden_layers for tower in towers)
        wanted = depth * len(LORA_TARGETS[settings.targets])
        if reached != wanted:
            raise ValueError(f"LoRA reached {reached} layers of {' and '.join(towers)} tower, expected {wanted}")

    def adapted_modules(self) -> list[str]:
        """Paths inside `clip` of the layers that carry LoRA."""
        return [name for name, module in self.clip.named_modules() if hasattr(module, "lora_A")]

    def image_tower(self) -> dict[str, nn.Parameter]:
        """The image tower's own weights by name, its projection among them, without those of LoRA layers."""
        return {
            name: weight
            for name, weight in self.clip.named_parameters()
            if name.startswith(("vision_model.", "visual_projection.")) and "lora_" not in name
        }

    def train_image_tower(self) -> None:
        """Let all weights of the image tower take gradients (full fine-tuning); for an encoder without LoRA on it."""
        if any(name.startswith("vision_model.") for name in self.adapted_modules()):
            raise ValueError("the image tower carries LoRA layers; choose one of LoRA and full fine-tuning")
        for weight in self.image_tower().values():
            weight.requires_grad_(True)

    def trainable_parameters(self) -> list[nn.Parameter]:
        """The weights that take gradients, in a fixed order."""
        return [weight for weight in self.clip.parameters() if weight.requires_grad]

    def save_adapter(self, folder: str | Path) -> None:
        """Write adapter_config.json and adapter_model.safetensors, as peft.PeftModel.from_pretrained reads them."""
        from peft import get_peft_model_state_dict
        from safetensors.torch import save_file

        if not self._peft:
            raise CheckpointError("this encoder has no LoRA layers to save; call add_lora first")
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        config = self._peft[0].peft_config["default"]
        was, config.inference_mode = config.inference_mode, True
        config.save_pretrained(str(folder))
        config.inference_mode = was
        # Unset fields go: another version of peft may not know them, and would warn of each.
        file = folder / "adapter_config.json"
        values = {name: value for name, value in read_json(file).items() if value is not None}
        # Layers by name: a regular expression of a stranger could take forever, so none is read.
        write_json(file, values | {"target_modules": sorted(self.adapted_modules())}, sort_keys=True)
        weights = get_peft_model_state_dict(self._peft[0], save_embedding_layers=False)
        weights = {name: weight.detach().cpu().contiguous() for name, weight in weights.items()}
        with replacing(folder / "adapter_model.safetensors") as draft:
            save_file(weights, str(draft), metadata={"format": "pt"})

    def load_adapter(self, folder: str | Path, trainable: bool = False) -> None:
        """Put the adapter of a peft folder on its layers; everything else stays frozen. Raises CheckpointError."""
        from peft import LoraConfig, PeftModel

        if self._peft:
            raise CheckpointError("this encoder already carries LoRA layers; load a fresh one")
        checked = check_adapter(folder, self.clip)
        # Made of what was checked: peft never reads the folder's own configuration.
        config = LoraConfig(
            r=checked.rank,
            lora_alpha=checked.alpha,
            lora_dropout=checked.dropout,
            use_rslora=checked.rank_root,
            target_modules=sorted(adapter_shapes(folder)),
            bias="none",
            base_model_name_or_path=self.name,
        )
        self.requires_grad_(False)
        try:
            with _quiet():
                # where this encoder is: peft would take any GPU that it sees
                device = str(self.device)
                self._peft = [
                    PeftModel.from_pretrained(
                        self.clip, str(folder), is_trainable=trainable, config=config, torch_device=device
                    )
                ]
        except Exception as error:
            raise CheckpointError(f"{folder} does not fit {self.name}: {error}") from error

    def merge_adapter(self) -> None:
        """Add the LoRA deltas into the adapted layers' weights, in place, and drop the LoRA layers."""
        if self._peft:
            self.clip = self._peft.pop().merge_and_unload()
            self.clip.requires_grad_(False)


@contextmanager
def _quiet() -> Iterator[None]:
    """peft asks transformers for an attribute that newer versions deprecate: nothing that a user could act on."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)
        yield
