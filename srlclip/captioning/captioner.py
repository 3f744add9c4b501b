"""The captioner: verbs, roles and fillers of events, generated from frozen features of one model.

Follows the VidSitu head of VideoWhisperer that the paper uses: three Transformers, over a clip's event and frame tokens,
over its role slots, and over the words of each filler. Where there is no object detector, an event's frames stand for its
objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from srlclip.captioning.beam_search import Decoded, search
from srlclip.captioning.vocabulary import BEGIN, PAD, Vocabulary
from srlclip.config import CaptionerSettings
from srlclip.language.lexicon import VerbEntry
from srlclip.situations import ROLE_KEYS

#: Slots whose captions are decoded at a time.
_CHUNK = 2048


@dataclass(frozen=True)
class EncodedClips:
    """B clips of E events of F frames, W the captioner's width. events: (B, E, W). frames: (B, E, F, W).

    verbs: logits (B, E, V). roles: logits (B, E, 12) in the order of ROLE_KEYS, None without a role head.
    """

    events: Tensor
    frames: Tensor
    verbs: Tensor
    roles: Tensor | None


@dataclass(frozen=True)
class Slots:
    """The roles to fill, S per clip at most. event, role: (B, S) indices. used: (B, S), False where there is no slot."""

    event: Tensor
    role: Tensor
    used: Tensor

    @classmethod
    def of(cls, roles: Sequence[Sequence[Sequence[str]]], device: torch.device | str = "cpu") -> Slots:
        """roles: per clip, per event, role keys; any of them may be empty. Raises ValueError for an unknown key."""
        rows = [[(e, k) for e, keys in enumerate(clip) for k in keys] for clip in roles]
        unknown = next((k for row in rows for _, k in row if k not in ROLE_KEYS), None)
        if unknown is not None:
            raise ValueError(f"role {unknown!r}; allowed: {', '.join(ROLE_KEYS)}")
        # At least one place: without any, the role decoder would be no part of a batch's gradient, on which the
        # processes of a training wait for each other.
        width = max((len(row) for row in rows if row), default=1)
        event, role = (torch.zeros(len(rows), width, dtype=torch.long) for _ in range(2))
        used = torch.zeros(len(rows), width, dtype=torch.bool)
        for b, row in enumerate(rows):
            for s, (e, k) in enumerate(row):
                event[b, s], role[b, s], used[b, s] = e, ROLE_KEYS.index(k), True
        return cls(event, role, used).to(device)

    def to(self, device: torch.device | str) -> Slots:
        return Slots(self.event.to(device), self.role.to(device), self.used.to(device))


class Captioner(nn.Module):
    """D: size of the features it reads. entries: the verbs it can name, with their roles. vocabulary: the words it says."""

    def __init__(self, dim: int, settings: CaptionerSettings, entries: Sequence[VerbEntry], vocabulary: Vocabulary):
        super().__init__()
        width = settings.width
        if width % settings.heads or settings.heads < 1:
            raise ValueError(f"captioner.heads is {settings.heads}; it must divide captioner.width ({width})")
        if not entries:
            raise ValueError("a captioner needs at least one verb")
        self.dim, self.settings = dim, settings
        self.entries, self.vocabulary = tuple(entries), vocabulary
        self.verb_ids = tuple(entry.verb_id for entry in self.entries)
        # Features of one CLIP share most of their direction: centred and scaled per dimension, what differs is seen.
        for name in ("frame", "event") + ("means",) * settings.event_means:
            self.register_buffer(f"{name}_mean", torch.zeros(dim))
            self.register_buffer(f"{name}_std", torch.ones(dim))
        self.frame_input, self.event_input = nn.Linear(dim, width), nn.Linear(dim, width)
        self.means_input = nn.Linear(dim, width) if settings.event_means else None
        self.type_embedding = _embedding(2, width)
        self.event_position = _embedding(settings.max_events, width)
        self.frame_position = _embedding(settings.max_frames, width)
        self.role_embedding = _embedding(len(ROLE_KEYS), width)
        self.slot_position = _embedding(settings.max_events, width)
        self.word_embedding = nn.Embedding(len(vocabulary), width, padding_idx=PAD)
        nn.init.normal_(self.word_embedding.weight, std=width**-0.5)
        self.word_position = _embedding(settings.max_words + 1, width)
        self.word_bias = nn.Parameter(torch.zeros(len(vocabulary)))

        shape = {
            "d_model": width,
            "nhead": settings.heads,
            "dim_feedforward": int(width * settings.feedforward),
            "dropout": settings.dropout,
            "activation": "gelu",
            "batch_first": True,
            "norm_first": True,
        }
        self.video_encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(**shape), settings.layers, nn.LayerNorm(width), enable_nested_tensor=False
        )
        self.role_decoder = nn.TransformerDecoder(
            nn.TransformerDecoderLayer(**shape), settings.layers, nn.LayerNorm(width)
        )
        self.word_decoder = nn.TransformerDecoder(
            nn.TransformerDecoderLayer(**shape), settings.layers, nn.LayerNorm(width)
        )
        self.verb_head = _head(width, len(self.entries), settings.dropout)
        self.role_head = _head(width, len(ROLE_KEYS), settings.dropout) if settings.predict_roles else None

    @property
    def device(self) -> torch.device:
        return self.word_bias.device

    def standardise(self, frames: Tensor, means: Tensor, events: Tensor | None = None) -> None:
        """Take mean and spread of the features from the training clips, (..., D) each: frames, the means of the events'
        frames, and what stands for the events (None: the means)."""
        inputs = {"frame": frames, "event": means if events is None else events}
        if self.means_input is not None:
            inputs["means"] = means
        for name, values in inputs.items():
            rows = values.reshape(-1, self.dim).float()
            getattr(self, f"{name}_mean").copy_(rows.mean(0))
            getattr(self, f"{name}_std").copy_(rows.std(0, unbiased=False).clamp(min=1e-6))

    def encode(self, frames: Tensor, events: Tensor | None = None) -> EncodedClips:
        """frames: (B, E, F, D), embeddings of the frames. events: (B, E, D), contextualizer outputs; None takes the
        frames' means. Raises ValueError for other shapes, or more events or frames than the settings allow."""
        if frames.ndim != 4 or frames.shape[-1] != self.dim:
            raise ValueError(f"frames must be (B, E, F, {self.dim}), got {tuple(frames.shape)}")
        clips, count, per_event, _ = frames.shape
        limits = self.settings
        if not 1 <= count <= limits.max_events or not 1 <= per_event <= limits.max_frames:
            raise ValueError(
                f"got {count} events of {per_event} frames; allowed: 1 to {limits.max_events} events of 1 to "
                f"{limits.max_frames} frames"
            )
        means = frames.mean(dim=2)
        events = means if events is None else events
        if events.shape != (clips, count, self.dim):
            raise ValueError(f"events must be {(clips, count, self.dim)}, got {tuple(events.shape)}")
        at = self.event_position[:count, None]  # (E, 1, W)
        pictures = self.frame_input((frames - self.frame_mean) / self.frame_std)  # (B, E, F, W)
        pictures = pictures + self.type_embedding[1] + at + self.frame_position[:per_event]
        wholes = self.event_input((events - self.event_mean) / self.event_std)  # (B, E, W)
        if self.means_input is not None:
            wholes = wholes + self.means_input((means - self.means_mean) / self.means_std)
        tokens = torch.cat([wholes[:, :, None] + self.type_embedding[0] + at, pictures], dim=2)  # (B, E, 1 + F, W)
        encoded = self.video_encoder(tokens.flatten(1, 2)).unflatten(1, (count, 1 + per_event))
        own = encoded[:, :, 0]  # (B, E, W)
        roles = self.role_head(own) if self.role_head is not None else None
        return EncodedClips(own, encoded[:, :, 1:], self.verb_head(own), roles)

    def role_vectors(self, clips: EncodedClips, slots: Slots) -> Tensor:
        """(B, S, W): one vector per slot, which looks at its event's frames and at the clip's other slots."""
        count, width = slots.event.shape
        if not width:
            return clips.events.new_zeros(count, 0, clips.events.shape[-1])
        own = clips.events.gather(1, slots.event[..., None].expand(-1, -1, clips.events.shape[-1]))
        queries = own + self.role_embedding[slots.role] + self.slot_position[slots.event]
        events, per_event = clips.frames.shape[1:3]
        owner = torch.arange(events, device=own.device).repeat_interleave(per_event)  # (E F,)
        hidden = slots.event[..., None] != owner  # (B, S, E F): frames of other events
        # A clip without any slot would attend to nothing at all, which gives NaN.
        absent = ~slots.used & slots.used.any(1, keepdim=True)
        return self.role_decoder(
            queries,
            clips.frames.flatten(1, 2),
            memory_mask=hidden.repeat_interleave(self.settings.heads, dim=0),
            tgt_key_padding_mask=absent,
        )

    def word_logits(self, vectors: Tensor, tokens: Tensor) -> Tensor:
        """vectors: (N, W), tokens: (N, L) that start with BEGIN -> logits of the tokens that follow (N, L, words)."""
        return self._to_words(self._word_states(vectors, tokens))

    def _word_states(self, vectors: Tensor, tokens: Tensor) -> Tensor:
        """(N, L, W)"""
        length = tokens.shape[1]
        words = self.word_embedding(tokens) * self.settings.width**0.5 + self.word_position[:length]
        later = torch.ones(length, length, dtype=torch.bool, device=tokens.device).triu(1)
        return self.word_decoder(words, vectors[:, None], tgt_mask=later, tgt_is_causal=True)

    def _to_words(self, states: Tensor) -> Tensor:
        return functional.linear(states, self.word_embedding.weight, self.word_bias)

    def decode(self, vectors: Tensor, beams: int = 1) -> Decoded:
        """vectors: (N, W) -> the words of N fillers, see `search`."""
        parts = []
        for chunk in vectors.split(max(1, _CHUNK // beams)) if len(vectors) else ():

            def next_logits(tokens: Tensor, items: Tensor, chunk: Tensor = chunk) -> Tensor:
                # The last place only: logits of all places over a large vocabulary would take gigabytes.
                return self._to_words(self._word_states(chunk[items], tokens)[:, -1])

            parts.append(search(next_logits, len(chunk), beams, self.settings.max_words, vectors.device))
        if not parts:
            empty = torch.zeros(0, 0, dtype=torch.long, device=vectors.device)
            return Decoded(empty, torch.zeros(0, device=vectors.device))
        length = max(part.tokens.shape[1] for part in parts)
        tokens = [functional.pad(part.tokens, (0, length - part.tokens.shape[1]), value=PAD) for part in parts]
        return Decoded(torch.cat(tokens), torch.cat([part.log_prob for part in parts]))

    def forward(
        self, frames: Tensor, events: Tensor | None, slots: Slots, tokens: Tensor
    ) -> tuple[EncodedClips, Tensor]:
        """tokens: (N, L), the fillers of the used slots in order, each starting with BEGIN -> (encoded clips, logits of
        the next tokens (N, L, words))."""
        clips = self.encode(frames, events)
        return clips, self.word_logits(self.role_vectors(clips, slots)[slots.used], tokens)


def fillers_to_tokens(fillers: Sequence[str], vocabulary: Vocabulary, limit: int) -> Tensor:
    """(N, L + 1): BEGIN, at most `limit` words, END, then PAD; the first L are what is read, the last L what is said."""
    rows = [[BEGIN, *vocabulary.encode(text, limit)] for text in fillers]
    out = torch.full((len(rows), max((len(row) for row in rows), default=2)), PAD)
    for i, row in enumerate(rows):
        out[i, : len(row)] = torch.tensor(row)
    return out


def _embedding(count: int, width: int) -> nn.Parameter:
    weight = nn.Parameter(torch.empty(count, width))
    nn.init.normal_(weight, std=0.02)
    return weight


def _head(width: int, out: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, out))
