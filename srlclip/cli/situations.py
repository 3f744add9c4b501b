"""`python -m srlclip evaluate situations --predictions verbs.json srl.json --annotations vidsitu`; loads no model.

Either file or both, of anybody's model, against VidSitu's annotation files or SynSitu's.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from srlclip.situations import DataError

if TYPE_CHECKING:
    from srlclip.data.problems import Problem
    from srlclip.evaluation.vidsitu import Covered

_MODEL = "predictions"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that only `evaluate situations` has."""
    group = parser.add_argument_group("situations")
    group.add_argument("--predictions", nargs="+", metavar="FILE", help="verb and/or SRL predictions (official JSON)")
    group.add_argument("--annotations", metavar="DIR", help="VidSitu's annotation files, or those of SynSitu")
    group.add_argument("--split", help="default: valid")
    group.add_argument("--per-role", action="store_true", help="also CIDEr and ROUGE-L of each role")


def check_arguments(args: argparse.Namespace) -> None:
    """ValueError for options that the task does not read, or that it needs."""
    own = {"--predictions": args.predictions, "--annotations": args.annotations}
    if args.task == "situations":
        foreign = {"--base": args.base, "--adapter": args.adapter, "--gallery": args.gallery}
        if missing := [name for name, value in own.items() if not value]:
            raise ValueError(f"evaluate situations needs {' and '.join(missing)}")
    else:
        foreign = own | {"--split": args.split, "--per-role": args.per_role}
    if args.task == "queries":
        if not args.csv:
            raise ValueError("evaluate queries needs --csv")
    else:
        foreign |= {"--csv": args.csv, "--out": args.out}
    if given := [name for name, value in foreign.items() if value]:
        raise ValueError(f"evaluate {args.task} does not take {', '.join(given)}")
    if args.resamples < 1:
        raise ValueError(f"--resamples is {args.resamples}; it must be 1 or more")


def evaluate_situations(args: argparse.Namespace) -> tuple[dict, str]:
    """(everything as JSON values, the table as text). Raises DataError or ValueError."""
    from srlclip.data.vidsitu import read_vidsitu, split_segments
    from srlclip.evaluation.vidsitu import METRICS, OFFICIAL_NAMES, Predictions, score, summarise

    split, given = args.split or "valid", _read(args.predictions)
    notes: list[Problem] = []
    segments = split_segments(args.annotations, split, notes)
    if notes:
        note = notes[0]
        raise DataError(f"positions in this split are not certain: {note.message}", file=note.file, entry=note.entry)
    situations = read_vidsitu(args.annotations, split)
    scored = score(situations, Predictions(**given), segments)
    if not scored.metrics:
        missing = " and ".join({"verbs": "verb votes", "srl": "annotated roles"}[kind] for kind in given)
        raise DataError(f"split {split!r} has no {missing} to score against", file=args.annotations)
    names = [*METRICS, *(n for n in OFFICIAL_NAMES if n not in METRICS)] if args.per_role else METRICS
    table = {metric: row[_MODEL] for metric, row in summarise({_MODEL: scored}, args.resamples, names=names).items()}
    facts = {
        "split": split,
        "files": list(map(str, args.predictions)),
        "coverage": asdict(scored.covered),
        "resamples": args.resamples,
        "table": table,
        "official": scored.official(),
    }
    return facts, "\n".join([*_table(table), _coverage(split, scored.covered), *_undefined(table, scored.covered)])


def _read(paths: list[str]) -> dict[str, dict]:
    """Predictions by position under "verbs" and "srl", as many as there are, in whatever order the files come."""
    from srlclip.data.predictions import prediction_kind, read_srl_predictions, read_verb_predictions

    given: dict[str, dict] = {}
    for path in paths:
        kind = prediction_kind(path)
        if kind in given:
            raise DataError(f"a second file of {kind} predictions; score one model at a time", file=path)
        given[kind] = read_verb_predictions(path) if kind == "verbs" else read_srl_predictions(path)
    return given


def _table(table: dict[str, dict]) -> list[str]:
    lines = [f"{'':<14}{'100 x official':>14}  {'95 % interval':<18}{'mean of':>8}"]
    for metric, cell in table.items():
        interval = f"[{cell['ci'][0]:.2f}, {cell['ci'][1]:.2f}]"
        lines.append(f"{metric:<14}{cell['mean']:>14.2f}  {interval:<18}{cell['n']:>8,}")
    return lines


def _coverage(split: str, covered: Covered) -> str:
    counts = [f"{covered.segments:,} clips in split {split}"]
    if covered.verbs is not None:
        counts.append(f"verbs predicted for {covered.verbs:,} of {covered.voted:,} with votes")
    if covered.srl is not None:
        counts.append(f"roles predicted for {covered.srl:,} of {covered.annotated:,} with annotation")
    return "; ".join(counts) + "; what is not predicted counts as wrong"


def _undefined(table: dict[str, dict], covered: Covered) -> list[str]:
    lines = []
    if covered.verbs is not None and not covered.voted:
        lines.append("no verb metrics: no event has votes")
    elif covered.verbs is not None and "Rec@5" not in table:
        lines.append("no Rec@5: no verb has more than 9 entries (the official evaluator says 0)")
    if covered.srl is not None and not covered.annotated:
        lines.append("no SRL metrics: no clip has annotated roles")
    return lines
