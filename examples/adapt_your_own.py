"""From your own labelled videos to an adapted CLIP that can be shared: label, train, export, search.

    python examples/adapt_your_own.py                       # under a minute on a CPU; --clips 8 is smaller still

Rendered cartoon clips stand in for your videos, and their exact labels for yours. Real videos take a real base
(`"base": "openai/clip-vit-base-patch32"`), and many more clips and steps than here.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip import Comparison
from srlclip.data.jsonl import write_jsonl
from srlclip.language.sentences import sentence
from srlclip.synsitu.labels import situation
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.writer import write_clip
from training.export import export
from training.train import main as train


def main() -> int:
    parser = argparse.ArgumentParser(description="Adapt CLIP to a handful of labelled videos.")
    parser.add_argument("--out", type=Path, default=Path("runs/my_adaptation"), help="folder for everything made here")
    parser.add_argument("--clips", type=int, default=16, help="how many videos, 8 or more")
    args = parser.parse_args()
    videos, run, shared = args.out / "videos", args.out / "run", args.out / "my-srlclip"
    videos.mkdir(parents=True, exist_ok=True)

    # 1. Label: a line of JSON per video, with verbs and who did what to whom (format: srlclip/data/jsonl.py).
    clips = [situation(sample_clip("train", i, seed=5), videos / f"clip{i}.mp4") for i in range(args.clips)]
    for i, clip in enumerate(clips):
        write_clip(sample_clip("train", i, seed=5), clip.path)
    write_jsonl(videos / "train.jsonl", clips[:-4])
    write_jsonl(videos / "valid.jsonl", clips[-4:])
    print((videos / "train.jsonl").read_text("utf-8")[:300], "...")

    # 2. Train the image tower's LoRA on them; any setting of docs/training.md can be given.
    settings = {"out": run, "data.source": "jsonl", "data.root": videos, "data.clips": 0, "data.valid_clips": 0,
                "data.cache": args.out / "cache", "optim.epochs": 4, "optim.batch_clips": 4, "lora.rank": 8}  # fmt: skip
    if train([word for name, value in settings.items() for word in ("--set", f"{name}={value}")]):
        return 2

    # 3. Export a folder that can go to the Hub (training/export.py uploads it with --push).
    print(f"{shared}: {', '.join(export(run, shared))}")

    # 4. Search the videos with base CLIP and with the adapted one.
    pair, target = Comparison.load(adapter=str(shared), gallery=videos), f"clip{args.clips - 1}"
    query = sentence(clips[-1].events[0])
    ranked = pair.search(query, target)
    print(f"{query}: rank of {target}: base CLIP {ranked.target_rank('base')}, adapted {ranked.target_rank('adapted')}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
