"""What an explanation says: frozen values of plain Python, as srlclip.results, for the app, the command line and JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

from srlclip.results import Both

#: The maps of an event's frames: F grids of gh rows of gw numbers.
Maps = tuple[tuple[tuple[float, ...], ...], ...]


@dataclass(frozen=True)
class FrameShares:
    """Every frame of a clip's events. moments: (E, F) seconds in the file. shares: per model (E, F); a row adds up to the
    event's score, shares may be negative. scores: per model (E,).
    """

    clip_id: str
    query: str
    moments: tuple[tuple[float, ...], ...]
    shares: Both[tuple[tuple[float, ...], ...]] = field(metadata={"plain_keys": True})
    scores: Both[tuple[float, ...]]


@dataclass(frozen=True)
class WordWeight:
    """A word of the text. weight: its share of the model's Grad-ECLIP map of the text, 0 to 1. change: of the cosine when the
    word is left out; None where nothing would be left."""

    word: str
    weight: Both[float]
    change: Both[float | None]


@dataclass(frozen=True)
class PartChange:
    """A role or phrase of the text. key, name: of the role, "" and "phrase" without labels. words: as the text has them.

    without: the text without it. change: of the cosine when it is left out, without minus with; below 0 where the part
    helps. None where nothing would be left.
    """

    key: str
    name: str
    words: str
    without: str
    change: Both[float | None]


@dataclass(frozen=True)
class Box:
    """The part of a frame that the models see, as shares of its width and height from its left upper corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Explanation:
    """Why a text fits an event, under both models.

    span, times: seconds of the file; times (F,). score: the cosines. frames: (F,) shares that add up to the score.
    maps: per model F grids; a number is a patch's share of the model's map, and those of all frames add up to 1 (all are 0
    where nothing speaks for the text). asked: the text that the maps are of, all of it, or the words of `role`, a role's key or
    words of the text; "" for none.
    peak: the largest share of both models' maps, the top of one colour scale for both. seen: where in the frame the grid
    lies. words: those that the text tower reads; truncated: whether there are more.
    """

    clip_id: str
    event_index: int
    text: str
    role: str
    asked: str
    span: tuple[float, float]
    times: tuple[float, ...]
    score: Both[float]
    frames: Both[tuple[float, ...]]
    maps: Both[Maps]
    peak: float
    seen: Box
    words: tuple[WordWeight, ...]
    parts: tuple[PartChange, ...]
    truncated: bool = False
