"""Where a model comes from: a bundled name, a local folder or a Hub id, each turned into what to load or an error."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from ..situations import CheckpointError

#: Names that work without a download; their folders are part of the package.
BUNDLED = ("mini-base", "mini-srlclip")
_BUNDLED_ROOT = Path(__file__).resolve().parent.parent / "assets" / "models"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")


def resolve_bundled(name: str | Path) -> Path | None:
    """Folder of a bundled model, or None when `name` is not a bundled name. The folder is not checked."""
    return _BUNDLED_ROOT / str(name) if str(name) in BUNDLED else None


def hub_offline() -> bool:
    """Whether the environment forbids downloads (HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE set to a true value)."""
    return any(
        os.environ.get(name, "").strip().lower() in ("1", "true", "yes", "on")
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    )


def quiet_loading() -> None:
    """No progress bars from transformers while weights are read; for programs that show their own."""
    from transformers.utils import logging

    logging.disable_progress_bar()


def resolve_source(source: str | Path) -> Path | str:
    """A Path for a bundled name or an existing folder, the text itself for a Hub id.

    Raises CheckpointError when it is neither.
    """
    folder = resolve_bundled(source) or Path(source).expanduser()
    if folder.is_dir():
        return folder
    if resolve_bundled(source):
        raise CheckpointError(f"bundled model {source!r} is not in this installation ({folder} is missing); reinstall")
    if folder.exists():
        raise CheckpointError(f"{source} is a file; give the folder that holds the model")
    text = str(source)
    if isinstance(source, Path) or not _HUB_ID.fullmatch(text):
        raise CheckpointError(f"no model folder at {source}; allowed: {allowed_sources()}")
    return text


def allowed_sources() -> str:
    return f"a bundled name ({', '.join(BUNDLED)}), a local folder, or a Hub id such as openai/clip-vit-base-patch32"


def fetch_folder(source: str | Path) -> Path:
    """A local folder of JSON and safetensors files; a Hub id is downloaded (or found in the local Hub cache).

    Raises CheckpointError when it cannot be had.
    """
    resolved = resolve_source(source)
    if isinstance(resolved, Path):
        return resolved
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                resolved,
                allow_patterns=["*.json", "*.safetensors", "**/*.json", "**/*.safetensors"],
                local_files_only=hub_offline(),
            )
        )
    except Exception as error:
        raise CheckpointError(missing_message(source, error)) from error


def missing_message(source: str | Path, error: Exception) -> str:
    """One sentence for a model that the Hub client or transformers could not load."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    offline = " (downloads are switched off: HF_HUB_OFFLINE)" if hub_offline() else ""
    return f"cannot load model {source}{offline}: {first}; allowed: {allowed_sources()}, with weights as safetensors"


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; CheckpointError names the file otherwise."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CheckpointError(f"{path.parent} has no {path.name}; it is not a complete model folder") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path} is not JSON ({error}); save or download the model again") from None
    if not isinstance(values, dict):
        raise CheckpointError(f"{path} holds {type(values).__name__}, expected a JSON object")
    return values


def write_json(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", "utf-8")
