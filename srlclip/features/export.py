"""Frame, event and clip features of either model of a pair, over thousands of videos of any length, into one folder.

Frames lie at the middles of equal bins over the whole clip, which is what dense captioners take for granted when they
map a time to a row (row = rows * seconds / duration). An event is seen through a few frames of its own, as in training.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from srlclip import __version__
from srlclip.comparison.embedding import FRAMES_PER_EVENT
from srlclip.data.embedding_runs import EFFORT, Effort, Steps, work_through
from srlclip.data.frame_cache import Sampling, clip_key
from srlclip.features.folder import FeatureFolder
from srlclip.language import prompts
from srlclip.models.pair import ClipPair
from srlclip.pooling import event_vectors, pooled
from srlclip.processes import together
from srlclip.results import MODELS
from srlclip.situations import (
    EVENTS_PER_CLIP,
    SECONDS_PER_EVENT,
    Situation,
    VideoDecodeError,
    unlabelled_events,
)
from srlclip.video.frames import Limits, VideoInfo, event_spans, spans_in
from srlclip.video.pixels import PreprocessSpec
from srlclip.video.streaming import equal_moments, pixel_chunks, rate_count

LEVELS = ("frames", "events", "clip")
CONTEXTUALIZED = "contextualized"
DTYPES = ("float32", "float16")
#: Raise it when the same file and settings give other features: older exports are not added to then.
VERSION = 2


@dataclass(frozen=True)
class ExportSettings:
    """What is exported. rate: frames per second, unless count says how many frames a clip gives, whatever its length.

    levels: of LEVELS, and "contextualized" for the event outputs of SRL-CLIP's contextualizer. event_seconds: about how
    long an event of an unlabelled clip is, unless events says how many it has; a labelled clip has its own.
    """

    models: tuple[str, ...] = MODELS
    levels: tuple[str, ...] = LEVELS
    rate: float = 1.0
    count: int | None = None
    event_seconds: float = SECONDS_PER_EVENT
    events: int | None = None
    frames_per_event: int = FRAMES_PER_EVENT
    dtype: str = "float32"

    def __post_init__(self) -> None:
        for name, values, allowed in (
            ("models", self.models, MODELS),
            ("levels", self.levels, (*LEVELS, CONTEXTUALIZED)),
            ("dtype", (self.dtype,), DTYPES),
        ):
            if not values or not set(values) <= set(allowed):
                raise ValueError(f"{name}: got {', '.join(values) or 'nothing'}; allowed: {', '.join(allowed)}")
        for name, value in (("rate", self.rate), ("event_seconds", self.event_seconds)):
            if not 0 < value < float("inf"):
                raise ValueError(f"{name} is {value:g}; it must be above 0")
        for name, number in (
            ("count", self.count),
            ("events", self.events),
            ("frames_per_event", self.frames_per_event),
        ):
            if number is not None and number < 1:
                raise ValueError(f"{name} is {number}; it must be 1 or more")
        if CONTEXTUALIZED in self.levels and "adapted" not in self.models:
            raise ValueError("contextualized features are SRL-CLIP's; export the model 'adapted' or 'both'")

    def arrays(self) -> tuple[tuple[str, str], ...]:
        """The (model, level) pairs of an export."""
        return tuple((m, n) for m in self.models for n in self.levels if n != CONTEXTUALIZED or m == "adapted")


@dataclass(frozen=True)
class Plan:
    """Where a clip is looked at. start: seconds inside the file; duration: of the clip. frames: (T,) and spans: (E, 2),
    seconds of the clip; moments: (N,) seconds of the file, ascending, rows: which of them each frame (T,) and each
    event's frames (E, F) show."""

    start: float
    duration: float
    frames: np.ndarray
    spans: np.ndarray
    moments: np.ndarray
    frame_rows: np.ndarray
    event_rows: np.ndarray


@dataclass(frozen=True)
class ExportReport:
    """What an export did. exported: clips added or made again; kept: clips that were there; left_out: (clip id, why)."""

    out: str
    exported: int
    kept: int
    frames: int
    left_out: tuple[tuple[str, str], ...]
    renamed: int


def plan(situation: Situation, info: VideoInfo, settings: ExportSettings) -> Plan:
    """The moments at which a clip is decoded. Raises VideoDecodeError for a labelled range outside the file."""
    try:
        ((start, end),) = spans_in(info, 1, situation.start, situation.end)
    except ValueError as error:
        raise VideoDecodeError(f"cannot decode {info.path}: {error}; correct start and end of the label") from error
    duration = end - start
    wants_frames = bool({"frames", "clip"} & set(settings.levels))
    wants_events = bool({"events", CONTEXTUALIZED} & set(settings.levels))
    frames = equal_moments(settings.count or rate_count(settings.rate, duration), duration)
    count = len(situation.events) or settings.events or unlabelled_events(duration, settings.event_seconds)
    spans = np.asarray(event_spans(duration, count))
    per_event = equal_moments(count * settings.frames_per_event, duration)
    every = np.concatenate([frames if wants_frames else frames[:0], per_event if wants_events else per_event[:0]])
    order = np.argsort(every, kind="stable")
    rows = np.argsort(order, kind="stable")
    split = len(frames) if wants_frames else 0
    event_rows = rows[split:].reshape(-1, settings.frames_per_event)
    return Plan(start, duration, frames, spans, start + every[order], rows[:split], event_rows)


