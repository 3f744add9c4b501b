"""The bases that studies have besides the bundled one, and the command that makes each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

#: A base of another seed whose alt text names the action more often.
SECOND_BASE = "runs/mini-base-b/model"
#: Base -> the command that makes it.
COMMANDS = {SECOND_BASE: "python training/pretrain.py --config training/configs/pretrain_second.json"}


def require_bases(bases: Iterable[str]) -> None:
    """Raises ValueError that names each base of COMMANDS that is not there, with its command; of others it says nothing."""
    # run.json is written last: a folder without it is of a pretraining that has not ended.
    missing = [base for base in bases if base in COMMANDS and not (Path(base) / "run.json").is_file()]
    if missing:
        made = ", ".join(f"{base} (`{COMMANDS[base]}`)" for base in missing)
        raise ValueError(f"bases to be made first: {made}; or give --base, for each of those that are there")
