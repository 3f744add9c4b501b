"""Pairs of models that can be chosen while the app runs: loaded once in the background, shared, bounded, by rules.

A pair is known by the names it was asked for. Who looks at which pair is not known here (see ui/page_pair.py).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from srlclip.progress import Progress
from srlclip.results import model_id
from srlclip.situations import SrlClipError

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Pairs that stay loaded besides those that must.
KEPT = 2
#: Pairs that may wait to be loaded at a time.
WAITING = 4


@dataclass(frozen=True)
class PairName:
    """Names of a pair's models, as Comparison.load takes them: bundled name, folder or Hub id; None: see there.

    clips: what the gallery is, if it is another one than the app's.
    """

    base: str | None = None
    adapter: str | None = None
    clips: str | None = None

    @classmethod
    def of(cls, base: str | None, adapter: str | None) -> PairName:
        """From what someone typed: outer space goes, nothing is None."""
        return cls((base or "").strip() or None, (adapter or "").strip() or None)

    def is_same(self, shown: PairName) -> bool:
        """Whether asking for this pair changes nothing on a page that shows the other one. An adapter names its base, so
        a base that is left out is the same; two galleries are not."""
        bases = self.base == shown.base or (self.adapter is not None and self.base is None)
        return bases and self.adapter == shown.adapter and self.clips == shown.clips

    def __str__(self) -> str:
        models = " with ".join(model_id(name) for name in (self.base, self.adapter) if name) or "the bundled pair"
        return f"{models} on {self.clips}" if self.clips else models


@dataclass(frozen=True)
class ModelRules:
    """Which models may be chosen. allowed: only these names; None: any (for an app that only its owner reaches).

    root: a folder of model folders, which are offered by their names in it. adapters: (name, readable name) of further
    bundled adapters, which may be chosen besides.
    """

    allowed: tuple[str, ...] | None = None
    root: Path | None = None
    adapters: tuple[tuple[str, str], ...] = ()

    def checked(self, name: PairName) -> PairName:
        """The pair with names of the root's folders made paths. Raises ValueError for what may not be chosen."""
        base = self._checked(name.base) if name.base else None
        known = not name.adapter or name.adapter in dict(self.adapters)
        return PairName(base, name.adapter if known else self._checked(name.adapter))

    def _checked(self, model: str) -> str:
        if self.allowed is not None and model not in self.allowed:
            allowed = ", ".join(model_id(name) for name in self.allowed) or "none"
            raise ValueError(f"model {model[:80]!r} cannot be chosen here; allowed: {allowed}")
        if len(model) > 500 or any(ord(c) < 32 for c in model):
            raise ValueError("that is not the name of a model; give a bundled name, a local folder or a Hub id")
        inside = self.root / model if self.root is not None else None
        return str(inside) if inside is not None and inside.is_dir() else model

    def offered(self, kind: str = "") -> tuple[str, ...]:
        """Names to choose from: the allowed ones, or else the root's folders. kind: "base" or "adapter" leaves out what the
        root's folders show to be the other; of an allowed name that is no folder there it is not known."""
        names = self.allowed if self.allowed is not None else self._folders()
        other = {"base": "adapter", "adapter": "base"}.get(kind, "none")
        return tuple(name for name in names if self._kind(name) != other)

    def _folders(self) -> tuple[str, ...]:
        if self.root is None or not self.root.is_dir():
            return ()
        return tuple(sorted(p.name for p in self.root.iterdir() if p.is_dir() and self._kind(p.name)))

    def _kind(self, name: str) -> str:
        """ "base" or "adapter" by the files of a folder of the root; "" for anything else."""
        folder = self.root / name if self.root is not None else Path(name)
        if any((folder / mark).is_file() for mark in ("srlclip.json", "model/srlclip.json")):
            return "adapter"
        return "base" if (folder / "config.json").is_file() else ""


