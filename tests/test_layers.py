"""The layer rule of the house: who may import whom, read from the source by `ast`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("srlclip", "training", "benchmarks")
FILES = sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py")) + [ROOT / "app.py"]

#: Each heavy library has one door (or a few, named here).
DOORS = {
    "decord": {"srlclip/video_file.py"},
    "peft": {"srlclip/models/encoder.py"},
    "huggingface_hub": {"srlclip/models/checkpoints.py"},
    "gradio": {"srlclip/ui/", "app.py"},
    "accelerate": {"training/", "benchmarks/"},
    "matplotlib": {"srlclip/plots/", "srlclip/study_plots.py"},
    "datasets": {"srlclip/data/frame_cache.py"},
    "cv2": {"srlclip/synsitu/"},
    "av": {"srlclip/synsitu/writer.py", "srlclip/video_file.py"},
    "pycocoevalcap": {"srlclip/metrics/caption_scores.py"},
    "h5py": {"srlclip/feature_files.py"},
    "spaces": {"srlclip/zero_gpu.py"},
}
#: folder or file -> what it must not import.
FORBIDDEN = {
    "srlclip/situations.py": ("srlclip",),
    "srlclip/models/": ("srlclip.data", "srlclip.ui", "srlclip.compare", "srlclip.gallery", "srlclip.losses"),
    "srlclip/losses.py": ("srlclip.models", "srlclip.config"),
    "srlclip/metrics/": ("srlclip.models", "srlclip.config", "torch"),
    "srlclip/feature_files.py": ("srlclip.models", "torch"),
    "srlclip/gallery.py": ("srlclip.models", "torch"),
    "srlclip/prompts.py": ("torch", "srlclip.models", "srlclip.data"),
    "srlclip/negatives.py": ("torch", "srlclip.models", "srlclip.data"),
    "srlclip/plots/": ("srlclip.models", "srlclip.ui", "srlclip.compare", "torch"),
    "srlclip/study_plots.py": ("srlclip.models", "srlclip.ui", "srlclip.compare", "torch"),
    "srlclip/data/": ("srlclip.models", "srlclip.compare", "srlclip.ui", "srlclip.benchmarks"),
    "srlclip/synsitu/": ("srlclip.models", "srlclip.compare", "srlclip.ui", "torch"),
    "srlclip/compare.py": ("srlclip.ui", "srlclip.cli", "srlclip.benchmarks"),
    "srlclip/benchmarks/": ("srlclip.ui", "srlclip.cli", "srlclip.models"),
    "srlclip/ui/": ("torch", "srlclip.models", "srlclip.gallery", "srlclip.cli"),
    "srlclip/": ("training", "benchmarks", "app"),
    "training/": ("srlclip.ui", "srlclip.cli", "benchmarks", "app"),
    "benchmarks/": ("srlclip.ui", "srlclip.cli", "app"),
}


def imports(path: Path) -> list[tuple[str, bool]]:
    """(absolute module, only for type checking) of every import in the file, wherever it stands."""
    package = [*path.relative_to(ROOT).with_suffix("").parts]
    tree = ast.parse(path.read_text("utf-8"))
    guarded = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in guarded) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level] if node.level else []
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            found.append((module, id(node) in guarded))
            found += [(f"{module}.{alias.name}", id(node) in guarded) for alias in node.names]
    return found


def below(module: str, name: str) -> bool:
    return module == name or module.startswith(f"{name}.")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_from_lower_layers_only(path):
    place = path.relative_to(ROOT).as_posix()
    wrong = [
        module
        for start, banned in FORBIDDEN.items()
        if place == start or (start.endswith("/") and place.startswith(start))
        for module, only_types in imports(path)
        if not only_types and any(below(module, name) for name in banned)
    ]
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_libraries_have_one_door(path):
    place = path.relative_to(ROOT).as_posix()
    for module, only_types in imports(path):
        for library, doors in DOORS.items():
            if below(module, library) and not only_types:
                assert any(place == d or (d.endswith("/") and place.startswith(d)) for d in doors), module


def test_tabs_do_not_import_each_other():
    tabs = ("retrieval", "captions", "hard_negatives_tab", "analysis", "own_clips", "how_it_works", "tour")
    for tab in tabs:
        others = [f"srlclip.ui.{name}" for name in tabs if name != tab]
        assert not [m for m, _ in imports(ROOT / "srlclip" / "ui" / f"{tab}.py") if m in others]


def test_nothing_loads_a_pickle():
    for path in FILES:
        text = path.read_text("utf-8")
        assert "import pickle" not in text and "pickle.load" not in text, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                assert any(k.arg == "weights_only" and ast.unparse(k.value) == "True" for k in node.keywords), path


def test_every_setting_is_read_somewhere():
    """No dead knobs: a config field that nothing reads fails."""
    from dataclasses import fields

    from srlclip import config
    from training.pretrain import PretrainSettings

    readers = [p for p in FILES if p.name != "config.py" and ROOT / "benchmarks" not in p.parents]
    source = "\n".join(p.read_text("utf-8") for p in readers)
    read = {
        n.attr
        for n in ast.walk(ast.parse(source.replace("from __future__ import annotations", "")))
        if isinstance(n, ast.Attribute)
    }
    kinds = [v for v in vars(config).values() if isinstance(v, type) and v.__module__ == config.__name__]
    unused = [f"{k.__name__}.{f.name}" for k in (*kinds, PretrainSettings) for f in fields(k) if f.name not in read]
    assert not unused
