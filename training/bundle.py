"""Put a trained mini pair and its example clips into the package: what `python app.py` shows without a download.

    python training/bundle.py --base runs/mini-base --run runs/synsitu
    python training/bundle.py --heads runs/captioners          # only the captioners, after training/captioner_results.py
    python training/bundle.py --adapter role-swap --run runs/role_swap --title "SRL-CLIP, roles swapped"   # one more adapter
    python training/bundle.py --index-only                     # only the gallery's embeddings, where models or clips changed

Copies the base and the adapter with their run.json, config and log, renders the gallery (unseen clips of a seed of its
own, groups of look-alikes among them), draws example queries by rule, embeds the gallery, and writes the model cards. A further adapter, over the same base, lies in models/adapters/NAME and is chosen on
the page; its gallery is embedded when it is.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip import ASSETS
from srlclip.captioning.captioner_files import load_captioner, save_captioner
from srlclip.comparison.comparison import Comparison
from srlclip.comparison.embedding import gallery_name
from srlclip.comparison.loading import DEFAULT_ADAPTER, DEFAULT_BASE, HEADS_FOLDER
from srlclip.data.folder import read_folder
from srlclip.files import write_json, write_text
from srlclip.models.checkpoints import ADAPTERS, CARD, read_json
from srlclip.models.pair import ClipPair
from srlclip.provenance import portable
from srlclip.results import MODELS
from srlclip.synsitu.gallery_queries import example_queries
from srlclip.synsitu.sample import GROUP_SIZE, script_of
from srlclip.synsitu.writer import progress_bar, write_split
from training.cards.bundled import adapter_card, base_card, pair_card
from training.export import copy_model

#: The gallery's seed differs from that of every measured split, so that looking at it spoils no result.
GALLERY_SEED, PLAIN_CLIPS, HARD_GROUPS, EXAMPLES = 7, 24, 8, 8


def copy_models(base: Path, run: Path) -> None:
    for name in ("mini-base", "mini-srlclip"):
        shutil.rmtree(ASSETS / "models" / name, ignore_errors=True)
    shutil.copytree(base / "model", ASSETS / "models" / "mini-base")
    copy_model(run / "model", ASSETS / "models" / "mini-srlclip", "mini-base")
    shutil.copy(base / "log.jsonl", ASSETS / "models" / "mini-base" / "log.jsonl")
    _copy_run(run, ASSETS / "models" / "mini-srlclip")
    facts = ASSETS / "models" / "mini-base" / "run.json"
    if facts.is_file():
        write_json(facts, portable(read_json(facts)))


def _copy_run(run: Path, target: Path) -> None:
    """What a run says of itself, without paths of this computer."""
    for name in ("config.json", "run.json", "log.jsonl", "metrics.json"):
        # config.json inside a model folder is transformers' name for something else.
        shutil.copy(run / name, target / name.replace("config", "train_config"))
    for name in ("run.json", "train_config.json"):
        write_json(target / name, portable(read_json(target / name)))


def copy_adapter(run: Path, name: str, title: str) -> Path:
    """A run's adapter as adapters/NAME, in place of what was there; its folder. title: what people choose it by.

    Raises ValueError for a name that cannot be one, CheckpointError for an adapter that the bundled base does not fit.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(
            f"--adapter is {name!r}; small letters, digits and single hyphens make a name, as in role-swap"
        )
    ClipPair.load(ASSETS / "models" / DEFAULT_BASE, run / "model")  # says why, before anything is replaced
    target = ASSETS / "models" / ADAPTERS / name
    shutil.rmtree(target, ignore_errors=True)
    copy_model(run / "model", target, DEFAULT_BASE)
    _copy_run(run, target)
    card = read_json(target / CARD)
    write_json(target / CARD, card | {"metadata": card.get("metadata", {}) | {"title": title}})
    write_text(target / "README.md", adapter_card(target, title))
    return target


