"""The clips of a comparison: a gallery's and people's uploads, with their event embeddings; and frame embeddings, kept for a while."""

from __future__ import annotations

import secrets
import threading
from collections import ChainMap, OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from srlclip.comparison.embedding import FRAMES_PER_EVENT, Frames, frame_embeddings, upload_embeddings
from srlclip.comparison.joined import AnyGallery, with_clips
from srlclip.comparison.remote import RemoteGallery
from srlclip.models.pair import ClipPair
from srlclip.progress import Progress
from srlclip.situations import DataError, Event, Situation, event_count
from srlclip.video import frames as video

#: How many uploads are remembered at a time, and of how many clips the frame embeddings.
UPLOADS_KEPT = 64
CLIPS_KEPT = 64


class ClipStore:
    """Clips by their ids. situations: of the gallery's clips, by their ids if they are not to be listed. kept: where frame embeddings are kept. Safe for threads."""

    def __init__(
        self,
        pair: ClipPair,
        gallery: AnyGallery | RemoteGallery,
        situations: Sequence[Situation] | Mapping[str, Situation],
        kept: Frames | None = None,
    ):
        self.gallery = gallery
        listed = not isinstance(situations, Mapping)
        self.labels: Mapping[str, Situation] = {s.clip_id: s for s in situations} if listed else situations
        self.kept: Frames = OrderedDict() if kept is None else kept
        self._pair = pair
        self._uploads: OrderedDict[str, tuple[Situation, dict[str, np.ndarray]]] = OrderedDict()
        self._lock = threading.Lock()

    def over(
        self, clips: Sequence[tuple[Situation, dict[str, np.ndarray]]], with_gallery: bool, kept: Frames
    ) -> ClipStore:
        """A store of these clips, each with its event embeddings, and of this gallery's if asked. ValueError if ids repeat."""
        gallery = with_clips(self.gallery, {s.clip_id: f for s, f in clips}, with_gallery)
        view = ClipStore(self._pair, gallery, [s for s, _ in clips], kept)
        if with_gallery:  # looked up in both, so that a view costs what its own clips do
            view.labels = ChainMap(dict(view.labels), self.labels)  # type: ignore[arg-type]
        return view

    def situation(self, clip_id: str) -> Situation:
        """Raises DataError for an unknown id."""
        return self.labels[clip_id] if clip_id in self.labels else self._upload(clip_id)[0]

    def event(self, clip_id: str, index: int) -> Event:
        """A labelled event. Raises DataError for a clip without labels, ValueError for a bad index."""
        events = self.situation(clip_id).events
        if not events:
            raise DataError(f"clip {clip_id!r} has no labels; type a caption instead")
        if not 0 <= index < len(events):
            raise ValueError(f"event {index} of {clip_id}; allowed: 0 to {len(events) - 1}")
        return events[index]

    def label(self, clip_id: str, index: int) -> Event | None:
        """The same, or None where the clip has no label for that event."""
        events = self.situation(clip_id).events
        return events[index] if index < len(events) else None

    def spans(self, clip_id: str) -> tuple[tuple[float, float], ...]:
        """(start, end) in seconds of the file, of the events that `embedded` tells of."""
        situation = self.situation(clip_id)
        end = video.clip_end(situation)
        count = event_count(situation, end - situation.start)
        return video.event_spans(end, count, situation.start, end)

    def embedded(self, clip_id: str) -> dict[str, np.ndarray]:
        """Event embeddings: model -> (E, D), L2-normalised. Raises DataError for an unknown id."""
        place = self.gallery.place(clip_id)
        return self._upload(clip_id)[1] if place is None else self.gallery.event_vectors(place)

    def one_event(self, clip_id: str, index: int) -> dict[str, np.ndarray]:
        """model -> (D,), one event of `embedded`. Raises ValueError for a bad index."""
        rows = self.embedded(clip_id)
        count = len(rows["base"])
        if not 0 <= index < count:
            raise ValueError(f"event {index} of {clip_id}; allowed: 0 to {count - 1}")
        return {model: events[index] for model, events in rows.items()}

    def frames(
        self, situation: Situation, events: int, per_event: int = FRAMES_PER_EVENT, progress: Progress | None = None
    ) -> dict[str, np.ndarray]:
        """Frame embeddings of a clip: model -> (E, F, D); those of the last few clips are kept. VideoDecodeError."""
        key = (situation.clip_id, events, per_event)
        with self._lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        vectors = frame_embeddings(self._pair, situation, events, per_event, progress)
        self._keep(key, vectors)
        return vectors

    def add_upload(self, path: str, progress: Progress | None = None) -> str:
        """Decode and embed someone's video once, under an id that cannot be guessed. Raises VideoDecodeError."""
        situation = Situation(f"upload-{secrets.token_hex(8)}", Path(path), ())
        situation, features, frames = upload_embeddings(self._pair, situation, progress)
        with self._lock:
            self._uploads[situation.clip_id] = (situation, features)
            while len(self._uploads) > UPLOADS_KEPT:
                self._uploads.popitem(last=False)
        # what reads as many frames of an event, its captions perhaps, need not read it again
        self._keep((situation.clip_id, len(features["base"]), FRAMES_PER_EVENT), frames)
        return situation.clip_id

    def _upload(self, clip_id: str) -> tuple[Situation, dict[str, np.ndarray]]:
        with self._lock:
            if clip_id in self._uploads:
                return self._uploads[clip_id]
        raise DataError(f"no clip {clip_id!r}; it may have expired: upload it again, or choose one of the gallery")

    def _keep(self, key: tuple[str, int, int], vectors: dict[str, np.ndarray]) -> None:
        with self._lock:
            self.kept[key] = vectors
            while len(self.kept) > CLIPS_KEPT:
                self.kept.popitem(last=False)
