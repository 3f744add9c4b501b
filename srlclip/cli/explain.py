"""`python -m srlclip explain CLIP`: why a text fits an event under both models, as text, JSON or a sheet of its frames."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from srlclip.cli.output import column_names, print_result
from srlclip.cli.pair import clip_of, load
from srlclip.files import replacing
from srlclip.results import MODELS, Both, to_json

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison
    from srlclip.explain.results import Explanation

SHEETS = (".png", ".svg")


def add_parser(commands: argparse._SubParsersAction, pair: argparse.ArgumentParser) -> None:
    """pair: cli.pair.pair_options()."""
    parser = commands.add_parser(
        "explain", parents=[pair], help="why a text fits an event: patches, words, roles, frames"
    )
    parser.add_argument("clip", metavar="CLIP", help="clip id of the gallery, or a video file")
    parser.add_argument("--text", default="", help="what to explain (default: the caption made from the label)")
    parser.add_argument(
        "--event", type=int, default=0, metavar="N", help="which event of the clip, counted from 0 (default: 0)"
    )
    parser.add_argument(
        "--role", default="", help="maps of this part alone: a role's key, its name, or words of the text"
    )
    parser.add_argument("--out", metavar="FILE", help="draw the maps over the frames, .png or .svg")
    parser.set_defaults(run=_explain)


def _explain(args: argparse.Namespace) -> int:
    out = Path(args.out) if args.out else None
    if out is not None and out.suffix.lower() not in SHEETS:
        raise ValueError(f"--out is {args.out!r}; allowed: a file that ends in {' or '.join(SHEETS)}")
    comparison = load(args)
    result = comparison.explain(clip_of(comparison, args.clip), args.event, args.text, args.role)
    if out is not None:
        _draw(comparison, result, out)
    lines = _lines(result, column_names(comparison.info))
    lines += [f"maps drawn in {out}"] if out is not None else []
    return print_result(args, {"models": to_json(comparison.info), **to_json(result)}, "\n".join(lines))


def _lines(result: Explanation, names: dict[str, str]) -> list[str]:
    def numbers(of: Both[float | None]) -> str:
        return "  ".join(f"{'' if value is None else format(value, '+.3f'):>8}" for value in of)

    header = f"{names['base'][:20]:>10} | {names['adapted']}"
    lines = [f"text: {result.text}", header, f"{numbers(result.score)}  score, the sum of its frames' shares:"]
    for i, time in enumerate(result.times):
        lines.append(f"{numbers(result.frames.map(lambda own, i=i: own[i]))}    {time:.2f} s")
    lines.append("change of the score when a part is left out:")
    lines += [f"{numbers(part.change)}    without {part.words!r} ({part.name})" for part in result.parts]
    lines.append("and when a word is; share of the model's map of the text:")
    for word in result.words:
        share = ", ".join(f"{100 * word.weight[m]:.0f} %" for m in MODELS)
        lines.append(f"{numbers(word.change)}    without {word.word!r} ({share})")
    return [*lines, *(["the text is longer than the text tower reads"] if result.truncated else [])]


def _draw(comparison: Comparison, result: Explanation, out: Path) -> None:
    import numpy as np

    from srlclip.plots.attribution import attribution_sheet, sheet_png
    from srlclip.plots.drawing import svg_file
    from srlclip.video.frames import read_moments

    path = comparison.situation(result.clip_id).path
    assert path is not None  # its pixels were read
    figure = attribution_sheet(result, read_moments(path, np.array(result.times)))
    with replacing(out) as draft:
        draft.write_bytes(svg_file(figure).encode() if out.suffix.lower() == ".svg" else sheet_png(figure))
