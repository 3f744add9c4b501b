"""Settings of a captioner's training: frozen dataclasses, as in srlclip/config.py."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from srlclip.config import CaptionerSettings
from training.settings import DataSettings


@dataclass(frozen=True)
class CaptionerOptim:
    """Adam (VideoWhisperer: learning rate 1e-4, 16 clips a batch, 15 epochs).

    patience: validations without a better CIDEr after which the run stops; 0 never stops early. validate_every: steps
    between two validations, 0 for every epoch. least_steps: the run takes at least so many, whatever epochs and patience
    say: an epoch of forty clips is three steps.
    """

    learning_rate: float = 1e-4
    batch_clips: int = 16
    epochs: int = 15
    patience: int = 5
    validate_every: int = 0
    least_steps: int = 0
    clip_norm: float = 1.0

    def __post_init__(self) -> None:
        for name, least in (
            ("batch_clips", 1), ("epochs", 1), ("patience", 0), ("validate_every", 0), ("least_steps", 0),
        ):  # fmt: skip
            if getattr(self, name) < least:
                raise ValueError(f"optim.{name} is {getattr(self, name)}; it must be {least} or more")
        for name in ("learning_rate", "clip_norm"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"optim.{name} is {getattr(self, name)!r}; it must be 0 or more")


@dataclass(frozen=True)
class CaptionerTraining:
    """Everything that one captioner's training depends on.

    adapter: SRL-CLIP model whose features are read, "" for none. base: "" for the one that the adapter names. model: whose
    features, "base" or "adapted". skip_clips: how many training clips at the beginning are passed over, for instance those
    that the adapter has learnt from (data.clips counts from there). least_word_count: words of the training fillers that occur less often are unknown.
    data: as for train.py; caption_style, propbank, propbank_classes and films_together have no effect here. trackers: as there.
    """

    base: str = ""
    adapter: str = "mini-srlclip"
    model: str = "adapted"
    out: str = "runs/captioner"
    seed: int = 0
    trackers: str = "tensorboard"
    skip_clips: int = 0
    least_word_count: int = 1
    captioner: CaptionerSettings = field(default_factory=CaptionerSettings)
    data: DataSettings = field(default_factory=DataSettings)
    optim: CaptionerOptim = field(default_factory=CaptionerOptim)

    def __post_init__(self) -> None:
        if self.model not in ("base", "adapted"):
            raise ValueError(f"model is {self.model!r}; allowed: base, adapted")
        if self.model == "adapted" and not self.adapter:
            raise ValueError("model=adapted needs adapter=FOLDER, a run folder or model of train.py")
        if self.skip_clips < 0:
            raise ValueError(f"skip_clips is {self.skip_clips}; it must be 0 or more")
        if self.least_word_count < 1:
            raise ValueError(f"least_word_count is {self.least_word_count}; it must be 1 or more")
        ignored = ("caption_style", "propbank", "propbank_classes", "films_together")
        if replace(self.data, **{name: getattr(DataSettings, name) for name in ignored}) != self.data:
            raise ValueError(f"data.{', data.'.join(ignored)} have no effect on a captioner; leave them out")
