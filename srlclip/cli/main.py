"""`python -m srlclip COMMAND`: the same facade as the app, one line on stderr and exit code 2 for bad input."""

from __future__ import annotations

import argparse
import sys

from srlclip.cli import benchmark as cli_benchmark
from srlclip.cli import explain as cli_explain
from srlclip.cli import features as cli_features
from srlclip.cli import index as cli_index
from srlclip.cli import pair as cli_pair
from srlclip.cli import space as cli_space
from srlclip.cli.output import print_result
from srlclip.situations import SrlClipError


def main(argv: list[str] | None = None) -> int:
    parser = _parser()
    args = parser.parse_args(argv)
    try:
        return args.run(args)
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m srlclip", description="Base CLIP and SRL-CLIP side by side.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    synsitu = commands.add_parser("synsitu", help="write clips of the synthetic world with VidSitu-format labels")
    synsitu.add_argument("--out", required=True, help="folder to write to; existing clips are kept")
    synsitu.add_argument("--clips", type=int, default=100, help="how many (default: 100)")
    synsitu.add_argument(
        "--split", default="train", help="train, valid, test, hard (groups of look-alikes), heldout or pretrain"
    )
    synsitu.add_argument("--seed", type=int, default=0, help="of the random world (default: 0)")
    synsitu.add_argument("--workers", type=int, default=1, help="processes that render (default: 1)")
    synsitu.add_argument("--labels-only", action="store_true", help="write no videos")
    synsitu.add_argument("--json", action="store_true", help="print JSON")
    synsitu.set_defaults(run=_synsitu)

    validate = commands.add_parser("validate", help="read a whole dataset and print what is wrong with it")
    validate.add_argument("folder", metavar="DIR", help="VidSitu files, *.jsonl, or a plain folder of videos")
    validate.add_argument("--videos", help="folder of the videos (default: as for training)")
    validate.add_argument("--split", nargs="+", default=[], metavar="NAME", help="only these splits (default: all)")
    validate.add_argument(
        "--role-names", default="short", choices=("raw", "short"), help="as annotated, or shortened (default)"
    )
    validate.add_argument(
        "--videos-check", default="exists", choices=("none", "exists", "decode"), help="decode reads the frames"
    )
    validate.add_argument("--workers", type=int, default=1, help="processes that decode")
    validate.add_argument("--limit", type=int, default=0, help="print only the first N problems (0: all)")
    validate.add_argument("--json", action="store_true", help="print JSON")
    validate.set_defaults(run=_validate)

    pair = cli_pair.pair_options()
    cli_pair.add_parsers(commands, pair)
    cli_index.add_parser(commands, pair)
    cli_explain.add_parser(commands, pair)
    cli_features.add_parser(commands)
    cli_space.add_parser(commands)
    cli_benchmark.add_parser(commands)
    return parser


def _synsitu(args: argparse.Namespace) -> int:
    from srlclip.synsitu.writer import progress_bar, write_split

    with progress_bar(f"render {args.split}", args.clips) as progress:
        scripts = write_split(args.out, args.split, args.clips, args.seed, args.workers, not args.labels_only, progress)
    facts = {
        "out": str(args.out),
        "split": args.split,
        "clips": len(scripts),
        "events": sum(len(s.events) for s in scripts),
        "seed": args.seed,
    }
    return print_result(args, facts, f"{facts['clips']} clips, {facts['events']} labelled events in {args.out}")


def _validate(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from srlclip.data.validate import lines, validate

    if args.limit < 0:
        raise ValueError(f"--limit is {args.limit}; it must be 0 (all) or more")
    report = validate(args.folder, args.videos, args.split, args.role_names, args.videos_check, args.workers)
    facts = {**asdict(report), "errors": report.errors, "warnings": report.warnings} if args.json else {}
    print_result(args, facts, "\n".join(lines(report, args.limit)))
    return 1 if report.errors else 0
