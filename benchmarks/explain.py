"""Time of one explanation: patches, words, roles and frames of an event under both models, and the frames of a clip.

    python benchmarks/explain.py --json results/explain_speed.json      # the bundled pair, 20 events of 20 clips, one core
    python benchmarks/explain.py --base openai/clip-vit-base-patch32 --adapter runs/mine --gallery my_videos

Every call is of another clip, so nothing of it is kept from an earlier one; the first, which warms up, is not counted.
Seconds are those of the wall clock and of the processor; on a machine that does other work the processor's are the ones
to compare, and the load before is written beside them. "decode" is the reading of the event's frames alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from srlclip import Comparison
from srlclip.comparison.embedding import FRAMES_PER_EVENT
from srlclip.files import write_json
from srlclip.provenance import provenance
from srlclip.situations import SrlClipError
from srlclip.video.clips import clip_pixels


def seconds(act: Callable[[], object]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}


def decode(comparison: Comparison, clip_id: str, event: int) -> None:
    start, end = comparison.spans(clip_id)[event]
    situation = replace(comparison.situation(clip_id), start=start, end=end)
    clip_pixels(situation, 1, FRAMES_PER_EVENT, comparison.pair.base.preprocess_spec)


def measure(comparison: Comparison, clips: int, text: str) -> dict[str, Any]:
    """Medians with the smallest and largest, over clips that were not read before. text: "" for each event's caption."""
    acts = {
        "explain": lambda clip, event: comparison.explain(clip, event, text),
        "decode": lambda clip, event: decode(comparison, clip, event),
        "frames_of_a_clip": lambda clip, event: comparison.frame_shares(clip, text or "a man runs"),
    }
    rows: list[dict[str, dict[str, float]]] = []
    for number, clip in enumerate(comparison.clip_ids()[: clips + 1]):
        event = number % len(comparison.spans(clip))
        rows.append({name: seconds(partial(act, clip, event)) for name, act in acts.items()})
    units = ("wall_s", "cpu_s")
    return {name: {unit: spread([row[name][unit] for row in rows[1:]]) for unit in units} for name in acts}


def spread(values: list[float]) -> dict[str, float]:
    return {"median": median(values), "min": min(values), "max": max(values), "clips": len(values)}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Time of one explanation and of a clip's frames.")
    parser.add_argument("--base", help="default: the bundled one")
    parser.add_argument("--adapter", help="default: the bundled one")
    parser.add_argument("--gallery", help="a folder of videos (default: the bundled one)")
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--text", default="", help="what to explain (default: each event's caption; needs labels)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", metavar="FILE", help="write the measurement here")
    args = parser.parse_args(argv)
    if args.clips < 1 or args.threads < 1:
        parser.error("--clips and --threads must be 1 or more")
    torch.set_num_threads(args.threads)
    given = {name: getattr(args, name) for name in ("base", "adapter", "gallery") if getattr(args, name)}
    load = os.getloadavg()[0]
    try:
        comparison = Comparison.load(**given)
        measured = measure(comparison, args.clips, args.text)
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for name, times in measured.items():
        wall, cpu = times["wall_s"], times["cpu_s"]
        print(
            f"{name}: {wall['median']:.2f} s ({wall['min']:.2f} to {wall['max']:.2f}), processor {cpu['median']:.2f} s"
        )
    about = {
        "base": comparison.info.base_id,
        "adapter": comparison.info.adapter_id,
        "clips": args.clips,
        "threads": args.threads,
        "load_before": load,
    }
    if args.json:
        write_json(Path(args.json), {**provenance(about), **measured})
    return 0


if __name__ == "__main__":
    sys.exit(main())
