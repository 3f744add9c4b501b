"""What a decoder reads in an event: ranked verbs and a filler per role, each with a confidence."""

from __future__ import annotations

from dataclasses import dataclass

from . import prompts
from .lexicon import Lexicon
from .situations import Event, Role


@dataclass(frozen=True)
class Guess:
    """A filler and how sure the decoder is of it, in [0, 1]; the decoder says what that number is."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Reading:
    """One event as a model reads it. verbs: best first, (verb_id, share). fillers: role key -> Guess."""

    verbs: tuple[tuple[str, float], ...]
    fillers: dict[str, Guess]


def sentence(reading: Reading, lexicon: Lexicon) -> str:
    """The reading as one natural sentence: the best verb with what was read for those of its roles that were asked."""
    verb = reading.verbs[0][0]
    roles = tuple(Role(k, n, reading.fillers[k].text) for k, n in lexicon.roles(verb) if k in reading.fillers)
    return prompts.caption(Event(lexicon.verb(verb), verb, roles), "natural").text
