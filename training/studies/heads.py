"""One captioning head of a study: trained on the frozen features of one model, scored on clips that no choice was made on.

The folder is that of training/captioner.py's run, plus predictions/ in the official files and scored.json (which clips
were read), written last. A head is selected on the first data.valid_clips clips of the valid split and scored on later
ones. Everything is resumable: a stopped training goes on from its last epoch, a finished head is only read.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from srlclip.captioning.trained import fitting_captioner
from srlclip.config import flat, to_dict
from srlclip.data.predictions import read_srl_predictions, read_verb_predictions
from srlclip.evaluation.vidsitu import Predictions, Scored, score
from srlclip.files import json_digest, write_json
from srlclip.models.pair import ClipPair
from srlclip.provenance import commit
from srlclip.situations import DataError, Situation
from srlclip.video.pixels import PreprocessSpec
from training.captioner import read_data, train
from training.captioning.data import CaptionerData
from training.captioning.settings import CaptionerTraining
from training.predict import as_predictions, write_predictions
from training.recipe.data import Processes, cached_frames, load_situations
from training.runs.run_folder import HARMLESS
from training.settings import DataSettings
from training.studies.pool import output_in


@dataclass(frozen=True)
class HeadRun:
    """settings: with `out` as its folder. scored: how many clips of the valid split are read, after data.valid_clips."""

    settings: CaptionerTraining
    scored: int = 200

    @property
    def folder(self) -> Path:
        return Path(self.settings.out)


def head_key(settings: CaptionerTraining, *weights: str) -> str:
    """8 hex digits of what a head depends on but the code: its settings, and in place of the models' names their weights."""
    values = flat(to_dict(replace(settings, base="", adapter="-" if settings.adapter else "")))
    # It has no effect on a captioner, and heads that were trained before there was this setting keep their key.
    del values["data.propbank_classes"]
    return json_digest([{k: v for k, v in values.items() if k not in HARMLESS}, weights], 8, sort_keys=True)


def is_done(run: HeadRun) -> bool:
    """Whether the head was trained and has read these very clips."""
    return _scored(run).get("asked") == _asked(run)


def _asked(run: HeadRun) -> list[int]:
    return [run.settings.data.valid_clips, run.scored]


def _scored(run: HeadRun) -> dict[str, Any]:
    try:
        return json.loads((run.folder / "scored.json").read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def prepare(run: HeadRun, workers: int) -> None:
    """Render, decode and embed what heads on one model have in common, before they start side by side."""
    settings = replace(run.settings, data=replace(run.settings.data, workers=workers, share=1.0))
    pair = _pair(settings)
    CaptionerData.prepare(settings, pair, "train", settings.data.clips, Processes())
    _scored_clips(run, settings, pair)


def prepare_frames(run: HeadRun, workers: int, spec: PreprocessSpec) -> None:
    """Render and decode a head's clips, for models that are not trained yet."""
    d, skip = replace(run.settings.data, workers=workers), run.settings.skip_clips
    cached_frames(load_situations(d, "train", skip + d.clips)[skip:], d, spec)
    cached_frames(load_situations(d, "valid", d.valid_clips + run.scored), d, spec)


def execute(run: HeadRun) -> float:
    """Train what is not trained yet, read the clips that are scored; the seconds it took. What it prints: output_in."""
    started = time.time()
    with output_in(run.folder):
        complete(run)
    return time.time() - started


def complete(run: HeadRun) -> None:
    """Whatever is missing of training and reading. Raises SrlClipError, ValueError."""
    train(run.settings)
    _read(run)


def _read(run: HeadRun) -> None:
    """Write predictions/ and scored.json: the trained head on its clips, under their annotated roles, as the paper does."""
    pair = _pair(run.settings)
    captioner, _ = fitting_captioner(run.folder / "model", pair)
    data = _scored_clips(run, run.settings, pair)
    ids = [s.clip_id for s in data.situations]
    predictions = as_predictions({clip: i for i, clip in enumerate(ids)}, read_data(captioner, data))
    write_predictions(run.folder / "predictions", predictions)
    write_json(run.folder / "scored.json", {"asked": _asked(run), "clip_ids": ids, "commit": commit()})


def _pair(settings: CaptionerTraining) -> ClipPair:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return ClipPair.load(settings.base or None, settings.adapter or None, device, frames_only=True)


def _scored_clips(run: HeadRun, settings: CaptionerTraining, pair: ClipPair) -> CaptionerData:
    skip = settings.data.valid_clips
    return CaptionerData.prepare(settings, pair, "valid", skip + run.scored, Processes()).without(skip)


def common_clips(runs: Sequence[HeadRun]) -> tuple[str, ...]:
    """The clips that these finished heads have read, () without a head. Raises DataError when they read different ones."""
    read = {tuple(_scored(run)["clip_ids"]): run for run in runs}
    if len(read) > 1:
        folders = " and ".join(str(run.folder) for run in list(read.values())[:2])
        raise DataError(f"{folders} were scored on different clips; delete scored.json in both and run the study again")
    return next(iter(read), ())


def scores(run: HeadRun) -> Scored:
    """The official metrics of a finished head, from its prediction files. Raises DataError where labels are missing."""
    ids, data = _scored(run)["clip_ids"], run.settings.data
    labelled = _labels(replace(data, clips=0, share=1.0), data.valid_clips + run.scored)
    if missing := [clip for clip in ids if clip not in labelled]:
        raise DataError(f"clip {missing[0]!r}, which {run.folder} was scored on, is not in {data.root} any more")
    folder = run.folder / "predictions"
    made = Predictions(read_verb_predictions(folder / "verbs.json"), read_srl_predictions(folder / "srl.json"))
    return score([labelled[clip] for clip in ids], made)


@functools.lru_cache(maxsize=2)
def _labels(data: DataSettings, clips: int) -> dict[str, Situation]:
    return {s.clip_id: s for s in load_situations(data, "valid", clips)}


def about(run: HeadRun) -> dict[str, Any]:
    """What is known of a finished head: labelled clips, epochs, the commits that trained and read it, seconds."""
    facts = json.loads((run.folder / "run.json").read_text("utf-8"))
    kept = {key: facts[key] for key in ("clips", "epochs", "best_epoch", "commit", "seconds")}
    return kept | {"read_by": _scored(run)["commit"]}
