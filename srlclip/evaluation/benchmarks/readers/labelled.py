"""Labelled folders of our own formats: labels.jsonl, VidSitu's files, or SynSitu, which is written in the latter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from srlclip.data.jsonl import read_jsonl
from srlclip.data.vidsitu import read_vidsitu, splits
from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.situations import DataError, Situation, VideoDecodeError
from srlclip.video.frames import clip_end

LABELS = "labels.jsonl"
#: Splits that models were trained on: asked only where there is no other.
TRAINED_ON = ("train", "pretrain", "alike")


def labelled_clips(root: Path, split: str = "") -> tuple[list[Situation], list[Situation]]:
    """The clips that are asked about, and all labelled ones of the folder (for its vocabulary).

    split: of VidSitu's files; "" takes all but those that models were trained on. Raises DataError for a folder without
    labels or a split that is not there.
    """
    if (root / LABELS).is_file():
        if split:
            raise DataError(f"{LABELS} has no splits; leave split empty", file=root / LABELS)
        clips = _labelled(read_jsonl(root / LABELS, root))
        asked = clips
    else:
        by_split = {name: _labelled(read_vidsitu(root, name)) for name in _splits(root)}
        if split and split not in by_split:
            raise DataError(f"no split {split!r}; this folder has: {', '.join(by_split)}", file=root)
        names = [split] if split else [name for name, s in by_split.items() if s and name not in TRAINED_ON]
        clips = [s for situations in by_split.values() for s in situations]
        asked = [s for name in names or by_split for s in by_split[name]]
    if not asked:
        raise DataError("no clip here has labels of its events", file=root)
    return asked, clips


def _splits(root: Path) -> Sequence[str]:
    try:
        return splits(root)
    except DataError as error:
        hint = (
            f"no {LABELS} and no VidSitu files; `python -m srlclip synsitu --out DIR --split test` writes such a folder"
        )
        raise DataError(hint, file=root) from error


def _labelled(situations: Sequence[Situation]) -> list[Situation]:
    return [s for s in situations if any(event.visible_roles for event in s.events)]


def events_medium(situation: Situation, first: int, count: int = 1, backwards: bool = False) -> Medium:
    """The part of a clip that `count` of its events fill, from event `first` on."""
    try:
        end = clip_end(situation)
    except VideoDecodeError:  # reading it will say why; until then the part of an unknown length is named
        end = situation.start + len(situation.events)
    each = (end - situation.start) / len(situation.events)
    name = f"{situation.clip_id} event {first + 1}" + (f" to {first + count}" if count > 1 else "")
    start = situation.start + first * each
    return Medium(
        f"{name}{', backwards' * backwards}", situation.path, start, start + count * each, backwards=backwards
    )
