"""HTML of a blind vote: two unnamed columns, then who was who, and the tally. Pure functions.

What is drawn before the vote is the same whichever model stands where: no name, mark, colour, score, rank change or id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from srlclip.app.session.votes import RULE, Vote, left_model, tally, vote_json
from srlclip.app.ui.parts.format import NAMES, esc, model_name, page, said
from srlclip.app.ui.parts.media import Shot
from srlclip.app.ui.results.downloads import json_file, link, to_csv
from srlclip.app.ui.results.player import video_tag
from srlclip.results import MODELS, Both, Hit, PairInfo, to_json

#: Clips of each column, and what a vote is called on its button.
TOP = 5
BUTTONS = {"left": "◀ Left fits better", "right": "Right fits better ▶", "both": "Both fit", "neither": "Neither fits"}
PREFERRED = {**NAMES, "both": "both", "neither": "neither"}


@dataclass(frozen=True)
class Ballot:
    """A query, and what each model puts first. seed, number: draw the sides (votes.left_model)."""

    query: str
    seed: str
    number: int
    hits: Both[tuple[Hit, ...]]

    @property
    def sides(self) -> tuple[str, str]:
        """The models on the left and on the right."""
        left = left_model(self.seed, self.number, self.query)
        return left, next(model for model in MODELS if model != left)

    @property
    def top(self) -> Both[tuple[str, ...]]:
        """What is shown of each model, as a vote keeps it."""
        return self.hits.map(lambda hits: tuple(f"{hit.clip_id}, event {hit.event_index + 1}" for hit in hits))

    @property
    def alike(self) -> bool:
        """Whether both columns show the same, so that there is nothing to vote on."""
        return self.top.base == self.top.adapted


def ballot_html(ballot: Ballot, shot: Callable[..., Shot], vote: Vote | None = None) -> str:
    """The query over both columns; with their names once there is a vote."""
    both = "".join(
        _column(side, ballot.hits[model], shot, model if vote else None)
        for side, model in zip(("Left", "Right"), ballot.sides, strict=True)
    )
    said_so = _outcome(ballot, vote) if vote else '<p class="sc-soft">Hover or focus a picture to play it.</p>'
    return page(
        f'<p class="sc-verdict">“{said(ballot.query, 300)}”</p>{said_so}<div class="sc-columns">{both}</div>',
        scope=True,
    )


def _column(side: str, hits: Sequence[Hit], shot: Callable[..., Shot], model: str | None) -> str:
    name = f"{side}: {model_name(model)}" if model else side
    cards = "".join(_card(place, shot(hit.clip_id, hit.event_index)) for place, hit in enumerate(hits, 1))
    marked = f" sc-c-{model}" if model else " sc-blind"
    return (
        f'<section class="sc-column{marked}" aria-label="{side} ranking"><header><h2>{name}</h2></header>'
        f'<ol class="sc-ballot">{cards}</ol></section>'
    )


def _card(place: int, shot: Shot) -> str:
    return (
        f'<li><button type="button" class="sc-card sc-blind-card" aria-label="Place {place}: play">'
        f'<span class="sc-rank">{place}</span>{video_tag(shot, main=False, label="")}</button></li>'
    )


def _outcome(ballot: Ballot, vote: Vote) -> str:
    left, right = ballot.sides
    chosen = {"both": "You found both alike good", "neither": "You found neither good"}.get(vote.answer)
    chosen = chosen or f"You preferred {model_name(vote.preferred)}"
    return (
        f'<p class="sc-notice" role="status">{chosen}. Left was {model_name(left)}, right was {model_name(right)}.</p>'
    )


def tally_html(info: PairInfo, votes: Sequence[Vote]) -> str:
    """How often which model is preferred, what that says, and the votes as files."""
    if not votes:
        return page('<p class="sc-soft">No votes yet. The tally stands here after the first one.</p>')
    made = tally(votes)
    lead = "No vote has preferred one model yet, so there is no estimate."
    if made.probability is not None and made.low is not None and made.high is not None:
        lead = (
            f"SRL-CLIP is preferred with probability <strong>{made.probability:.2f}</strong> [{made.low:.2f}, {made.high:.2f}]"
            f"{'' if made.low > 0.5 or made.high < 0.5 else ', so these votes do not tell the models apart'}."
        )
    count = f"{len(votes)} {'vote' if len(votes) == 1 else 'votes'}"
    tiles = "".join(
        f'<div class="sc-tile sc-c-{m}">{model_name(m)}<strong>{n}</strong><span class="sc-soft">of {count}</span></div>'
        for m, n in zip(MODELS, (made.losses, made.wins), strict=True)
    )
    return page(
        f'<section class="sc-panel"><h2>Tally</h2><p>{lead} Ties: {made.ties} of {count}.</p>'
        f'<div class="sc-tiles sc-tally">{tiles}</div>'
        '<p class="sc-soft">Bradley-Terry with ties as Davidson (1970) has them: "both" and "neither" say how alike the models '
        "are, and do not count for either. Probability and 95 % interval (Wilson) are of the votes that prefer one. They are "
        "one visitor's votes on queries whose two lists differ.</p>"
        f'<div class="sc-actions">{_files(info, votes)}</div></section>'
    )


def _files(info: PairInfo, votes: Sequence[Vote]) -> str:
    body = {"rule": RULE, "estimate": to_json(tally(votes)), "votes": [vote_json(vote) for vote in votes]}
    columns = ("number", "query", "left", "answer", "preferred", "when", "seed", *(f"{m}_top" for m in MODELS))
    rows = [
        (v.number, v.query, NAMES[v.left], v.answer, PREFERRED[v.preferred], v.when, v.seed, *map("; ".join, v.top))
        for v in votes
    ]
    return link(
        "srlclip_votes.json", "application/json", json_file(info, "blind_votes", body), "Save the votes (JSON)"
    ) + link("srlclip_votes.csv", "text/csv", to_csv(info, columns, rows, rule=RULE), "Save the votes (CSV)")


def intro_html() -> str:
    """What this is, in a line or two."""
    return page(
        "<p>Which list fits the query better? Both models answer, unnamed, in an order drawn by chance. Names after the vote.</p>"
        f'<p class="sc-soft">The order is drawn thus: {esc(RULE)}. The seed is secret until you save the votes.</p>'
    )
