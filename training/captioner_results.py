"""Train the bundled heads' recipe on every feature, and score them by VidSitu's official metrics beside two baselines.

    python training/captioner_results.py                                  # all arms and seeds, results/captioner.json
    python training/captioner_results.py --seeds 1 --clips 20 --set optim.epochs=1 --out /tmp/try.json --runs /tmp/runs   # a try

Heads are trained by training/captioner.py (finished runs are taken as they are) and selected on the first valid_clips
clips of SynSitu's valid split; they are scored on clips of the same split that no choice was made on, each with three
annotators. Every number comes from prediction files in the official format, written and read back.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.captioning import zero_shot
from srlclip.captioning.ensembles import Ensembles
from srlclip.captioning.readings import Guess, Reading
from srlclip.captioning.trained import fitting_captioner
from srlclip.config import load_json, to_dict, with_overrides
from srlclip.data.predictions import (
    read_srl_predictions,
    read_verb_predictions,
    write_srl_predictions,
    write_verb_predictions,
)
from srlclip.evaluation.vidsitu import Predictions, score, summarise
from srlclip.files import json_digest, write_json
from srlclip.language.lexicon import Lexicon
from srlclip.models.pair import ClipPair
from srlclip.pooling import event_vectors
from srlclip.provenance import provenance
from srlclip.situations import ROLE_KEYS, Event, Situation, SrlClipError
from training.captioner import CONFIG, read_data, train
from training.captioning.data import CaptionerData, fillers
from training.captioning.settings import CaptionerTraining
from training.predict import as_predictions
from training.recipe.data import Processes, load_situations

#: Features that a head is trained on: name -> overrides of the configuration.
ARMS: dict[str, tuple[str, ...]] = {
    "base": ("model=base",),
    "adapted": ("model=adapted",),
    "adapted, no contextualizer": ("model=adapted", "captioner.contextualized=false"),
}
#: The same on as many clips that the adapter did not learn from, first seed only: on its own training clips its features,
#: the contextualizer's above all, fit the labels better than on any clip to come, and a head learns to rely on that.
UNSEEN = "skip_clips=3000"
#: Where the roles of an event come from: name -> arguments of read_data.
MODES: dict[str, dict[str, Any]] = {
    "annotated roles": {"annotated": True},
    "lexicon's roles of the predicted verb": {"annotated": False, "roles": "lexicon"},
    "predicted roles": {"annotated": False, "roles": "predicted"},
}
MAIN = next(iter(MODES))
PAIRS = [("head base", "head adapted"), ("zero-shot base", "zero-shot adapted"), ("zero-shot adapted", "head adapted")]
ByClip = Mapping[str, Sequence[Reading]]


@dataclass(frozen=True)
class Bench:
    """The clips that are scored: their labels, and the features of each arm."""

    situations: list[Situation]
    data: Mapping[str, CaptionerData]
    train: list[Situation]
    pair: ClipPair

    @property
    def places(self) -> dict[str, int]:
        """Clip id -> position among the scored clips, which are a split of their own here."""
        return {s.clip_id: i for i, s in enumerate(self.situations)}

    @classmethod
    def prepare(cls, settings: CaptionerTraining, clips: int) -> Bench:
        skip = settings.data.valid_clips
        pair = ClipPair.load(settings.base or None, settings.adapter or None)
        data = {}
        for name, overrides in ARMS.items():
            prepared = CaptionerData.prepare(
                with_overrides(settings, overrides), pair, "valid", skip + clips, Processes()
            )
            data[name] = prepared.without(skip)
        situations = next(iter(data.values())).situations
        return cls(situations, data, load_situations(settings.data, "train", settings.data.clips), pair)


def head_readings(bench: Bench, arm: str, folder: Path, mode: str) -> ByClip:
    """A trained captioner on the scored clips."""
    captioner, _ = fitting_captioner(folder, bench.pair)
    return read_data(captioner, bench.data[arm], **MODES[mode])


def majority_readings(bench: Bench) -> ByClip:
    """The training clips' most frequent verbs, and per true verb and role their most frequent filler."""
    events = [event for s in bench.train for event in s.events]
    verbs = Counter(e.verb_id for e in events).most_common(5)
    counted: dict[tuple[str, str], Counter[str]] = {}
    for event in events:
        for key, text in fillers(event).items():
            for verb in (event.verb_id, ""):
                counted.setdefault((verb, key), Counter())[text] += 1

    def read(event: Event) -> Reading:
        fillers = {}
        for role in event.roles:
            counts = counted.get((event.verb_id, role.key)) or counted.get(("", role.key))
            if counts:
                text, count = counts.most_common(1)[0]
                fillers[role.key] = Guess(text, count / counts.total())
        return Reading(tuple((verb, count / len(events)) for verb, count in verbs), fillers)

    return {s.clip_id: [read(event) for event in s.events] for s in bench.situations}


