"""What the README and the write-ups claim: the example prints what it says, the numbers are the committed ones."""

import re
from pathlib import Path

import pytest

from training.readme import PAGES, ROOT, render

README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_examples_print_what_the_page_says_and_the_tables_are_the_measured_ones(page):
    text = (ROOT / page).read_text("utf-8")
    assert render(page, text) == text


def test_the_commands_name_what_exists():
    for path in re.findall(r"(?:launch|python) ((?:training|examples)/\S+\.py)", README):
        assert (ROOT / path).is_file(), path
    for path in re.findall(r"--config (\S+\.json)", README):
        assert (ROOT / path).is_file(), path


def test_no_file_is_too_large_for_spaces():
    for folder in ("srlclip", "training", "tests", "docs", "results", "examples"):
        for path in Path(ROOT / folder).rglob("*"):
            assert not path.is_file() or path.stat().st_size < 10_000_000, path
