"""CONTRIBUTING.md is true: its tree is the repository's, what it names exists, and its hooks are CI's."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_its_tree_has_every_folder_of_code_and_no_other():
    tree = re.search(r"## The tree\n.*?```text\n(.*?)```", PAGE, re.DOTALL)[1].splitlines()
    named = [line.split()[0].rstrip("/") for line in tree]
    there = {
        path.parent.relative_to(ROOT).as_posix()
        for folder in ("srlclip", "training", "benchmarks", "tests")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert len(named) == len(set(named)) and set(named) == there


def test_every_path_and_registry_that_it_names_exists():
    paths = re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?\w)`|`([\w.-]+(?:/[\w.-]+)*/)`", PAGE)
    paths = {a or b for a, b in paths}
    paths = {p for p in paths if "/" in p or p.endswith((".py", ".md"))}
    assert len(paths) > 25 and not [p for p in paths if not (ROOT / p).exists()]
    for registry, path in re.findall(r"`([A-Z]{3,})`\s+(?:in|of)\s+`([\w/]+\.py)`", PAGE):
        assert re.search(rf"^{registry}\b", (ROOT / path).read_text("utf-8"), re.MULTILINE), (registry, path)


def test_its_commands_name_what_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for path in re.findall(r"python (\w+/\S+\.py)|^(\.\w+/\w+)", PAGE, re.MULTILINE):
        assert (ROOT / (path[0] or path[1])).is_file(), path
    for target in re.findall(r"^make ([\w-]+)", PAGE, re.MULTILINE):
        assert f"\n{target}:" in makefile, target


def test_the_hooks_run_ruff_at_the_pinned_version():
    (ruff,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    pin = re.search(r"^ruff==(\S+)$", (ROOT / "requirements-dev.txt").read_text("utf-8"), re.MULTILINE)[1]
    assert ruff["rev"] == f"v{pin}" and ruff["repo"].endswith("astral-sh/ruff-pre-commit")
    assert [hook["id"] for hook in ruff["hooks"]] == ["ruff-check", "ruff-format"]
