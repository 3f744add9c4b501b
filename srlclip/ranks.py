"""Rank a gallery's clips for one text under both models. Arrays in, hits out; numpy only."""

from __future__ import annotations

import numpy as np

from .gallery import Gallery
from .results import MODELS, Hit


def ranked(gallery: Gallery, vector: np.ndarray) -> tuple[dict[str, tuple[Hit, ...]], tuple[str, ...]]:
    """(model -> every clip, best first; a reason per model that failed, whose ranking is empty).

    vector: (D,), the text's embedding. A clip's score is the cosine of the text with the best of its events. Ties rank
    last: a rank is the number of clips that score at least as high.
    """
    found: dict[str, tuple[Hit, ...]] = {}
    failures = []
    before: dict[str, int] = {}
    for model in MODELS:
        try:
            every = gallery.events[model] @ vector  # (G, E)
            scores = every.max(axis=1)
            if not np.isfinite(scores).all():
                raise FloatingPointError("embeddings are not finite")
        except (FloatingPointError, KeyError, MemoryError) as error:
            failures.append(f"{model} model failed: {error}")
            found[model] = ()
            continue
        places = len(scores) - np.searchsorted(np.sort(scores), scores, side="left")
        best = every.argmax(axis=1)
        hits = []
        for i in np.argsort(-scores, kind="stable"):
            name, rank = gallery.ids[i], int(places[i])
            moved = before[name] - rank if name in before else None
            hits.append(Hit(name, rank, float(scores[i]), moved, int(best[i])))
        found[model] = tuple(hits)
        if model == "base":
            before = {hit.clip_id: hit.rank for hit in hits}
    return found, tuple(failures)
