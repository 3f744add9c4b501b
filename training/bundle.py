"""Put a trained mini pair and its example clips into the package: what `python app.py` shows without a download.

    python training/bundle.py --base runs/mini-base --run runs/synsitu
    python training/bundle.py --heads runs/captioners          # only the captioners, after training/captioner_results.py
    python training/bundle.py --index-only                     # only the gallery's embeddings, where models or clips changed

Copies the base and the adapter with their run.json, config and log, renders the gallery (unseen clips of a seed of its
own, groups of look-alikes among them), draws example queries by rule, embeds the gallery, and writes the model cards.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip import ASSETS
from srlclip.captioning.captioner_files import load_captioner, save_captioner
from srlclip.comparison.comparison import Comparison
from srlclip.comparison.embedding import gallery_name
from srlclip.comparison.loading import HEADS_FOLDER
from srlclip.data.folder import read_folder
from srlclip.files import write_json, write_text
from srlclip.results import MODELS
from srlclip.synsitu.gallery_queries import example_queries
from srlclip.synsitu.sample import GROUP_SIZE, script_of
from srlclip.synsitu.writer import progress_bar, write_split
from training.cards.bundled import base_card, pair_card
from training.export import copy_model
from training.runs.provenance import portable

#: The gallery's seed differs from that of every measured split, so that looking at it spoils no result.
GALLERY_SEED, PLAIN_CLIPS, HARD_GROUPS, EXAMPLES = 7, 24, 8, 8


def copy_models(base: Path, run: Path) -> None:
    for name in ("mini-base", "mini-srlclip"):
        shutil.rmtree(ASSETS / "models" / name, ignore_errors=True)
    shutil.copytree(base / "model", ASSETS / "models" / "mini-base")
    copy_model(run / "model", ASSETS / "models" / "mini-srlclip", "mini-base")
    shutil.copy(base / "log.jsonl", ASSETS / "models" / "mini-base" / "log.jsonl")
    for name in ("config.json", "run.json", "log.jsonl", "metrics.json"):
        # config.json inside a model folder is transformers' name for something else.
        shutil.copy(run / name, ASSETS / "models" / "mini-srlclip" / name.replace("config", "train_config"))
    for path in (ASSETS / "models").rglob("*.json"):
        if path.name in ("run.json", "train_config.json"):
            write_json(path, portable(json.loads(path.read_text("utf-8"))))


def copy_heads(runs: Path) -> None:
    """The captioners of the first seed, in half precision, beside the adapter whose features one of them reads."""
    for model in MODELS:
        run = runs / f"{model}-seed0"
        captioner, source, metadata = load_captioner(run / "model")
        facts = json.loads((run / "run.json").read_text("utf-8"))
        kept = {key: facts[key] for key in ("commit", "date", "seconds", "clips", "epochs", "best_epoch", "argv")}
        target = ASSETS / "models" / "mini-srlclip" / HEADS_FOLDER / model
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
    rows = [{"query": e.query, "target": e.target, "event_index": e.event_index} for e in examples]
    write_json(folder / "examples.json", rows)


def write_index() -> None:
    shutil.rmtree(ASSETS / "index", ignore_errors=True)
    comparison = Comparison.load(progress=lambda share, what: None)
    clips = read_folder(ASSETS / "gallery")
    comparison.gallery.save(ASSETS / "index" / gallery_name(comparison.pair, clips))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Put the trained mini pair and the example clips into the package.")
    parser.add_argument("--base", default="runs/mini-base", help="run folder of pretrain.py")
    parser.add_argument("--run", default="runs/synsitu", help="run folder of train.py")
    parser.add_argument("--results", default="results/mini_pair.json", help="for the cards' tables; may not exist yet")
    parser.add_argument(
        "--heads", help="folder of training/captioner_results.py's runs: puts their captioners in, no more"
    )
    parser.add_argument("--cards-only", action="store_true", help="only write the model cards again")
    parser.add_argument("--index-only", action="store_true", help="only embed the gallery and write the cards again")
    args = parser.parse_args(argv)
    if args.heads:
        copy_heads(Path(args.heads))
    elif not args.cards_only:
        if not args.index_only:
            copy_models(Path(args.base), Path(args.run))
            write_gallery()
        write_index()
    results, captioner = (
        json.loads(path.read_text("utf-8")) if path.is_file() else None
        for path in (Path(args.results), Path(args.results).with_name("captioner.json"))
    )
    for name, text in (
        ("mini-base", base_card(ASSETS / "models")),
        ("mini-srlclip", pair_card(ASSETS / "models", results, captioner)),
    ):
        write_text(ASSETS / "models" / name / "README.md", text)
    total = sum(p.stat().st_size for p in ASSETS.rglob("*") if p.is_file())
    print(f"{ASSETS}: {total / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
