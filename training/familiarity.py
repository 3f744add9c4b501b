"""Measure how near clips are to what the bundled captioners were trained on, and set where "far" begins.

    python -m training.familiarity --out results/familiarity.json            # measures only
    python -m training.familiarity --write srlclip/assets/models/mini-srlclip/captioner --out results/familiarity.json

Events of SynSitu's training clips are the reference; unseen clips of the same world ("test") set the threshold, clips with a
reserved scene and kind ("outside") and pictures of no world at all (noise, patterns, screenshots) say what it finds. All drawn
on the spot. A clip's nearness is the mean over its events of the cosine with the nearest training event, under the base.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.captioning.familiarity import World, save_world, threshold_of
from srlclip.comparison.loading import load_pair
from srlclip.files import write_json
from srlclip.models.encoder import ClipEncoder
from srlclip.pooling import event_vectors
from srlclip.provenance import provenance
from srlclip.situations import EVENTS_PER_CLIP
from training.evaluate import CLIPS_AT_ONCE, embed_clips
from training.mini_base.frames import frame_set
from training.runs.command import exit_code_of

REFERENCE, UNSEEN, OUTSIDE = "train", "test", "outside"


def split_events(base: ClipEncoder, split: str, clips: int, args: argparse.Namespace) -> np.ndarray:
    """Event embeddings of a split's first clips: (G, E, D), L2-normalised."""
    drawn = frame_set(args.cache, split, clips, args.frames, base.preprocess_spec, workers=args.workers).frames
    frames = drawn.reshape(clips, EVENTS_PER_CLIP, args.frames, *drawn.shape[1:])
    starts = range(0, clips, CLIPS_AT_ONCE)
    return embed_clips(base, (np.array(frames[i : i + CLIPS_AT_ONCE]) for i in starts))[0]


def foreign_frames(folder: Path, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Name -> frames, uint8 (F, H, W, 3), of what no clip of the world shows."""
    step = np.linspace(0, 255, 160).astype(np.uint8)
    ramp = np.tile(step[None, :, None], (120, 1, 3))
    square = np.full((4, 120, 160, 3), (77, 131, 93), np.uint8)
    for i, frame in enumerate(square):
        frame[50:90, 10 + 30 * i : 50 + 30 * i] = (250, 240, 200)
    made = {
        "black": np.zeros((4, 120, 160, 3), np.uint8),
        "noise": rng.integers(0, 256, (4, 120, 160, 3), dtype=np.uint8),
        "moving gradient": np.stack([np.roll(ramp, 20 * i, axis=1) for i in range(4)]),
        "moving square": square,
    }
    for path in sorted(folder.glob("*-1400.png")):
        made[path.name] = np.asarray(Image.open(path).convert("RGB"))[None]
    return made


def run(args: argparse.Namespace) -> None:
    pair, _ = load_pair(args.base, args.adapter, args.device)
    base = pair.base
    known = split_events(base, REFERENCE, args.clips, args)
    unseen = split_events(base, UNSEEN, args.unseen, args)
    rows = known.reshape(-1, known.shape[-1])
    half = World(rows, 0.0, args.clips, args.unseen, pair.fingerprints["base"])
    nearness = {"inside": np.array([half.nearness(clip) for clip in unseen])}
    # half of the unseen clips set the threshold, the other half tell how many of them it would call far
    world = World(rows, threshold_of(nearness["inside"][::2]), args.clips, len(unseen[::2]), half.fingerprint)
    nearness["inside"] = nearness["inside"][1::2]
    nearness["outside"] = np.array([world.nearness(c) for c in split_events(base, OUTSIDE, args.unseen, args)])
    table = {
        name: {"clips": len(v), "mean": float(v.mean()), "far": 100 * float((v < world.threshold).mean())}
        for name, v in nearness.items()
    }
    foreign = {}
    for name, frames in foreign_frames(Path(__file__).parents[1] / "docs/images", np.random.default_rng(0)).items():
        pixels = base.preprocess_spec.to_float(base.preprocess_spec.to_uint8(frames))
        with torch.inference_mode():
            vectors = event_vectors(base.encode_frames(pixels.to(base.device))[None]).cpu().numpy()
        foreign[name] = {"nearness": world.nearness(vectors), "far": world.nearness(vectors) < world.threshold}
    print(f"threshold {world.threshold:.3f} over {len(rows)} training events")
    for name, row in table.items():
        print(f"  {name:<10}{row['clips']} clips, mean {row['mean']:.3f}, far {row['far']:.1f} %")
    for name, row in foreign.items():
        print(f"  {name:<28}{row['nearness']:.3f}{'  far' if row['far'] else ''}")
    if args.write:
        save_world(args.write, world)
    if args.out:
        about = {
            "threshold": world.threshold,
            "reference_events": len(rows),
            "clips": args.clips,
            "unseen": args.unseen,
        }
        write_json(Path(args.out), provenance(vars(args)) | about | {"table": table, "foreign": foreign})


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="How near clips are to what the captioners were trained on.")
    parser.add_argument("--base", default=None, help="bundled name, folder or Hub id (default: the bundled pair)")
    parser.add_argument("--adapter", default=None)
    parser.add_argument("--clips", type=int, default=300, help="training clips whose events are the reference")
    parser.add_argument("--unseen", type=int, default=200, help="unseen clips inside the world, and as many outside")
    parser.add_argument("--frames", type=int, default=2, help="frames per event, as the captioners read")
    parser.add_argument("--cache", default="cache")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--write", metavar="DIR", help="folder of captioners that gets world.safetensors")
    parser.add_argument("--out", default="", help="JSON file to write")
    args = parser.parse_args(argv)
    return exit_code_of(lambda: run(args))


if __name__ == "__main__":
    raise SystemExit(main())
