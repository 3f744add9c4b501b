"""Dense captions: ActivityNet's reference files, and prediction files as the challenge and PDVC write them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from srlclip.evaluation.benchmarks.described import DenseCaptions, Described
from srlclip.evaluation.benchmarks.readers.text import read_json
from srlclip.situations import DataError

#: Predictions of one video that are looked at, the first of the file, as the challenge's evaluator does.
MOST = 1000


def activitynet(root: Path, files: Sequence[str]) -> DenseCaptions:
    """{"v_ID": {"duration", "timestamps": [[s, e], ...], "sentences": [...]}}, a file per annotator. Raises DataError."""
    return DenseCaptions(tuple(_references(root / name) for name in files), tuple(files))


def _references(path: Path) -> dict[str, Described]:
    values, out = read_json(path), {}
    if not isinstance(values, dict) or not values:
        raise DataError('must be an object {"v_ID": {"timestamps": ..., "sentences": ...}, ...}', file=path)
    for video, entry in values.items():
        spans, sentences = (entry.get(key) if isinstance(entry, dict) else None for key in ("timestamps", "sentences"))
        if not isinstance(spans, list) or not isinstance(sentences, list) or len(spans) != len(sentences) or not spans:
            raise DataError(
                "timestamps and sentences must be lists of one length, of one event or more", file=path, entry=video
            )
        events = [_event(span, text, path, video) for span, text in zip(spans, sentences, strict=True)]
        out[video] = Described.of([span for span, _ in events], [text for _, text in events])
    return out


def read_predictions(path: str | Path, most: int = MOST) -> dict[str, Described]:
    """Video id -> the first `most` events of {"results": {"v_ID": [{"sentence", "timestamp": [s, e], ...}, ...]}, ...}.

    Other fields, also PDVC's scores, are passed over. Raises DataError that names file, video and event.
    """
    path = Path(path)
    values = read_json(path)
    results = values.get("results") if isinstance(values, dict) else None
    if not isinstance(results, dict):
        raise DataError('must be an object with "results": {"v_ID": [{"sentence", "timestamp"}, ...]}', file=path)
    out = {}
    for video, entries in results.items():
        if not isinstance(entries, list):
            raise DataError(
                f"the video's result is {_kind(entries)}; it must be a list of events", file=path, entry=video
            )
        events = [_prediction(entry, number, path, video) for number, entry in enumerate(entries[:most])]
        out[video] = Described.of([span for span, _ in events], [text for _, text in events])
    return out


def _prediction(entry: Any, number: int, path: Path, video: str) -> tuple[tuple[float, float], str]:
    if not isinstance(entry, dict) or "timestamp" not in entry or "sentence" not in entry:
        raise DataError(
            f'event {number} (from 0) needs "sentence" and "timestamp": [start, end]', file=path, entry=video
        )
    return _event(entry["timestamp"], entry["sentence"], path, video)


def _event(span: Any, sentence: Any, path: Path, video: str) -> tuple[tuple[float, float], str]:
    """A span that ends before it starts is taken as it is: it overlaps nothing."""
    pair = isinstance(span, list) and len(span) == 2
    if not pair or not all(isinstance(v, (int, float)) and math.isfinite(v) for v in span):
        raise DataError(f"the timestamp is {span!r}; it must be [start, end] in seconds", file=path, entry=video)
    if not isinstance(sentence, str):
        raise DataError(f"the sentence is {_kind(sentence)}; it must be a text", file=path, entry=video)
    return (float(span[0]), float(span[1])), sentence


def _kind(value: Any) -> str:
    return "missing" if value is None else f"a {type(value).__name__}"