def zero_shot_readings(bench: Bench, arm: str, lexicon: Lexicon) -> ByClip:
    """CLIP alone, under the true verb's roles: see srlclip/captioning/zero_shot.py."""
    ensembles, scale = Ensembles(lexicon, remembering(bench.pair)), float(bench.pair.base.logit_scale)
    out = {}
    for s in tqdm(bench.situations, desc=f"zero-shot {arm}", unit="clip"):
        vectors = event_vectors(bench.data[arm].frames[s.clip_id])
        out[s.clip_id] = [
            zero_shot.read_event(vector, ensembles, scale, event.verb_id if event.verb_id in lexicon else None)
            for vector, event in zip(vectors, s.events, strict=True)
        ]
    return out


def remembering(pair: ClipPair, most: int = 300_000) -> Callable[[list[str]], np.ndarray]:
    """Texts -> (N, D), each embedded once as long as there is room."""
    known: dict[str, np.ndarray] = {}

    def embed(texts: list[str]) -> np.ndarray:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if len(known) + len(new) > most:
            known.clear()
            new = list(dict.fromkeys(texts))
        if new:
            known.update(zip(new, pair.encode_texts(new).cpu().numpy(), strict=True))
        return np.stack([known[text] for text in texts])

    return embed


def through_files(predictions: Predictions, folder: Path, name: str) -> Predictions:
    """Written in the official format and read back."""
    folder.mkdir(parents=True, exist_ok=True)
    verbs, srl = _files(folder, name)
    write_verb_predictions(verbs, predictions.verbs or {})
    write_srl_predictions(srl, predictions.srl or {})
    return Predictions(read_verb_predictions(verbs), read_srl_predictions(srl))


def zero_shot_predictions(bench: Bench, arm: str, lexicon: Lexicon, folder: Path) -> Predictions:
    """Zero-shot readings through files, which are taken as they are where the same decoder has read the same before."""
    words = [list(lexicon.entries), [lexicon.fillers(key) for key in ROLE_KEYS]]
    about = [[s.clip_id for s in bench.situations], words, zero_shot.constants()]
    name = f"zero-shot {arm} {bench.pair.fingerprints[arm]} {json_digest(about, 8)}"
    verbs, srl = _files(folder, name)
    if verbs.is_file() and srl.is_file():
        return Predictions(read_verb_predictions(verbs), read_srl_predictions(srl))
    return through_files(as_predictions(bench.places, zero_shot_readings(bench, arm, lexicon)), folder, name)


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    stem = name.replace(" ", "_").replace(",", "").replace("'", "")
    return folder / f"{stem}.verbs.json", folder / f"{stem}.srl.json"


def train_unseen(settings: CaptionerTraining, runs: Path, seed: int) -> dict[str, Path]:
    """Every arm on clips that the adapter did not learn from: arm -> run folder."""
    folders = {}
    for arm, overrides in ARMS.items():
        folder = runs / f"{_slug(arm)}-unseen-seed{seed}"
        train(replace(with_overrides(settings, (*overrides, UNSEEN)), out=str(folder), seed=seed))
        folders[arm] = folder
    return folders


def _slug(arm: str) -> str:
    return arm.replace(", ", "-").replace(" ", "-")


