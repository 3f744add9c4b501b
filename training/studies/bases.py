"""The bases that studies have besides the bundled one: which command makes each, and what its sight phase was told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from srlclip.models.checkpoints import fetch_folder, read_json

#: A base of another seed whose alt text names the action more often.
SECOND_BASE = "runs/mini-base-b/model"
#: Bases of pretrain.py's own configuration in all but knowledge.verb and, so that three are made in an evening, half of its
#: steps of sight and alignment -> that share.
VERB_BASES = {
    "runs/mini-base-verbs00/model": 0,
    "runs/mini-base-verbs10/model": 0.1,
    "runs/mini-base-verbs100/model": 1,
}
#: Base -> the command that makes it.
COMMANDS = {SECOND_BASE: "python training/pretrain.py --config training/configs/pretrain_second.json"} | {
    base: f"python training/pretrain.py --set sight_steps=900 --set align_steps=225 --set knowledge.verb={share} "
    f"--set out={Path(base).parent.as_posix()}"
    for base, share in VERB_BASES.items()
}


def require_bases(bases: Iterable[str]) -> None:
    """Raises ValueError that names each base of COMMANDS that is not there, with its command; of others it says nothing."""
    # run.json is written last: a folder without it is of a pretraining that has not ended.
    missing = [base for base in bases if base in COMMANDS and not (Path(base) / "run.json").is_file()]
    if missing:
        made = ", ".join(f"{base} (`{COMMANDS[base]}`)" for base in missing)
        raise ValueError(f"bases to be made first: {made}; or give --base, for each of those that are there")


def knowledge_share(base: str, attribute: str) -> float | None:
    """The share, 0 to 1, of the frames whose label of a knowledge.* attribute the base was taught; None where its folder
    does not say. Raises CheckpointError."""
    path = fetch_folder(base) / "run.json"
    settings = read_json(path).get("settings", {}) if path.is_file() else {}
    return settings.get("knowledge", {}).get(attribute)