def level_arrays(
    pair: ClipPair, chunks: Iterable[tuple[Plan, np.ndarray, np.ndarray]], settings: ExportSettings
) -> tuple[Plan, dict[tuple[str, str], np.ndarray]]:
    """(model, level) -> L2-normalised features: frames (T, D), events and contextualized (E, D), clip (1, D).

    chunks: of one clip, as read_clip yields them. A frame is encoded once for both models and all levels.
    """
    parts: dict[str, list[torch.Tensor]] = {model: [] for model in settings.models}
    for clip_plan, pixels, times in chunks:
        planned = clip_plan
        values = pair.base.preprocess_spec.to_float(torch.from_numpy(pixels).to(pair.base.device))
        for model, frames in _encode(pair, values, settings.models).items():
            parts[model].append(frames.repeat_interleave(torch.from_numpy(times).to(frames.device), dim=0))
    out = {}
    for model, level in settings.arrays():
        every = torch.cat(parts[model])  # (N, D), in the order of the moments
        frames = every[torch.from_numpy(planned.frame_rows)]
        events = every[torch.from_numpy(planned.event_rows)]  # (E, F, D)
        if level == "frames":
            value = frames
        elif level == "clip":
            value = pooled(frames)[None]
        elif level == "events":
            value = event_vectors(events)
        else:
            value = contextualized(pair, events)
        out[model, level] = value.cpu().numpy().astype(settings.dtype)
    return planned, out


def _encode(pair: ClipPair, pixels: torch.Tensor, models: Sequence[str]) -> dict[str, torch.Tensor]:
    if set(models) == set(MODELS):
        return dict(zip(MODELS, pair.encode_frames(pixels), strict=True))
    encoder = pair.encoders[models[0]]
    with torch.inference_mode():
        return {models[0]: encoder.encode_frames(pixels)}


def contextualized(pair: ClipPair, events: torch.Tensor) -> torch.Tensor:
    """SRL-CLIP's contextualizer over windows of five events, the length it is trained with: (E, F, D) -> (E, D).

    A last window that would be shorter begins earlier, so that its events are seen with five too.
    """
    assert pair.contextualizer is not None
    count = len(events)
    size = min(count, EVENTS_PER_CLIP, pair.contextualizer.settings.max_events)
    out = []
    for first in range(0, count, size):
        begin = min(first, count - size)
        out.append(pair.context_events(events[None, begin : begin + size])[0, first - begin :])
    return torch.cat(out)


def read_clip(
    situation: Situation, settings: ExportSettings, spec: PreprocessSpec, limits: Limits
) -> Iterator[tuple[Plan, np.ndarray, np.ndarray]]:
    """A clip's plan with its pixels, uint8 (n, 3, S, S), a few at a time, and how many moments each shows (n,)."""
    if situation.path is None:
        raise VideoDecodeError(f"{situation.clip_id}: no video file beside the labels")
    plans: list[Plan] = []

    def choose(info: VideoInfo) -> np.ndarray:
        plans.append(plan(situation, info, settings))
        return plans[0].moments

    try:
        for pixels, times in pixel_chunks(situation.path, choose, spec, limits):
            yield plans[0], pixels, times
    except OSError as error:
        raise VideoDecodeError(f"cannot decode {situation.path}: {error}; check the file") from error


def export_features(
    pair: ClipPair,
    situations: Sequence[Situation],
    out: str | Path,
    settings: ExportSettings = ExportSettings(),
    format: str = "npy",
    limits: Limits | None = None,
    effort: Effort = EFFORT,
    ids: tuple[str, str] = ("", ""),
) -> ExportReport | None:
    """Write the features of all clips into the folder `out` (srlclip.features.folder says how), or go on with it. None in
    every process but the first.

    Clips that are there, from the same file (name, size, time) and range, are kept. A clip that cannot be decoded is left
    out, named and tried again next time. ids: names of base and adapter for the manifest. Raises DataError for a folder of
    another export and for what ended another process, ValueError for a missing contextualizer.
    """
    if CONTEXTUALIZED in settings.levels:
        _check_contextualizer(pair, settings)
    processes = effort.processes
    identity = _identity(pair, settings, format)
    folder = FeatureFolder(out, settings.arrays(), format, identity, _about(ids), processes.rank)
    sampling = Sampling(settings.events or 0, settings.frames_per_event, pair.base.preprocess_spec)
    keys = [folder.key(situation.clip_id) for situation in situations]  # in this order, in every process
    # A video that was removed after its export is no reason to lose its features.
    sources = {situation.clip_id: clip_key(situation, sampling) for situation in situations}
    kept = {s.clip_id: s for s in situations if folder.holds(s.clip_id, sources[s.clip_id])}
    processes.wait()  # all have seen the same folder before the first writes into it
    work = _Export(pair, folder, settings, limits or Limits(), sources)
    jobs = [(s.clip_id, s) for s in situations]
    shares = together(processes, lambda: work.run(jobs, kept, effort))
    if processes.rank:
        return None
    folder.take_over()
    for clip_id, situation in kept.items():
        # Labels may have changed: the line is written again, the features stay.
        folder.record({**folder.index[clip_id], "sentences": _sentences(situation)})
    folder.finish()
    left_out = {clip_id: why for _, _, share in shares for clip_id, why in share.items()}
    ordered = tuple((s.clip_id, left_out[s.clip_id]) for s in situations if s.clip_id in left_out)
    made, frames = (sum(share[i] for share in shares) for i in (0, 1))
    renamed = sum(key != s.clip_id for key, s in zip(keys, situations, strict=True))
    return ExportReport(str(out), made, len(kept), frames, ordered, renamed)


