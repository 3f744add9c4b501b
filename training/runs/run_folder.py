"""A run folder explains itself: config.json, run.json, log.jsonl, metrics.json and the model. A mismatch is refused."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from srlclip.config import flat, from_dict, to_dict
from srlclip.files import write_json, write_text
from srlclip.provenance import provenance
from srlclip.situations import CheckpointError

#: Settings that may change between a run's start and its resumption: none of them touches a result. Where the clips lie
#: is among them because the data's own fingerprint is checked.
HARMLESS = ("out", "trackers", "checkpoint_every", "data.root", "data.videos", "data.cache", "data.workers")


class RunFolder:
    """`path` is created; a run that was started there with other settings is refused, and left as it is. One that ended
    before its first step (no such data, say) has left its config.json alone, and stands in no one's way.

    settings: any frozen dataclass of settings. finished: the metrics of a run that is complete, else None. Only the main process writes.
    """

    def __init__(self, path: str | Path, settings: Any, main: bool = True):
        self.path, self.main, self.started = Path(path), main, time.time()
        self.finished: dict[str, float] | None = None
        config = self.path / "config.json"
        if config.exists() and any(path != config for path in self.path.iterdir()):
            name = difference(_read_config(config, type(settings)), settings)
            if name:
                raise CheckpointError(
                    f"{self.path} holds a run with another {name}; choose another --set out=... or delete it"
                )
            if (self.path / "run.json").is_file() and (self.path / "metrics.json").is_file():
                self.finished = json.loads((self.path / "metrics.json").read_text("utf-8"))
        elif main:
            self.path.mkdir(parents=True, exist_ok=True)
        if main and self.finished is None:
            write_json(config, to_dict(settings))

    def rewind(self, step: int | None) -> None:
        """Forget what was logged after `step` (None: everything): those steps are taken again."""
        if not self.main:
            return
        log, kept = self.path / "log.jsonl", []
        lines = log.read_text("utf-8").splitlines() if log.is_file() and step is not None else []
        for line in lines:
            try:
                row = json.loads(line)
            except ValueError:  # the line that was being written when the run was killed
                break
            if row["step"] > step:
                break
            kept.append(line)
            self.started = time.time() - row["seconds"]
        write_text(log, "".join(f"{line}\n" for line in kept))

    def log(self, **values: Any) -> None:
        if self.main:
            row = {"seconds": round(time.time() - self.started, 1), **{k: significant(v) for k, v in values.items()}}
            with (self.path / "log.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")

    def finish(self, metrics: dict[str, Any], facts: dict[str, Any], settings: Any) -> None:
        if self.main:
            write_json(self.path / "metrics.json", metrics)
            seconds = round(time.time() - self.started, 1)
            write_json(self.path / "run.json", provenance(to_dict(settings)) | {"seconds": seconds} | facts)


def _read_config(path: Path, kind: type) -> Any:
    try:
        return from_dict(kind, json.loads(path.read_text("utf-8")))
    except ValueError as error:
        raise CheckpointError(
            f"{path} cannot be read by this version ({error}); choose another --set out=... or delete the folder"
        ) from error


def difference(stored: Any, wanted: Any) -> str:
    """The first setting, HARMLESS ones aside, in which the two differ, with both values; "" if there is none."""
    a, b = flat(to_dict(stored)), flat(to_dict(wanted))
    return next((f"{n} ({a[n]!r}, now {b[n]!r})" for n in a if n not in HARMLESS and a[n] != b[n]), "")


def significant(value: Any) -> Any:
    """A float with six significant digits, however small it is (a learning rate may be 1e-6); others as they are."""
    return float(f"{value:.6g}") if isinstance(value, float) else value
