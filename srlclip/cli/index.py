"""`python -m srlclip index FOLDER`: embed thousands of clips under both models, in one process or several, resumable.

python -m srlclip index my_clips --workers 2
torchrun --nproc_per_node=2 -m srlclip index my_clips           # or: accelerate launch --num_processes 2 -m srlclip ...
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from srlclip import speed
from srlclip.cli.output import print_result
from srlclip.cli.progress_line import progress_line
from srlclip.situations import DataError

if TYPE_CHECKING:
    from srlclip.comparison.indexing import Indexed
    from srlclip.processes import Processes


def add_parser(commands: argparse._SubParsersAction, pair: argparse.ArgumentParser) -> None:
    """pair: cli.pair.pair_options()."""
    index = commands.add_parser(
        "index", parents=[pair], help="embed a folder of videos under both models, for the app and the other commands"
    )
    index.add_argument("folder", nargs="?", metavar="FOLDER", help="folder of videos; the same as --gallery")
    index.add_argument(
        "--out",
        help="folder for gallery.safetensors and gallery.json, or qdrant://host:port/collection (default: only the cache, "
        "which --gallery reads)",
    )
    index.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from srlclip.processes import launched

    if args.folder and args.gallery and args.folder != args.gallery:
        raise ValueError(f"FOLDER is {args.folder} and --gallery is {args.gallery}; give one of them")
    with launched(args.device) as processes:
        return _index(args, args.folder or args.gallery, processes)


def _index(args: argparse.Namespace, folder: str | None, processes: Processes) -> int:
    from srlclip import ASSETS
    from srlclip.comparison.indexing import embed_gallery
    from srlclip.comparison.loading import load_pair
    from srlclip.data.embedding_runs import Effort
    from srlclip.data.folder import read_folder
    from srlclip.models.checkpoints import quiet_loading

    situations = read_folder(folder or ASSETS / "gallery")
    speed.use_threads(args.threads)
    quiet_loading()
    pair, _ = load_pair(args.base, args.adapter, processes.device, args.precision)
    started = time.monotonic()
    with progress_line(processes.rank) as progress:
        indexed = embed_gallery(pair, situations, Effort(args.workers, processes, progress), must_keep=True)
    seconds = time.monotonic() - started
    if indexed is None:
        return 0
    if args.out:
        _save(indexed, args.out)
    for clip_id, reason in indexed.left_out.items():
        print(f"left out: {clip_id}: {reason}", file=sys.stderr)
    facts = {
        "out": args.out,
        "clips": len(indexed.gallery),
        "embedded": indexed.made,
        "seconds": round(seconds, 3),
        "origin": indexed.origin,
        "fingerprints": dict(indexed.gallery.fingerprints),
        "left_out": list(indexed.left_out.items()),
    }
    return print_result(args, facts, _sentence(indexed, args.out, seconds))


def _save(indexed: Indexed, out: str) -> None:
    from srlclip.comparison.remote import is_address, write_remote

    if is_address(out):
        write_remote(indexed.gallery, indexed.clips, out)
        return
    try:
        indexed.gallery.save(out)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(
            f"the index cannot be written here ({reason}); make room, or name another folder by --out", file=Path(out)
        ) from error


def _sentence(indexed: Indexed, out: str | None, seconds: float) -> str:
    count = len(indexed.gallery)
    text = f"{count} clips embedded under both models{f' in {out}' if out else ''}"
    if indexed.made < count:
        text += f"; {count - indexed.made} of them were there"
    if indexed.made:
        text += f"; {indexed.made / max(seconds, 1e-3):.1f} clips a second"
    return text + (f"; {len(indexed.left_out)} left out" if indexed.left_out else "")
