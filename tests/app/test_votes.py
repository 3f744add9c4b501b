"""The blind vote: nothing tells who stands where, sides follow from seed, number and query, votes are kept and come back."""

import json
import re
from dataclasses import replace

import pytest
from fake_comparison import FakeComparison

from srlclip.app.session.saved_file import dump, load, load_votes
from srlclip.app.session.session import Session
from srlclip.app.session.store import SessionStore
from srlclip.app.session.values import models_of
from srlclip.app.session.votes import ANSWERS, MAX_VOTES, RULE, left_model, tally
from srlclip.app.ui.results.ballot import TOP, ballot_html, tally_html
from srlclip.app.ui.tabs import vote
from srlclip.results import MODELS, Both
from srlclip.situations import DataError

TELLS = (
    "base",
    "adapted",
    "srl",
    "clip_",
    "●",
    "◆",
    "data-sc-clip",
    "sc-bar",
    "▲",
    "▼",
    "rank change",
    "sc-c-",
    "score",
)


@pytest.fixture
def handlers(comparison, media):
    return vote.Handlers(comparison, media, SessionStore())


def side_swapped(ballot):
    """The same ballot with the sides exchanged, by another number of the same seed."""
    numbers = range(ballot.number + 1, ballot.number + 60)
    return next(b for n in numbers if (b := replace(ballot, number=n)).sides != ballot.sides)


def test_before_the_vote_the_page_is_the_same_whoever_stands_where(handlers, media):
    token, ballot, shown, _ = handlers.draw("", "page")
    plain = re.sub(r'(src|poster)="[^"]*"', "", shown).lower().replace(ballot.query.lower(), "")
    assert not [word for word in TELLS if word in plain]
    assert shown.count("sc-blind-card") == 2 * TOP
    # exchanged columns are the same markup in the other order: no attribute belongs to a model
    columns = re.findall(r"<ol.*?</ol>", shown)
    assert re.findall(r"<ol.*?</ol>", ballot_html(side_swapped(ballot), media.shot)) == columns[::-1]


def test_the_sides_are_drawn_evenly_by_a_rule_that_anybody_can_check():
    assert left_model("a", 1, "b") == left_model("a", 1, "b")
    assert "sha256" in RULE
    drawn = [left_model("seed", n, "a man runs") for n in range(1, 1001)]
    assert 440 < drawn.count("base") < 560
    assert {left_model(f"s{i}", 1, "q") for i in range(20)} == set(MODELS)


@pytest.mark.parametrize("answer", ANSWERS)
def test_names_come_after_the_vote_and_the_tally_counts_it(handlers, answer):
    token, ballot, _, before = handlers.draw("", "page")
    assert "No votes yet" in before
    gone, shown, after = handlers.vote(token, ballot, answer)
    assert gone is None and "Base CLIP" in shown and "SRL-CLIP" in shown and "Left was" in shown
    cast = handlers.store.get(token).votes.all[0].vote
    left, right = ballot.sides
    assert cast.preferred == {"left": left, "right": right}.get(answer, answer)
    made = tally([cast])
    assert (made.wins, made.losses, made.ties) == {
        "adapted": (1, 0, 0), "base": (0, 1, 0),
    }.get(cast.preferred, (0, 0, 1))  # fmt: skip
    assert "of 1 vote" in after and 'download="srlclip_votes.csv"' in after


def test_a_query_is_voted_on_once_and_only_as_it_was_drawn(handlers):
    token, ballot, _, _ = handlers.draw("", "page")
    handlers.vote(token, ballot, "left")
    for stale in (ballot, None, replace(ballot, seed="0" * 32)):
        with pytest.raises(ValueError, match="Take the next one"):
            handlers.vote(token, stale, "left")
    _, following, _, _ = handlers.draw(token, "page")
    with pytest.raises(ValueError, match="allowed: left, right, both, neither"):
        handlers.vote(token, following, "base")
    assert following.query != ballot.query and following.number == 2


