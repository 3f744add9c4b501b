"""`python -m srlclip features VIDEOS --out DIR`: features of either model for dense captioners (docs/features.md)."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from srlclip import speed
from srlclip.cli.progress_line import progress_line
from srlclip.results import MODELS
from srlclip.situations import DataError

if TYPE_CHECKING:
    from srlclip.processes import Processes


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("features", help="export frame, event and clip features of many videos, resumable")
    parser.add_argument(
        "videos", metavar="VIDEOS", help="folder of videos or frame folders, with labels or not; or one file"
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write to; what is there is kept")
    parser.add_argument("--base", help="bundled name, folder or Hub id (default: the bundled mini pair)")
    parser.add_argument("--adapter", help="SRL-CLIP model folder or Hub id")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1 ... (default: cpu)")
    speed.add_options(parser)
    parser.add_argument(
        "--model", choices=(*MODELS, "both"), help="whose features (default: both; base without an adapter)"
    )
    parser.add_argument(
        "--level",
        nargs="+",
        default=["frames", "events", "clip"],
        choices=("frames", "events", "clip"),
        help="vectors of frames, events, the clip (default: all three)",
    )
    parser.add_argument(
        "--contextualized", action="store_true", help="also SRL-CLIP's events as its contextualizer sees them"
    )
    rate = parser.add_mutually_exclusive_group()
    rate.add_argument("--fps", type=float, default=1.0, metavar="RATE", help="frames a second (default: 1)")
    rate.add_argument("--count", type=int, metavar="N", help="N frames of every clip, evenly spread, instead")
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--event-seconds", type=float, default=2.0, metavar="S", help="length of an event, about (default: 2)"
    )
    length.add_argument(
        "--events", type=int, metavar="N", help="N events per clip instead; labelled clips keep their own"
    )
    parser.add_argument(
        "--frames-per-event", type=int, default=4, metavar="F", help="frames behind an event's vector (default: 4)"
    )
    parser.add_argument(
        "--format", default="npy", choices=("npy", "h5", "safetensors"), help="of the files (default: npy)"
    )
    parser.add_argument(
        "--dtype", default="float32", choices=("float32", "float16"), help="of the vectors (default: float32)"
    )
    parser.add_argument("--workers", type=int, default=1, help="threads that decode ahead (default: 1; 0: none)")
    parser.add_argument("--max-seconds", type=float, default=7200.0, help="longest video accepted (default: 2 hours)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from srlclip.processes import launched

    with launched(args.device) as processes:
        return _export(args, processes)


def _export(args: argparse.Namespace, processes: Processes) -> int:
    from srlclip.comparison.loading import load_pair
    from srlclip.data.embedding_runs import Effort
    from srlclip.data.folder import read_videos
    from srlclip.features.export import CONTEXTUALIZED, ExportSettings, export_features
    from srlclip.models.checkpoints import quiet_loading
    from srlclip.video.frames import Limits

    effort = Effort(args.workers, processes)
    situations = read_videos(args.videos)
    speed.use_threads(args.threads)
    quiet_loading()
    pair, adapter = load_pair(args.base, args.adapter, processes.device, args.precision)
    model = args.model or ("base" if adapter is None else "both")
    settings = ExportSettings(
        models=MODELS if model == "both" else (model,),
        levels=(*args.level, CONTEXTUALIZED) if args.contextualized else tuple(args.level),
        rate=args.fps,
        count=args.count,
        event_seconds=args.event_seconds,
        events=args.events,
        frames_per_event=args.frames_per_event,
        dtype=args.dtype,
    )
    limits = Limits().longer(args.max_seconds)
    ids = (pair.base.name, adapter or "none")
    with progress_line(processes.rank) as progress:
        try:
            report = export_features(
                pair, situations, args.out, settings, args.format, limits, replace(effort, progress=progress), ids
            )
        except OSError as error:
            raise DataError(f"cannot write the features: {error}; free some space or choose another folder") from error
    if report is None:
        return 0
    for clip_id, reason in report.left_out:
        print(f"left out: {clip_id}: {reason}", file=sys.stderr)
    text = f"{report.exported} clips exported, {report.kept} kept, {len(report.left_out)} left out, in {report.out}"
    if report.renamed:
        text += f"; {report.renamed} have other file names than ids (index.jsonl: key)"
    print(json.dumps({**asdict(report), "settings": asdict(settings)}, indent=2) if args.json else text)
    return 0 if report.exported + report.kept else 1
