"""Any labelled folder as half-truths: folder of the data, and the spec's options -> HalfTruths."""

from __future__ import annotations

from pathlib import Path

from srlclip.evaluation.benchmarks.event_questions import HalfTruths
from srlclip.evaluation.benchmarks.readers.labelled import events_medium, labelled_clips
from srlclip.evaluation.half_truths import ask
from srlclip.language.lexicon import Lexicon
from srlclip.situations import DataError


def labelled(root: Path, split: str = "", seed: int = 0) -> HalfTruths:
    """Every half-truth of every event. Wrong fillers are drawn, by (seed, clip id), from all labels of the folder, so that
    the questions are the same for every model. Raises DataError."""
    situations, known = labelled_clips(root, split)
    asked = ask(situations, Lexicon.from_situations(known), seed)
    if not asked:
        raise DataError("the labels give no half-truth: no event has a role whose wrong filler is known", file=root)
    place = tuple(dict.fromkeys((each.clip, each.event) for each in asked))
    media = tuple(events_medium(situations[clip], event) for clip, event in place)
    return HalfTruths(tuple(s.clip_id for s in situations), media, place, tuple(asked))