def test_a_typed_query_and_lists_that_are_alike(handlers, comparison, media, monkeypatch):
    assert handlers.typed("", "page", " a man  runs ")[1].query == "a man runs"
    with pytest.raises(ValueError, match="query is empty"):
        handlers.typed("", "page", " ")
    same = comparison.search("a man runs")
    monkeypatch.setattr(comparison, "search", lambda query: replace(same, hits=Both(same.hits.base, same.hits.base)))
    with pytest.raises(ValueError, match="nothing to vote on"):
        handlers.typed("", "page", "a man runs")
    with pytest.raises(ValueError, match="Type a query of your own"):
        handlers.draw("", "page")
    monkeypatch.setattr(comparison, "search", lambda query: replace(same, hits=Both(same.hits.base, ())))
    with pytest.raises(ValueError, match="gave no result"):
        handlers.typed("", "page", "a man runs")
    with pytest.raises(ValueError, match="no clips"):
        vote.Handlers(FakeComparison(None, 0), media, SessionStore()).draw("", None)


def voted(comparison, tmp_path, answers=("left", "right", "both", "neither", "left")) -> Session:
    session = Session(tmp_path)
    for number, answer in enumerate(answers, 1):
        session.votes.cast(
            models_of(comparison), f"query {number}", number, answer, Both(("a, event 1",), ("b, event 2",))
        )
    return session


def test_votes_are_saved_with_the_session_and_come_back(comparison, tmp_path):
    session = voted(comparison, tmp_path)
    text = dump(session.clips, session.results, session.votes.all)
    assert load(text) == ((), ()) and load_votes(text) == session.votes.all
    assert json.loads(text)["version"] == 2 and json.loads(dump((), ()))["version"] == 1
    assert load_votes(dump((), ())) == ()
    opened = Session(tmp_path)
    opened.votes.replace(load_votes(text))
    assert opened.votes.next_number == 6 and opened.votes.seed != session.votes.seed


@pytest.mark.parametrize("change, told", [
    (lambda v: v["vote"].update(left="base" if v["vote"]["left"] == "adapted" else "adapted"), "another side"),
    (lambda v: v["vote"].update(answer="base"), "as its answer"),
    (lambda v: v["vote"].update(number=0), "a number from 1"),
    (lambda v: v["vote"].update(when="yesterday"), "ISO 8601"),
    (lambda v: v["vote"].pop("preferred"), "left and preferred"),
    (lambda v: v.update(models=7), "must be the place"),
    (lambda v: v.update(more=1), "models and vote"),
])  # fmt: skip
def test_a_file_whose_votes_do_not_add_up_is_refused(comparison, tmp_path, change, told):
    session = voted(comparison, tmp_path)
    values = json.loads(dump((), (), session.votes.all))
    change(values["votes"][0])
    with pytest.raises(DataError, match=f"my.json.*{told}"):
        load_votes(json.dumps(values), "my.json")


def test_numbers_repeat_in_no_file_and_there_are_not_too_many_votes(comparison, tmp_path):
    session = voted(comparison, tmp_path)
    twice = dump((), (), (*session.votes.all, session.votes.all[0]))
    with pytest.raises(DataError, match="the same number"):
        load_votes(twice)
    session.votes.replace(session.votes.all * MAX_VOTES)
    with pytest.raises(ValueError, match="Save them"):
        session.votes.cast(models_of(comparison), "q", 99, "left", Both((), ()))


def test_the_tally_says_what_it_estimates_and_counts_this_pair_alone(comparison, tmp_path):
    session = voted(comparison, tmp_path)
    other = replace(models_of(comparison), fingerprint=Both("x", "y"))
    session.votes.cast(other, "query 6", 6, "left", Both((), ()))
    votes = session.votes.of(models_of(comparison))
    assert len(votes) == 5
    shown = tally_html(comparison.info, votes)
    made = tally(votes)
    assert f"{made.probability:.2f}</strong> [{made.low:.2f}, {made.high:.2f}]" in shown and "Davidson" in shown
    assert "Ties: 2 of 5 votes" in shown and "do not tell the models apart" in shown
    assert "no estimate" in tally_html(comparison.info, [v for v in votes if v.preferred == "both"])


def test_queries_of_an_unlabelled_gallery_are_the_examples(comparison):
    import numpy as np

    bare = FakeComparison(None, 3)
    examples = bare.examples()
    bare._clips = {clip: replace(s, events=()) for clip, s in bare._clips.items()}
    bare.examples = lambda: examples
    assert vote.drawn_query(bare, np.random.default_rng(0)) in [e.query for e in examples]


def test_the_order_is_on_no_endpoint(comparison, media):
    from srlclip.app.ui import build_demo

    demo = build_demo(comparison, media=media)
    public = {fn.api_name for fn in demo.fns.values() if fn.api_visibility == "public"}
    assert not [name for name in public if "vote" in name or "ballot" in name] and "search" in public
