"""Seconds of processor time that each command takes to start, and which heavy libraries it brings, in fresh processes.

    OMP_NUM_THREADS=1 python benchmarks/startup.py            # 5 rounds
    OMP_NUM_THREADS=1 python benchmarks/startup.py --quick    # one round of the light commands

Beside them the floor below which no command with a CLIP can go: importing torch and transformers' CLIPModel. The app's start is
measured by benchmarks/cold_start.py. Writes results/speed/startup.json and .md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.interleaved import FOLDER, ROOT, load, table, write

HEAVY = ("numpy", "torch", "transformers", "peft", "accelerate", "gradio", "matplotlib", "decord", "cv2", "datasets")
FLOOR = "import torch; from transformers import CLIPModel, CLIPTokenizer; CLIPModel, CLIPTokenizer"
COMMAND = "from srlclip.cli.main import main\ntry: main(ARGV)\nexcept SystemExit: pass"
CHILD = """
import contextlib, io, json, sys, time
with contextlib.redirect_stdout(io.StringIO()):
    exec(sys.argv[1])
print(json.dumps([time.process_time(), sorted(set(json.loads(sys.argv[2])) & set(sys.modules))]))
"""
LIGHT = {
    "python -m srlclip --help": ["--help"],
    "... benchmark list": ["benchmark", "list"],
    "... validate DIR": ["validate", "srlclip/assets/gallery"],
}
WITH_MODELS = {"... search TEXT (bundled pair)": ["search", "a man runs"]}


def started(code: str) -> tuple[float, float, list[str]]:
    """(processor seconds, wall seconds, heavy libraries) of a fresh process. Raises RuntimeError if it fails."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    begun = time.perf_counter()
    call = [sys.executable, "-c", CHILD, code, json.dumps(HEAVY)]
    done = subprocess.run(call, env=env, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"a command failed: {done.stderr[-500:]}")
    seconds, heavy = json.loads(done.stdout.splitlines()[-1])
    return seconds, time.perf_counter() - begun, heavy


def measure(rounds: int, quick: bool) -> dict[str, Any]:
    """Medians over rounds in which all take turns; the first round, which warms the file cache, is not counted."""
    codes = {name: COMMAND.replace("ARGV", repr(words)) for name, words in LIGHT.items()}
    if not quick:
        codes |= {name: COMMAND.replace("ARGV", repr(words)) for name, words in WITH_MODELS.items()}
        codes["torch and transformers' CLIPModel alone"] = FLOOR
    runs: dict[str, list[tuple[float, float, list[str]]]] = {name: [] for name in codes}
    for number in range(rounds + 1):
        for name, code in codes.items():
            run = started(code)
            if number:
                runs[name].append(run)
    return {
        name: {"cpu_s": median(r[0] for r in own), "wall_s": median(r[1] for r in own), "imports": own[-1][2]}
        for name, own in runs.items()
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What commands take to start.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round, without the commands that load models")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR")
    args = parser.parse_args(argv)
    if args.rounds < 1:
        parser.error("--rounds must be 1 or more")
    rounds, busy = 1 if args.quick else args.rounds, load()
    commands = measure(rounds, args.quick)
    rows = [(n, r["cpu_s"], r["wall_s"], ", ".join(r["imports"]) or "none") for n, r in commands.items()]
    text = table(("command", "CPU s", "wall s", "heavy libraries"), rows)
    about = {"rounds": rounds, "quick": args.quick}
    write(
        "startup_quick" if args.quick else "startup", about, {"load_before": busy, "commands": commands}, text, args.out
    )
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
