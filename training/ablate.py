"""Run the paper's ablations and the caption control, and write their tables.

    python -m training.ablate captions                      # train and measure what is missing, then the tables
    python -m training.ablate all --workers 2 --dry-run     # which runs there are, which are done, how long the rest takes
    python -m training.ablate all --quick                   # minutes on two cores; shows directions only
    python -m training.ablate negatives --tables-only       # tables and plots from what is there
    python -m training.ablate negatives --heads             # also Vb@1 and CIDEr, as the paper's tables have, of trained heads
    python -m training.ablate finetune --outside            # also what each arm forgot of scenes and kinds that it never saw

Studies: see training/studies/definitions.py. CPU or GPU. Clips are rendered and decoded once, arms that studies share are trained
once, and a stopped study goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.config import load_json, with_overrides
from srlclip.provenance import base_name
from training.captioning.settings import CaptionerTraining
from training.settings import TrainSettings
from training.studies import tables as study_tables
from training.studies.bases import require_bases
from training.studies.command import add_common_flags, exit_code
from training.studies.definitions import STUDIES, Study, chosen
from training.studies.heads import HeadRun
from training.studies.pool import device_list, run_all
from training.studies.runs import Cell, Measure, Run, execute, is_complete, prepare

CONFIG = Path(__file__).parent / "configs" / "study.json"
HEAD_CONFIG = Path(__file__).parent / "configs" / "captioner_study.json"
#: --quick: fewer clips, steps and questions.
QUICK = ("data.clips=120", "data.valid_clips=10", "optim.epochs=4", "optim.warmup_steps=4")
QUICK_CLIPS = 60
QUICK_HEAD = ("data.clips=60", "data.valid_clips=20", "optim.epochs=10")
#: --outside without a number: clips outside of the adaptation's world, and as many inside.
OUTSIDE_CLIPS = 60
#: Seconds of one run on one core, as long as none has been timed here; quick and not.
EXPECTED = {False: 75.0, True: 20.0}


def plan(
    studies: Sequence[Study],
    common: TrainSettings,
    measure: Measure,
    runs: str | Path,
    seeds: int = 0,
    bases: Sequence[str] = (),
    head: HeadRun | None = None,
    outside_clips: int = 0,
) -> list[Cell]:
    """Every cell of the studies' tables. seeds, bases: instead of each study's own. head: what the arms' heads have in
    common, None to train none. outside_clips: of what adaptation never shows, 0 to ask nothing of it. Raises ValueError."""
    if common.data.source != "synsitu":
        raise ValueError(f"data.source is {common.data.source!r}; the studies' questions are about SynSitu's clips")
    every = {base for study in studies for base in (bases or study.bases)}
    require_bases(sorted(every))
    if len({base_name(base) for base in every}) < len(every):
        raise ValueError(f"two bases would have one name in the tables: {', '.join(sorted(every))}; rename a folder")
    cells = []
    for study in studies:
        for base in bases or study.bases:
            for arm in study.arms:
                trained = arm.overrides is not None
                for seed in range((seeds or study.seeds) if trained else 1):
                    settings = with_overrides(replace(common, base=base, seed=seed), arm.overrides or ())
                    planned = Run.plan(settings, measure, runs, trained, head, outside_clips)
                    cells.append(Cell(study.name, base, arm.name, seed, planned))
    return cells


def distinct(cells: Sequence[Cell]) -> list[Cell]:
    """One cell per run, in order of bases, so that a worker seldom changes its base."""
    first: dict[Path, Cell] = {}
    for cell in cells:
        first.setdefault(cell.run.folder, cell)
    order = list(dict.fromkeys(cell.base for cell in cells))
    return sorted(first.values(), key=lambda cell: order.index(cell.base))


def execute_cell(cell: Cell) -> float:
    return execute(cell.run)


def expected_minutes(todo: Sequence[Cell], every: Sequence[Cell], workers: int, quick: bool) -> float:
    """From the runs that are done, else from EXPECTED."""
    folders = [[c.run.folder, *([c.run.head.folder] if c.run.head else [])] for c in every if c.run.trained]
    files = [[folder / "run.json" for folder in of] for of in folders]
    timed = [
        15 + sum(json.loads(f.read_text("utf-8"))["seconds"] for f in of) for of in files if all(map(Path.is_file, of))
    ]
    return len(todo) * (statistics.median(timed) if timed else EXPECTED[quick]) / workers / 60


def run(args: argparse.Namespace) -> int:
    """The number of runs that failed."""
    quick, studies = args.quick, chosen(args.studies)
    common = load_json(TrainSettings, args.config)
    common = with_overrides(common, (*(QUICK if quick else ()), f"data.root={json.dumps(args.data)}",
                                     f"data.cache={json.dumps(args.cache)}", *args.set))  # fmt: skip
    measure = Measure(
        tuple((split, min(n, QUICK_CLIPS) if quick else n) for split, n in (args.split or Measure.splits)),
        args.frames,
        common.data.clips,
    )
    devices = device_list(args.devices)
    runs = args.runs or ("runs/ablate-quick" if quick else "runs/ablate")
    out = Path(args.out or (f"{runs}/results" if quick else "results/ablations"))
    seeds, bases = args.seeds or int(quick), args.base or (["mini-base"] if quick else [])
    head = shared_head(args) if args.heads else None
    cells = plan(studies, common, measure, runs, seeds, bases, head, args.outside)
    every = distinct(cells)
    todo = [] if args.tables_only else [c for c in every if not is_complete(c.run)]
    workers = args.workers or (min(8, os.cpu_count() or 1) if devices == [""] else len(devices))
    workers = max(1, min(workers, len(todo)))
    if args.dry_run:
        for cell in every:
            print(f"{cell.run.folder}  {'to do' if cell in todo else 'done '}  {cell}")
        minutes = expected_minutes(todo, every, workers, quick)
        print(f"{len(every)} runs, {len(todo)} to do: about {minutes:.0f} minutes with {workers} at a time")
        return 0
    failed: dict[Path, str] = {}
    if todo:
        started = time.time()
        prepare([c.run for c in todo], max(args.workers, workers))
        print(f"{len(todo)} of {len(every)} runs to do, {workers} at a time; prepared in {time.time() - started:.0f} s")
        for done, (cell, seconds, error) in enumerate(run_all(execute_cell, todo, workers, devices), start=1):
            print(f"[{done}/{len(todo)}] {cell}: {f'FAILED: {error}' if error else f'{seconds:.0f} s'}", flush=True)
            if error:
                failed[cell.run.folder] = error
    for study in studies:
        rows = [c for c in cells if c.study == study.name]
        paths = study_tables.write(study, rows, out, common, measure, quick, args.resamples, failed)
        print(f"{study.name}: {', '.join(str(p) for p in paths)}")
    for cell in every:
        if cell.run.folder in failed:
            print(f"failed: {cell}: {failed[cell.run.folder]} (see {cell.run.folder}/output.txt)", file=sys.stderr)
    return len(failed)


def shared_head(args: argparse.Namespace) -> HeadRun:
    """What the heads of all arms have in common."""
    settings = with_overrides(load_json(CaptionerTraining, args.head_config), QUICK_HEAD if args.quick else ())
    return HeadRun(settings, args.head_clips or (QUICK_CLIPS if args.quick else HeadRun.scored))


def _split(text: str) -> tuple[str, int]:
    name, _, clips = text.partition("=")
    if not name or not clips.isdigit() or int(clips) < 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=CLIPS with at least 2 clips")
    return name, int(clips)


def _clips(text: str) -> int:
    if not text.isdigit() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of clips, 2 or more")
    return int(text)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="The paper's ablations and the caption control, on SynSitu.")
    parser.add_argument("studies", nargs="+", metavar="NAME", help=f"{', '.join(STUDIES)}, or all")
    parser.add_argument("--quick", action="store_true", help="one base, one seed, small: direction only")
    parser.add_argument("--base", action="append", default=[], help="instead of the studies' own; repeat for several")
    parser.add_argument("--seeds", type=int, default=0, help="seeds per arm, instead of the studies' own number")
    parser.add_argument("--workers", type=int, default=0, help="runs at a time (default: one per core or GPU)")
    parser.add_argument("--config", default=str(CONFIG), help="the settings that all arms share")
    add_common_flags(parser)
    parser.add_argument("--split", action="append", type=_split, metavar="NAME=CLIPS",
                        help="where to measure (default: " + ", ".join(f"{s}={n}" for s, n in Measure.splits) + ")")  # fmt: skip
    parser.add_argument("--frames", type=int, default=Measure.frames_per_event, help="frames per event when measuring")
    parser.add_argument("--runs", default="", help="folder of the runs (default: runs/ablate, or runs/ablate-quick)")
    parser.add_argument("--out", default="", help="default: results/ablations; with --quick a folder among its runs")
    parser.add_argument("--heads", action="store_true", help="also train a head on each arm's features: Vb@1 and CIDEr")
    parser.add_argument("--head-config", default=str(HEAD_CONFIG), help="the settings that all heads share")
    parser.add_argument(
        "--head-clips", type=int, default=0, help=f"clips to score heads on (default: {HeadRun.scored})"
    )
    parser.add_argument("--outside", type=_clips, nargs="?", const=OUTSIDE_CLIPS, default=0, metavar="CLIPS",
                        help="also ask each arm about scenes and kinds that adaptation never shows, and as many clips of its "
                        f"own: what it forgot (without a number: {OUTSIDE_CLIPS})")  # fmt: skip
    parser.add_argument("--tables-only", action="store_true", help="train nothing; tables and plots from what is there")
    parser.add_argument("--dry-run", action="store_true", help="list the runs and the time they would take")
    args = parser.parse_args(argv)
    return exit_code(lambda: run(args))


if __name__ == "__main__":
    raise SystemExit(main())
