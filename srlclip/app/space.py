"""A ready Hugging Face Space: app.py, the package with its assets, results, requirements and a README with front matter.

Works from a clone and from an installation; what only a clone has (results/, LICENSE) is left out of the latter's.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from srlclip import PACKAGE, __version__
from srlclip.app.serve import SETTINGS
from srlclip.comparison import published
from srlclip.files import write_text
from srlclip.models.checkpoints import CARD, FETCHED, fetch_folder, read_json, resolve_bundled
from srlclip.situations import CheckpointError, DataError
from srlclip.templates import fill

#: What the app imports, directly or through peft; gradio comes with the Space's sdk_version. av reads what a
#: file claims before decord sees it, which some claims make end the whole process.
DISTRIBUTIONS = (
    "torch", "transformers", "peft", "accelerate", "matplotlib", "numpy", "safetensors", "pillow", "tqdm", "decord",
    "decord2", "av",
)  # fmt: skip
MAIN_RESULT = f"results/{published.MAIN}.json"
HARDWARE = {"cpu": "cpu-basic", "zero": "zero-a10g"}
#: Larger files need Git LFS and make a Space slow to build.
MAX_FILE = 10 * 2**20
SHORT_DESCRIPTION = "Base CLIP vs SRL-CLIP: who did what to whom in a video"
PAPER = "https://arxiv.org/abs/2401.07669"
_TEXTS = PACKAGE / "app" / "space.md"
_WRITER = "python -m srlclip space"

APP = '''"""Compare Base CLIP with SRL-CLIP in the browser. What it shows is set in space.json."""

from pathlib import Path

from srlclip.app.serve import leave, main

if __name__ == "__main__":
    leave(main(folder=Path(__file__).resolve().parent))
'''

GITATTRIBUTES = "".join(
    f"{pattern} filter=lfs diff=lfs merge=lfs -text\n" for pattern in ("*.safetensors", "*.mp4", "*.png", "*.jpg")
)

_CPU = """\
# gradio is not here: the Space installs the sdk_version of README.md.
# Wheels without CUDA, gigabytes smaller: of torch {torch} on both indexes pip takes the one marked +cpu as the newer.
--extra-index-url https://download.pytorch.org/whl/cpu
"""
_ZERO = """\
# gradio is not here: the Space installs the sdk_version of README.md.
# ZeroGPU: torch as PyPI has it, with CUDA. If the Space's log says that this torch is not supported, take one that is.
spaces
"""


@dataclass(frozen=True)
class SpaceSettings:
    """What the Space says and starts with. base, adapter: Hub ids, bundled names, or folders, which are copied."""

    hardware: str = "cpu"
    title: str = "Base CLIP vs SRL-CLIP"
    base: str | None = None
    adapter: str | None = None
    repository: str | None = None

    def __post_init__(self) -> None:
        if self.hardware not in HARDWARE:
            raise ValueError(f"hardware is {self.hardware!r}; allowed: {', '.join(HARDWARE)}")
        if not self.title.strip() or not self.title.isprintable():
            raise ValueError("the title is empty or has line breaks; give one line")
        if self.repository is not None and not re.fullmatch(r"https://[^\s()<>]+", self.repository):
            raise ValueError(f"repository is {self.repository!r}; give its https address")


@dataclass(frozen=True)
class WrittenSpace:
    """files: relative paths; missing: what this installation does not have."""

    out: str
    files: tuple[str, ...]
    bytes: int
    missing: tuple[str, ...] = field(default=())


def write_space(out: str | Path, settings: SpaceSettings | None = None) -> WrittenSpace:
    """Write the folder; one that this function wrote is replaced, file by file, and what others put there stays.

    Raises DataError for a folder that holds anything else, or a file beyond MAX_FILE; CheckpointError for a model.
    """
    settings = settings or SpaceSettings()
    out = Path(out)
    old = _written_before(out)
    copies = {**_package_files(), **_extra_files()}
    models, flags = _models(settings)
    copies |= models
    pins = pinned()
    texts = {
        "app.py": APP,
        "requirements.txt": requirements(settings.hardware, pins),
        "README.md": readme(settings, pins),
        ".gitattributes": GITATTRIBUTES,
    }
    for name, source in copies.items():
        if (size := source.stat().st_size) > MAX_FILE:
            raise DataError(
                f"has {size / 2**20:.0f} MB; a Space takes at most {MAX_FILE / 2**20:.0f} MB a file. Put the model on the "
                f"Hub (training/export.py --push) and give its id ({name})",
                file=source,
            )
    files = tuple(sorted((*copies, *texts, SETTINGS)))
    texts[SETTINGS] = json.dumps(
        {"written_by": _WRITER, "version": __version__, "flags": flags, "files": files}, indent=1
    )
    for name in old:
        (out / name).unlink(missing_ok=True)
    for name, source in copies.items():
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for name, text in texts.items():
        write_text(out / name, text)
    for folder in sorted((p for p in out.rglob("*") if p.is_dir() and ".git" not in p.parts), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    size = sum((out / name).stat().st_size for name in files)
    return WrittenSpace(str(out), files, size, tuple(n for n in (MAIN_RESULT,) if n not in copies))


def _written_before(out: Path) -> tuple[str, ...]:
    """The files that an earlier call wrote into the folder; none in an empty one, or a clone of an empty Space."""
    if out.exists() and not out.is_dir():
        raise DataError("is a file; give a folder", file=out)
    if not out.is_dir() or all(p.name == ".git" for p in out.iterdir()):
        return ()
    try:
        marker = json.loads((out / SETTINGS).read_text("utf-8"))
        files = marker["files"] if marker["written_by"] == _WRITER else None
    except (OSError, ValueError, KeyError, TypeError):
        files = None
    if files is None or any(Path(name).is_absolute() or ".." in Path(name).parts for name in files):
        raise DataError(f"is not empty, and {_WRITER} did not write it; give a new folder", file=out)
    return tuple(files)


def _package_files() -> dict[str, Path]:
    """The package as it lies here, its assets included: path in the Space -> file."""
    files = {}
    for folder, inside, names in os.walk(PACKAGE, followlinks=True):
        inside[:] = sorted(n for n in inside if n != "__pycache__" and not n.startswith("."))
        for name in sorted(names):
            if not name.endswith((".pyc", ".pyo", ".log")) and not name.startswith("."):
                path = Path(folder) / name
                files[(Path(PACKAGE.name) / path.relative_to(PACKAGE)).as_posix()] = path
    return files


def _extra_files() -> dict[str, Path]:
    """The measurements that the app shows, and the licence."""
    root = PACKAGE.parent
    names = [f"results/{name}.json" for name in published.names(root / "results")]
    return {name: root / name for name in (*names, "LICENSE") if (root / name).is_file()}


def _models(settings: SpaceSettings) -> tuple[dict[str, Path], dict[str, str]]:
    """Files of models that lie in folders here, and the flags that the app gets."""
    copies: dict[str, Path] = {}
    flags: dict[str, str] = {}
    for flag, name in (("base", settings.base), ("adapter", settings.adapter)):
        if not name:
            continue
        flags[flag] = name
        if resolve_bundled(name) is not None or not Path(name).expanduser().exists():
            if not re.fullmatch(r"[\w.@/-]+", name) or Path(name).is_absolute() or ".." in name:
                raise CheckpointError(f"no model folder at {name}; give a bundled name, a folder or a Hub id")
            continue
        folder = fetch_folder(Path(name).expanduser())
        _check_kind(flag, name, folder)
        label = re.sub(r"[^\w.-]+", "-", _folder_name(folder)).strip("-.") or flag
        label = f"{label}-{flag}" if any(f"models/{label}" == other for other in flags.values()) else label
        patterns = (*FETCHED, "*.txt")
        files = sorted(
            {p for pattern in patterns for p in folder.rglob(pattern) if p.is_file() and _of_model(p, folder)}
        )
        if not any(p.suffix == ".safetensors" for p in files):
            raise CheckpointError(f"{name} holds no *.safetensors; give the folder of a model")
        copies |= {f"models/{label}/{p.relative_to(folder).as_posix()}": p for p in files}
        flags[flag] = f"models/{label}"
    if settings.hardware == "zero":
        flags["device"] = "cpu"  # loaded there; srlclip/app/zero_gpu.py moves the models
    return copies, flags


def _check_kind(flag: str, name: str, folder: Path) -> None:
    """Raises CheckpointError for a folder of another kind, which would fail later, in front of the Space's visitors."""
    if flag == "adapter":
        read_json(folder / CARD)
    elif (kind := read_json(folder / "config.json").get("model_type")) != "clip":
        raise CheckpointError(f"{name} holds a model of type {kind!r}; allowed: clip (transformers.CLIPModel)")