def copy_heads(runs: Path, folder: Path) -> None:
    """The captioners of the first seed, in half precision, beside the adapter whose features one of them reads."""
    for model in MODELS:
        run = runs / f"{model}-seed0"
        captioner, source, metadata = load_captioner(run / "model")
        facts = json.loads((run / "run.json").read_text("utf-8"))
        kept = {key: facts[key] for key in ("commit", "date", "seconds", "clips", "epochs", "best_epoch", "argv")}
        target = folder / HEADS_FOLDER / model
        shutil.rmtree(target, ignore_errors=True)
        save_captioner(target, captioner, source, metadata | portable(kept), half=True)


def write_gallery() -> None:
    """Render the gallery and draw its example queries."""
    folder = ASSETS / "gallery"
    shutil.rmtree(folder, ignore_errors=True)
    for split, clips in (("hard", HARD_GROUPS * GROUP_SIZE), ("test", PLAIN_CLIPS)):
        with progress_bar(f"render gallery ({split})", clips) as progress:
            write_split(folder, split, clips, GALLERY_SEED, progress=progress)
    write_examples()


def write_examples() -> None:
    """Short and long queries by the rule of srlclip.synsitu.gallery_queries, which knows no model."""
    folder = ASSETS / "gallery"
    scripts = [script_of(clip.clip_id) for clip in read_folder(folder)]
    examples = example_queries(scripts, EXAMPLES, np.random.default_rng(GALLERY_SEED))
    rows = [asdict(example) for example in examples]
    write_json(folder / "examples.json", rows)


def write_index() -> None:
    shutil.rmtree(ASSETS / "index", ignore_errors=True)
    comparison = Comparison.load(progress=lambda share, what: None)
    clips = read_folder(ASSETS / "gallery")
    comparison.gallery.save(ASSETS / "index" / gallery_name(comparison.pair, clips))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Put the trained mini pair and the example clips into the package.")
    parser.add_argument("--base", default="runs/mini-base", help="run folder of pretrain.py")
    parser.add_argument("--run", help="run folder of train.py (default: runs/synsitu)")
    parser.add_argument("--adapter", metavar="NAME", help="put --run in as a further adapter of this name, no more")
    parser.add_argument("--title", help="what people choose the further adapter by (default: its name)")
    parser.add_argument("--results", default="results/mini_pair.json", help="for the cards' tables; may not exist yet")
    parser.add_argument(
        "--heads", help="folder of training/captioner_results.py's runs: puts their captioners in, no more"
    )
    parser.add_argument("--cards-only", action="store_true", help="only write the model cards again")
    parser.add_argument("--index-only", action="store_true", help="only embed the gallery and write the cards again")
    args = parser.parse_args(argv)
    if args.adapter:
        if not args.run:
            parser.error("--adapter needs the run folder of that adapter: --run RUN")
        folder = copy_adapter(Path(args.run), args.adapter, args.title or args.adapter.replace("-", " "))
        if args.heads:
            copy_heads(Path(args.heads), folder)
        print(f"{folder}: {_megabytes(folder):.1f} MB")
        return 0
    if args.heads:
        copy_heads(Path(args.heads), ASSETS / "models" / DEFAULT_ADAPTER)
    elif not args.cards_only:
        if not args.index_only:
            copy_models(Path(args.base), Path(args.run or "runs/synsitu"))
            write_gallery()
        write_index()
    results, captioner, probed = (
        json.loads(path.read_text("utf-8")) if path.is_file() else None
        for path in (
            Path(args.results).with_name(n) for n in (Path(args.results).name, "captioner.json", "probe_mini_pair.json")
        )
    )
    for name, text in (
        ("mini-base", base_card(ASSETS / "models", probed)),
        ("mini-srlclip", pair_card(ASSETS / "models", results, captioner)),
    ):
        write_text(ASSETS / "models" / name / "README.md", text)
    print(f"{ASSETS}: {_megabytes(ASSETS):.1f} MB")
    return 0


def _megabytes(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
