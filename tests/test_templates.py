"""Texts in files beside the code: blocks are found, what is missing is named, and installations have the files."""

import json
import re
from pathlib import Path

import pytest

from srlclip.templates import blocks, fill

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "t.md"
    path.write_text(
        "For editors: $ and { are free here.\n\n<!-- a -->\n\nOne $x,\n$$2\n\n<!-- b.c -->\n{two}\n", "utf-8"
    )
    return path


def test_a_block_is_filled_and_loses_the_blank_lines_around_it(texts):
    assert fill(texts, "a", x=1, unused=2) == "One 1,\n$2" and fill(texts, "b.c") == "{two}"


def test_what_is_missing_is_named(texts, tmp_path):
    with pytest.raises(ValueError, match=r"t.md has no block 'c'; it has a, b.c"):
        fill(texts, "c")
    with pytest.raises(ValueError, match=r"t.md, block a: no value for \$x"):
        fill(texts, "a")
    (tmp_path / "twice.md").write_text("<!-- a -->\n1\n<!-- a -->\n2\n", "utf-8")
    with pytest.raises(ValueError, match="two blocks named a"):
        blocks(tmp_path / "twice.md")


def test_every_template_is_packaged():
    settings = (ROOT / "pyproject.toml").read_text("utf-8").split("[tool.setuptools.package-data]")[1].split("\n[")[0]
    patterns = {name: json.loads(value) for name, value in re.findall(r"^(\w+) = (\[.*\])$", settings, re.MULTILINE)}
    for package in ("srlclip", "training"):
        packaged = {path for pattern in patterns[package] for path in (ROOT / package).glob(pattern)}
        assert set((ROOT / package).rglob("*.md")) <= packaged