class Loading:
    """A pair on its way. share: 0 to 1; what: in words; error: a sentence once it has failed."""

    def __init__(self, name: PairName):
        self.name = name
        self.share, self.what, self.error = 0.0, "waiting for another pair", ""
        self._ended = threading.Event()

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it has ended, successfully or not, within so many seconds."""
        return self._ended.wait(seconds)

    def report(self, share: float, what: str) -> None:
        self.share, self.what = min(max(float(share), 0.0), 1.0), what

    def end(self, error: str = "") -> None:
        self.error, self.share = error, self.share if error else 1.0
        self._ended.set()


class PairStore:
    """Loaded pairs by name. `load` makes one and reports its progress; it is called once per pair, one pair at a time.

    default: the pair of who chose none; first: the first one there was, which the page is drawn with. Both stay; of the
    others `keep` do, those used last. Safe for threads.
    """

    def __init__(
        self, load: Callable[[PairName, Progress], Comparison], rules: ModelRules | None = None, keep: int = KEPT
    ):
        self._load, self.rules, self._keep = load, rules or ModelRules(), keep
        self._pairs: OrderedDict[PairName, Comparison] = OrderedDict()
        self._running: dict[PairName, Loading] = {}
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self.default: PairName | None = None
        self.first: PairName | None = None
        #: The pair that the app was started for, while it is not the default yet.
        self.starting: Loading | None = None

    def put(self, name: PairName, comparison: Comparison) -> None:
        """Keep a pair that is loaded. The first one becomes the default."""
        with self._lock:
            self.default = self.default or name
            self.first = self.first or name
            self._put(name, comparison)

    def start(self, name: PairName) -> Loading:
        """Load the pair that the app was started for, and make it the default once it is there; no rules apply."""
        self.starting = self._begin(name, True)
        return self.starting

    def request(self, name: PairName) -> Loading:
        """Load a pair in the background, or join who is loading it; one that is there has ended.

        Raises ValueError for a pair that the rules forbid, and when too many wait.
        """
        return self._begin(self.rules.checked(name), False)

    def get(self, name: PairName | None = None) -> Comparison:
        """A loaded pair (None: the default). Raises ValueError for one that had to go."""
        with self._lock:
            wanted = name or self.default
            if wanted not in self._pairs:
                raise ValueError(f"{wanted} is no longer loaded, to make room for others; load it again under Models")
            self._pairs.move_to_end(wanted)
            return self._pairs[wanted]

    def names(self) -> tuple[PairName, ...]:
        """The loaded pairs, the one used longest ago first."""
        with self._lock:
            return tuple(self._pairs)

    def _begin(self, name: PairName, default: bool) -> Loading:
        with self._lock:
            if name in self._pairs:
                self._pairs.move_to_end(name)
                there = Loading(name)
                there.end()
                return there
            if name in self._running:
                return self._running[name]
            if len(self._running) > WAITING:
                raise ValueError(f"{len(self._running)} pairs are being loaded already; try again when one is there")
            loading = self._running[name] = Loading(name)
        threading.Thread(target=self._run, args=(loading, default), name="load-pair", daemon=True).start()
        return loading

    def _run(self, loading: Loading, default: bool) -> None:
        error = "it was given up"
        try:
            with self._turn:
                loading.report(0.02, "reading the weights (a model from the Hub is downloaded first)")
                # Reading the weights tells nothing; what follows, embedding the gallery, tells shares from 0 to 1.
                comparison = self._load(loading.name, lambda share, what: loading.report(0.3 + 0.7 * share, what))
            with self._lock:
                if default:
                    self.default = loading.name
                    self.first = self.first or loading.name
                self._put(loading.name, comparison)
            error = ""
        except (SrlClipError, ValueError, OSError, MemoryError) as reason:
            error = " ".join(str(reason).split()) or type(reason).__name__
        except Exception as reason:
            error = f"unexpected {type(reason).__name__}: {' '.join(str(reason).split())}"
            raise  # a bug of ours: its traceback belongs on the console
        finally:
            with self._lock:
                self._running.pop(loading.name, None)
            loading.end(error)

    def _put(self, name: PairName, comparison: Comparison) -> None:
        self._pairs[name] = comparison
        others = [other for other in self._pairs if other not in (self.default, self.first)]
        for old in others[: max(0, len(others) - self._keep)]:
            del self._pairs[old]
