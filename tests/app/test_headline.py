"""The first line of the page: equal to the results file to the digit, wins and losses alike, none for another pair."""

import json
import re
from pathlib import Path

from srlclip.app.ui.results.headline import METRICS, headline, source

FILE = Path(__file__).resolve().parents[2] / "results" / "mini_pair.json"


def text(html: str) -> str:
    return re.sub("<[^>]+>", "", html)


def results(**means: tuple[float, float]) -> dict:
    table = {
        m: {"base": {"mean": a}, "adapted": {"mean": b}} for m, (a, b) in zip(METRICS, means.values(), strict=True)
    }
    return {"tables": {"plain": table}}


def test_the_line_is_the_results_file_to_the_digit():
    committed = json.loads(FILE.read_text("utf-8"))
    line, table = text(headline(committed)), next(iter(committed["tables"].values()))
    for metric, words in METRICS.items():
        row = table[metric]
        assert f"{words} {row['base']['mean']} → {row['adapted']['mean']}" in line
    assert committed["commit"] in source(committed) and committed["date"][:10] in source(committed)


def test_gains_come_first_and_losses_are_called_losses():
    line = text(headline(results(a=(10.0, 20.0), b=(5.0, 5.0), c=(9.5, 8.25))))
    assert line.index("gains event") < line.index("keeps verb") < line.index("loses nouns 9.5 → 8.25")
    assert "gains" not in text(headline(results(a=(2.0, 1.0), b=(2.0, 1.0), c=(2.0, 1.0))))


def test_a_pair_without_the_measurement_has_no_line():
    assert headline(None) == headline({"tables": {}}) == headline({"tables": {"x": {"R@1": {}}}}) == source(None) == ""