def train_arms(settings: CaptionerTraining, runs: Path, seeds: Iterable[int]) -> dict[tuple[str, int], Path]:
    """Every arm and seed, trained where that has not been done: (arm, seed) -> run folder."""
    folders = {}
    for seed in seeds:
        for arm, overrides in ARMS.items():
            folder = runs / f"{_slug(arm)}-seed{seed}"
            train(replace(with_overrides(settings, overrides), out=str(folder), seed=seed))
            folders[arm, seed] = folder
    return folders


def measure(
    settings: CaptionerTraining, runs: Path, seeds: Sequence[int], clips: int, resamples: int
) -> dict[str, Any]:
    """Everything that the results file says."""
    folders, unseen = train_arms(settings, runs, seeds), train_unseen(settings, runs, seeds[0])
    bench = Bench.prepare(settings, clips)
    lexicon = Lexicon.from_situations(bench.train)
    first, predictions = seeds[0], runs / "predictions"

    def scored(name: str, readings: ByClip) -> Any:
        return score(bench.situations, through_files(as_predictions(bench.places, readings), predictions, name))

    main = {"majority, true verb known": scored("majority", majority_readings(bench))}
    for arm in ("base", "adapted"):
        made = zero_shot_predictions(bench, arm, lexicon, predictions)
        main[f"zero-shot {arm}"] = score(bench.situations, made)
    heads = {
        (arm, seed, mode): scored(f"head {arm} seed{seed} {mode}", head_readings(bench, arm, folder / "model", mode))
        for (arm, seed), folder in folders.items()
        for mode in MODES
    }
    main |= {f"head {arm}": heads[arm, first, MAIN] for arm in ARMS}
    plain = "adapted, no contextualizer"
    table = summarise(main, resamples, [*PAIRS, ("head base", f"head {plain}")])
    apart = {
        arm: scored(f"head {arm} unseen", head_readings(bench, arm, folder / "model", MAIN))
        for arm, folder in unseen.items()
    }
    modes = {
        mode: summarise({arm: heads[arm, first, mode] for arm in ARMS}, resamples, [("base", "adapted")])
        for mode in MODES
        if mode != MAIN
    }
    per_seed = {
        metric: {
            arm: [round(100 * heads[arm, seed, MAIN].metrics[metric].official(), 3) for seed in seeds] for arm in ARMS
        }
        for metric in table
    }
    return {
        **provenance(to_dict(settings)),
        "data": f"SynSitu valid, clips {settings.data.valid_clips} to {settings.data.valid_clips + len(bench.situations) - 1}",
        "clips": len(bench.situations),
        "events": sum(len(s.events) for s in bench.situations),
        "models": {"base": bench.pair.base.name, "adapter": settings.adapter, **bench.pair.fingerprints},
        "scale": "100 times the official evaluator's values; CIDEr of a corpus of short texts passes 100",
        "roles": MAIN,
        "seeds": list(seeds),
        "table": table,
        "modes": modes,
        "unseen_clips": summarise(apart, resamples, [("base", "adapted"), ("base", plain)]),
        "per_seed": per_seed,
        "runs": [_run(arm, seed, folder) for (arm, seed), folder in folders.items()]
        + [_run(f"{arm}, unseen clips", first, folder) for arm, folder in unseen.items()],
    }


def _run(arm: str, seed: int, folder: Path) -> dict[str, Any]:
    run, metrics = (json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("run", "metrics"))
    kept = {key: run[key] for key in ("commit", "date", "seconds", "epochs", "best_epoch", "parameters", "features")}
    return {"arm": arm, "seed": seed, **kept, "selected_at": metrics}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train and score captioners on the features of both models.")
    parser.add_argument("--config", default=str(CONFIG))
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="override a setting of all runs"
    )
    parser.add_argument("--runs", default="runs/captioners", help="folder for the run folders and prediction files")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--clips", type=int, default=400, help="clips to score on, after the validation clips")
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--out", default="results/captioner.json")
    args = parser.parse_args(argv)
    try:
        if args.seeds < 1 or args.clips < 1:
            raise ValueError(f"--seeds is {args.seeds} and --clips {args.clips}; both must be 1 or more")
        settings = with_overrides(load_json(CaptionerTraining, args.config), args.set)
        results = measure(settings, Path(args.runs), range(args.seeds), args.clips, args.resamples)
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    write_json(Path(args.out), results)
    print(f"wrote {args.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
