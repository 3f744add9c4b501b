"""Which pair of models a page looks at: every session its own, the loaded pairs shared.

A page is known by Gradio's session hash, which a reload changes: a reloaded page starts with the server's pair again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from gradio.context import LocalContext

if TYPE_CHECKING:
    from srlclip.app.pairs import PairName, PairStore
    from srlclip.comparison.comparison import Comparison

#: Pages whose choice is remembered; those that did nothing for longest are forgotten first.
REMEMBERED = 4096


def session_here() -> str | None:
    """The session whose event this code runs for; None outside of events."""
    return getattr(LocalContext.request.get(None), "session_hash", None)


class PagePairs:
    """Pair of each session. One that chose nothing has the server's default (so have clients of the API)."""

    def __init__(self, pairs: PairStore):
        self.pairs = pairs
        self._chosen: OrderedDict[str, PairName] = OrderedDict()
        self._lock = threading.Lock()
        # What an event has looked up it keeps to its end, though the page may switch meanwhile: no mixed results.
        self._during: ContextVar[tuple[str, Comparison] | None] = ContextVar("pair_of_event", default=None)

    def name(self, session: str | None) -> PairName | None:
        with self._lock:
            if session in self._chosen:
                self._chosen.move_to_end(session)
                return self._chosen[session]
        return self.pairs.default

    def choose(self, session: str | None, name: PairName | None) -> None:
        """From its next event on, the session has this pair."""
        if session is None or name is None:
            return
        self._during.set(None)
        with self._lock:
            self._chosen[session] = name
            self._chosen.move_to_end(session)
            while len(self._chosen) > REMEMBERED:
                self._chosen.popitem(last=False)

    def comparison(self) -> Comparison:
        """The pair of the event that this runs in. Raises ValueError if it had to go."""
        session = session_here()
        held = self._during.get()
        if held is not None and session is not None and held[0] == session:
            return held[1]
        comparison = self.pairs.get(self.name(session))
        if session is not None:
            self._during.set((session, comparison))
        return comparison


class PageComparison:
    """Looks like a Comparison, and is the one of the session that asks; while the page is built, the first pair.

    Look its methods up when an event runs, not before: a bound method belongs to one pair.
    """

    def __init__(self, pages: PagePairs):
        self._pages = pages

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._pages.comparison(), attribute)


class ClipIds:
    """The gallery of the session that asks, as something to look a clip id up in."""

    def __init__(self, comparison: Any):
        self._comparison = comparison

    def __contains__(self, clip_id: object) -> bool:
        return clip_id in self._comparison.clip_ids()
