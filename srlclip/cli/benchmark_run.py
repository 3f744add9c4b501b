"""Runs of `python -m srlclip benchmark`: one benchmark or all of a folder, in one process or several, and their files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from srlclip.cli.output import print_result
from srlclip.cli.progress_line import progress_line
from srlclip.evaluation.benchmarks.spec import Spec, require_files
from srlclip.processes import Processes, launched
from srlclip.situations import DataError
from srlclip.speed import use_threads

if TYPE_CHECKING:
    from srlclip.evaluation.benchmarks.outcome import Result
    from srlclip.evaluation.benchmarks.report import Measured
    from srlclip.evaluation.benchmarks.run import RunSettings
    from srlclip.models.pair import ClipPair
    from srlclip.results import PairInfo

OUT = "runs/benchmarks"


def run_one(args: argparse.Namespace, spec: Spec) -> int:
    """Prints the table (the first process alone) and writes results.json, table.md, cases.csv and figures."""
    require_files(spec, args.data)  # before anything heavy is imported
    from srlclip.evaluation.benchmarks.report import document, printed
    from srlclip.evaluation.benchmarks.run import run

    settings, out = _settings(args), Path(args.out or f"{OUT}/{spec.name}")
    with launched(args.device) as processes:
        _writable(out, processes)
        pair, info = _load(args, processes)
        with progress_line(processes.rank) as progress:
            result = run(spec, args.data, pair, Path(args.cache), settings, progress, processes)
        if result is None:
            return 0
        measured = _measured(spec, result, pair, info, settings)
        replaced = (out / "results.json").exists()
        _write(out, measured)
        files = f"Files: {out}" + (", in place of earlier results" if replaced else "")
        return print_result(args, document(measured), f"{printed(measured)}\n\n{files}")


def run_all(args: argparse.Namespace) -> int:
    """Every benchmark of args.data; also report.md, report.html and all.json. Exit code 1 if one failed."""
    from srlclip.app.benchmark_report import report_html
    from srlclip.evaluation.benchmarks.suite import (
        Suite,
        attempts,
        printed,
        report_markdown,
        split,
        suite_document,
    )
    from srlclip.files import write_json, write_text

    settings, out = _settings(args), Path(args.out or OUT)
    here, absent = split(args.data)
    with launched(args.device) as processes:
        _writable(out, processes)
        pair, info = _load(args, processes)
        measured, failed, figures = [], [], {}
        with progress_line(processes.rank) as progress:
            for attempt in attempts(here, args.data, pair, args.cache, settings, progress, processes):
                if attempt.problem:
                    failed.append(attempt)
                elif attempt.result is not None:
                    measured.append(_measured(attempt.spec, attempt.result, pair, info, settings))
                    names = _write(out / attempt.spec.name, measured[-1])
                    figures[attempt.spec.name] = tuple(f"{attempt.spec.name}/{name}" for name in names)
        if processes.rank:
            return 0
        suite = Suite(tuple(measured), tuple(failed), tuple(absent))
        write_text(out / "report.md", report_markdown(suite, figures))
        write_text(out / "report.html", report_html(suite))
        write_json(out / "all.json", suite_document(suite))
        print_result(args, suite_document(suite), f"{printed(suite)}\n\nReport: {out / 'report.html'}")
        return 1 if failed else 0


def _settings(args: argparse.Namespace) -> RunSettings:
    from srlclip.evaluation.benchmarks.run import RunSettings

    return RunSettings(
        args.frames, args.partial, args.resamples, args.context, args.workers, args.seed, args.batch,
        getattr(args, "normalise", ""),
    )  # fmt: skip


def _writable(out: Path, processes: Processes) -> None:
    """Say that results have no place before hours are spent on them."""
    if processes.rank:
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"results cannot be written here ({error.strerror}); name another folder by --out", file=out
        ) from error


def _load(args: argparse.Namespace, processes: Processes) -> tuple[ClipPair, PairInfo]:
    from srlclip.comparison.loading import describe, load_pair
    from srlclip.models.checkpoints import quiet_loading

    use_threads(args.threads)
    quiet_loading()
    pair, adapter = load_pair(args.base, args.adapter, processes.device, args.precision)
    return pair, describe(pair, adapter, processes.device)


def _measured(spec: Spec, result: Result, pair: ClipPair, info: PairInfo, settings: RunSettings) -> Measured:
    from dataclasses import asdict

    from srlclip.evaluation.benchmarks.report import Measured
    from srlclip.provenance import provenance

    return Measured(spec, result, info, pair.marks, settings, provenance(asdict(settings)))


def _write(folder: Path, measured: Measured) -> tuple[str, ...]:
    """The benchmark's files; returns the names of its figures."""
    from srlclip.evaluation.benchmarks.report import write
    from srlclip.evaluation.benchmarks.rows import rows_of
    from srlclip.plots import svg_file
    from srlclip.plots.benchmarks import figures_of

    drawn = figures_of(rows_of(measured.spec, measured.result))
    figures = {f"{name}.svg": svg_file(figure) for name, figure in drawn.items()}
    write(folder, measured, figures)
    return tuple(figures)
