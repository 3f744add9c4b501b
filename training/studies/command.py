"""What the commands that run studies have in common: some flags, and how they end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from srlclip.situations import SrlClipError


def add_common_flags(parser: argparse.ArgumentParser) -> None:
    """--set, --devices, --resamples, --data and --cache."""
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change one of them")
    parser.add_argument("--devices", choices=("cpu", "cuda"), default="", help="default: GPUs if there are any")
    parser.add_argument("--resamples", type=int, default=2000, help="of the bootstrap")
    parser.add_argument("--data", default="data/synsitu")
    parser.add_argument("--cache", default="cache")


def exit_code(run: Callable[[], int]) -> int:
    """run: the study, which returns how many of its runs failed. 1 if some did; 2 after an error, in one line on stderr;
    130 where it was stopped."""
    try:
        return int(run() > 0)
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; the same command goes on where it was", file=sys.stderr)
        return 130
