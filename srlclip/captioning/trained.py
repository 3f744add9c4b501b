"""Trained captioners on the frozen features of a pair, one per model: from frame features to readings of events.

A clip of the trained length is read whole. A longer video is read through windows of that length which slide by one
event; every event's reading comes from the window in which it stands nearest the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from srlclip.captioning.captioner import Captioner, EncodedClips, Slots
from srlclip.captioning.captioner_files import CARD, FeatureSource, load_captioner
from srlclip.captioning.familiarity import World, load_world
from srlclip.captioning.readings import Guess, Reading
from srlclip.language.lexicon import VerbEntry
from srlclip.models.pair import ClipPair
from srlclip.results import MODELS
from srlclip.situations import ROLE_KEYS, CheckpointError

DECODER = "trained captioners on each model's frozen features, greedy; {roles}"
CONFIDENCE = "verbs: softmax share over all verbs; roles: geometric mean of the words' probabilities"
#: Where the roles of an event come from when they are not given.
ROLE_SOURCES = ("lexicon", "predicted")
_KEPT_VERBS, _BATCH = 5, 32
#: A role counts as predicted from this probability on.
_PRESENT = 0.5


def fitting_captioner(folder: str | Path, pair: ClipPair, model: str | None = None) -> tuple[Captioner, FeatureSource]:
    """A captioner that was trained on features of this pair's weights, and those features. CheckpointError.

    model: "base" or "adapted" if it must be that one's.
    """
    captioner, source, _ = load_captioner(folder)
    if model not in (None, source.model):
        raise CheckpointError(f"{folder} was trained on {source.model} features; put it into {source.model}/")
    wanted = pair.feature_fingerprint(source.model, source.contextualized)
    if source.fingerprint == pair.base.projections_fingerprint():
        raise CheckpointError(
            f"{folder} was trained when a base was known by its projections alone, which say nothing of its towers; if it "
            f"was trained on {pair.base.name} as it is now, write {wanted} as the features' fingerprint into "
            f"{Path(folder) / CARD}"
        )
    if source.fingerprint != wanted:
        raise CheckpointError(
            f"{folder} was trained on the features of other weights ({source.fingerprint}, not {wanted}); train it on "
            "this pair: accelerate launch training/captioner.py"
        )
    return captioner, source


class CaptionHeads:
    """Captioners by model ("base", "adapted") and the features that each reads. world: what they were trained on, if known."""

    def __init__(self, pair: ClipPair, heads: dict[str, tuple[Captioner, FeatureSource]], world: World | None = None):
        self.pair, self.heads, self.world = pair, heads, world

    @classmethod
    def load(cls, folder: str | Path, pair: ClipPair) -> CaptionHeads:
        """folder: holds base/ and adapted/, each a captioner trained on that model of the pair. Raises CheckpointError."""
        heads = {}
        for model in MODELS:
            captioner, source = fitting_captioner(Path(folder) / model, pair, model)
            heads[model] = (captioner.to(pair.base.device), source)
        sampled = {model: source.frames_per_event for model, (_, source) in heads.items()}
        if len(set(sampled.values())) > 1:
            counts = " and ".join(f"{model} on {count}" for model, count in sampled.items())
            raise CheckpointError(
                f"the captioners in {folder} were trained on other numbers of frames per event ({counts}); both read the "
                "same frames of a clip: train them with one data.frames_per_event"
            )
        return cls(pair, heads, load_world(folder, pair.fingerprints["base"]))

    @property
    def entries(self) -> tuple[VerbEntry, ...]:
        """Every verb that one of the captioners can name, with its roles."""
        return tuple({e.verb_id: e for captioner, _ in self.heads.values() for e in captioner.entries}.values())

    @property
    def frames_per_event(self) -> int:
        return max(source.frames_per_event for _, source in self.heads.values())

    def read(
        self,
        model: str,
        frames: np.ndarray,
        asked: Sequence[Sequence[str]] | None = None,
        roles: str = "lexicon",
        beams: int = 1,
        progress: Callable[[float], None] | None = None,
    ) -> list[Reading]:
        """One reading per event. frames: (E, F, D), embeddings by that model. asked: role keys per event, where known;
        else those that the best verb has in the lexicon, or the predicted ones. progress: takes the share that is done.
        Raises ValueError for unknown roles, or roles of another number of events.
        """
        return self.read_each(model, frames, (asked,), roles, beams, progress)[0]

    def read_each(
        self,
        model: str,
        frames: np.ndarray,
        questions: Sequence[Sequence[Sequence[str]] | None],
        roles: str = "lexicon",
        beams: int = 1,
        progress: Callable[[float], None] | None = None,
    ) -> list[list[Reading]]:
        """What `read` gives for each `asked` of the questions; the clip itself is read once for all of them."""
        captioner, source = self.heads[model]
        events = len(frames)
        for asked in questions:
            if asked is not None and len(asked) != events:
                raise ValueError(f"roles are asked of {len(asked)} events, but there are frames of {events}")
        size = min(events, source.events)
        # Event e is read in the window that starts at starts[e], where it stands at place e - starts[e].
        starts = [min(max(e - size // 2, 0), events - size) for e in range(events)]
        windows = sorted(set(starts))
        read: list[dict[int, list[Reading]]] = [{} for _ in questions]
        for i in range(0, len(windows), _BATCH):
            block = windows[i : i + _BATCH]
            stack = torch.from_numpy(np.stack([frames[s : s + size] for s in block])).to(captioner.device)
            context = self.pair.context_events(stack) if source.contextualized else None
            given = [[q[s : s + size] for s in block] if q is not None else None for q in questions]
            for known, answer in zip(read, answers(captioner, stack, context, given, roles, beams), strict=True):
                known |= dict(zip(block, answer, strict=True))
            if progress:
                progress(min(1.0, (i + len(block)) / len(windows)))
        return [[known[start][e - start] for e, start in enumerate(starts)] for known in read]


def read_clips(
    captioner: Captioner,
    frames: torch.Tensor,
    events: torch.Tensor | None,
    asked: Sequence[Sequence[Sequence[str]]] | None = None,
    roles: str = "lexicon",
    beams: int = 1,
) -> list[list[Reading]]:
    """Readings of the events of B clips.

    frames, events: as Captioner.encode. asked: per clip and event the role keys, None to take them from `roles`
    ("lexicon": those of the best verb; "predicted": by the role head, at least one). Raises ValueError.
    """
    return answers(captioner, frames, events, (asked,), roles, beams)[0]


@torch.inference_mode()
def answers(
    captioner: Captioner,
    frames: torch.Tensor,
    events: torch.Tensor | None,
    questions: Sequence[Sequence[Sequence[Sequence[str]]] | None],
    roles: str = "lexicon",
    beams: int = 1,
) -> list[list[list[Reading]]]:
    """What read_clips gives for each `asked` of the questions. The clips are encoded once, and equal roles filled once."""
    if roles not in ROLE_SOURCES:
        raise ValueError(f"roles is {roles!r}; allowed: {', '.join(ROLE_SOURCES)}")
    captioner.eval()
    clips = captioner.encode(frames, events)
    shares = clips.verbs.float().softmax(-1)
    top = shares.topk(min(_KEPT_VERBS, shares.shape[-1]), dim=-1)
    verbs = [
        [
            tuple((captioner.verb_ids[i], p) for i, p in zip(ids, kept, strict=True))
            for ids, kept in zip(*row, strict=True)
        ]
        for row in zip(top.indices.tolist(), top.values.tolist(), strict=True)
    ]
    filled: list[tuple[list, list[list[Reading]]]] = []
    out = []
    for asked in questions:
        given = asked if asked is not None else _roles(captioner, clips, verbs, roles)
        keys = [[tuple(dict.fromkeys(event)) for event in clip] for clip in given]  # a role stands once in a reading
        known = next((readings for others, readings in filled if others == keys), None)
        if known is None:
            known = _filled(captioner, clips, verbs, keys, frames.device, beams)
            filled.append((keys, known))
        out.append(known)
    return out


def _filled(
    captioner: Captioner,
    clips: EncodedClips,
    verbs: Sequence[Sequence[tuple[tuple[str, float], ...]]],
    keys: Sequence[Sequence[tuple[str, ...]]],
    device: torch.device,
    beams: int,
) -> list[list[Reading]]:
    """The readings of clips whose verbs are known, with these roles of each event."""
    slots = Slots.of(keys, device)
    said = captioner.decode(captioner.role_vectors(clips, slots)[slots.used], beams)
    texts = (captioner.vocabulary.decode(row) for row in said.tokens.tolist())
    guesses = (Guess(text, share) for text, share in zip(texts, said.log_prob.exp().tolist(), strict=True))
    return [
        [Reading(verbs[b][e], {key: next(guesses) for key in event}) for e, event in enumerate(clip)]
        for b, clip in enumerate(keys)
    ]


def _roles(
    captioner: Captioner, clips: EncodedClips, verbs: Sequence[Sequence[tuple[tuple[str, float], ...]]], source: str
) -> list[list[tuple[str, ...]]]:
    """Which roles each event has, when nobody says."""
    if source == "lexicon":
        roles = {entry.verb_id: tuple(key for key, _ in entry.roles) for entry in captioner.entries}
        return [[roles[ranked[0][0]] for ranked in clip] for clip in verbs]
    if clips.roles is None:
        raise ValueError("this captioner predicts no roles (captioner.predict_roles=false); take the lexicon's")
    out = []
    for clip in clips.roles.float().sigmoid().tolist():
        best = [max(range(len(chances)), key=chances.__getitem__) for chances in clip]
        out.append(
            [
                tuple(ROLE_KEYS[i] for i, p in enumerate(chances) if p > _PRESENT or i == first)
                for chances, first in zip(clip, best, strict=True)
            ]
        )
    return out
