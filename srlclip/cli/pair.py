"""Commands that load a pair and a gallery: search, score, caption, evaluate."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from srlclip import speed
from srlclip.cli import queries as cli_queries
from srlclip.cli import situations as cli_situations
from srlclip.cli.output import column_names, print_result
from srlclip.cli.progress_line import progress_line
from srlclip.results import MODELS, SearchResult, to_json
from srlclip.situations import DataError

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison


def pair_options() -> argparse.ArgumentParser:
    """What all commands that load a pair and a gallery take."""
    pair = argparse.ArgumentParser(add_help=False)
    pair.add_argument("--base", help="bundled name, folder or Hub id (default: the bundled mini pair)")
    pair.add_argument("--adapter", help="SRL-CLIP model folder or Hub id")
    pair.add_argument("--heads", help="folder of this pair's captioners, base/ and adapted/ (default: the adapter's)")
    pair.add_argument(
        "--gallery",
        help="folder of videos (default: the bundled clips); search takes qdrant://host:port/collection too",
    )
    pair.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1 ... (default: cpu)")
    pair.add_argument(
        "--workers",
        type=int,
        default=1,
        help="threads that decode ahead while a gallery is embedded (default: 1; 0: none)",
    )
    speed.add_options(pair)
    pair.add_argument("--json", action="store_true", help="print JSON")
    return pair


def add_parsers(commands: argparse._SubParsersAction, pair: argparse.ArgumentParser) -> None:
    """pair: pair_options()."""
    search = commands.add_parser("search", parents=[pair], help="rank the gallery for a text under both models")
    search.add_argument("query", metavar="TEXT", help="what to search for, in English")
    search.add_argument("-k", type=int, default=5, help="how many clips to list (default: 5)")
    search.add_argument(
        "--index",
        metavar="FOLDER",
        help="keep an index over the gallery there, for more than about 100,000 clips (pip install 'srlclip[index]')",
    )
    search.add_argument(
        "--level",
        default="events",
        choices=("events", "clips"),
        help="score a clip by the best of its events, or as a whole (default: events)",
    )
    search.add_argument("--target", metavar="CLIP", help="clip id that the query describes; its ranks are printed")
    search.set_defaults(run=_search)

    score = commands.add_parser("score", parents=[pair], help="a caption against hard negatives on one event")
    score.add_argument("clip", metavar="CLIP", help="clip id of the gallery, or a video file")
    score.add_argument(
        "--event", type=int, default=0, metavar="N", help="which event of the clip, counted from 0 (default: 0)"
    )
    score.add_argument("--true", metavar="TEXT", help="the true caption (default: made from the label)")
    score.add_argument(
        "--negative", action="append", default=[], metavar="TEXT", help="a wrong caption of your own (may be repeated)"
    )
    score.add_argument(
        "--kinds",
        metavar="KIND,...",
        default="verb_role,agent_patient,noun,attribute,direction,manner,natural",
        help="kinds of wrong captions made from the label (default: %(default)s)",
    )
    score.set_defaults(run=_score)

    caption = commands.add_parser("caption", parents=[pair], help="SRL captions of a clip under both models")
    caption.add_argument("clip", metavar="CLIP", help="clip id of the gallery, or a video file")
    caption.add_argument(
        "--decoder",
        default="auto",
        choices=("auto", "heads", "zero_shot"),
        help="trained heads, or CLIP alone (default: heads where there are some)",
    )
    caption.set_defaults(run=_caption)

    evaluate = commands.add_parser(
        "evaluate", parents=[pair], help="the pair on labelled clips, or anybody's SRL predictions, with intervals"
    )
    evaluate.add_argument(
        "task",
        nargs="?",
        default="pair",
        choices=("pair", "situations", "queries"),
        help="pair: retrieval and hard negatives on the gallery (default); situations: official files of predictions; "
        "queries: R@K of a CSV of query,target",
    )
    evaluate.add_argument(
        "--resamples", type=int, default=1000, metavar="N", help="bootstrap resamples (default: 1000)"
    )
    cli_situations.add_arguments(evaluate)
    cli_queries.add_arguments(evaluate)
    evaluate.set_defaults(run=_evaluate)


def load(args: argparse.Namespace) -> Comparison:
    """The comparison; what its gallery lacks is said on stderr."""
    if args.gallery and "://" not in args.gallery and not Path(args.gallery).exists():
        # Before anything heavy is imported.
        raise DataError("no such folder; give a folder with video files", file=args.gallery)
    from srlclip.comparison.comparison import Comparison
    from srlclip.comparison.remote import is_address
    from srlclip.models.checkpoints import quiet_loading

    if is_address(args.gallery) and args.run is not _search:
        raise ValueError(
            f"--gallery is {args.gallery}; a gallery in a vector engine can be searched, all else needs a folder"
        )
    speed.use_threads(args.threads)
    quiet_loading()
    index = getattr(args, "index", None)  # of the commands that search
    with progress_line() as progress:
        comparison = Comparison.load(
            args.base,
            args.adapter,
            args.gallery,
            args.device,
            progress,
            args.heads,
            args.workers,
            args.precision,
            index,
        )
    for clip_id, reason in comparison.left_out.items():
        print(f"left out: {clip_id}: {reason}", file=sys.stderr)
    return comparison


def _search(args: argparse.Namespace) -> int:
    if args.k < 1:
        raise ValueError(f"-k is {args.k}; it must be 1 or more")
    comparison = load(args)
    result = comparison.search(args.query, args.target, args.level)
    shown = replace(result, hits=result.hits.map(lambda hits: tuple(hits[: args.k])))
    value = {"models": to_json(comparison.info), **to_json(shown)}
    value["target_ranks"] = {m: result.target_rank(m) for m in MODELS}
    return print_result(args, value, _columns(result, args.k, column_names(comparison.info)))


def _columns(result: SearchResult, k: int, names: dict[str, str]) -> str:
    lines = [f"{names['base']:<48}{names['adapted']}"]
    for a, b in zip(*(hits[:k] for hits in result.hits), strict=False):
        left, right = (f"{h.rank}. {h.clip_id}  {h.score:.3f}" for h in (a, b))
        lines.append(f"{left:<48}{right}  ({b.rank_change:+d})" if b.rank_change else f"{left:<48}{right}")
    if result.target:
        lines.append(f"target {result.target}: rank {result.target_rank('base')} -> {result.target_rank('adapted')}")
    if result.truncated:
        lines.append(f"the query has {result.tokens} tokens; only the first {result.token_limit} were read")
    return "\n".join([*lines, *result.failures])


def clip_of(comparison: Comparison, name: str) -> str:
    """The gallery's clip of that name, else the video file of that path, embedded. Raises ValueError if there is neither."""
    if name in comparison.clip_ids():
        return name
    if not Path(name).exists():
        some = ", ".join(comparison.clip_ids()[:3])
        raise ValueError(f"no video file {name!r}, and no clip of that name in the gallery (it has {some}, ...)")
    return comparison.add_video(name)


