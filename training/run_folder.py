"""A run folder explains itself: config.json, run.json, log.jsonl, metrics.json and the model. A mismatch is refused."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from srlclip.config import TrainSettings, from_dict, to_dict
from srlclip.situations import CheckpointError
from training.provenance import provenance


class RunFolder:
    """`path` is created; a run that was finished or started there with other settings is not overwritten."""

    def __init__(self, path: str | Path, settings: TrainSettings, main: bool = True):
        self.path, self.main, self.started = Path(path), main, time.time()
        if not main:
            return
        self.path.mkdir(parents=True, exist_ok=True)
        config = self.path / "config.json"
        if config.exists():
            found = from_dict(TrainSettings, json.loads(config.read_text("utf-8")))
            if found != settings:
                name = _first_difference(to_dict(found), to_dict(settings))
                raise CheckpointError(
                    f"{self.path} holds a run with another {name}; choose another --set out=... or delete it"
                )
            (self.path / "log.jsonl").unlink(missing_ok=True)
        write_json(config, to_dict(settings))

    def log(self, **values: Any) -> None:
        if self.main:
            row = {"seconds": round(time.time() - self.started, 1), **{k: _short(v) for k, v in values.items()}}
            with (self.path / "log.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")

    def finish(self, metrics: dict[str, Any], facts: dict[str, Any], settings: TrainSettings) -> None:
        if self.main:
            write_json(self.path / "metrics.json", metrics)
            seconds = round(time.time() - self.started, 1)
            write_json(self.path / "run.json", provenance(to_dict(settings)) | {"seconds": seconds} | facts)


def _first_difference(a: dict[str, Any], b: dict[str, Any], where: str = "") -> str:
    for name in a:
        if a[name] != b.get(name):
            if isinstance(a[name], dict):
                return _first_difference(a[name], b[name], f"{where}{name}.")
            return f"{where}{name} ({a[name]!r}, now {b.get(name)!r})"
    return "setting"


def _short(value: Any) -> Any:
    return round(value, 5) if isinstance(value, float) else value


def write_json(path: Path, value: Any) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    draft.write_text(json.dumps(value, indent=2) + "\n", "utf-8")
    os.replace(draft, path)
