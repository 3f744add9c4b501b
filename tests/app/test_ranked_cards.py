"""A search as HTML: the verdict, ranks of the target, ties, a model that failed, the chips of the examples."""

import re

from fake_results import hits

from srlclip.app.ui.parts.media import Shot
from srlclip.app.ui.results import search
from srlclip.results import Both, Hit, SearchResult


def test_verdict_names_both_ranks_of_the_target():
    text = re.sub(
        "<[^>]+>", "", search.verdict(SearchResult("q", Both(hits("a", "b"), hits("b", "a", gains=True)), "b"))
    )
    assert text.startswith("Target clip: Base CLIP rank 2 → SRL-CLIP rank 1")


def test_free_text_implies_no_winner_and_truncation_is_stated():
    text = search.verdict(SearchResult("q", Both(hits("a", "b"), hits("b", "a")), None, tokens=90, truncated=True))
    assert "overlap" in text and "neither model is called right" in text and "first 77 of its 90 tokens" in text


def test_late_target_is_appended_once_with_its_rank():
    ids = [f"c{i}" for i in range(40)]
    column = search.column(SearchResult("q", Both(hits(*ids), hits(*ids)), "c36"), "base", Shot)
    assert column.count("sc-card") == 6 and column.count("✓ target") == 1 and "rank 37" in column


def test_tied_target_inside_the_first_five_is_not_shown_twice():
    tied = tuple(Hit(f"c{i}", 7, 0.5) for i in range(7))
    assert search.column(SearchResult("q", Both(tied, tied), "c4"), "base", Shot).count('data-sc-clip="c4"') == 1


def test_one_failed_model_leaves_the_other_column():
    page = search.columns(SearchResult("q", Both(hits("a"), ()), None, failures=("SRL-CLIP failed: x",)), Shot)
    assert 'data-sc-clip="a"' in page and "SRL-CLIP failed: x" in page and "SRL-CLIP gave no result" in page


def test_example_chips_show_whole_queries_in_the_given_order():
    page = search.chips(["z" * 100, "<b>"])
    assert "z" * 100 in page and "&lt;b&gt;" in page and page.index('example="0"') < page.index('example="1"')
