"""The further model that a page compares besides its pair: which may be chosen, who has chosen which, loaded with the pairs.

A choice belongs to a page, known by its session, and costs nothing until it is made. See comparison.further.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srlclip.app.pairs import Loading, PairName, PairStore
from srlclip.results import model_id

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Pages whose choice is remembered; those that chose longest ago are forgotten first.
REMEMBERED = 4096


@dataclass(frozen=True)
class Further:
    """A further model on its way, or there. name: as it is asked for; title: as it is called; pair: what it is loaded as."""

    name: str
    title: str
    pair: PairName
    loading: Loading


class FurtherModels:
    """pairs: where further models are loaded. session: of the event that runs, None outside of events. Safe for threads."""

    def __init__(self, pairs: PairStore, session: Callable[[], str | None]):
        self._pairs, self._session = pairs, session
        self._chosen: OrderedDict[str, Further] = OrderedDict()
        self._lock = threading.Lock()

    def offered(self) -> list[tuple[str, str]]:
        """(title, name) of the adapters that may be chosen: the package's further ones, what the rules offer and, where any
        may be named, those of the pairs that the app was started with."""
        rules = self._pairs.rules
        titles = {name: f"{title} ({name})" for name, title in rules.adapters}
        started = (self._pairs.default, self._pairs.first) if rules.allowed is None else ()
        own = [name.adapter for name in started if name and name.adapter]
        return [(titles.get(n) or model_id(n), n) for n in dict.fromkeys((*titles, *own, *rules.offered("adapter")))]

    @property
    def any_allowed(self) -> bool:
        """Whether a name that is not offered may be typed too."""
        return self._pairs.rules.allowed is None

    def begin(self, name: str) -> Further:
        """Load a further model in the background, or join who is loading it. Raises ValueError for one that the rules forbid."""
        adapter = name.strip()
        if not adapter:
            raise ValueError("no further model is named; give the name of an adapter")
        wanted = self._pairs.rules.checked(PairName(None, adapter))
        # an adapter names its base, so a loaded pair with this adapter is the same
        same = (pair for pair in self._pairs.names() if pair.adapter == wanted.adapter and pair.clips is None)
        pair = next(same, wanted)
        title = dict(self._pairs.rules.adapters).get(adapter) or model_id(adapter)
        return Further(adapter, title, pair, self._pairs.request(wanted) if pair == wanted else _there(pair))

    def choose(self, name: str | None) -> Further | None:
        """From now on this page shows the model besides its pair; without a name none. Raises ValueError, see begin."""
        session, further = self._session(), self.begin(name) if name and name.strip() else None
        with self._lock:
            self._chosen.pop(session or "", None)
            if session is not None and further is not None:
                self._chosen[session] = further
            while len(self._chosen) > REMEMBERED:
                self._chosen.popitem(last=False)
        return further

    def chosen(self) -> Further | None:
        """What this page has chosen; begun again if it had to make room for others meanwhile."""
        session = self._session()
        with self._lock:
            further = self._chosen.get(session or "")
        if further is None or not further.loading.ended or further.loading.error:
            return further
        return further if further.pair in self._pairs.names() else self.choose(further.name)

    def comparison(self, further: Further) -> Comparison | None:
        """The model with its pair and gallery, once it is there. Raises ValueError if it failed or had to go."""
        if not further.loading.ended:
            return None
        if further.loading.error:
            reason = further.loading.error
            if not self.any_allowed:  # strangers need not know where the server keeps its models
                reason = reason.replace(further.pair.adapter or "", model_id(further.pair.adapter or ""))
            raise ValueError(reason)
        return self._pairs.get(further.pair)


def _there(pair: PairName) -> Loading:
    loading = Loading(pair)
    loading.end()
    return loading
