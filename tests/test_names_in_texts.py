"""Files and modules that pages, docstrings and comments name are there: a move takes its texts along."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = ("srlclip", "training", "benchmarks", "tests", "examples", "docs")
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "results").rglob("*.md")]
FILES = [p for folder in CODE for p in (ROOT / folder).rglob("*") if p.suffix in (".py", ".sh") and p.is_file()]
FILES += [*PAGES, *(ROOT / "training").rglob("*.md"), *(ROOT / "training" / "configs").glob("*.json")]
FILES += [
    ROOT / "app.py",
    ROOT / "Makefile",
    ROOT / "pyproject.toml",
    ROOT / "requirements-dev.txt",
    ROOT / ".ci" / "run",
]

#: A file or a folder, from the root. Of results/ only pages: texts name files that commands will write there.
PATH = re.compile(rf"(?<![\w/.-])(?:(?:{'|'.join(CODE)})/[\w./-]*(?:\.(?:py|md|sh|json)\b|\w/)|results/[\w/]+\.md)")
#: A module, or what stands in one.
MODULE = re.compile(r"(?<![\w/.-])(?:srlclip|training)(?:\.[A-Za-z_]\w*)+")
#: Endings of files that are called so.
FILE = (".json", ".md")


def is_there(name: str) -> bool:
    """Whether srlclip.a.b, or the name b in srlclip/a.py or in the folder's __init__.py, exists."""
    folder = ROOT
    parts = name.split(".")
    for i, part in enumerate(parts):
        if (folder / part).is_dir():
            folder = folder / part
            continue
        module, inside = folder / f"{part}.py", parts[i + 1 :]
        if not module.is_file():
            module, inside = folder / "__init__.py", parts[i:]
        return module.is_file() and all(re.search(rf"\b{n}\b", module.read_text("utf-8")) for n in inside)
    return True


def test_paths_and_modules_that_texts_name_exist():
    stale = []
    for file in FILES:
        text = file.read_text("utf-8") if file != Path(__file__) else ""
        stale += [f"{file.relative_to(ROOT)}: {m[0]}" for m in PATH.finditer(text) if not (ROOT / m[0]).exists()]
        if file.name != "CHANGELOG.md":  # it has the old names too
            names = {m[0] for m in MODULE.finditer(text) if not m[0].endswith(FILE)}
            stale += [f"{file.relative_to(ROOT)}: {name}" for name in sorted(names) if not is_there(name)]
    assert not stale


def test_the_changelogs_new_import_paths_exist():
    rows = [
        line.split(" | ") for line in (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines() if line.startswith("| `")
    ]
    names = []
    for _, now in rows:
        for stem, inside in re.findall(r"`((?:srlclip|training)[\w.]*)(?:{([\w, ]+)})?`", now):
            names += [stem + last for last in inside.split(", ")]
    assert len(names) > 30 and not [name for name in names if not is_there(name)]


def test_links_of_pages_lead_somewhere():
    dead = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
            if not target.startswith("http") and not (page.parent / target).exists():
                dead.append(f"{page.relative_to(ROOT)}: {target}")
    assert not dead


def test_the_browser_page_names_its_tests():
    named = set(re.findall(r"`(test_\w+\.py)`", (ROOT / "docs" / "browser_tests.md").read_text("utf-8")))
    assert named == {path.name for path in (ROOT / "tests" / "browser").glob("test_*.py")}


@pytest.mark.parametrize(
    ("name", "there"),
    [("srlclip.models.pair", True), ("srlclip.Comparison", True), ("training.train.main", True), ("srlclip.compare", False),
     ("srlclip.losses.nothing_of_the_kind", False)],
)  # fmt: skip
def test_a_stale_module_is_told_from_one_that_is_there(name, there):
    assert is_there(name) == there
