"""Measure a loaded Comparison on the labelled clips of its gallery."""

from __future__ import annotations

from srlclip.comparison.comparison import Comparison
from srlclip.evaluation.questions import ask
from srlclip.evaluation.towers import observe, summarise
from srlclip.pooling import pooled
from srlclip.results import MODELS
from srlclip.situations import DataError


def evaluate_comparison(comparison: Comparison, resamples: int = 1000) -> dict[str, dict]:
    """metric -> model -> {"mean", "ci", "n"}, and "adapted - base"; see towers.summarise. DataError when no clip is labelled."""
    ids = [i for i in comparison.clip_ids() if comparison.situation(i).events]
    if len(ids) < 2:
        raise DataError(
            "this gallery has fewer than two labelled clips; give a folder with VidSitu files or labels.jsonl"
        )
    situations = [comparison.situation(i) for i in ids]
    if len({len(s.events) for s in situations}) > 1:
        raise DataError("the clips differ in their number of events; evaluate them in folders of their own")
    asked = ask(situations, comparison.lexicon)
    words = asked.texts()
    texts = dict(zip(words, comparison.pair.encode_texts(words).cpu().numpy(), strict=True))
    place = [comparison.gallery.place(i) for i in ids]
    per_clip = len(situations[0].events)
    observed = {}
    for model in MODELS:
        events = comparison.gallery.events[model][place][:, :per_clip]
        observed[model] = observe(events, pooled(events), situations, asked, texts)
    return summarise(observed, [MODELS], resamples)
