"""`python -m srlclip benchmark activitynet-dense`: score dense captions that PDVC or another captioner wrote."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from srlclip.cli.output import print_result
from srlclip.evaluation.benchmarks.spec import spec_of


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of a benchmark that scores files of predictions."""
    parser.add_argument(
        "--predictions", required=True, metavar="FILE", help='{"results": {"v_ID": [{"sentence", "timestamp"}]}}'
    )
    parser.add_argument(
        "--compare", metavar="FILE", help="other predictions; their difference is taken over the same videos"
    )
    parser.add_argument("--partial", action="store_true", help="accept other numbers of videos than the official ones")
    parser.add_argument("--no-java", action="store_true", help="without METEOR, SODA_c and the PTB tokeniser")
    parser.add_argument("--resamples", type=int, default=2000, metavar="N", help="bootstrap resamples (default: 2000)")
    parser.add_argument("--out", metavar="FILE", help="write the results as JSON, with a row per video")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    from tqdm import tqdm

    from srlclip.evaluation.benchmarks.readers.dense_captions import read_predictions
    from srlclip.evaluation.benchmarks.run import read
    from srlclip.evaluation.benchmarks.tasks.dense_captions import observe_all

    spec = spec_of(args.benchmark)
    task = read(spec, args.data, args.partial)
    files = {"predictions": args.predictions, "compare": args.compare}
    predictions = {name: read_predictions(file) for name, file in files.items() if file is not None}
    with tqdm(total=100, bar_format="{desc} {percentage:3.0f}%", disable=not sys.stderr.isatty()) as bar:

        def progress(share: float, what: str) -> None:
            bar.set_description(what, refresh=False)
            bar.update(int(100 * share) - bar.n)

        observed = observe_all(task, predictions, not args.no_java, progress)
    facts = _facts(args, task, predictions, observed)
    if args.out:
        _write(args, facts, task, observed)
    return print_result(args, facts, _text(spec.title, facts))


def _facts(args: argparse.Namespace, task: Any, predictions: dict, observed: dict) -> dict[str, Any]:
    from srlclip.evaluation.benchmarks.tasks.dense_captions import java_here
    from srlclip.evaluation.towers import summarise

    videos, (java, _) = set(task.videos), java_here(not args.no_java)

    def described(each: dict) -> int:
        return sum(bool(events.sentences) for video, events in each.items() if video in videos)

    return {
        "benchmark": args.benchmark,
        "videos": len(videos),
        "counts": task.counts(),
        "tokeniser": "PTB" if java else "plain: lower case, runs of letters and digits",
        "files": {
            name: {
                "videos": described(each),
                "without a prediction": len(videos) - described(each),
                "not among the references": len(set(each) - videos),
                "events per video": round(
                    sum(len(e.sentences) for v, e in each.items() if v in videos) / len(videos), 3
                ),
            }
            for name, each in predictions.items()
        },
        "table": summarise(
            {name: each.metrics for name, each in observed.items()},
            [("predictions", "compare")] if "compare" in observed else [],
            args.resamples,
        ),
    }


def _write(args: argparse.Namespace, facts: dict[str, Any], task: Any, observed: dict) -> None:
    from srlclip.evaluation.benchmarks.tasks.dense_captions import labels
    from srlclip.files import files_digest, write_json
    from srlclip.provenance import provenance

    files = {"predictions": args.predictions, "compare": args.compare}
    digests = {name: files_digest(Path(file)) for name, file in files.items() if file is not None}
    columns = {f"{name}: {k}": v.tolist() for name, each in observed.items() for k, v in each.cases.items()}
    rows = [{**words, **{name: values[i] for name, values in columns.items()}} for i, words in enumerate(labels(task))]
    made = provenance({"resamples": args.resamples, "sha256": digests})
    write_json(args.out, {"provenance": made, **facts, "rows": rows})


def _text(title: str, facts: dict[str, Any]) -> str:
    lines = [f"{title}: {facts['videos']:,} videos, tokens: {facts['tokeniser']}"]
    for name, file in facts["files"].items():
        lines.append(
            f"  {name}: events in {file['videos']:,} of {facts['videos']:,} videos (the others score 0), "
            f"{file['events per video']:g} per video"
            f"; not among the references, left out: {file['not among the references']:,}"
        )
    for metric, row in facts["table"].items():
        if "reason" in row:
            lines.append(f"{metric:<46}{row['reason']}")
            continue
        cells = (f"{name} {c['mean']:.2f} [{c['ci'][0]:.2f}, {c['ci'][1]:.2f}]" for name, c in row.items())
        lines.append(f"{metric:<46}" + "   ".join(cells))
    return "\n".join(lines)
