"""Blind votes of one visitor: which of two unnamed rankings fits a query better, and by what rule the sides were drawn.

A vote's sides follow from the session's secret seed, the number of the vote and the query alone. The seed stands in the
file that is saved, so that anybody can check that no side was chosen; before the vote it never leaves the server.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from srlclip.app.session.plain_json import build, plain
from srlclip.app.session.values import Models
from srlclip.evaluation.metrics.preference import Preference, davidson
from srlclip.results import MODELS, Both

#: What a visitor may answer, and how many votes a session keeps.
ANSWERS, MAX_VOTES = ("left", "right", "both", "neither"), 500
RULE = "left is SRL-CLIP if the last bit of sha256('SEED|NUMBER|QUERY' in UTF-8) is 1, else Base CLIP"


def left_model(seed: str, number: int, query: str) -> str:
    """Which model stands on the left: RULE. number: of the vote in its session, from 1."""
    return MODELS[hashlib.sha256(f"{seed}|{number}|{query}".encode()).digest()[-1] & 1]


@dataclass(frozen=True)
class Vote:
    """answer: one of ANSWERS. top: per model the clips that were shown, best first, as "clip id, event N" from 1.

    when: UTC, ISO 8601. seed, number: what `left_model` makes of them with the query is who stood on the left.
    """

    query: str
    number: int
    seed: str
    answer: str
    when: str
    top: Both[tuple[str, ...]]

    @property
    def left(self) -> str:
        return left_model(self.seed, self.number, self.query)

    @property
    def preferred(self) -> str:
        """One of MODELS, or "both" or "neither"."""
        if self.answer not in ("left", "right"):
            return self.answer
        other = next(model for model in MODELS if model != self.left)
        return self.left if self.answer == "left" else other


@dataclass(frozen=True)
class Cast:
    """A vote and the models that it compared."""

    models: Models
    vote: Vote


@dataclass
class Votes:
    """A session's votes, the newest last. Safe for threads."""

    seed: str = field(default_factory=lambda: secrets.token_hex(16))
    _cast: list[Cast] = field(default_factory=list)
    _draws: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def all(self) -> tuple[Cast, ...]:
        return tuple(self._cast)

    @property
    def next_number(self) -> int:
        """Of the vote to come, unlike any that this seed has drawn sides for."""
        return 1 + max((cast.vote.number for cast in self._cast), default=0)

    def next_draw(self) -> int:
        """How many queries were drawn, this one included: a query that is passed over does not come again at once."""
        with self._lock:
            self._draws += 1
            return self._draws

    def cast(self, models: Models, query: str, number: int, answer: str, top: Both[tuple[str, ...]]) -> Cast:
        """Keep a vote. Raises ValueError for another answer, for a number that was voted on, and beyond MAX_VOTES."""
        if answer not in ANSWERS:
            raise ValueError(f"The vote is {answer[:40]!r}; allowed: {', '.join(ANSWERS)}.")
        with self._lock:
            if len(self._cast) >= MAX_VOTES:
                raise ValueError(f"{MAX_VOTES} votes are kept, the most of a session. Save them and open a new page.")
            if number != self.next_number:
                raise ValueError("This query is not open for a vote any more. Take the next one.")
            when = datetime.now(timezone.utc).isoformat(timespec="seconds")
            self._cast.append(Cast(models, Vote(query, number, self.seed, answer, when, top)))
            return self._cast[-1]

    def replace(self, cast: Iterable[Cast]) -> None:
        """Become what a file holds; sides that come are drawn with this session's seed."""
        with self._lock:
            self._cast = list(cast)[-MAX_VOTES:]

    def of(self, models: Models) -> tuple[Vote, ...]:
        """Those that compared these weights."""
        return tuple(cast.vote for cast in self._cast if cast.models.same_as(models))


def tally(votes: Iterable[Vote]) -> Preference:
    """How often SRL-CLIP is preferred; "both" and "neither" are ties."""
    names = [vote.preferred for vote in votes]
    wins, losses = (names.count(model) for model in ("adapted", "base"))
    return davidson(wins, losses, len(names) - wins - losses)


def vote_json(vote: Vote) -> dict[str, Any]:
    """A vote for files: what was kept, and what follows from it."""
    return {**plain(vote), "left": vote.left, "preferred": vote.preferred}


def read_vote(value: Any, where: str) -> Vote:
    """What vote_json wrote. Raises ValueError, also where sides and answer do not follow from seed, number and query."""
    derived = ("left", "preferred")
    if not isinstance(value, dict) or any(name not in value for name in derived):
        raise ValueError(f"{where} must be an object with {' and '.join(derived)}")
    vote = build(Vote, {name: entry for name, entry in value.items() if name not in derived}, where)
    try:
        datetime.fromisoformat(vote.when).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise ValueError(f"{where}.when must be a date and time, ISO 8601") from None
    if vote.answer not in ANSWERS or vote.number < 1:
        raise ValueError(f"{where} must have a number from 1 and one of {', '.join(ANSWERS)} as its answer")
    if (value["left"], value["preferred"]) != (vote.left, vote.preferred):
        raise ValueError(f"{where} names another side than its seed, number and query give")
    return vote


def checked_numbers(cast: Iterable[Cast]) -> tuple[Cast, ...]:
    """Votes of a file, if no two of one seed have the same number. Raises ValueError."""
    kept = tuple(cast)
    if len({(each.vote.seed, each.vote.number) for each in kept}) < len(kept):
        raise ValueError("two of its votes have the same number")
    return kept