def _of_model(path: Path, folder: Path) -> bool:
    inside = path.relative_to(folder).parts
    return not any(part.startswith(".") or part == "merged" for part in inside)


def _folder_name(folder: Path) -> str:
    """A run folder's name says more than that of the model/ inside."""
    folder = folder.resolve()
    return folder.parent.name if folder.name == "model" and (folder / CARD).is_file() else folder.name


def pinned() -> dict[str, list[str]]:
    """Distribution -> its lines in requirements.txt, of the clone or else of the installation. Raises DataError."""
    path = PACKAGE.parent / "requirements.txt"
    if path.is_file() and (PACKAGE.parent / "pyproject.toml").is_file():
        lines: Sequence[str] = path.read_text("utf-8").splitlines()
    else:
        try:
            lines = requires("srlclip") or ()
        except PackageNotFoundError:
            raise DataError(f"no {path} and no installed srlclip: versions to pin are unknown; pip install .") from None
    pins: dict[str, list[str]] = {}
    for line in (line.split("#")[0].strip() for line in lines):
        if name := re.match(r"[A-Za-z0-9._-]+", line):
            pins.setdefault(name.group().lower(), []).append(line)
    return pins


def requirements(hardware: str, pins: dict[str, list[str]]) -> str:
    """requirements.txt of the Space, from the pinned versions that this code is tested with."""
    lines = [line for name in DISTRIBUTIONS for line in pins.get(name, ())]
    version = pins["torch"][0].partition("==")[2] or "the same version"
    return (_CPU.format(torch=version) if hardware == "cpu" else _ZERO) + "\n".join(lines) + "\n"


