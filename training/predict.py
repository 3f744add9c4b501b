"""Write a trained captioner's predictions for a split in VidSitu's official files.

    python training/predict.py --run runs/captioner --split valid --out predictions
    python -m srlclip evaluate situations --annotations data/synsitu --predictions predictions/verbs.json predictions/srl.json

The clips are read as the run's config.json says. Positions (ann_idx) count in the split file, clips without video are left
out. Roles are the annotated ones, as in the paper's main numbers, unless --roles says otherwise; unlabelled splits need
that.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.captioning.readings import Reading
from srlclip.captioning.trained import ROLE_SOURCES, fitting_captioner
from srlclip.config import load_json, with_overrides
from srlclip.data.predictions import (
    EventPrediction,
    VerbPrediction,
    write_srl_predictions,
    write_verb_predictions,
)
from srlclip.data.vidsitu import split_segments
from srlclip.evaluation.vidsitu import Predictions
from srlclip.models.pair import ClipPair
from srlclip.situations import SrlClipError
from training.captioner import read_data
from training.captioning.data import CaptionerData
from training.captioning.settings import CaptionerTraining
from training.recipe.data import Processes
from training.recipe.sources import SOURCES

ANNOTATED = "annotated"


def as_predictions(places: dict[str, int], readings: dict[str, list[Reading]]) -> Predictions:
    """Readings in the official form. places: clip id -> position in the split."""
    verbs, srl = {}, {}
    for clip, own in readings.items():
        verbs[places[clip]] = VerbPrediction(
            tuple(tuple(v for v, _ in r.verbs) for r in own), tuple(tuple(p for _, p in r.verbs) for r in own)
        )
        srl[places[clip]] = tuple(
            EventPrediction(r.verbs[0][0], {key: guess.text for key, guess in r.fillers.items()}) for r in own
        )
    return Predictions(verbs, srl)


def write_predictions(folder: str | Path, predictions: Predictions) -> tuple[Path, Path]:
    """folder/verbs.json and folder/srl.json in the official form; their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    verbs, srl = folder / "verbs.json", folder / "srl.json"
    write_verb_predictions(verbs, predictions.verbs or {})
    write_srl_predictions(srl, predictions.srl or {})
    return verbs, srl


def predict(run: Path, settings: CaptionerTraining, split: str, roles: str, beams: int) -> Predictions:
    """A run's captioner on the clips of a split. Raises CheckpointError, DataError, ValueError."""
    if not SOURCES[settings.data.source].split_files:
        kind = settings.data.source.upper()
        raise ValueError(f"the official files count positions in a split file, which {kind} data do not have")
    pair = ClipPair.load(settings.base or None, settings.adapter or None, frames_only=True)
    captioner, _ = fitting_captioner(run / "model", pair)
    annotated = roles == ANNOTATED
    segments = split_segments(settings.data.root, split)
    data = CaptionerData.prepare(settings, pair, split, len(segments), Processes(), labelled=annotated)
    readings = read_data(captioner, data, annotated, "lexicon" if annotated else roles, beams)
    places = {clip: i for i, clip in enumerate(segments)}
    return as_predictions(places, readings)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Predictions of a captioner in VidSitu's official files.")
    parser.add_argument("--run", required=True, help="run folder of training/captioner.py")
    parser.add_argument("--split", default="valid")
    parser.add_argument("--out", required=True, help="folder for verbs.json and srl.json")
    parser.add_argument("--roles", default=ANNOTATED, choices=(ANNOTATED, *ROLE_SOURCES))
    parser.add_argument("--beams", type=int, default=1, help="captions kept at a time; 1 is greedy")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="for instance data.root=...")
    args = parser.parse_args(argv)
    try:
        settings = with_overrides(load_json(CaptionerTraining, Path(args.run) / "config.json"), args.set)
        settings = replace(settings, data=replace(settings.data, share=1.0))
        predictions = predict(Path(args.run), settings, args.split, args.roles, args.beams)
        verbs, srl = write_predictions(args.out, predictions)
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(predictions.verbs or {})} clips in {verbs} and {srl}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
