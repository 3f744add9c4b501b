"""The head study: captioning heads on the frozen features of several models, at several numbers of labelled clips.

    python -m training.heads                                  # arms, sizes and seeds below; results/heads.json, a table, curves
    python -m training.heads --quick                          # minutes on two cores; shows directions only
    python -m training.heads --adapter runs/mine --sparse runs/sparse --set skip_clips=2000 --workers 2
    python -m training.heads --dry-run                        # which heads there are and which are done
    python -m training.heads --tables-only                    # table and curves from what is there

Arms: the base, the same with more training on sparse captions (the control), SRL-CLIP, and SRL-CLIP whose heads do not
read the contextualizer's tokens. Heads are trained by training/captioner.py on clips that no adapter has seen and scored
by VidSitu's official metrics on clips that nothing was chosen on. Needs the models; SynSitu's clips are rendered. CPU or
GPU. What is done is skipped, and a stopped study goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.config import load_json, with_overrides
from training.captioning.settings import CaptionerTraining
from training.studies import head_tables, heads
from training.studies.command import add_common_flags, exit_code
from training.studies.head_study import HeadCell, arms_of, plan
from training.studies.pool import device_list, run_all

CONFIG = Path(__file__).parent / "configs" / "captioner_heads.json"
SPARSE = "runs/sparse"
SIZES, SEEDS, SCORED = (40, 100, 300, 1000), 3, 300
#: --quick: fewer clips, frames, steps and heads.
QUICK_SIZES, QUICK_SEEDS, QUICK_SCORED = (40, 160), 1, 60
QUICK = ("data.valid_clips=20", "data.frames_per_event=1", "optim.epochs=60", "optim.least_steps=100", "optim.validate_every=30")  # fmt: skip


def execute_cell(cell: HeadCell) -> float:
    return heads.execute(cell.run)


def run(args: argparse.Namespace, words: Sequence[str]) -> int:
    """The number of heads that failed."""
    quick = args.quick
    common = with_overrides(
        load_json(CaptionerTraining, args.config),
        (*(QUICK if quick else ()), f"data.root={json.dumps(args.data)}", f"data.cache={json.dumps(args.cache)}", *args.set),
    )  # fmt: skip
    runs = args.runs or ("runs/heads-quick" if quick else "runs/heads")
    out = Path(args.out or (f"{runs}/heads.json" if quick else "results/heads.json"))
    sparse = SPARSE if args.sparse is None else args.sparse
    if args.sparse is None and quick and not Path(SPARSE).is_dir():
        print(f"no model at {SPARSE}: the control is left out")
        sparse = ""
    arms = arms_of(args.adapter, sparse, args.base)
    sizes = args.sizes or (QUICK_SIZES if quick else SIZES)
    seeds, scored = args.seeds or (QUICK_SEEDS if quick else SEEDS), args.clips or (QUICK_SCORED if quick else SCORED)
    cells = plan(arms, common, sizes, seeds, scored, runs)
    todo = [] if args.tables_only else [cell for cell in cells if not heads.is_done(cell.run)]
    if args.dry_run:
        for cell in cells:
            print(f"{cell.run.folder}  {'to do' if cell in todo else 'done '}  {cell}")
        print(f"{len(cells)} heads, {len(todo)} to do")
        return 0
    devices = device_list(args.devices)
    workers = args.workers or (min(8, os.cpu_count() or 1) if devices == [""] else len(devices))
    workers = max(1, min(workers, len(todo)))
    failed: dict[Path, str] = {}
    if todo:
        started = time.time()
        for cell in {cell.arm.adapter: cell for cell in todo}.values():
            heads.prepare(cell.run, max(args.workers, workers))
        print(
            f"{len(todo)} of {len(cells)} heads to do, {workers} at a time; prepared in {time.time() - started:.0f} s"
        )
        for done, (cell, seconds, error) in enumerate(run_all(execute_cell, todo, workers, devices), start=1):
            print(f"[{done}/{len(todo)}] {cell}: {f'FAILED: {error}' if error else f'{seconds:.0f} s'}", flush=True)
            if error:
                failed[cell.run.folder] = error
    paths = head_tables.write(cells, out, common, quick, args.resamples, failed, words)
    print(f"wrote {', '.join(str(p) for p in paths)}")
    for folder, error in failed.items():
        print(f"failed: {error} (see {folder}/output.txt)", file=sys.stderr)
    return len(failed)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Captioning heads on several models' features, as learning curves.")
    parser.add_argument("--quick", action="store_true", help="one seed, small: direction only")
    parser.add_argument("--adapter", default="mini-srlclip", help="SRL-CLIP, a run folder or model of train.py")
    parser.add_argument("--sparse", help=f'the control, trained on sparse captions (default: {SPARSE}); "" for none')
    parser.add_argument("--base", default="", help="default: the one that the adapter names")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N", help=f"labelled clips (default: {SIZES})")
    parser.add_argument("--seeds", type=int, default=0, help=f"seeds per arm and size (default: {SEEDS})")
    parser.add_argument("--clips", type=int, default=0, help=f"clips to score on (default: {SCORED})")
    parser.add_argument("--config", default=str(CONFIG), help="the settings that all heads share")
    add_common_flags(parser)
    parser.add_argument("--workers", type=int, default=0, help="heads at a time (default: one per core or GPU)")
    parser.add_argument("--runs", default="", help="folder of the heads (default: runs/heads, or runs/heads-quick)")
    parser.add_argument("--out", default="", help="default: results/heads.json; with --quick a file among its runs")
    parser.add_argument("--tables-only", action="store_true", help="train nothing; table and curves from what is there")
    parser.add_argument("--dry-run", action="store_true", help="list the heads")
    args = parser.parse_args(argv)
    words = [word for word in (sys.argv[1:] if argv is None else argv) if word != "--tables-only"]
    return exit_code(lambda: run(args, words))


if __name__ == "__main__":
    raise SystemExit(main())
