"""Where a result came from: versions, commit, command, date. Written into every run.json and results file."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from srlclip import PACKAGE

#: What the maker of a drawn instance leaves in its folder, as JSON: neither its name nor its ending is one that readers of
#: official files look for.
SYNTHETIC_MARK = ".synsitu"
PACKAGES = (
    "torch",
    "transformers",
    "peft",
    "accelerate",
    "datasets",
    "numpy",
    "opencv-python-headless",
    "decord",
    "av",
)


def provenance(settings: dict[str, Any] | None = None) -> dict[str, Any]:
    """commit (with "+changes" if the tree is dirty), date, argv, versions, processor and the settings."""
    return {
        "commit": commit(),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "argv": portable([os.path.basename(sys.argv[0]), *sys.argv[1:]]),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "settings": portable(settings or {}),
    }


def portable(value: Any) -> Any:
    """The value with every absolute path reduced to its last part: files that are shared name no one's folders."""
    if isinstance(value, dict):
        return {key: portable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [portable(item) for item in value]
    if isinstance(value, str):
        name, mark, path = value.rpartition("=")
        return f"{name}{mark}{Path(path).name}" if os.path.isabs(path) else value
    return value


def commit() -> str:
    root = PACKAGE.parent

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return git("rev-parse", "--short=12", "HEAD") + ("+changes" if git("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def base_name(base: str) -> str:
    """How tables call a base: the run's name for RUN/model, else the last part of its path or id."""
    path = Path(base)
    return path.parent.name if path.name == "model" and path.parent.name else path.name
