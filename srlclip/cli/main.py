"""`python -m srlclip COMMAND`: the same facade as the app, one line on stderr and exit code 2 for bad input."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from srlclip.cli import features as cli_features
from srlclip.cli import situations as cli_situations
from srlclip.cli import space as cli_space
from srlclip.results import MODELS, SearchResult, to_json
from srlclip.situations import SrlClipError

NAMES = {"base": "Base CLIP", "adapted": "SRL-CLIP"}


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
    synsitu.add_argument("--clips", type=int, default=100)
    synsitu.add_argument(
        "--split", default="train", help="train, valid, test, hard (groups of look-alikes), heldout or pretrain"
    )
    synsitu.add_argument("--seed", type=int, default=0)
    synsitu.add_argument("--workers", type=int, default=1)
    synsitu.add_argument("--labels-only", action="store_true", help="write no videos")
    synsitu.add_argument("--json", action="store_true")
    synsitu.set_defaults(run=_synsitu)

    validate = commands.add_parser("validate", help="read a whole dataset and print what is wrong with it")
    validate.add_argument("folder", metavar="DIR", help="VidSitu files, *.jsonl, or a plain folder of videos")
    validate.add_argument("--videos", help="folder of the videos (default: as for training)")
    validate.add_argument("--split", nargs="+", default=[], metavar="NAME", help="only these splits (default: all)")
    validate.add_argument("--role-names", default="short", choices=("raw", "short"))
    validate.add_argument(
        "--videos-check", default="exists", choices=("none", "exists", "decode"), help="decode reads the frames"
    )
    validate.add_argument("--workers", type=int, default=1, help="processes that decode")
    validate.add_argument("--limit", type=int, default=0, help="print only the first N problems (0: all)")
    validate.add_argument("--json", action="store_true")
    validate.set_defaults(run=_validate)

    pair = argparse.ArgumentParser(add_help=False)
    pair.add_argument("--base", help="bundled name, folder or Hub id (default: the bundled mini pair)")
    pair.add_argument("--adapter", help="SRL-CLIP model folder or Hub id")
    pair.add_argument("--heads", help="folder of this pair's captioners, base/ and adapted/ (default: the adapter's)")
    pair.add_argument("--gallery", help="folder of videos (default: the bundled clips)")
    pair.add_argument("--device", default="cpu")
    pair.add_argument("--json", action="store_true", help="print JSON")

    index = commands.add_parser("index", parents=[pair], help="embed a folder of videos under both models")
    index.add_argument("--out", required=True, help="folder for gallery.safetensors and gallery.json")
    index.set_defaults(run=_index)

    search = commands.add_parser("search", parents=[pair], help="rank the gallery for a text under both models")
    search.add_argument("query")
    search.add_argument("-k", type=int, default=5)
    search.add_argument("--target", help="clip id that the query describes")
    search.set_defaults(run=_search)

    score = commands.add_parser("score", parents=[pair], help="a caption against hard negatives on one event")
    score.add_argument("clip", help="clip id of the gallery, or a video file")
    score.add_argument("--event", type=int, default=0, help="0 to 4")
    score.add_argument("--true", help="the true caption (default: the label's)")
    score.add_argument("--negative", action="append", default=[], help="an own negative (may be repeated)")
    score.add_argument("--kinds", default="verb_role,agent_patient,noun,attribute,direction,manner,natural")
    score.set_defaults(run=_score)

    caption = commands.add_parser("caption", parents=[pair], help="SRL captions of a clip under both models")
    caption.add_argument("clip", help="clip id of the gallery, or a video file")
    caption.add_argument(
        "--decoder", default="auto", choices=("auto", "heads", "zero_shot"), help="trained heads, or CLIP alone"
    )
    caption.set_defaults(run=_caption)

    evaluate = commands.add_parser(
        "evaluate", parents=[pair], help="the pair on labelled clips, or anybody's SRL predictions, with intervals"
    )
    evaluate.add_argument(
        "task",
        nargs="?",
        default="pair",
        choices=("pair", "situations"),
        help="pair: retrieval and hard negatives on the gallery (default); situations: official files of predictions",
    )
    evaluate.add_argument("--resamples", type=int, default=1000)
    cli_situations.add_arguments(evaluate)
    evaluate.set_defaults(run=_evaluate)
    cli_features.add_parser(commands)
    cli_space.add_parser(commands)
    return parser


def _print(args: argparse.Namespace, value: Any, text: str) -> int:
    print(json.dumps(value, indent=2, default=str) if args.json else text)
    return 0


def _synsitu(args: argparse.Namespace) -> int:
    from srlclip.synsitu.writer import progress_bar, write_split

    with progress_bar(f"render {args.split}", args.clips) as progress:
        made = write_split(args.out, args.split, args.clips, args.seed, args.workers, not args.labels_only, progress)
    facts = {
        "out": str(args.out),
        "split": args.split,
        "clips": len(made),
        "events": sum(len(s.events) for s in made),
        "seed": args.seed,
    }
    return _print(args, facts, f"{facts['clips']} clips, {facts['events']} labelled events in {args.out}")


def _validate(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from srlclip.data.validate import lines, validate

    if args.limit < 0:
        raise ValueError(f"--limit is {args.limit}; it must be 0 (all) or more")
    report = validate(args.folder, args.videos, args.split, args.role_names, args.videos_check, args.workers)
    facts = {**asdict(report), "errors": report.errors, "warnings": report.warnings} if args.json else {}
    _print(args, facts, "\n".join(lines(report, args.limit)))
    return 1 if report.errors else 0


def _load(args: argparse.Namespace):
    from tqdm import tqdm

    from srlclip.comparison.comparison import Comparison
    from srlclip.models.checkpoints import quiet_loading

    quiet_loading()
    with tqdm(total=100, desc="load", bar_format="{desc}: {percentage:3.0f}%", disable=not sys.stderr.isatty()) as bar:

        def progress(share: float, what: str) -> None:
            bar.set_description(what)
            bar.update(int(100 * share) - bar.n)
            if what.startswith("left out"):
                tqdm.write(what, file=sys.stderr)

        return Comparison.load(args.base, args.adapter, args.gallery, args.device, progress, args.heads)


def _index(args: argparse.Namespace) -> int:
    comparison = _load(args)
    comparison.gallery.save(args.out)
    facts = {"out": args.out, "clips": len(comparison.gallery), "fingerprints": dict(comparison.gallery.fingerprints)}
    return _print(args, facts, f"{facts['clips']} clips embedded under both models in {args.out}")


def _search(args: argparse.Namespace) -> int:
    if args.k < 1:
        raise ValueError(f"-k is {args.k}; it must be 1 or more")
    comparison = _load(args)
    result = comparison.search(args.query, args.target)
    value = {"models": to_json(comparison.info), **to_json(result)}
    for model in MODELS:
        value[model] = value[model][: args.k]
    value["target_ranks"] = {m: result.target_rank(m) for m in MODELS}
    return _print(args, value, _columns(result, args.k))


def _columns(result: SearchResult, k: int) -> str:
    lines = [f"{NAMES['base']:<48}{NAMES['adapted']}"]
    for a, b in zip(*(hits[:k] for hits in result.hits), strict=False):
        left, right = (f"{h.rank}. {h.clip_id}  {h.score:.3f}" for h in (a, b))
        lines.append(f"{left:<48}{right}  ({b.rank_change:+d})" if b.rank_change else f"{left:<48}{right}")
    if result.target:
        lines.append(f"target {result.target}: rank {result.target_rank('base')} -> {result.target_rank('adapted')}")
    if result.truncated:
        lines.append(f"the query has {result.tokens} tokens; only the first {result.token_limit} were read")
    return "\n".join([*lines, *result.failures])


def _clip(comparison, name: str) -> str:
    return comparison.add_video(name) if name not in comparison.clip_ids() and Path(name).exists() else name


def _score(args: argparse.Namespace) -> int:
    from srlclip.situations import Caption

    comparison = _load(args)
    clip = _clip(comparison, args.clip)
    labelled = bool(comparison.situation(clip).events)
    if not labelled and not (args.true and args.negative):
        raise ValueError(f"{args.clip} has no labels; give --true and at least one --negative")
    true = args.true or comparison.true_caption(clip, args.event).text
    wrong = [Caption(text, "custom") for text in args.negative]
    if labelled and not args.true:
        wrong += comparison.negatives(clip, args.event, [k for k in args.kinds.split(",") if k])
    result = comparison.score(clip, args.event, true, wrong)
    lines = [f"true: {true}"]
    lines += [
        f"{s.margin.base:+.3f} {s.margin.adapted:+.3f}  [{s.caption.kind}] {s.caption.text}" for s in result.negatives
    ]
    lines += [f"{NAMES[m]}: {result.beaten(m)}/{len(result.negatives)} negatives beaten" for m in MODELS]
    lines += [note] if (note := result.length_note()) else []
    return _print(args, {"models": to_json(comparison.info), **to_json(result)}, "\n".join(lines))


def _caption(args: argparse.Namespace) -> int:
    comparison = _load(args)
    result = comparison.caption(_clip(comparison, args.clip), decoder=args.decoder)
    lines = [f"decoder: {result.decoder}"]
    for event in result.events:
        lines.append(f"{event.start:g}-{event.end:g} s")
        lines += [f"  {NAMES['base']:<10} {event.sentence.base}", f"  {NAMES['adapted']:<10} {event.sentence.adapted}"]
        truth = {slot.key: slot.reference for slot in event.slots if slot.reference}
        lines += [f"  {'reference':<10} " + ", ".join(f"{k}: {v}" for k, v in truth.items())] if truth else []
    return _print(args, {"models": to_json(comparison.info), **to_json(result)}, "\n".join(lines))


def _evaluate(args: argparse.Namespace) -> int:
    cli_situations.check_arguments(args)
    if args.task == "situations":
        return _print(args, *cli_situations.evaluate_situations(args))
    from srlclip.evaluation.gallery import evaluate_comparison

    comparison = _load(args)
    table = evaluate_comparison(comparison, args.resamples)
    lines = [f"{'':<28}{NAMES['base']:<26}{NAMES['adapted']}"]
    for metric, row in table.items():
        cells = [f"{row[m]['mean']:.1f} [{row[m]['ci'][0]:.1f}, {row[m]['ci'][1]:.1f}]" for m in MODELS]
        lines.append(f"{metric:<28}{cells[0]:<26}{cells[1]}")
    return _print(args, {"models": to_json(comparison.info), "table": table}, "\n".join(lines))
