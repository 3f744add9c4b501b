"""What a benchmark asks once its files are read: media and texts, without a model or a pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

STILLS = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


@dataclass(frozen=True)
class Medium:
    """A video or a still. id: as the annotations name it. path: None where no file of that name is there.

    start, end: seconds of the file that are looked at (None: to its end). box: x, y, width and height in pixels of what is
    cut out of a still. backwards: its frames are taken in reversed order, which only a model that knows order can notice.
    """

    id: str
    path: Path | None
    start: float = 0.0
    end: float | None = None
    box: tuple[int, int, int, int] | None = None
    backwards: bool = False

    @property
    def still(self) -> bool:
        return self.path is not None and self.path.suffix.lower() in STILLS


class Task(Protocol):
    """All that a task of any kind has. media: (M,), each once."""

    media: tuple[Medium, ...]

    def texts(self) -> list[str]:
        """Every distinct text, sorted."""
        ...

    def counts(self) -> dict[str, int]:
        """What is compared with the counts of the spec."""
        ...


@dataclass(frozen=True)
class Retrieval:
    """captions: (Q,), owner: (Q,) position in media of the one that each describes; several captions may share one.

    bank: captions of other videos, none of which is a query; only query-bank normalisation reads them.
    """

    media: tuple[Medium, ...]
    captions: tuple[str, ...]
    owner: tuple[int, ...]
    bank: tuple[str, ...] = ()

    def texts(self) -> list[str]:
        return sorted({*self.captions, *self.bank})

    def counts(self) -> dict[str, int]:
        return {"media": len(self.media), "captions": len(self.captions)}


@dataclass(frozen=True)
class Choice:
    """Right captions against wrong ones of one medium: right if every positive scores above every negative.

    group: the subset that it is counted in; stratum: what a macro average is taken over ("" for none).
    """

    id: str
    medium: int
    positives: tuple[str, ...]
    negatives: tuple[str, ...]
    group: str
    stratum: str = ""


@dataclass(frozen=True)
class Choices:
    """apart: groups that are shown but not counted in what sums the cases up. summaries: of tasks.choices.SUMMARIES, what
    the official table has besides the accuracy over all cases."""

    media: tuple[Medium, ...]
    cases: tuple[Choice, ...]
    apart: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()

    def texts(self) -> list[str]:
        return sorted({text for case in self.cases for text in (*case.positives, *case.negatives)})

    def counts(self) -> dict[str, int]:
        groups: dict[str, int] = {}
        for case in self.cases:
            groups[case.group] = groups.get(case.group, 0) + 1
        return {"cases": len(self.cases), **groups}


@dataclass(frozen=True)
class Pair:
    """Two media and their two captions, the first of the first: Winoground's question. groups: subsets that it is in."""

    id: str
    media: tuple[int, int]
    captions: tuple[str, str]
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pairs:
    """shown: what the media are, "image" or "video"; the score of the captions that choose among them is called so."""

    media: tuple[Medium, ...]
    cases: tuple[Pair, ...]
    shown: str = "image"

    def texts(self) -> list[str]:
        return sorted({text for case in self.cases for text in case.captions})

    def counts(self) -> dict[str, int]:
        return {"cases": len(self.cases), "media": len(self.media)}


@dataclass(frozen=True)
class Actions:
    """labels: (M,) position in classes of each medium's. templates: prompts with one {}; a class is the mean of its prompts.

    splits: name -> positions of media that it holds, and of the classes that are told apart there; () for one split of all.
    """

    media: tuple[Medium, ...]
    labels: tuple[int, ...]
    classes: tuple[str, ...]
    templates: tuple[str, ...]
    splits: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = ()

    def prompts(self, name: str) -> list[str]:
        return [template.format(name) for template in self.templates]

    def texts(self) -> list[str]:
        return sorted({prompt for name in self.classes for prompt in self.prompts(name)})

    def counts(self) -> dict[str, int]:
        """Also of each split its media, and its classes as "NAME classes"."""
        out = {"media": len(self.media), "classes": len(self.classes)}
        for name, media, classes in self.splits:
            out |= {name: len(media), f"{name} classes": len(classes)}
        return out


def missing(media: Sequence[Medium]) -> list[str]:
    """Ids of the media that have no file."""
    return [medium.id for medium in media if medium.path is None]
