"""`python -m srlclip benchmark NAME --data DIR`: a zero-shot benchmark in its official files, both models in one pass."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from srlclip.cli.output import print_result
from srlclip.evaluation.benchmarks.spec import Spec, spec_of, specs, with_options

#: Rows of a further table that are printed; longer ones (700 classes) are in the JSON alone.
LONGEST_TABLE = 30


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("benchmark", help="zero-shot benchmarks in their official files, both models at once")
    names = parser.add_subparsers(required=True, metavar="NAME")
    table = names.add_parser("list", help="every benchmark with its size, licence, protocol and state")
    table.add_argument("--json", action="store_true", help="print JSON")
    table.set_defaults(run=_list)
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
    add_run_options(parser)
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


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """What every measurement takes."""
    parser.add_argument("--base", help="bundled name, folder or Hub id (default: the bundled mini pair)")
    parser.add_argument("--adapter", help="SRL-CLIP model folder or Hub id")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1 ... (default: cpu)")
    parser.add_argument("--frames", type=int, metavar="N", help="frames of a video (default: the benchmark's)")
    parser.add_argument("--context", action="store_true", help="also SRL-CLIP's contextualizer, which knows order")
    parser.add_argument(
        "--partial", action="store_true", help="measure what is there; media that are missing count as misses"
    )
    parser.add_argument("--resamples", type=int, default=2000, metavar="N", help="bootstrap resamples (default: 2000)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn at random (default: 0)")
    parser.add_argument("--workers", type=int, default=1, help="threads that decode ahead (default: 1; 0: none)")
    parser.add_argument("--cache", default="cache/benchmarks", metavar="DIR", help="embeddings (default: %(default)s)")
    parser.add_argument("--out", metavar="DIR", help="results (default: runs/benchmarks/NAME)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _list(args: argparse.Namespace) -> int:
    rows = [
        {"name": s.name, "title": s.title, "task": s.task, "counts": s.counts, "size": s.size, "licence": s.licence,
         "protocol": s.protocol, "state": s.state, "main": s.main}
        for s in specs().values()
    ]  # fmt: skip
    lines = [f"{r['name']:<24}{r['task']:<16}{r['title']}\n{'':<24}{r['protocol']}" for r in rows]
    return print_result(args, rows, "\n".join(lines))


def _run(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from tqdm import tqdm

    from srlclip.comparison.loading import load_pair
    from srlclip.evaluation.benchmarks.run import RunSettings, run
    from srlclip.models.checkpoints import quiet_loading

    spec = with_options(spec_of(args.benchmark), [*getattr(args, "set", []), *_own_files(args)])
    settings = RunSettings(
        args.frames, args.partial, args.resamples, args.context, args.workers, args.seed,
        normalise=getattr(args, "normalise", ""),
    )  # fmt: skip
    quiet_loading()
    pair, adapter = load_pair(args.base, args.adapter, args.device)
    with tqdm(total=100, bar_format="{desc} {percentage:3.0f}%", disable=not sys.stderr.isatty()) as bar:

        def progress(share: float, what: str) -> None:
            bar.set_description(what, refresh=False)
            bar.update(int(100 * share) - bar.n)

        result = run(spec, args.data, pair, Path(args.cache), settings, progress)
    lines = [f"{spec.title}: {result.present:,} of {result.media:,} media, {result.frames} frames each"]
    if result.truncated:
        lines.append(f"Texts longer than the text tower reads, cut at their end: {result.truncated:,}")
    for title, table in {"": result.table, **result.tables}.items():
        if title and len(table) > LONGEST_TABLE:
            lines.append(f"{title}: {len(table)} rows, with --json")
            continue
        lines += [title] if title else []
        for metric, row in table.items():
            cells = (f"{k}: {c['mean']} {c['ci']}  " for k, c in row.items() if k != "reason")
            lines.append(f"{metric:<24} " + (row.get("reason") or "".join(cells)))
    for name, models in result.numbers.items():
        lines.append(f"{name:<24} " + "".join(f"{model}: {value:.3g}  " for model, value in models.items()))
    return print_result(args, asdict(result), "\n".join(lines))
