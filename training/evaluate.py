"""Measure image towers that share a base on SynSitu's held-out splits (or any VidSitu-format folder).

    python training/evaluate.py --model adapted=mini-srlclip --model sparse=runs/sparse/model --out results/mini_pair.json
    python training/evaluate.py --data data/vidsitu --split valid --base openai/clip-vit-base-patch32 --model adapted=runs/vidsitu/model

Missing SynSitu clips are rendered first, or drawn without video files (--drawn), as runs with data.drawn read them. Every
number carries a 95 % interval from resampling whole clips; differences between two models are paired. Models are compared
on the same clips and questions, none of them in the training template.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.data.frame_cache import FrameCache, Sampling, frame_cache
from srlclip.data.vidsitu import read_vidsitu
from srlclip.evaluation.questions import Questions, ask
from srlclip.evaluation.towers import Observations, observe, summarise
from srlclip.files import write_json
from srlclip.language.lexicon import Lexicon
from srlclip.models.checkpoints import fetch_folder
from srlclip.models.encoder import ClipEncoder
from srlclip.models.pair import adapted_copy
from srlclip.pooling import clip_vectors, event_vectors
from srlclip.provenance import base_name, provenance
from srlclip.situations import Situation, SrlClipError
from training.recipe.data import embed_captions
from training.recipe.drawn import DRAWN

#: Clips that are encoded together.
CLIPS_AT_ONCE = 16
#: SynSitu splits, how many clips of each, and what they are called in the results.
SYNSITU = {
    "test": (1000, "plain gallery: unseen clips, combinations seen in training"),
    "hard": (300, "hard gallery: groups of five clips that share scene and cast"),
    "heldout": (200, "held-out combinations of verb, agent, patient and clothing"),
}


@torch.inference_mode()
def embed_clips(encoder: ClipEncoder, blocks: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Event (G, E, D) and clip (G, D) embeddings: normalised means of frame embeddings, no contextualizer.

    blocks: uint8 (B, E, F, 3, S, S), a few clips each, G of them in all.
    """
    events, clips = [], []
    for block in blocks:
        f = encoder.encode_frames(encoder.preprocess_spec.to_float(torch.from_numpy(block).to(encoder.device)), 320)
        events.append(event_vectors(f).cpu().numpy())
        clips.append(clip_vectors(f).cpu().numpy())
    return np.concatenate(events), np.concatenate(clips)


def embed(
    encoder: ClipEncoder, frames: FrameCache, situations: list[Situation], name: str
) -> tuple[np.ndarray, np.ndarray]:
    """What embed_clips says of cached clips."""
    starts = tqdm(range(0, len(situations), CLIPS_AT_ONCE), desc=f"embed {name}")
    return embed_clips(
        encoder, (np.stack([frames[s.clip_id] for s in situations[i : i + CLIPS_AT_ONCE]]) for i in starts)
    )


def cached_frames(
    base: ClipEncoder, situations: list[Situation], cache: str, workers: int = 1, frames_per_event: int = 4,
    progress: bool = True, drawn: bool = False,
) -> tuple[FrameCache, list[Situation]]:  # fmt: skip
    """Frames as the base reads them, decoded or drawn where they are not cached yet, and the clips that could be."""
    sampling = Sampling(len(situations[0].events), frames_per_event, base.preprocess_spec)
    frames = frame_cache(situations, sampling, cache, workers, progress, source=DRAWN if drawn else None)
    return frames, [s for s in situations if s.clip_id in frames]


@dataclass(frozen=True)
class Bench:
    """One set of clips, its questions and their embeddings: prepared once, asked of any number of models of one base.

    base: the encoder whose text tower made `texts`; a model with a text tower of its own embeds them anew.
    """

    situations: list[Situation]
    frames: FrameCache
    asked: Questions
    texts: dict[str, np.ndarray]
    base: ClipEncoder

    @classmethod
    def prepare(cls, base: ClipEncoder, situations: list[Situation], lexicon: Lexicon, cache: str, workers: int = 1,
                seed: int = 0, frames_per_event: int = 4, progress: bool = True, drawn: bool = False) -> Bench:  # fmt: skip
        """Decode and embed what is not cached yet. seed: of the questions. frames_per_event: T, read by every model. drawn: as
        in DataSettings."""
        frames, situations = cached_frames(base, situations, cache, workers, frames_per_event, progress, drawn)
        asked = ask(situations, lexicon, seed)
        words = asked.texts()
        texts = dict(zip(words, embed_captions(base, words, cache, progress).numpy(), strict=True))
        return cls(situations, frames, asked, texts, base)

    def measure(self, model: ClipEncoder, name: str = "model") -> dict[str, Observations]:
        """All metrics of one model."""
        texts = self.texts
        if model.clip.text_model is not self.base.clip.text_model:
            words = list(texts)
            with torch.inference_mode():
                texts = dict(zip(words, model.encode_texts(words).cpu().numpy(), strict=True))
        return observe(*embed(model, self.frames, self.situations, name), self.situations, self.asked, texts)


