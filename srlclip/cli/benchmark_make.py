"""`python -m srlclip benchmark make NAME --out DIR`: a small instance of a benchmark in its own files, drawn from SynSitu."""

from __future__ import annotations

import argparse
from pathlib import Path

from srlclip.cli.output import print_result

ALL = "all"


def add_parser(names: argparse._SubParsersAction) -> None:
    parser = names.add_parser(
        "make",
        help="write a small instance of a benchmark, drawn clips in its official file formats, to try a path offline",
        description="Write an instance of a benchmark: SynSitu's drawn clips and stills under the benchmark's own names, "
        "with annotations in its official format. `benchmark NAME --data DIR --partial` then runs on it. It tests the "
        "path; its numbers are not the benchmark's.",
    )
    parser.add_argument("benchmark", metavar="NAME", help="a name that `benchmark list` shows, or all")
    parser.add_argument(
        "--out", required=True, metavar="DIR", help="folder to write; with all: one folder in it per name"
    )
    parser.add_argument("--clips", type=int, default=6, metavar="N", help="videos, or cases of each file (default: 6)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (default: 0)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_make)


def _make(args: argparse.Namespace) -> int:
    from srlclip.synsitu.benchmark_files.folder import Studio
    from srlclip.synsitu.benchmark_files.table import WRITERS, make

    studio, out = Studio(), Path(args.out)
    places = {name: out / name for name in WRITERS} if args.benchmark == ALL else {args.benchmark: out}
    for name, place in places.items():
        make(name, place, args.clips, args.seed, studio)
    rows = [{"benchmark": name, "out": str(place)} for name, place in places.items()]
    lines = [_command(name, place) for name, place in places.items()]
    return print_result(args, rows, "\n".join(lines))


def _command(name: str, place: Path) -> str:
    """What runs on the instance."""
    from srlclip.evaluation.benchmarks.spec import spec_of

    predictions = "" if spec_of(name).needs_pair else f" --predictions {place / 'predictions.json'}"
    return f"python -m srlclip benchmark {name} --data {place} --partial{predictions}"
