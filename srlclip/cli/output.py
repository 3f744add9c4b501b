"""What all commands print: a result as JSON or as text, and what the two columns of a table are called."""

from __future__ import annotations

import argparse
import json
from typing import Any

from srlclip.results import PairInfo


def print_result(args: argparse.Namespace, value: Any, text: str) -> int:
    """value: what --json prints. text: what is printed otherwise. Returns exit code 0."""
    print(json.dumps(value, indent=2, default=str) if args.json else text)
    return 0


def column_names(info: PairInfo) -> dict[str, str]:
    """What the columns of a table are called: a base without an adapter is compared with itself."""
    return {"base": "Base CLIP", "adapted": "SRL-CLIP" if info.adapter_id != "none" else "Base CLIP, no adapter"}
