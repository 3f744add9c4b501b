"""The README and the results page name the largest loss with the figures of its measurement."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TABLES = json.loads((ROOT / "results" / "forgetting.json").read_text("utf-8"))["tables"]


@pytest.mark.parametrize("page", ["README.md", "docs/results.md"])
@pytest.mark.parametrize("place", ["outside", "inside"])
def test_scenes_named_before_and_after_adaptation_are_told(page, place):
    text = (ROOT / page).read_text("utf-8")
    row = TABLES[place]["scene, zero-shot"]
    for model in ("base", "adapted"):
        assert f"{row[model]['mean']:.1f}" in text


def test_the_forgotten_scenes_are_the_largest_loss_of_what_is_measured_there():
    falls = {
        (p, m): row["adapted"]["mean"] - row["base"]["mean"] for p, rows in TABLES.items() for m, row in rows.items()
    }
    assert min(falls, key=falls.get) == ("outside", "scene, zero-shot")
