"""Measure what adaptation forgot: scenes and kinds that the base saw in pretraining and no adapted model ever did.

    python -m training.forgetting --model adapted=mini-srlclip --model full=runs/full/model --out results/forgetting.json

Unseen clips inside the adaptation's world and outside of it (split "outside" of SynSitu: a reserved scene, and in every event a
character of a reserved kind who acts) are drawn on the spot, as many of each, and asked the same: the scene among all scenes,
pairs of sentences that differ in the scene, the kind, a colour or the prop (chance 50), events and clips by natural sentences.
95 % intervals resample whole clips; each adapted model also stands as a difference from the base. What falls outside and not
inside is forgotten.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.evaluation.scripted import ScriptQuestions
from srlclip.evaluation.towers import Observations, summarise
from srlclip.files import write_json
from srlclip.models.encoder import ClipEncoder
from srlclip.provenance import provenance
from srlclip.synsitu.sample import sample_clip
from training.evaluate import CLIPS_AT_ONCE, embed_clips, load_models
from training.mini_base.frames import frame_set
from training.runs.command import exit_code_of

#: Place -> split.
PLACES = {"inside": "test", "outside": "outside"}


@dataclass(frozen=True)
class Place:
    """G clips. frames: (G, E, F, 3, S, S) uint8, memory-mapped. vectors: text -> (D,), of the base's text tower."""

    frames: np.ndarray
    asked: ScriptQuestions
    vectors: dict[str, np.ndarray]


@dataclass(frozen=True)
class Places:
    """Clips inside and outside of the adaptation's world, prepared once, asked of any number of models of one base."""

    base: ClipEncoder
    places: dict[str, Place]

    @classmethod
    def prepare(cls, base: ClipEncoder, clips: int, frames: int, cache: str | Path, workers: int = 1) -> Places:
        """Draw what is not in the cache yet. clips: of each place. frames: per event. Raises ValueError."""
        if clips < 2 or frames < 1:
            raise ValueError(f"need two clips or more and a frame per event or more, got {clips} and {frames}")
        places = {}
        for place, split in PLACES.items():
            drawn = frame_set(cache, split, clips, frames, base.preprocess_spec, workers=workers).frames
            asked = ScriptQuestions.of([sample_clip(split, i) for i in range(clips)])
            shape = (clips, len(asked.events[0]), frames, *drawn.shape[1:])
            places[place] = Place(drawn.reshape(shape), asked, _embed(base, asked.texts()))
        return cls(base, places)

    def measure(self, model: ClipEncoder) -> dict[str, dict[str, Observations]]:
        """Place -> metric -> observations. A model with a text tower of its own embeds the texts anew."""
        own = model.clip.text_model is not self.base.clip.text_model
        out = {}
        for name, place in self.places.items():
            vectors = _embed(model, place.asked.texts()) if own else place.vectors
            out[name] = place.asked.observe(*_see(model, place.frames), vectors)
        return out


@torch.inference_mode()
def _embed(model: ClipEncoder, texts: list[str]) -> dict[str, np.ndarray]:
    return dict(zip(texts, model.encode_texts(texts).cpu().numpy(), strict=True))


def _see(model: ClipEncoder, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    starts = range(0, len(frames), CLIPS_AT_ONCE)
    return embed_clips(model, (np.array(frames[i : i + CLIPS_AT_ONCE]) for i in starts))


def run(args: argparse.Namespace) -> None:
    models, sources = load_models(args.base, args.model, args.device)
    prepared = Places.prepare(models["base"], args.clips, args.frames, args.cache, args.workers)
    measured = {name: prepared.measure(model) for name, model in models.items()}
    pairs = [("base", name) for name in models if name != "base"]
    tables = {
        place: summarise({name: places[place] for name, places in measured.items()}, pairs, args.resamples)
        for place in PLACES
    }
    for place, table in tables.items():
        print(f"\n{place} ({args.clips} clips of {PLACES[place]!r})")
        for metric, row in table.items():
            cells = ", ".join(
                f"{name} {cell['mean']:.1f} [{cell['ci'][0]:.1f}, {cell['ci'][1]:.1f}]"
                for name, cell in row.items()
                if name != "reason" and cell["n"]
            )
            print(f"  {metric:<18}{cells or row['reason']}")
    if args.out:
        Path(args.out).parent.mkdir(parents=True, exist_ok=True)
        results = provenance(vars(args)) | {"models": sources, "clips": args.clips, "splits": PLACES}
        write_json(Path(args.out), results | {"tables": tables})


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What adaptation forgot of scenes and kinds that it never showed.")
    parser.add_argument("--base", default="mini-base", help="bundled name, folder or Hub id")
    parser.add_argument("--model", action="append", default=[], metavar="NAME=FOLDER", help="an adapted model of it")
    parser.add_argument("--clips", type=int, default=200, help="clips inside, and as many outside; five events each")
    parser.add_argument("--frames", type=int, default=4, help="frames per event")
    parser.add_argument("--cache", default="cache")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", default="", help="JSON file to write")
    args = parser.parse_args(argv)
    return exit_code_of(lambda: run(args))


if __name__ == "__main__":
    raise SystemExit(main())
