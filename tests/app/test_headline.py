"""The first line of the page: the results files to one decimal, wins and losses alike, the largest first; none for another pair."""

import json
import re
from pathlib import Path

from srlclip.app.ui.results.headline import FORGOTTEN, METRICS, headline, source

RESULTS = Path(__file__).resolve().parents[2] / "results"


def text(html: str) -> str:
    return re.sub("<[^>]+>", "", html)


def results(**means: tuple[float, float]) -> dict:
    table = {
        m: {"base": {"mean": a}, "adapted": {"mean": b}} for m, (a, b) in zip(METRICS, means.values(), strict=True)
    }
    return {"tables": {"plain": table}}


def committed(name: str) -> dict:
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def test_the_line_is_the_results_files_to_one_decimal():
    main, forgetting = committed("mini_pair"), committed("forgetting")
    line, table = text(headline(main, forgetting)), next(iter(main["tables"].values()))
    rows = [(words, table[metric]) for metric, words in METRICS.items()]
    rows += [(words, forgetting["tables"][place]["scene, zero-shot"]) for place, words in FORGOTTEN.items()]
    for (words, _), row in rows:
        assert f"{words} {row['base']['mean']:.1f}→{row['adapted']['mean']:.1f}%" in line
    for file in (main, forgetting):
        assert file["commit"] in source(main, forgetting) and file["date"][:10] in source(main, forgetting)


def test_gains_come_first_and_the_largest_loss_before_other_losses():
    line = text(headline(committed("mini_pair"), committed("forgetting")))
    loss = line.index("loses most naming unseen scenes 99.3→28.5%, seen 99.7→66.0%")
    assert line.index("gains") < loss < line.index("noun")


def test_gains_come_first_and_losses_are_called_losses():
    line = text(headline(results(a=(10.0, 20.0), b=(5.0, 5.0), c=(9.5, 8.31))))
    assert line.index("gains right event") < line.index("keeps true verb")
    assert line.index("keeps true verb") < line.index("loses true noun beats false 9.5→8.3%")
    assert "gains" not in text(headline(results(a=(2.0, 1.0), b=(2.0, 1.0), c=(2.0, 1.0))))


def test_what_looks_equal_is_no_gain():
    line = text(headline(results(a=(10.01, 10.04), b=(5.0, 5.0), c=(9.5, 9.5))))
    assert "keeps right event" in line and "gains" not in line and "loses" not in line


def test_a_measure_is_said_in_plain_words():
    html = headline(committed("mini_pair"), committed("forgetting"))
    assert "right event first (R@1)" in html and "true verb beats 4 false" in html and "true noun beats false" in html
    for meaning in ("verb negatives", "nouns", "adaptation never showed"):
        assert re.search(f'title="[^"]*{meaning}', html)


def test_a_pair_without_the_measurement_has_no_line():
    assert headline(None) == headline({"tables": {}}) == headline({"tables": {"x": {"R@1": {}}}}) == source(None) == ""
