"""The rules of the house, read from the source by `ast`: who may import whom, and where a concept has its one home."""

from __future__ import annotations

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(p for folder in ("srlclip", "training", "benchmarks") for p in (ROOT / folder).rglob("*.py"))
FILES.append(ROOT / "app.py")

#: From the ground up. A file imports from its own place and from those before it; the longest name that fits is its place.
PLACES = (
    "srlclip/__init__", "srlclip/situations", "srlclip/results", "srlclip/config", "srlclip/progress", "srlclip/parallel", "srlclip/processes", "srlclip/speed",
    "srlclip/files", "srlclip/provenance", "srlclip/templates", "srlclip/pooling", "srlclip/losses",
    "srlclip/language", "srlclip/video", "srlclip/data",
    "srlclip/synsitu/verbs", "srlclip/synsitu/world", "srlclip/synsitu/shown", "srlclip/synsitu/drawing", "srlclip/synsitu",
    "srlclip/models", "srlclip/captioning", "srlclip/explain", "srlclip/comparison",
    "srlclip/evaluation/metrics", "srlclip/evaluation", "srlclip/evaluation/benchmarks", "srlclip/features", "srlclip/interop", "srlclip/plots",
    "srlclip/app/markup", "srlclip/app/origins", "srlclip/app/pairs", "srlclip/app/session",
    "srlclip/app/ui/parts", "srlclip/app/ui/results", "srlclip/app/ui/tab", "srlclip/app/ui/tabs", "srlclip/app/ui/api", "srlclip/app/ui",
    "srlclip/app", "srlclip/cli", "srlclip/__main__",
    "training/recipe/sources", "training/settings", "training/recipe", "training/runs", "training/mini_base", "training/captioning", "training/train",
    "training/evaluate", "training/forgetting", "training/familiarity", "training/captioner", "training/predict", "training/studies", "training/cards", "training",
    "benchmarks", "app",
)  # fmt: skip
#: What a place does without although it lies lower: (place, module that it must not import).
APART = {
    "srlclip/losses": ("srlclip.models", "srlclip.config"),
    "srlclip/models": ("srlclip.data",),
    "srlclip/plots": ("srlclip.models", "srlclip.comparison.comparison"),
    "srlclip/evaluation": ("srlclip.models",),
    "srlclip/app/ui": ("srlclip.models",),
    "training": ("srlclip.app", "srlclip.cli"),
    "benchmarks": ("srlclip.app.ui", "srlclip.cli"),
}
#: Places that work where torch is not installed.
WITHOUT_TORCH = (
    "srlclip/situations", "srlclip/results", "srlclip/files", "srlclip/language", "srlclip/synsitu", "srlclip/evaluation/metrics",
    "srlclip/comparison/gallery", "srlclip/comparison/joined", "srlclip/comparison/ranking", "srlclip/comparison/search", "srlclip/features/folder", "srlclip/plots", "srlclip/app/ui",
)  # fmt: skip
#: Each heavy library has one door (or a few, named here).
DOORS = {
    "decord": ("srlclip/video/file.py",),
    "peft": ("srlclip/models/encoder.py",),
    "huggingface_hub": ("srlclip/models/checkpoints.py",),
    "gradio": ("srlclip/app/ui/", "app.py"),
    "accelerate": ("training/", "benchmarks/", "srlclip/processes.py"),
    "matplotlib": ("srlclip/plots/",),
    "datasets": ("srlclip/data/frame_cache.py",),
    "cv2": ("srlclip/synsitu/",),
    "av": ("srlclip/synsitu/writer.py", "srlclip/video/header.py"),
    "pycocoevalcap": ("srlclip/evaluation/metrics/caption_scores.py", "srlclip/evaluation/metrics/meteor.py"),
    "sentence_transformers": ("srlclip/interop/sentence_transformer.py",),
    "mteb": ("srlclip/interop/mteb.py",),
    "usearch": ("srlclip/comparison/index.py", "benchmarks/search_indexes.py"),
    "faiss": ("benchmarks/search_indexes.py",),
    "hnswlib": ("benchmarks/search_indexes.py",),
    "qdrant_client": ("srlclip/comparison/remote.py",),
    "h5py": ("srlclip/features/folder.py",),
    "textblob": ("srlclip/evaluation/benchmarks/readers/shuffles.py",),
    "spaces": ("srlclip/app/zero_gpu.py",),
}


