"""The words of a comparison: captions of events as the text tower reads them, their hard negatives, and texts as vectors."""

from __future__ import annotations

import functools
import threading
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np

from srlclip.language import negatives, prompts
from srlclip.language.lexicon import Lexicon
from srlclip.models.pair import ClipPair
from srlclip.situations import Caption, Event, Role, Situation

#: Of how many texts the embeddings are remembered.
TEXTS_KEPT = 50_000


class Captions:
    """Captions from labels, fitted to the text tower of a pair."""

    def __init__(self, pair: ClipPair, lexicon: Lexicon):
        self._pair, self._lexicon = pair, lexicon
        self._fitted = functools.lru_cache(maxsize=16384)(self._fit)  # every search writes the events of its hits

    def of(self, event: Event, style: str = "natural") -> Caption:
        """The caption of an event, with as many of its roles as the text tower reads."""
        return self._fitted(event, style)

    def _fit(self, event: Event, style: str) -> Caption:
        return prompts.fit(event, style, self._pair.base.count_tokens, self._pair.base.max_tokens)

    def compose(self, verb: str, fillers: Mapping[str, str], style: str) -> Caption:
        """From a VerbID and fillers by role key; empty fillers are left out. DataError for an unknown verb."""
        roles = tuple(Role(k, n, fillers.get(k, "")) for k, n in self._lexicon.roles(verb))
        return self.of(Event(self._lexicon.verb(verb), verb, roles), style)

    def negatives(
        self, situation: Situation, event_index: int, kinds: Sequence[str], style: str, per_kind: int
    ) -> tuple[Caption, ...]:
        """Hard negatives of a labelled event, the same at every call. Natural ones are all of the clip's other events."""
        rng = np.random.default_rng([zlib.crc32(situation.clip_id.encode()), event_index])
        most = {kind: len(situation.events) if kind == "natural" else per_kind for kind in kinds}
        event = situation.events[event_index]
        return tuple(negatives.build(event, situation, 100, self._lexicon, kinds, rng, style, most, self.of))


class TextVectors:
    """Embeddings of texts, those embedded last remembered. Safe for threads."""

    def __init__(self, pair: ClipPair):
        self._pair = pair
        self._known: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> np.ndarray:
        """(N, D), L2-normalised: of both models, whose text tower is one."""
        with self._lock:
            known = {t: self._known[t] for t in texts if t in self._known}
        new = [t for t in dict.fromkeys(texts) if t not in known]
        if new:
            vectors = self._pair.encode_texts(new).cpu().numpy()
            known |= dict(zip(new, vectors, strict=True))
            with self._lock:
                self._known.update((t, known[t]) for t in new)
                while len(self._known) > TEXTS_KEPT:
                    self._known.popitem(last=False)
        return np.stack([known[t] for t in texts])