def gradio_version(pins: dict[str, list[str]]) -> str:
    return pins["gradio"][0].partition("==")[2].split(";")[0].strip()


def readme(settings: SpaceSettings, pins: dict[str, list[str]]) -> str:
    """README.md of the Space: front matter for the Hub, then a page of its own."""
    hub = [
        name.split("@")[0]
        for name in (settings.base, settings.adapter)
        if name and resolve_bundled(name) is None and not Path(name).expanduser().exists() and "/" in name
    ]
    own = settings.base or settings.adapter
    front = {
        "title": settings.title.strip(),
        "emoji": "🎬",
        "colorFrom": "blue",
        "colorTo": "yellow",
        "sdk": "gradio",
        "sdk_version": gradio_version(pins),
        "python_version": "3.12",
        "app_file": "app.py",
        "license": "apache-2.0",
        "short_description": SHORT_DESCRIPTION,
        "tags": ["clip", "video", "retrieval", "semantic-role-labeling", "srl-clip", "comparison"],
        "models": hub,
        "suggested_hardware": HARDWARE[settings.hardware],
    }
    # JSON values are YAML values; versions stay quoted that way.
    head = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items())
    pair = fill(_TEXTS, "pair.own" if own else "pair.bundled")
    code = f"[Code, tests, training and measurements]({settings.repository}). " if settings.repository else ""
    page = fill(_TEXTS, "page", title=settings.title.strip(), pair=pair, code=code, paper=PAPER)
    return f"---\n{head}\n---\n\n{page}\n"
