"""The plots that the gallery's tabs and a visitor's own clips share: what they say, and the numbers in their files."""

import base64
import csv
import io
import re
from dataclasses import replace

import pytest
from fake_comparison import FakeComparison

from srlclip.app.ui.results.plots import best_events, negative_margins, over_events, rank_change
from srlclip.results import Both, Timeline

CURVE = Timeline("clip", "=1+1", ((0.0, 2.0), (2.0, 4.0), (4.0, 6.0)), Both((0.1, 0.3, 0.3), (0.5, 0.2, -0.1)))


@pytest.fixture(scope="module")
def comparison():
    return FakeComparison(None, 3)


def table(html):
    """Header and rows of the CSV that a plot's block carries."""
    data = re.search(r'href="data:text/csv[^,]*;base64,([^"]+)"', html).group(1)
    rows = list(csv.reader(io.StringIO(base64.b64decode(data).decode("utf-8-sig"))))
    return rows[0], rows[1:]


def test_the_best_event_is_the_first_of_equals_and_a_silent_model_is_left_out():
    assert (CURVE.best("base"), CURVE.best("adapted")) == (1, 0)
    assert best_events(CURVE) == "Base CLIP event 2 (0.300), SRL-CLIP event 1 (0.500)"
    silent = replace(CURVE, scores=Both((), CURVE.scores.adapted))
    assert silent.best("base") is None and best_events(silent) == "SRL-CLIP event 1 (0.500)"


@pytest.mark.parametrize("heat", [False, True])
def test_curves_and_strips_carry_a_row_per_event(comparison, heat):
    html = over_events(comparison.info, replace(CURVE, scores=Both(CURVE.scores.base, ())), heat=heat)
    header, rows = table(html)
    cells = [dict(zip(header, row, strict=True)) for row in rows]
    assert [cell["base_cosine"] for cell in cells] == ["0.1", "0.3", "0.3"]
    assert {cell["srl_clip_cosine"] for cell in cells} == {""} and cells[2]["start"] == "4.0"
    assert all(cell["query"] == "'=1+1" for cell in cells), "a formula could run in a spreadsheet"
    assert all(f"{kind}</a>" in html for kind in ("SVG", "PNG", "CSV")) and "Best event: Base CLIP event 2" in html


def test_rank_changes_need_both_models_and_say_where_the_target_went(comparison):
    found = comparison.search("a red robot", comparison.clip_ids()[0])
    html = rank_change(comparison.info, found)
    header, rows = table(html)
    at = header.index("clip"), header.index("base_rank"), header.index("srl_clip_rank")
    before = {hit.clip_id: hit.rank for hit in found.hits.base}
    assert [[row[i] for i in at] for row in rows] == [
        [hit.clip_id, str(before[hit.clip_id]), str(hit.rank)] for hit in found.hits.adapted
    ]
    assert f"Target: rank {found.target_rank('base')} to {found.target_rank('adapted')}." in html
    assert "target" not in rank_change(comparison.info, replace(found, target=None)).lower()
    assert rank_change(comparison.info, replace(found, hits=Both((), found.hits.adapted))) == ""


def test_margins_stand_in_the_order_of_the_negatives(comparison):
    clip = comparison.clip_ids()[0]
    score = comparison.score(clip, 0, "a red robot", comparison.negatives(clip, 0, ("verb_role", "noun")))
    header, rows = table(negative_margins(comparison.info, score))
    at = header.index("negative"), header.index("base_margin")
    assert [(row[at[0]], float(row[at[1]])) for row in rows] == [
        (n.caption.text, pytest.approx(n.margin.base, abs=1e-6)) for n in score.negatives
    ]
    assert negative_margins(comparison.info, replace(score, negatives=())) == ""
