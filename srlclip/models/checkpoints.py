"""Where a model comes from: a bundled name, a local folder or a Hub id, each turned into what to load or an error.

The only door to huggingface_hub: adapters are fetched from the Hub and shared on it here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from srlclip import ASSETS
from srlclip.models.hub_reach import PATIENCE, endpoint, hub_answers, hub_silent
from srlclip.situations import CheckpointError

#: Names that work without a download; their folders are part of the package.
BUNDLED = ("mini-base", "mini-srlclip")
#: Further adapters over the bundled base lie in this folder beside them, each known as adapters/NAME.
ADAPTERS = "adapters"
_ADAPTER = re.compile(rf"{ADAPTERS}/[a-z0-9]+(-[a-z0-9]+)*")
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
#: A branch, tag or commit behind a Hub id: OWNER/NAME@REVISION.
_REVISION = re.compile(r"[A-Za-z0-9][\w./-]*")
#: The file that says what a model folder of this project holds.
CARD = "srlclip.json"
#: What is fetched of an adapter: nothing that could be a pickle or code, and not the merged copy that export.py may add.
FETCHED, NOT_FETCHED = ("*.json", "*.safetensors", "README.md"), ("merged/*",)


def resolve_bundled(name: str | Path) -> Path | None:
    """Folder of a bundled model, or None when `name` is not a bundled name. The folder is not checked.

    A further adapter's name is one only where the adapter is there: elsewhere it may be a folder's or a Hub id.
    """
    folder = ASSETS / "models" / str(name)
    is_adapter = isinstance(name, str) and _ADAPTER.fullmatch(name) and (folder / CARD).is_file()
    return folder if str(name) in BUNDLED or is_adapter else None


def bundled_adapters() -> dict[str, str]:
    """Bundled name -> readable name of the further adapters of this installation, {} without any.

    Raises CheckpointError for a card that is no JSON object.
    """
    folders = sorted(card.parent for card in (ASSETS / "models" / ADAPTERS).glob(f"*/{CARD}"))
    titles = {f"{ADAPTERS}/{f.name}": read_json(f / CARD).get("metadata", {}).get("title", f.name) for f in folders}
    return {name: str(title) for name, title in titles.items() if _ADAPTER.fullmatch(name)}


def hub_offline() -> bool:
    """Whether the environment forbids downloads (HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE set to a true value)."""
    return any(
        os.environ.get(name, "").strip().lower() in ("1", "true", "yes", "on")
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    )


def local_only(resolved: Path | str) -> bool:
    """Whether a resolved source is looked for on this machine alone: downloads are forbidden, or the Hub is silent."""
    return hub_offline() or (isinstance(resolved, str) and not hub_answers())


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
    return f"a bundled name ({', '.join((*BUNDLED, *bundled_adapters()))}), a local folder, or a Hub id such as openai/clip-vit-base-patch32"


def fetch_folder(source: str | Path) -> Path:
    """A local folder of JSON and safetensors files; a Hub id is downloaded (or found in the local Hub cache).

    A Hub id may name a branch, tag or commit: OWNER/NAME@REVISION. A run folder of training/train.py stands for the
    model/ inside it. Raises CheckpointError when it cannot be had.
    """
    name, revision = _split_revision(source)
    resolved = resolve_source(name)
    if isinstance(resolved, Path):
        inside = resolved / "model"
        return inside if not (resolved / CARD).is_file() and (inside / CARD).is_file() else resolved
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                resolved,
                revision=revision,
                allow_patterns=list(FETCHED),
                ignore_patterns=list(NOT_FETCHED),
                local_files_only=local_only(resolved),
            )
        )
    except Exception as error:
        raise CheckpointError(missing_message(source, error)) from error


def _split_revision(source: str | Path) -> tuple[str | Path, str | None]:
    """OWNER/NAME@REVISION -> its two parts; a folder whose name holds an @ stays as it is."""
    name, mark, revision = str(source).rpartition("@")
    if not mark or isinstance(source, Path) or Path(source).expanduser().exists() or not _HUB_ID.fullmatch(name):
        return source, None
    if not _REVISION.fullmatch(revision):
        raise CheckpointError(
            f"{source} names revision {revision!r}; give a branch, tag or commit: OWNER/NAME@REVISION"
        )
    return name, revision


#: What the Hub client's errors mean for the user, by class (whose first lines are request ids and status codes).
_REASONS = {
    "RepositoryNotFoundError": "the Hub has no such model, or it is private (then log in first: hf auth login)",
    "GatedRepoError": "its owner has to grant access; ask on the model's page, then log in: hf auth login",
    "RevisionNotFoundError": "the model is on the Hub, but not that revision",
    "LocalEntryNotFoundError": "it is not in the local Hub cache, and the Hub cannot be asked",
    "OfflineModeIsEnabled": "it is not in the local Hub cache, and the Hub cannot be asked",
    "IncompleteSnapshotError": "its copy in the local Hub cache is incomplete, and the Hub cannot be asked",
}


def missing_message(source: str | Path, error: Exception) -> str:
    """One sentence for a model that the Hub client or transformers could not load."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    reason = _REASONS.get(type(error).__name__, first)
    offline = ""
    if hub_offline() and isinstance(resolve_source(_split_revision(source)[0]), str):
        name, revision = _split_revision(source)
        fetch = f"hf download {name}" + (f" --revision {revision}" if revision else "")
        offline = (
            " (downloads are switched off: HF_HUB_OFFLINE; unset it, or fill the cache where there is a network with: "
            f"{fetch})"
        )
    elif hub_silent() and isinstance(resolve_source(_split_revision(source)[0]), str):
        reason = (
            f"the Hub ({endpoint()}) gives no answer within {PATIENCE:g} s, and the local Hub cache does not hold it"
        )
    return f"cannot load model {source}{offline}: {reason}; allowed: {allowed_sources()}, with weights as safetensors"


