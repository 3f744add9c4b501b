"""The distinct media that cases ask about, in order of first appearance."""

from __future__ import annotations

from srlclip.evaluation.benchmarks.media import MediaFolder
from srlclip.evaluation.benchmarks.questions import Medium


class Gathered:
    def __init__(self, folder: MediaFolder):
        self.folder = folder
        self._place: dict[Medium, int] = {}

    def place(
        self,
        id: str,
        *names: str,
        start: float = 0.0,
        end: float | None = None,
        box: tuple[int, int, int, int] | None = None,
    ) -> int:
        """Position of a medium among `media`. names: of its file, the first that is there; none for that of the id."""
        medium = Medium(id, self.folder.path(*(names or (id,))), start, end, box)
        return self._place.setdefault(medium, len(self._place))

    @property
    def media(self) -> tuple[Medium, ...]:
        return tuple(self._place)
