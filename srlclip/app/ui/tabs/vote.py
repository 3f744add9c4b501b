"""Blind vote: a query, two unnamed rankings in random order, a vote, then the names; a tally kept in the visitor's session.

There is no JSON endpoint on purpose: one that told the order would end the blindness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr
import numpy as np

from srlclip.app.session.session import Session
from srlclip.app.session.store import SessionStore
from srlclip.app.session.values import models_of
from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import notice
from srlclip.app.ui.parts.inputs import checked_query
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results.ballot import BUTTONS, TOP, Ballot, ballot_html, intro_html, tally_html
from srlclip.app.ui.tab import FREE, MODEL, Drawn, PageContext, Renewal, Tab
from srlclip.results import SearchResult

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

WAITING = "The first query is drawn when this tab is opened."
#: Queries that are tried until both lists differ.
TRIES = 40


class Handlers:
    """What the tab's events do, as ordinary functions of what the page sends."""

    def __init__(self, comparison: Comparison, media: Media, store: SessionStore):
        self.comparison, self.media, self.store = comparison, media, store

    def begin(self, token: str, page: str | None) -> tuple[str, Session]:
        """The visitor's session and its token; new ones if there are none."""
        session = self.store.get(token)
        if session is None:
            token = self.store.open(page)
            session = self.store.get(token)
        assert session is not None
        return token, session

    def draw(self, token: str, page: str | None) -> tuple:
        """(token, ballot, columns, tally): a query of the gallery that this session has not voted on, drawn by its seed."""
        token, session = self.begin(token, page)
        number, seed = session.votes.next_number, session.votes.seed
        rng = np.random.default_rng([int(seed, 16), session.votes.next_draw()])
        seen = {cast.vote.query for cast in session.votes.all}
        for _ in range(TRIES):
            query = drawn_query(self.comparison, rng)
            if query in seen:
                continue
            ballot = made_ballot(self.comparison.search(query), seed, number)
            if not ballot.alike:
                return token, ballot, ballot_html(ballot, self.media.shot), self.tally(session)
        raise ValueError(f"Of {TRIES} drawn queries none gave two lists that differ. Type a query of your own.")

    def typed(self, token: str, page: str | None, query: str | None) -> tuple:
        """As `draw`, for a query that was typed. Raises ValueError for an empty one, or if there is nothing to vote on."""
        text = checked_query(query)
        token, session = self.begin(token, page)
        ballot = made_ballot(self.comparison.search(text), session.votes.seed, session.votes.next_number)
        if ballot.alike:
            raise ValueError("Both models list the same clips in the same order, so there is nothing to vote on.")
        return token, ballot, ballot_html(ballot, self.media.shot), self.tally(session)

    def vote(self, token: str, ballot: Ballot | None, answer: str) -> tuple:
        """(no ballot, columns with names, tally). Raises ValueError without a query, or if it was voted on."""
        session = self.store.get(token)
        if session is None or ballot is None or ballot.seed != session.votes.seed:
            raise ValueError("There is no query to vote on. Take the next one.")
        cast = session.votes.cast(models_of(self.comparison), ballot.query, ballot.number, answer, ballot.top)
        return None, ballot_html(ballot, self.media.shot, cast.vote), self.tally(session)

    def tally(self, session: Session | None) -> str:
        """Of the votes on this page's models."""
        return tally_html(self.comparison.info, session.votes.of(models_of(self.comparison)) if session else ())


def drawn_query(comparison: Comparison, rng: np.random.Generator) -> str:
    """The caption of an event of a labelled gallery clip; without labels an example. Raises ValueError if there is neither."""
    clips = comparison.clip_ids()
    for at in rng.permutation(len(clips))[:TRIES]:
        events = comparison.situation(clips[at]).events
        if events:
            return comparison.true_caption(clips[at], int(rng.integers(len(events)))).text
    examples = comparison.examples()
    if not examples or not clips:
        raise ValueError("The gallery has no clips to vote on. Open one that has.")
    return examples[int(rng.integers(len(examples)))].query


def made_ballot(result: SearchResult, seed: str, number: int) -> Ballot:
    """The first TOP of both rankings. Raises ValueError if a model gave none."""
    if not all(result.hits):
        raise ValueError("One of the models gave no result, so there is nothing to compare.")
    return Ballot(result.query, seed, number, result.hits.map(lambda hits: hits[:TOP]))


def build(context: PageContext, place: gr.Tab) -> Drawn:
    """Lay the tab out and wire it; the first visit draws a query. The page's session ends with the tab of its clips."""
    visitor = context.whose()
    token, handlers = visitor.token, Handlers(context.comparison, context.media, visitor.store)
    gr.HTML(intro_html(), js_on_load=None)
    with gr.Row():
        with gr.Column(min_width=320, scale=3):
            own = gr.Textbox(label="A query of your own", submit_btn="Ask both", lines=1, max_lines=3)
        with gr.Column(min_width=200, scale=1):
            following = gr.Button("Next query", min_width=200)
    columns = gr.HTML(notice(WAITING), js_on_load=None)
    with gr.Row():
        buttons = {a: gr.Button(text, min_width=150, interactive=False) for a, text in BUTTONS.items()}
    score = gr.HTML(tally_html(context.comparison.info, ()), js_on_load=None)
    ballot = gr.State(None)  # stays on the server: it knows who stands where
    shown = [token, ballot, columns, score]
    every = list(buttons.values())

    def pressable(yes: bool) -> list:
        return [gr.Button(interactive=yes)] * len(every)

    @user_errors
    def on_draw(mine: str, request: gr.Request) -> tuple:
        return *handlers.draw(mine, request.session_hash), *pressable(True)

    @user_errors
    def on_open(mine: str, current: Ballot | None, request: gr.Request) -> tuple:
        if current is None:
            return *handlers.draw(mine, request.session_hash), *pressable(True)
        tally = handlers.tally(visitor.store.get(mine))  # a file may have brought votes meanwhile
        return mine, current, gr.skip(), tally, *[gr.skip()] * len(every)

    @user_errors
    def on_typed(mine: str, query: str, request: gr.Request) -> tuple:
        return *handlers.typed(mine, request.session_hash, query), *pressable(True)

    def voter(answer: str):
        @user_errors
        def on_vote(mine: str, current: Ballot | None) -> tuple:
            return *handlers.vote(mine, current, answer), *pressable(False)

        return on_vote

    model = {**MODEL, "show_progress_on": columns}
    asked = [
        place.select(on_open, [token, ballot], [*shown, *every], **model),
        following.click(on_draw, token, [*shown, *every], **model),
        own.submit(on_typed, [token, own], [*shown, *every], **model),
    ]
    for answer, button in buttons.items():
        button.click(voter(answer), [token, ballot], [ballot, columns, score, *every], **model)
    for event in asked:
        event.failure(lambda: (None, notice("Nothing to vote on."), *pressable(False)), None, [ballot, columns, *every], **FREE)  # fmt: skip

    def renewed() -> list:
        return [None, notice("The models have changed. Press Next query."), tally_html(context.comparison.info, ()), *pressable(False)]  # fmt: skip

    return Drawn(
        renewal=Renewal([ballot, columns, score, *every], renewed),
    )


TAB = Tab("vote", "Blind vote", build)
