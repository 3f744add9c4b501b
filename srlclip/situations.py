"""The domain: a clip is a Situation of Events, each a verb and its semantic roles in order.

Standard library only; every value is a frozen dataclass, from the reader to the user interface.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

EVENTS_PER_CLIP = 5
SECONDS_PER_EVENT = 2.0

#: Short role keys in the order prompts and tables use (VidSitu's twelve role types).
ROLE_KEYS = (
    "Arg0", "Arg1", "Arg2", "Arg3", "Arg4", "Arg5",
    "ADir", "AMnr", "ALoc", "AGol", "APrp", "AScn",
)  # fmt: skip
CORE_ROLES = ROLE_KEYS[:6]

#: Where an event's labels come from: typed on a page, read from a file, or what a model said ("model: NAME", and further
#: ", edited" where somebody changed it); "" for a data set's own annotators.
TYPED, FROM_FILE, FROM_MODEL = "typed", "file", "model: "
EDITED = ", edited"

#: Display names of the modifier roles; core roles are named by their verb ("talker", "hearer").
MODIFIER_NAMES = {
    "ADir": "direction",
    "AMnr": "manner",
    "ALoc": "location",
    "AGol": "goal",
    "APrp": "purpose",
    "AScn": "scene of the event",
}


@dataclass(frozen=True)
class Role:
    """One semantic role of an event.

    key: one of ROLE_KEYS. name: what the role is called for this verb, as read from the annotation's key
    ("talker", "thing looked at or for or on", "direction", "scene of the event").
    filler: free text; "" or "-" mean "not visible" and never reach a prompt.
    """

    key: str
    name: str
    filler: str

    @property
    def visible(self) -> bool:
        return self.filler.strip() not in ("", "-")


@dataclass(frozen=True)
class Event:
    """One event: a verb sense and its roles in the annotation's order.

    verb: VidSitu's verb string, "lemma (gloss)" or a bare lemma. verb_id: PropBank roleset such as "talk.01".
    relation: VidSitu's EvRel to the middle event, or None. origin: TYPED, FROM_FILE, FROM_MODEL and its name, or ""; the
    same event is equal wherever it comes from.
    """

    verb: str
    verb_id: str
    roles: tuple[Role, ...] = ()
    relation: str | None = None
    origin: str = field(default="", compare=False)

    @property
    def from_model(self) -> bool:
        """Whether the labels began as what a model said: they are no reference for that model then."""
        return self.origin.startswith(FROM_MODEL)

    @property
    def lemma(self) -> str:
        """The verb without gloss and with spaces for underscores: "talk (speak)" -> "talk"."""
        return self.verb.split(" (")[0].replace("_", " ").strip() or self.verb_id.rsplit(".", 1)[0].replace("_", " ")

    @property
    def visible_roles(self) -> tuple[Role, ...]:
        return tuple(role for role in self.roles if role.visible)

    def role(self, key: str) -> Role | None:
        """The first role with that short key, or None."""
        return next((role for role in self.roles if role.key == key), None)


@dataclass(frozen=True)
class Situation:
    """One clip and its events.

    path: the video file (or a folder of frames), None when unknown. events: the first annotator's.
    annotations: every annotator's events in file order, the first one included.
    verb_votes: per event, the VerbIDs that annotators voted for (validation and test only).
    start, end: seconds inside the file at `path` that the events share evenly; end None means the file's end.
    """

    clip_id: str
    path: Path | None
    events: tuple[Event, ...]
    annotations: tuple[tuple[Event, ...], ...] = ()
    verb_votes: tuple[tuple[str, ...], ...] = ()
    start: float = 0.0
    end: float | None = None


def event_count(situation: Situation, seconds: float) -> int:
    """How many events a clip is cut into: as many as it has labels of, else one for about every two of its seconds.

    The one rule for galleries, uploads, sessions, captions, exported features and the command line. seconds: of the clip.
    """
    return len(situation.events) or unlabelled_events(seconds)


def unlabelled_events(seconds: float, each: float = SECONDS_PER_EVENT) -> int:
    """How many events of about `each` seconds a video without labels has; at least one."""
    return max(1, round(seconds / each))


@dataclass(frozen=True)
class Caption:
    """A caption and, for a negative, how it differs from the true one.

    kind: "true", "natural", "verb_role", "agent_patient", "noun", "attribute", "direction", "manner" or "custom".
    removed, inserted: the words changed against the true caption, in order.
    style: of language.prompts.STYLES, or "typed". dropped_roles: how many roles were cut at the end to fit the text
    tower's limit. origin: of the labels behind it, as Event.origin.
    """

    text: str
    kind: str = "true"
    style: str = "srl"
    removed: tuple[str, ...] = field(default=())
    inserted: tuple[str, ...] = field(default=())
    dropped_roles: int = 0
    origin: str = field(default="", compare=False)


class SrlClipError(Exception):
    """Base of the errors that carry a sentence for the user: what came, what is allowed, what to do."""


class DataError(SrlClipError):
    """An annotation file, line or entry cannot be used."""

    def __init__(self, problem: str, *, file: object = None, line: int | None = None, entry: str | None = None):
        where = "".join(
            (
                f"{file}" if file is not None else "",
                f", line {line}" if line is not None else "",
                f", entry {entry!r}" if entry is not None else "",
            )
        )
        super().__init__(f"{where}: {problem}" if where else problem)
        self.problem, self.file, self.line, self.entry = problem, file, line, entry


class VideoDecodeError(SrlClipError):
    """A video file cannot be decoded, or is outside the stated limits."""


class CheckpointError(SrlClipError):
    """A model or run folder is missing, incomplete or does not match what it should be loaded into."""
