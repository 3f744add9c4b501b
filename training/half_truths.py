"""Measure half-truths: does a role that is added to a short true caption raise the score if it is right, and lower it if not?

    python -m training.half_truths --drawn --out results/half_truths.json      # SynSitu's galleries, the bundled pair
    python -m training.half_truths --data data/vidsitu --split valid --base openai/clip-vit-base-patch32 --model adapted=FOLDER

By role, under the base and every model of it, with 95 % intervals that resample whole clips, and paired differences. What is
asked and what the rates mean: srlclip/evaluation/half_truths.py. The column "text only" is a model that reads the words of
both additions and sees nothing (training/blind.py), learnt from training clips: it answers "right above wrong" alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.evaluation.blind import BlindModel
from srlclip.evaluation.half_truths import ALL, MEASURES, Asked, ask, choices, observe, texts_of
from srlclip.evaluation.towers import Observations, summarise
from srlclip.files import write_json
from srlclip.language.lexicon import Lexicon
from srlclip.models.encoder import ClipEncoder
from srlclip.provenance import provenance
from srlclip.situations import Situation
from training.blind import read_labels
from training.evaluate import SYNSITU, cached_frames, embed, load_models, read_clips, read_lexicon
from training.recipe.data import embed_captions
from training.runs.command import exit_code_of

#: Galleries of SynSitu that are asked unless --split names others.
SPLITS = ("test", "hard")
TEXT_ONLY = "text only"


def observe_models(
    models: Mapping[str, ClipEncoder], situations: list[Situation], lexicon: Lexicon, args: argparse.Namespace
) -> tuple[dict[str, dict[str, dict[str, Observations]]], list[Asked]]:
    """Model -> measure -> role -> observations, and what was asked. Raises ValueError where labels give no half-truth."""
    base = models["base"]
    frames, situations = cached_frames(base, situations, args.cache, args.workers, args.frames, drawn=args.drawn)
    asked = ask(situations, lexicon, args.seed)
    if not asked:
        raise ValueError("the labels give no half-truth: no event has a role whose wrong filler is known")
    words = texts_of(asked)
    shared = dict(zip(words, embed_captions(base, words, args.cache).numpy(), strict=True))
    out = {}
    for name, model in models.items():
        texts = shared
        if model.clip.text_model is not base.clip.text_model:
            with torch.inference_mode():
                texts = dict(zip(words, model.encode_texts(words).cpu().numpy(), strict=True))
        out[name] = observe(embed(model, frames, situations, name)[0], asked, texts)
    return out, asked


def text_only(train: Sequence[Situation], asked: Sequence[Asked], lexicon: Lexicon, seed: int) -> dict[str, Observations]:  # fmt: skip
    """Role -> what the words give away; every role has a blind model of its own, and so have all roles together.

    Roles without training choices are absent.
    """
    learnt, of_role = choices(ask(train, lexicon, seed)), choices(asked)
    return {role: BlindModel.fit(learnt[role]).observe(rows) for role, rows in of_role.items() if learnt.get(role)}


def tables(
    title: str, observed: Mapping[str, Mapping[str, Mapping[str, Observations]]], blind: Mapping[str, Observations],
    resamples: int,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """ "gallery: measure" -> role -> model, "b - a" or "text only" -> a cell of summarise."""
    pairs = [("base", name) for name in observed if name != "base"]
    out = {}
    for measure in MEASURES:
        table = summarise({name: rows[measure] for name, rows in observed.items()}, pairs, resamples)
        if measure == MEASURES[0] and blind:
            words = summarise({TEXT_ONLY: blind}, [], resamples)
            table = {role: row | words.get(role, {}) for role, row in table.items()}
        out[f"{title}: {measure}"] = table
    return out


def run(args: argparse.Namespace) -> None:
    models, sources = load_models(args.base, args.model, args.device)
    train = read_labels(args.data, "train", args.train_clips) if args.train_clips else []
    results: dict[str, Any] = {}
    sizes: dict[str, Any] = {}
    for split in args.split or SPLITS:
        situations = read_clips(args.data, split, args.clips, args.workers, args.drawn)
        lexicon = read_lexicon(args, situations)
        observed, asked = observe_models(models, situations, lexicon, args)
        title = SYNSITU[split][1].split(":")[0] if split in SYNSITU else split
        made = tables(title, observed, text_only(train, asked, lexicon, args.seed), args.resamples)
        size = {"split": split, "clips": len(situations), "events": sum(len(s.events) for s in situations)}
        sizes |= {group: size | {"questions": len(asked)} for group in made}
        results |= made
    for group, table in results.items():
        print(f"\n{group} ({sizes[group]['clips']} clips, {table[ALL]['base']['n']} questions)")
        for role, row in table.items():
            cells = "".join(f"{name} {c['mean']:.1f} [{c['ci'][0]:.1f}, {c['ci'][1]:.1f}]  " for name, c in row.items())
            print(f"  {role:<28}{cells}n {row['base']['n']}")
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    about = {
        "what": "one role added to a short true caption, rightly or wrongly; percent, ties lose, 95 % intervals over clips; "
        "text only: word n-grams of both additions, logistic regression on training captions, a tie counts half",
        "seed": args.seed,
        "models": sources,
        "data": Path(args.data).name,
        "train_clips": len(train),
        "splits": sizes,
    }
    write_json(Path(args.out), provenance() | about | {"tables": results})


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Half-truths by role: a right role more, or a wrong one.")
    parser.add_argument("--base", default="mini-base", help="bundled name, folder or Hub id")
    parser.add_argument("--model", action="append", default=[], metavar="NAME=FOLDER", help="an adapted model of it")
    parser.add_argument("--data", default="data/synsitu", help="folder with VidSitu-format files and videos/")
    parser.add_argument("--drawn", action="store_true", help="SynSitu only: draw frames, no video files (data.drawn)")
    parser.add_argument("--split", action="append", default=[], help=f"default: SynSitu's {', '.join(SPLITS)}")
    parser.add_argument("--clips", type=int, default=300, help="use at most this many clips of each split (0 = all)")
    parser.add_argument(
        "--train-clips", type=int, default=1000, help="labelled clips for the text-only control (0: none)"
    )
    parser.add_argument("--frames", type=int, default=4, help="frames per event")
    parser.add_argument("--lexicon", default="", help="lexicon.json (default: the first --model's)")
    parser.add_argument("--cache", default="cache")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0, help="of the captions")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", default="results/half_truths.json")
    args = parser.parse_args(argv)
    return exit_code_of(lambda: run(args))


if __name__ == "__main__":
    raise SystemExit(main())