def _score(args: argparse.Namespace) -> int:
    from srlclip.situations import Caption

    comparison = load(args)
    clip = clip_of(comparison, args.clip)
    labelled = bool(comparison.situation(clip).events)
    if not labelled and not (args.true and args.negative):
        raise ValueError(f"{args.clip} has no labels; give --true and at least one --negative")
    true = args.true or comparison.true_caption(clip, args.event).text
    wrong = [Caption(text, "custom", "typed") for text in args.negative]
    if labelled and not args.true:
        wrong += comparison.negatives(clip, args.event, [k for k in args.kinds.split(",") if k])
    result = comparison.score(clip, args.event, true, wrong)
    names = column_names(comparison.info)
    lines = [f"true: {true}"]
    lines += [
        f"{s.margin.base:+.3f} {s.margin.adapted:+.3f}  [{s.caption.kind}] {s.caption.text}" for s in result.negatives
    ]
    lines += [f"{names[m]}: {result.beaten(m)}/{len(result.negatives)} negatives beaten" for m in MODELS]
    lines += [note] if (note := result.length_note()) else []
    return print_result(args, {"models": to_json(comparison.info), **to_json(result)}, "\n".join(lines))


def _caption(args: argparse.Namespace) -> int:
    comparison = load(args)
    result = comparison.caption(clip_of(comparison, args.clip), decoder=args.decoder)
    names = column_names(comparison.info)
    width = max(map(len, (*names.values(), "reference")))
    lines = [f"decoder: {result.decoder}", *filter(None, [result.unfamiliar])]
    for event in result.events:
        lines.append(f"{event.start:g}-{event.end:g} s")
        lines += [f"  {names[m]:<{width}}  {event.sentence[m]}" for m in MODELS]
        truth = {slot.key: slot.reference for slot in event.slots if slot.reference}
        if truth:
            lines.append(f"  {'reference':<{width}}  " + ", ".join(f"{k}: {v}" for k, v in truth.items()))
    return print_result(args, {"models": to_json(comparison.info), **to_json(result)}, "\n".join(lines))


def _evaluate(args: argparse.Namespace) -> int:
    cli_situations.check_arguments(args)
    if args.task == "situations":
        return print_result(args, *cli_situations.evaluate_situations(args))
    if args.task == "queries":
        return print_result(args, *cli_queries.evaluate_queries(args, load(args)))
    from srlclip.evaluation.gallery import evaluate_comparison

    comparison = load(args)
    copied = sum(e.from_model for clip in comparison.clip_ids() for e in comparison.situation(clip).events)
    if copied:
        print(f"{copied} events have labels that began as a model's captions: no reference for it", file=sys.stderr)
    table = evaluate_comparison(comparison, args.resamples)
    names = column_names(comparison.info)
    lines = [f"{'':<28}{names['base']:<26}{names['adapted']}"]
    for metric, row in table.items():
        if "reason" in row:
            lines.append(f"{metric:<28}{row['reason']}")
            continue
        cells = [f"{row[m]['mean']:.1f} [{row[m]['ci'][0]:.1f}, {row[m]['ci'][1]:.1f}]" for m in MODELS]
        lines.append(f"{metric:<28}{cells[0]:<26}{cells[1]}")
    return print_result(args, {"models": to_json(comparison.info), "table": table}, "\n".join(lines))