def measure(
    models: dict[str, ClipEncoder],
    situations: list[Situation],
    lexicon: Lexicon,
    cache: str,
    workers: int,
    seed: int,
    frames_per_event: int = 4,
    drawn: bool = False,
) -> dict[str, dict[str, Observations]]:
    """Observations of every model on one set of clips; the first one's text tower is the others' unless they tuned it."""
    first = next(iter(models.values()))
    bench = Bench.prepare(first, situations, lexicon, cache, workers, seed, frames_per_event, drawn=drawn)
    return {name: bench.measure(model, name) for name, model in models.items()}


def load_models(base: str, named: list[str], device: str) -> tuple[dict[str, ClipEncoder], dict[str, str]]:
    """The base and NAME=FOLDER models merged into copies of it. Returns encoders and where each came from."""
    encoder = ClipEncoder.load(base, device)
    models, sources = {"base": encoder}, {"base": _called(base)}
    for entry in named:
        name, mark, folder = entry.partition("=")
        if not mark or not name or name in models:
            raise ValueError(f"--model needs NAME=FOLDER with a new name, got {entry!r}")
        models[name] = adapted_copy(encoder, fetch_folder(folder))
        sources[name] = _called(folder)
    return models, sources


def _called(model: str) -> str:
    """A folder by its name, a bundled name or a Hub id as it is: results are read on other machines."""
    return base_name(model) if Path(model).is_dir() else model


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Retrieval, verbs and hard negatives with paired intervals.")
    parser.add_argument("--base", default="mini-base")
    parser.add_argument("--model", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--data", default="data/synsitu", help="folder with VidSitu-format files and videos/")
    parser.add_argument("--drawn", action="store_true", help="SynSitu only: draw frames, no video files (data.drawn)")
    parser.add_argument("--split", action="append", default=[], help=f"default: SynSitu's {', '.join(SYNSITU)}")
    parser.add_argument("--clips", type=int, default=0, help="use at most this many clips of each split")
    parser.add_argument("--frames", type=int, default=4, help="frames per event that every model reads")
    parser.add_argument("--lexicon", default="", help="lexicon.json (default: the first --model's)")
    parser.add_argument("--cache", default="cache")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0, help="of the questions")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", default="results/pair.json")
    args = parser.parse_args(argv)
    try:
        evaluate(args)
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def evaluate(args: argparse.Namespace) -> None:
    models, sources = load_models(args.base, args.model, args.device)
    tables, sizes = {}, {}
    pairs = [
        (a, b) for b in models for a in models if a != b and a in ("base", "sparse") and b not in ("base", "sparse")
    ]
    for split in args.split or SYNSITU:
        situations = read_clips(args.data, split, args.clips, args.workers, args.drawn)
        lexicon = read_lexicon(args, situations)
        observed = measure(models, situations, lexicon, args.cache, args.workers, args.seed, args.frames, args.drawn)
        title = SYNSITU[split][1] if split in SYNSITU else split
        tables[title] = summarise(observed, pairs, args.resamples)
        sizes[title] = {"split": split, "clips": len(situations), "events": sum(len(s.events) for s in situations)}
    results = provenance() | {"seed": args.seed, "models": sources, "data": Path(args.data).name, "splits": sizes}
    results["what"] = (
        "zero-shot, mean of frame embeddings, natural sentences as queries; percent unless a rank (MdR, MnR); 95 % intervals over clips"
    )
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    write_json(Path(args.out), results | {"tables": tables})
    for title, table in tables.items():
        print(f"\n{title}")
        for metric, row in table.items():
            if "reason" in row:
                print(f"  {metric:<26}{row['reason']}")
                continue
            cells = "".join(f"{row[m]['mean']:8.1f} [{row[m]['ci'][0]:6.1f},{row[m]['ci'][1]:6.1f}]" for m in models)
            print(f"  {metric:<26}{cells}")


def read_clips(data: str | Path, split: str, clips: int = 0, workers: int = 1, drawn: bool = False) -> list[Situation]:
    """The split's first `clips` clips (0 = all) that have a video or are drawn; SynSitu's are written where they are missing,
    without videos where they are drawn."""
    if split in SYNSITU and holds_synsitu(data):
        from srlclip.synsitu.writer import progress_bar, write_split

        clips = clips or SYNSITU[split][0]
        with nullcontext() if drawn else progress_bar(f"render {split}", clips) as progress:
            write_split(data, split, clips, workers=workers, videos=not drawn, progress=progress)
    situations = [s for s in read_vidsitu(data, split) if drawn or s.path is not None]
    return situations[:clips] if clips else situations


def holds_synsitu(data: str | Path) -> bool:
    """Whether a folder is SynSitu's, or empty, so that it may become SynSitu's; else its labels are somebody's own."""
    return not (Path(data) / "split_files").exists() or (Path(data) / "synsitu.json").exists()


def read_lexicon(args: argparse.Namespace, situations: list[Situation]) -> Lexicon:
    if args.lexicon:
        return Lexicon.from_json(args.lexicon)
    for entry in args.model:
        path = fetch_folder(entry.partition("=")[2]) / "lexicon.json"
        if path.is_file():
            return Lexicon.from_json(path)
    return Lexicon.from_situations(situations)


if __name__ == "__main__":
    raise SystemExit(main())
