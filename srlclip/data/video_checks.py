"""Whether a dataset's videos are there and can be decoded: for `validate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from srlclip.data.problems import Problem, refuse, remark
from srlclip.parallel import spawn_map
from srlclip.situations import EVENTS_PER_CLIP, SECONDS_PER_EVENT, DataError, Situation, VideoDecodeError
from srlclip.video.frames import probe, read_frames

#: A video this much longer (seconds) than its label says may be another one.
_SLACK = 0.5
#: Path, start, end, events.
Job = tuple[str, float, float | None, int]


class Clip(Protocol):
    """A clip and where its labels stand; video: where its video should be, None if the labels name none."""

    situation: Situation
    file: Path
    line: int | None
    video: Path | None
    seconds: float | None


def check_files(clips: Sequence[Clip], problems: list[Problem]) -> list[Clip]:
    """Those whose video is there and not empty; the others are noted, all at once if not even their folder is there."""
    whole: list[Clip] = []
    gone: set[Path] = set()
    for clip in clips:
        path, video = clip.situation.path, clip.video
        if path is None:
            if video is None or video.parent in gone:
                continue
            if video.parent.is_dir():
                remark(problems, f"no video {video}", clip.file, clip.line, clip.situation.clip_id)
            else:
                gone.add(video.parent)
                remark(problems, f"no folder {video.parent}, so no video of this clip and others in it", clip.file,
                       clip.line, clip.situation.clip_id)  # fmt: skip
        elif message := _empty(path):
            refuse(problems, DataError(message, file=clip.file, line=clip.line, entry=clip.situation.clip_id))
        else:
            whole.append(clip)
    return whole


def _empty(path: Path) -> str:
    if path.is_dir():
        return "" if next(path.iterdir(), None) else f"{path} is an empty folder; it should hold frames"
    return "" if path.stat().st_size else f"{path} is empty (0 bytes)"


def decode_all(clips: Sequence[Clip], workers: int, problems: list[Problem]) -> None:
    """Decode the frames that training reads of each clip; note those that fail, are too short for their events, or may be
    cut elsewhere than their labels mean."""
    jobs = [(str(c.situation.path), c.situation.start, c.situation.end, len(c.situation.events)) for c in clips]
    for clip, (seconds, error) in zip(clips, spawn_map(_decode, jobs, workers, chunk=8), strict=True):
        entry = clip.situation.clip_id
        if error:
            refuse(problems, DataError(error, file=clip.file, line=clip.line, entry=entry))
        elif clip.seconds is not None and seconds > clip.seconds + _SLACK:
            read = f"only its first {clip.seconds:g} s are read"
            message = f"the video is {seconds:.2f} s long, its name says {clip.seconds:g} s; {read}"
            remark(problems, message, clip.file, clip.line, entry)
        elif message := _guessed_cut(clip.situation, seconds):
            remark(problems, message, clip.file, clip.line, entry)


def _guessed_cut(situation: Situation, seconds: float) -> str:
    """What to say of several events that share a whole file because their label has no end; "" if they fit VidSitu's."""
    count = len(situation.events)
    each = (seconds - situation.start) / max(count, 1)
    if situation.end is not None or count < 2 or abs(each - SECONDS_PER_EVENT) * count <= _SLACK:
        return ""
    return f"no end, so its {count} events share all of the video, {each:.2f} s each; write where the last one ends"


def _decode(job: Job) -> tuple[float, str]:
    """(duration in seconds, "" or what is wrong)."""
    path, start, end, events = job
    try:
        seconds = probe(path).duration
        read_frames(path, events=events or EVENTS_PER_CLIP, start=start, end=end)
    except ValueError as error:
        return 0.0, f"{path}: {error}"
    except (VideoDecodeError, OSError) as error:
        return 0.0, str(error)
    return seconds, ""