def check_hub_id(name: str) -> str:
    """The id as it is when it is a whole OWNER/NAME that the Hub accepts. Raises ValueError otherwise."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(name)
        if name.count("/") != 1:
            raise HFValidationError("the owner's name is missing")
    except HFValidationError as error:
        raise ValueError(
            f"Hub id is {name!r}; it must be OWNER/NAME of letters, digits, -, _ and . ({error})"
        ) from None
    return name


def upload_folder(folder: Path, hub_id: str, files: Sequence[str], private: bool = False) -> str:
    """Put `files` (relative paths, no others) of a folder on the Hub as a model; returns its address.

    The model is created if it is not there. Of earlier uploads, weights that are no longer exported are removed.
    Raises CheckpointError without a login, right or network, and when a private upload would land in a public model.
    """
    from huggingface_hub import HfApi, get_token

    def failed(reason: str) -> CheckpointError:
        return CheckpointError(
            f"cannot upload {folder} to {hub_id}: {reason}; the folder is complete, repeat with --push"
        )

    if hub_offline():
        raise failed("uploads are switched off (HF_HUB_OFFLINE); unset it")
    if get_token() is None:
        raise failed("no access token; log in with a token that may write (hf auth login) or set HF_TOKEN")
    api = HfApi()
    try:
        address = str(api.create_repo(hub_id, repo_type="model", private=private, exist_ok=True))
        # An existing model keeps its visibility whatever create_repo was asked for.
        if private and not api.model_info(hub_id).private:
            raise failed("it exists and is public; make it private on its settings page, or leave --private out")
        api.upload_folder(
            repo_id=hub_id,
            folder_path=str(folder),
            repo_type="model",
            allow_patterns=list(files),
            delete_patterns=[
                "adapter/*",
                "captioner/*",
                "merged/*",
                "contextualizer.safetensors",
                "image_tower.safetensors",
            ],  # fmt: skip
            commit_message="SRL-CLIP export",
        )
    except CheckpointError:
        raise
    except Exception as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status in (401, 403):
            reason = f"the Hub refused (status {status}); the token needs the right to write to {hub_id}"
        else:
            first = next((line.strip() for line in str(error).splitlines() if line.strip()), "no reason given")
            reason = f"{type(error).__name__}: {first}"
        raise failed(reason) from error
    return address


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
