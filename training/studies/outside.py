"""What one model of a study knows of clips that adaptation never shows, beside unseen clips of its own world.

The answers lie in the run's folder, outside.npz, and outside.json says what was asked, written last.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from srlclip.evaluation.towers import Observations
from srlclip.files import write_json
from srlclip.models.encoder import ClipEncoder
from srlclip.models.pair import adapted_copy
from srlclip.provenance import commit
from srlclip.synsitu.sample import WORLD_VERSION
from training.forgetting import Places
from training.settings import TrainSettings
from training.studies.answers import read_answers, write_answers


@dataclass(frozen=True)
class OutsideRun:
    """folder: the run's. base: the model that is adapted. trained: False for the base itself. clips: so many outside and as
    many inside. frames_per_event: T at test time. cache: folder of the drawn frames."""

    folder: Path
    base: str
    trained: bool
    clips: int
    frames_per_event: int
    cache: str

    @classmethod
    def of(cls, settings: TrainSettings, trained: bool, clips: int, frames_per_event: int) -> OutsideRun:
        """The questions of the run that has these settings and its folder as `out`."""
        return cls(Path(settings.out), settings.base, trained, clips, frames_per_event, settings.data.cache)

    def asked(self) -> dict[str, int]:
        """What the answers depend on besides the model."""
        return {"clips": self.clips, "frames_per_event": self.frames_per_event, "world": WORLD_VERSION}


#: What `prepared` keeps: one base's clips and questions.
_prepared: dict[tuple, Places] = {}


def prepared(run: OutsideRun, workers: int = 1) -> Places:
    """Drawn and asked once per process; only one base's are kept in memory."""
    key = (run.base, run.clips, run.frames_per_event, run.cache)
    if key not in _prepared:
        _prepared.clear()
        base = ClipEncoder.load(run.base, "cuda" if torch.cuda.is_available() else "cpu")
        _prepared[key] = Places.prepare(base, run.clips, run.frames_per_event, run.cache, workers)
    return _prepared[key]


def is_done(run: OutsideRun) -> bool:
    """Whether the model has answered these very questions."""
    return _about(run).get("asked") == run.asked() and (run.folder / "outside.npz").is_file()


def _about(run: OutsideRun) -> dict[str, Any]:
    try:
        return json.loads((run.folder / "outside.json").read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def measure(run: OutsideRun) -> None:
    """Write outside.npz and outside.json beside the run's model. Raises SrlClipError, ValueError."""
    places = prepared(run)
    model = adapted_copy(places.base, run.folder / "model") if run.trained else places.base
    write_answers(run.folder / "outside.npz", places.measure(model))
    write_json(run.folder / "outside.json", {"asked": run.asked(), "commit": commit()})


def answers(run: OutsideRun) -> dict[str, dict[str, Observations]]:
    """Place -> metric -> observations of a run that is done. Raises DataError for a damaged file."""
    return read_answers(run.folder / "outside.npz")


def measured_by(run: OutsideRun) -> str:
    """The commit that measured a run that is done."""
    return _about(run)["commit"]
