"""Posters and playable clips as page addresses: clip id -> file is looked up here, never given by a visitor.

Only a folder of our own is served. Clips appear in it, under names that tell nothing, when a page first shows them.
"""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import gradio as gr
import numpy as np
from PIL import Image, ImageOps

from srlclip.files import link_or_copy, text_digest
from srlclip.plots import short_name
from srlclip.situations import Situation, SrlClipError, event_count
from srlclip.video.frames import clip_end, event_spans, poster, read_moments

POSTER_WIDTH = 320
#: Wide enough for a quarter of the page.
OVERLAY_WIDTH = 280
#: A frame of a clip's strip.
FRAME_WIDTH, FRAME_HEIGHT = 144, 108
#: Suffixes that browsers are asked to play; others keep their poster.
PLAYABLE = (".mp4", ".webm", ".mov", ".m4v", ".mkv", ".ogv", ".avi")
#: How many uploads stay playable; the oldest go first, so that a public server's disk does not fill.
KEPT_UPLOADS = 24
#: How many sets of overlays stay, about 80 kB each; the oldest go first.
KEPT_OVERLAYS = 200


@dataclass(frozen=True)
class Shot:
    """A clip, or one event of it, on a page. poster, video: addresses or "". start, end: its seconds inside the file.

    name: what an upload's file is called; "" for a clip that its id names.
    """

    clip_id: str
    poster: str = ""
    video: str = ""
    start: float = 0.0
    end: float | None = None
    name: str = ""

    @property
    def title(self) -> str:
        """What to call it on the page."""
        return self.name or short_name(self.clip_id)


