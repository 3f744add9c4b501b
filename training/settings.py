"""Everything that one adaptation run depends on. Defaults are the paper's where it gives them; presets for SynSitu lie in
training/configs/.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from srlclip.config import (
    ContextualizerSettings,
    LoraSettings,
    TuningSettings,
    check_at_least,
    check_one_of,
)
from srlclip.language.negatives import RULES
from training.recipe.sources import SOURCES


@dataclass(frozen=True)
class LossSettings:
    """total = clip_event * CLIP-Event + vc_event * VC-Event + video * (clip_video * CLIP-Video + vc_video * VC-Video).

    `video` is the paper's lambda. verb_role_negatives: N_vr, captions per event with another verb and its role names.
    negative_roles: which roles those have, see srlclip.language.negatives.RULES. role_swaps: further captions per event in
    which two bindings are exchanged: who does it to whom, who wears what, the direction, the manner (ours, not the paper's).
    natural_negatives: whether the other events of the same clip stand in an event's denominator.
    """

    clip_event: float = 1.0
    vc_event: float = 1.0
    clip_video: float = 1.0
    vc_video: float = 1.0
    video: float = 0.25
    verb_role_negatives: int = 4
    natural_negatives: bool = True
    negative_roles: str = "follow"
    role_swaps: int = 0

    def __post_init__(self) -> None:
        for name in ("clip_event", "vc_event", "clip_video", "vc_video", "video"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"loss.{name} is {getattr(self, name):g}; it must be 0 or more")
        if not 0 <= self.verb_role_negatives <= 8:
            raise ValueError(f"loss.verb_role_negatives is {self.verb_role_negatives}; allowed: 0 to 8")
        if not 0 <= self.role_swaps <= 8:
            raise ValueError(f"loss.role_swaps is {self.role_swaps}; allowed: 0 to 8")
        check_one_of("loss.negative_roles", self.negative_roles, RULES)

    def weight(self, term: str) -> float:
        """What a term of srlclip.losses.TERMS counts for in the total, lambda included."""
        return getattr(self, term) * (self.video if term.endswith("_video") else 1.0)


@dataclass(frozen=True)
class DataSettings:
    """Where the training clips come from and how they are read.

    source: one of training.recipe.sources.SOURCES: "synsitu" (rendered on demand into `root` if it is not there), "vidsitu"
    (official files), "jsonl", ...
    videos: folder of mp4 files or frame folders; "" means next to the annotations. drawn: SynSitu only: frames are drawn straight
    into the frame cache, no video files, no codec.
    clips, valid_clips: how many to use (0 = all). look_alikes: how many more training clips, of SynSitu's films of five clips
    that share scene and cast. films_together: whether the clips of a film stay in one batch (VidSitu's films too), so that its
    negatives are look-alikes. share: part of the training clips that is trained on, drawn by the run's
    seed; smaller shares are subsets of larger ones. events, frames_per_event: P (0 = all that are labelled) and T of the
    paper. caption_style: see training.recipe.texts.STYLES. propbank: folder of PropBank frame files that give roles to verbs
    without annotations ("" = none). propbank_classes: whether a verb that shares a VerbNet class of those files with an event's
    verb is kept from its negatives, as near-synonyms are; they are wide, walk and jog share one (srlclip.language.near_verbs).
    """

    source: str = "synsitu"
    root: str = "data/synsitu"
    videos: str = ""
    drawn: bool = False
    clips: int = 1000
    valid_clips: int = 200
    look_alikes: int = 0
    films_together: bool = False
    share: float = 1.0
    events: int = 0
    frames_per_event: int = 4
    caption_style: str = "srl"
    role_names: str = "short"
    propbank: str = ""
    propbank_classes: bool = False
    cache: str = "cache"
    workers: int = 2

    def __post_init__(self) -> None:
        check_one_of("data.source", self.source, tuple(SOURCES))
        check_one_of("data.role_names", self.role_names, ("short", "raw"))
        if not 0 < self.share <= 1:
            raise ValueError(f"data.share is {self.share:g}; it must be above 0 and at most 1")
        for name in ("clips", "valid_clips", "look_alikes", "events"):
            check_at_least(f"data.{name}", getattr(self, name), 0)
        for name in ("frames_per_event", "workers"):
            check_at_least(f"data.{name}", getattr(self, name), 1)
        if self.look_alikes and not SOURCES[self.source].look_alikes:
            raise ValueError(
                f"data.look_alikes is {self.look_alikes}; data.source={self.source} has none, leave it at 0"
            )

    @property
    def draws(self) -> bool:
        """Whether frames are drawn instead of decoded: `drawn`, which says nothing of sources whose clips are videos."""
        return self.drawn and SOURCES[self.source].synthetic


@dataclass(frozen=True)
class OptimSettings:
    """AdamW, learning rate 1e-6, 20 clips a batch, 40 epochs (paper). schedule and warm-up are our choice.

    contextualizer_rate: the contextualizer's learning rate in multiples of learning_rate; 1 is the paper's one rate for all.
    batch_clips: clips of one step over all processes; contrastive negatives come from these. accumulate: steps whose
    gradients are averaged before the optimiser moves; negatives still come from one step. precision: "fp32", or mixed
    "bf16" or "fp16". checkpoint_activations: recompute activations in the backward pass, for memory. compile: the image
    tower by torch.compile.
    """

    learning_rate: float = 1e-6
    contextualizer_rate: float = 1.0
    weight_decay: float = 0.01
    batch_clips: int = 20
    epochs: int = 40
    warmup_steps: int = 0
    schedule: str = "constant"
    clip_norm: float = 1.0
    precision: str = "fp32"
    accumulate: int = 1
    checkpoint_activations: bool = False
    compile: bool = False

    def __post_init__(self) -> None:
        check_one_of("optim.schedule", self.schedule, ("constant", "cosine", "linear"))
        check_one_of("optim.precision", self.precision, ("fp32", "bf16", "fp16"))
        for name, least in (("batch_clips", 1), ("epochs", 0), ("warmup_steps", 0), ("accumulate", 1)):
            check_at_least(f"optim.{name}", getattr(self, name), least)
        for name in ("learning_rate", "contextualizer_rate", "weight_decay", "clip_norm"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"optim.{name} is {getattr(self, name)!r}; it must be 0 or more")


@dataclass(frozen=True)
class TrainSettings:
    """Everything one adaptation run depends on. base: bundled name, local folder or Hub id.

    trackers: comma-separated names that Accelerate knows ("tensorboard", "wandb", ...), besides log.jsonl; "" for none.
    checkpoint_every: optimiser steps between two checkpoints (one more is written after every epoch). validate_tokens: whether
    validation also asks what the contextualizer's event tokens hold, beside the frames' means (see training.recipe.validation).
    """

    base: str = "openai/clip-vit-base-patch32"
    out: str = "runs/srlclip"
    seed: int = 0
    trackers: str = "tensorboard"
    checkpoint_every: int = 100
    validate_tokens: bool = False
    tuning: TuningSettings = field(default_factory=TuningSettings)
    lora: LoraSettings = field(default_factory=LoraSettings)
    contextualizer: ContextualizerSettings = field(default_factory=ContextualizerSettings)
    loss: LossSettings = field(default_factory=LossSettings)
    data: DataSettings = field(default_factory=DataSettings)
    optim: OptimSettings = field(default_factory=OptimSettings)

    def __post_init__(self) -> None:
        check_at_least("checkpoint_every", self.checkpoint_every, 1)
        if not any(self.loss.weight(term) for term in ("clip_event", "clip_video")) and not self.contextualized:
            raise ValueError("no loss is left: its weights under loss.* are 0, or need a contextualizer that is off")

    @property
    def contextualized(self) -> bool:
        """Whether a contextualizer is trained: it has layers, and a loss that asks for it."""
        return self.contextualizer.layers > 0 and bool(self.loss.weight("vc_event") or self.loss.weight("vc_video"))