@cache
def source(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Absolute module of every import in the file, wherever it stands, but for those of types alone."""
    tree = source(path)
    guarded = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(found)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def within(path: str, place: str) -> bool:
    """Whether a file or module, written with slashes, is or lies in a place."""
    return path == place or path.startswith((f"{place}/", f"{place}."))


def place_of(path: str) -> str | None:
    return max((p for p in PLACES if within(path, p)), key=len, default=None)


def calls(path: Path) -> list[str]:
    """The functions that a file calls, as they are written."""
    return [ast.unparse(node.func) for node in ast.walk(source(path)) if isinstance(node, ast.Call)]


def broken(rule) -> list[str]:
    """ "file: import" of every import that the rule, told (file, module), does not allow."""
    return [
        f"{name_of(path)}: {module}" for path in FILES for module in imports(path) if not rule(name_of(path), module)
    ]


def test_every_file_has_a_place():
    assert not [name_of(path) for path in FILES if place_of(name_of(path)) is None]


def test_imports_run_down():
    def allowed(file: str, module: str) -> bool:
        lower = place_of(module.replace(".", "/"))
        mine = place_of(file)
        return lower is None or mine is None or PLACES.index(lower) <= PLACES.index(mine)

    assert not broken(allowed)


def test_no_two_files_import_each_other():
    """Nor any longer circle, imports of types alone included: what each needs of the other has a lower place."""
    modules = {name_of(path).removesuffix(".py").replace("/", "."): path for path in FILES}

    def named(path: Path) -> set[str]:
        froms = [node for node in ast.walk(source(path)) if isinstance(node, ast.ImportFrom)]
        return {name for node in froms for name in (node.module, *(f"{node.module}.{a.name}" for a in node.names))}

    graph = {module: named(path) & modules.keys() - {module} for module, path in modules.items()}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_places_that_do_without():
    def allowed(file: str, module: str) -> bool:
        return not any(
            within(file, place) and within(module.replace(".", "/"), banned.replace(".", "/"))
            for place, names in APART.items()
            for banned in names
        )

    assert not broken(allowed)


def test_places_without_torch():
    assert not broken(
        lambda file, module: not within(module, "torch") or not any(within(file, p) for p in WITHOUT_TORCH)
    )


def test_heavy_libraries_have_one_door():
    def allowed(file: str, module: str) -> bool:
        library = module.split(".")[0]
        return library not in DOORS or file.startswith(DOORS[library])

    assert not broken(allowed)


def test_pooling_is_the_only_place_that_normalises():
    """A mean that is normalised elsewhere is one more rule of what a clip's vector is."""

    def length(call: str) -> bool:
        owner, _, name = call.rpartition(".")
        return owner != "unicodedata" and (name in ("normalize", "norm", "vector_norm") or call == "normalize")

    users = {name_of(path) for path in FILES if any(map(length, calls(path)))}
    assert users == {"srlclip/pooling.py"}


def test_ranking_is_the_only_place_that_ranks_a_gallery():
    """metrics/ranking.py ranks one target per query by the same rule, and knows no gallery."""
    places = ("srlclip/comparison", "srlclip/app", "srlclip/cli")
    rooms = [path for path in FILES if any(within(name_of(path), place) for place in places)]
    users = {name_of(path) for path in rooms if any("searchsorted" in call for call in calls(path))}
    assert users == {"srlclip/comparison/ranking.py"}


def test_the_package_says_once_where_it_lies():
    """The assets are found from srlclip.PACKAGE, however deep a file is moved."""
    package = [path for path in FILES if name_of(path).startswith("srlclip/")]
    users = [
        name_of(path)
        for path in package
        if any(isinstance(node, ast.Name) and node.id == "__file__" for node in ast.walk(source(path)))
    ]
    assert users == ["srlclip/__init__.py"]


def test_training_finds_its_frames_in_one_place():
    """Runs, captioners and studies read the same cached frames; measuring alone chooses its own number of frames."""
    callers = {
        name_of(path)
        for path in FILES
        for node in ast.walk(source(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "frame_cache"
        and name_of(path).startswith("training/")
    }
    assert callers == {"training/recipe/data.py", "training/evaluate.py"}


def test_imports_are_absolute():
    relative = [
        f"{name_of(path)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(source(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative


def test_tabs_do_not_import_each_other():
    tabs = "srlclip/app/ui/tabs/"

    def tab(file: str) -> str:
        return file.removeprefix(tabs).split("/")[0].removesuffix(".py")

    def allowed(file: str, module: str) -> bool:
        other = module.replace(".", "/")
        return not (file.startswith(tabs) and other.startswith(tabs)) or tab(file) == tab(other)

    assert not broken(allowed)


def test_nothing_loads_a_pickle():
    for path in FILES:
        text = path.read_text("utf-8")
        assert "import pickle" not in text and "pickle.load" not in text, path
        for node in ast.walk(source(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                assert any(k.arg == "weights_only" and ast.unparse(k.value) == "True" for k in node.keywords), path


def test_files_appear_whole_and_through_one_door():
    """Only srlclip/files.py moves and links; what writes a whole file writes the draft that it hands out."""
    moves = {
        "os.replace",
        "os.rename",
        "os.link",
        "os.symlink",
        "shutil.move",
        "tempfile.NamedTemporaryFile",
        "tempfile.mkstemp",
    }
    writes = {"write_text", "write_bytes", "save_file", "np.save", "np.savez", "np.savez_compressed", "torch.save"}
    others = {
        # A folder that must not replace another run's: moved only where nothing is.
        ("srlclip/data/frame_cache.py", "os.rename"),
        # A finished folder's parts, files and folders, moved over those of an earlier export.
        ("training/export.py", "os.replace"),
    }
    broken = []
    for path in FILES:
        file = name_of(path)
        if file == "srlclip/files.py" or file.startswith("benchmarks/"):
            continue
        drafted = {
            id(child)
            for node in ast.walk(source(path))
            if isinstance(node, ast.With) and any("replacing(" in ast.unparse(item) for item in node.items)
            for child in ast.walk(node)
        }
        imported = {"write_text"} & {module.removeprefix("srlclip.files.") for module in imports(path)}
        for node in ast.walk(source(path)):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            method = node.func.attr if isinstance(node.func, ast.Attribute) else name
            moved = name in moves or (method == "rename" and name != "os.rename")
            written = {name, method} & (writes - imported) and id(node) not in drafted
            if (moved or written) and (file, name) not in others:
                broken.append(f"{file}:{node.lineno}: {name}")
    assert not broken


def test_no_file_is_a_drawer():
    """A name without a subject invites everything."""
    drawers = re.compile(r"(utils?|misc|common|helpers?)\.py$")
    assert not [name_of(path) for path in FILES if drawers.search(path.name)]


def test_names_say_what_a_thing_is():
    """In the field's words: rank, query, situations, not that something was found or told, or is gone."""
    vague = [
        f"{name_of(path)}:{node.lineno}: {name}"
        for path in FILES
        for node in ast.walk(source(path))
        for name in (getattr(node, field, None) for field in ("id", "arg", "attr", "name"))
        if isinstance(name, str) and name.strip("_") in ("found", "told", "gone")
    ]
    assert not vague


def test_tests_lie_where_the_code_does():
    """tests/ has the folders of the code, a few of its own, and no other."""
    own = {"fixtures", "browser", "training", "benchmarks"}
    code = {p.name for p in (ROOT / "srlclip").iterdir() if p.is_dir()}
    folders = {p.name for p in (ROOT / "tests").iterdir() if p.is_dir() and not p.name.startswith("__")}
    assert folders <= own | code


def test_every_setting_is_read_somewhere():
    """No dead knobs: a config field that nothing reads fails."""
    from dataclasses import fields

    from srlclip import config
    from training import settings
    from training.pretrain import PretrainSettings

    written = {"config.py", "settings.py"}
    readers = [p for p in FILES if p.name not in written and ROOT / "benchmarks" not in p.parents]
    read = {n.attr for p in readers for n in ast.walk(source(p)) if isinstance(n, ast.Attribute)}
    kinds = {
        v for m in (config, settings) for v in vars(m).values() if isinstance(v, type) and v.__module__ == m.__name__
    }
    unused = [f"{k.__name__}.{f.name}" for k in (*kinds, PretrainSettings) for f in fields(k) if f.name not in read]
    assert not unused
