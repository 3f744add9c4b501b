"""No code that only tests call: what srlclip/ and training/ define, something other than a test names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = sorted(p for folder in ("srlclip", "training") for p in (ROOT / folder).rglob("*.py"))
CALLERS = sorted(p for folder in ("benchmarks", "examples", ".ci") for p in (ROOT / folder).rglob("*.py"))
#: Pages that call for what is defined, and benchmarks' specs, which name their readers.
TEXTS = (
    ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "srlclip" / "assets" / "benchmarks").glob("*.json")),
)  # fmt: skip
#: Named by nobody here, and needed all the same.
ALLOWED = {
    "forward": "torch's modules are called by it",
    "observe": "benchmarks call it of the module that their kind of task names",
}


class Mentions:
    """What a set of files mentions. imported: (module, name) of imports and of attributes of imported modules.
    attributes: every attribute that is read. loaded: file -> names that it reads."""

    def __init__(self, paths: list[Path]):
        self.imported: set[tuple[str, str]] = set()
        self.attributes: set[str] = set()
        self.loaded: dict[Path, set[str]] = {}
        for path in paths:
            self._read(path)

    def _read(self, path: Path) -> None:
        tree = ast.parse(path.read_text("utf-8"))
        modules: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                self.imported |= {(node.module or "", alias.name) for alias in node.names}
                modules |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        names = self.loaded[path] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Store):
                self.attributes.add(node.attr)
                if isinstance(node.value, ast.Name) and node.value.id in modules:
                    self.imported.add((modules[node.value.id], node.attr))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                names.add(node.id)


def definitions(tree: ast.Module) -> list[tuple[str, str, int]]:
    """(class or "", name, line) of functions, classes and constants of a file, and of the methods of its classes."""
    out = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            out.append(("", node.name, node.lineno))
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [n for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
            out += [("", name.id, node.lineno) for name in names if isinstance(name.ctx, ast.Store)]
        if isinstance(node, ast.ClassDef):
            out += [(node.name, m.name, m.lineno) for m in node.body if isinstance(m, ast.FunctionDef)]
    return [(owner, name, line) for owner, name, line in out if not name.startswith("__")]


def unnamed(code: list[Path], callers: list[Path], text: str, root: Path) -> list[str]:
    """ "file:line: name" of what nothing in code, callers or text mentions besides its own definition."""
    mentions = Mentions([*code, *callers])
    words = set(re.findall(r"\w+", text))
    dead = []
    for path in code:
        inside = path.relative_to(root).with_suffix("")
        module = ".".join(part for part in inside.parts if part != "__init__")
        for owner, name, line in definitions(ast.parse(path.read_text("utf-8"))):
            used = name in mentions.attributes
            if not owner:
                used = name in mentions.loaded[path] or (module, name) in mentions.imported
            if not used and name not in words and name not in ALLOWED:
                dead.append(f"{inside.as_posix()}.py:{line}: {f'{owner}.' if owner else ''}{name}")
    return dead


def test_something_other_than_a_test_names_all_that_is_defined():
    text = "\n".join(path.read_text("utf-8") for path in TEXTS if path.is_file())
    assert not unnamed(CODE, [*CALLERS, ROOT / "app.py"], text, ROOT)


def test_what_is_allowed_all_the_same_is_still_there():
    defined = {name for path in CODE for _, name, _ in definitions(ast.parse(path.read_text("utf-8")))}
    assert set(ALLOWED) <= defined


def test_the_rule_sees_functions_classes_constants_and_methods(tmp_path):
    package = tmp_path / "package"
    package.mkdir()
    (package / "a.py").write_text(
        "LIMIT, UNUSED = 1, 2\n"
        "def used(): return LIMIT\n"
        "def dead(): pass\n"
        "def documented(): pass\n"
        "class Thing:\n"
        "    def shown(self): pass\n"
        "    def hidden(self): pass\n"
    )
    (package / "b.py").write_text("from package import a\nfrom package.a import Thing\na.used()\nThing().shown()\n")
    dead = unnamed(sorted(package.glob("*.py")), [], "call `documented`", tmp_path)
    assert dead == ["package/a.py:1: UNUSED", "package/a.py:3: dead", "package/a.py:7: Thing.hidden"]
