"""`python -m srlclip benchmark NAME --data DIR`: a zero-shot benchmark in its official files, both models in one pass.

Several processes share the media: `accelerate launch -m srlclip benchmark NAME --data DIR --device cuda` takes every GPU, and
`torchrun --nproc_per_node 2 -m srlclip benchmark ...` two processes on a CPU.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from srlclip import speed
from srlclip.cli import benchmark_make, dense_captions
from srlclip.cli.benchmark_run import OUT, run_all, run_one
from srlclip.cli.output import print_result
from srlclip.evaluation.benchmarks.spec import Spec, spec_of, specs, with_options

ALL = (
    "Every benchmark NAME whose folder ROOT/NAME is there, in the order of their names; the others are listed with what "
    "they lack. A medium is embedded once, whatever asks for it; one that fails does not stop the others. Writes OUT/NAME "
    "for each, report.md, report.html and all.json. Exit code 1 if a benchmark failed."
)


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("benchmark", help="zero-shot benchmarks in their official files, both models at once")
    names = parser.add_subparsers(required=True, metavar="NAME")
    table = names.add_parser("list", help="every benchmark with its size, licence, protocol and state")
    form = table.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--markdown", action="store_true", help="print a table for a page")
    table.set_defaults(run=_list)
    benchmark_make.add_parser(names)
    everything = names.add_parser("all", help="every benchmark of a folder, and one report", description=ALL)
    everything.add_argument("--data", required=True, metavar="ROOT", help="folder of one folder for each benchmark")
    add_run_options(everything, OUT)
    everything.set_defaults(run=run_all)
    for spec in specs().values():
        _add_benchmark(names, spec)


def _add_benchmark(names: argparse._SubParsersAction, spec: Spec) -> None:
    files = "\n".join(f"  DIR/{file.path}  {file.what}\n      {file.source}" for file in spec.files)
    about = f"{spec.title}. {spec.protocol}\nLicence: {spec.licence}\n\nFiles:\n{files}".replace("%", "%%")
    parser = names.add_parser(
        spec.name, help=spec.title, description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if spec.files:
        parser.add_argument("--data", required=True, metavar="DIR", help="folder of the files above")
    else:
        _add_own_files(parser)
    if not spec.needs_pair:
        dense_captions.add_options(parser)
        parser.set_defaults(run=dense_captions.run, benchmark=spec.name)
        return
    if spec.task == "retrieval":
        parser.add_argument(
            "--normalise",
            default="",
            choices=("dsl", "qb"),
            help="a further table: dual softmax, or a query bank (QB-Norm)",
        )
    if spec.options:
        known = json.dumps(spec.options).replace("%", "%%")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help=f"another way to read the files; as set: {known}",
        )
    add_run_options(parser, f"{OUT}/{spec.name}")
    parser.set_defaults(run=_run, benchmark=spec.name)


def _add_own_files(parser: argparse.ArgumentParser) -> None:
    """Where the files of a benchmark are that pins none."""
    parser.add_argument("--data", metavar="DIR", help="folder of one annotation file and the media")
    parser.add_argument("--annotations", metavar="FILE", help="annotation file (default: the only one in --data)")
    parser.add_argument("--media", metavar="DIR", help="folder of the media (default: that of the annotations)")


def _own_files(args: argparse.Namespace) -> list[str]:
    """What --annotations and --media say, as settings of the reader; --data is filled in. Raises ValueError."""
    annotations, media = getattr(args, "annotations", None), getattr(args, "media", None)
    if not (args.data or annotations):
        raise ValueError("give --annotations FILE, or --data DIR with one annotation file in it")
    args.data = args.data or str(Path(annotations).parent)
    given = {"annotations": annotations, "media": media}
    return [f"{name}={Path(path).resolve()}" for name, path in given.items() if path]


def add_run_options(parser: argparse.ArgumentParser, out: str) -> None:
    """What every measurement takes. out: where results go unless it is said."""
    parser.add_argument("--base", help="bundled name, folder or Hub id (default: the bundled mini pair)")
    parser.add_argument("--adapter", help="SRL-CLIP model folder or Hub id")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1 ... (default: cpu)")
    speed.add_options(parser)
    parser.add_argument("--frames", type=int, metavar="N", help="frames of a video (default: the benchmark's)")
    parser.add_argument("--context", action="store_true", help="also SRL-CLIP's contextualizer, which knows order")
    parser.add_argument(
        "--partial", action="store_true", help="measure what is there; media that are missing count as misses"
    )
    parser.add_argument("--resamples", type=int, default=2000, metavar="N", help="bootstrap resamples (default: 2000)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn at random (default: 0)")
    parser.add_argument("--workers", type=int, default=1, help="threads that decode ahead (default: 1; 0: none)")
    parser.add_argument(
        "--batch", type=int, metavar="N", help="clips a forward (default: 1 on the CPU, what makes 64 frames on a GPU)"
    )
    parser.add_argument("--cache", default="cache/benchmarks", metavar="DIR", help="embeddings (default: %(default)s)")
    parser.add_argument("--out", metavar="DIR", help=f"results (default: {out})")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _list(args: argparse.Namespace) -> int:
    from srlclip.evaluation.benchmarks.listing import entry, listed, listed_markdown

    known = list(specs().values())
    return print_result(args, [entry(spec) for spec in known], (listed_markdown if args.markdown else listed)(known))


def _run(args: argparse.Namespace) -> int:
    given = [*getattr(args, "set", []), *_own_files(args)]
    return run_one(args, with_options(spec_of(args.benchmark), given))
