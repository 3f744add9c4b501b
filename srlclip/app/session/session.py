"""What one visitor brings along: clips with labels of their own, what both models say of them, and the limits.

Knows no page. The videos lie in a folder that belongs to the session alone; everything else is plain frozen values, so
that a session without its videos (saved_file) still shows its labels and results.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from srlclip.app.session.labels import Slots, checked
from srlclip.app.session.values import (
    LISTED,
    MAX_BYTES,
    MAX_CLIPS,
    MAX_NAME,
    MAX_RESULTS,
    OwnClip,
    QueryFile,
    Result,
    Value,
    models_of,
)
from srlclip.app.session.votes import Votes
from srlclip.files import files_digest, link_or_copy
from srlclip.language import prompts
from srlclip.progress import Progress
from srlclip.results import Timeline, picked
from srlclip.situations import Caption, DataError, Event, Situation, VideoDecodeError
from srlclip.video.limits import under_name

if TYPE_CHECKING:
    import numpy as np

    from srlclip.comparison.comparison import Comparison
    from srlclip.comparison.embedding import Frames


class Session:
    """A visitor's clips, labels and results. room: bytes that the server still has for everybody's clips. deleted: called with
    the files of videos that were deleted, so that whoever shows them stops.

    Methods that compute take the comparison to do it with, which may change between calls: embeddings are made anew then.
    """

    def __init__(
        self,
        folder: Path,
        room: Callable[[], int] = lambda: MAX_BYTES,
        deleted: Callable[[Collection[Path]], None] = lambda files: None,
    ):
        self.folder, self._room, self._deleted = folder, room, deleted
        self._clips: dict[str, OwnClip] = {}
        self._files: dict[str, Path] = {}
        self._features: dict[tuple, dict[str, np.ndarray]] = {}
        self._frames: dict[tuple, Frames] = {}
        self._results: list[Result] = []
        self.votes = Votes()
        self.queries: QueryFile | None = None
        self._lock = threading.RLock()

    # -- clips --------------------------------------------------------------------------------------------------------

    @property
    def clips(self) -> tuple[OwnClip, ...]:
        return tuple(self._clips.values())

    @property
    def results(self) -> tuple[Result, ...]:
        """The newest last."""
        return tuple(self._results)

    @property
    def playable(self) -> list[str]:
        """Names of the clips whose video is here."""
        return [clip.name for clip in self.clips if self.has_video(clip.name)]

    @property
    def bytes_held(self) -> int:
        return sum(self._clips[name].size for name in self._files if name in self._clips)

    def clip(self, name: str | None) -> OwnClip:
        """Raises DataError for a name that no clip of this session has."""
        if name not in self._clips:
            raise DataError(f"no clip {str(name)[:60]!r} among yours; choose one of the list or upload it")
        return self._clips[name]  # type: ignore[index]

    def has_video(self, name: str) -> bool:
        return name in self._files

    def add(
        self, comparison: Comparison, path: str | Path, name: str, progress: Progress | None = None
    ) -> tuple[OwnClip, bool]:
        """Take a copy of a video and embed it once; (the clip, whether it was known from an opened file).

        Raises VideoDecodeError with the reason, ValueError for the limits and for a video that is here already.
        """
        with self._lock:
            sha256, size = _digest(Path(path))
            known = next((clip for clip in self.clips if clip.sha256 == sha256), None)
            if known is not None and self.has_video(known.name):
                raise ValueError(f"the same video is here already, as {known.name}")
            self._check_room(size, known)
            stored = self.folder / f"{secrets.token_hex(16)}{Path(name).suffix.lower()[:8]}"
            link_or_copy(Path(path), stored)
            try:
                clip = known or OwnClip(self._free_name(name, comparison), size, sha256, 0.0)
                whole = replace(_situation(clip, stored), end=None)
                situation, features = comparison.embed_upload(whole, progress)
                clip = replace(clip, seconds=situation.end)
                clip = clip if known else replace(clip, events=clip.unlabelled)
            except (VideoDecodeError, ValueError) as error:
                stored.unlink(missing_ok=True)
                # the visitor knows the file by its name; where it is kept is none of the visitor's business
                raise under_name(error, stored, name) from error
            self._clips[clip.name], self._files[clip.name] = clip, stored
            self._features[self._key(comparison, clip)] = features
            return clip, known is not None

    def _check_room(self, size: int, known: OwnClip | None) -> None:
        if known is None and len(self._clips) >= MAX_CLIPS:
            raise ValueError(f"{MAX_CLIPS} clips are the most of a session; remove one first")
        if self.bytes_held + size > MAX_BYTES:
            raise ValueError(f"your clips would hold more than {MAX_BYTES // 2**20} MB together; remove one first")
        if size > self._room():
            raise ValueError("the server has no room for more clips at the moment; try again later")

    def _free_name(self, name: str, comparison: Comparison, also: Collection[str] = ()) -> str:
        """The file's name, shortened, unlike any clip's of the session or the gallery, and unlike those of `also`."""
        plain = " ".join("".join(c if c.isprintable() else " " for c in name).split()) or "clip"
        stem, dot, suffix = plain.rpartition(".")
        stem, suffix = (stem, dot + suffix) if stem and len(suffix) <= 8 else (plain, "")
        taken = {*self._clips, *comparison.clip_ids(), *also}
        for number in range(1, len(taken) + 2):
            mark = f" ({number})" if number > 1 else ""
            wanted = f"{stem[: MAX_NAME - len(mark) - len(suffix)]}{mark}{suffix}"
            if wanted not in taken:
                return wanted
        raise AssertionError("one more name than clips is always free")

    def remove(self, name: str) -> None:
        """Forget a clip, its video and embeddings; results that name it stay."""
        with self._lock:
            self.clip(name)
            del self._clips[name]
            self._delete([self._files.pop(name)] if name in self._files else [])
            self._features = {key: value for key, value in self._features.items() if key[0] != name}
            for frames in self._frames.values():
                for key in [key for key in frames if key[0] == name]:
                    del frames[key]

    def replace_all(self, clips: Iterable[OwnClip], results: Iterable[Result]) -> None:
        """Become what a file holds, votes aside and without queries; videos that are here and belong to one of its clips stay connected."""
        with self._lock:
            files = {self._clips[name].sha256: file for name, file in self._files.items()}
            self._clips = {clip.name: clip for clip in clips}
            self._results = list(results)[-MAX_RESULTS:]
            self.votes.replace(())
            self.queries = None
            self._files = {c.name: files.pop(c.sha256) for c in self.clips if c.sha256 in files}
            self._delete(list(files.values()))
            self._features, self._frames = {}, {}

    def open(self, comparison: Comparison, clips: Sequence[OwnClip], results: Iterable[Result]) -> dict[str, str]:
        """Become what a file holds; clips that are called like one of the gallery get another name: old -> new."""
        with self._lock:
            taken = {clip.name for clip in clips}
            names: dict[str, str] = {}
            for name in sorted(taken & set(comparison.clip_ids())):
                names[name] = self._free_name(name, comparison, taken | set(names.values()))
            given = [replace(clip, name=names.get(clip.name, clip.name)) for clip in clips]
            self.replace_all(given, [result.renamed(names) for result in results])
            return names

    def _delete(self, files: Collection[Path]) -> None:
        for file in files:
            file.unlink(missing_ok=True)
        self._deleted(files)

    def annotate(self, name: str, events: Slots) -> OwnClip:
        """Write a clip's labels; None where there are none. Raises ValueError for too many, DataError for the name.

        Labels of some events only need as many as an unlabelled clip is cut into: their number says how it is cut.
        """
        with self._lock:
            clip = self.clip(name)
            checked([event for event in events if event is not None] or [Event("", "")])
            if None in events and len(events) != len(clip.unlabelled):
                raise ValueError(f"Labels of {len(events)} events need a verb in each of them.")
            if len(events) != len(clip.events):
                self._features = {key: value for key, value in self._features.items() if key[0] != name}
            self._clips[name] = replace(clip, events=tuple(events))
            return self._clips[name]

    def situation(self, name: str, labelled: bool = True) -> Situation:
        """A clip as the models and the player see it; with labels if every event has some, and they are wanted."""
        clip = self.clip(name)
        return _situation(clip if labelled else replace(clip, events=clip.unlabelled), self._files.get(name))

    # -- comparing ----------------------------------------------------------------------------------------------------

    def search(
        self, comparison: Comparison, query: str, with_gallery: bool, progress: Progress | None = None
    ) -> Result:
        """The session's clips (and the gallery's) ranked by both models. No target, so no winner."""
        view = self.view(comparison, self.playable, with_gallery, progress)
        result = view.search(query)
        short = result.hits.map(lambda hits: tuple(dict.fromkeys((*hits[:LISTED], *picked(hits, list(self._clips))))))
        return self._keep(comparison, "search", replace(result, hits=short))

    def caption(
        self, comparison: Comparison, name: str, decoder: str = "auto", progress: Progress | None = None,
        labelled: bool = True,
    ) -> Result:  # fmt: skip
        """SRL captions of a clip, beside its labels if every event has some and they are wanted."""
        view = self.view(comparison, [name], False, None, labelled)
        return self._keep(comparison, "captions", view.caption(name, progress=progress, decoder=decoder))

    def negatives(self, comparison: Comparison, name: str, index: int, kinds: Sequence[str]) -> tuple[Caption, ...]:
        """Hard negatives from the labels of an event; none if it has no labels."""
        labels = self.labels(name, index)
        return comparison.negatives_of(*labels, kinds) if labels is not None and kinds else ()

    def score(
        self, comparison: Comparison, name: str, index: int, true: str, negatives: Sequence[Caption],
        progress: Progress | None = None,
    ) -> Result:  # fmt: skip
        """A true caption against negatives on one event of a clip."""
        event = self.event(name, index)
        view = self.view(comparison, [name], False, progress)
        result = view.score(name, index, true, negatives, progress=progress)
        if event is not None:  # the view knows labels only where every event has some
            caption = prompts.recognised(true, event, comparison.caption_of)
            result = replace(result, true=replace(result.true, caption=caption))
        return self._keep(comparison, "negatives", result)

    def timeline(self, comparison: Comparison, name: str, query: str) -> Timeline:
        """Similarity of a text to each event of a clip, of the session or the gallery."""
        if name not in self._clips:
            return comparison.timeline(name, query)
        return self.view(comparison, [name], False, None).timeline(name, query)

    def event(self, name: str, index: int) -> Event | None:
        """The labels of an event, None without. Raises ValueError for a number that the clip does not have."""
        events = self.clip(name).events
        if not 0 <= index < len(events):
            raise ValueError(f"{name} has {len(events)} events; event {index + 1} is not one of them")
        return events[index]

    def labels(self, name: str, index: int) -> tuple[Situation, int] | None:
        """The clip's labelled events and which of them the event is, as negatives and swaps are made from; None without
        labels of it."""
        if self.event(name, index) is None:
            return None
        clip = self.clip(name)
        return Situation(name, None, clip.labelled), sum(each is not None for each in clip.events[:index])

    def view(
        self, comparison: Comparison, names: Sequence[str], with_gallery: bool, progress: Progress | None,
        labelled: bool = True,
    ) -> Comparison:  # fmt: skip
        """The comparison over these clips; raises ValueError if a video is not here."""
        with self._lock:
            missing = [name for name in names if not self.has_video(self.clip(name).name)]
            if missing or not (names or with_gallery):
                what = f"The video of {missing[0]} is not" if missing else "No video of yours is"
                raise ValueError(f"{what} here. Upload it; a file of the same content is recognised.")
            clips = []
            for name in names:
                clip = self.clip(name)
                key = self._key(comparison, clip)
                if key not in self._features:
                    self._features[key] = comparison.embed_video(self.situation(name), progress)
                clips.append((self.situation(name, labelled), self._features[key]))
            pair = self._key(comparison, None)
            if pair not in self._frames:  # those of other pairs go: they could be many
                self._frames = {pair: OrderedDict()}
            return comparison.over(clips, with_gallery, self._frames[pair])

    # -- parts --------------------------------------------------------------------------------------------------------

    def _keep(self, comparison: Comparison, kind: str, value: Value) -> Result:
        when = datetime.now(timezone.utc).isoformat(timespec="seconds")
        result = Result(kind, when, models_of(comparison), value)
        with self._lock:
            self._results = [*self._results, result][-MAX_RESULTS:]
        return result

    @staticmethod
    def _key(comparison: Comparison, clip: OwnClip | None) -> tuple:
        prints = tuple(sorted(comparison.gallery.fingerprints.items()))
        return (clip.name, len(clip.events), prints) if clip is not None else prints


def _situation(clip: OwnClip, path: Path | None) -> Situation:
    events = clip.labelled if len(clip.labelled) == len(clip.events) else ()
    return Situation(clip.name, path, events, end=clip.seconds)


def _digest(path: Path) -> tuple[str, int]:
    """(sha256, bytes) of a file. Raises VideoDecodeError if it is gone or empty."""
    try:
        sha256, size = files_digest(path), path.stat().st_size
    except OSError as error:
        raise VideoDecodeError("the upload is gone; upload the video again") from error
    if not size:
        raise VideoDecodeError("the file is empty (0 bytes); upload a video of at least one frame")
    return sha256, size
