"""A captioner's clips: frozen features, labels as tensors, batches in a seeded order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from srlclip.captioning.captioner import Captioner, Slots, fillers_to_tokens
from srlclip.files import json_digest
from srlclip.models.pair import ClipPair
from srlclip.situations import ROLE_KEYS, DataError, Event, Situation
from training.captioning.frozen_features import frozen_features
from training.captioning.settings import CaptionerTraining
from training.recipe.data import Processes, cached_frames, draw_share, first_events, load_split


@dataclass(frozen=True)
class CaptionBatch:
    """B clips of E events. frames: (B, E, F, D); events: (B, E, D) or None. verbs: (B, E), -1 for a verb that the
    captioner does not know. roles: (B, E, 12), 1 where the event has the role. slots and tokens: the fillers, see
    Captioner.forward. weight: 0 for a stand-in, of a process that has no clip of its own."""

    frames: Tensor
    events: Tensor | None
    verbs: Tensor
    roles: Tensor
    slots: Slots
    tokens: Tensor
    weight: float


class CaptionerData:
    """Clips with labels and usable video, their features in memory. skipped: (clip id, reason) of the others.

    fingerprint: 16 hex digits over the clips, their pixels, labels, and the weights of the features.
    """

    def __init__(self, situations: Sequence[Situation], frames: dict[str, np.ndarray], events: dict[str, np.ndarray] | None,
                 skipped: Sequence[tuple[str, str]], fingerprint: str, seed: int, batch_clips: int):  # fmt: skip
        self.situations, self.frames, self.events = list(situations), frames, events
        self.skipped, self.fingerprint, self.seed, self.batch_clips = list(skipped), fingerprint, seed, batch_clips
        self._by_id = {s.clip_id: s for s in self.situations}

    def __len__(self) -> int:
        return len(self.situations)

    @classmethod
    def prepare(cls, s: CaptionerTraining, pair: ClipPair, split: str, clips: int, processes: Processes,
                progress: bool = True, labelled: bool = True) -> CaptionerData:  # fmt: skip
        """Decode and embed what is not cached yet, each process a part. labelled: whether clips without labels are left
        out, which can be read but not learnt from. Raises DataError (see frame_cache)."""
        d = s.data
        skip = s.skip_clips if split == "train" else 0
        situations = load_split(d, split, clips and clips + skip)[0][skip:]
        if split == "train":
            situations = draw_share(situations, d.share, s.seed)
        cache = cached_frames(situations, d, pair.base.preprocess_spec, progress, processes)
        kept = [first_events(x, d.events) for x in situations if x.clip_id in cache and (x.events or not labelled)]
        if not kept:
            raise DataError(f"no labelled clip with a video for {split}; a captioner learns from annotations")
        ids = [x.clip_id for x in kept]
        features = frozen_features(pair, s.model, cache, ids, d.cache, processes, progress)
        # Labels for fewer events than the video has: the frames of the others are left out.
        features = {x.clip_id: features[x.clip_id][: len(x.events) or None] for x in kept}
        context = None
        if s.model == "adapted" and s.captioner.contextualized and pair.contextualizer is not None:
            device = pair.base.device
            context = {
                clip: pair.context_events(torch.from_numpy(value)[None].to(device))[0].cpu().numpy()
                for clip, value in features.items()
            }
        weights = pair.feature_fingerprint(s.model, context is not None)
        mark = json_digest([cache.fingerprint(), weights, [[x.clip_id, _labels(x)] for x in kept]], 16)
        return cls(kept, features, context, cache.skipped, mark, s.seed, s.optim.batch_clips)

    def without(self, first: int) -> CaptionerData:
        """These clips but the first ones."""
        kept = self.situations[first:]
        return CaptionerData(
            kept, self.frames, self.events, self.skipped, self.fingerprint, self.seed, self.batch_clips
        )

    def stacked(self, ids: Sequence[str]) -> tuple[Tensor, Tensor | None]:
        """Features of clips with equally many events: frames (B, E, F, D) and event vectors (B, E, D) or None."""
        frames = torch.from_numpy(np.stack([self.frames[i] for i in ids]))
        return frames, torch.from_numpy(np.stack([self.events[i] for i in ids])) if self.events is not None else None

    def grouped(self, situations: Sequence[Situation] | None = None) -> list[list[str]]:
        """Batches of clip ids with equally many events, in order."""
        groups: dict[int, list[str]] = {}
        for situation in self.situations if situations is None else situations:
            groups.setdefault(len(self.frames[situation.clip_id]), []).append(situation.clip_id)
        size = self.batch_clips
        return [ids[i : i + size] for ids in groups.values() for i in range(0, len(ids), size)]

    def batches(self, epoch: int, captioner: Captioner, rank: int = 0, ranks: int = 1) -> Iterator[CaptionBatch]:
        """This rank's share of every batch of the epoch, in an order that depends on seed and epoch alone."""
        rng = np.random.default_rng([self.seed, 211, epoch])
        batches = self.grouped([self.situations[int(i)] for i in rng.permutation(len(self))])
        for i in rng.permutation(len(batches)):
            ids = batches[int(i)]
            own = [str(clip) for clip in np.array_split(np.array(ids, dtype=object), ranks)[rank]]
            yield self.batch(own or ids[:1], captioner, 1.0 if own else 0.0)

    def batch(self, ids: Sequence[str], captioner: Captioner, weight: float = 1.0) -> CaptionBatch:
        """The features and labels of clips with equally many events."""
        clips = [self._by_id[i].events for i in ids]
        place = {verb_id: i for i, verb_id in enumerate(captioner.verb_ids)}
        labels = [[fillers(event) for event in events] for events in clips]
        texts = [text for clip in labels for event in clip for text in event.values()]
        roles = [[[float(key in event) for key in ROLE_KEYS] for event in clip] for clip in labels]
        frames, events = self.stacked(ids)
        return CaptionBatch(
            frames,
            events,
            torch.tensor([[place.get(event.verb_id, -1) for event in events] for events in clips]),
            torch.tensor(roles),
            Slots.of([[list(event) for event in clip] for clip in labels]),
            fillers_to_tokens(texts, captioner.vocabulary, captioner.settings.max_words),
            weight,
        )


def _labels(situation: Situation) -> list[object]:
    sets = situation.annotations or (situation.events,)
    labels = [[[e.verb, e.verb_id, [[r.key, r.name, r.filler] for r in e.roles]] for e in events] for events in sets]
    return [labels, situation.verb_votes]


def fillers(event: Event) -> dict[str, str]:
    """Role key -> filler as it was written, "-" (not visible) included: the official metrics compare it like any other.

    Of several roles with one key the first counts; empty fillers are left out.
    """
    out: dict[str, str] = {}
    for role in event.roles:
        if role.filler.split():
            out.setdefault(role.key, role.filler)
    return out
