"""Resident memory of the app after its first page, with a pair of ViT-B/32 size, against two models loaded apart.

    OMP_NUM_THREADS=1 python benchmarks/memory.py            # random weights of ViT-B/32 and an adapter of rank 64
    OMP_NUM_THREADS=1 python benchmarks/memory.py --quick    # the bundled pair

Each variant is a process of its own. The app is started over two drawn clips and asked, once the pair is loaded, for the page and
for a search; then its resident size and its peak are read, and how much of it is no file's (weights are mapped from theirs, and
the system may drop those pages). Naive: two CLIPModels of transformers, one with peft's unmerged adapter, after one frame each.
Linux only. Writes results/speed/memory.json and .md.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.cold_start import LIMIT, QUERIES, fetch, free_port
from benchmarks.interleaved import FOLDER, ROOT, load, table, write
from benchmarks.random_pair import save_random_pair
from srlclip.synsitu.writer import write_split

NAIVE = """
import sys
from peft import PeftModel
from transformers import CLIPModel
base, second = CLIPModel.from_pretrained(sys.argv[1]), CLIPModel.from_pretrained(sys.argv[1])
adapted = PeftModel.from_pretrained(second, sys.argv[2] + "/adapter")
import torch
with torch.inference_mode():
    for model in (base, adapted.base_model.model):
        size = model.config.vision_config.image_size
        ids = torch.zeros(1, 77, dtype=torch.long)
        model(input_ids=ids, pixel_values=torch.zeros(1, 3, size, size))
print("loaded", flush=True)
sys.stdin.read()
"""


def resident(pid: int) -> dict[str, int]:
    """{"rss_bytes", "peak_bytes", "own_bytes"} of a process; own: no file's."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    sizes = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmRSS", "VmHWM", "RssAnon"))}
    named = {"rss_bytes": "VmRSS", "peak_bytes": "VmHWM", "own_bytes": "RssAnon"}
    return {name: int(sizes[field]) * 1024 for name, field in named.items()}


def of_app(flags: list[str], adapter: str, home: Path) -> dict[str, int]:
    """Of app.py once it has answered with this adapter's pair. Raises RuntimeError if it does not."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "SRLCLIP_CACHE": str(home), "OMP_NUM_THREADS": "1"}
    call = [sys.executable, str(ROOT / "app.py"), "--port", str(port), *flags]
    process = subprocess.Popen(call, env=env, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + LIMIT
    try:
        while not _shows(url, adapter):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the app did not serve {adapter} within {LIMIT:.0f} s")
            time.sleep(1)
        fetch(f"{url}/")
        _call(url, "search", [QUERIES[0], 2])
        return resident(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _shows(url: str, adapter: str) -> bool:
    try:
        return _call(url, "info", [0, 0])["models"]["adapter"].endswith(adapter)
    except (OSError, ValueError, TypeError, KeyError):
        return False


def _call(url: str, endpoint: str, data: list) -> Any:
    event = json.loads(fetch(f"{url}/gradio_api/call/{endpoint}", {"data": data}))["event_id"]
    lines = fetch(f"{url}/gradio_api/call/{endpoint}/{event}").splitlines()
    return json.loads(next(line for line in lines if line.startswith("data: "))[6:])[0]


def of_naive(base: Path, adapter: Path) -> dict[str, int]:
    """Of a process that holds two models and no app."""
    env = {**os.environ, "HF_HUB_OFFLINE": "1"}
    call = [sys.executable, "-c", NAIVE, str(base), str(adapter)]
    with subprocess.Popen(
        call, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        if process.stdout.readline() != b"loaded\n":
            raise RuntimeError("two models could not be loaded apart")
        return resident(process.pid)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Resident memory of the app.")
    parser.add_argument("--model", default="vit-b-32", help="a size of random_clip (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="the bundled pair in fp32 only")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR")
    args = parser.parse_args(argv)
    busy, rows = load(), {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if args.quick:
            rows["app, fp32"] = of_app([], "mini-srlclip", folder)
        else:
            base, adapter = save_random_pair(folder, args.model)
            write_split(folder / "clips", "test", 2)
            flags = ["--base", str(base), "--adapter", str(adapter), "--gallery", str(folder / "clips")]
            rows["two models apart, no app"] = of_naive(base, adapter)
            for precision in ("fp32", "bf16"):
                rows[f"app, {precision}"] = of_app([*flags, "--precision", precision], "adapter", folder)
    cells = [
        (name, *(round(row[kind] / 2**20) for kind in ("rss_bytes", "peak_bytes", "own_bytes")))
        for name, row in rows.items()
    ]
    text = table(("process", "resident, MiB", "peak, MiB", "of it no file's, MiB"), cells)
    about = {"model": "mini" if args.quick else args.model, "quick": args.quick}
    write("memory_quick" if args.quick else "memory", about, {"load_before": busy, "processes": rows}, text, args.out)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
