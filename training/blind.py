"""The text-only control: how often a model that sees nothing picks the true caption of two, from the words alone.

    python -m training.blind                                     # SynSitu's galleries, results/blind.json; a few minutes of CPU
    python -m training.blind --data vidsitu_annotations --split valid --train-clips 0
    python -m training.blind --clips 40 --train-clips 80 --out runs/blind.json      # a try, seconds

Needs labels, neither videos nor a model. Kinds of questions, and the n-grams that answer them: srlclip/evaluation/blind.py.
A kind whose interval lies above 50 can be solved in part by anyone who knows what people write; a model's accuracy there
is to be read against this number, not against 50. Beside it the share on the training choices: what could be learnt by heart.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.data.vidsitu import read_vidsitu
from srlclip.evaluation.blind import BlindModel, choices
from srlclip.evaluation.metrics.bootstrap import bootstrap
from srlclip.evaluation.towers import Observations
from srlclip.files import write_json
from srlclip.language.lexicon import Lexicon
from srlclip.provenance import provenance
from srlclip.situations import Situation
from srlclip.synsitu.writer import write_split
from training.evaluate import SYNSITU, holds_synsitu
from training.runs.command import exit_code_of


def read_labels(data: str | Path, split: str, clips: int = 0) -> list[Situation]:
    """The split's first `clips` clips (0 = all), with or without a video; SynSitu's labels are written where missing."""
    if split in (*SYNSITU, "train") and holds_synsitu(data):
        clips = clips or SYNSITU.get(split, (1000,))[0]
        write_split(data, split, clips, videos=False)
    situations = [s for s in read_vidsitu(data, split) if s.events]
    return situations[:clips] if clips else situations


def measure(train: Sequence[Situation], splits: dict[str, Sequence[Situation]], seed: int, resamples: int) -> dict[str, Any]:  # fmt: skip
    """split -> kind -> accuracy in percent with its 95 % interval over clips; one blind model per kind."""
    lexicon = Lexicon.from_situations(train)
    learnt = choices(train, lexicon, seed)
    asked = {split: choices(situations, lexicon, seed) for split, situations in splits.items()}
    tables: dict[str, Any] = {split: {} for split in splits}
    for kind, pairs in learnt.items():
        model = BlindModel.fit(pairs)
        on_training = round(100 * float(model.observe(pairs).values.mean()), 2)
        for split, of_kind in asked.items():
            if kind in of_kind:
                cell = _cell(model.observe(of_kind[kind]), resamples)
                tables[split][kind] = cell | {"on_training": on_training, "n_training": len(pairs)}
    return tables


def _cell(observed: Observations, resamples: int) -> dict[str, Any]:
    interval = bootstrap(100 * observed.values, observed.clip.tolist(), n=resamples)
    ends = [round(interval.low, 3), round(interval.high, 3)]
    return {"mean": round(interval.mean, 3), "ci": ends, "n": len(observed.values)}


def run(args: argparse.Namespace) -> None:
    train = read_labels(args.data, "train", args.train_clips)
    splits = {split: read_labels(args.data, split, args.clips) for split in args.split or SYNSITU}
    if repeated := {s.clip_id for s in train} & {s.clip_id for clips in splits.values() for s in clips}:
        raise ValueError(f"clip {min(repeated)!r} would be learnt from and asked about; choose another --split")
    tables = measure(train, splits, args.seed, args.resamples)
    results = provenance() | {
        "what": "text only: word n-grams, logistic regression on training captions; percent, a tie counts half, chance 50; "
        "95 % intervals over clips",
        "seed": args.seed,
        "data": Path(args.data).name,
        "train_clips": len(train),
        "splits": {name: {"clips": len(s), "events": sum(len(x.events) for x in s)} for name, s in splits.items()},
        "tables": tables,
    }
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    write_json(Path(args.out), results)
    for split, table in tables.items():
        print(f"\n{SYNSITU[split][1] if split in SYNSITU else split} ({len(splits[split])} clips)")
        for kind, cell in table.items():
            print(f"  {kind:<26}{cell['mean']:8.1f} [{cell['ci'][0]:6.1f},{cell['ci'][1]:6.1f}]  n {cell['n']}")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="How far words alone answer the 1-of-2 questions.")
    parser.add_argument("--data", default="data/synsitu", help="folder with VidSitu-format files")
    parser.add_argument("--split", action="append", default=[], help=f"default: SynSitu's {', '.join(SYNSITU)}")
    parser.add_argument("--clips", type=int, default=0, help="use at most this many clips of each split")
    parser.add_argument("--train-clips", type=int, default=1000, help="labelled clips to learn from (0 = all)")
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0, help="of the questions, as evaluate.py's")
    parser.add_argument("--out", default="results/blind.json")
    args = parser.parse_args(argv)
    return exit_code_of(lambda: run(args))


if __name__ == "__main__":
    raise SystemExit(main())
