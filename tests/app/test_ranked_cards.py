"""A search as HTML: the verdict, ranks of the target, ties, a model that failed, the chips of the examples."""

import re

from fake_results import hits

from srlclip.app.ui.parts.media import Shot
from srlclip.app.ui.results import facts, search
from srlclip.app.ui.results.downloads import search_json
from srlclip.comparison.explained import explain_search
from srlclip.language.facts import Facts
from srlclip.language.known_words import NO_WORDS, QueryWords
from srlclip.results import Both, Example, Hit, SearchResult
from srlclip.situations import Event, Role, Situation


def test_verdict_names_both_ranks_of_the_target():
    text = re.sub(
        "<[^>]+>", "", search.verdict(SearchResult("q", Both(hits("a", "b"), hits("b", "a", gains=True)), "b"))
    )
    assert text.startswith("Target clip: Base CLIP rank 2 → SRL-CLIP rank 1")


def test_free_text_implies_no_winner_and_truncation_is_stated():
    text = search.verdict(SearchResult("q", Both(hits("a", "b"), hits("b", "a")), None, tokens=90, truncated=True))
    assert "overlap" in text and "target" not in text and "first 77 of its 90 tokens" in text


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


def test_example_chips_are_few_words_in_the_given_order_and_keep_the_whole_query():
    page = search.chips([("push", "z" * 100), ("<b>", "q")])
    assert f'title="{"z" * 100}"' in page and "&lt;b&gt;" in page
    assert page.index('example="0"') < page.index('example="1"')


def event(verb: str, agent: str, patient: str = "", manner: str = "") -> Event:
    roles = (("Arg0", agent), ("Arg1", patient), ("AMnr", manner))
    return Event(verb, f"{verb}.01", tuple(Role(key, key, filler) for key, filler in roles if filler))


def test_a_chip_says_who_does_what_to_whom_or_how_its_query_begins():
    told = event("push", "woman in blue", "robot in red", "slowly")
    assert facts.chip_label(Example("a woman pushes a robot", "c", 0), told) == "woman pushes robot"
    assert facts.chip_label(Example("q", "c", 0, True), event("walk", "a man", "", "slowly")) == "man walks slowly"
    assert facts.chip_label(Example("short"), None) == "short" and len(facts.chip_label(Example("x" * 90), None)) == 34


CLIPS = {
    "a": Situation("a", None, (event("push", "man"),)),
    "b": Situation("b", None, (event("pull", "king", "", "slowly"),)),
    "bare": Situation("bare", None, ()),
}


def explained(result: SearchResult, words: QueryWords = NO_WORDS, **asked: str):
    return explain_search(result, Facts(**asked), CLIPS.__getitem__, lambda event: f"Someone {event.lemma}s.", words)


def test_a_card_says_what_happens_and_marks_each_asked_fact_by_sign_and_word():
    result = SearchResult("q", Both(hits("a", "b"), hits("b", "a", gains=True)))
    page = search.columns(result, Shot, explained=explained(result, verb="push", agent="king", manner="slowly"))
    first = page[page.index('data-sc-clip="a"') : page.index('data-sc-clip="b"')]
    assert "Someone pushs" in first and "<i>✓</i>verb" in first and "<i>✗</i>agent" in first
    assert "<i>–</i>manner" in first and 'aria-label="agent wrong: man"' in first
    assert "direction" not in page, "what was not asked for is not marked"
    assert page.count('data-sc-like="0"') == 4 and page.count("aria-current=true") == 1


def test_the_verdict_names_the_first_right_verb_and_where_all_is_right():
    result = SearchResult("q", Both(hits("a", "b"), hits("b", "a", gains=True)))
    text = re.sub("<[^>]+>", "", search.verdict(result, explained(result, verb="pull", agent="king")))
    assert "right verb first at rank 2 → 1; all 2 facts at 2 → 1" in text
    text = re.sub("<[^>]+>", "", search.verdict(result, explained(result, verb="pull", agent="man")))
    assert "right verb first at rank 2 → 1; all 2 facts nowhere" in text


def test_what_cannot_be_judged_is_said():
    result = SearchResult("q", Both(hits("bare"), hits("bare")))
    assert "no labels here" in search.verdict(result, explained(result, verb="push"))
    page = search.columns(result, Shot, explained=explained(result, verb="push"))
    assert ">bare<" in re.sub("</?bdi>", "", page) and "sc-facts" not in page
    result = SearchResult("q", Both(hits("a"), hits("a")))
    assert "no fact can be read from it, so hits are not marked" in search.verdict(result, explained(result))
    assert "no clip here has the verb" in search.verdict(result, explained(result, verb="fly"))


def test_words_that_are_known_and_words_that_are_not_are_told_apart():
    result = SearchResult("q", Both(hits("a"), hits("a")))

    def told(known: tuple = (), unknown: tuple = (), **asked: str) -> str:
        return re.sub("<[^>]+>", "", search.verdict(result, explained(result, QueryWords(known, unknown), **asked)))

    both = told(("man",), (("refrigerator", ""), ("drnk", "drink")))
    assert "known words: man; not in the lexicon: refrigerator, drnk (did you mean drink?), so hits" in both
    assert "no word of it is in the lexicon: zzz, so hits are not marked" in told((), (("zzz", ""),))
    assert "known words: push, pull, but no single verb" in told(("push", "pull"))
    read = told(("push",), (("fridge", ""),), verb="push")
    assert "right verb first at rank 1 → 1; known words: push; not in the lexicon: fridge" in read
    assert "lexicon" not in told(("push",), (), verb="push")
    assert "&lt;b&gt;" in search.verdict(result, explained(result, QueryWords((), (("<b>", "<i>"),))))


def test_the_file_tells_them_too():
    result = SearchResult("q", Both(hits("a"), hits("a")))
    made = search_json(result, explained=explained(result, QueryWords(("man",), (("drnk", "drink"),))))
    assert made["words"] == {"known": ["man"], "unknown": {"drnk": "drink"}}