class _Export:
    """This process's share of an export."""

    def __init__(
        self,
        pair: ClipPair,
        folder: FeatureFolder,
        settings: ExportSettings,
        limits: Limits,
        sources: Mapping[str, str | None],
    ):
        self.pair, self.folder, self.settings = pair, folder, settings
        self.limits, self.sources = limits, sources
        self.frames = 0

    def run(
        self, jobs: Sequence[tuple[str, Situation]], kept: Collection[str], effort: Effort
    ) -> tuple[int, int, dict[str, str]]:
        """How many clips were exported, how many frames, and clip id -> why one was not."""
        spec, made = self.pair.base.preprocess_spec, []
        steps = Steps(
            read=lambda situation: read_clip(situation, self.settings, spec, self.limits),
            take=self._take,
            keep=made.extend,
        )
        errors = work_through(jobs, lambda ids: set(ids).difference(kept), steps, effort, "clip", "clips")
        situations, failures = dict(jobs), {}
        for clip_id, error in errors.items():
            failures[clip_id] = str(error)
            self.folder.leave_out({**self._line(situations[clip_id]), "error": str(error)})
        return len(made), self.frames, failures

    def _take(self, clip_id: str, situation: Situation, chunks: Iterator[tuple[Plan, np.ndarray, np.ndarray]]) -> None:
        """Embed a clip and write it at once: its files are its shard."""
        planned, arrays = level_arrays(self.pair, chunks, self.settings)
        self.frames += len(planned.moments)
        about = {"source": self.sources[clip_id], **_times(planned), "sentences": _sentences(situation)}
        self.folder.write({**self._line(situation), **about}, arrays)

    def _line(self, situation: Situation) -> dict[str, Any]:
        key = self.folder.key(situation.clip_id)
        return {"id": situation.clip_id, "key": key, "file": situation.path.name if situation.path else None}


def _check_contextualizer(pair: ClipPair, settings: ExportSettings) -> None:
    if pair.contextualizer is None:
        raise ValueError("this pair has no contextualizer; leave out contextualized, or give an SRL-CLIP adapter")
    most = pair.contextualizer.settings.max_frames
    if settings.frames_per_event > most:
        raise ValueError(f"frames_per_event is {settings.frames_per_event}; the contextualizer takes at most {most}")


def _identity(pair: ClipPair, settings: ExportSettings, format: str) -> dict[str, Any]:
    """What must not change within a folder."""
    choices = {**asdict(settings), "models": sorted(settings.models), "levels": sorted(settings.levels)}
    if settings.count is not None:
        choices["rate"] = None
    if settings.events is not None:
        choices["event_seconds"] = None
    in_context = CONTEXTUALIZED in settings.levels
    return {
        "version": VERSION,
        "settings": {**choices, "format": format},
        "fingerprints": {
            m: pair.mark(pair.feature_fingerprint(m, in_context and m == "adapted")) for m in settings.models
        },
        "dim": pair.embed_dim,
        "preprocessing": asdict(pair.base.preprocess_spec),
    }


def _about(ids: tuple[str, str]) -> dict[str, Any]:
    return {
        "program": f"srlclip {__version__}",
        # A local model's folder, without where it lies on this machine.
        "models": {m: Path(i).name if Path(i).is_absolute() else i for m, i in zip(MODELS, ids, strict=True)},
        "rows": "frame i is the one on screen at (i + 0.5) * duration / rows seconds of the clip; event k covers "
        "k * duration / rows to (k + 1) * duration / rows",
    }


def _times(planned: Plan) -> dict[str, Any]:
    """Seconds of a clip to the microsecond; start is where the clip begins in its file."""
    return {
        "start": round(planned.start, 6),
        "duration": round(planned.duration, 6),
        "timestamps": planned.frames.round(6).tolist(),
        "events": planned.spans.round(6).tolist(),
    }


def _sentences(situation: Situation) -> list[str]:
    return [prompts.caption(event, "natural").text for event in situation.events]