class Media:
    """Addresses of posters and clips.

    situation: looks a clip id up (raises for unknown ids); the same id may mean another file for someone else.
    reader: (file, second) -> uint8 (H, W, 3). strip: (file, T ascending seconds) -> uint8 (T, H, W, 3). keep: clip ids that belong to the gallery and are never removed.
    """

    def __init__(
        self,
        situation: Callable[[str], Situation],
        keep: Container[str] = (),
        reader: Callable[[Path, float], np.ndarray] = poster,
        strip: Callable[[Path, np.ndarray], np.ndarray] = read_moments,
    ):
        self._situation, self._keep, self._reader, self._strip = situation, keep, reader, strip
        self._folder_owner = tempfile.TemporaryDirectory(prefix="srlclip-media-")  # gone when the process ends
        self.folder = Path(self._folder_owner.name).resolve()
        self._shots: dict[tuple, Shot] = {}
        self._uploads: list[tuple] = []
        self._sheets: dict[str, list[Path]] = {}  # by the clip's poster
        self._overlays: OrderedDict[tuple[str, str], list[Path]] = (
            OrderedDict()
        )  # by the clip's poster and what they show
        self._lock = threading.Lock()
        gr.set_static_paths([self.folder])

    def shot(self, clip_id: str, event: int | None = None) -> Shot:
        """Addresses of a clip, or of one of its events (poster and seconds); made on first use, then remembered.

        A clip that cannot be drawn has empty ones.
        """
        return self._made(self._situation(clip_id), event, clip_id in self._keep)

    def shot_of(self, situation: Situation, event: int | None = None) -> Shot:
        """The same of a clip that is looked up elsewhere; its files stay until `forget`."""
        return self._made(situation, event, True)

    def sheet(self, clip_id: str, moments: Sequence[float]) -> str:
        """Address of one picture with the frames on screen at ascending moments side by side, made on first use; "" for a
        clip that cannot be drawn. Raises for unknown ids as `situation` does."""
        shot = self.shot(clip_id)
        source = self._situation(clip_id).path
        if not shot.poster or source is None:
            return ""
        name = text_digest(f"{shot.poster}|{[round(m, 3) for m in moments]}", 20)
        target = self.folder / f"{name}.jpg"
        with self._lock:
            if not target.exists():
                try:
                    frames = self._strip(Path(source), np.asarray(moments))
                except (SrlClipError, OSError, ValueError):
                    return ""
                small = [ImageOps.fit(Image.fromarray(frame), (FRAME_WIDTH, FRAME_HEIGHT)) for frame in frames]
                sheet = Image.new("RGB", (FRAME_WIDTH * len(small), FRAME_HEIGHT))
                for number, image in enumerate(small):
                    sheet.paste(image, (FRAME_WIDTH * number, 0))
                sheet.save(target, quality=80)
                self._sheets.setdefault(shot.poster, []).append(target)
        return _address(target)

    def overlays(
        self,
        clip_id: str,
        moments: Sequence[float],
        shows: str,
        draw: Callable[[Sequence[np.ndarray]], list[np.ndarray]],
    ) -> tuple[str, ...]:
        """Addresses of pictures drawn over the frames at ascending moments, made on first use; () for a clip that cannot be
        drawn. shows: what tells them apart. draw: small frames, uint8 (H, W, 3) each -> pictures. Raises as `sheet` does.
        """
        shot = self.shot(clip_id)
        source = self._situation(clip_id).path
        if not shot.poster or source is None:
            return ()
        key = (shot.poster, text_digest(f"{shot.poster}|{list(moments)}|{shows}", 20))
        with self._lock:
            if key not in self._overlays:
                try:
                    frames = self._strip(Path(source), np.asarray(moments))
                except (SrlClipError, OSError, ValueError):
                    return ()
                drawn = draw([np.asarray(_narrow(frame, OVERLAY_WIDTH)) for frame in frames])
                files = [self.folder / f"{key[1]}-{number}.jpg" for number in range(len(drawn))]
                for file, picture in zip(files, drawn, strict=True):
                    Image.fromarray(picture).save(file, quality=80)
                self._overlays[key] = files
                while len(self._overlays) > KEPT_OVERLAYS:
                    _delete(self._overlays.popitem(last=False)[1])
            self._overlays.move_to_end(key)
            return tuple(map(_address, self._overlays[key]))

    def forget(self, sources: Collection[Path]) -> None:
        """Take the clips of these files, and their posters, off the pages."""
        with self._lock:
            for known in [known for known in self._shots if known[2] in sources]:
                self._unlink(self._shots.pop(known))

    def poster_file(self, shot: Shot) -> Path | None:
        """Where a shot's poster lies, if it has one."""
        return self.folder / Path(shot.poster).name if shot.poster else None

    def _made(self, situation: Situation, event: int | None, keep: bool) -> Shot:
        known = (situation.clip_id, event, situation.path, situation.start, len(situation.events))
        with self._lock:
            if known not in self._shots:
                shot = self._publish(situation, event)
                name = situation.path.name if situation.path is not None and not keep else ""
                self._shots[known] = replace(shot, name=name)
                if event is None and not keep:
                    self._forget_old_uploads(known)
            return self._shots[known]

    def _publish(self, situation: Situation, event: int | None) -> Shot:
        clip_id, source = situation.clip_id, situation.path
        if source is None or not Path(source).exists():
            return Shot(clip_id)
        source = Path(source)
        key = f"{source.resolve()}|{source.stat().st_mtime_ns}|{situation.start}"
        name = text_digest(key, 20)
        start, end = situation.start, situation.end
        if event is None:
            at = start + 0.3 * ((end if end is not None else start + 10.0) - start)
        else:
            start, end = self._span(situation, event)
            at = (start + end) / 2
            key = f"{key}|{event}|{len(situation.events)}"
        picture = self._poster(source, at, self.folder / f"{text_digest(key, 20)}.jpg")
        video = ""
        if source.is_file() and source.suffix.lower() in PLAYABLE:
            served = self.folder / f"{name}{source.suffix.lower()}"
            if not served.exists():
                link_or_copy(source, served)
            video = _address(served)
        return Shot(clip_id, picture, video, start, end)

    @staticmethod
    def _span(situation: Situation, event: int) -> tuple[float, float]:
        """Seconds of an event inside the file; the whole clip if the file cannot be read."""
        try:
            end = clip_end(situation)
            spans = event_spans(end, event_count(situation, end - situation.start), situation.start, end)
        except (SrlClipError, ValueError):
            return situation.start, situation.end if situation.end is not None else situation.start + 10.0
        return spans[min(event, len(spans) - 1)]

    def _poster(self, source: Path, at: float, target: Path) -> str:
        try:
            image = _narrow(self._reader(source, at), POSTER_WIDTH)
        except (SrlClipError, OSError, ValueError):
            return ""
        image.save(target, quality=85)
        return _address(target)

    def _forget_old_uploads(self, newest: tuple) -> None:
        self._uploads.append(newest)
        while len(self._uploads) > KEPT_UPLOADS:
            old = self._shots.pop(self._uploads.pop(0), None)
            if old is not None:
                self._unlink(old)

    def _unlink(self, shot: Shot) -> None:
        _delete(self._sheets.pop(shot.poster, ()))
        for key in [key for key in self._overlays if key[0] == shot.poster]:
            _delete(self._overlays.pop(key))
        for address in (shot.poster, shot.video):
            if address:
                (self.folder / Path(address).name).unlink(missing_ok=True)


def _narrow(frame: np.ndarray, side: int) -> Image.Image:
    """A frame, neither side longer than `side`."""
    image = Image.fromarray(frame)
    image.thumbnail((side, side))
    return image


def _delete(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _address(file: Path) -> str:
    # relative, so that it also holds behind a proxy that serves the app under a path
    return f"gradio_api/file={file.as_posix()}"
